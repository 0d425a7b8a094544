/* UUIDs: long and short text, and the form BlueZ takes. */
#include "core/uuid.h"
#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect_format(const char *text, const char *expected) {
        char out[UUID_TEXT_SIZE];
        Uuid uuid;

        assert_int_equal(uuid_parse(&uuid, text), 0);
        uuid_format(&uuid, out);
        assert_string_equal(out, expected);
}

static void test_a_long_uuid_comes_back_in_lower_case(void **state) {
        expect_format(
                "6E400001-B5A3-F393-E0A9-E50E24DCCA9E", "6e400001-b5a3-f393-e0a9-e50e24dcca9e");
        expect_format(
                "12345678-1234-5678-1234-56789abcdef0", "12345678-1234-5678-1234-56789abcdef0");
}

static void test_the_bytes_are_in_the_order_of_the_text(void **state) {
        Uuid uuid;

        assert_int_equal(uuid_parse(&uuid, "12345678-1234-5678-1234-56789abcdef0"), 0);
        assert_int_equal(uuid.bytes[0], 0x12);
        assert_int_equal(uuid.bytes[15], 0xf0);
}

static void test_a_short_uuid_stands_on_the_base(void **state) {
        expect_format("2A6E", "00002a6e-0000-1000-8000-00805f9b34fb");
        expect_format("0x2a6e", "00002a6e-0000-1000-8000-00805f9b34fb");
        expect_format("12345678", "12345678-0000-1000-8000-00805f9b34fb");
        expect_format("0X0000180F", "0000180f-0000-1000-8000-00805f9b34fb");
}

static void test_all_else_is_refused(void **state) {
        static const char *const bad[] = {"", "0x", "2A6", "2A6E0", "2A6G", " 2A6E", "2A6E ",
                "2A 6", "0x2A6E00", "0x0x2A6E", "123456789", "2A6E\n", "2A-6E",
                "12345678-1234-5678-1234-56789abcdef",   /* one short */
                "12345678-1234-5678-1234-56789abcdef00", /* one long */
                "12345678-1234-5678-1234-56789abcdefg",  /* no digit */
                "12345678-1234-5678-1234556789abcdef0",  /* no dash */
                "1234567-81234-5678-1234-56789abcdef0",  /* a dash at another place */
                "12345678-1234-5678-1234-56 78 bcdef0",
                "12345678-1234-5678-1234-5678 abcdef0", /* a space */
                "{2345678-1234-5678-1234-56789abcdef}", "12345678123456781234567890abcdef"};
        Uuid uuid = {{0x77}};

        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_int_equal(uuid_parse(&uuid, bad[i]), -EINVAL);
        assert_int_equal(uuid.bytes[0], 0x77);
}

static void test_equal_compares_all_bytes(void **state) {
        Uuid a, b;

        assert_int_equal(uuid_parse(&a, "180F"), 0);
        assert_int_equal(uuid_parse(&b, "0000180f-0000-1000-8000-00805F9B34FB"), 0);
        assert_true(uuid_equal(&a, &b));
        b.bytes[15] ^= 1;
        assert_false(uuid_equal(&a, &b));
}

static void test_a_short_number_is_on_the_base_uuid(void **state) {
        Uuid uuid = uuid_short(0x2a6e);
        char text[UUID_TEXT_SIZE];

        uuid_format(&uuid, text);
        assert_string_equal(text, "00002a6e-0000-1000-8000-00805f9b34fb");
}

static void test_the_size_is_that_of_the_shortest_form(void **state) {
        Uuid uuid;

        assert_int_equal(uuid_parse(&uuid, "2a6e"), 0);
        assert_int_equal(uuid_size(&uuid), 2);
        assert_int_equal(uuid_parse(&uuid, "12342a6e"), 0);
        assert_int_equal(uuid_size(&uuid), 4);
        assert_int_equal(uuid_parse(&uuid, "00002a6e-0000-1000-8000-00805f9b34fc"), 0);
        assert_int_equal(uuid_size(&uuid), 16);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_short_number_is_on_the_base_uuid),
                cmocka_unit_test(test_the_size_is_that_of_the_shortest_form),
                cmocka_unit_test(test_a_long_uuid_comes_back_in_lower_case),
                cmocka_unit_test(test_the_bytes_are_in_the_order_of_the_text),
                cmocka_unit_test(test_a_short_uuid_stands_on_the_base),
                cmocka_unit_test(test_all_else_is_refused),
                cmocka_unit_test(test_equal_compares_all_bytes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
