/* Each mistake has a message that names its place and says what would be right. */
#include "fixture.h"

#include "util/cleanup.h"

static void expect_text(Fixture *f, const char *text, const char *problems) {
        fixture_load_text(f, text);
        expect_problems(f, problems);
}

/* One key of a plain section in line 2. */
static void expect_refused_value(
        Fixture *f, const char *section, const char *line, const char *problem) {
        _cleanup_free_ char *text = NULL, *expected = NULL;

        assert_true(asprintf(&text, "[%s]\n%s\n", section, line) > 0);
        assert_true(asprintf(&expected, "test.conf:2: [%s] %.*s: %s\n", section,
                            (int)strcspn(line, " "), line, problem) > 0);
        expect_text(f, text, expected);
}

static void test_an_unknown_section_is_told_with_the_nearest(void **state) {
        expect_text(*state, "[quue]\ndepth = 1\n",
                "test.conf:1: [quue]: unknown section \"quue\"; did you mean \"queue\"?\n");
        expect_text(*state, "[x]\n",
                "test.conf:1: [x]: unknown section \"x\"; known: daemon, bluez, agent, queue, "
                "socket, "
                "persist, metrics, limits, advertisement, environment, service, characteristic, "
                "fields, descriptor, "
                "source\n");
}

static void test_an_unknown_key_is_told_with_the_nearest(void **state) {
        expect_text(*state, "[queue]\ndeph = 1\n",
                "test.conf:2: [queue] deph: unknown key \"deph\"; did you mean \"depth\"?\n");
        expect_text(*state, "[metrics]\nx = 1\n",
                "test.conf:2: [metrics] x: unknown key \"x\"; known: file, interval\n");
}

static void test_a_section_is_there_once(void **state) {
        expect_text(*state, "[queue]\n[bluez]\n[queue]\n",
                "test.conf:3: [queue]: the section is in this file already, in line 1\n");
        expect_text(*state, SERVICE "[service s]\n",
                "test.conf:3: [service s]: the section is in this file already, in line 1\n");
}

static void test_a_key_is_there_once(void **state) {
        expect_text(*state, "[queue]\ndepth = 1\ndepth = 2\n",
                "test.conf:3: [queue] depth: the key is in this section already, in line 2\n");
}

static void test_names_have_their_rules(void **state) {
        const char rule[] = "a name has only a-z, 0-9 and '_', begins with a letter, does not end "
                            "with '_' and has no \"__\"";
        const char *const names[] = {"A", "1a", "a_", "a__b", "a-b"};

        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *text = NULL, *expected = NULL;

                assert_true(asprintf(&text, "[fields %s]\n", names[i]) > 0);
                assert_true(
                        asprintf(&expected, "test.conf:1: [fields %s]: %s\n", names[i], rule) > 0);
                expect_text(*state, text, expected);
        }
        expect_text(*state, "[fields a2345678901234567890123456789012345678901]\n",
                "test.conf:1: [fields a2345678901234567890123456789012345678901]: a name has at "
                "most 40 characters, this one has 41\n");
}

static void test_a_name_is_not_that_of_a_plain_section(void **state) {
        expect_text(*state, "[service queue]\n",
                "test.conf:1: [service queue]: the name is that of the section [queue]\n");
}

static void test_names_are_there_where_they_belong(void **state) {
        expect_text(*state, "[service]\n",
                "test.conf:1: [service]: one name is needed: [service NAME]\n");
        expect_text(*state, "[service a b]\n",
                "test.conf:1: [service a b]: a name has no spaces: [service NAME]\n");
        expect_text(*state, "[queue a]\n",
                "test.conf:1: [queue a]: a section of this kind has no name\n");
}

static void test_a_characteristic_needs_a_service_above(void **state) {
        expect_text(*state, "[characteristic a]\nuuid = 2A00\nflags = read\n",
                "test.conf:1: [characteristic a]: a characteristic without a service: no [service "
                "NAME] above it\n");
}

static void test_a_mistake_in_the_service_is_told_once(void **state) {
        expect_text(*state, "[servce s]\nuuid = 181A\n[characteristic a]\nuuid = 2A00\n",
                "test.conf:1: [servce s]: unknown section \"servce\"; did you mean \"service\"?\n");
}

