/* MushPi's values, byte for byte: its firmware and its app agree on these. */
#include "util/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "formats.h"

static const Line env_lines[] = {
        {"co2_ppm", "u16 unit=ppm clamp=yes"},
        {"temperature_c", "i16 scale=0.1 unit=celsius clamp=yes"},
        {"humidity_pct", "u16 scale=0.1 unit=percent clamp=yes"},
        {"light_raw", "u16 clamp=yes"},
        {"uptime_ms", "u32 unit=ms clamp=yes"},
};
static const Line control_lines[] = {
        {"temperature_min_c", "i16 scale=0.1 unit=celsius min=-10 max=50 default=20"},
        {"temperature_max_c", "i16 scale=0.1 unit=celsius min=-10 max=50 default=28"},
        {"humidity_min_pct", "u16 scale=0.1 unit=percent max=100 default=70"},
        {"co2_max_ppm", "u16 unit=ppm min=400 max=10000 default=5000"},
        {"light_mode", "u8 enum=OFF,ON,CYCLE"},
        {"light_on_min", "u16 unit=min max=1440"},
        {"light_off_min", "u16 unit=min max=1440"},
        {"reserved", "pad 2"},
};
static const Line stage_lines[] = {
        {"mode", "u8 enum=FULL,SEMI,MANUAL"},
        {"species", "u8 names=Oyster:1,Shiitake:2,LionsMane:3,Custom:99 default=Oyster"},
        {"stage", "u8 names=Incubation:1,Pinning:2,Fruiting:3 default=Incubation"},
        {"stage_start", "u32 unit=s"},
        {"expected_days", "u16 unit=d max=365 default=14"},
        {"reserved", "pad 1"},
};
static const Line override_lines[] = {
        {"overrides", "u16 bits=LIGHT:0,FAN:1,MIST:2,HEATER:3,DISABLE_AUTO:7,EMERGENCY_STOP:15"},
};
static const Line status_lines[] = {
        {"status", "u16 bits=SENSOR_ERROR:0,CONTROL_ERROR:1,STAGE_READY:2,THRESHOLD_ALARM:3,"
                   "CONNECTIVITY:4,LIGHT_ON:5,FAN_ON:6,SIMULATION:7,MIST_ON:8,HEATER_ON:9"},
        {"reserved", "pad 2"},
};
static const Line actuator_lines[] = {
        {"actuators", "u16 bits=LIGHT:0,FAN:1,MIST:2,HEATER:3"},
        {"fan_reason", "u8"},
        {"mist_reason", "u8"},
        {"light_reason", "u8"},
        {"heater_reason", "u8"},
};

#define MAKE_FORMAT(lines) make_format(lines, ELEMENTS(lines))

/* One field of a known value, as a number and as the text that means the same. */
typedef struct Known {
        const char *name;
        double number;
        const char *text;
} Known;

static void expect_decodes(
        const Format *format, const uint8_t *data, size_t size, const Known *known, size_t n) {
        char why[FORMAT_WHY_SIZE] = "";

        assert_int_equal(format_check(format, data, size, why), 0);
        for (size_t i = 0; i < n; i++) {
                size_t offset = 0;
                const Field *field = format_find(format, known[i].name, &offset);
                FieldValue value;

                assert_non_null(field);
                field_decode(field, data + offset, size - offset, &value);
                /* Exactly: what a user sees as 22.5 is the double nearest to it. */
                assert_true(value.number == known[i].number);
        }
}

/* By number if as_text is false. */
static void expect_encodes(const Format *format, bool as_text, const uint8_t *expected, size_t size,
        const Known *known, size_t n) {
        uint8_t data[VALUE_SIZE_MAX];
        char why[FORMAT_WHY_SIZE] = "";
        size_t initial_size = 0;

        format_initial(format, data, &initial_size);
        assert_int_equal(initial_size, size);
        for (size_t i = 0; i < n; i++) {
                FieldValue value =
                        as_text ? text_value(known[i].text) : number_value(known[i].number);

                assert_int_equal(set_field(format, data, known[i].name, &value, why), 0);
        }
        assert_memory_equal(data, expected, size);
}

static void expect_both_ways(
        const Line *lines, size_t n_lines, const char *hex, const Known *known, size_t n_known) {
        _cleanup_(format_freep) Format *format = make_format(lines, n_lines);
        uint8_t data[VALUE_SIZE_MAX];
        size_t size = 0;

        assert_int_equal(bytes_from_hex(data, sizeof data, hex, &size), 0);
        expect_decodes(format, data, size, known, n_known);
        expect_encodes(format, false, data, size, known, n_known);
        expect_encodes(format, true, data, size, known, n_known);
}

#define EXPECT_BOTH_WAYS(lines, hex, known)                                                        \
        expect_both_ways(lines, ELEMENTS(lines), hex, known, ELEMENTS(known))

