# shellcheck shell=bash
# What a value costs: builds what is measured, in a directory of its own, and measures.

bench() {
        # shellcheck disable=SC2154 # is in packages.sh
        packages_install "${packages_build[@]}"
        step build-bench "build" build_for_bench ||
                give_up "spored does not build: all of it is in build-logs"
        ninja -C build-bench --quiet bench
}

build_for_bench() {
        configure build-bench gcc &&
                ninja -C build-bench src/daemon/spored src/ctl/sporectl src/sense/sporesense \
                        src/sim/sporesim tests/bench/relay
}
