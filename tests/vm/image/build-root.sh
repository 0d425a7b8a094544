#!/bin/bash
# build-root.sh SUITE DIR: makes DIR/root, the suite's own compiler and libraries. What a newer
# host builds would not start in an older guest.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$here/common.sh"

suite=$1 dir=$2
make_root "$suite" "$dir/root" "$(join gcc libc6-dev meson ninja-build pkg-config \
        libsystemd-dev libcmocka-dev "${libraries[@]}")"