static void test_env_of_a_warm_day(void **state) {
        static const Known known[] = {{"co2_ppm", 450, "450"}, {"temperature_c", 22.5, "22.5"},
                {"humidity_pct", 65.0, "65.0"}, {"light_raw", 42, "42"},
                {"uptime_ms", 123456, "123456"}};

        EXPECT_BOTH_WAYS(env_lines, "c2 01 e1 00 8a 02 2a 00 40 e2 01 00", known);
}

static void test_env_below_zero(void **state) {
        static const Known known[] = {{"co2_ppm", 812, "812"}, {"temperature_c", -5.3, "-5.3"},
                {"humidity_pct", 90.5, "90.5"}, {"light_raw", 1023, "1023"},
                {"uptime_ms", 3600000, "3.6e6"}};

        EXPECT_BOTH_WAYS(env_lines, "2c 03 cb ff 89 03 ff 03 80 ee 36 00", known);
}

static void test_env_takes_the_nearest_value_for_all_that_is_outside(void **state) {
        static const Known known[] = {{"co2_ppm", 70000, "70000"},
                {"temperature_c", -4000, "-4000"}, {"humidity_pct", -1, "-1"},
                {"light_raw", 1e6, "1e6"}, {"uptime_ms", 5e9, "5e9"}};
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(env_lines);
        uint8_t expected[12];
        size_t size = 0;

        assert_int_equal(bytes_from_hex(expected, sizeof expected,
                                 "ff ff 00 80 00 00 ff ff ff ff ff ff", &size),
                0);
        expect_encodes(format, false, expected, size, known, ELEMENTS(known));
        expect_encodes(format, true, expected, size, known, ELEMENTS(known));
}

static void test_env_starts_as_zeros(void **state) {
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(env_lines);
        const uint8_t zeros[12] = {0};

        expect_encodes(format, false, zeros, sizeof zeros, NULL, 0);
}

static void test_control_starts_with_its_defaults(void **state) {
        static const Known known[] = {{"temperature_min_c", 20, "20"},
                {"temperature_max_c", 28, "28"}, {"humidity_min_pct", 70, "70"},
                {"co2_max_ppm", 5000, "5000"}, {"light_mode", 0, "OFF"}, {"light_on_min", 0, "0"},
                {"light_off_min", 0, "0"}};
        static const char hex[] = "c8 00 18 01 bc 02 88 13 00 00 00 00 00 00 00";
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(control_lines);
        uint8_t data[15];
        size_t size = 0;

        assert_int_equal(bytes_from_hex(data, sizeof data, hex, &size), 0);
        expect_encodes(format, false, data, size, NULL, 0);
        EXPECT_BOTH_WAYS(control_lines, hex, known);
}

static void test_control_with_a_light_cycle(void **state) {
        static const Known known[] = {{"temperature_min_c", 18, "18"},
                {"temperature_max_c", 22, "22"}, {"humidity_min_pct", 90, "90"},
                {"co2_max_ppm", 1000, "1000"}, {"light_mode", 2, "CYCLE"},
                {"light_on_min", 960, "960"}, {"light_off_min", 480, "480"}};

        EXPECT_BOTH_WAYS(control_lines, "b4 00 dc 00 84 03 e8 03 02 c0 03 e0 01 00 00", known);
}

static void test_stage_in_semi_mode(void **state) {
        static const Known known[] = {{"mode", 1, "SEMI"}, {"species", 1, "Oyster"},
                {"stage", 2, "Pinning"}, {"stage_start", 1762776000, "1762776000"},
                {"expected_days", 5, "5"}};

        EXPECT_BOTH_WAYS(stage_lines, "01 01 02 c0 d3 11 69 05 00 00", known);
}

static void test_status_with_three_flags(void **state) {
        static const Known known[] = {{"status", 0x15, "SENSOR_ERROR,STAGE_READY,CONNECTIVITY"}};

        EXPECT_BOTH_WAYS(status_lines, "15 00 00 00", known);
}

/* Its validator refuses bit 15, its protocol and its app define it: we take it. */
static void test_override_with_emergency_stop(void **state) {
        static const Known known[] = {
                {"overrides", 0x8087, "EMERGENCY_STOP|DISABLE_AUTO|MIST|FAN|LIGHT"}};

        EXPECT_BOTH_WAYS(override_lines, "87 80", known);
}

static void test_actuators_with_their_reasons(void **state) {
        static const Known known[] = {{"actuators", 5, "LIGHT,MIST"}, {"fan_reason", 1, "1"},
                {"mist_reason", 30, "30"}, {"light_reason", 255, "255"}, {"heater_reason", 0, "0"}};

        EXPECT_BOTH_WAYS(actuator_lines, "05 00 01 1e ff 00", known);
}

