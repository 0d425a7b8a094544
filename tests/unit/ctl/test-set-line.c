/* From a line of `sporectl set -` to set requests. */
#include "ctl/set-line.h"

#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_sets(const char *line, const char *expected) {
        _cleanup_free_ char *text = NULL;
        char why[MESSAGE_WHY_SIZE] = "";
        json_t *sets;

        if (set_line_parse(&sets, line, why) < 0)
                fail_msg("'%s': %s", line, why);
        text = json_dumps(sets, JSON_COMPACT);
        json_decref(sets);
        assert_string_equal(text, expected);
}

static void assert_wrong(const char *line, const char *part) {
        char why[MESSAGE_WHY_SIZE] = "";
        json_t *sets;

        assert_int_equal(set_line_parse(&sets, line, why), -EINVAL);
        if (!strstr(why, part))
                fail_msg("'%s' does not say '%s'", why, part);
}

#define SET(name, more) "{\"op\":\"set\",\"characteristic\":\"" name "\"," more "}"

static void test_a_value_is_the_rest_of_the_line(void **state) {
        assert_sets("t 21.4", "[" SET("t", "\"value\":\"21.4\"") "]");
        assert_sets("  t\t -5 \r", "[" SET("t", "\"value\":\"-5\"") "]");
        assert_sets(
                "note Hello  \"World\"", "[" SET("note", "\"value\":\"Hello  \\\"World\\\"\"") "]");
        assert_sets("note 1=2 a=b", "[" SET("note", "\"value\":\"1=2 a=b\"") "]");
        assert_sets("note {\"a\":1}", "[" SET("note", "\"value\":\"{\\\"a\\\":1}\"") "]");
        assert_sets("n #5", "[" SET("n", "\"value\":\"#5\"") "]");
}

static void test_fields_are_split_at_blanks(void **state) {
        assert_sets("env a=1  b_2=x=y\tc=",
                "[" SET("env", "\"fields\":{\"a\":\"1\",\"b_2\":\"x=y\",\"c\":\"\"}") "]");
        assert_sets("note value=a=b", "[" SET("note", "\"fields\":{\"value\":\"a=b\"}") "]");
}

static void test_nothing(void **state) {
        assert_sets("", "[]");
        assert_sets(" \t\r", "[]");
        assert_sets("# a comment", "[]");
        assert_sets("  #", "[]");
}

static void test_values_by_name(void **state) {
        assert_sets("{\"a\":{\"x\":1,\"y\":\"ON\"},\"b\":2.5,\"c\":[\"P\",\"Q\"],\"d\":\"e f\"}",
                "[" SET("a", "\"fields\":{\"x\":1,\"y\":\"ON\"}") "," SET(
                        "b", "\"value\":2.5") "," SET("c", "\"value\":[\"P\",\"Q\"]") "," SET("d",
                        "\"value\":\"e f\"") "]");
}

static void test_a_request(void **state) {
        assert_sets(" {\"op\":\"set\",\"id\":7,\"characteristic\":\"a\",\"hex\":\"00\"}",
                "[" SET("a", "\"hex\":\"00\"") "]");
        assert_sets("{\"characteristic\":\"a\",\"colour\":1}",
                "[{\"characteristic\":\"a\",\"colour\":1,\"op\":\"set\"}]");
        assert_sets("{\"characteristic\":5}", "[" SET("characteristic", "\"value\":5") "]");
}

static void test_wrong_lines(void **state) {
        assert_wrong("env", "env: no value follows");
        assert_wrong("env ", "env: no value follows");
        assert_wrong("env a=1 b", "'b' is not FIELD=VALUE");
        assert_wrong("env a=1 a=2", "a is given twice");
        assert_wrong("{\"a\":1", "not JSON: ");
        assert_wrong("{\"a\":1,\"a\":2}", "not JSON: duplicate");
        assert_wrong("{\"a\":1}{\"b\":2}", "not JSON: ");
        assert_wrong("{\"a\":NaN}", "not JSON: ");
        assert_wrong("[1]", "not a JSON object");
        assert_wrong("{}", "nothing in it");
        assert_wrong("{\"op\":\"get\",\"characteristic\":\"a\"}", "is set here");
        assert_wrong("{\"op\":5,\"characteristic\":\"a\"}", "is set here");
}

static void test_why_is_bounded(void **state) {
        char line[5000];

        memset(line, 'a', sizeof(line));
        line[sizeof(line) - 1] = '\0';
        assert_wrong(line, "no value follows");
        memset(line, '[', sizeof(line) - 1);
        assert_wrong(line, "not JSON: ");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_value_is_the_rest_of_the_line),
                cmocka_unit_test(test_fields_are_split_at_blanks),
                cmocka_unit_test(test_nothing),
                cmocka_unit_test(test_values_by_name),
                cmocka_unit_test(test_a_request),
                cmocka_unit_test(test_wrong_lines),
                cmocka_unit_test(test_why_is_bounded),
        };

        return cmocka_run_group_tests_name("ctl-set-line", tests, NULL, NULL);
}
