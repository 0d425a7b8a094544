/* The numbers of IEEE 11073: vectors worked out by hand, and every pattern of 16 bits. */
#include "core/medfloat.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(const Medfloat *type, double number, uint32_t bits) {
        Special special = SPECIAL_NAN;
        uint32_t got = 0;
        double back = 0;

        assert_true(medfloat_encode(type, number, &got));
        if (got != bits)
                fail_msg("%.12g is 0x%x, not 0x%x", number, got, bits);
        assert_true(medfloat_decode(type, bits, &special, &back));
        assert_int_equal(special, SPECIAL_NONE);
        assert_true(back == number);
}

/* 36.4 is 364 * 10^-1: the mantissa is 0x16c, the exponent -1 is 0xf of four bits and 0xff of
 * eight. */
static void test_vectors_of_16_bits(void **state) {
        expect(&medfloat16, 36.4, 0xf16c);
        expect(&medfloat16, 0, 0x0000);
        expect(&medfloat16, 1, 0x0001);
        expect(&medfloat16, -1, 0x0fff);
        expect(&medfloat16, -5.3, 0xffcb);
        expect(&medfloat16, 114, 0x0072);
        expect(&medfloat16, 2045, 0x07fd);
        expect(&medfloat16, 2050, 0x10cd);
        expect(&medfloat16, 1e-8, 0x8001);
        expect(&medfloat16, 2045e7, 0x77fd);
        expect(&medfloat16, -2045e7, 0x7803);
        /* The exponent ends at 7: the mantissa takes the rest. */
        expect(&medfloat16, 1e10, 0x73e8);
}

static void test_vectors_of_32_bits(void **state) {
        expect(&medfloat32, 36.4, 0xff00016c);
        expect(&medfloat32, 98.6, 0xff0003da);
        expect(&medfloat32, 0, 0);
        expect(&medfloat32, -0.001, 0xfdffffff);
        expect(&medfloat32, 8388605, 0x007ffffd);
        expect(&medfloat32, 1e128, 0x7f00000a);
        expect(&medfloat32, 1e-128, 0x80000001);
        expect(&medfloat32, -8388605e127, 0x7f800003);
}

/* IEEE 11073-20601, Annex F.6 and F.7. */
static void test_special_values(void **state) {
        static const struct {
                Special special;
                uint32_t bits16, bits32;
        } expected[] = {
                {SPECIAL_NAN, 0x07ff, 0x007fffff},
                {SPECIAL_NRES, 0x0800, 0x00800000},
                {SPECIAL_PLUS_INF, 0x07fe, 0x007ffffe},
                {SPECIAL_MINUS_INF, 0x0802, 0x00800002},
        };
        Special special;
        double number;

        for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
                assert_int_equal(medfloat_encode_special(&medfloat16, expected[i].special),
                        expected[i].bits16);
                assert_int_equal(medfloat_encode_special(&medfloat32, expected[i].special),
                        expected[i].bits32);
                assert_true(medfloat_decode(&medfloat16, expected[i].bits16, &special, &number));
                assert_int_equal(special, expected[i].special);
                assert_true(medfloat_decode(&medfloat32, expected[i].bits32, &special, &number));
                assert_int_equal(special, expected[i].special);
        }
}

static void test_reserved_patterns_are_none(void **state) {
        Special special;
        double number;

        assert_false(medfloat_decode(&medfloat16, 0x0801, &special, &number));
        assert_false(medfloat_decode(&medfloat16, 0x17ff, &special, &number));
        assert_false(medfloat_decode(&medfloat32, 0x00800001, &special, &number));
        assert_false(medfloat_decode(&medfloat32, 0x017fffff, &special, &number));
}

static void test_a_number_is_rounded_to_what_fits(void **state) {
        uint32_t bits;

        assert_true(medfloat_encode(&medfloat16, 3.14159, &bits));
        assert_int_equal(bits, 0xe13a);
        assert_true(medfloat_encode(&medfloat16, 2046, &bits));
        assert_int_equal(bits, 0x10cd);
        assert_true(medfloat_encode(&medfloat16, 1e-10, &bits));
        assert_int_equal(bits, 0);
        assert_true(medfloat_encode(&medfloat32, 0.1 + 0.2, &bits));
        assert_int_equal(bits, 0xff000003);
        assert_false(medfloat_encode(&medfloat16, 2046e7, &bits));
        assert_false(medfloat_encode(&medfloat32, -1e200, &bits));
        assert_false(medfloat_encode(&medfloat16, NAN, &bits));
        assert_false(medfloat_encode(&medfloat16, INFINITY, &bits));
}

/* Two patterns may be one number; the one that is made of it is always the same. */
static void test_each_pattern_of_16_bits_keeps_its_number(void **state) {
        unsigned reserved = 0;

        for (uint32_t bits = 0; bits <= 0xffff; bits++) {
                Special special, again_special;
                double number, again;
                uint32_t back;

                if (!medfloat_decode(&medfloat16, bits, &special, &number)) {
                        reserved++;
                        continue;
                }
                if (special != SPECIAL_NONE)
                        continue;
                assert_true(medfloat_encode(&medfloat16, number, &back));
                assert_true(medfloat_decode(&medfloat16, back, &again_special, &again));
                if (again != number)
                        fail_msg("0x%04x is %.17g, comes back as %.17g", bits, number, again);
        }
        assert_int_equal(reserved, 16 * 5 - 4);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_vectors_of_16_bits),
                cmocka_unit_test(test_vectors_of_32_bits),
                cmocka_unit_test(test_special_values),
                cmocka_unit_test(test_reserved_patterns_are_none),
                cmocka_unit_test(test_a_number_is_rounded_to_what_fits),
                cmocka_unit_test(test_each_pattern_of_16_bits_keeps_its_number),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