static void expect_refused(
        const Line *lines, size_t n_lines, const char *hex, int outcome, const char *sentence) {
        _cleanup_(format_freep) Format *format = make_format(lines, n_lines);
        uint8_t data[VALUE_SIZE_MAX];
        char why[FORMAT_WHY_SIZE] = "";
        size_t size = 0;

        assert_int_equal(bytes_from_hex(data, sizeof data, hex, &size), 0);
        assert_int_equal(format_check(format, data, size, why), outcome);
        assert_string_equal(why, sentence);
}

#define EXPECT_REFUSED(lines, hex, outcome, sentence)                                              \
        expect_refused(lines, ELEMENTS(lines), hex, outcome, sentence)

static void test_a_control_write_of_another_length_is_refused(void **state) {
        EXPECT_REFUSED(control_lines, "c8 00 18 01 bc 02 88 13 00 00 00 00 00 00", FORMAT_E_LENGTH,
                "14 bytes, needs 15");
        EXPECT_REFUSED(control_lines, "c8 00 18 01 bc 02 88 13 00 00 00 00 00 00 00 00",
                FORMAT_E_LENGTH, "16 bytes, needs 15");
        EXPECT_REFUSED(control_lines, "", FORMAT_E_LENGTH, "0 bytes, needs 15");
}

static void test_a_control_write_outside_its_ranges_is_refused(void **state) {
        EXPECT_REFUSED(control_lines, "97 ff 18 01 bc 02 88 13 00 00 00 00 00 00 00",
                FORMAT_E_RANGE, "temperature_min_c: -10.5 is below its minimum -10");
        EXPECT_REFUSED(control_lines, "c8 00 f5 01 bc 02 88 13 00 00 00 00 00 00 00",
                FORMAT_E_RANGE, "temperature_max_c: 50.1 is above its maximum 50");
        EXPECT_REFUSED(control_lines, "c8 00 18 01 e9 03 88 13 00 00 00 00 00 00 00",
                FORMAT_E_RANGE, "humidity_min_pct: 100.1 is above its maximum 100");
        EXPECT_REFUSED(control_lines, "c8 00 18 01 bc 02 8f 01 00 00 00 00 00 00 00",
                FORMAT_E_RANGE, "co2_max_ppm: 399 is below its minimum 400");
        EXPECT_REFUSED(control_lines, "c8 00 18 01 bc 02 88 13 03 00 00 00 00 00 00",
                FORMAT_E_RANGE, "light_mode: 3 is none of OFF, ON, CYCLE");
        EXPECT_REFUSED(control_lines, "c8 00 18 01 bc 02 88 13 00 00 00 a1 05 00 00",
                FORMAT_E_RANGE, "light_off_min: 1441 is above its maximum 1440");
}

static void test_a_control_write_at_its_bounds_is_taken(void **state) {
        static const Known known[] = {{"temperature_min_c", -10, "-10"},
                {"temperature_max_c", 50, "50"}, {"humidity_min_pct", 100, "100"},
                {"co2_max_ppm", 400, "400"}, {"light_on_min", 1440, "1440"}};

        EXPECT_BOTH_WAYS(control_lines, "9c ff f4 01 e8 03 90 01 00 a0 05 00 00 00 00", known);
}

static void test_an_override_with_an_unknown_bit_is_refused(void **state) {
        EXPECT_REFUSED(override_lines, "10 00", FORMAT_E_RANGE,
                "overrides: 16 has bits other than "
                "LIGHT, FAN, MIST, HEATER, DISABLE_AUTO, EMERGENCY_STOP");
}

static void test_a_species_without_a_name_is_taken(void **state) {
        static const Known known[] = {{"species", 7, "7"}};

        EXPECT_BOTH_WAYS(stage_lines, "00 07 01 00 00 00 00 0e 00 00", known);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_env_of_a_warm_day),
                cmocka_unit_test(test_env_below_zero),
                cmocka_unit_test(test_env_takes_the_nearest_value_for_all_that_is_outside),
                cmocka_unit_test(test_env_starts_as_zeros),
                cmocka_unit_test(test_control_starts_with_its_defaults),
                cmocka_unit_test(test_control_with_a_light_cycle),
                cmocka_unit_test(test_stage_in_semi_mode),
                cmocka_unit_test(test_status_with_three_flags),
                cmocka_unit_test(test_override_with_emergency_stop),
                cmocka_unit_test(test_actuators_with_their_reasons),
                cmocka_unit_test(test_a_control_write_of_another_length_is_refused),
                cmocka_unit_test(test_a_control_write_outside_its_ranges_is_refused),
                cmocka_unit_test(test_a_control_write_at_its_bounds_is_taken),
                cmocka_unit_test(test_an_override_with_an_unknown_bit_is_refused),
                cmocka_unit_test(test_a_species_without_a_name_is_taken),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
