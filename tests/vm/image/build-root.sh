#!/bin/bash
# build-root.sh SUITE DIR: makes DIR/root, the suite's own compiler and libraries. What a newer
# host builds would not start in an older guest.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$here/common.sh"

suite=$1 dir=$2
# What debian/control asks for; dpkg-buildpackage complains if something of it is not here.
make_root "$suite" "$dir/root" "$(join build-essential debhelper dh-python meson pkgconf \
        libsystemd-dev libcmocka-dev mandoc python3 "${libraries[@]}")"
