/* BlueZ's version from modalias and text. */
#include "core/bluez-version.h"
#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_version(BluezVersion v, unsigned major, unsigned minor) {
        assert_int_equal(v.major, major);
        assert_int_equal(v.minor, minor);
}

static void test_modalias_names_the_version(void **state) {
        assert_version(bluez_version_from_modalias("usb:v1D6Bp0246d0542"), 5, 66);
        assert_version(bluez_version_from_modalias("usb:v1D6Bp0246d0552"), 5, 82);
        assert_version(bluez_version_from_modalias("usb:v1D6Bp0246d0557"), 5, 87);
}

static void test_case_of_a_modalias_does_not_matter(void **state) {
        assert_version(bluez_version_from_modalias("usb:v1d6bp0246d064f"), 6, 79);
        assert_version(bluez_version_from_modalias("usb:v1D6BP0246D064F"), 6, 79);
}

static void test_modalias_of_others_is_unknown(void **state) {
        static const char *const others[] = {
                "bluetooth:v1D6Bp0246d0542", /* another registry of vendors */
                "usb:v004Cp0246d0542",       /* another vendor */
                "usb:v1D6Bp0001d0542",       /* another product */
        };

        for (size_t i = 0; i < ELEMENTS(others); i++)
                assert_false(bluez_version_known(bluez_version_from_modalias(others[i])));
}

static void test_damaged_modalias_is_unknown(void **state) {
        static const char *const damaged[] = {
                "",
                "usb:v1D6Bp0246d",
                "usb:v1D6Bp0246d054",
                "usb:v1D6Bp0246d05422",
                "usb:v1D6Bp0246d05G2",
                "usb:v1D6Bp0246d 542",
                "usb:v1D6Bp0246d05 2",
                "usb:v1D6Bp0246d0542x",
                "usb:v1D6Bp0246d0000",
        };

        for (size_t i = 0; i < ELEMENTS(damaged); i++)
                assert_false(bluez_version_known(bluez_version_from_modalias(damaged[i])));
        assert_false(bluez_version_known(bluez_version_from_modalias(NULL)));
}

static void test_text_is_parsed(void **state) {
        BluezVersion v;

        assert_int_equal(bluez_version_parse(&v, "5.66"), 0);
        assert_version(v, 5, 66);
        assert_int_equal(bluez_version_parse(&v, "6.0"), 0);
        assert_version(v, 6, 0);
        assert_int_equal(bluez_version_parse(&v, "255.255"), 0);
        assert_version(v, 255, 255);
}

static void test_other_text_is_refused_and_writes_nothing(void **state) {
        static const char *const wrong[] = {"", "5", "5.", ".66", "5.66.1", "5.66-1", " 5.66",
                "5.66 ", "5,66", "-5.66", "5.+66", "5.256", "256.1", "5.99999999999999999999",
                "0.0", "unknown"};
        BluezVersion v = {1, 2};

        for (size_t i = 0; i < ELEMENTS(wrong); i++)
                assert_int_equal(bluez_version_parse(&v, wrong[i]), -EINVAL);
        assert_version(v, 1, 2);
}

static void test_version_is_formatted(void **state) {
        char text[BLUEZ_VERSION_TEXT_SIZE];

        bluez_version_format((BluezVersion){5, 66}, text);
        assert_string_equal(text, "5.66");
        bluez_version_format((BluezVersion){255, 255}, text);
        assert_string_equal(text, "255.255");
}

static void test_unknown_version_is_formatted_as_unknown(void **state) {
        char text[BLUEZ_VERSION_TEXT_SIZE];

        assert_false(bluez_version_known((BluezVersion){0, 0}));
        bluez_version_format((BluezVersion){0, 0}, text);
        assert_string_equal(text, "unknown");
}

static void test_an_unknown_version_has_the_careful_row(void **state) {
        const BluezTraits *traits = bluez_traits((BluezVersion){0});

        assert_int_equal(traits->notify_sockets, NOTIFY_SOCKETS_UNKNOWN);
        assert_false(traits->notify_security);
        assert_false(traits->proved);
        assert_ptr_equal(bluez_traits((BluezVersion){5, 55}), traits);
}

