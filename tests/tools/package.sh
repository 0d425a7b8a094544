# shellcheck shell=bash
# The Debian packages, for this machine or for a suite of one's choice.

packages_dir=build-packages

# The suite that this machine is, if packages can be made for it.
package_default_suite() {
        local name
        # shellcheck source=/dev/null
        name=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
        case $name in
        bookworm | trixie | forky) echo "$name" ;;
        *) echo bookworm ;;
        esac
}

package() {
        local suite out names=()
        suite=$(package_default_suite)
        while (($#)); do
                case $1 in
                --suite)
                        suite=${2-}
                        shift
                        ;;
                *) refuse "$1" ;;
                esac
                shift
        done
        case $suite in
        bookworm | trixie | forky) ;;
        *) refuse "--suite $suite" ;;
        esac
        out=$packages_dir/$suite
        # shellcheck disable=SC2154 # is in packages.sh
        packages_install "${packages_package[@]}"
        tests/vm/package --suite "$suite" --check --out "$out" || exit 1
        names=("$out"/spored_*.deb)
        printf '\n'
        printf '%s\n' "$out"/*.deb
        printf 'to install: sudo apt install ./%s\n' "${names[0]}"
        names=("$out"/{libspored-dev,python3-spored}_*.deb)
        printf 'for programs of your own, too: sudo apt install%s\n' "$(printf ' ./%s' "${names[@]}")"
}
