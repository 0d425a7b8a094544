/* The sizes, each counted by hand, and the ladder. */
#include "core/advertisement-plan.h"

#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

DEFINE_CLEANUP(Advertisement *, advertisement_free);

#define LONG_UUID "12345678-1234-5678-1234-56789abcdef0"

static const uint8_t bytes[64] = {0};

static Advertisement *make(void) {
        Advertisement *a = advertisement_new(NULL);

        assert_non_null(a);
        return a;
}

static void add_uuid(AdvertisedUuids *uuids, const char *text) {
        Uuid uuid;

        assert_int_equal(uuid_parse(&uuid, text), 0);
        assert_int_equal(advertised_uuids_add(uuids, &uuid), 0);
}

static void add_company(AdvertisedData *data, uint16_t company, size_t size) {
        assert_int_equal(advertised_data_add_manufacturer(data, company, bytes, size), 0);
}

static void add_service(AdvertisedData *data, const char *text, size_t size) {
        Uuid uuid;

        assert_int_equal(uuid_parse(&uuid, text), 0);
        assert_int_equal(advertised_data_add_service(data, &uuid, bytes, size), 0);
}

/* Nothing of the adapter is known, nor of BlueZ. */
static AdvertisementPlan plan_fits(const Advertisement *a, const char *name) {
        const AdvertisementTask task = {.advertisement = a, .name = name};
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_string_equal(why, "");
        return plan;
}

static void expect_why(const AdvertisementTask *task, const char *expected) {
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        assert_int_equal(advertisement_plan(&plan, task, why), ADVERTISEMENT_E_SIZE);
        assert_string_equal(why, expected);
}

static void test_flags_and_a_name_alone(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementPlan plan = plan_fits(a, "Shed");

        assert_int_equal(plan.data, 3);
        assert_int_equal(plan.data_max, 31);
        assert_int_equal(plan.response, 2 + 4);
        assert_int_equal(plan.response_max, 31);
        assert_int_equal(plan.rung, 0);
        assert_int_equal(plan.ignored, 0);
}

static void test_uuids_of_each_length_are_a_list(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();

        add_uuid(&a->data.services, "180F");
        add_uuid(&a->data.services, "180A");
        assert_int_equal(plan_fits(a, "x").data, 3 + (2 + 2 * 2));
        add_uuid(&a->data.services, "12345678");
        assert_int_equal(plan_fits(a, "x").data, 3 + (2 + 2 * 2) + (2 + 16));
        add_uuid(&a->data.solicit, "180F");
        assert_int_equal(plan_fits(a, "x").data, 3 + (2 + 2 * 2) + (2 + 16) + (2 + 2));
}

static void test_a_long_uuid_leaves_ten(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();

        add_uuid(&a->data.services, LONG_UUID);
        assert_int_equal(plan_fits(a, "x").data, 3 + 2 + 16);
        add_company(&a->data, 0x59, 6);
        assert_int_equal(plan_fits(a, "x").data, 31);
}

static void test_each_company_and_each_services_data_has_its_header(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();

        add_company(&a->data, 1, 3);
        add_company(&a->data, 2, 0);
        assert_int_equal(plan_fits(a, "x").data, 3 + (2 + 2 + 3) + (2 + 2));
        add_service(&a->data, "180F", 1);
        assert_int_equal(plan_fits(a, "x").data, 3 + 7 + 4 + (2 + 2 + 1));
        add_service(&a->response, "12345678", 2);
        assert_int_equal(plan_fits(a, "x").response, (2 + 16 + 2) + 3);
}

static void test_other_data_has_its_header(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();

        assert_int_equal(advertised_data_add_other(&a->data, 0x24, bytes, 5), 0);
        assert_int_equal(advertised_data_add_other(&a->response, 0x24, bytes, 4), 0);
        assert_int_equal(advertised_data_add_other(&a->data, 0x26, bytes, 1), 0);
        assert_int_equal(plan_fits(a, "x").data, 3 + (2 + 5) + (2 + 1));
        assert_int_equal(plan_fits(a, "x").response, (2 + 4) + 3);
        assert_int_equal(advertised_data_add_other(&a->data, 0x25, bytes, 17), 0);
        expect_why(&(AdvertisementTask){.advertisement = a, .name = "x"},
                "the advertising data has 32 bytes, and 31 fit: flags 3, data 29");
        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_DATA), 0);
        assert_int_equal(plan_fits(a, "x").data, 3);
}