static void test_a_version_has_the_last_row_that_is_not_newer(void **state) {
        assert_int_equal(
                bluez_traits((BluezVersion){5, 66})->notify_sockets, NOTIFY_SOCKETS_SHARED);
        assert_true(bluez_traits((BluezVersion){5, 66})->proved);
        assert_true(bluez_traits((BluezVersion){5, 66})->several_channels);
        assert_false(bluez_traits((BluezVersion){5, 67})->several_channels);
        assert_int_equal(
                bluez_traits((BluezVersion){5, 72})->notify_sockets, NOTIFY_SOCKETS_EACH_TO_ALL);
        assert_false(bluez_traits((BluezVersion){5, 72})->proved);
        assert_true(bluez_traits((BluezVersion){5, 75})->unpinned_refused);
        assert_int_equal(
                bluez_traits((BluezVersion){5, 79})->socket_confirmation, SOCKET_CONFIRMATION_NONE);
        assert_int_equal(
                bluez_traits((BluezVersion){5, 82})->socket_confirmation, SOCKET_CONFIRMATION_BYTE);
        assert_false(bluez_traits((BluezVersion){5, 82})->disconnected_signal);
        assert_true(bluez_traits((BluezVersion){5, 87})->disconnected_signal);
        assert_false(bluez_traits((BluezVersion){6, 0})->proved);
}

static void test_what_an_advertisement_can_say_grows(void **state) {
        static const struct {
                unsigned minor;
                bool parameters, response, longer, live;
        } rows[] = {
                {55, false, false, false, false},
                {66, false, false, false, false},
                {68, false, false, false, false},
                {69, false, false, true, false},
                {73, false, false, true, false},
                {74, false, false, true, true},
                {76, false, false, true, true},
                {77, true, false, true, true},
                {79, true, false, true, true},
                {80, true, true, true, true},
                {87, true, true, true, true},
                {99, true, true, true, true},
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const BluezTraits *traits = bluez_traits((BluezVersion){5, rows[i].minor});

                assert_int_equal(traits->advertising_parameters, rows[i].parameters);
                assert_int_equal(traits->scan_response_data, rows[i].response);
                assert_int_equal(traits->long_advertising, rows[i].longer);
                assert_int_equal(traits->live_advertising, rows[i].live);
        }
}

/* Those that the virtual machines run, and no other for being near them. */
static void test_only_what_was_seen_is_proved(void **state) {
        for (unsigned minor = 0; minor < 256; minor++)
                assert_int_equal(bluez_traits((BluezVersion){5, minor})->proved,
                        minor == 66 || minor == 82 || minor == 87);
}

static void test_sockets_serve_where_nothing_is_told_wrongly(void **state) {
        static const struct {
                BluezVersion version;
                bool notified, indicated;
        } rows[] = {
                {{0, 0}, false, false},
                {{5, 66}, true, true},
                {{5, 72}, false, false},
                {{5, 77}, true, false},
                {{5, 82}, true, true},
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const BluezTraits *traits = bluez_traits(rows[i].version);

                assert_int_equal(bluez_sockets_serve(traits, false), rows[i].notified);
                assert_int_equal(bluez_sockets_serve(traits, true), rows[i].indicated);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_modalias_names_the_version),
                cmocka_unit_test(test_case_of_a_modalias_does_not_matter),
                cmocka_unit_test(test_modalias_of_others_is_unknown),
                cmocka_unit_test(test_damaged_modalias_is_unknown),
                cmocka_unit_test(test_text_is_parsed),
                cmocka_unit_test(test_other_text_is_refused_and_writes_nothing),
                cmocka_unit_test(test_version_is_formatted),
                cmocka_unit_test(test_unknown_version_is_formatted_as_unknown),
                cmocka_unit_test(test_an_unknown_version_has_the_careful_row),
                cmocka_unit_test(test_a_version_has_the_last_row_that_is_not_newer),
                cmocka_unit_test(test_sockets_serve_where_nothing_is_told_wrongly),
                cmocka_unit_test(test_what_an_advertisement_can_say_grows),
                cmocka_unit_test(test_only_what_was_seen_is_proved),
        };

        return cmocka_run_group_tests_name("bluez-version", tests, NULL, NULL);
}
