/* Variables, the names that [environment] declares, and -o. */
#include "fixture.h"

#include "util/cleanup.h"

#define PROFILE                                                                                    \
        SERVICE                                                                                    \
        "[characteristic temperature]\nuuid = 2A6E\nflags = read notify\n"                         \
        "[fields temperature]\ncelsius = i16\n"

/* Loads test.conf with one variable. */
static void load_with(Fixture *f, const char *text, const char *variable) {
        fixture_write(f, "test.conf", text);
        fixture_load(f, VARIABLES(variable), NULL);
}

static void load_with_option(Fixture *f, const char *text, const char *option) {
        fixture_write(f, "test.conf", text);
        fixture_load(f, NULL, VARIABLES(option));
}

static void test_a_variable_wins_over_the_file(void **state) {
        Fixture *f = *state;

        load_with(f, "[queue]\ndepth = 1\n", "SPORED_QUEUE_DEPTH=4");
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.depth, 4);
}

static void test_a_variable_can_name_a_key_of_many_words(void **state) {
        Fixture *f = *state;

        load_with(f, "", "SPORED_QUEUE_NOTIFY_ON_SUBSCRIBE=no");
        expect_no_problem(f);
        assert_false(config_settings(f->config)->queue.notify_on_subscribe);
}

static void test_an_option_wins_over_a_variable(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", "");
        fixture_load(
                f, VARIABLES("SPORED_QUEUE_DEPTH=4"), VARIABLES("queue.depth=5", "queue.depth=6"));
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.depth, 6);
}

static void test_a_variable_reaches_a_named_section(void **state) {
        Fixture *f = *state;

        load_with(f, PROFILE, "SPORED_CHARACTERISTIC__TEMPERATURE__POLICY=coalesce");
        assert_int_equal(find_characteristic(f, "temperature")->policy, QUEUE_COALESCE);
        load_with(f, PROFILE, "SPORED_SERVICE__S__ENABLE=no");
        expect_no_problem(f);
        assert_null(config_profile(f->config));
        load_with(f, PROFILE, "SPORED_FIELDS__TEMPERATURE__CELSIUS=i32");
        assert_int_equal(find_characteristic(f, "temperature")->size_max, 4);
}

static void test_an_option_reaches_a_named_section(void **state) {
        Fixture *f = *state;

        load_with_option(f, PROFILE, "characteristic.temperature.depth=7");
        assert_int_equal(find_characteristic(f, "temperature")->depth, 7);
        load_with_option(f, PROFILE, "temperature.depth=8");
        assert_int_equal(find_characteristic(f, "temperature")->depth, 8);
        load_with_option(f, PROFILE, "fields.temperature.celsius=u8");
        assert_int_equal(find_characteristic(f, "temperature")->size_max, 1);
        load_with_option(f, PROFILE, "s.enable=no");
        expect_no_problem(f);
        assert_null(config_profile(f->config));
}

static void test_a_short_name_of_two_kinds_means_the_characteristic(void **state) {
        Fixture *f = *state;

        load_with_option(f,
                "[service x]\nuuid = 181A\n[characteristic x]\nuuid = 2A00\nflags = read\n",
                "x.uuid=2A01");
        expect_no_problem(f);
        assert_int_equal(find_characteristic(f, "x")->uuid.bytes[3], 0x01);
        assert_int_equal(config_profile(f->config)->services[0]->uuid.bytes[3], 0x1a);
}

static void test_an_unknown_variable_is_refused_by_its_name(void **state) {
        Fixture *f = *state;

        load_with(f, "", "SPORED_QUEUE_DEPHT=4");
        expect_problems(f, "environment SPORED_QUEUE_DEPHT: unknown variable; did you mean "
                           "\"SPORED_QUEUE_DEPTH\"?\n");
        load_with(f, "", "SPORED_QUEUE_depth=4");
        expect_problems(f, "environment SPORED_QUEUE_depth: unknown variable: the name is written "
                           "in capitals\n");
        load_with(f, "", "SPORED_CHARACTERISTIC__X=4");
        expect_problems(f, "environment SPORED_CHARACTERISTIC__X: unknown variable: "
                           "SPORED_KIND__NAME__KEY is expected\n");
        load_with(f, PROFILE, "SPORED_CHARACTERISTIC__TEMPERATUR__POLICY=coalesce");
        expect_problems(f, "environment SPORED_CHARACTERISTIC__TEMPERATUR__POLICY: no "
                           "characteristic \"temperatur\"; did you mean \"temperature\"?\n");
        load_with(f, PROFILE, "SPORED_FIELDS__TEMPERATURE__KELVIN=i16");
        expect_problems(f, "environment SPORED_FIELDS__TEMPERATURE__KELVIN: unknown key \"kelvin\" "
                           "of [fields temperature]; known: celsius\n");
        load_with(f, "", "SPORED_ENVIRONMENT_X=4");
        expect_problems(f, "environment SPORED_ENVIRONMENT_X: unknown variable\n");
}

