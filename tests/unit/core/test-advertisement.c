/* What an advertisement holds. */
#include "core/advertisement.h"

#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

DEFINE_CLEANUP(Advertisement *, advertisement_free);

static const uint8_t bytes[] = {1, 2, 3};

static void test_a_new_one_is_what_nothing_configured_means(void **state) {
        _cleanup_(advertisement_freep) Advertisement *plain = advertisement_new(NULL);
        _cleanup_(advertisement_freep) Advertisement *named = advertisement_new("beacon");

        assert_null(plain->section);
        assert_string_equal(named->section, "beacon");
        assert_true(plain->advertise);
        assert_true(plain->include_name);
        assert_true(plain->discoverable);
        assert_int_equal(plain->type, ADVERTISEMENT_PERIPHERAL);
        assert_int_equal(plain->secondary_channel, SECONDARY_CHANNEL_NONE);
        assert_null(advertisement_free(NULL));
}

static void test_a_uuid_is_there_once(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = advertisement_new(NULL);
        Uuid heart = uuid_short(0x180D), battery = uuid_short(0x180F);

        assert_int_equal(advertised_uuids_add(&a->data.services, &heart), 0);
        assert_int_equal(advertised_uuids_add(&a->data.services, &battery), 0);
        assert_int_equal(advertised_uuids_add(&a->data.services, &heart), -EEXIST);
        assert_int_equal(a->data.services.n, 2);
        assert_true(uuid_equal(&a->data.services.items[1], &battery));
        assert_int_equal(a->data.solicit.n, 0);
}

static void test_bytes_are_copies(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = advertisement_new(NULL);
        Uuid heart = uuid_short(0x180D);
        uint8_t mine[3];

        memcpy(mine, bytes, sizeof(mine));
        assert_int_equal(advertised_data_add_manufacturer(&a->data, 0x59, mine, 3), 0);
        assert_int_equal(advertised_data_add_service(&a->response, &heart, mine, 3), 0);
        memset(mine, 0xff, sizeof(mine));
        assert_int_equal(a->data.manufacturer[0].company, 0x59);
        assert_memory_equal(a->data.manufacturer[0].data, bytes, 3);
        assert_memory_equal(a->response.service[0].data, bytes, 3);
        assert_int_equal(a->response.service[0].size, 3);
}

static void test_a_company_and_a_services_data_are_there_once(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = advertisement_new(NULL);
        Uuid heart = uuid_short(0x180D);

        assert_int_equal(advertised_data_add_manufacturer(&a->data, 1, bytes, 3), 0);
        assert_int_equal(advertised_data_add_manufacturer(&a->data, 2, NULL, 0), 0);
        assert_int_equal(advertised_data_add_manufacturer(&a->data, 1, bytes, 1), -EEXIST);
        assert_int_equal(advertised_data_add_service(&a->data, &heart, NULL, 0), 0);
        assert_int_equal(advertised_data_add_service(&a->data, &heart, bytes, 3), -EEXIST);
        assert_int_equal(a->data.n_manufacturer, 2);
        assert_null(a->data.manufacturer[1].data);
        assert_int_equal(a->data.n_service, 1);
        assert_int_equal(a->data.service[0].size, 0);
}

/* type_reject_list of bluez src/shared/ad.c, and 0 and 2e. */
static void test_types_that_bluez_refuses(void **state) {
        static const uint8_t refused[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
                0x0a, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a,
                0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x27, 0x28, 0x29, 0x2a, 0x2b,
                0x3d, 0xff, 0x00, 0x2e};

        for (unsigned type = 0; type <= UINT8_MAX; type++)
                assert_int_equal(advertised_other_type_is_free((uint8_t)type),
                        memchr(refused, (int)type, sizeof(refused)) == NULL);
}

static void test_other_data_is_there_once(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = advertisement_new(NULL);

        assert_int_equal(advertised_data_add_other(&a->data, 0x24, bytes, 3), 0);
        assert_int_equal(advertised_data_add_other(&a->data, 0x24, bytes, 2), -EEXIST);
        assert_int_equal(advertised_data_add_other(&a->response, 0x24, bytes, 1), 0);
        assert_int_equal(a->data.n_other, 1);
        assert_memory_equal(a->data.other[0].data, bytes, 3);
}

static void test_a_ladder_has_each_item_once(void **state) {
        _cleanup_(advertisement_freep) Advertisement *a = advertisement_new(NULL);

        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_TX_POWER), 0);
        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_NAME), 0);
        assert_int_equal(advertisement_add_rung(a, ADVERTISEMENT_ITEM_TX_POWER), -EEXIST);
        assert_int_equal(a->n_ladder, 2);
        assert_int_equal(a->ladder[0], ADVERTISEMENT_ITEM_TX_POWER);
        assert_int_equal(a->ladder[1], ADVERTISEMENT_ITEM_NAME);
}

static void test_every_item_has_a_name_that_leads_back(void **state) {
        for (unsigned item = 1; item < _ADVERTISEMENT_ITEM_END; item <<= 1) {
                const char *name = advertisement_item_name(item);

                assert_non_null(name);
                assert_int_equal(advertisement_item_from_name(name), item);
        }
        assert_null(advertisement_item_name(_ADVERTISEMENT_ITEM_END));
        assert_int_equal(advertisement_item_from_name("flags"), 0);
        assert_int_equal(advertisement_item_from_name("manufacturer-data"),
                ADVERTISEMENT_ITEM_MANUFACTURER_DATA);
}

static void test_channels_have_the_names_of_bluez(void **state) {
        assert_null(secondary_channel_name(SECONDARY_CHANNEL_NONE));
        assert_string_equal(secondary_channel_name(SECONDARY_CHANNEL_1M), "1M");
        assert_string_equal(secondary_channel_name(SECONDARY_CHANNEL_2M), "2M");
        assert_string_equal(secondary_channel_name(SECONDARY_CHANNEL_CODED), "Coded");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_new_one_is_what_nothing_configured_means),
                cmocka_unit_test(test_a_uuid_is_there_once),
                cmocka_unit_test(test_bytes_are_copies),
                cmocka_unit_test(test_a_company_and_a_services_data_are_there_once),
                cmocka_unit_test(test_types_that_bluez_refuses),
                cmocka_unit_test(test_other_data_is_there_once),
                cmocka_unit_test(test_a_ladder_has_each_item_once),
                cmocka_unit_test(test_every_item_has_a_name_that_leads_back),
                cmocka_unit_test(test_channels_have_the_names_of_bluez),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
