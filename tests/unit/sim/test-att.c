/* What BlueZ makes of an application's error. */
#include "sim/gatt/att.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FAILED "org.bluez.Error.Failed"

/* A write's code. */
static uint8_t code_of(const char *version, const char *name, const char *text) {
        return att_error_from_bus(
                bluez_behaviour_find(version), name, text, ATT_ERROR_WRITE_NOT_PERMITTED);
}

static void test_failed_with_a_number_of_applications_is_that_code(void **state) {
        assert_int_equal(code_of("5.82", FAILED, "0x80"), 0x80);
        assert_int_equal(code_of("5.82", FAILED, "0x9f"), 0x9f);
        assert_int_equal(code_of("5.66", FAILED, "128"), 0x80);
}

static void test_failed_with_any_other_number_is_unlikely(void **state) {
        assert_int_equal(code_of("5.82", FAILED, "0x7f"), 0x0e);
        assert_int_equal(code_of("5.82", FAILED, "0xa0"), 0x0e);
        assert_int_equal(code_of("5.82", FAILED, "-1"), 0x0e);
        assert_int_equal(code_of("5.82", FAILED, "99999999999999999999"), 0x0e);
}

static void test_failed_without_a_text_is_unlikely(void **state) {
        assert_int_equal(code_of("5.82", FAILED, ""), 0x0e);
        assert_int_equal(code_of("5.82", FAILED, NULL), 0x0e);
}

static void test_failed_with_words_is_the_first_code_of_applications(void **state) {
        assert_int_equal(code_of("5.82", FAILED, "too hot"), 0x80);
        assert_int_equal(code_of("5.82", FAILED, "0x85 extra"), 0x80);
}

static void test_names_have_codes(void **state) {
        assert_int_equal(code_of("5.82", "org.bluez.Error.NotSupported", ""), 0x06);
        assert_int_equal(code_of("5.82", "org.bluez.Error.InvalidOffset", ""), 0x07);
        assert_int_equal(code_of("5.82", "org.bluez.Error.NotAuthorized", ""), 0x08);
        assert_int_equal(code_of("5.82", "org.bluez.Error.InvalidValueLength", ""), 0x0d);
        assert_int_equal(code_of("5.82", "org.bluez.Error.InProgress", ""), 0xfe);
}

static void test_not_permitted_depends_on_what_was_asked(void **state) {
        const BluezBehaviour *behaviour = bluez_behaviour_find("5.82");

        assert_int_equal(code_of("5.82", "org.bluez.Error.NotPermitted", ""), 0x03);
        assert_int_equal(att_error_from_bus(behaviour, "org.bluez.Error.NotPermitted", "",
                                 ATT_ERROR_READ_NOT_PERMITTED),
                0x02);
}

static void test_improperly_configured_is_new(void **state) {
        assert_int_equal(code_of("5.66", "org.bluez.Error.ImproperlyConfigured", ""), 0x0e);
        assert_int_equal(code_of("5.72", "org.bluez.Error.ImproperlyConfigured", ""), 0x0e);
        assert_int_equal(code_of("5.82", "org.bluez.Error.ImproperlyConfigured", ""), 0xfd);
}

static void test_other_names_are_unlikely(void **state) {
        assert_int_equal(code_of("5.82", "org.freedesktop.DBus.Error.Failed", "0x80"), 0x0e);
        assert_int_equal(code_of("5.82", "org.bluez.Error.Strange", "0x80"), 0x0e);
        assert_int_equal(code_of("5.82", NULL, NULL), 0x0e);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_failed_with_a_number_of_applications_is_that_code),
                cmocka_unit_test(test_failed_with_any_other_number_is_unlikely),
                cmocka_unit_test(test_failed_without_a_text_is_unlikely),
                cmocka_unit_test(test_failed_with_words_is_the_first_code_of_applications),
                cmocka_unit_test(test_names_have_codes),
                cmocka_unit_test(test_not_permitted_depends_on_what_was_asked),
                cmocka_unit_test(test_improperly_configured_is_new),
                cmocka_unit_test(test_other_names_are_unlikely),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
