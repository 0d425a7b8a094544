/* [source NAME]: what is read, and the check that its target is there and a number. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>

/* Lines 1 to 16. */
#define PROFILE                                                                                    \
        SERVICE                                                                                    \
        "[characteristic temperature]\nuuid = 2A6E\nflags = read\ntype = i16 scale=0.01\n"         \
        "[characteristic air]\nuuid = 2A00\nflags = read\n"                                        \
        "[characteristic raw]\nuuid = 2A01\nflags = read\n"                                        \
        "[fields air]\nco2 = u16\nhumidity = u16\nnote = utf8\n"
/* Lines 17 and 18; the target is in line 19. */
#define SOURCE PROFILE "[source shed]\nfile = /sys/x\n"

static void load_target(Fixture *f, const char *target) {
        _cleanup_free_ char *text = NULL;

        assert_true(asprintf(&text, SOURCE "target = %s\n", target) > 0);
        fixture_load_text(f, text);
}

static void expect_target_refused(Fixture *f, const char *target, const char *why) {
        _cleanup_free_ char *expected = NULL;

        load_target(f, target);
        assert_true(asprintf(&expected, "test.conf:19: [source shed] target: %s\n", why) > 0);
        expect_problems(f, expected);
}

static const ValueSource *only_source(const Fixture *f) {
        const ValueSource *sources;
        size_t n;

        assert_string_equal(f->problems, "");
        sources = config_value_sources(f->config, &n);
        assert_int_equal(n, 1);
        return sources;
}

static size_t n_sources(const Fixture *f) {
        size_t n;

        expect_no_problem(f);
        config_value_sources(f->config, &n);
        return n;
}

static void expect_number(double value, double expected) {
        assert_true(value == expected);
}

static void test_a_configuration_may_have_no_source(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, PROFILE);
        assert_int_equal(n_sources(f), 0);
}

static void test_a_source_has_its_defaults(void **state) {
        Fixture *f = *state;
        const ValueSource *s;

        load_target(f, "temperature");
        s = only_source(f);
        assert_string_equal(s->name, "shed");
        assert_string_equal(s->file, "/sys/x");
        assert_null(s->match);
        expect_number(s->scale, 1);
        expect_number(s->offset, 0);
        assert_int_equal(s->interval_usec, 10000000);
        assert_false(s->events);
        assert_int_equal(s->debounce_usec, 0);
        expect_number(s->min_change, 0);
        assert_ptr_equal(s->characteristic, find_characteristic(f, "temperature"));
        assert_string_equal(s->field->name, "value");
}

static void test_a_source_says_everything(void **state) {
        Fixture *f = *state;
        const ValueSource *s;

        fixture_load_text(f,
                PROFILE "[source shed]\nfile = /sys/hwmon*/x\nmatch = \"MemAvailable: (.*)\"\n"
                        "scale = -0.001\noffset = 273.15\ninterval = 100ms\nevents = yes\n"
                        "debounce = 50ms\nmin_change = 0.5\ntarget = air.co2\n");
        s = only_source(f);
        assert_string_equal(s->file, "/sys/hwmon*/x");
        assert_string_equal(s->match, "MemAvailable: (.*)");
        expect_number(s->scale, -0.001);
        expect_number(s->offset, 273.15);
        assert_int_equal(s->interval_usec, 100000);
        assert_true(s->events);
        assert_int_equal(s->debounce_usec, 50000);
        expect_number(s->min_change, 0.5);
        assert_string_equal(s->characteristic->name, "air");
        assert_string_equal(s->field->name, "co2");
}

static void test_sources_keep_their_order(void **state) {
        Fixture *f = *state;
        const ValueSource *sources;
        size_t n;

        fixture_load_text(f, PROFILE "[source z]\nfile = /z\ntarget = air.humidity\n"
                                     "[source a]\nfile = /a\ntarget = temperature.value\n");
        expect_no_problem(f);
        sources = config_value_sources(f->config, &n);
        assert_int_equal(n, 2);
        assert_string_equal(sources[0].name, "z");
        assert_string_equal(sources[1].name, "a");
}

static void test_a_source_can_stand_above_its_characteristic(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, "[source shed]\nfile = /x\ntarget = temperature\n" PROFILE);
        assert_int_equal(n_sources(f), 1);
}

static void test_file_and_target_are_required(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, PROFILE "[source shed]\n");
        expect_problems(f, "test.conf:17: [source shed] file: the key is missing\n"
                           "test.conf:17: [source shed] target: the key is missing\n");
}

static void expect_key_refused(Fixture *f, const char *line, const char *why) {
        _cleanup_free_ char *text = NULL, *expected = NULL;

        assert_true(asprintf(&text, PROFILE "[source shed]\n%s\n%starget = temperature\n", line,
                            strncmp(line, "file", 4) == 0 ? "" : "file = /x\n") > 0);
        fixture_load_text(f, text);
        assert_true(asprintf(&expected, "test.conf:18: [source shed] %.*s: %s\n",
                            (int)strcspn(line, " "), line, why) > 0);
        expect_problems(f, expected);
}

