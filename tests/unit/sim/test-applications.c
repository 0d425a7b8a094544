/* Registering: what BlueZ makes of an application's objects, and what it refuses. */
#include "fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NO_OBJECT  "No object received"
#define NO_SERVICE "No valid service object found"
#define NO_ENTRY   "Failed to create entry in database"

static int begin(void **state) {
        static Fixture fixture;

        fixture_begin(&fixture, "5.82");
        *state = &fixture;
        return 0;
}

static int end(void **state) {
        fixture_end(*state);
        return 0;
}

static void expect_attribute(const Fixture *f, uint16_t handle, AttributeKind kind) {
        const Attribute *a = gatt_server_attribute(f->server, handle);

        assert_non_null(a);
        assert_int_equal(a->handle, handle);
        assert_int_equal(a->kind, kind);
}

/* Refused with this text, and nothing is left behind bluetoothd's own services. */
static void expect_refused(Fixture *f, sd_bus_message *m, const char *expected) {
        const char *text = NULL;

        objects_seal(m);
        assert_int_equal(gatt_server_add_application(f->server, OWNER, "/app", m, &text), -EINVAL);
        assert_string_equal(text, expected);
        assert_false(gatt_server_has_application(f->server, OWNER, "/app"));
        assert_null(gatt_server_attribute(f->server, 19));
        sd_bus_message_unref(m);
}

static void test_attributes_come_in_the_order_of_the_objects(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", -1);
        objects_add_characteristic(m, "/app/s/b", "/app/s", "2a6e", "read notify", -1, false);
        objects_add_characteristic(m, "/app/s/a", "/app/s", "2a6f", "write", -1, false);
        objects_add_descriptor(m, "/app/s/b/d", "/app/s/b", "2901", "read");
        assert_int_equal(fixture_register(f, m), 0);
        expect_attribute(f, 19, ATTRIBUTE_SERVICE);
        expect_attribute(f, 20, ATTRIBUTE_DECLARATION);
        assert_int_equal(gatt_server_attribute(f->server, 20)->properties, 0x12);
        expect_attribute(f, 21, ATTRIBUTE_VALUE);
        expect_attribute(f, 22, ATTRIBUTE_CCC);
        expect_attribute(f, 23, ATTRIBUTE_DESCRIPTOR);
        expect_attribute(f, 24, ATTRIBUTE_DECLARATION);
        assert_int_equal(gatt_server_attribute(f->server, 24)->properties, 0x08);
        assert_null(gatt_server_attribute(f->server, 26));
        assert_int_equal(gatt_server_attribute(f->server, 19)->end, 25);
}

static void test_extended_properties_have_a_descriptor(void **state) {
        Fixture *f = *state;
        FixtureCentral c;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", -1);
        objects_add_characteristic(
                m, "/app/s/c", "/app/s", "2a6e", "notify reliable-write", -1, false);
        assert_int_equal(fixture_register(f, m), 0);
        expect_attribute(f, 23, ATTRIBUTE_DESCRIPTOR);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 23, 0), 0);
        assert_int_equal(c.size, 2);
        assert_int_equal(c.data[0], 1);
        central_leave(f, &c);
}

static void test_a_handle_of_0_is_written(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", 0);
        objects_add_characteristic(m, "/app/s/c", "/app/s", "2a6e", "read", 0, false);
        assert_int_equal(fixture_register(f, m), 0);
        application_expect(&f->application, "Set /app/s Handle=19\nSet /app/s/c Handle=21\n");
}

static void test_pins_are_kept_over_a_new_registration(void **state) {
        Fixture *f = *state;

        fixture_register_one(f, "notify", false);
        expect_attribute(f, 0x103, ATTRIBUTE_CCC);
        gatt_server_remove_application(f->server, OWNER, "/app");
        assert_null(gatt_server_attribute(f->server, 19));
        fixture_register_one(f, "notify", false);
        expect_attribute(f, 0x103, ATTRIBUTE_CCC);
}

