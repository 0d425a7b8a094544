# shellcheck shell=bash
# What run and package share: progress, root's rights, and what is made once for each suite.
# Sourced; the caller has set here and suite, and has die().
# shellcheck disable=SC2154 # here and suite

suites=(bookworm trixie forky)

# require_suite: ends a wrong usage.
require_suite() {
        [[ " ${suites[*]} " == *" $suite "* ]] ||
                { echo "${0##*/}: unknown suite $suite; there are ${suites[*]}" >&2; exit 64; }
}

say() {
        printf '# %4d s  %s\n' "$SECONDS" "$*"
}

# require_tools TOOL...
require_tools() {
        local tool missing=()
        for tool in "$@"; do
                command -v "$tool" >/dev/null || missing+=("$tool")
        done
        ((${#missing[@]} == 0)) || die "not installed: ${missing[*]}"
}

sudo=()
((EUID == 0)) || sudo=(sudo)

# attend SECONDS COMMAND...: runs COMMAND, as root, with all its children in a group that ends with
# us or when the time is up.
attend() {
        local status=0
        # It may ask for a password, which it could not in the background.
        ((EUID == 0)) || sudo -n true 2>/dev/null || sudo -v || die "this needs root or sudo"
        "${sudo[@]}" timeout --kill-after=10 "$@" &
        child=$!
        wait "$child" || status=$?
        child=''
        return "$status"
}

# For clean_up: ends what attend() has running.
child=''
end_child() {
        [[ -z $child ]] || "${sudo[@]}" kill "$child" || true
}

# A changed recipe is another directory, so nothing stale is ever used.
recipe_key() {
        (cd "$here" && sha256sum -- image/* build.sh) | sha256sum | cut -c 1-16
}

# open_cache: sets and makes the directory of this suite and recipe.
open_cache() {
        cache=${SPORED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/spored}/vm/$suite/$(recipe_key)
        mkdir -p "$cache"
        # What other recipes made goes when nobody has used it for two weeks.
        touch "$cache"
        find "$(dirname "$cache")" -mindepth 1 -maxdepth 1 -mtime +14 \
                -exec "${sudo[@]}" rm -rf {} +
}

# cached NAME SCRIPT: $cache/NAME made by SCRIPT, once. It is made beside its place and renamed, so
# what stands in its place is whole; the lock makes a second run wait for the first.
cached() {
        local name=$1 script=$2 temporary
        exec {lock}>"$cache/$name.lock"
        flock "$lock"
        if [[ -d $cache/$name ]]; then
                say "$name of $suite: cached"
        else
                say "$name of $suite: making it, which takes a minute or two"
                "${sudo[@]}" rm -rf "$cache/$name".new.*
                temporary=$(mktemp -d "$cache/$name.new.XXXXXX")
                chmod 755 "$temporary"
                attend 1800 "$script" "$suite" "$temporary" >"$cache/$name.log" 2>&1 || {
                        tail -n 30 "$cache/$name.log" >&2
                        die "making $name failed; all of it is in $cache/$name.log"
                }
                mv "$temporary" "$cache/$name"
        fi
        exec {lock}>&-
}
