/* Profiles of machines that are made of files; each is loaded as spored loads it. */
#include "fixture.h"

#include "config/config.h"
#include "sense/discover.h"
#include "sense/finding.h"
#include "sense/producer.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <sys/stat.h>

typedef struct Machine {
        char *profile; /* what was written */
        Config *config;
        char *printed; /* what its sources say */
} Machine;

static void machine_done(Machine *m) {
        config_free(m->config);
        free(m->profile);
        free(m->printed);
}

static void load(const Fixture *f, Machine *m) {
        static char *nothing[] = {NULL};
        _cleanup_free_ char *path = fixture_path(f, "/found.conf"), *problems = NULL;
        ConfigSources sources = {.file = path, .environ_ = nothing};
        unsigned errors, warnings;
        size_t size;
        FILE *out = open_memstream(&problems, &size);

        fixture_write(f, "/found.conf", m->profile);
        assert_non_null(out);
        assert_int_equal(config_load(&m->config, &sources, out, &errors, &warnings), 0);
        fclose(out);
        assert_string_equal(problems, "");
        assert_non_null(m->config);
}

static void print_sources(Machine *m) {
        _cleanup_(producer_freep) Producer *producer = NULL;
        size_t n, size;
        const ValueSource *sources = config_value_sources(m->config, &n);
        FILE *out = open_memstream(&m->printed, &size);

        assert_non_null(out);
        assert_int_equal(producer_new(&producer, sources, n), 0);
        producer_print(producer, out);
        assert_int_equal(producer_troubles(producer), 0);
        fclose(out);
}

/* Discovers, loads without a problem, and reads what was found. */
static void find(const Fixture *f, bool all, Machine *ret) {
        size_t size;
        FILE *out;

        *ret = (Machine){0};
        out = open_memstream(&ret->profile, &size);
        assert_non_null(out);
        assert_int_equal(discover(f->root, all, out), 0);
        fclose(out);
        load(f, ret);
        print_sources(ret);
}

static void expect_sources(const Fixture *f, const char *printed) {
        _cleanup_(machine_done) Machine m;

        find(f, false, &m);
        assert_string_equal(m.printed, printed);
}

static void write_proc(const Fixture *f) {
        fixture_write(f, "/proc/loadavg", "0.12 0.34 0.56 1/93 20699\n");
        fixture_write(f, "/proc/meminfo", "MemTotal: 16384 kB\nMemAvailable: 8192 kB\n");
        fixture_write(f, "/proc/uptime", "350735.47 234388.90\n");
}

static void test_every_quantity_can_be_declared(void **state) {
        const Quantity *const all[] = {&quantity_temperature, &quantity_speed, &quantity_voltage,
                &quantity_current, &quantity_power, &quantity_humidity, &quantity_pressure,
                &quantity_illuminance, &quantity_co2, &quantity_charge, &quantity_load,
                &quantity_memory, &quantity_uptime};
        char why[200];

        for (size_t i = 0; i < ELEMENTS(all); i++) {
                assert_int_equal(quantity_check(all[i], 1, why, sizeof(why)), 0);
                assert_true(strlen(all[i]->words) > 0 && strlen(all[i]->step) > 0);
        }
        assert_string_equal(quantity_unit(&quantity_temperature), "celsius");
        assert_string_equal(quantity_unit(&quantity_load), "");
}

static void test_a_machine_without_sensors_has_load_memory_and_uptime(void **state) {
        const Fixture *f = *state;

        write_proc(f);
        expect_sources(f, "load = 0.12\nmemory_available = 8192 kB\nuptime = 350735 s\n");
}

static void test_a_machine_with_sensors_has_them_only_if_asked(void **state) {
        const Fixture *f = *state;
        _cleanup_(machine_done) Machine m;

        write_proc(f);
        fixture_write(f, "/sys/class/thermal/thermal_zone0/type", "soc\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone0/temp", "48312\n");
        expect_sources(f, "soc = 48.31 celsius\n");
        find(f, true, &m);
        assert_string_equal(m.printed, "soc = 48.31 celsius\nload = 0.12\n"
                                       "memory_available = 8192 kB\nuptime = 350735 s\n");
}

