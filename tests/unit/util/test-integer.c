/* Whole numbers of 64 bits with and without a sign. */
#include "util/integer.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const Integer least = {.magnitude = UINT64_C(1) << 63, .negative = true};
static const Integer most = {.magnitude = UINT64_MAX};
static const Integer minus_one = {.magnitude = 1, .negative = true};
static const Integer zero = {};

static void expect_parsed(const char *text, Integer expected) {
        char shown[INTEGER_TEXT_SIZE];
        Integer integer = {.magnitude = 77};

        assert_int_equal(integer_parse(&integer, text), 0);
        assert_int_equal(integer_compare(integer, expected), 0);
        assert_int_equal(integer.negative, expected.negative);
        assert_true(strlen(integer_format(integer, shown)) > 0);
}

static void test_order(void **state) {
        const Integer rising[] = {
                least, {.magnitude = 2, .negative = true}, minus_one, zero, {.magnitude = 1}, most};

        for (int i = 0; i < 6; i++)
                for (int j = 0; j < 6; j++) {
                        int order = integer_compare(rising[i], rising[j]);

                        assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
                }
}

static void test_bits_are_twos_complement(void **state) {
        assert_true(integer_to_bits(minus_one) == UINT64_MAX);
        assert_true(integer_to_bits(least) == UINT64_C(1) << 63);
        assert_true(integer_to_bits(most) == UINT64_MAX);
        assert_int_equal(integer_compare(integer_from_bits(UINT64_MAX, 64, true), minus_one), 0);
        assert_int_equal(integer_compare(integer_from_bits(UINT64_MAX, 64, false), most), 0);
        assert_int_equal(integer_compare(integer_from_bits(0xfff, 12, true), minus_one), 0);
        assert_int_equal(integer_from_bits(0xf7ff, 12, true).magnitude, 0x7ff);
        assert_int_equal(integer_from_bits(0x800, 12, true).magnitude, 0x800);
        assert_true(integer_from_bits(UINT64_C(1) << 63, 64, true).negative);
}

static void test_doubles(void **state) {
        Integer integer;

        assert_true(integer_to_double(least) == -0x1p63);
        assert_true(integer_to_double(most) == 0x1p64);
        assert_true(integer_from_double(&integer, -0x1p63));
        assert_int_equal(integer_compare(integer, least), 0);
        assert_true(integer_from_double(&integer, -0.0));
        assert_false(integer.negative);
        assert_false(integer_from_double(&integer, 0x1p64));
        assert_false(integer_from_double(&integer, -0x1p64));
        assert_false(integer_from_double(&integer, INFINITY));
        assert_false(integer_from_double(&integer, NAN));
}

static void test_text(void **state) {
        char out[INTEGER_TEXT_SIZE];
        Integer integer;

        expect_parsed("0", zero);
        expect_parsed("-0", zero);
        expect_parsed("-1", minus_one);
        expect_parsed("18446744073709551615", most);
        expect_parsed("0xffffffffffffffff", most);
        expect_parsed("-9223372036854775808", least);
        expect_parsed("+5", (Integer){.magnitude = 5});
        assert_int_equal(integer_parse(&integer, ""), -EINVAL);
        assert_int_equal(integer_parse(&integer, "-"), -EINVAL);
        assert_int_equal(integer_parse(&integer, "-0x1"), -EINVAL);
        assert_int_equal(integer_parse(&integer, "--1"), -EINVAL);
        assert_int_equal(integer_parse(&integer, "1.0"), -EINVAL);
        assert_int_equal(integer_parse(&integer, "18446744073709551616"), -ERANGE);
        assert_string_equal(integer_format(least, out), "-9223372036854775808");
        assert_string_equal(integer_format(most, out), "18446744073709551615");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_bits_are_twos_complement),
                cmocka_unit_test(test_doubles),
                cmocka_unit_test(test_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