static void test_an_indented_line_needs_a_key_that_allows_it(void **state) {
        expect_text(*state, "[queue]\npolicy = drop_oldest\n  coalesce\n",
                "test.conf:3: [queue] policy: the key has one line: an indented line cannot "
                "continue it\n");
}

static void test_a_quote_that_does_not_end_is_refused(void **state) {
        expect_text(*state, "[advertisement]\nname = \"x\n",
                "test.conf:2: [advertisement] name: the value begins with a quote and does not end "
                "with one\n");
}

static void test_each_type_says_what_is_legal(void **state) {
        Fixture *f = *state;

        expect_refused_value(f, "daemon", "serve = maybe", "not yes or no: \"maybe\"");
        expect_refused_value(f, "daemon", "shutdown_timeout = 5",
                "not a time with its unit, from 100ms to 60s: \"5\"");
        expect_refused_value(
                f, "daemon", "shutdown_timeout = 61s", "not from 100ms to 60s: \"61s\"");
        expect_refused_value(
                f, "daemon", "shutdown_timeout = 99ms", "not from 100ms to 60s: \"99ms\"");
        expect_refused_value(f, "daemon", "log_level = loud",
                "unknown word \"loud\"; known: error, warning, info, debug");
        expect_refused_value(f, "daemon", "profile = Mush Pi",
                "neither the name of a profile nor an absolute path: \"Mush Pi\"");
        expect_refused_value(f, "bluez", "bus = session",
                "neither \"system\" nor an address such as unix:path=/run/x: \"session\"");
        expect_refused_value(
                f, "bluez", "version = 5", "not \"auto\" or a version such as 5.66: \"5\"");
        expect_refused_value(f, "queue", "depth = 0", "not a number from 1 to 4096: \"0\"");
        expect_refused_value(f, "queue", "depth = 4097", "not a number from 1 to 4096: \"4097\"");
        expect_refused_value(f, "queue", "depth = -1", "not a number from 1 to 4096: \"-1\"");
        expect_refused_value(f, "socket", "path = run/x", "not an absolute path: \"run/x\"");
        expect_refused_value(f, "socket", "mode = 680", "not an octal mode such as 0660: \"680\"");
        expect_refused_value(
                f, "socket", "mode = 4660", "not an octal mode such as 0660: \"4660\"");
        expect_refused_value(
                f, "limits", "queue_bytes = 1G", "not a size from 1k to 1024M: \"1G\"");
}

static void test_a_bus_is_reached_by_unix_sockets_only(void **state) {
        Fixture *f = *state;
        const char *const right[] = {"system", "unix:path=/run/x", "unix:path=/a;unix:abstract=b"};
        const char *const wrong[] = {"unix", "tcp:host=localhost,port=1", "unixexec:path=/bin/x",
                "autolaunch:", "unix:path=/a;tcp:host=b,port=1", "unix:path=/a;", "System"};

        for (size_t i = 0; i < ELEMENTS(right); i++) {
                _cleanup_free_ char *text = NULL;

                assert_true(asprintf(&text, "[bluez]\nbus = %s\n", right[i]) > 0);
                fixture_load_text(f, text);
                expect_no_problem(f);
                assert_string_equal(config_settings(f->config)->bluez.bus, right[i]);
        }
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_free_ char *text = NULL;

                assert_true(asprintf(&text, "[bluez]\nbus = %s\n", wrong[i]) > 0);
                fixture_load_text(f, text);
                assert_int_equal(f->errors, 1);
                assert_non_null(strstr(f->problems, "[bluez] bus: neither \"system\" nor"));
        }
}

static void test_a_policy_that_is_not_known_is_refused_by_name(void **state) {
        expect_refused_value(*state, "queue", "policy = priority",
                "unknown word \"priority\"; known: drop_oldest, drop_newest, coalesce, block");
}

static void test_a_problem_is_one_line_without_controls(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *path = fixture_path(f, "a\nb\033c\302\233d\u00fc.conf");

        fixture_load_path(f, path, NULL, NULL);
        expect_problems(f, "a?b?c??d\u00fc.conf: cannot be read: No such file or directory\n");
}

