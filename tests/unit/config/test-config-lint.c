/* What is legal and does not fit together, or is seldom meant. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdlib.h>

/* A characteristic with these flags, up to line 6; lines of its own follow. */
#define WITH(flags) SERVICE "[characteristic a]\nuuid = 2A00\nsecurity = open\nflags = " flags "\n"

static void expect_text(Fixture *f, const char *text, const char *problems) {
        fixture_load_text(f, text);
        expect_problems(f, problems);
}

static void expect_fine(Fixture *f, const char *text) {
        fixture_load_text(f, text);
        expect_no_problem(f);
}

/* One line of the characteristic is warned of. */
static void expect_warning(Fixture *f, const char *text, const char *problems) {
        expect_text(f, text, problems);
        assert_int_equal(f->errors, 0);
        assert_int_equal(f->warnings, 1);
}

static void test_a_write_for_everybody_is_warned_of(void **state) {
        Fixture *f = *state;

        expect_text(f, SERVICE "[characteristic a]\nuuid = 2A00\nflags = write\n",
                "test.conf:5: [characteristic a] flags: warning: anyone in range may write; "
                "security = open says that this is meant\n");
        assert_non_null(f->config);
        expect_text(f,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = write\nsecurity = secret\n",
                "test.conf:6: [characteristic a] security: unknown word \"secret\"; known: open, "
                "encrypt, authenticate, secure; or leave the key out\n");
}

static void test_a_write_without_answer_to_fields_is_warned_of(void **state) {
        Fixture *f = *state;

        expect_text(f,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = write-without-response\n"
                        "security = open\ntype = u8\n",
                "test.conf:5: [characteristic a] flags: warning: a write without response that "
                "does not fit is lost: the central is not told; with write it is\n");
        fixture_load_text(f, SERVICE "[characteristic a]\nuuid = 2A00\n"
                                     "flags = write-without-response\nsecurity = open\n");
        expect_no_problem(f);
}

static void test_the_danger_of_a_verdict_is_named(void **state) {
        expect_warning(*state, WITH("read write") "verdict = handler\n",
                "test.conf:7: [characteristic a] verdict: warning: bluetoothd crashes when a "
                "central leaves while a verdict is pending (seen with BlueZ 5.66, 5.82 and "
                "5.87)\n");
}

static void test_a_verdict_needs_a_write_that_can_be_refused(void **state) {
        expect_text(*state, WITH("read notify") "verdict = handler\n",
                "test.conf:7: [characteristic a] verdict: there is no write to judge: flags has "
                "none\n");
        expect_text(*state, WITH("write write-without-response") "verdict = handler\n",
                "test.conf:7: [characteristic a] verdict: BlueZ takes a write without response "
                "before anybody is asked: the central would never hear that it is refused; write "
                "has to stand alone in flags\n");
}

static void test_nobody_hears_that_a_write_without_response_is_refused(void **state) {
        expect_text(*state, WITH("write-without-response") "unhandled = refuse\n",
                "test.conf:7: [characteristic a] unhandled: BlueZ takes a write without response "
                "before anybody is asked: the central would never hear that it is refused; write "
                "has to stand alone in flags\n");
        expect_warning(*state, WITH("read") "unhandled = refuse\n",
                "test.conf:7: [characteristic a] unhandled: warning: there is no write to refuse: "
                "flags has none\n");
        expect_fine(*state, WITH("write") "unhandled = refuse\n");
}

static void test_only_block_waits(void **state) {
        expect_warning(*state, WITH("notify") "put_timeout = 2s\npolicy = drop_newest\n",
                "test.conf:7: [characteristic a] put_timeout: warning: only policy = block "
                "waits\n");
        expect_warning(*state, WITH("notify") "[queue]\nput_timeout = 2s\n",
                "test.conf:8: [queue] put_timeout: warning: no characteristic has policy = block, "
                "which alone waits\n");
        expect_fine(*state, WITH("notify") "policy = block\nput_timeout = 2s\n");
        expect_fine(*state, WITH("notify") "policy = block\n[queue]\nput_timeout = 2s\n");
}

