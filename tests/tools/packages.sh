# shellcheck shell=bash
# Debian packages: says what is missing, then installs it. The same names on Debian 12 and 13.

packages_build=(meson ninja-build pkgconf gcc libc6-dev clang libsystemd-dev libev-dev libinih-dev
        libjansson-dev libcmocka-dev dbus python3 systemd mandoc mosquitto-clients)
# shellcheck disable=SC2034 # these are used by the other files of dev
packages_demo=(meson ninja-build pkgconf gcc libc6-dev libsystemd-dev libev-dev libinih-dev
        libjansson-dev dbus python3)
# shellcheck disable=SC2034
packages_package=(mmdebstrap git)
# shellcheck disable=SC2034
packages_valgrind=(valgrind)
# shellcheck disable=SC2034
packages_vm=(qemu-system-x86 mmdebstrap busybox-static e2fsprogs cpio xz-utils zstd kmod bc python3
        git)
# shellcheck disable=SC2034
packages_lint=(clang-format clang-tidy cppcheck shellcheck)

# Prints those of the packages that are not installed.
packages_missing() {
        local package
        for package in "$@"; do
                [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
                        echo "$package"
        done
}

# By env, because sudo drops the environment.
as_root() {
        if ((EUID == 0)); then
                "$@"
        else
                sudo env DEBIAN_FRONTEND="$DEBIAN_FRONTEND" "$@"
        fi
}

# The lists first: old ones name versions that the archive has no longer. What they have may be
# enough when they cannot be updated.
apt_install() {
        local apt=(apt-get -qq -o DPkg::Lock::Timeout=120)
        as_root "${apt[@]}" update || echo "the package lists could not be updated"
        as_root "${apt[@]}" install -y --no-install-recommends "$@"
}

packages_install() {
        local missing by_hand
        mapfile -t missing < <(packages_missing "$@")
        ((${#missing[@]} > 0)) || return 0
        echo "not installed yet: ${missing[*]}"
        command -v apt-get >/dev/null || give_up "this is no Debian: install these by hand"
        by_hand="run 'apt-get install ${missing[*]}' as root"
        ((EUID == 0)) || command -v sudo >/dev/null || give_up "neither root nor sudo: $by_hand"
        # It may ask for a password, which the step below could not.
        ((EUID == 0)) || sudo -n true 2>/dev/null || sudo -v ||
                give_up "sudo gives you no rights: $by_hand"
        step "install-${missing[0]}" "install packages" apt_install "${missing[@]}" ||
                give_up "the packages could not be installed: $by_hand"
}

# clang's runtime for sanitizers has the version in its name.
packages_install_for_build() {
        local version
        packages_install "${packages_build[@]}"
        version=$(clang -dumpversion)
        packages_install "libclang-rt-${version%%.*}-dev"
}