static void test_each_key_says_what_is_legal(void **state) {
        Fixture *f = *state;

        expect_key_refused(f, "file = hwmon", "not an absolute path: \"hwmon\"");
        expect_key_refused(f, "file =", "not an absolute path: \"\"");
        expect_key_refused(f, "scale = 1/1000", "not a number such as 0.001: \"1/1000\"");
        expect_key_refused(f, "scale = 0.0", "not 0: every value would be the same");
        expect_key_refused(f, "offset = much", "not a number such as 0.001: \"much\"");
        expect_key_refused(
                f, "interval = 5", "not a time with its unit, from 100ms to 86400s: \"5\"");
        expect_key_refused(f, "match = t=", "one group in parentheses is needed; it has 0: \"t=\"");
        expect_key_refused(f, "match = (a|b)*\\1",
                "a reference back to a group is not possible: \"(a|b)*\\1\"");
        expect_key_refused(
                f, "match = ((a{99}{99}{9,99}", "too many repetitions: \"((a{99}{99}{9,99}\"");
        expect_key_refused(f, "match = (t)=(.*)",
                "one group in parentheses is needed; it has 2: \"(t)=(.*)\"");
        expect_key_refused(
                f, "match = t=(.*", "no regular expression (Unmatched ( or \\(): \"t=(.*\"");
        expect_key_refused(f, "min_change = -1", "below 0: \"-1\"");
        expect_key_refused(f, "min_change = few", "not a number such as 0.001: \"few\"");
        expect_key_refused(f, "debounce = 2h", "not from 0s to 3600s: \"2h\"");
        expect_key_refused(f, "interval = 99ms", "not from 100ms to 86400s: \"99ms\"");
        expect_key_refused(
                f, "intervall = 5s", "unknown key \"intervall\"; did you mean \"interval\"?");
}

static void test_a_target_is_there(void **state) {
        Fixture *f = *state;

        expect_target_refused(
                f, "temperatur", "no characteristic \"temperatur\"; did you mean \"temperature\"?");
        expect_target_refused(f, "air.co", "\"air\" has no field \"co\"; known: co2, humidity");
        expect_target_refused(
                f, "air.humidty", "\"air\" has no field \"humidty\"; did you mean \"humidity\"?");
        expect_target_refused(
                f, "temperature.celsius", "\"temperature\" has no field \"celsius\"; known: value");
}

static void test_a_target_is_a_number(void **state) {
        Fixture *f = *state;

        expect_target_refused(f, "air.note", "\"note\" is utf8, not a number");
        expect_target_refused(
                f, "raw", "\"raw\" is plain bytes: a number needs type or [fields raw]");
}

/* The type stands in line 21, the target of the source in line 19. */
static void load_typed(Fixture *f, const char *type) {
        _cleanup_free_ char *text = NULL;

        assert_true(asprintf(&text,
                            SOURCE "target = typed\n[characteristic typed]\n"
                                   "uuid = 9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6b7ff\n"
                                   "flags = read\ntype = %s\n",
                            type) > 0);
        fixture_load_text(f, text);
}

static void test_a_target_may_be_a_float_or_a_bool_but_no_array(void **state) {
        static const char *const types[] = {"bool", "u64", "i24 scale=0.1", "f32", "medfloat16"};
        Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTS(types); i++) {
                load_typed(f, types[i]);
                assert_int_equal(n_sources(f), 1);
        }
        load_typed(f, "u16 count=2");
        expect_problems(f, "test.conf:19: [source shed] target: \"typed\" is an array of u16, "
                           "not a number\n");
}

static void test_one_of_many_fields_must_be_named(void **state) {
        expect_target_refused(
                *state, "air", "\"air\" has fields: air.FIELD is needed; known: co2, humidity");
}

static void test_no_two_sources_have_the_same_target(void **state) {
        Fixture *f = *state;

        fixture_load_text(f,
                SOURCE "target = temperature\n[source b]\nfile = /b\ntarget = temperature.value\n");
        expect_problems(f, "test.conf:22: [source b] target: the source \"shed\" has the same "
                           "target\n");
}

static void test_a_refused_field_is_told_once(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\ntype = i99\n"
                                     "[source s]\nfile = /x\ntarget = a\n");
        assert_int_equal(f->errors, 1);
        fixture_load_text(f,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n[fields a]\nb = i99\n"
                        "[source s]\nfile = /x\ntarget = a.b\n");
        assert_int_equal(f->errors, 1);
}

static void test_a_source_that_is_switched_off_is_none(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, SOURCE "target = nowhere\nenable = no\n");
        assert_int_equal(n_sources(f), 0);
}