static void test_appearance_and_power_have_theirs(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();

        a->has_appearance = true;
        assert_int_equal(plan_fits(a, "x").data, 3 + 4);
        a->include_tx_power = true;
        assert_int_equal(plan_fits(a, "x").data, 3 + 4 + 3);
        a->has_tx_power = true;
        a->interval_min_usec = a->interval_max_usec = 100000;
        assert_int_equal(plan_fits(a, "x").data, 3 + 4 + 3);
        a->include_rsi = true;
        assert_int_equal(plan_fits(a, "x").data, 3 + 4 + 3 + 8);
        assert_int_equal(advertised_data_add_other(&a->data, 0x24, bytes, 1), 0);
        assert_int_equal(plan_fits(a, "x").data, 3 + 4 + 3 + 3);
        assert_int_equal(plan_fits(a, "x").ignored, ADVERTISEMENT_ITEM_INCLUDE_RSI);
}

/* An iBeacon: 3 + 2 + 2 + 23 = 30. */
static void test_a_beacon_fits(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementPlan plan;

        a->type = ADVERTISEMENT_BROADCAST;
        a->include_name = false;
        add_company(&a->data, 0x4c, 23);
        plan = plan_fits(a, "x");
        assert_int_equal(plan.data, 30);
        assert_int_equal(plan.response, 0);
        assert_int_equal(plan.name_size, 0);
}

static void test_what_is_too_long_is_told_by_its_parts(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();

        add_uuid(&a->data.services, LONG_UUID);
        add_company(&a->data, 0x59, 7);
        a->has_appearance = true;
        expect_why(&(AdvertisementTask){.advertisement = a, .name = "x"},
                "the advertising data has 36 bytes, and 31 fit: flags 3, services 18, "
                "manufacturer_data 11, appearance 4");
}

/* bluetoothd gets as much of the name as is returned. */
static size_t name_given(
        const Advertisement *a, const AdvertisementLimits *limits, unsigned minor) {
        static const char name[] = "a name of more than twenty-nine bytes";
        const AdvertisementTask task = {.advertisement = a,
                .name = name,
                .limits = limits,
                .traits = minor > 0 ? bluez_traits((BluezVersion){5, minor}) : NULL};
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_int_equal(plan.response, 31);
        return plan.name_size;
}

/* By BlueZ, which says that it did, where it cuts there. */
static void test_a_name_is_cut_in_the_scan_response(void **state) {
        const AdvertisementLimits none = {.knows_channels = true},
                                  some = {.knows_channels = true, .channels = 2},
                                  told = {.max_response = 31};
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementPlan plan;

        assert_int_equal(name_given(a, NULL, 66), 37);
        assert_int_equal(name_given(a, &some, 66), 37);
        assert_int_equal(name_given(a, &none, 72), 37);
        assert_int_equal(name_given(a, &some, 72), 29);
        assert_int_equal(name_given(a, &told, 82), 37);
        assert_int_equal(name_given(a, NULL, 0), 29);
        plan = plan_fits(a, "twenty-nine bytes exactly ...");
        assert_int_equal(plan.response, 31);
        assert_int_equal(plan.name_shown, 29);
}

static void test_before_other_data_it_is_cut_here(void **state) {
        const AdvertisementLimits limits = {.max_response = 31};
        _cleanup_(advertisement_freep) Advertisement *a = make();

        assert_int_equal(advertised_data_add_other(&a->response, 0x24, bytes, 8), 0);
        assert_int_equal(name_given(a, &limits, 82), 31 - (2 + 8) - 2);
}

/* Where BlueZ would cut at 251 and the packet ends at 31. */
static void test_it_is_cut_here_where_bluez_would_not(void **state) {
        const AdvertisementLimits limits = {.max_data = 251, .max_response = 251};
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementTask task = {.advertisement = a, .limits = &limits};
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        /* 28 bytes, and a character of 2 */
        task.name = "1234567890123456789012345678\xc3\xa4 and more";
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_int_equal(plan.name_size, 28);
        assert_int_equal(plan.name_shown, 28);
        assert_int_equal(plan.response, 2 + 28);
        task.name = "MushPi-OysterPinning";
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_int_equal(plan.name_size, 20);
        assert_int_equal(plan.data_max, 31); /* never extended without a word */
}