static void test_a_machine_without_anything_still_has_a_profile(void **state) {
        const Fixture *f = *state;
        _cleanup_(machine_done) Machine m;

        find(f, false, &m);
        assert_string_equal(m.printed, "");
        assert_int_equal(config_profile(m.config)->n_characteristics, 1);
}

static void test_hwmon_in_all_its_kinds(void **state) {
        const Fixture *f = *state;

        fixture_write(f, "/sys/class/hwmon/hwmon0/name", "chip\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp1_input", "-1500\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp1_label", "Core 0\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp1_max", "100000\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp10_input", "10000\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp2_input", "20000\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/fan1_input", "1200\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/in0_input", "-12050\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/intrusion0_alarm", "1\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/curr1_input", "1500\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/power1_input", "18064000\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/humidity1_input", "45120\n");
        expect_sources(f, "chip_curr1 = 1.5 ampere\n"
                          "chip_fan1 = 1200 rpm\n"
                          "chip_humidity1 = 45.12 percent\n"
                          "chip_in0 = -12.05 volt\n"
                          "chip_power1 = 18.064 watt\n"
                          "chip_core_0 = -1.5 celsius\n"
                          "chip_temp2 = 20 celsius\n"
                          "chip_temp10 = 10 celsius\n");
}

static void test_iio_processed_and_raw(void **state) {
        const Fixture *f = *state;

        fixture_write(f, "/sys/bus/iio/devices/iio:device0/name", "bme280\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device0/in_humidityrelative_input", "45123\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device0/in_pressure_input", "101.325000000\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device0/in_temp_input", "21390\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device0/in_temp_raw", "5\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device1/name", "mlx90614\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device1/in_temp_ambient_raw", "14665\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device1/in_temp_scale", "20\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device1/in_temp_offset", "-13657.5\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device2/name", "scd4x\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device2/in_concentration_co2_raw", "812\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device2/in_concentration_co2_scale", "0.0001\n");
        fixture_write(f, "/sys/bus/iio/devices/iio:device2/in_illuminance0_input", "350.5\n");
        expect_sources(f, "bme280_humidity = 45.12 percent\n"
                          "bme280_pressure = 101.325 kilopascal\n"
                          "bme280_temperature = 21.39 celsius\n"
                          "mlx90614_temperature_ambient = 20.15 celsius\n"
                          "scd4x_co2 = 812 ppm\n"
                          "scd4x_illuminance_0 = 350.5 lux\n");
}

static void test_batteries(void **state) {
        const Fixture *f = *state;

        fixture_write(f, "/sys/class/power_supply/AC/online", "1\n");
        fixture_write(f, "/sys/class/power_supply/BAT0/capacity", "87\n");
        fixture_write(f, "/sys/class/power_supply/BAT0/voltage_now", "12345678\n");
        expect_sources(f, "bat0_charge = 87 percent\nbat0_voltage = 12.346 volt\n");
}

static void test_one_wire_in_its_three_forms(void **state) {
        const Fixture *f = *state;
        const char *text = "50 05 : crc=1c YES\n50 05 t=21312\n";

        fixture_write(f, "/sys/bus/w1/devices/28-01/w1_slave", text);
        fixture_write(f, "/sys/bus/w1/devices/28-02/w1_slave", text);
        fixture_write(f, "/sys/bus/w1/devices/28-02/temperature", "22000\n");
        fixture_write(f, "/sys/bus/w1/devices/28-03/w1_slave", text);
        fixture_write(f, "/sys/bus/w1/devices/28-03/hwmon/hwmon0/name", "w1_slave_temp\n");
        fixture_write(f, "/sys/bus/w1/devices/28-03/hwmon/hwmon0/temp1_input", "23000\n");
        fixture_link(f, "/sys/class/hwmon/hwmon0", "/sys/bus/w1/devices/28-03/hwmon/hwmon0");
        expect_sources(f, "w1_slave_temp_temp1 = 23 celsius\n"
                          "temperature_28_01 = 21.31 celsius\n"
                          "temperature_28_02 = 22 celsius\n");
}

