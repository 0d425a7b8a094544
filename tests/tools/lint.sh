# shellcheck shell=bash
# The linters. Each is one step; all are run, also after one has failed.

clang_format_version=14 # others break some lines elsewhere

# lint_files PATTERN...: our files with these names, one a line.
lint_files() {
        local name tests=()
        for name in "$@"; do
                tests+=(-o -name "$name")
        done
        find src include tests -type f \( "${tests[@]:1}" \) | sort
}

shell_files() {
        {
                echo dev
                lint_files '*.sh'
                # A manual page may show a script.
                find .ci src tests -type f -not -name '*.sh' -not -name '*.[1-8]' \
                        -exec grep -lE -m 1 '^#! *(/usr)?/bin/(env )?(ba|da)?sh' {} +
        } | sort -u
}

lint_format() {
        local files
        mapfile -t files < <(lint_files '*.c' '*.h')
        "$1" --dry-run -Werror "${files[@]}"
}

# clang's build directory, because clang-tidy does not know all of gcc's options.
lint_tidy() {
        configure build-clang clang &&
                lint_files '*.c' | xargs -P "$(nproc)" -n 4 clang-tidy -p build-clang --quiet
}

# cppcheck does not know the cleanup attribute: the sanitizers find leaks. Nothing here has threads,
# so getpwuid() and its like are fine.
lint_cppcheck() {
        cppcheck --enable=warning,performance,portability --error-exitcode=1 --quiet \
                --inline-suppr --std=c11 --library=posix -j "$(nproc)" -D_GNU_SOURCE \
                -DSPORED_VERSION='""' -DSPORED_SYSCONF_DIR='""' -DSPORED_PROFILE_DIR='""' \
                --suppress=memleak --suppress=resourceLeak --suppress=missingIncludeSystem \
                --suppress=normalCheckLevelMaxBranches --suppress=getpwuidCalled \
                --suppress=getpwnamCalled --suppress=getgrgidCalled --suppress=getgrnamCalled \
                --suppress=getgrentCalled \
                -I src -I include src tests
}

lint_shell() {
        local files
        mapfile -t files < <(shell_files)
        shellcheck --external-sources --source-path=SCRIPTDIR "${files[@]}"
}

# The clang-format of this version, if there is one.
find_clang_format() {
        local tool
        for tool in "clang-format-$clang_format_version" clang-format; do
                if "$tool" --version 2>/dev/null | grep -q "version $clang_format_version\\."; then
                        echo "$tool"
                        return
                fi
        done
}

lint() {
        local tool
        tool=$(find_clang_format)
        if [[ -n $tool ]]; then
                step format "clang-format" lint_format "$tool" || true
        else
                not_run "clang-format" "needs version $clang_format_version"
        fi
        step tidy "clang-tidy" lint_tidy || true
        step cppcheck "cppcheck" lint_cppcheck || true
        step shellcheck "shellcheck" lint_shell || true
        finish_lint
}
