/* Layouts worked out by hand from bluez src/gatt-database.c and src/shared/gatt-db.c. */
#include "core/handle-map.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/cleanup.h"

DEFINE_CLEANUP(Profile *, profile_free);

static Profile *make_profile(void) {
        Profile *profile = NULL;

        assert_int_equal(profile_new(&profile), 0);
        return profile;
}

static Service *add_service(Profile *profile) {
        Service *service = profile_add_service(profile, "s");

        assert_non_null(service);
        return service;
}

static Characteristic *add(Profile *profile, Service *service, unsigned flags) {
        Characteristic *c = profile_add_characteristic(profile, service, "c");

        assert_non_null(c);
        c->flags = flags;
        return c;
}

static void add_descriptors(Characteristic *c, size_t n) {
        for (size_t i = 0; i < n; i++)
                assert_non_null(characteristic_add_descriptor(c, "d"));
}

static void test_a_value_stands_behind_both_declarations(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();
        Service *service = add_service(profile);
        Characteristic *c = add(profile, service, CHARACTERISTIC_READ);

        assert_int_equal(handle_map_assign(profile, 0x0100), 0);
        assert_int_equal(service->handle, 0x0100);
        assert_int_equal(c->handle, 0x0102);
        assert_int_equal(handle_map_count(service), 3);
}

static void test_an_empty_service_has_its_declaration(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();

        add_service(profile);
        add_service(profile);
        assert_int_equal(handle_map_assign(profile, 0x0020), 0);
        assert_int_equal(profile->services[0]->handle, 0x0020);
        assert_int_equal(profile->services[1]->handle, 0x0021);
}

static void test_no_service_is_no_error(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();

        assert_int_equal(handle_map_assign(profile, HANDLE_BASE_MAX), 0);
}

/* 100 service, 101 declaration, 102 value, 103 configuration, 104 and 105 descriptors,
 * 106 declaration, 107 value. */
static void test_what_notifies_has_a_configuration(void **state) {
        const unsigned flags[] = {CHARACTERISTIC_NOTIFY, CHARACTERISTIC_INDICATE,
                CHARACTERISTIC_READ | CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE,
                CHARACTERISTIC_NOTIFY | CHARACTERISTIC_ENCRYPT_NOTIFY};

        for (size_t i = 0; i < ELEMENTS(flags); i++) {
                _cleanup_(profile_freep) Profile *profile = make_profile();
                Service *service = add_service(profile);
                Characteristic *first = add(profile, service, flags[i]);
                Characteristic *second = add(profile, service, CHARACTERISTIC_WRITE);

                add_descriptors(first, 2);
                assert_int_equal(handle_map_assign(profile, 0x0100), 0);
                assert_int_equal(first->handle, 0x0102);
                assert_int_equal(first->descriptors[0]->handle, 0x0104);
                assert_int_equal(first->descriptors[1]->handle, 0x0105);
                assert_int_equal(second->handle, 0x0107);
        }
}

/* BlueZ makes none for extended-properties alone. */
static void test_extended_properties_stand_behind_the_configuration(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();
        Service *service = add_service(profile);
        Characteristic *reliable = add(profile, service, CHARACTERISTIC_RELIABLE_WRITE);
        Characteristic *both = add(profile, service,
                CHARACTERISTIC_WRITABLE_AUXILIARIES | CHARACTERISTIC_RELIABLE_WRITE |
                        CHARACTERISTIC_NOTIFY);
        Characteristic *alone =
                add(profile, service, CHARACTERISTIC_READ | CHARACTERISTIC_EXTENDED_PROPERTIES);

        add_descriptors(reliable, 1);
        add_descriptors(both, 1);
        add_descriptors(alone, 1);
        assert_int_equal(handle_map_assign(profile, 0x0100), 0);
        assert_int_equal(reliable->handle, 0x0102);
        assert_int_equal(reliable->descriptors[0]->handle, 0x0104); /* 103: 0x2900 */
        assert_int_equal(both->handle, 0x0106);
        assert_int_equal(both->descriptors[0]->handle, 0x0109); /* 107: 0x2902, 108: 0x2900 */
        assert_int_equal(alone->handle, 0x010b);
        assert_int_equal(alone->descriptors[0]->handle, 0x010c);
        assert_int_equal(handle_map_count(service), 0x010d - 0x0100);
}

static void test_includes_stand_behind_the_service(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();
        Service *first = add_service(profile);
        Service *second = add_service(profile);
        Service *third = add_service(profile);
        Characteristic *c = add(profile, third, CHARACTERISTIC_READ);

        assert_int_equal(service_add_include(third, first), 0);
        assert_int_equal(service_add_include(third, second), 0);
        assert_int_equal(handle_map_assign(profile, 0x0100), 0);
        assert_int_equal(third->handle, 0x0102);
        assert_int_equal(c->handle, 0x0106); /* 103, 104: includes; 105: its declaration */
}

/* What is added at the end moves nothing before it. */
static void test_a_profile_that_grows_at_its_end_keeps_its_handles(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();
        Service *service = add_service(profile);
        Characteristic *first = add(profile, service, CHARACTERISTIC_NOTIFY);
        uint16_t handle;

        assert_int_equal(handle_map_assign(profile, 0x0100), 0);
        handle = first->handle;
        Characteristic *second = add(profile, service, CHARACTERISTIC_READ);
        add(profile, add_service(profile), CHARACTERISTIC_READ);
        assert_int_equal(handle_map_assign(profile, 0x0100), 0);
        assert_int_equal(service->handle, 0x0100);
        assert_int_equal(first->handle, handle);
        assert_int_equal(second->handle, 0x0105);
}

static void test_the_last_handle_is_taken(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();
        Characteristic *c = add(profile, add_service(profile), CHARACTERISTIC_READ);

        assert_int_equal(handle_map_assign(profile, 0xfffc), 0);
        assert_int_equal(c->handle, 0xfffe);
}

static void test_what_does_not_reach_has_no_handles(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();
        Service *first = add_service(profile);
        Service *second = add_service(profile);
        Service *third = add_service(profile);
        Characteristic *c = add(profile, second, CHARACTERISTIC_READ);

        add_descriptors(c, 1);
        assert_int_equal(handle_map_assign(profile, 0x0100), 0);
        assert_int_equal(handle_map_assign(profile, 0xfffb), -ERANGE);
        assert_int_equal(first->handle, 0xfffb);
        assert_int_equal(second->handle, 0);
        assert_int_equal(c->handle, 0);
        assert_int_equal(c->descriptors[0]->handle, 0);
        assert_int_equal(third->handle, 0);
}

/* More than 16 bits can count. */
static void test_very_many_characteristics_are_refused(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();
        Characteristic *c = add(profile, add_service(profile), CHARACTERISTIC_READ);

        add_descriptors(c, 0x10000);
        assert_int_equal(handle_map_assign(profile, 0x0020), -ERANGE);
        assert_int_equal(profile->services[0]->handle, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_value_stands_behind_both_declarations),
                cmocka_unit_test(test_an_empty_service_has_its_declaration),
                cmocka_unit_test(test_no_service_is_no_error),
                cmocka_unit_test(test_what_notifies_has_a_configuration),
                cmocka_unit_test(test_extended_properties_stand_behind_the_configuration),
                cmocka_unit_test(test_includes_stand_behind_the_service),
                cmocka_unit_test(test_a_profile_that_grows_at_its_end_keeps_its_handles),
                cmocka_unit_test(test_the_last_handle_is_taken),
                cmocka_unit_test(test_what_does_not_reach_has_no_handles),
                cmocka_unit_test(test_very_many_characteristics_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
