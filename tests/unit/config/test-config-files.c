/* Which files are read, in which order, and what a later one does to an earlier one. */
#include "fixture.h"

#include "util/cleanup.h"

#include <sys/stat.h>

static void test_an_empty_file_gives_the_defaults(void **state) {
        Fixture *f = *state;
        const Settings *s;

        fixture_load_text(f, "");
        expect_no_problem(f);
        assert_null(config_profile(f->config));
        s = config_settings(f->config);
        assert_true(s->daemon.serve);
        assert_int_equal(s->daemon.shutdown_timeout_usec, 1500000);
        assert_int_equal(s->daemon.log_level, LOG_LEVEL_INFO);
        assert_string_equal(s->bluez.bus, "system");
        assert_string_equal(s->bluez.adapter, "auto");
        assert_false(s->bluez.power_on);
        assert_false(bluez_version_known(s->bluez.version));
        assert_int_equal(s->bluez.call_timeout_usec, 5000000);
        assert_int_equal(s->bluez.register_timeout_usec, 30000000);
        assert_int_equal(s->bluez.retry_min_usec, 500000);
        assert_int_equal(s->bluez.retry_max_usec, 30000000);
        assert_int_equal(s->queue.policy, QUEUE_DROP_OLDEST);
        assert_int_equal(s->queue.depth, 64);
        assert_true(s->queue.notify_on_subscribe);
        assert_int_equal(s->queue.window, 32);
        assert_null(s->socket.path);
        assert_null(s->socket.group);
        assert_int_equal(s->socket.mode, 0660);
        assert_null(s->socket.admin_group);
        assert_null(s->socket.read_only_path);
        assert_null(s->socket.read_only_group);
        assert_int_equal(s->socket.read_only_mode, 0666);
        assert_int_equal(s->socket.handler_timeout_usec, 100000);
        assert_null(s->persist.file);
        assert_int_equal(s->persist.interval_usec, 10000000);
        assert_null(s->metrics.file);
        assert_int_equal(s->metrics.interval_usec, 15000000);
        assert_int_equal(s->limits.verdicts, 64);
        assert_int_equal(s->limits.queue_bytes, 1024 * 1024);
        assert_int_equal(s->limits.peers, 64);
        assert_int_equal(s->limits.line_bytes, 64 * 1024);
        assert_int_equal(s->limits.peer_bytes, 256 * 1024);
        assert_int_equal(s->limits.requests_per_turn, 16);
}

static void test_every_plain_key_can_be_set(void **state) {
        Fixture *f = *state;
        const Settings *s;

        fixture_load_text(f, "[daemon]\nserve = no\nshutdown_timeout = 2s\nlog_level = debug\n"
                             "[bluez]\nbus = unix:path=/run/x\nadapter = hci1\npower_on = yes\n"
                             "version = 5.66\ncall_timeout = 1s\nregister_timeout = 10s\n"
                             "retry_min = 1s\nretry_max = 1min\n"
                             "[queue]\npolicy = coalesce\ndepth = 5\nnotify_on_subscribe = no\n"
                             "window = 6\n"
                             "[socket]\npath = /run/y\ngroup = root\nmode = 600\n"
                             "admin_group = root\nread_only_path = /run/z\n"
                             "read_only_group = root\nread_only_mode = 640\n"
                             "handler_timeout = 500ms\n"
                             "[persist]\nfile = /v\ninterval = 1s\n"
                             "[metrics]\nfile = /m\ninterval = 2s\n"
                             "[limits]\nqueue_bytes = 2k\npeers = 3\nline_bytes = 4k\n"
                             "peer_bytes = 8k\nrequests_per_turn = 9\nverdicts = 2\n"
                             "[advertisement]\nadvertise = no\nname = \"a name\"\n");
        expect_no_problem(f);
        s = config_settings(f->config);
        assert_false(s->daemon.serve);
        assert_int_equal(s->daemon.shutdown_timeout_usec, 2000000);
        assert_int_equal(s->daemon.log_level, LOG_LEVEL_DEBUG);
        assert_string_equal(s->socket.admin_group, "root");
        assert_string_equal(s->socket.read_only_path, "/run/z");
        assert_string_equal(s->socket.read_only_group, "root");
        assert_int_equal(s->socket.read_only_mode, 0640);
        assert_int_equal(s->socket.handler_timeout_usec, 500000);
        assert_string_equal(s->persist.file, "/v");
        assert_int_equal(s->persist.interval_usec, 1000000);
        assert_string_equal(s->metrics.file, "/m");
        assert_int_equal(s->metrics.interval_usec, 2000000);
        assert_int_equal(s->limits.verdicts, 2);
        assert_string_equal(s->bluez.bus, "unix:path=/run/x");
        assert_string_equal(s->bluez.adapter, "hci1");
        assert_true(s->bluez.power_on);
        assert_int_equal(s->bluez.version.major, 5);
        assert_int_equal(s->bluez.version.minor, 66);
        assert_int_equal(s->bluez.call_timeout_usec, 1000000);
        assert_int_equal(s->bluez.register_timeout_usec, 10000000);
        assert_int_equal(s->bluez.retry_min_usec, 1000000);
        assert_int_equal(s->bluez.retry_max_usec, 60000000);
        assert_int_equal(s->queue.policy, QUEUE_COALESCE);
        assert_int_equal(s->queue.depth, 5);
        assert_false(s->queue.notify_on_subscribe);
        assert_int_equal(s->queue.window, 6);
        assert_string_equal(s->socket.path, "/run/y");
        assert_string_equal(s->socket.group, "root");
        assert_int_equal(s->socket.mode, 0600);
        assert_int_equal(s->limits.queue_bytes, 2048);
        assert_int_equal(s->limits.peers, 3);
        assert_int_equal(s->limits.line_bytes, 4096);
        assert_int_equal(s->limits.peer_bytes, 8192);
        assert_int_equal(s->limits.requests_per_turn, 9);
}