static void test_an_adapter_is_a_name_or_an_address(void **state) {
        Fixture *f = *state;
        const char *const wrong[] = {"hci", "hcix", "hci0x", "hci123456", "00:11:22:33:44",
                "00:11:22:33:44:5g", "00-11-22-33-44-55", "AUTO"};

        fixture_load_text(f, "[bluez]\nadapter = 00:11:22:aa:BB:cc\n");
        expect_no_problem(f);
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_free_ char *text = NULL;

                assert_true(asprintf(&text, "[bluez]\nadapter = %s\n", wrong[i]) > 0);
                fixture_load_text(f, text);
                assert_int_equal(f->errors, 1);
                assert_non_null(strstr(f->problems, "[bluez] adapter: not \"auto\", a name"));
        }
}

static void test_a_path_has_its_limit(void **state) {
        Fixture *f = *state;
        char text[200] = "[socket]\npath = /";

        memset(text + strlen(text), 'x', 107);
        fixture_load_text(f, text);
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "[socket] path: 108 bytes, and at most 107 may be"));
        text[strlen(text) - 1] = '\0';
        fixture_load_text(f, text);
        expect_no_problem(f);
}

static void test_retry_max_is_not_below_retry_min(void **state) {
        expect_text(*state, "[bluez]\nretry_min = 31s\n",
                "test.conf:2: [bluez] retry_min: retry_max is below retry_min\n");
        expect_text(*state, "[bluez]\nretry_max = 2s\nretry_min = 3s\n",
                "test.conf:2: [bluez] retry_max: retry_max is below retry_min\n");
}

static void test_words_are_alike_in_any_spelling(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, "[queue]\npolicy = Drop-Oldest\n[daemon]\nlog_level = DEBUG\n");
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->daemon.log_level, LOG_LEVEL_DEBUG);
}

static void test_all_mistakes_are_told_at_once(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, "[queue]\ndepth = 0\nwindow = 0\n[bluez]\nx = 1\n");
        assert_int_equal(f->errors, 3);
        expect_problems(f,
                "test.conf:2: [queue] depth: not a number from 1 to 4096: \"0\"\n"
                "test.conf:3: [queue] window: not a number from 1 to 1024: \"0\"\n"
                "test.conf:5: [bluez] x: unknown key \"x\"; known: bus, adapter, adapter_wait, "
                "power_on, version, handles, call_timeout, register_timeout, "
                "ping_interval, retry_min, "
                "retry_max, handle_tries, predecessor_timeout\n");
}

static void test_a_comment_of_another_kind_is_explained(void **state) {
        Fixture *f = *state;
        const char hint[] = "warning: a comment behind a value begins with \" ;\"\n";
        const char *const lines[] = {"[queue]\ndepth = 4 # four\n", "[queue]\ndepth = 4 // four\n",
                "[queue]\ndepth = #four\n", "[advertisement]\nname = Shed # 1\n"};

        for (size_t i = 0; i < ELEMENTS(lines); i++) {
                fixture_load_text(f, lines[i]);
                assert_non_null(strstr(f->problems, hint));
                assert_int_equal(f->warnings, 1);
        }
}

static void test_text_is_not_taken_for_a_comment(void **state) {
        Fixture *f = *state;
        const char *const values[] = {
                "#1", "Shed#1", "a // b", "\"Shed # 1\"", "O'Neill", "it's 'it"};

        for (size_t i = 0; i < ELEMENTS(values); i++) {
                _cleanup_free_ char *text = NULL;

                assert_true(asprintf(&text, "[advertisement]\nname = %s\n", values[i]) > 0);
                fixture_load_text(f, text);
                expect_no_problem(f);
        }
}

static void test_other_quotes_are_warned_of(void **state) {
        const char *const values[] = {"'Shed'", "\u201cShed\u201d", "\u2018Shed\u2019"};

        for (size_t i = 0; i < ELEMENTS(values); i++) {
                _cleanup_free_ char *text = NULL;

                assert_true(asprintf(&text, "[advertisement]\nname = %s\n", values[i]) > 0);
                expect_text(*state, text,
                        "test.conf:2: [advertisement] name: warning: only double quotes (\") are "
                        "removed\n");
        }
}