static void test_the_second_with_the_same_pins_is_refused_and_the_first_disappears(void **state) {
        Fixture *f = *state;
        const char *text;
        FixtureCentral c;
        sd_bus_message *m = objects_new(f->bus);

        fixture_register_one(f, "notify", true);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_subscribe(f, &c, 0x103, 1), 0);
        objects_add_service(m, "/other/s", "181a", 0x100);
        objects_add_characteristic(m, "/other/s/c", "/other/s", "2a6e", "notify", 0x102, false);
        objects_seal(m);
        assert_int_equal(
                gatt_server_add_application(f->server, ":1.8", "/other", m, &text), -EINVAL);
        assert_string_equal(text, NO_ENTRY);
        sd_bus_message_unref(m);
        assert_null(gatt_server_attribute(f->server, 19));
        fixture_change(f, "a", 1);
        central_expect(&c, "");
        assert_true(gatt_server_has_application(f->server, OWNER, "/app"));
        gatt_server_remove_application(f->server, OWNER, "/app");
        central_leave(f, &c);
}

static void test_nothing_listed_is_no_object(void **state) {
        Fixture *f = *state;

        expect_refused(f, objects_new(f->bus), NO_OBJECT);
}

static void test_only_standard_interfaces_are_no_object(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_other(m, "/app", "org.freedesktop.DBus.Properties");
        objects_add_other(m, "/app", "org.freedesktop.DBus.Introspectable");
        expect_refused(f, m, NO_OBJECT);
}

static void test_another_interface_is_no_service(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_other(m, "/app", "org.example.Thing");
        expect_refused(f, m, NO_SERVICE);
}

static void test_a_message_of_another_type_is_no_object(void **state) {
        Fixture *f = *state;
        const char *text = NULL;
        sd_bus_message *m = NULL;

        assert_true(sd_bus_message_new_signal(f->bus, &m, "/", "a.b", "Objects") >= 0);
        assert_true(sd_bus_message_append(m, "sa{ss}", "x", 1, "y", "z") >= 0);
        assert_true(sd_bus_message_seal(m, 1, 0) >= 0);
        assert_int_equal(gatt_server_add_application(f->server, OWNER, "/app", m, &text), -EINVAL);
        assert_string_equal(text, NO_OBJECT);
        sd_bus_message_unref(m);
}

static void test_an_unknown_flag_is_refused(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", -1);
        objects_add_characteristic(m, "/app/s/c", "/app/s", "2a6e", "read glow", -1, false);
        expect_refused(f, m, NO_SERVICE);
}

static void test_a_descriptor_has_fewer_flags(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", -1);
        objects_add_characteristic(m, "/app/s/c", "/app/s", "2a6e", "read", -1, false);
        objects_add_descriptor(m, "/app/s/c/d", "/app/s/c", "2901", "notify");
        expect_refused(f, m, NO_SERVICE);
}

static void test_a_characteristic_without_its_service_is_refused(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", -1);
        objects_add_characteristic(m, "/app/t/c", "/app/t", "2a6e", "read", -1, false);
        expect_refused(f, m, NO_SERVICE);
}

static void test_bluetoothds_own_services_are_refused(void **state) {
        static const char *const uuids[] = {"1800", "1801"};
        Fixture *f = *state;

        for (size_t i = 0; i < 2; i++) {
                sd_bus_message *m = objects_new(f->bus);

                objects_add_service(m, "/app/s", uuids[i], -1);
                expect_refused(f, m, NO_ENTRY);
        }
}

static void test_a_service_without_properties_is_refused(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_other(m, "/app/s", "org.bluez.GattService1");
        expect_refused(f, m, NO_ENTRY);
}

static void test_a_bad_uuid_is_refused(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "18", -1);
        expect_refused(f, m, NO_ENTRY);
}

static void test_properties_of_other_types_are_as_good_as_none(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        assert_true(sd_bus_message_append(m, "{oa{sa{sv}}}", "/app/s", 1, "org.bluez.GattService1",
                            4, "UUID", "u", 6170, "Primary", "s", "yes", "Includes", "s", "/app/t",
                            "Handle", "s", "256") >= 0);
        expect_refused(f, m, NO_ENTRY);
        m = objects_new(f->bus);
        objects_add_service(m, "/app/s", "181a", -1);
        assert_true(sd_bus_message_append(m, "{oa{sa{sv}}}", "/app/s/c", 1,
                            "org.bluez.GattCharacteristic1", 3, "UUID", "s", "2a6e", "Service", "s",
                            "/app/s", "Flags", "s", "read") >= 0);
        expect_refused(f, m, NO_SERVICE);
}