static void test_other_variables_are_not_ours(void **state) {
        Fixture *f = *state;

        load_with(f, "", "SPOREDX=4");
        expect_no_problem(f);
}

static void test_an_option_that_is_too_long_says_by_how_much(void **state) {
        char text[400] = "advertisement.name=", expected[500];
        Fixture *f = *state;

        memset(text + strlen(text), 'x', 300);
        load_with_option(f, "", text);
        snprintf(expected, sizeof(expected),
                "-o %s: 300 bytes, and at most 248 may be: \"%.60s\"\n", text,
                text + strlen("advertisement.name="));
        expect_problems(f, expected);
}

static void test_a_bad_value_names_the_variable_or_the_option(void **state) {
        Fixture *f = *state;

        load_with(f, "", "SPORED_QUEUE_DEPTH=many");
        expect_problems(
                f, "environment SPORED_QUEUE_DEPTH: not a number from 1 to 4096: \"many\"\n");
        load_with(f, "", "SPORED_QUEUE_DEPTH=");
        expect_problems(f, "environment SPORED_QUEUE_DEPTH: not a number from 1 to 4096: \"\"\n");
        load_with_option(f, "", "queue.depth=many");
        expect_problems(f, "-o queue.depth=many: not a number from 1 to 4096: \"many\"\n");
        load_with(f, "", "SPORED_ADVERTISEMENT_NAME=\xff");
        expect_problems(f, "environment SPORED_ADVERTISEMENT_NAME: not UTF-8\n");
}

static void test_what_no_file_can_say_is_refused(void **state) {
        Fixture *f = *state;

        load_with(f, "", "SPORED_ADVERTISEMENT_NAME=a ;b");
        expect_problems(f, "environment SPORED_ADVERTISEMENT_NAME: \" ;\" in the value, where a "
                           "file would have a comment\n");
        load_with(f, "", "SPORED_ADVERTISEMENT_NAME=a\nb");
        expect_problems(f, "environment SPORED_ADVERTISEMENT_NAME: a control character in the "
                           "value\n");
}

static void test_an_option_says_what_is_wrong_with_it(void **state) {
        Fixture *f = *state;

        load_with_option(f, "", "queue=4");
        expect_problems(f, "-o queue=4: \"queue\" is not SECTION.KEY or KIND.NAME.KEY\n");
        load_with_option(f, "", "queu.depth=4");
        expect_problems(f, "-o queu.depth=4: no section \"queu\"; did you mean \"queue\"?\n");
        load_with_option(f, "", "queue.x.depth=4");
        expect_problems(f, "-o queue.x.depth=4: \"queue\" is not service, characteristic, fields, "
                           "descriptor, source or advertisement\n");
        load_with_option(f, "", "environment.X=queue.depth");
        expect_problems(
                f, "-o environment.X=queue.depth: [environment] can only be set in a file\n");
        load_with_option(f, PROFILE, "temperature.polcy=coalesce");
        expect_problems(f, "-o temperature.polcy=coalesce: unknown key \"polcy\" of "
                           "[characteristic temperature]; did you mean \"policy\"?\n");
}

static void test_an_alias_sets_its_key(void **state) {
        Fixture *f = *state;
        const char *text = "[environment]\nSHED_DEPTH = queue.depth\n[queue]\ndepth = 2\n";

        load_with(f, text, "SHED_DEPTH=9");
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.depth, 9);
        load_with(f, text, "SHED_DEPTH=");
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.depth, 2);
}

static void test_an_alias_reaches_a_named_section(void **state) {
        Fixture *f = *state;

        load_with(f, PROFILE "[environment]\nSHED = characteristic.temperature.depth\n", "SHED=9");
        assert_int_equal(find_characteristic(f, "temperature")->depth, 9);
}

static void test_an_alias_appends(void **state) {
        Fixture *f = *state;

        load_with(f, "[environment]\nSHED_MS = bluez.call_timeout append=ms\n", "SHED_MS=250");
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->bluez.call_timeout_usec, 250000);
        load_with(f, "[environment]\nSHED_MS = bluez.call_timeout append=ms\n", "SHED_MS=x");
        expect_problems(
                f, "environment SHED_MS: not a time with its unit, from 100ms to 600s: \"xms\"\n");
}