static void test_what_hwmon_shows_is_not_taken_twice(void **state) {
        const Fixture *f = *state;

        fixture_write(f, "/sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp1_input", "48000\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone0/temp", "48000\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone1/type", "gpu\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone1/temp", "49000\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone2/type", "gpu\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone2/temp", "50000\n");
        expect_sources(f, "cpu_thermal_temp1 = 48 celsius\n"
                          "gpu = 49 celsius\n"
                          "gpu_2 = 50 celsius\n");
}

static void test_what_cannot_be_true_or_read_is_left_out(void **state) {
        const Fixture *f = *state;

        fixture_write(f, "/sys/class/hwmon/hwmon0/name", "nvme\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp1_input", "65261850\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp2_input", "-273150\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp3_input", "");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp4_input", "41000\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/humidity1_input", "101000\n");
        expect_sources(f, "nvme_temp4 = 41 celsius\n");
}

static void test_names_become_legal_and_unlike(void **state) {
        const Fixture *f = *state;

        fixture_write(f, "/sys/class/thermal/thermal_zone0/type", "queue\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone0/temp", "1000\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone1/type", "message\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone1/temp", "2000\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone2/type", "2x \"hot\";\xff # --\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone2/temp", "3000\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone3/type",
                "a very long name of more than forty characters\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone3/temp", "4000\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone4/type",
                "a very long name of more than forty characters\n");
        fixture_write(f, "/sys/class/thermal/thermal_zone4/temp", "5000\n");
        expect_sources(f, "queue_2 = 1 celsius\n"
                          "message_2 = 2 celsius\n"
                          "temperature_2x_hot = 3 celsius\n"
                          "a_very_long_name_of_more_than_fort = 4 celsius\n"
                          "a_very_long_name_of_more_than_fo_2 = 5 celsius\n");
}

static void test_a_path_survives_a_new_number(void **state) {
        const Fixture *f = *state;
        _cleanup_(machine_done) Machine m;
        _cleanup_free_ char *expected =
                fixture_path(f, "/sys/devices/platform/chip.0/hwmon/hwmon*/temp1_input");
        size_t n;

        fixture_write(f, "/sys/devices/platform/chip.0/hwmon/hwmon3/name", "chip\n");
        fixture_write(f, "/sys/devices/platform/chip.0/hwmon/hwmon3/temp1_input", "5000\n");
        fixture_write(f, "/sys/devices/platform/chip.0/hwmon/hwmon3/device/x", "");
        fixture_link(f, "/sys/class/hwmon/hwmon3", "/sys/devices/platform/chip.0/hwmon/hwmon3");
        find(f, false, &m);
        assert_string_equal(config_value_sources(m.config, &n)->file, expected);
}

/* A machine below a folder of this name. */
static Fixture in_folder(const Fixture *f, const char *name) {
        Fixture inner;

        assert_true(strlen(f->root) + strlen(name) + 1 < sizeof(inner.root));
        strcpy(inner.root, f->root);
        strcat(strcat(inner.root, "/"), name);
        assert_int_equal(mkdir(inner.root, 0700), 0);
        fixture_write(&inner, "/sys/class/hwmon/hwmon0/name", "chip\n");
        fixture_write(&inner, "/sys/class/hwmon/hwmon0/temp1_input", "5000\n");
        return inner;
}

static void test_a_path_that_looks_like_a_pattern_or_a_comment_is_read_again(void **state) {
        static const char *const names[] = {
                "a ;b", "a #b", "a[b]c", "a*b?c", "a\\b", "a\"b", "a;b=c: d", "#"};
        const Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTS(names); i++) {
                Fixture inner = in_folder(f, names[i]);

                expect_sources(&inner, "chip_temp1 = 5 celsius\n");
        }
}

