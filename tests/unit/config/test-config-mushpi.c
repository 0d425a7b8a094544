/* The profile of MushPi is what its phone app knows, and each of its variables works. */
#include "fixture.h"

#include "core/advertisement-plan.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#define PROFILE SOURCE_ROOT "/config/profiles/mushpi.conf"

enum {
        READ = CHARACTERISTIC_READ,
        WRITE = CHARACTERISTIC_WRITE,
        NOTIFY = CHARACTERISTIC_NOTIFY,
};

static const struct {
        const char *name;
        char digit; /* the last of the UUID */
        unsigned flags;
        size_t size_min, size_max;
        OnWrite on_write;
        const char *initial;
} table[] = {
        {"env_measurements", '1', READ | NOTIFY, 12, 12, ON_WRITE_STORE,
                "000000000000000000000000"},
        {"control_targets", '2', READ | WRITE, 15, 15, ON_WRITE_STORE,
                "c8001801bc02881300000000000000"},
        {"stage_state", '3', READ | WRITE, 10, 10, ON_WRITE_STORE, "000101000000000e0000"},
        {"override_bits", '4', WRITE, 2, 2, ON_WRITE_FORWARD, "0000"},
        {"status_flags", '5', READ | NOTIFY, 4, 4, ON_WRITE_STORE, "00000000"},
        {"actuator_status", '6', READ | NOTIFY, 6, 6, ON_WRITE_STORE, "000000000000"},
        {"stage_thresholds", '9', READ | WRITE, 0, 512, ON_WRITE_FORWARD, NULL},
};

static void load(Fixture *f, const char *variable) {
        fixture_load_path(f, PROFILE, VARIABLES(variable), NULL);
}

static const Settings *settings_with(Fixture *f, const char *variable) {
        load(f, variable);
        expect_no_problem(f);
        return config_settings(f->config);
}

static void expect_refused(Fixture *f, const char *variable, const char *why) {
        load(f, variable);
        expect_problems(f, why);
}

static void test_it_loads_without_a_problem(void **state) {
        load(*state, NULL);
        expect_no_problem(*state);
        assert_true(config_settings(((Fixture *)*state)->config)->bluez.power_on);
}

static void test_it_has_one_service_in_the_order_of_the_app(void **state) {
        Fixture *f = *state;
        const Profile *p;

        load(f, NULL);
        p = config_profile(f->config);
        assert_int_equal(p->n_services, 1);
        assert_int_equal(p->n_characteristics, ELEMENTS(table));
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_string_equal(profile_at(p, i)->name, table[i].name);
}

static void test_each_characteristic_is_as_the_table_says(void **state) {
        Fixture *f = *state;
        char uuid[UUID_TEXT_SIZE];

        load(f, NULL);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const Characteristic *c = find_characteristic(f, table[i].name);
                char expected[] = "12345678-1234-5678-1234-56789abcdef0";

                expected[35] = table[i].digit;
                uuid_format(&c->uuid, uuid);
                assert_string_equal(uuid, expected);
                assert_int_equal(c->flags, table[i].flags);
                assert_int_equal(c->size_min, table[i].size_min);
                assert_int_equal(c->size_max, table[i].size_max);
                assert_int_equal(c->on_write, table[i].on_write);
                assert_int_equal(c->n_descriptors, 0);
        }
}

static void test_each_characteristic_begins_as_the_table_says(void **state) {
        Fixture *f = *state;
        char hex[2 * VALUE_SIZE_MAX + 1];

        load(f, NULL);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const Characteristic *c = find_characteristic(f, table[i].name);

                bytes_to_hex(hex, c->initial, c->initial_size);
                if (table[i].initial)
                        assert_string_equal(hex, table[i].initial);
        }
}

static void test_the_thresholds_begin_as_one_line_of_json(void **state) {
        static const char json[] =
                "{\"species\":\"Oyster\",\"stage\":\"Incubation\",\"temp_min\":20,\"temp_max\":28,"
                "\"rh_min\":70,\"co2_max\":5000,\"light\":{\"mode\":\"off\"},\"expected_days\":14}";
        Fixture *f = *state;
        const Characteristic *c;

        load(f, NULL);
        c = find_characteristic(f, "stage_thresholds");
        assert_int_equal(c->initial_size, strlen(json));
        assert_memory_equal(c->initial, json, strlen(json));
}

