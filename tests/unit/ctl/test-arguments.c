/* From a command line to the request that is sent. */
#include "ctl/message.h"

#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 12

/* Parses and builds as main() does. words ends with NULL. */
static int build(const char *const words[], char **ret_message, char **ret_errors) {
        _cleanup_(arguments_done) Arguments arguments = {};
        char *argv[WORDS_MAX + 1] = {};
        size_t size;
        FILE *errors = open_memstream(ret_errors, &size);
        int argc = 0, r;

        assert_non_null(errors);
        *ret_message = NULL;
        for (; words[argc]; argc++)
                argv[argc] = strdup(words[argc]);
        r = arguments_parse(&arguments, argc, argv, errors);
        if (r == 0)
                r = message_build(ret_message, &arguments, errors);
        fclose(errors);
        for (int i = 0; i < argc; i++)
                free(argv[i]);
        return r;
}

#define WORDS(...)                                                                                 \
        (const char *const[]) {                                                                    \
                "sporectl", __VA_ARGS__, NULL                                                      \
        }

static void assert_message(const char *const words[], const char *expected) {
        _cleanup_free_ char *message = NULL;
        _cleanup_free_ char *errors = NULL;

        assert_int_equal(build(words, &message, &errors), 0);
        assert_string_equal(message, expected);
        assert_string_equal(errors, "");
}

static void assert_wrong(const char *const words[], const char *part) {
        _cleanup_free_ char *message = NULL;
        _cleanup_free_ char *errors = NULL;

        assert_int_equal(build(words, &message, &errors), -EINVAL);
        assert_null(message);
        if (strncmp(errors, "sporectl: ", 10) != 0 || !strstr(errors, part))
                fail_msg("'%s' does not say '%s'", errors, part);
}

static void test_set_fields(void **state) {
        assert_message(WORDS("set", "env", "a=1", "b_2=x=y", "c="),
                "{\"op\":\"set\",\"characteristic\":\"env\","
                "\"fields\":{\"a\":\"1\",\"b_2\":\"x=y\",\"c\":\"\"}}");
}

static void test_set_a_single_value(void **state) {
        assert_message(WORDS("set", "temperature", "21.4"),
                "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":\"21.4\"}");
}

static void test_a_negative_number_is_no_option(void **state) {
        assert_message(WORDS("set", "temperature", "-5.3"),
                "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":\"-5.3\"}");
        assert_message(WORDS("set", "temperature", "-.5"),
                "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":\"-.5\"}");
}

static void test_text_that_holds_an_equals_sign_may_be_a_value(void **state) {
        assert_message(WORDS("set", "note", "{\"a\":\"x=y\"}"),
                "{\"op\":\"set\",\"characteristic\":\"note\","
                "\"value\":\"{\\\"a\\\":\\\"x=y\\\"}\"}");
        assert_message(WORDS("set", "note", "=a"),
                "{\"op\":\"set\",\"characteristic\":\"note\",\"value\":\"=a\"}");
        assert_message(WORDS("set", "note", "1=2"),
                "{\"op\":\"set\",\"characteristic\":\"note\",\"value\":\"1=2\"}");
}

static void test_what_follows_two_dashes_is_no_option(void **state) {
        assert_message(WORDS("set", "note", "--", "--json"),
                "{\"op\":\"set\",\"characteristic\":\"note\",\"value\":\"--json\"}");
}

static void test_set_hex_wherever_the_option_stands(void **state) {
        const char *expected = "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"00ff\"}";

        assert_message(WORDS("set", "raw", "--hex", "00ff"), expected);
        assert_message(WORDS("set", "--hex=00ff", "raw"), expected);
}

static void test_what_is_asked_for(void **state) {
        assert_message(WORDS("get", "env"), "{\"op\":\"get\",\"characteristic\":\"env\"}");
        assert_message(WORDS("get", "env", "co2"), "{\"op\":\"get\",\"characteristic\":\"env\"}");
        assert_message(WORDS("status"), "{\"op\":\"status\"}");
        assert_message(WORDS("metrics"), "{\"op\":\"metrics\"}");
        assert_message(WORDS("devices"), "{\"op\":\"devices\"}");
        assert_message(WORDS("activate"), "{\"op\":\"activate\"}");
        assert_message(WORDS("deactivate"), "{\"op\":\"deactivate\"}");
        assert_message(
                WORDS("advertise", "My Shed"), "{\"op\":\"advertise\",\"name\":\"My Shed\"}");
}

/* As main() does; words ends with NULL. arguments borrows from them. */
static void parse(Arguments *arguments, const char *const words[]) {
        char *argv[WORDS_MAX + 1] = {};
        int argc = 0;

        for (; words[argc]; argc++)
                argv[argc] = (char *)(uintptr_t)words[argc];
        assert_int_equal(arguments_parse(arguments, argc, argv, stderr), 0);
}