static void test_a_pattern_matches_no_other_device(void **state) {
        const Fixture *f = *state;
        Fixture other = in_folder(f, "ab"), inner = in_folder(f, "[a]b");

        fixture_write(&other, "/sys/class/hwmon/hwmon0/temp1_input", "9000\n");
        expect_sources(&inner, "chip_temp1 = 5 celsius\n");
}

static void test_a_path_that_no_profile_can_hold_is_left_out(void **state) {
        static const char *const names[] = {"a\nb", "a\xff", "a\tb\001"};
        const Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTS(names); i++) {
                Fixture inner = in_folder(f, names[i]);

                expect_sources(&inner, "");
        }
}

static void test_a_pipe_is_left_out_and_not_waited_for(void **state) {
        const Fixture *f = *state;

        fixture_pipe(f, "/proc/sys/kernel/hostname");
        fixture_pipe(f, "/sys/class/hwmon/hwmon0/name");
        fixture_pipe(f, "/sys/class/hwmon/hwmon0/temp1_input");
        fixture_pipe(f, "/sys/class/hwmon/hwmon0/temp2_label");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp2_input", "5000\n");
        fixture_link(f, "/sys/class/hwmon/hwmon0/temp3_input", "/../../dev/zero");
        expect_sources(f, "hwmon0_temp2 = 5 celsius\n");
}

static void test_a_number_that_tells_devices_apart_stays(void **state) {
        const Fixture *f = *state;
        _cleanup_(machine_done) Machine m;
        _cleanup_free_ char *expected = fixture_path(f, "/sys/class/hwmon/hwmon1/temp1_input");
        const ValueSource *sources;
        size_t n;

        fixture_write(f, "/sys/class/hwmon/hwmon0/temp1_input", "5000\n");
        fixture_write(f, "/sys/class/hwmon/hwmon1/temp1_input", "6000\n");
        find(f, false, &m);
        sources = config_value_sources(m.config, &n);
        assert_int_equal(n, 2);
        assert_string_equal(sources[1].name, "hwmon1_temp1");
        assert_string_equal(sources[1].file, expected);
}

static void test_each_characteristic_is_described_in_words(void **state) {
        const Fixture *f = *state;
        _cleanup_(machine_done) Machine m;
        const Characteristic *c;
        const char *expected = "Temperature, chip Core 0, in 0.01 celsius";

        fixture_write(f, "/sys/class/hwmon/hwmon0/name", "chip\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp1_input", "5000\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp1_label", "Core 0\n");
        find(f, false, &m);
        c = profile_find(config_profile(m.config), "chip_core_0");
        assert_non_null(c);
        assert_int_equal(c->flags, CHARACTERISTIC_READ | CHARACTERISTIC_NOTIFY);
        assert_int_equal(c->n_descriptors, 1);
        assert_int_equal(c->descriptors[0]->size, strlen(expected));
        assert_memory_equal(c->descriptors[0]->data, expected, strlen(expected));
}

static void expect_age_and_events(
        const Machine *m, const char *name, uint64_t age_sec, bool events) {
        const Characteristic *c = profile_find(config_profile(m->config), name);
        const ValueSource *sources;
        size_t n, i = 0;

        assert_non_null(c);
        assert_int_equal(c->max_age_usec, age_sec * USEC_PER_SEC);
        sources = config_value_sources(m->config, &n);
        while (i < n && sources[i].characteristic != c)
                i++;
        assert_true(i < n);
        assert_int_equal(sources[i].events, events);
}

static void test_what_is_not_read_any_more_becomes_stale(void **state) {
        const Fixture *f = *state;
        _cleanup_(machine_done) Machine m;

        fixture_write(f, "/sys/class/hwmon/hwmon0/name", "chip\n");
        fixture_write(f, "/sys/class/hwmon/hwmon0/temp1_input", "5000\n");
        fixture_write(f, "/sys/class/power_supply/BAT0/capacity", "87\n");
        find(f, false, &m);
        expect_age_and_events(&m, "chip_temp1", 10, false);
        expect_age_and_events(&m, "bat0_charge", 30, true);
}