static void test_the_service_is_advertised_with_its_name(void **state) {
        Fixture *f = *state;
        const Profile *p;

        load(f, NULL);
        p = config_profile(f->config);
        assert_true(p->advertisements[0]->advertise);
        assert_true(p->advertisements[0]->discoverable);
        assert_string_equal(p->advertisements[0]->name, "MushPi-Init");
        assert_int_equal(p->advertisements[0]->data.services.n, 1);
        assert_true(
                uuid_equal(&p->advertisements[0]->data.services.items[0], &p->services[0]->uuid));
}

static void test_backend_decides_who_serves(void **state) {
        Fixture *f = *state;

        assert_true(settings_with(f, "MUSHPI_BLE_BACKEND=bluez-dbus")->daemon.serve);
        assert_false(settings_with(f, "MUSHPI_BLE_BACKEND=bluezero")->daemon.serve);
        expect_refused(f, "MUSHPI_BLE_BACKEND=glib",
                "environment MUSHPI_BLE_BACKEND: unknown word \"glib\"; known: bluez-dbus, "
                "bluezero\n");
}

static void test_service_uuid_moves_service_and_advertisement(void **state) {
        Fixture *f = *state;
        const Profile *p;

        load(f, "MUSHPI_BLE_SERVICE_UUID=22345678-1234-5678-1234-56789abcdef0");
        expect_no_problem(f);
        p = config_profile(f->config);
        assert_int_equal(p->services[0]->uuid.bytes[0], 0x22);
        assert_int_equal(p->advertisements[0]->data.services.items[0].bytes[0], 0x22);
        expect_refused(f, "MUSHPI_BLE_SERVICE_UUID=mush",
                "environment MUSHPI_BLE_SERVICE_UUID: neither a UUID nor the name of a service "
                "that "
                "the SIG has assigned: \"mush\"\n");
}

static void test_name_prefix_is_completed(void **state) {
        Fixture *f = *state;

        load(f, "MUSHPI_BLE_NAME_PREFIX=Cellar");
        expect_no_problem(f);
        assert_string_equal(config_profile(f->config)->advertisements[0]->name, "Cellar-Init");
        expect_refused(f, "MUSHPI_BLE_NAME_PREFIX=a\tb\n",
                "environment MUSHPI_BLE_NAME_PREFIX: a control character in the value\n");
}

static void test_adapter_is_chosen(void **state) {
        Fixture *f = *state;

        assert_string_equal(settings_with(f, "MUSHPI_BLE_ADAPTER=hci1")->bluez.adapter, "hci1");
        expect_refused(f, "MUSHPI_BLE_ADAPTER=usb",
                "environment MUSHPI_BLE_ADAPTER: not \"auto\", a name such as hci0 or an address "
                "such as 00:11:22:33:44:55: \"usb\"\n");
}

static void test_actuator_status_can_be_left_out(void **state) {
        Fixture *f = *state;

        load(f, "MUSHPI_BLE_ACTUATOR_STATUS_ENABLE=false");
        expect_no_problem(f);
        assert_null(profile_find(config_profile(f->config), "actuator_status"));
        assert_int_equal(config_profile(f->config)->n_characteristics, ELEMENTS(table) - 1);
        load(f, "MUSHPI_BLE_ACTUATOR_STATUS_ENABLE=True");
        assert_non_null(find_characteristic(f, "actuator_status"));
        expect_refused(f, "MUSHPI_BLE_ACTUATOR_STATUS_ENABLE=si",
                "environment MUSHPI_BLE_ACTUATOR_STATUS_ENABLE: not yes or no: \"si\"\n");
}

static void test_advertising_takes_all_spellings_of_a_boolean(void **state) {
        static const struct {
                const char *variable;
                bool advertise;
        } spellings[] = {
                {"MUSHPI_BLE_ADV_ENABLE=true", true},
                {"MUSHPI_BLE_ADV_ENABLE=1", true},
                {"MUSHPI_BLE_ADV_ENABLE=Yes", true},
                {"MUSHPI_BLE_ADV_ENABLE=ON", true},
                {"MUSHPI_BLE_ADV_ENABLE=false", false},
                {"MUSHPI_BLE_ADV_ENABLE=0", false},
                {"MUSHPI_BLE_ADV_ENABLE=no", false},
                {"MUSHPI_BLE_ADV_ENABLE=off", false},
        };
        Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTS(spellings); i++) {
                load(f, spellings[i].variable);
                expect_no_problem(f);
                assert_int_equal(config_profile(f->config)->advertisements[0]->advertise,
                        spellings[i].advertise);
        }
        expect_refused(f, "MUSHPI_BLE_ADV_ENABLE=2",
                "environment MUSHPI_BLE_ADV_ENABLE: not yes or no: \"2\"\n");
}