static void test_a_pace_is_not_taken_for_a_stall(void **state) {
        expect_text(*state, WITH("notify") "policy = block\nmin_interval = 10s\n",
                "test.conf:8: [characteristic a] min_interval: min_interval lets one go each 10000 "
                "ms, and stall_after (10000 ms) is not longer: the queue would be dropped as "
                "stalled\n");
        expect_text(*state, WITH("notify") "policy = drop_newest\nrate = 0.05\n",
                "test.conf:8: [characteristic a] rate: rate lets one go each 20000 ms, and "
                "stall_after (10000 ms) is not longer: the queue would be dropped as stalled\n");
        expect_text(*state,
                WITH("notify") "stall_after = 1s\n[queue]\nrate = 0.5\npolicy = block\n",
                "test.conf:3: [characteristic a]: the rate of [queue] lets one go each 2000 ms, "
                "and stall_after (1000 ms) is not longer: the queue would be dropped as "
                "stalled\n");
        expect_fine(*state, WITH("notify") "policy = block\nmin_interval = 9999ms\n");
        expect_fine(*state, WITH("notify") "policy = coalesce\nmin_interval = 1h\nrate = 0.01\n");
        expect_fine(*state, WITH("read") "policy = block\nmin_interval = 1h\n");
}

static void test_a_burst_needs_a_rate(void **state) {
        expect_warning(*state, WITH("notify") "burst = 2\n",
                "test.conf:7: [characteristic a] burst: warning: without rate it does nothing\n");
        expect_warning(*state, WITH("notify") "[queue]\nrate = 0\nburst = 2\n",
                "test.conf:9: [queue] burst: warning: with rate = 0 it does nothing\n");
        expect_fine(*state, WITH("notify") "rate = 1\nburst = 2\n[queue]\nrate = 0\n");
}

static void test_what_becomes_stale_has_an_age_and_somebody_to_see_it(void **state) {
        expect_warning(*state, WITH("read") "on_stale = refuse\n",
                "test.conf:7: [characteristic a] on_stale: warning: without max_age no value is "
                "ever stale\n");
        expect_warning(*state, WITH("notify") "max_age = 1s\non_stale = refuse\n",
                "test.conf:8: [characteristic a] on_stale: warning: there is no read to refuse: "
                "flags has none\n");
        expect_warning(*state, WITH("write") "max_age = 1s\non_stale = default\n",
                "test.conf:8: [characteristic a] on_stale: warning: no central gets the value: "
                "flags has neither read nor notify\n");
        expect_fine(*state, WITH("notify") "max_age = 1s\non_stale = default\n");
        expect_fine(*state, WITH("write") "max_age = 1s\n");
}

static void test_what_is_kept_is_read(void **state) {
        expect_warning(*state, WITH("notify") "persist = yes\nnotify_on_subscribe = no\n",
                "test.conf:7: [characteristic a] persist: warning: no central reads the value that "
                "is kept: flags has no read\n");
        expect_warning(*state, WITH("write") "persist = yes\non_write = forward\n",
                "test.conf:7: [characteristic a] persist: warning: no central reads the value that "
                "is kept: flags has no read\n");
        expect_fine(*state, WITH("notify") "persist = yes\n");
        expect_fine(*state, WITH("write") "persist = yes\n");
        expect_fine(*state, WITH("read") "persist = yes\n");
}

static void test_a_source_is_read_before_its_value_is_stale(void **state) {
#define AGED                                                                                       \
        WITH("read")                                                                               \
        "max_age = 10s\n[fields a]\nx = u8\ny = u8\n[source x]\nfile = /x\ntarget = a.x\n"
        expect_warning(*state, AGED "interval = 10s\n",
                "test.conf:14: [source x] interval: warning: max_age of its target is not longer: "
                "the value is stale before each reading\n");
        expect_warning(*state, AGED,
                "test.conf:11: [source x]: warning: max_age of its target is not longer: the value "
                "is stale before each reading\n");
        expect_fine(*state, AGED "interval = 9s\n");
        expect_fine(
                *state, AGED "interval = 1h\n[source y]\nfile = /y\ntarget = a.y\ninterval = 5s\n");
}

