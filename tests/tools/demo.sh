# shellcheck shell=bash
# The demonstration: builds without the tests, in a directory of its own, and runs it.

demo() {
        # A wrong word is told before anything is installed, if it can be.
        if command -v python3 >/dev/null; then
                run_demo --parse "$@" || exit
        fi
        [[ " $* " != *" -h "* && " $* " != *" --help "* ]] || exit 0
        # shellcheck disable=SC2154 # is in packages.sh
        packages_install "${packages_demo[@]}"
        step build-demo "build" build_for_demo ||
                give_up "spored does not build: all of it is in build-logs"
        run_demo "$@"
}

run_demo() {
        PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/tools python3 -m demo --bin build-demo/src "$@"
}

build_for_demo() {
        configure_quick build-demo && ninja -C build-demo
}

configure_quick() {
        [[ -f $1/build.ninja ]] || meson setup -Dtests=disabled "$1"
}