static void test_the_adapters_own_name_has_at_most_ten_characters(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementPlan plan = plan_fits(a, NULL);

        assert_int_equal(plan.response, 2 + 10 + 1);
        assert_int_equal(plan.name_size, 0);
        add_company(&a->response, 1, 31 - 13 - 4);
        assert_int_equal(plan_fits(a, NULL).response, 31);
        assert_int_equal(a->response.n_manufacturer, 1);
        add_company(&a->response, 2, 0);
        expect_why(&(AdvertisementTask){.advertisement = a},
                "the scan response has 35 bytes, and 31 fit: scan_response 22, the adapter's "
                "name 13");
}

/* 29 of 31: there is no room for a header and a character, and bluetoothd does not notice. */
static void test_a_name_needs_three_bytes(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementPlan plan;

        add_company(&a->response, 1, 24);
        plan = plan_fits(a, "Shed");
        assert_int_equal(plan.response, 31);
        assert_int_equal(plan.name_shown, 1);
        add_company(&a->data, 1, 0);
        free(a->response.manufacturer[0].data);
        a->response.manufacturer[0].data = NULL;
        a->response.n_manufacturer = 0;
        add_company(&a->response, 1, 25);
        expect_why(&(AdvertisementTask){.advertisement = a, .name = "Shed"},
                "the scan response has 32 bytes, and 31 fit: scan_response 29, name 3");
}

static void test_a_secondary_channel_has_the_name_in_the_data(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementPlan plan;

        a->secondary_channel = SECONDARY_CHANNEL_1M;
        add_company(&a->data, 1, 50);
        plan = plan_fits(a, "Shed");
        assert_int_equal(plan.data, 3 + (2 + 2 + 50) + (2 + 4));
        assert_int_equal(plan.data_max, 251);
        assert_int_equal(plan.response, 0);
        assert_int_equal(plan.response_max, 0);
        plan = plan_fits(a, NULL);
        assert_int_equal(plan.data, 3 + 54);
        assert_int_equal(plan.ignored, ADVERTISEMENT_ITEM_NAME);
}

static void test_there_the_name_is_cut_by_what_is_behind_it_too(void **state) {
        const AdvertisementLimits limits = {.max_data = 64, .max_response = 64};
        _cleanup_(advertisement_freep) Advertisement *a = make();
        const AdvertisementTask task = {
                .advertisement = a, .name = "a name of thirty-two whole bytes", .limits = &limits};
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        a->secondary_channel = SECONDARY_CHANNEL_2M;
        a->has_appearance = true;
        a->include_tx_power = true;
        add_company(&a->data, 1, 28); /* 3 + 4 + 3 + 32 = 42 */
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_int_equal(plan.name_size, 64 - 42 - 2);
        assert_int_equal(plan.data, 64);
}

static void test_before_5_69_nothing_is_longer(void **state) {
        const AdvertisementLimits limits = {.max_data = 251, .max_response = 251};
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementTask task = {.advertisement = a, .limits = &limits};
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        a->secondary_channel = SECONDARY_CHANNEL_1M;
        a->include_name = false;
        add_company(&a->data, 1, 40);
        task.traits = bluez_traits((BluezVersion){5, 69});
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        task.traits = bluez_traits((BluezVersion){5, 68});
        expect_why(&task,
                "the advertising data has 47 bytes, and 31 fit: flags 3, manufacturer_data 44");
}

static void test_no_response_where_there_is_none(void **state) {
        const AdvertisementLimits limits = {
                .knows_channels = true, .channels = 1u << SECONDARY_CHANNEL_1M};
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementTask task = {.advertisement = a, .name = "Shed", .limits = &limits};

        a->secondary_channel = SECONDARY_CHANNEL_CODED;
        expect_why(&task, "the adapter has no secondary channel Coded");
        a->secondary_channel = SECONDARY_CHANNEL_1M;
        add_company(&a->response, 1, 1);
        expect_why(&task, "there is no scan response on a secondary channel");
        a->type = ADVERTISEMENT_BROADCAST;
        expect_why(&task,
                "a broadcast on a secondary channel has no scan response, which is where the name "
                "and the scan_response keys go");
}