static void test_a_pin_of_another_type_is_refused(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        assert_true(sd_bus_message_append(m, "{oa{sa{sv}}}", "/app/s", 1, "org.bluez.GattService1",
                            3, "UUID", "s", "181a", "Primary", "b", 1, "Handle", "s", "256") >= 0);
        expect_refused(f, m, NO_ENTRY);
}

static void test_includes_take_handles_behind_their_service(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", -1);
        assert_true(sd_bus_message_append(m, "{oa{sa{sv}}}", "/app/t", 1, "org.bluez.GattService1",
                            3, "UUID", "s", "181b", "Primary", "b", 0, "Includes", "ao", 2,
                            "/app/s", "/app/none") >= 0);
        assert_int_equal(fixture_register(f, m), 0);
        assert_true(gatt_server_attribute(f->server, 19)->primary);
        assert_false(gatt_server_attribute(f->server, 20)->primary);
        assert_int_equal(gatt_server_attribute(f->server, 20)->end, 22);
        assert_int_equal(gatt_server_attribute(f->server, 21)->included, 19);
        assert_null(gatt_server_attribute(f->server, 22));
}

static void test_pins_over_bluetoothds_own_handles_are_refused(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", 0x0010);
        expect_refused(f, m, NO_ENTRY);
}

static void test_one_refused_service_takes_the_others_along(void **state) {
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", -1);
        objects_add_characteristic(m, "/app/s/c", "/app/s", "2a6e", "notify", -1, true);
        objects_add_service(m, "/app/t", "181b", -1);
        objects_add_characteristic(m, "/app/t/c", "/app/t", "2a6e", "read", 0x200, true);
        expect_refused(f, m, NO_ENTRY);
}

static void test_each_application_goes_by_itself(void **state) {
        Fixture *f = *state;
        const char *text;
        sd_bus_message *m = objects_new(f->bus);

        fixture_register_one(f, "notify", false);
        objects_add_service(m, "/two/s", "181b", -1);
        objects_seal(m);
        assert_int_equal(gatt_server_add_application(f->server, OWNER, "/two", m, &text), 0);
        sd_bus_message_unref(m);
        expect_attribute(f, 0x104, ATTRIBUTE_SERVICE);
        gatt_server_remove_application(f->server, OWNER, "/app");
        expect_attribute(f, 0x104, ATTRIBUTE_SERVICE);
        assert_true(gatt_server_has_application(f->server, OWNER, "/two"));
        gatt_server_remove_application(f->server, OWNER, NULL);
        assert_null(gatt_server_attribute(f->server, 19));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        static const struct CMUnitTest tests[] = {
                TEST(test_attributes_come_in_the_order_of_the_objects),
                TEST(test_extended_properties_have_a_descriptor),
                TEST(test_a_handle_of_0_is_written),
                TEST(test_pins_are_kept_over_a_new_registration),
                TEST(test_the_second_with_the_same_pins_is_refused_and_the_first_disappears),
                TEST(test_nothing_listed_is_no_object),
                TEST(test_only_standard_interfaces_are_no_object),
                TEST(test_another_interface_is_no_service),
                TEST(test_a_message_of_another_type_is_no_object),
                TEST(test_an_unknown_flag_is_refused),
                TEST(test_a_descriptor_has_fewer_flags),
                TEST(test_a_characteristic_without_its_service_is_refused),
                TEST(test_bluetoothds_own_services_are_refused),
                TEST(test_a_service_without_properties_is_refused),
                TEST(test_a_bad_uuid_is_refused),
                TEST(test_properties_of_other_types_are_as_good_as_none),
                TEST(test_a_pin_of_another_type_is_refused),
                TEST(test_includes_take_handles_behind_their_service),
                TEST(test_pins_over_bluetoothds_own_handles_are_refused),
                TEST(test_one_refused_service_takes_the_others_along),
                TEST(test_each_application_goes_by_itself),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