static void test_a_phone_can_write_a_message(void **state) {
        const Fixture *f = *state;
        _cleanup_(machine_done) Machine m;
        const Characteristic *c;

        find(f, false, &m);
        c = profile_find(config_profile(m.config), "message");
        assert_non_null(c);
        assert_int_equal(c->flags, CHARACTERISTIC_READ | CHARACTERISTIC_WRITE);
        assert_int_equal(c->size_max, 40);
}

static void expect_advertised(const Fixture *f, const char *name) {
        _cleanup_(machine_done) Machine m;
        const Profile *profile;

        find(f, false, &m);
        profile = config_profile(m.config);
        assert_string_equal(profile->advertisements[0]->name, name);
        assert_int_equal(profile->advertisements[0]->data.services.n, 1);
        assert_true(uuid_equal(
                &profile->advertisements[0]->data.services.items[0], &profile->services[0]->uuid));
}

static void test_the_name_is_that_of_the_host(void **state) {
        const Fixture *f = *state;

        expect_advertised(f, "spored");
        fixture_write(f, "/proc/sys/kernel/hostname", "Shed-Pi.example.org\n");
        expect_advertised(f, "Shed-Pi");
        fixture_write(f, "/proc/sys/kernel/hostname", "-a;b\"c_a-very-long-name-of-a-host\n");
        expect_advertised(f, "abca-very-long-name-");
}

static void test_each_profile_has_uuids_of_its_own(void **state) {
        const Fixture *f = *state;
        _cleanup_(machine_done) Machine a, b;

        find(f, false, &a);
        find(f, false, &b);
        assert_false(uuid_equal(&config_profile(a.config)->services[0]->uuid,
                &config_profile(b.config)->services[0]->uuid));
}

static void test_a_root_that_is_not_there(void **state) {
        const Fixture *f = *state;
        _cleanup_free_ char *path = fixture_path(f, "/nowhere"), *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        assert_true(discover(path, false, out) < 0);
        fclose(out);
        assert_string_equal(text, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_quantity_can_be_declared),
                FIXTURE_TEST(test_a_machine_without_sensors_has_load_memory_and_uptime),
                FIXTURE_TEST(test_a_machine_with_sensors_has_them_only_if_asked),
                FIXTURE_TEST(test_a_machine_without_anything_still_has_a_profile),
                FIXTURE_TEST(test_hwmon_in_all_its_kinds),
                FIXTURE_TEST(test_iio_processed_and_raw),
                FIXTURE_TEST(test_batteries),
                FIXTURE_TEST(test_one_wire_in_its_three_forms),
                FIXTURE_TEST(test_what_hwmon_shows_is_not_taken_twice),
                FIXTURE_TEST(test_what_cannot_be_true_or_read_is_left_out),
                FIXTURE_TEST(test_names_become_legal_and_unlike),
                FIXTURE_TEST(test_a_path_survives_a_new_number),
                FIXTURE_TEST(test_a_path_that_looks_like_a_pattern_or_a_comment_is_read_again),
                FIXTURE_TEST(test_a_pattern_matches_no_other_device),
                FIXTURE_TEST(test_a_path_that_no_profile_can_hold_is_left_out),
                FIXTURE_TEST(test_a_pipe_is_left_out_and_not_waited_for),
                FIXTURE_TEST(test_a_number_that_tells_devices_apart_stays),
                FIXTURE_TEST(test_each_characteristic_is_described_in_words),
                FIXTURE_TEST(test_what_is_not_read_any_more_becomes_stale),
                FIXTURE_TEST(test_a_phone_can_write_a_message),
                FIXTURE_TEST(test_the_name_is_that_of_the_host),
                FIXTURE_TEST(test_each_profile_has_uuids_of_its_own),
                FIXTURE_TEST(test_a_root_that_is_not_there),
        };

        return cmocka_run_group_tests_name("sense-discover", tests, NULL, NULL);
}
