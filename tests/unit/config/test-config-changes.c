/* What differs between two configurations, and what a running one keeps. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

DEFINE_CLEANUP(Config *, config_free);

static Config *load(Fixture *f, const char *text) {
        fixture_load_text(f, text);
        assert_string_equal(f->problems, "");
        return STEAL(f->config);
}

static void append(char **text, const char *what, char *const *names, size_t n) {
        for (size_t i = 0; i < n; i++) {
                char *longer;

                assert_true(asprintf(&longer, "%s%s: %s\n", *text, what, names[i]) >= 0);
                free(*text);
                *text = longer;
        }
}

/* As lines, "in place: [queue] depth". */
static void expect_changes(
        const Config *running, const Config *loaded, const char *expected, bool advertisement) {
        _cleanup_free_ char *text = strdup("");
        ConfigChanges changes;

        assert_int_equal(config_compare(&changes, running, loaded), 0);
        append(&text, "in place", changes.in_place, changes.n_in_place);
        append(&text, "anew", changes.anew, changes.n_anew);
        append(&text, "restart", changes.restart, changes.n_restart);
        assert_string_equal(text, expected);
        assert_int_equal(changes.advertisement, advertisement);
        config_changes_clear(&changes);
        assert_int_equal(changes.n_in_place, 0);
}

static void expect_between(
        Fixture *f, const char *from, const char *to, const char *expected, bool advertisement) {
        _cleanup_(config_freep) Config *running = load(f, from), *loaded = load(f, to);

        expect_changes(running, loaded, expected, advertisement);
}

#define TABLE                                                                                      \
        SERVICE                                                                                    \
        "[characteristic a]\nuuid = 2A6E\ntype = i16\nflags = read notify\n"

static void test_the_same_is_no_change(void **state) {
        expect_between(*state, TABLE, "# another comment\n" TABLE, "", false);
}

static void test_a_default_that_is_written_down_is_no_change(void **state) {
        expect_between(*state, TABLE, TABLE "[queue]\ndepth = 64\n", "", false);
}

static void test_each_class(void **state) {
        expect_between(*state, TABLE,
                TABLE "policy = block\n"
                      "[queue]\ndepth = 5\n[daemon]\nlog_level = debug\n"
                      "[socket]\npath = /tmp/x\n[bluez]\nhandles = 0x0200\n",
                "in place: [daemon] log_level\nin place: [queue] depth\n"
                "in place: [characteristic a] policy\nanew: [bluez] handles\n"
                "restart: [socket] path\n",
                false);
}

static void test_the_advertisement_is_said_by_itself(void **state) {
        expect_between(*state, TABLE, TABLE "[advertisement]\nname = x\n",
                "anew: [advertisement] name\n", true);
}

static void test_sections_that_come_and_go(void **state) {
        static const char more[] =
                TABLE "[characteristic b]\nuuid = 2A6F\nflags = read\nvalue = 01\n";

        expect_between(*state, TABLE, more, "anew: [characteristic b]\n", false);
        expect_between(*state, more, TABLE, "anew: [characteristic b]\n", false);
        expect_between(*state, more, TABLE "[characteristic b]\nenable = no\n",
                "anew: [characteristic b]\n", false);
}

static void test_fields_are_one_thing(void **state) {
        static const char head[] =
                SERVICE "[characteristic a]\nuuid = 2A6E\nflags = read\n[fields a]\n";
        _cleanup_free_ char *from = NULL, *to = NULL;

        assert_true(asprintf(&from, "%sx = u8\ny = u8\n", head) > 0);
        assert_true(asprintf(&to, "%sy = u8\nx = u8\n", head) > 0);
        expect_between(*state, from, to, "anew: [fields a]\n", false);
}

static void test_what_sporesense_reads_is_not_ours(void **state) {
        expect_between(*state, TABLE, TABLE "[source s]\nfile = /sys/x\ntarget = a\n", "", false);
}

static void test_what_needs_a_restart_is_kept(void **state) {
        _cleanup_(config_freep) Config *running = load(*state, "[socket]\npath = /tmp/one\n");
        _cleanup_(config_freep) Config *loaded =
                load(*state, "[socket]\npath = /tmp/two\n[queue]\ndepth = 3\n");
        unsigned errors;

        assert_int_equal(config_keep_running(loaded, running, stderr, &errors), 0);
        assert_int_equal(errors, 0);
        assert_string_equal(config_settings(loaded)->socket.path, "/tmp/one");
        assert_int_equal(config_settings(loaded)->queue.depth, 3);
        expect_changes(running, loaded, "in place: [queue] depth\n", false);
}

static void test_what_is_kept_may_be_in_the_way(void **state) {
        _cleanup_(config_freep) Config *running = load(*state, "[socket]\npath = /tmp/one\n");
        _cleanup_(config_freep) Config *loaded =
                load(*state, "[socket]\npath = /tmp/two\n[metrics]\nfile = /tmp/one\n");
        _cleanup_free_ char *text = NULL;
        unsigned errors;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        assert_int_equal(config_keep_running(loaded, running, out, &errors), 0);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(errors, 1);
        assert_non_null(strstr(text, "[metrics] file: the same path as path of [socket]"));
}

static void test_a_profile_changes_hands(void **state) {
        _cleanup_(config_freep) Config *running = load(*state, TABLE),
                                       *loaded = load(*state, TABLE);
        const Profile *served = config_profile(running);
        Profile *mine = config_exchange_profile(running, NULL);

        assert_ptr_equal(mine, served);
        assert_null(config_profile(running));
        mine = config_exchange_profile(loaded, mine);
        assert_ptr_equal(config_profile(loaded), served);
        profile_free(mine);
}

/* Nobody writes to the one, and the other has no end. */
static void test_no_pipe_and_no_device_is_waited_for(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *pipe = fixture_path(f, "pipe");

        assert_int_equal(mkfifo(pipe, 0600), 0);
        fixture_load_path(f, pipe, NULL, NULL);
        expect_problems(f, "pipe: cannot be read: it is no ordinary file\n");
        fixture_load_path(f, "/dev/zero", NULL, NULL);
        expect_problems(f, "/dev/zero: cannot be read: it is no ordinary file\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_the_same_is_no_change),
                FIXTURE_TEST(test_a_default_that_is_written_down_is_no_change),
                FIXTURE_TEST(test_each_class),
                FIXTURE_TEST(test_the_advertisement_is_said_by_itself),
                FIXTURE_TEST(test_sections_that_come_and_go),
                FIXTURE_TEST(test_fields_are_one_thing),
                FIXTURE_TEST(test_what_sporesense_reads_is_not_ours),
                FIXTURE_TEST(test_what_needs_a_restart_is_kept),
                FIXTURE_TEST(test_what_is_kept_may_be_in_the_way),
                FIXTURE_TEST(test_a_profile_changes_hands),
                FIXTURE_TEST(test_no_pipe_and_no_device_is_waited_for),
        };

        return cmocka_run_group_tests_name("config-changes", tests, NULL, NULL);
}