static void test_the_file_is_the_one_that_was_named(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *path = fixture_path(f, "test.conf");

        fixture_write(f, "test.conf.d/1.conf", "");
        fixture_load_text(f, "");
        assert_string_equal(config_file(f->config), path);
}

static void test_a_file_that_was_named_must_be_there(void **state) {
        Fixture *f = *state;

        fixture_load(f, NULL, NULL);
        expect_problems(f, "test.conf: cannot be read: No such file or directory\n");
}

static void test_a_directory_is_no_file(void **state) {
        Fixture *f = *state;

        fixture_load_path(f, f->directory, NULL, NULL);
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "cannot be read: Is a directory\n"));
}

static void test_drop_ins_win_in_the_order_of_their_names(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", "[queue]\ndepth = 1\nwindow = 7\n");
        fixture_write(f, "test.conf.d/20.conf", "[queue]\ndepth = 3\n");
        fixture_write(f, "test.conf.d/10.conf", "[queue]\ndepth = 2\n[bluez]\nadapter = hci9\n");
        fixture_load(f, NULL, NULL);
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.depth, 3);
        assert_int_equal(config_settings(f->config)->queue.window, 7);
        assert_string_equal(config_settings(f->config)->bluez.adapter, "hci9");
}

static void test_only_visible_files_that_end_in_conf_are_drop_ins(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", "");
        fixture_write(f, "test.conf.d/10.conf.bak", "[queue]\ndepth = 2\n");
        fixture_write(f, "test.conf.d/.10.conf", "[queue]\ndepth = 2\n");
        fixture_write(f, "test.conf.d/README", "[queue]\ndepth = 2\n");
        fixture_load(f, NULL, NULL);
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.depth, 64);
}

static void test_a_drop_in_may_add_to_a_service(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n");
        fixture_write(f, "test.conf.d/1.conf",
                "[service s]\n[characteristic b]\nuuid = 2A01\nflags = read\n"
                "[characteristic a]\nflags = read notify\n");
        fixture_load(f, NULL, NULL);
        assert_int_equal(find_characteristic(f, "b")->index, 1);
        assert_int_equal(
                find_characteristic(f, "a")->flags, CHARACTERISTIC_READ | CHARACTERISTIC_NOTIFY);
}

static void test_a_later_fields_section_replaces_the_whole(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_write(f, "test.conf",
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n"
                        "[fields a]\none = u8\ntwo = u16\n");
        fixture_write(f, "test.conf.d/1.conf", "[fields a]\nthree = u32\n");
        fixture_load(f, NULL, NULL);
        c = find_characteristic(f, "a");
        assert_int_equal(c->format->n_fields, 1);
        assert_string_equal(c->format->fields[0].name, "three");
}

static void test_a_drop_in_can_switch_off(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf",
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n"
                        "[characteristic b]\nuuid = 2A01\nflags = read\n");
        fixture_write(f, "test.conf.d/1.conf", "[characteristic a]\nenable = no\n");
        fixture_load(f, NULL, NULL);
        assert_int_equal(find_characteristic(f, "b")->index, 0);
        assert_null(profile_find(config_profile(f->config), "a"));
}

/* Writes a profile and test.conf, which names it by its path. */
static void write_with_profile(Fixture *f, const char *profile, const char *rest) {
        _cleanup_free_ char *path = fixture_path(f, "p.conf"), *text = NULL;

        fixture_write(f, "p.conf", profile);
        assert_true(asprintf(&text, "%s\n[daemon]\nprofile = %s\n", rest, path) > 0);
        fixture_write(f, "test.conf", text);
}