static void test_what_takes_no_effect_is_named_and_takes_no_room(void **state) {
        const AdvertisementLimits limits = {.knows_includes = true, .knows_features = true};
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementTask task = {
                .advertisement = a, .name = "x", .traits = bluez_traits((BluezVersion){5, 66})};
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE], items[ADVERTISEMENT_ITEMS_SIZE];

        a->include_tx_power = a->has_tx_power = true;
        a->interval_min_usec = a->interval_max_usec = 100000;
        add_company(&a->response, 1, 1);
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        advertisement_items_format(plan.ignored, items);
        assert_string_equal(items, "tx_power, interval, scan_response");
        assert_int_equal(plan.response, 2 + 1);
        assert_int_equal(plan.data, 3 + 3);
        task.traits = bluez_traits((BluezVersion){5, 82});
        task.limits = &limits;
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        advertisement_items_format(plan.ignored, items);
        assert_string_equal(items, "include_tx_power, tx_power");
        assert_int_equal(plan.response, 2 + 2 + 1 + 2 + 1);
        assert_int_equal(plan.data, 3);
        assert_true(advertisement_plan_says(&plan, a, ADVERTISEMENT_ITEM_INTERVAL));
}

static void test_the_power_is_what_the_adapter_reaches(void **state) {
        const AdvertisementLimits limits = {
                .knows_tx_power = true, .tx_power_min = -20, .tx_power_max = 6};
        static const int16_t wishes[][2] = {{8, 6}, {-40, -20}, {0, 0}, {6, 6}};
        _cleanup_(advertisement_freep) Advertisement *a = make();
        const AdvertisementTask task = {.advertisement = a, .name = "x", .limits = &limits};
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        a->has_tx_power = true;
        for (size_t i = 0; i < ELEMENTS(wishes); i++) {
                a->tx_power = wishes[i][0];
                assert_int_equal(advertisement_plan(&plan, &task, why), 0);
                assert_int_equal(plan.tx_power, wishes[i][1]);
        }
}

/* 3 + 18 + 7 + 4 + 3 = 35, 32, 28 */
static Advertisement *make_ladder(void) {
        Advertisement *a = make();

        add_uuid(&a->data.services, LONG_UUID);
        add_company(&a->data, 0x59, 3);
        a->has_appearance = true;
        a->include_tx_power = true;
        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_INCLUDE_TX_POWER), 0);
        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_SOLICIT), 0);
        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_APPEARANCE), 0);
        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_INTERVAL), 0);
        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_MANUFACTURER_DATA), 0);
        return a;
}

static void test_the_first_rung_that_fits_is_taken(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make_ladder();
        AdvertisementPlan plan = plan_fits(a, "x");
        char items[ADVERTISEMENT_ITEMS_SIZE];

        assert_int_equal(plan.rung, 3);
        assert_int_equal(plan.data, 28);
        advertisement_items_format(plan.left_out, items);
        assert_string_equal(items, "appearance, include_tx_power");
        assert_false(advertisement_plan_says(&plan, a, ADVERTISEMENT_ITEM_APPEARANCE));
        assert_true(advertisement_plan_says(&plan, a, ADVERTISEMENT_ITEM_SERVICES));
        assert_false(advertisement_plan_says(&plan, a, ADVERTISEMENT_ITEM_SOLICIT));
}

static void test_each_refusal_steps_to_what_says_less(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make_ladder();
        const AdvertisementTask task = {.advertisement = a, .name = "x"};
        AdvertisementPlan plan = plan_fits(a, "x");
        char why[ADVERTISEMENT_WHY_SIZE];

        /* There is no interval to leave out. */
        assert_int_equal(advertisement_plan_next(&plan, &task, why), 0);
        assert_int_equal(plan.rung, 5);
        assert_int_equal(plan.data, 21);
        assert_int_equal(advertisement_plan_next(&plan, &task, why), ADVERTISEMENT_E_SIZE);
        assert_string_equal(why, "the ladder has nothing more to leave out");
        assert_int_equal(plan.rung, 5);
}

static void test_the_last_rung_is_what_an_error_tells(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = make_ladder();

        add_uuid(&a->data.services, "12345678-1234-5678-1234-56789abcdef1");
        expect_why(&(AdvertisementTask){.advertisement = a, .name = "x"},
                "the advertising data has 37 bytes, and 31 fit: flags 3, services 34");
}

