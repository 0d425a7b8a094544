/* The attribute table: automatic handles, pins, and what is wrong with pins. */
#include "sim/gatt/core-services.h"
#include "sim/gatt/database.h"
#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

DEFINE_CLEANUP(Database *, database_free);

#define NOTIFY (PROPERTY_READ | PROPERTY_NOTIFY)

static Database *make(bool takes_declaration_handle) {
        Database *d = NULL;

        assert_int_equal(database_new(&d, takes_declaration_handle), 0);
        return d;
}

static int try_service(Database *d, DatabaseService **ret, uint16_t handle, size_t n) {
        Uuid uuid = uuid_short(0x181a);

        return database_add_service(d, ret, handle, &uuid, true, n);
}

static DatabaseService *add_service(Database *d, uint16_t handle, size_t n) {
        DatabaseService *s = NULL;

        assert_int_equal(try_service(d, &s, handle, n), 0);
        return s;
}

/* With its CCC. Returns the error, or the value's handle. */
static int add_notifier(DatabaseService *s, uint16_t handle) {
        DatabaseEntry *value, *ccc;
        Uuid uuid = uuid_short(0x2a6e);

        int r = database_add_characteristic(s, &value, handle, &uuid, NOTIFY, PERMISSION_READ);
        if (r >= 0)
                r = database_add_ccc(s, &ccc, value, PERMISSION_READ | PERMISSION_WRITE);
        return r < 0 ? r : value->attribute.handle;
}

static void expect(const Database *d, uint16_t handle, AttributeKind kind) {
        const DatabaseEntry *entry = database_at(d, handle);

        assert_non_null(entry);
        assert_int_equal(entry->attribute.handle, handle);
        assert_int_equal(entry->attribute.kind, kind);
}

static void test_automatic_handles_follow_each_other(void **state) {
        _cleanup_(database_freep) Database *d = make(false);
        DatabaseService *s = add_service(d, 0, 7);

        assert_int_equal(database_service_first(s), 1);
        assert_int_equal(database_service_last(s), 7);
        assert_int_equal(add_notifier(s, 0), 3);
        assert_int_equal(add_notifier(s, 0), 6);
        expect(d, 1, ATTRIBUTE_SERVICE);
        expect(d, 2, ATTRIBUTE_DECLARATION);
        expect(d, 3, ATTRIBUTE_VALUE);
        expect(d, 4, ATTRIBUTE_CCC);
        expect(d, 5, ATTRIBUTE_DECLARATION);
        assert_null(database_at(d, 8));
        assert_int_equal(database_service_first(add_service(d, 0, 1)), 8);
}

static void test_automatic_handles_never_go_down(void **state) {
        _cleanup_(database_freep) Database *d = make(false);

        database_remove_service(d, add_service(d, 0, 10));
        assert_int_equal(database_service_first(add_service(d, 0, 1)), 11);
}

static void test_automatic_handles_begin_anew_with_bluetoothd(void **state) {
        _cleanup_(database_freep) Database *d = make(false);

        (void)add_service(d, 0, 10);
        database_clear(d);
        assert_int_equal(database_service_first(add_service(d, 0, 1)), 1);
}

static void test_a_pin_carries_the_automatic_handles_along(void **state) {
        _cleanup_(database_freep) Database *d = make(false);

        (void)add_service(d, 0x100, 4);
        assert_int_equal(database_service_first(add_service(d, 0, 1)), 0x104);
}

static void test_a_service_may_come_before_others(void **state) {
        _cleanup_(database_freep) Database *d = make(false);

        (void)add_service(d, 0x100, 4);
        (void)add_service(d, 0x80, 4);
        assert_int_equal(database_next(d, 1)->attribute.handle, 0x80);
        assert_int_equal(database_next(d, 0x81)->attribute.handle, 0x100);
        assert_null(database_next(d, 0x101));
}

static void test_a_pinned_value_has_its_declaration_before_it(void **state) {
        _cleanup_(database_freep) Database *d = make(false);
        DatabaseService *s = add_service(d, 0x100, 7);

        assert_int_equal(add_notifier(s, 0x102), 0x102);
        assert_int_equal(add_notifier(s, 0x105), 0x105);
        expect(d, 0x101, ATTRIBUTE_DECLARATION);
        expect(d, 0x102, ATTRIBUTE_VALUE);
        expect(d, 0x103, ATTRIBUTE_CCC);
        expect(d, 0x106, ATTRIBUTE_CCC);
}

static void test_only_the_service_may_be_pinned(void **state) {
        _cleanup_(database_freep) Database *d = make(false);

        assert_int_equal(add_notifier(add_service(d, 0x100, 4), 0), 0x102);
}

