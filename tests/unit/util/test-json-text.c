/* Which texts are JSON, and where the others are wrong. */
#include "util/json-text.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect_good(const char *text) {
        char why[JSON_TEXT_WHY_SIZE] = "";
        int r = json_text_check(text, strlen(text), why);

        assert_string_equal(why, "");
        assert_int_equal(r, 0);
}

/* The words in front of the place are of the library. */
static void expect_bad(const char *text, const char *place) {
        char why[JSON_TEXT_WHY_SIZE] = "";

        assert_int_equal(json_text_check(text, strlen(text), why), -EINVAL);
        assert_true(strlen(why) > strlen(place));
        assert_string_equal(why + strlen(why) - strlen(place), place);
}

static void test_any_one_value_is_json(void **state) {
        expect_good("null");
        expect_good("0");
        expect_good("-1.5e3");
        expect_good("18446744073709551616");
        expect_good("\"a\\u0000\\\"[\"");
        expect_good(" [1, {\"a\": [true]}] ");
        expect_good("{\"a\":1,\"a\":2}");
}

static void test_what_is_none_is_told_with_its_place(void **state) {
        expect_bad("", "is empty");
        expect_bad("{\"a\":tru}", " at byte 8");
        expect_bad("[1,]", " at byte 4");
        expect_bad("1 2", " at byte 3");
        expect_bad("{'a':1}", " at byte 2");
}

/* Brackets in strings are text. */
static void test_depth_is_bounded(void **state) {
        char text[512];
        char why[JSON_TEXT_WHY_SIZE] = "";

        memset(text, '[', sizeof text);
        assert_int_equal(json_text_check(text, sizeof text, why), -EINVAL);
        assert_string_equal(why, "nested deeper than 32 at byte 33");
        memset(text + JSON_TEXT_DEPTH_MAX, ']', JSON_TEXT_DEPTH_MAX);
        assert_int_equal(json_text_check(text, (size_t)(2 * JSON_TEXT_DEPTH_MAX), why), 0);
        text[0] = text[sizeof text - 1] = '"';
        memset(text + 1, '[', sizeof text - 2);
        assert_int_equal(json_text_check(text, sizeof text, why), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_any_one_value_is_json),
                cmocka_unit_test(test_what_is_none_is_told_with_its_place),
                cmocka_unit_test(test_depth_is_bounded),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
