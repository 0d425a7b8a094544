# shellcheck shell=bash
# What both images share: the suite's archive and a root made from it. Sourced, needs root.

# Headers and libraries that spored is built with. The -dev packages bring the libraries under
# whatever name the suite gives them (libev4, libev4t64), so the guest installs them too: spored's
# package is installed there without an archive.
# shellcheck disable=SC2034 # used by the scripts that source this
libraries=(libev-dev libinih-dev libjansson-dev)

# Prints the URI of the Debian archive that this host's apt uses.
archive_uri() {
        local uri
        # shellcheck disable=SC2016 # apt expands these, not the shell
        uri=$(apt-get indextargets --format '$(REPO_URI)' \
                'Created-By: Packages' 'Label: Debian' 'Component: main' | head -n 1)
        if [[ -z $uri ]]; then
                # apt-get update has not run: no labels are known yet.
                # shellcheck disable=SC2016
                uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
                        grep -E '/debian/?$' | grep -v raspberrypi | head -n 1)
        fi
        [[ -n $uri ]] || {
                echo "apt on this host names no archive of Debian itself, as 32-bit Raspberry Pi OS:" \
                        "build on a 64-bit one, or with meson" >&2
                return 1
        }
        printf '%s\n' "$uri"
}

# make_root SUITE DIR PACKAGES OPTION...: DIR becomes a minimal root of SUITE with PACKAGES
# (separated by commas). Each OPTION is handed to mmdebstrap.
make_root() {
        local suite=$1 dir=$2 packages=$3 uri
        shift 3
        uri=$(archive_uri)
        # An archive that is frozen or a suite between releases may carry an expired Release file.
        mmdebstrap --quiet --variant=minbase --mode=root --components=main \
                --aptopt='Acquire::Check-Valid-Until "false"' \
                --aptopt='APT::Install-Recommends "false"' \
                --dpkgopt='path-exclude=/usr/share/doc/*' \
                --dpkgopt='path-exclude=/usr/share/man/*' \
                --dpkgopt='path-exclude=/usr/share/locale/*' \
                --dpkgopt='path-exclude=/usr/share/info/*' \
                --include="$packages" "$@" "$suite" "$dir" "$uri"
}

# join WORD...: the words separated by commas.
join() {
        local IFS=,
        printf '%s\n' "$*"
}
