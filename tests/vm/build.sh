#!/bin/bash
# build.sh ROOT SOURCE OUT [check] [sanitize]: unpacks SOURCE (tar) in the build root ROOT, makes
# the Debian packages there and puts them into OUT. The build directory stays, so that the next
# build compiles only what changed. Wants a mount namespace of its own.
set -euo pipefail
root=$1 source=$2 out=$3 work=$1/srv/spored
shift 3

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

# in_source [NAME=VALUE]... COMMAND...
in_source() {
        chroot "$root" /usr/bin/env -i --chdir=/srv/spored/source \
                PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv LC_ALL=C.UTF-8 "$@"
}

# What the unit tests find on every system. The caller's namespace takes the mounts along.
mount -t proc proc "$root/proc"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"

rm -rf "$work/incoming" "$work"/*.{deb,changes,buildinfo}
mkdir -p "$work/incoming" "$work/source"
tar -x -f "$source" -C "$work/incoming" --no-same-owner
take_over
rm -rf "$work/incoming"

kind=plain options='terse nocheck noautodbgsym' meson_options='' link_flags=''
while (($#)); do
        case $1 in
        check) kind+=-check options=${options/nocheck/} ;;
        sanitize)
                kind+=-sanitized
                # A report names lines.
                options+=' nostrip'
                meson_options='-Db_sanitize=address,undefined -Db_lundef=false'
                # Linked in, because the guest has no compiler's libraries.
                link_flags='-static-libasan -static-libubsan'
                ;;
        esac
        shift
done
# Meson takes new options only in a new directory.
key=$(sha256sum <"$work/source/debian/rules" | cut -c 1-8)
build_dir=/srv/spored/build-$kind-$key
for old in "$work/build-$kind-"????????; do
        [[ $old == "$root$build_dir" ]] || rm -rf "$old"
done

in_source dh_clean
in_source DEB_BUILD_OPTIONS="$options" DEB_LDFLAGS_APPEND="$link_flags" \
        SPORED_BUILD_DIR="$build_dir" SPORED_MESON_OPTIONS="$meson_options" \
        dpkg-buildpackage --build=binary --unsigned-changes --no-pre-clean || {
        rm -rf "$root$build_dir"
        exit 1
}
mkdir -p "$out"
mv "$work"/*.deb "$out/"
chmod 644 "$out"/*.deb