static void test_no_two_files_have_the_same_path(void **state) {
        expect_text(*state, "[socket]\npath = /a\nread_only_path = /a\n",
                "test.conf:3: [socket] read_only_path: the same path as path of [socket]\n");
        expect_text(*state, "[metrics]\nfile = /a\n[persist]\nfile = /a\n",
                "test.conf:2: [metrics] file: the same path as file of [persist]\n");
        expect_fine(*state, "[socket]\npath = /a\nread_only_path = /b\n");
}

static void test_a_group_needs_its_socket(void **state) {
        expect_warning(*state, "[socket]\nread_only_group = root\n",
                "test.conf:2: [socket] read_only_group: warning: without read_only_path there is "
                "no such socket\n");
}

static void test_a_group_is_there(void **state) {
        expect_text(*state,
                "[socket]\nadmin_group = no-such-group\nread_only_path = /a\n"
                "read_only_group = nor-this\ngroup = not-this-either\n",
                "test.conf:2: [socket] admin_group: there is no group \"no-such-group\"\n"
                "test.conf:4: [socket] read_only_group: there is no group \"nor-this\"\n"
                "test.conf:5: [socket] group: there is no group \"not-this-either\"\n");
        expect_fine(*state,
                "[socket]\nadmin_group = root\nread_only_path = /a\nread_only_group = root\n"
                "group = root\n");
}

static void test_what_is_never_used_is_warned_of(void **state) {
        expect_warning(*state, "[bluez]\nadapter = hci0\nadapter_wait = 5s\n",
                "test.conf:3: [bluez] adapter_wait: warning: only with adapter = auto is another "
                "one taken\n");
        expect_fine(*state, "[bluez]\nadapter = hci0\nadapter_wait = 10s\n");
        expect_fine(*state, "[bluez]\nadapter_wait = 5s\n");
        expect_warning(*state, "[limits]\nat_centrals = go_on\n",
                "test.conf:2: [limits] at_centrals: warning: with centrals = 0 it does nothing\n");
        expect_fine(*state, "[limits]\nat_centrals = beacon\ncentrals = 1\n");
        expect_fine(*state, "[limits]\nat_centrals = stop\n");
}

static void test_a_verdict_comes_in_half_a_second(void **state) {
        expect_text(*state, "[socket]\nhandler_timeout = 501ms\n",
                "test.conf:2: [socket] handler_timeout: not from 10ms to 500ms: \"501ms\"\n");
        expect_text(*state, "[socket]\nhandler_timeout = 9ms\n",
                "test.conf:2: [socket] handler_timeout: not from 10ms to 500ms: \"9ms\"\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_a_write_for_everybody_is_warned_of),
                FIXTURE_TEST(test_a_write_without_answer_to_fields_is_warned_of),
                FIXTURE_TEST(test_the_danger_of_a_verdict_is_named),
                FIXTURE_TEST(test_a_verdict_needs_a_write_that_can_be_refused),
                FIXTURE_TEST(test_nobody_hears_that_a_write_without_response_is_refused),
                FIXTURE_TEST(test_only_block_waits),
                FIXTURE_TEST(test_a_pace_is_not_taken_for_a_stall),
                FIXTURE_TEST(test_a_burst_needs_a_rate),
                FIXTURE_TEST(test_what_becomes_stale_has_an_age_and_somebody_to_see_it),
                FIXTURE_TEST(test_what_is_kept_is_read),
                FIXTURE_TEST(test_a_source_is_read_before_its_value_is_stale),
                FIXTURE_TEST(test_no_two_files_have_the_same_path),
                FIXTURE_TEST(test_a_group_needs_its_socket),
                FIXTURE_TEST(test_a_group_is_there),
                FIXTURE_TEST(test_what_is_never_used_is_warned_of),
                FIXTURE_TEST(test_a_verdict_comes_in_half_a_second),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
