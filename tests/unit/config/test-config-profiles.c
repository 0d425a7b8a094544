/* The profiles that ship beside mushpi. */
#include "fixture.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <stdlib.h>

static void load_with(Fixture *f, const char *name, const char *const *overrides) {
        _cleanup_free_ char *path = NULL;

        assert_true(asprintf(&path, "%s/config/profiles/%s.conf", SOURCE_ROOT, name) > 0);
        fixture_load_path(f, path, NULL, overrides);
        assert_string_equal(f->problems, "");
}

static void expect(
        const Fixture *f, const char *name, const char *uuid, unsigned flags, const char *initial) {
        const Characteristic *c = find_characteristic(f, name);
        char text[UUID_TEXT_SIZE], hex[2 * VALUE_SIZE_MAX + 1];

        uuid_format(&c->uuid, text);
        assert_string_equal(text, uuid);
        assert_int_equal(c->flags, flags);
        bytes_to_hex(hex, c->initial, c->initial_size);
        assert_string_equal(hex, initial);
}

#define SIG(number) "0000" number "-0000-1000-8000-00805f9b34fb"
#define NUS(number) "6e40000" number "-b5a3-f393-e0a9-e50e24dcca9e"
#define TOLD        (CHARACTERISTIC_READ | CHARACTERISTIC_NOTIFY)

static void test_environmental_sensing(void **state) {
        static const char *const all[] = {"co2.enable=yes", "dew_point.enable=yes", NULL};
        Fixture *f = *state;

        load_with(f, "environmental-sensing", NULL);
        assert_int_equal(config_profile(f->config)->n_characteristics, 3);
        expect(f, "temperature", SIG("2a6e"), TOLD, "0080");
        expect(f, "humidity", SIG("2a6f"), TOLD, "ffff");
        expect(f, "pressure", SIG("2a6d"), TOLD, "00000000");
        load_with(f, "environmental-sensing", all);
        assert_int_equal(config_profile(f->config)->n_characteristics, 5);
        expect(f, "co2", SIG("2b8c"), TOLD, "ffff");
        expect(f, "dew_point", SIG("2a7b"), TOLD, "00");
}

static void test_battery(void **state) {
        Fixture *f = *state;

        load_with(f, "battery", NULL);
        expect(f, "battery_level", SIG("2a19"), TOLD, "00");
        assert_true(find_characteristic(f, "battery_level")->notify_on_change);
}

static void test_nordic_uart(void **state) {
        Fixture *f = *state;

        load_with(f, "nordic-uart", NULL);
        expect(f, "rx", NUS("2"), CHARACTERISTIC_WRITE | CHARACTERISTIC_WRITE_WITHOUT_RESPONSE, "");
        expect(f, "tx", NUS("3"), CHARACTERISTIC_NOTIFY, "");
        assert_int_equal(find_characteristic(f, "rx")->on_write, ON_WRITE_FORWARD);
        assert_int_equal(find_characteristic(f, "tx")->policy, QUEUE_BLOCK);
        assert_false(find_characteristic(f, "tx")->notify_on_subscribe);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_environmental_sensing),
                FIXTURE_TEST(test_battery),
                FIXTURE_TEST(test_nordic_uart),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