static void test_watch(void **state) {
        Arguments arguments;

        parse(&arguments, WORDS("watch"));
        assert_int_equal(arguments.n_rest, 0);
        assert_string_equal(arguments.events[0], "write");
        assert_null(arguments.events[1]);
        arguments_done(&arguments);
        parse(&arguments,
                WORDS("watch", "--events", "write,descriptor-write,stale,status,connection"));
        assert_string_equal(arguments.events[1], "descriptor-write");
        assert_string_equal(arguments.events[4], "connection");
        assert_null(arguments.events[5]);
        arguments_done(&arguments);
        parse(&arguments, WORDS("watch", "a", "--events", "status,stale", "b"));
        assert_int_equal(arguments.n_rest, 2);
        assert_string_equal(arguments.rest[1], "b");
        assert_null(arguments.rest[2]);
        assert_string_equal(arguments.events[0], "status");
        assert_string_equal(arguments.events[1], "stale");
        assert_null(arguments.events[2]);
        arguments_done(&arguments);
}

static void test_handle(void **state) {
        Arguments arguments;

        parse(&arguments, WORDS("handle", "a", "--", "cmd", "--verdict", "-x"));
        assert_string_equal(arguments.name, "a");
        assert_false(arguments.verdict);
        assert_true(arguments.time_limit_usec == 10000000);
        assert_int_equal(arguments.n_rest, 3);
        assert_string_equal(arguments.rest[0], "cmd");
        assert_string_equal(arguments.rest[2], "-x");
        assert_null(arguments.rest[3]);
        arguments_done(&arguments);
        parse(&arguments, WORDS("handle", "--verdict", "a", "--time-limit=90ms", "--", "cmd"));
        assert_true(arguments.verdict);
        assert_true(arguments.time_limit_usec == 90000);
        arguments_done(&arguments);
        parse(&arguments, WORDS("handle", "a", "--time-limit", "0", "--", "\xff"));
        assert_true(arguments.time_limit_usec == 0);
        assert_int_equal(message_check_utf8(&arguments, stderr), 0);
        arguments_done(&arguments);
}

static void test_timeout(void **state) {
        Arguments arguments;

        parse(&arguments, WORDS("set", "-"));
        assert_true(arguments.timeout_usec == ARGUMENTS_NOT_GIVEN);
        arguments_done(&arguments);
        parse(&arguments, WORDS("--timeout", "2s", "set", "-"));
        assert_true(arguments.timeout_usec == 2000000);
        arguments_done(&arguments);
        parse(&arguments, WORDS("get", "a", "--timeout=0"));
        assert_true(arguments.timeout_usec == 0);
        arguments_done(&arguments);
        assert_wrong(WORDS("get", "a", "--timeout", "soon"), "'soon' is no time");
        assert_wrong(WORDS("watch", "--timeout", "1s"), "watch takes no --timeout");
        assert_wrong(WORDS("handle", "a", "--timeout", "1s", "--", "b"), "takes no --timeout");
}

static void test_lines_are_set(void **state) {
        Arguments arguments;

        parse(&arguments, WORDS("set", "-"));
        assert_true(arguments.lines);
        arguments_done(&arguments);
        parse(&arguments, WORDS("set", "note", "-"));
        assert_false(arguments.lines);
        assert_string_equal(arguments.rest[0], "-");
        arguments_done(&arguments);
}

static void test_wrong_watches_and_handles(void **state) {
        assert_wrong(WORDS("watch", "--events", "rain"), "not 'rain'");
        assert_wrong(WORDS("watch", "--events", "write,"), "not ''");
        assert_wrong(WORDS("watch", "--events", "writes"), "not 'writes'");
        assert_wrong(WORDS("watch", "--events", "write,write"), "write is there twice");
        assert_wrong(WORDS("handle"), "handle needs the name");
        assert_wrong(WORDS("handle", "a"), "handle NAME -- COMMAND");
        assert_wrong(WORDS("handle", "a", "--"), "handle NAME -- COMMAND");
        assert_wrong(WORDS("handle", "a", "cmd"), "handle NAME -- COMMAND");
        assert_wrong(WORDS("handle", "a", "b", "--", "cmd"), "handle NAME -- COMMAND");
        assert_wrong(WORDS("handle", "--", "a", "cmd"), "handle NAME -- COMMAND");
        assert_wrong(WORDS("handle", "a", "--json", "--", "cmd"), "handle takes no --json");
        assert_wrong(WORDS("handle", "a", "--time-limit", "5", "--", "c"), "'5' is no time");
        assert_wrong(WORDS("handle", "a", "--time-limit", "25h", "--", "c"), "'25h' is no time");
        assert_wrong(WORDS("watch", "--verdict"), "watch takes no --verdict");
        assert_wrong(WORDS("set", "-", "a"), "set - takes nothing more");
        assert_wrong(WORDS("set", "-", "--hex", "00"), "set - takes nothing more");
        assert_wrong(WORDS("metrics", "a"), "metrics takes nothing more");
        assert_wrong(WORDS("advertise"), "advertise needs one name");
        assert_wrong(WORDS("devices", "a"), "devices takes nothing more");
        assert_wrong(WORDS("advertise", "a", "b"), "advertise needs one name");
}

