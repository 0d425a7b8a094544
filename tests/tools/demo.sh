# shellcheck shell=bash
# The demonstration: builds without the tests, in a directory of its own, and runs it.

demo() {
        # shellcheck disable=SC2154 # is in packages.sh
        packages_install "${packages_demo[@]}"
        step build-demo "build" build_for_demo ||
                give_up "spored does not build: all of it is in build-logs"
        PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/tools exec python3 -m demo --bin build-demo/src "$@"
}

build_for_demo() {
        configure_quick build-demo && ninja -C build-demo
}

configure_quick() {
        [[ -f $1/build.ninja ]] || meson setup -Dtests=disabled "$1"
}