static void test_a_target_that_is_switched_off_leaves_its_source_out(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", SOURCE "target = temperature\n");
        fixture_load(f, NULL, VARIABLES("characteristic.temperature.enable=no"));
        assert_int_equal(n_sources(f), 0);
        fixture_load(f, NULL, VARIABLES("s.enable=no"));
        assert_int_equal(n_sources(f), 0);
}

static void test_a_source_is_there_once(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, SOURCE "target = temperature\n[source shed]\n");
        expect_problems(f, "test.conf:20: [source shed]: the section is in this file already, in "
                           "line 17\n");
        fixture_load_text(f, SOURCE "target = temperature\nfile = /y\n");
        expect_problems(f, "test.conf:20: [source shed] file: the key is in this section already, "
                           "in line 18\n");
}

static void test_a_drop_in_changes_one_key(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", SOURCE "target = temperature\n");
        fixture_write(f, "test.conf.d/a.conf", "[source shed]\ninterval = 3s\n");
        fixture_load(f, NULL, NULL);
        assert_string_equal(only_source(f)->file, "/sys/x");
        assert_int_equal(only_source(f)->interval_usec, 3000000);
}

static void test_a_variable_and_an_option_reach_a_source(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", SOURCE "target = temperature\n");
        fixture_load(f, VARIABLES("SPORED_SOURCE__SHED__INTERVAL=2s"), NULL);
        assert_int_equal(only_source(f)->interval_usec, 2000000);
        fixture_load(f, VARIABLES("SPORED_SOURCE__SHED__INTERVAL=2s"),
                VARIABLES("shed.interval=3s", "source.shed.match=t=(.*)"));
        assert_int_equal(only_source(f)->interval_usec, 3000000);
        assert_string_equal(only_source(f)->match, "t=(.*)");
}

static void test_a_short_name_reaches_the_kind_that_has_the_key(void **state) {
        Fixture *f = *state;

        fixture_write(
                f, "test.conf", PROFILE "[source temperature]\nfile = /x\ntarget = temperature\n");
        fixture_load(f, NULL, VARIABLES("temperature.interval=3s", "temperature.depth=7"));
        assert_int_equal(only_source(f)->interval_usec, 3000000);
        assert_int_equal(find_characteristic(f, "temperature")->depth, 7);
        fixture_load(f, NULL, VARIABLES("temperature.enable=no"));
        assert_null(profile_find(config_profile(f->config), "temperature"));
}

static void test_what_is_dumped_comes_back(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *dump = NULL, *path = fixture_path(f, "dump.conf");
        const ValueSource *s;

        fixture_write(f, "test.conf",
                SOURCE "target = temperature\nmatch = \" # t(.*) \"\nscale = 0.5\n");
        fixture_load(f, VARIABLES("SPORED_SOURCE__SHED__INTERVAL=2s"), NULL);
        dump = dump_text(f);
        assert_non_null(strstr(dump, "interval = 2s ; environment SPORED_SOURCE__SHED__INTERVAL"));
        assert_non_null(strstr(dump, "offset = 0 ; default\n"));
        fixture_write(f, "dump.conf", dump);
        fixture_load_path(f, path, NULL, NULL);
        expect_no_problem(f);
        s = only_source(f);
        assert_string_equal(s->match, " # t(.*) ");
        expect_number(s->scale, 0.5);
        assert_int_equal(s->interval_usec, 2000000);
        assert_string_equal(s->characteristic->name, "temperature");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_a_configuration_may_have_no_source),
                FIXTURE_TEST(test_a_source_has_its_defaults),
                FIXTURE_TEST(test_a_source_says_everything),
                FIXTURE_TEST(test_sources_keep_their_order),
                FIXTURE_TEST(test_a_source_can_stand_above_its_characteristic),
                FIXTURE_TEST(test_file_and_target_are_required),
                FIXTURE_TEST(test_each_key_says_what_is_legal),
                FIXTURE_TEST(test_a_target_is_there),
                FIXTURE_TEST(test_a_target_is_a_number),
                FIXTURE_TEST(test_a_target_may_be_a_float_or_a_bool_but_no_array),
                FIXTURE_TEST(test_one_of_many_fields_must_be_named),
                FIXTURE_TEST(test_no_two_sources_have_the_same_target),
                FIXTURE_TEST(test_a_refused_field_is_told_once),
                FIXTURE_TEST(test_a_source_that_is_switched_off_is_none),
                FIXTURE_TEST(test_a_target_that_is_switched_off_leaves_its_source_out),
                FIXTURE_TEST(test_a_source_is_there_once),
                FIXTURE_TEST(test_a_drop_in_changes_one_key),
                FIXTURE_TEST(test_a_variable_and_an_option_reach_a_source),
                FIXTURE_TEST(test_a_short_name_reaches_the_kind_that_has_the_key),
                FIXTURE_TEST(test_what_is_dumped_comes_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