static void test_options_are_read(void **state) {
        char *argv[] = {(char[]){"sporectl"}, (char[]){"--socket"}, (char[]){"/x"},
                (char[]){"status"}, (char[]){"--json"}, NULL};
        Arguments arguments;

        assert_int_equal(arguments_parse(&arguments, 5, argv, stderr), 0);
        assert_string_equal(arguments.socket, "/x");
        assert_true(arguments.json);
        assert_int_equal(arguments.command, COMMAND_STATUS);
        arguments_done(&arguments);
}

static void test_help_needs_no_command(void **state) {
        char *argv[] = {(char[]){"sporectl"}, (char[]){"--help"}, NULL};
        Arguments arguments;

        assert_int_equal(arguments_parse(&arguments, 2, argv, stderr), 0);
        assert_int_equal(arguments.command, COMMAND_HELP);
        arguments_done(&arguments);
        parse(&arguments, WORDS("help"));
        assert_int_equal(arguments.command, COMMAND_HELP);
        arguments_done(&arguments);
        parse(&arguments, WORDS("version"));
        assert_int_equal(arguments.command, COMMAND_VERSION);
        arguments_done(&arguments);
}

static void test_wrong_commands(void **state) {
        assert_wrong(WORDS("fly"), "there is no command 'fly'");
        assert_wrong(WORDS("status", "x"), "status takes nothing more");
}

static void test_without_arguments_the_usage_is_printed(void **state) {
        _cleanup_free_ char *message = NULL, *errors = NULL;

        assert_int_equal(
                build((const char *const[]){"sporectl", NULL}, &message, &errors), -EINVAL);
        assert_int_equal(strncmp(errors, "Usage: sporectl", 15), 0);
}

static void test_spaces_in_the_wrong_place_are_explained(void **state) {
        assert_wrong(
                WORDS("set", "a", "b", "=", "2"), "'b' is not FIELD=VALUE: no spaces around '='");
        assert_wrong(WORDS("set", "a", "b=", "2"), "'2' is not FIELD=VALUE: no spaces around '='");
        assert_wrong(WORDS("set", "a", "Hello", "World"),
                "'Hello' is not FIELD=VALUE: a value with spaces needs quotes");
}

static void test_wrong_options(void **state) {
        assert_wrong(WORDS("status", "--loud"), "--loud is no option");
        assert_wrong(WORDS("status", "--json=1"), "--json=1 is no option or takes no value");
        assert_wrong(WORDS("status", "-x"), "there is no option -x");
        assert_wrong(WORDS("status", "--socket"), "--socket needs a value");
        assert_wrong(WORDS("get", "a", "--hex", "00"), "get takes no --hex");
}

static void test_wrong_gets_and_sets(void **state) {
        assert_wrong(WORDS("get"), "get needs the name");
        assert_wrong(WORDS("get", "a", "b", "c"), "one field or none");
        assert_wrong(WORDS("set"), "set needs the name");
        assert_wrong(WORDS("set", "a"), "set needs a value");
        assert_wrong(WORDS("set", "a", "b=1", "2"), "'2' is not FIELD=VALUE");
        assert_wrong(WORDS("set", "a", "1", "--hex", "00"), "either --hex or values");
        assert_wrong(WORDS("set", "a", "b=1", "b=2"), "b is given twice");
}

static void test_arguments_are_utf8(void **state) {
        assert_wrong(WORDS("set", "a", "\xff"), "not UTF-8");
        assert_wrong(WORDS("get", "\xff"), "not UTF-8");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_set_fields),
                cmocka_unit_test(test_set_a_single_value),
                cmocka_unit_test(test_a_negative_number_is_no_option),
                cmocka_unit_test(test_text_that_holds_an_equals_sign_may_be_a_value),
                cmocka_unit_test(test_what_follows_two_dashes_is_no_option),
                cmocka_unit_test(test_set_hex_wherever_the_option_stands),
                cmocka_unit_test(test_what_is_asked_for),
                cmocka_unit_test(test_watch),
                cmocka_unit_test(test_handle),
                cmocka_unit_test(test_timeout),
                cmocka_unit_test(test_lines_are_set),
                cmocka_unit_test(test_wrong_watches_and_handles),
                cmocka_unit_test(test_options_are_read),
                cmocka_unit_test(test_help_needs_no_command),
                cmocka_unit_test(test_wrong_commands),
                cmocka_unit_test(test_wrong_options),
                cmocka_unit_test(test_wrong_gets_and_sets),
                cmocka_unit_test(test_arguments_are_utf8),
                cmocka_unit_test(test_without_arguments_the_usage_is_printed),
                cmocka_unit_test(test_spaces_in_the_wrong_place_are_explained),
        };

        return cmocka_run_group_tests_name("ctl-arguments", tests, NULL, NULL);
}
