# shellcheck shell=bash
# Steps: each is one line on the terminal and one log. Tests are counted over all steps.

logs=$PWD/build-logs
log_lines=40 # of a failed step that are shown
failures=()  # what finish() tells once more
passed=0 failed=0 skipped=0
any_not_run=no left_out=

# What failed in a log, and why: of TAP, of Python's unittest, of sanitizers and compilers.
list_failures() {
        awk '{ sub(/^# /, "") }
                /^Traceback / { inside = 1; next }
                inside && /^[^ ]/ { inside = 0; why = $0; if (test) print test ": " why; test = "" }
                /^(FAIL|ERROR): / { test = $2 }
                /^not ok / { print $0 (why ? ": " why : ""); why = "" }
                /^SUMMARY: .*Sanitizer/ || /runtime error: / || /:[0-9]+:[0-9]+: (fatal )?error: / ||
                        /^ *[0-9]+\/[0-9]+ .* (FAIL|ERROR|TIMEOUT) / { print }' "$1" |
                awk '!seen[$0]++' | cut -c 1-300 | head -n 20
}

# show_log WHAT LOG: how a step failed.
show_log() {
        local what=$1 log=$2 found
        found=$(list_failures "$log")
        if [[ -n $found ]]; then
                failures+=("$what"$'\n'"$found")
                echo "$found"
        else
                failures+=("$what: see $log")
                echo "--- the last lines of $log"
                tail -n "$log_lines" "$log"
        fi
        echo "--- all of it: $log"
}

# run_logged NAME WHAT COMMAND...: prints the begin of a line; sets log, status and seconds.
run_logged() {
        local name=$1 what=$2 start=$SECONDS
        shift 2
        mkdir -p "$logs"
        log=$logs/$name.log
        status=0
        printf '%-30s ' "$what"
        "$@" </dev/null >"$log" 2>&1 || status=$?
        seconds=$((SECONDS - start))
}

# step NAME WHAT COMMAND...: a failure counts as one failed test.
step() {
        run_logged "$@"
        if ((status != 0)); then
                failed=$((failed + 1))
                printf 'FAILED  %4d s\n' "$seconds"
                show_log "$2" "$log"
                return 1
        fi
        printf 'ok      %4d s\n' "$seconds"
}

# Meson's summary: the sums of "Ok: 3", of everything that is a failure, and of "Skipped: 1".
count_meson() {
        awk '/^Ok: +[0-9]+/ { ok += $2 }
                /^Expected Fail: +[0-9]+/ { ok += $3 }
                /^(Fail|Timeout): +[0-9]+/ { bad += $2 }
                /^Unexpected Pass: +[0-9]+/ { bad += $3 }
                /^Skipped: +[0-9]+/ { skipped += $2 }
                END { print ok + 0, bad + 0, skipped + 0 }' "$1"
}

# skipped_within TESTLOG: how many tests of files that passed were skipped, which Meson does not
# count. Not those that are told in the virtual machine alone: that tells them. What cmocka skips
# Meson takes for failed.
skipped_within() {
        awk '/^ok .*# SKIP / && !/# SKIP only in the / { n++ }
                / \.\.\. skipped / { n++ }
                END { print n + 0 }' "$1"
}

# The closing lines of tests/vm/run.
count_vm() {
        awk '/^[0-9]+ skipped$/ { skipped = $1 }
                /^[0-9]+ passed, [0-9]+ failed$/ { ok = $1; bad = $3 }
                END { print ok + 0, bad + 0, skipped + 0 }' "$1"
}

# test_step COUNTER NAME WHAT COMMAND...: a run that fails without a failed test, or that runs no
# test, counts as one that failed.
test_step() {
        local counter=$1 n_passed n_failed n_skipped
        shift
        run_logged "$@"
        read -r n_passed n_failed n_skipped <<<"$("$counter" "$log")"
        if ((n_failed == 0 && (status != 0 || n_passed == 0))); then
                n_failed=1
        fi
        passed=$((passed + n_passed))
        failed=$((failed + n_failed))
        skipped=$((skipped + n_skipped))
        if ((n_failed > 0)); then
                printf 'FAILED  %4d s  %d passed, %d failed\n' "$seconds" "$n_passed" "$n_failed"
                ((n_passed > 0)) || echo "no test passed: were there any?"
                show_log "$2" "$log"
                return 0
        fi
        printf 'ok      %4d s  %d passed' "$seconds" "$n_passed"
        ((n_skipped == 0)) || printf ', %d skipped' "$n_skipped"
        printf '\n'
}

not_run() {
        printf '%-30s NOT RUN: %s\n' "$1" "$2"
        any_not_run=yes
        left_out+="${left_out:+, }$1"
}

# check_owner FOLDER...: what somebody else has built cannot be built again here. Root can.
check_owner() {
        local folder
        for folder in "$@"; do
                [[ $EUID == 0 || ! -e $folder || -O $folder ]] ||
                        give_up "$folder belongs to $(stat -c %U "$folder"): remove it with 'sudo rm -r $folder'"
        done
}

# The last line, alone and always in this form, and the exit status.
finish() {
        ((${#failures[@]} == 0)) || printf 'failed: %s\n' "${failures[@]}"
        ((skipped == 0)) || printf '%d skipped\n' "$skipped"
        [[ -z $left_out ]] || printf 'not run: %s\n' "$left_out"
        printf 'in %d s\n' "$SECONDS"
        printf '%d passed, %d failed\n' "$passed" "$failed"
        [[ $failed == 0 && $any_not_run == no ]] || exit 1
        exit 0
}

# The exit status: a linter that was not run has found nothing and proves nothing.
finish_lint() {
        [[ $failed == 0 && $any_not_run == no ]] || exit 1
}

# give_up WHY: nothing else makes sense.
give_up() {
        echo "dev: $*" >&2
        failed=$((failed + 1))
        finish
}
