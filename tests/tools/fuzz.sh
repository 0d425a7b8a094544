# shellcheck shell=bash
# What comes from outside, thrown at its parsers by libFuzzer with sanitizers.

fuzz_targets=(tests/fuzz/fuzz-*.c)

# fuzz LIMIT: each target in turn, so many seconds. New inputs that reach new code stay in
# build-fuzz/corpus.
fuzz() {
        local limit=$1 target
        packages_install_for_build
        step build-fuzz "build with libFuzzer" build_for_fuzz ||
                give_up "the fuzz targets do not build: all of it is in build-logs"
        for target in "${fuzz_targets[@]}"; do
                target=$(basename "$target" .c)
                step "$target" "$target, $limit s" fuzz_target "$target" "$limit" || true
        done
        finish_lint
}

build_for_fuzz() {
        configure build-fuzz clang -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false &&
                ninja -C build-fuzz "${fuzz_targets[@]%.c}"
}

fuzz_target() {
        local corpus=build-fuzz/corpus/${1#fuzz-}
        mkdir -p "$corpus"
        "build-fuzz/tests/fuzz/$1" -max_total_time="$2" -max_len=3000 -print_final_stats=1 \
                -artifact_prefix="build-fuzz/$1-" "$corpus" "tests/fuzz/corpus/${1#fuzz-}"
}