static void test_a_profile_lies_below_the_file_that_names_it(void **state) {
        Fixture *f = *state;

        write_with_profile(f,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n"
                        "[queue]\ndepth = 9\nwindow = 5\n",
                "[queue]\ndepth = 8\n");
        fixture_load(f, NULL, NULL);
        assert_non_null(find_characteristic(f, "a"));
        assert_int_equal(config_settings(f->config)->queue.depth, 8);
        assert_int_equal(config_settings(f->config)->queue.window, 5);
}

static void test_a_profile_may_be_named_by_a_drop_in_and_stays_lowest(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *path = fixture_path(f, "p.conf"), *text = NULL;

        fixture_write(f, "p.conf", "[queue]\ndepth = 9\nwindow = 5\n");
        assert_true(asprintf(&text, "[daemon]\nprofile = %s\n", path) > 0);
        fixture_write(f, "test.conf", "[queue]\ndepth = 8\n");
        fixture_write(f, "test.conf.d/1.conf", text);
        fixture_load(f, NULL, NULL);
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.depth, 8);
        assert_int_equal(config_settings(f->config)->queue.window, 5);
}

static void test_a_profile_may_be_named_from_outside(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *path = fixture_path(f, "p.conf"), *variable = NULL, *option = NULL;

        assert_true(asprintf(&variable, "SPORED_DAEMON_PROFILE=%s", path) > 0);
        assert_true(asprintf(&option, "daemon.profile=%s", path) > 0);
        fixture_write(f, "p.conf", "[queue]\ndepth = 9\nwindow = 5\n");
        fixture_write(f, "test.conf", "[queue]\ndepth = 8\n[daemon]\nprofile = none\n");
        fixture_load(f, VARIABLES(variable), NULL);
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.depth, 8);
        assert_int_equal(config_settings(f->config)->queue.window, 5);
        fixture_load(f, VARIABLES("SPORED_DAEMON_PROFILE=/nowhere"), VARIABLES(option));
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.window, 5);
}

static void test_a_profile_is_looked_for_where_profiles_ship(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, "[daemon]\nprofile = no-such-profile\n");
        expect_problems(f, "test.conf:2: [daemon] profile: " SPORED_PROFILE_DIR
                           "/no-such-profile.conf cannot be read: No such file or directory\n");
}

static void test_a_profile_cannot_name_a_profile(void **state) {
        Fixture *f = *state;

        write_with_profile(f, "[daemon]\nprofile = other\n", "");
        fixture_load(f, NULL, NULL);
        expect_problems(f, "p.conf:2: [daemon] profile: a profile cannot choose another profile\n");
}

static void test_problems_come_in_the_order_of_loading(void **state) {
        Fixture *f = *state;

        write_with_profile(f, "[metrics]\nx = 1\n", "[metrics]\ny = 2\nwrong\n");
        fixture_write(f, "test.conf.d/1.conf", "[metrics]\nz = 3\n");
        fixture_load(f, VARIABLES("SPORED_X=1"), VARIABLES("nothing"));
        expect_problems(f,
                "p.conf:2: [metrics] x: unknown key \"x\"; known: file, interval\n"
                "test.conf:2: [metrics] y: unknown key \"y\"; known: file, interval\n"
                "test.conf:3: no '=': write \"key = value\" or \"[section]\"\n"
                "test.conf.d/1.conf:2: [metrics] z: unknown key \"z\"; known: file, interval\n"
                "environment SPORED_X: unknown variable\n"
                "-o nothing: no '=': SECTION.KEY=VALUE is expected\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_an_empty_file_gives_the_defaults),
                FIXTURE_TEST(test_every_plain_key_can_be_set),
                FIXTURE_TEST(test_the_file_is_the_one_that_was_named),
                FIXTURE_TEST(test_a_file_that_was_named_must_be_there),
                FIXTURE_TEST(test_a_directory_is_no_file),
                FIXTURE_TEST(test_drop_ins_win_in_the_order_of_their_names),
                FIXTURE_TEST(test_only_visible_files_that_end_in_conf_are_drop_ins),
                FIXTURE_TEST(test_a_drop_in_may_add_to_a_service),
                FIXTURE_TEST(test_a_later_fields_section_replaces_the_whole),
                FIXTURE_TEST(test_a_drop_in_can_switch_off),
                FIXTURE_TEST(test_a_profile_lies_below_the_file_that_names_it),
                FIXTURE_TEST(test_a_profile_may_be_named_by_a_drop_in_and_stays_lowest),
                FIXTURE_TEST(test_a_profile_may_be_named_from_outside),
                FIXTURE_TEST(test_a_profile_is_looked_for_where_profiles_ship),
                FIXTURE_TEST(test_a_profile_cannot_name_a_profile),
                FIXTURE_TEST(test_problems_come_in_the_order_of_loading),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