static void test_the_power_is_a_wish_in_words(void **state) {
        static const struct {
                const char *variable;
                int16_t dbm;
        } words[] = {
                {"MUSHPI_BLE_ADV_TX_POWER=low", -12},
                {"MUSHPI_BLE_ADV_TX_POWER=med", 0},
                {"MUSHPI_BLE_ADV_TX_POWER=HIGH", 8},
                {"MUSHPI_BLE_ADV_TX_POWER=-4", -4},
        };
        Fixture *f = *state;

        load(f, "MUSHPI_BLE_ADV_ENABLE=true");
        assert_false(config_profile(f->config)->advertisements[0]->has_tx_power);
        for (size_t i = 0; i < ELEMENTS(words); i++) {
                load(f, words[i].variable);
                expect_no_problem(f);
                assert_true(config_profile(f->config)->advertisements[0]->has_tx_power);
                assert_int_equal(
                        config_profile(f->config)->advertisements[0]->tx_power, words[i].dbm);
        }
        expect_refused(f, "MUSHPI_BLE_ADV_TX_POWER=loud",
                "environment MUSHPI_BLE_ADV_TX_POWER: not auto, low, med, high or a whole number "
                "of dBm from -127 to 20: \"loud\"\n");
}

/* Without a word of the environment nothing is said but the service and the name, and the longest
 * name of today's firmware fits whole: 2 + 20 of 31 bytes. */
static void test_the_advertisement_is_what_it_was(void **state) {
        Fixture *f = *state;
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        load(f, "MUSHPI_BLE_ADV_ENABLE=true");
        const Profile *p = config_profile(f->config);
        const AdvertisementTask task = {
                .advertisement = p->advertisements[0], .name = "MushPi-OysterPinning"};
        assert_int_equal(p->n_advertisements, 1);
        for (unsigned item = 1; item < _ADVERTISEMENT_ITEM_END; item <<= 1)
                assert_int_equal(advertisement_has(p->advertisements[0], (AdvertisementItem)item),
                        item == ADVERTISEMENT_ITEM_NAME || item == ADVERTISEMENT_ITEM_SERVICES);
        assert_int_equal(advertisement_plan(&plan, &task, why), 0);
        assert_int_equal(plan.rung, 0);
        assert_int_equal(plan.data, 3 + 2 + 16);
        assert_int_equal(plan.response, 2 + 20);
        assert_int_equal(plan.name_size, 20);
        assert_int_equal(plan.name_shown, 20);
}

static void test_queue_size_is_the_depth_of_all(void **state) {
        Fixture *f = *state;

        load(f, "MUSHPI_BLE_QUEUE_MAX_SIZE=5");
        assert_int_equal(find_characteristic(f, "env_measurements")->depth, 5);
        expect_refused(f, "MUSHPI_BLE_QUEUE_MAX_SIZE=0",
                "environment MUSHPI_BLE_QUEUE_MAX_SIZE: not a number from 1 to 4096: \"0\"\n");
}

static void test_backpressure_is_the_policy_of_all(void **state) {
        Fixture *f = *state;

        static const struct {
                const char *variable;
                QueuePolicy policy;
        } policies[] = {
                {"MUSHPI_BLE_BACKPRESSURE_POLICY=drop_oldest", QUEUE_DROP_OLDEST},
                {"MUSHPI_BLE_BACKPRESSURE_POLICY=drop_newest", QUEUE_DROP_NEWEST},
                {"MUSHPI_BLE_BACKPRESSURE_POLICY=coalesce", QUEUE_COALESCE},
                {"MUSHPI_BLE_BACKPRESSURE_POLICY=block", QUEUE_BLOCK},
                {"MUSHPI_BLE_BACKPRESSURE_POLICY=priority", QUEUE_DROP_OLDEST},
        };

        for (size_t i = 0; i < ELEMENTS(policies); i++) {
                load(f, policies[i].variable);
                expect_no_problem(f);
                assert_int_equal(
                        find_characteristic(f, "status_flags")->policy, policies[i].policy);
        }
        expect_refused(f, "MUSHPI_BLE_BACKPRESSURE_POLICY=hope",
                "environment MUSHPI_BLE_BACKPRESSURE_POLICY: unknown word \"hope\"; known: "
                "drop_oldest, drop_newest, coalesce, block, priority\n");
}

static void test_the_first_to_go_is_what_the_app_waits_for(void **state) {
        Fixture *f = *state;

        load(f, NULL);
        assert_int_equal(find_characteristic(f, "env_measurements")->priority, PRIORITY_CRITICAL);
        assert_int_equal(find_characteristic(f, "actuator_status")->priority, PRIORITY_CRITICAL);
        assert_int_equal(find_characteristic(f, "status_flags")->priority, PRIORITY_HIGH);
        assert_int_equal(find_characteristic(f, "stage_state")->priority, PRIORITY_NORMAL);
}

