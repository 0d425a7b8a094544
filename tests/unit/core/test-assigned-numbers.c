/* Names of the numbers that the Bluetooth SIG has assigned. */
#include "core/assigned-appearances.h"
#include "core/assigned-numbers.h"
#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const AssignedKind kinds[] = {
        ASSIGNED_SERVICE, ASSIGNED_CHARACTERISTIC, ASSIGNED_DESCRIPTOR};

static void expect(AssignedKind kind, uint16_t number, const char *name) {
        assert_int_equal(assigned_number_find(kind, name), number);
        assert_string_equal(assigned_number_name(kind, number), name);
}

static void test_names_of_each_kind(void **state) {
        expect(ASSIGNED_SERVICE, 0x1800, "generic_access");
        expect(ASSIGNED_SERVICE, 0x180F, "battery");
        expect(ASSIGNED_SERVICE, 0x181A, "environmental_sensing");
        expect(ASSIGNED_CHARACTERISTIC, 0x2A00, "device_name");
        expect(ASSIGNED_CHARACTERISTIC, 0x2A19, "battery_level");
        expect(ASSIGNED_CHARACTERISTIC, 0x2A6D, "pressure");
        expect(ASSIGNED_CHARACTERISTIC, 0x2A6E, "temperature");
        expect(ASSIGNED_CHARACTERISTIC, 0x2A6F, "humidity");
        expect(ASSIGNED_CHARACTERISTIC, 0x2AFF, "luminous_flux");
        expect(ASSIGNED_CHARACTERISTIC, 0x2B00, "luminous_flux_range");
        expect(ASSIGNED_CHARACTERISTIC, 0x2BD6, "particulate_matter_pm2_5_concentration");
        expect(ASSIGNED_CHARACTERISTIC, 0x2C01, "ugg_features");
        expect(ASSIGNED_DESCRIPTOR, 0x2901, "characteristic_user_description");
        expect(ASSIGNED_DESCRIPTOR, 0x2904, "characteristic_presentation_format");
}

static void test_words_are_alike_in_case_and_dashes(void **state) {
        assert_int_equal(assigned_number_find(ASSIGNED_CHARACTERISTIC, "Battery-Level"), 0x2A19);
        assert_int_equal(assigned_number_find(ASSIGNED_CHARACTERISTIC, "battery level"), 0);
        assert_int_equal(assigned_number_find(ASSIGNED_CHARACTERISTIC, ""), 0);
}

static void test_service_may_stand_behind_a_service(void **state) {
        assert_int_equal(assigned_number_find(ASSIGNED_SERVICE, "battery_service"), 0x180F);
        assert_int_equal(assigned_number_find(ASSIGNED_SERVICE, "Current-Time-Service"), 0x1805);
        assert_int_equal(assigned_number_find(ASSIGNED_SERVICE, "_service"), 0);
        assert_int_equal(assigned_number_find(ASSIGNED_CHARACTERISTIC, "humidity_service"), 0);
}

static void test_a_name_is_of_its_kind(void **state) {
        assert_int_equal(assigned_number_find(ASSIGNED_SERVICE, "temperature"), 0);
        assert_int_equal(assigned_number_find(ASSIGNED_DESCRIPTOR, "temperature"), 0);
        assert_null(assigned_number_name(ASSIGNED_SERVICE, 0x2A6E));
}

static void test_one_number_may_have_two_names(void **state) {
        expect(ASSIGNED_CHARACTERISTIC, 0x2B8C, "co2_concentration");
        assert_int_equal(
                assigned_number_find(ASSIGNED_CHARACTERISTIC, "carbon_dioxide_concentration"),
                0x2B8C);
}

static void test_what_is_not_assigned_has_no_name(void **state) {
        assert_null(assigned_number_name(ASSIGNED_SERVICE, 0x180B));
        assert_null(assigned_number_name(ASSIGNED_CHARACTERISTIC, 0x29FF));
        assert_null(assigned_number_name(ASSIGNED_CHARACTERISTIC, 0));
        assert_int_equal(assigned_number_find(ASSIGNED_CHARACTERISTIC, "no_such_thing"), 0);
}

static bool is_word(const char *name) {
        size_t size = strlen(name);

        return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == size && name[0] >= 'a' &&
               name[0] <= 'z' && name[size - 1] != '_' && !strstr(name, "__");
}

/* Also that no two rows have one name: each is found at its own number. */
static void test_the_tables_are_in_order(void **state) {
        for (size_t k = 0; k < ELEMENTS(kinds); k++) {
                const AssignedNumber *row, *before = NULL;

                for (size_t i = 0; (row = assigned_number_at(kinds[k], i)); i++) {
                        assert_true(is_word(row->name));
                        assert_true(strlen(row->name) < ASSIGNED_NAME_SIZE);
                        assert_int_equal(assigned_number_find(kinds[k], row->name), row->number);
                        assert_true(!before || before->number <= row->number);
                        before = row;
                }
                assert_non_null(before);
        }
}

static size_t count(AssignedKind kind) {
        size_t n = 0;

        while (assigned_number_at(kind, n))
                n++;
        return n;
}

static void test_all_are_there(void **state) {
        assert_int_equal(count(ASSIGNED_SERVICE), 73);
        assert_int_equal(count(ASSIGNED_CHARACTERISTIC), 524);
        assert_int_equal(count(ASSIGNED_DESCRIPTOR), 24);
}

/* The category is in the upper ten bits: Assigned Numbers, 2.6. */
static void test_appearances_have_names(void **state) {
        const AssignedNumber *before = NULL, *row;

        assert_int_equal(assigned_appearance_find("unknown"), 0);
        assert_int_equal(assigned_appearance_find("thermometer"), 12 << 6);
        assert_int_equal(assigned_appearance_find("Sensor"), 21 << 6);
        assert_int_equal(assigned_appearance_find("humidity-sensor"), (21 << 6) + 4);
        assert_int_equal(assigned_appearance_find("weight_scale"), 50 << 6);
        assert_int_equal(assigned_appearance_find("outdoor_sports_activity"), 81 << 6);
        assert_int_equal(assigned_appearance_find(""), -1);
        assert_int_equal(assigned_appearance_find("sensors"), -1);
        for (size_t i = 0; (row = assigned_appearance_at(i)); i++) {
                assert_true(!before || before->number < row->number);
                assert_int_equal(assigned_appearance_find(row->name), row->number);
                before = row;
        }
        assert_non_null(before);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names_of_each_kind),
                cmocka_unit_test(test_words_are_alike_in_case_and_dashes),
                cmocka_unit_test(test_service_may_stand_behind_a_service),
                cmocka_unit_test(test_a_name_is_of_its_kind),
                cmocka_unit_test(test_one_number_may_have_two_names),
                cmocka_unit_test(test_what_is_not_assigned_has_no_name),
                cmocka_unit_test(test_the_tables_are_in_order),
                cmocka_unit_test(test_all_are_there),
                cmocka_unit_test(test_appearances_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