static void test_an_alias_maps_words(void **state) {
        Fixture *f = *state;
        const char *text = "[environment]\nSHED = daemon.serve map=here-now:yes,gone:no\n";

        load_with(f, text, "SHED=gone");
        expect_no_problem(f);
        assert_false(config_settings(f->config)->daemon.serve);
        load_with(f, text, "SHED=HERE_NOW");
        expect_no_problem(f);
        assert_true(config_settings(f->config)->daemon.serve);
        load_with(f, text, "SHED=yes");
        expect_problems(f, "environment SHED: unknown word \"yes\"; known: here-now, gone\n");
}

static void expect_alias_refused(Fixture *f, const char *line, const char *why) {
        _cleanup_free_ char *text = NULL, *expected = NULL;

        assert_true(asprintf(&text, "[environment]\n%s\n", line) > 0);
        assert_true(asprintf(&expected, "test.conf:2: [environment] %.*s: %s\n",
                            (int)strcspn(line, " "), line, why) > 0);
        fixture_load_text(f, text);
        expect_problems(f, expected);
}

static void test_an_alias_is_checked_without_its_variable(void **state) {
        Fixture *f = *state;

        expect_alias_refused(
                f, "SHED = queue.dept", "unknown key \"dept\" of [queue]; did you mean \"depth\"?");
        expect_alias_refused(f, "SHED =", "a key is needed: SECTION.KEY or KIND.NAME.KEY");
        expect_alias_refused(f, "SHED = queue.depth add=x",
                "unknown \"add=x\"; known: append=TEXT, map=WORD:VALUE,…");
        expect_alias_refused(f, "SHED = queue.depth map=a:b", "not a number from 1 to 4096: \"b\"");
        expect_alias_refused(f, "SHED = queue.depth map=a", "map= needs word:value, not \"a\"");
        expect_alias_refused(
                f, "SHED = queue.depth map=a:1 append=x", "one append= or one map= is enough");
        expect_alias_refused(f, "shed = queue.depth",
                "the name of a variable has A-Z, 0-9 and '_' and begins with a letter");
        expect_alias_refused(
                f, "SPORED_SHED = queue.depth", "names with SPORED_ have their meaning already");
        expect_alias_refused(
                f, "SHED = daemon.profile", "the profile is chosen before [environment] is known");
}

static void test_two_variables_that_disagree_collide(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", "[environment]\nSHED = queue.depth\nBARN = queue.depth\n");
        fixture_load(f, VARIABLES("SHED=5", "SPORED_QUEUE_DEPTH=4"), NULL);
        expect_problems(f, "environment SHED: collision: SPORED_QUEUE_DEPTH sets the same key to "
                           "\"4\", not \"5\"\n");
        fixture_load(f, VARIABLES("SHED=5", "BARN=6"), NULL);
        expect_problems(
                f, "environment BARN: collision: SHED sets the same key to \"5\", not \"6\"\n");
}

static void test_two_variables_that_agree_do_not_collide(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", "[environment]\nSHED = queue.depth\n");
        fixture_load(f, VARIABLES("SHED=4", "SPORED_QUEUE_DEPTH=4"), NULL);
        expect_no_problem(f);
        assert_int_equal(config_settings(f->config)->queue.depth, 4);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_a_variable_wins_over_the_file),
                FIXTURE_TEST(test_a_variable_can_name_a_key_of_many_words),
                FIXTURE_TEST(test_an_option_wins_over_a_variable),
                FIXTURE_TEST(test_a_variable_reaches_a_named_section),
                FIXTURE_TEST(test_an_option_reaches_a_named_section),
                FIXTURE_TEST(test_a_short_name_of_two_kinds_means_the_characteristic),
                FIXTURE_TEST(test_an_unknown_variable_is_refused_by_its_name),
                FIXTURE_TEST(test_other_variables_are_not_ours),
                FIXTURE_TEST(test_a_bad_value_names_the_variable_or_the_option),
                FIXTURE_TEST(test_an_option_that_is_too_long_says_by_how_much),
                FIXTURE_TEST(test_what_no_file_can_say_is_refused),
                FIXTURE_TEST(test_an_option_says_what_is_wrong_with_it),
                FIXTURE_TEST(test_an_alias_sets_its_key),
                FIXTURE_TEST(test_an_alias_reaches_a_named_section),
                FIXTURE_TEST(test_an_alias_appends),
                FIXTURE_TEST(test_an_alias_maps_words),
                FIXTURE_TEST(test_an_alias_is_checked_without_its_variable),
                FIXTURE_TEST(test_two_variables_that_disagree_collide),
                FIXTURE_TEST(test_two_variables_that_agree_do_not_collide),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