static void test_put_timeout_is_that_of_all(void **state) {
        Fixture *f = *state;

        load(f, "MUSHPI_BLE_QUEUE_PUT_TIMEOUT_MS=10");
        expect_no_problem(f);
        assert_int_equal(find_characteristic(f, "env_measurements")->put_timeout_usec, 10000);
        load(f, "MUSHPI_BLE_QUEUE_PUT_TIMEOUT_MS=0");
        expect_no_problem(f);
        assert_int_equal(find_characteristic(f, "env_measurements")->put_timeout_usec, 0);
        expect_refused(f, "MUSHPI_BLE_QUEUE_PUT_TIMEOUT_MS=-1",
                "environment MUSHPI_BLE_QUEUE_PUT_TIMEOUT_MS: not from 0s to 60s: \"-1ms\"\n");
}

static void test_slow_publishing_is_told_from_its_limit_on(void **state) {
        Fixture *f = *state;

        assert_int_equal(
                settings_with(f, "MUSHPI_BLE_LOG_SLOW_PUBLISH_MS=80")->queue.log_slow_publish_usec,
                80000);
        assert_int_equal(
                settings_with(f, "MUSHPI_BLE_LOG_SLOW_PUBLISH_MS=0")->queue.log_slow_publish_usec,
                0);
        expect_refused(f, "MUSHPI_BLE_LOG_SLOW_PUBLISH_MS=slow",
                "environment MUSHPI_BLE_LOG_SLOW_PUBLISH_MS: not a time with its unit, from 0s to "
                "3600s: \"slowms\"\n");
}

static void test_timeouts_are_milliseconds(void **state) {
        Fixture *f = *state;

        assert_int_equal(
                settings_with(f, "MUSHPI_DBUS_BUS_TIMEOUT_MS=250")->bluez.call_timeout_usec,
                250000);
        assert_int_equal(settings_with(f, "MUSHPI_BLE_SHUTDOWN_TIMEOUT_MS=900")
                                 ->daemon.shutdown_timeout_usec,
                900000);
        expect_refused(f, "MUSHPI_DBUS_BUS_TIMEOUT_MS=5s",
                "environment MUSHPI_DBUS_BUS_TIMEOUT_MS: not a time with its unit, from 100ms to "
                "600s: \"5sms\"\n");
        expect_refused(f, "MUSHPI_BLE_SHUTDOWN_TIMEOUT_MS=99",
                "environment MUSHPI_BLE_SHUTDOWN_TIMEOUT_MS: not from 100ms to 60s: \"99ms\"\n");
}

static void test_other_names_of_its_environment_are_ignored(void **state) {
        load(*state, "MUSHPI_LOG_LEVEL=loud");
        expect_no_problem(*state);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_it_loads_without_a_problem),
                FIXTURE_TEST(test_it_has_one_service_in_the_order_of_the_app),
                FIXTURE_TEST(test_each_characteristic_is_as_the_table_says),
                FIXTURE_TEST(test_each_characteristic_begins_as_the_table_says),
                FIXTURE_TEST(test_the_thresholds_begin_as_one_line_of_json),
                FIXTURE_TEST(test_the_service_is_advertised_with_its_name),
                FIXTURE_TEST(test_backend_decides_who_serves),
                FIXTURE_TEST(test_service_uuid_moves_service_and_advertisement),
                FIXTURE_TEST(test_name_prefix_is_completed),
                FIXTURE_TEST(test_adapter_is_chosen),
                FIXTURE_TEST(test_actuator_status_can_be_left_out),
                FIXTURE_TEST(test_advertising_takes_all_spellings_of_a_boolean),
                FIXTURE_TEST(test_the_power_is_a_wish_in_words),
                FIXTURE_TEST(test_the_advertisement_is_what_it_was),
                FIXTURE_TEST(test_queue_size_is_the_depth_of_all),
                FIXTURE_TEST(test_backpressure_is_the_policy_of_all),
                FIXTURE_TEST(test_the_first_to_go_is_what_the_app_waits_for),
                FIXTURE_TEST(test_put_timeout_is_that_of_all),
                FIXTURE_TEST(test_slow_publishing_is_told_from_its_limit_on),
                FIXTURE_TEST(test_timeouts_are_milliseconds),
                FIXTURE_TEST(test_other_names_of_its_environment_are_ignored),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
