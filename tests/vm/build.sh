#!/bin/bash
# build.sh ROOT SOURCE OUT [sanitize]: unpacks SOURCE (tar) in the build root ROOT, builds and installs it
# there, and packs what was installed as OUT (tar). The build directory stays, so that the next
# build does only what changed.
set -euo pipefail
root=$1 source=$2 out=$3 sanitize=${4-} work=$1/srv/spored

# Makes $work/source equal to what was unpacked in $work/incoming. Only files whose content
# differs are touched, and they become new: ninja goes by times, and those of the host's tree
# would hide a file that went back to an older one.
take_over() {
        local file
        while IFS= read -r -d '' file; do
                [[ -e $work/incoming/$file ]] || rm "$work/source/$file"
        done < <(cd "$work/source" && find . -type f -print0)
        while IFS= read -r -d '' file; do
                cmp -s "$work/incoming/$file" "$work/source/$file" && continue
                mkdir -p "$(dirname "$work/source/$file")"
                cp --preserve=mode "$work/incoming/$file" "$work/source/$file"
        done < <(cd "$work/incoming" && find . -type f -print0)
}

rm -rf "$work/incoming" "$work/installed"
mkdir -p "$work/incoming" "$work/source"
tar -x -f "$source" -C "$work/incoming" --no-same-owner
take_over
rm -rf "$work/incoming"

in_root() {
        chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
                HOME=/srv LC_ALL=C.UTF-8 "$@"
}

build_dir=/srv/spored/build
options=(--prefix=/usr --sysconfdir=/etc -Dtests=disabled)
if [[ -n $sanitize ]]; then
        # Linked in, because the guest has no compiler's libraries.
        build_dir=/srv/spored/build-sanitized
        options+=('-Db_sanitize=address,undefined' -Db_lundef=false
                "-Dc_link_args=-static-libasan -static-libubsan")
fi
if [[ -f $root$build_dir/build.ninja ]]; then
        # Configuring anew costs little and takes in changed options; if the old directory is
        # beyond that, it is made again.
        in_root meson setup --reconfigure "${options[@]}" "$build_dir" /srv/spored/source ||
                rm -rf "$root$build_dir"
fi
[[ -f $root$build_dir/build.ninja ]] ||
        in_root meson setup "${options[@]}" "$build_dir" /srv/spored/source
in_root ninja -C "$build_dir"
in_root meson install -C "$build_dir" --no-rebuild --destdir /srv/spored/installed
tar --create --owner=0 --group=0 --numeric-owner --file="$out" -C "$work/installed" .
chmod 644 "$out"