static void test_a_space_that_is_none_is_named(void **state) {
        expect_text(*state, "[queue]\ndepth\u00a0= 4\n",
                "test.conf:2: [queue] depth\u00a0: unknown key \"depth\u00a0\"; it holds a "
                "character "
                "that is no space (U+00A0)\n");
        expect_text(*state, "[queue]\ndepth =\u00a04\n",
                "test.conf:2: [queue] depth: not a number from 1 to 4096: \"\u00a04\"\n"
                "test.conf:2: [queue] depth: warning: the value holds a character that is no space "
                "(U+00A0)\n");
}

static void test_an_indented_section_is_told_once(void **state) {
        expect_text(*state,
                "[queue]\ndepth = 4\n  [service s]\nuuid = 181A\n[characteristic a]\n"
                "uuid = 2A00\nflags = read\n",
                "test.conf:3: an indented line continues the key above: keys and sections begin at "
                "the start of the line\n");
}

static void test_a_profile_that_does_not_exist_is_named(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, "[daemon]\nprofile = nowhere\n");
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "/nowhere.conf cannot be read: No such file"));
}

static void expect_nothing(Fixture *f, const char *warning) {
        assert_string_equal(f->nothing, warning);
        assert_int_equal(f->errors, 0);
}

static void test_nothing_to_serve_is_warned_of(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, "");
        expect_nothing(f, "test.conf: warning: no profile is chosen and no service is declared: "
                          "nothing would be served\n");
        fixture_load_text(f, SERVICE "enable = no\n");
        expect_nothing(f, "test.conf: warning: every service is switched off: nothing would be "
                          "served\n");
        fixture_load_text(f, SERVICE);
        expect_nothing(f, "test.conf:1: [service s]: warning: no characteristic is in it: nothing "
                          "would be served\n");
        fixture_load_text(f, SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n");
        expect_nothing(f, "");
}

static void test_the_default_file_that_is_not_there_is_named(void **state) {
        Fixture *f = *state;

        f->may_be_missing = true;
        fixture_load(f, NULL, NULL);
        expect_nothing(f, "test.conf: warning: there is no such file, no profile is chosen and no "
                          "service is declared: nothing would be served\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_an_unknown_section_is_told_with_the_nearest),
                FIXTURE_TEST(test_an_unknown_key_is_told_with_the_nearest),
                FIXTURE_TEST(test_a_section_is_there_once),
                FIXTURE_TEST(test_a_key_is_there_once),
                FIXTURE_TEST(test_names_have_their_rules),
                FIXTURE_TEST(test_a_name_is_not_that_of_a_plain_section),
                FIXTURE_TEST(test_names_are_there_where_they_belong),
                FIXTURE_TEST(test_a_characteristic_needs_a_service_above),
                FIXTURE_TEST(test_a_mistake_in_the_service_is_told_once),
                FIXTURE_TEST(test_an_indented_line_needs_a_key_that_allows_it),
                FIXTURE_TEST(test_a_quote_that_does_not_end_is_refused),
                FIXTURE_TEST(test_each_type_says_what_is_legal),
                FIXTURE_TEST(test_a_bus_is_reached_by_unix_sockets_only),
                FIXTURE_TEST(test_a_policy_that_is_not_known_is_refused_by_name),
                FIXTURE_TEST(test_a_problem_is_one_line_without_controls),
                FIXTURE_TEST(test_an_adapter_is_a_name_or_an_address),
                FIXTURE_TEST(test_a_path_has_its_limit),
                FIXTURE_TEST(test_retry_max_is_not_below_retry_min),
                FIXTURE_TEST(test_words_are_alike_in_any_spelling),
                FIXTURE_TEST(test_all_mistakes_are_told_at_once),
                FIXTURE_TEST(test_a_comment_of_another_kind_is_explained),
                FIXTURE_TEST(test_text_is_not_taken_for_a_comment),
                FIXTURE_TEST(test_other_quotes_are_warned_of),
                FIXTURE_TEST(test_a_space_that_is_none_is_named),
                FIXTURE_TEST(test_an_indented_section_is_told_once),
                FIXTURE_TEST(test_a_profile_that_does_not_exist_is_named),
                FIXTURE_TEST(test_nothing_to_serve_is_warned_of),
                FIXTURE_TEST(test_the_default_file_that_is_not_there_is_named),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