static void test_characteristics_pinned_outside_their_service_are_refused(void **state) {
        for (int old = 0; old < 2; old++) {
                _cleanup_(database_freep) Database *d = make(old);

                assert_int_equal(add_notifier(add_service(d, 0, 4), 0x102), -ERANGE);
        }
}

static void test_the_declarations_handle_is_refused(void **state) {
        _cleanup_(database_freep) Database *d = make(false);

        assert_int_equal(add_notifier(add_service(d, 0x100, 4), 0x101), -ERANGE);
}

static void test_old_versions_take_the_declarations_handle(void **state) {
        _cleanup_(database_freep) Database *d = make(true);

        assert_int_equal(add_notifier(add_service(d, 0x100, 4), 0x101), 0x101);
        /* The declaration has the handle of the service now, and there only that is found. */
        expect(d, 0x100, ATTRIBUTE_SERVICE);
        expect(d, 0x101, ATTRIBUTE_VALUE);
        expect(d, 0x102, ATTRIBUTE_CCC);
        assert_null(database_at(d, 0x103));
}

static void test_old_versions_number_as_new_ones_do(void **state) {
        _cleanup_(database_freep) Database *d = make(true);
        DatabaseService *s = add_service(d, 0x100, 8);
        Uuid uuid = uuid_short(0x2901);
        DatabaseEntry *entry;

        assert_int_equal(add_notifier(s, 0x102), 0x102);
        assert_int_equal(database_add_descriptor(s, &entry, 0, &uuid, PERMISSION_READ), 0);
        assert_int_equal(entry->attribute.handle, 0x104);
        assert_int_equal(add_notifier(s, 0x106), 0x106);
        expect(d, 0x105, ATTRIBUTE_DECLARATION);
        expect(d, 0x107, ATTRIBUTE_CCC);
}

static void test_the_later_of_two_values_of_one_handle_is_there(void **state) {
        _cleanup_(database_freep) Database *d = make(false);
        DatabaseService *s = add_service(d, 0x100, 7);

        assert_int_equal(add_notifier(s, 0x102), 0x102);
        expect(d, 0x103, ATTRIBUTE_CCC);
        /* Its declaration is where the CCC of the first was. */
        assert_int_equal(add_notifier(s, 0x104), 0x104);
        expect(d, 0x102, ATTRIBUTE_VALUE);
        expect(d, 0x103, ATTRIBUTE_DECLARATION);
        expect(d, 0x104, ATTRIBUTE_VALUE);
        expect(d, 0x105, ATTRIBUTE_CCC);
}

static void test_a_service_has_no_room_for_more_than_it_took(void **state) {
        _cleanup_(database_freep) Database *d = make(false);
        DatabaseService *s = add_service(d, 0, 4);

        assert_int_equal(add_notifier(s, 0), 3);
        assert_int_equal(add_notifier(s, 0), -ERANGE);
}

static void test_overlapping_services_are_refused(void **state) {
        _cleanup_(database_freep) Database *d = make(false);
        DatabaseService *s;

        (void)add_service(d, 0x100, 8);
        assert_int_equal(try_service(d, &s, 0x0fe, 4), -EADDRINUSE);
        assert_int_equal(try_service(d, &s, 0x107, 4), -EADDRINUSE);
        assert_int_equal(try_service(d, &s, 0x0ff, 16), -EADDRINUSE);
        assert_int_equal(try_service(d, &s, 0x108, 4), 0);
}

static void test_the_very_same_service_is_taken_for_the_first(void **state) {
        _cleanup_(database_freep) Database *d = make(false);
        DatabaseService *first = add_service(d, 0x100, 8), *second = NULL;

        assert_int_equal(try_service(d, &second, 0x100, 8), -EEXIST);
        assert_ptr_equal(second, first);
}

static void test_handles_end_at_ffff(void **state) {
        _cleanup_(database_freep) Database *d = make(false);
        DatabaseService *s;

        assert_int_equal(try_service(d, &s, 0xfffe, 3), -ERANGE);
        assert_int_equal(try_service(d, &s, 0, 0), -ERANGE);
        assert_int_equal(try_service(d, &s, 0xfffe, 2), 0);
        assert_int_equal(try_service(d, &s, 0, 1), -ERANGE);
        expect(d, 0xfffe, ATTRIBUTE_SERVICE);
        assert_null(database_next(d, 0xffff));
}