static void test_a_rung_may_be_the_channel(void **state) {
        const AdvertisementLimits limits = {.knows_channels = true};
        _cleanup_(advertisement_freep) Advertisement *a = make();
        const AdvertisementTask task = {.advertisement = a, .name = "Shed", .limits = &limits};
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        a->secondary_channel = SECONDARY_CHANNEL_CODED;
        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_SECONDARY_CHANNEL), 0);
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_int_equal(plan.rung, 1);
        assert_int_equal(plan.data_max, 31);
        assert_int_equal(plan.response, 6);
}

static void test_every_item_together_has_room_in_its_text(void **state) {
        char items[ADVERTISEMENT_ITEMS_SIZE];

        advertisement_items_format(_ADVERTISEMENT_ITEM_END - 1, items);
        assert_non_null(strstr(items, ", scan_response"));
        advertisement_items_format(0, items);
        assert_string_equal(items, "");
}

static void test_each_limit_makes_others_of_them(void **state) {
        const AdvertisementLimits none = {};
        const AdvertisementLimits others[] = {{.max_data = 31}, {.max_response = 31},
                {.knows_channels = true}, {.channels = 1}, {.knows_includes = true},
                {.includes_tx_power = true}, {.knows_features = true}, {.can_set_tx_power = true},
                {.knows_tx_power = true}, {.tx_power_min = -1}, {.tx_power_max = 1},
                {.experimental = true}};

        assert_true(advertisement_limits_equal(&none, &none));
        for (size_t i = 0; i < ELEMENTS(others); i++) {
                assert_true(advertisement_limits_equal(&others[i], &others[i]));
                assert_false(advertisement_limits_equal(&none, &others[i]));
        }
}

static void test_a_beacon_on_a_secondary_channel_has_no_name(void **state) {
        const AdvertisementLimits limits = {.max_data = 251, .max_response = 251};
        _cleanup_(advertisement_freep) Advertisement *a = make();
        AdvertisementTask task = {.advertisement = a, .name = "Shed", .limits = &limits};
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        a->secondary_channel = SECONDARY_CHANNEL_1M;
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_int_equal(plan.data, 3 + (2 + 4));
        assert_int_equal(plan.ignored, 0);
        task.beacon = true;
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_int_equal(plan.data, 3);
        assert_int_equal(plan.response, 0);
        assert_int_equal(plan.ignored, ADVERTISEMENT_ITEM_NAME);
        a->secondary_channel = SECONDARY_CHANNEL_NONE;
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_int_equal(plan.response, 2 + 4);
        assert_int_equal(plan.ignored, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_flags_and_a_name_alone),
                cmocka_unit_test(test_uuids_of_each_length_are_a_list),
                cmocka_unit_test(test_a_long_uuid_leaves_ten),
                cmocka_unit_test(test_each_company_and_each_services_data_has_its_header),
                cmocka_unit_test(test_other_data_has_its_header),
                cmocka_unit_test(test_appearance_and_power_have_theirs),
                cmocka_unit_test(test_a_beacon_fits),
                cmocka_unit_test(test_what_is_too_long_is_told_by_its_parts),
                cmocka_unit_test(test_a_name_is_cut_in_the_scan_response),
                cmocka_unit_test(test_before_other_data_it_is_cut_here),
                cmocka_unit_test(test_it_is_cut_here_where_bluez_would_not),
                cmocka_unit_test(test_the_adapters_own_name_has_at_most_ten_characters),
                cmocka_unit_test(test_a_name_needs_three_bytes),
                cmocka_unit_test(test_a_secondary_channel_has_the_name_in_the_data),
                cmocka_unit_test(test_there_the_name_is_cut_by_what_is_behind_it_too),
                cmocka_unit_test(test_before_5_69_nothing_is_longer),
                cmocka_unit_test(test_no_response_where_there_is_none),
                cmocka_unit_test(test_what_takes_no_effect_is_named_and_takes_no_room),
                cmocka_unit_test(test_the_power_is_what_the_adapter_reaches),
                cmocka_unit_test(test_the_first_rung_that_fits_is_taken),
                cmocka_unit_test(test_each_refusal_steps_to_what_says_less),
                cmocka_unit_test(test_the_last_rung_is_what_an_error_tells),
                cmocka_unit_test(test_a_rung_may_be_the_channel),
                cmocka_unit_test(test_every_item_together_has_room_in_its_text),
                cmocka_unit_test(test_each_limit_makes_others_of_them),
                cmocka_unit_test(test_a_beacon_on_a_secondary_channel_has_no_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