static void test_a_declaration_says_where_its_value_is(void **state) {
        static const uint8_t expected[] = {NOTIFY, 0x02, 0x01, 0x6e, 0x2a};
        _cleanup_(database_freep) Database *d = make(false);
        const DatabaseEntry *entry;

        assert_int_equal(add_notifier(add_service(d, 0x100, 4), 0), 0x102);
        entry = database_at(d, 0x101);
        assert_int_equal(entry->stored_size, sizeof(expected));
        assert_memory_equal(entry->stored, expected, sizeof(expected));
}

static void test_an_include_says_where_its_service_is(void **state) {
        static const uint8_t expected[] = {0x01, 0x00, 0x04, 0x00, 0x1a, 0x18};
        _cleanup_(database_freep) Database *d = make(false);
        DatabaseService *first = add_service(d, 0, 4), *second = add_service(d, 0, 5);

        assert_int_equal(database_add_include(second, first), 0);
        assert_int_equal(add_notifier(second, 0), 8);
        assert_memory_equal(database_at(d, 6)->stored, expected, sizeof(expected));
        const Attribute *include = &database_next(d, 6)->attribute;
        assert_int_equal(include->kind, ATTRIBUTE_INCLUDE);
        assert_int_equal(include->included, 1);
        assert_int_equal(include->end, 4);
        assert_true(uuid_equal(&include->uuid, &database_next(d, 1)->attribute.uuid));
}

static void test_the_hash_changes_with_the_table(void **state) {
        _cleanup_(database_freep) Database *d = make(false);
        uint8_t before[16], after[16];

        core_services_hash(d, before);
        (void)add_service(d, 0, 1);
        core_services_hash(d, after);
        assert_memory_not_equal(before, after, sizeof(before));
        core_services_hash(d, before);
        assert_memory_equal(before, after, sizeof(before));
}

/* The service that bluetoothd has there. */
static void expect_core(const Database *d, uint16_t handle, uint16_t end, uint16_t number) {
        const DatabaseEntry *entry = database_at(d, handle);
        Uuid uuid = uuid_short(number);

        assert_non_null(entry);
        assert_int_equal(entry->attribute.kind, ATTRIBUTE_SERVICE);
        assert_int_equal(entry->attribute.end, end);
        assert_true(uuid_equal(&entry->attribute.uuid, &uuid));
}

static void test_bluetoothds_own_services_come_first(void **state) {
        _cleanup_(database_freep) Database *old = make(true), *new = make(false);
        CoreServices core;

        assert_int_equal(core_services_add(&core, old, bluez_behaviour_find("5.66"), "x"), 0);
        expect_core(old, 1, 7, UUID_GAP);
        expect_core(old, 8, 17, UUID_GATT);
        expect_core(old, 18, 20, UUID_DEVICE_INFORMATION);
        assert_int_equal(core_services_add(&core, new, bluez_behaviour_find("5.82"), "x"), 0);
        expect_core(new, 1, 5, UUID_GAP);
        expect_core(new, 6, 15, UUID_GATT);
        expect_core(new, 16, 18, UUID_DEVICE_INFORMATION);
        assert_int_equal(core.service_changed_ccc->attribute.handle, 9);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_automatic_handles_follow_each_other),
                cmocka_unit_test(test_automatic_handles_never_go_down),
                cmocka_unit_test(test_automatic_handles_begin_anew_with_bluetoothd),
                cmocka_unit_test(test_a_pin_carries_the_automatic_handles_along),
                cmocka_unit_test(test_a_service_may_come_before_others),
                cmocka_unit_test(test_a_pinned_value_has_its_declaration_before_it),
                cmocka_unit_test(test_only_the_service_may_be_pinned),
                cmocka_unit_test(test_characteristics_pinned_outside_their_service_are_refused),
                cmocka_unit_test(test_the_declarations_handle_is_refused),
                cmocka_unit_test(test_old_versions_take_the_declarations_handle),
                cmocka_unit_test(test_old_versions_number_as_new_ones_do),
                cmocka_unit_test(test_the_later_of_two_values_of_one_handle_is_there),
                cmocka_unit_test(test_a_service_has_no_room_for_more_than_it_took),
                cmocka_unit_test(test_overlapping_services_are_refused),
                cmocka_unit_test(test_the_very_same_service_is_taken_for_the_first),
                cmocka_unit_test(test_handles_end_at_ffff),
                cmocka_unit_test(test_a_declaration_says_where_its_value_is),
                cmocka_unit_test(test_an_include_says_where_its_service_is),
                cmocka_unit_test(test_the_hash_changes_with_the_table),
                cmocka_unit_test(test_bluetoothds_own_services_come_first),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
