/* [advertisement] and [advertisement NAME]: what they say, and what is refused. */
#include "fixture.h"

#include "core/advertisement-plan.h"
#include "util/cleanup.h"

#define SERVED SERVICE "[characteristic c]\nuuid = 2A6E\nflags = read\n" /* lines 1 to 5 */
#define PLAIN  SERVED "[advertisement]\n"                                /* line 6 */

static const Advertisement *load(Fixture *f, const char *text) {
        fixture_load_text(f, text);
        expect_no_problem(f);
        return config_profile(f->config)->advertisements[0];
}

static void expect_text(Fixture *f, const char *text, const char *problems) {
        fixture_load_text(f, text);
        expect_problems(f, problems);
}

/* The value of one key is refused with why. */
static void expect_refused(Fixture *f, const char *key, const char *value, const char *why) {
        _cleanup_free_ char *text = NULL, *problem = NULL;

        assert_true(asprintf(&text, PLAIN "%s = %s\n", key, value) > 0);
        assert_true(asprintf(&problem, "test.conf:7: [advertisement] %s: %s\n", key, why) > 0);
        expect_text(f, text, problem);
        assert_null(f->config);
}

static void test_without_a_word_it_is_what_it_was(void **state) {
        const Advertisement *a = load(*state, SERVED);

        assert_true(a->advertise);
        assert_int_equal(a->type, ADVERTISEMENT_PERIPHERAL);
        assert_null(a->name);
        assert_true(a->include_name);
        assert_true(a->discoverable);
        for (unsigned item = 1; item < _ADVERTISEMENT_ITEM_END; item <<= 1)
                assert_int_equal(advertisement_has(a, (AdvertisementItem)item),
                        item == ADVERTISEMENT_ITEM_NAME);
        assert_int_equal(a->discoverable_timeout_usec, 0);
        assert_int_equal(a->duration_usec, 0);
        assert_int_equal(a->timeout_usec, 0);
        assert_int_equal(a->n_ladder, 0);
}

static void test_plain_keys_are_read(void **state) {
        const Advertisement *a = load(*state,
                PLAIN "type = peripheral\ndiscoverable = no\nname = Shed\ninclude_name = no\n"
                      "appearance = temperature_sensor\ninclude_tx_power = yes\ntx_power = low\n"
                      "interval = 100ms 200ms\nduration = 3s\ntimeout = 2min\n"
                      "secondary_channel = 2m\n");

        assert_false(a->discoverable);
        assert_string_equal(a->name, "Shed");
        assert_false(a->include_name);
        assert_true(a->has_appearance);
        assert_int_equal(a->appearance, 0x0543);
        assert_true(a->include_tx_power);
        assert_true(a->has_tx_power);
        assert_int_equal(a->tx_power, -12);
        assert_int_equal(a->interval_min_usec, 100000);
        assert_int_equal(a->interval_max_usec, 200000);
        assert_int_equal(a->duration_usec, 3000000);
        assert_int_equal(a->timeout_usec, 120000000);
        assert_int_equal(a->secondary_channel, SECONDARY_CHANNEL_2M);
}

static void test_an_interval_is_one_time_or_two(void **state) {
        static const char why[] = "not auto, nor one or two times from 20ms to 10485s in whole "
                                  "milliseconds, the shorter one first: ";
        static const char *const wrong[] = {"10ms", "100", "200ms 100ms", "100ms 200ms 300ms",
                "20.5ms", "10486s", "fast", "100ms,200ms"};
        Fixture *f = *state;
        const Advertisement *a = load(f, PLAIN "interval = 0.1s\n");

        assert_int_equal(a->interval_min_usec, 100000);
        assert_int_equal(a->interval_max_usec, 100000);
        a = load(f, PLAIN "interval = 20ms 10240ms\n");
        assert_int_equal(a->interval_max_usec, 10240000);
        a = load(f, PLAIN "interval = Auto\n");
        assert_int_equal(a->interval_min_usec, 0);
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_free_ char *text = NULL;

                assert_true(asprintf(&text, "%s\"%s\"", why, wrong[i]) > 0);
                expect_refused(f, "interval", wrong[i], text);
        }
        expect_refused(f, "interval", "11s", "without secondary_channel 10240ms is the longest");
        load(f, PLAIN "interval = 11s\nsecondary_channel = 1M\nname = x\n");
}

static void test_a_power_is_a_word_or_dbm(void **state) {
        static const struct {
                const char *text;
                int16_t dbm;
        } right[] = {
                {"med", 0}, {"HIGH", 8}, {"-127", -127}, {"20", 20}, {"4 dBm", 4}, {"-8dBm", -8}};
        static const char *const wrong[] = {"-128", "21", "1.5", "loud", "dBm", "\"\"", "4 mW"};
        Fixture *f = *state;

        assert_false(load(f, PLAIN "tx_power = auto\n")->has_tx_power);
        for (size_t i = 0; i < ELEMENTS(right); i++) {
                _cleanup_free_ char *text = NULL;
                const Advertisement *a;

                assert_true(asprintf(&text, PLAIN "tx_power = %s\n", right[i].text) > 0);
                a = load(f, text);
                assert_true(a->has_tx_power);
                assert_int_equal(a->tx_power, right[i].dbm);
        }
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_free_ char *text = NULL;

                assert_true(asprintf(&text,
                                    "not auto, low, med, high or a whole number of dBm from -127 "
                                    "to 20: \"%s\"",
                                    *wrong[i] == '"' ? "" : wrong[i]) > 0);
                expect_refused(f, "tx_power", wrong[i], text);
        }
}

static void test_an_appearance_is_a_name_or_a_number(void **state) {
        Fixture *f = *state;

        assert_int_equal(load(f, PLAIN "appearance = 0x0300\n")->appearance, 0x0300);
        assert_int_equal(load(f, PLAIN "appearance = 768\n")->appearance, 0x0300);
        assert_int_equal(load(f, PLAIN "appearance = Multi-Sensor\n")->appearance, 0x0552);
        assert_true(load(f, PLAIN "appearance = unknown\n")->has_appearance);
        assert_false(load(f, PLAIN "appearance =\n")->has_appearance);
        expect_refused(f, "appearance", "termometer",
                "neither a number from 0 to 0xfffe nor a name that is known: \"termometer\"; did "
                "you mean \"thermometer\"?");
        expect_refused(f, "appearance", "0xffff",
                "neither a number from 0 to 0xfffe nor a name that is known: \"0xffff\"");
}

static void test_times_are_whole_seconds(void **state) {
        static const char *const keys[] = {"discoverable_timeout", "duration", "timeout"};
        Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTS(keys); i++) {
                expect_refused(f, keys[i], "1500ms", "not a whole number of seconds: \"1500ms\"");
                expect_refused(f, keys[i], "65536s", "not from 0s to 65535s: \"65536s\"");
        }
        assert_int_equal(
                load(f, PLAIN "discoverable_timeout = 65535s\n")->discoverable_timeout_usec,
                UINT64_C(65535000000));
}

static void test_words_are_known(void **state) {
        Fixture *f = *state;

        expect_refused(
                f, "type", "beacon", "unknown word \"beacon\"; known: peripheral, broadcast");
        expect_refused(
                f, "secondary_channel", "4M", "unknown word \"4M\"; known: none, 1M, 2M, Coded");
}

static void test_manufacturer_data_has_companies(void **state) {
        const Advertisement *a = load(*state,
                PLAIN "manufacturer_data = 0x0059: 01 02 03, 76:0215,\n  0xffff:\n  01\n"
                      "  0x004d: ab\n"
                      "   cd\n");
        const ManufacturerData *m = a->data.manufacturer;

        assert_int_equal(a->data.n_manufacturer, 4);
        assert_int_equal(m[0].company, 0x59);
        assert_int_equal(m[0].size, 3);
        assert_memory_equal(m[0].data, "\x01\x02\x03", 3);
        assert_int_equal(m[1].company, 0x4c);
        assert_memory_equal(m[1].data, "\x02\x15", 2);
        assert_int_equal(m[2].company, 0xffff);
        assert_int_equal(m[2].size, 1);
        assert_int_equal(m[3].size, 2);
        assert_memory_equal(m[3].data, "\xab\xcd", 2);
        assert_int_equal(a->response.n_manufacturer, 0);
}

static void test_what_is_no_manufacturer_data_is_refused(void **state) {
        static const char key[] = "manufacturer_data";
        Fixture *f = *state;

        expect_refused(f, key, "01 02", "\"01\" has no name and ':' before its bytes");
        expect_refused(f, key, "0x59: 1", "\"1\" is not hex: two digits for each byte");
        expect_refused(f, key, "0x59: 01 xy zz", "\"xy\" is not hex: two digits for each byte");
        expect_refused(f, key, "0059: 01",
                "\"0059\" is neither decimal nor hex: a company's number is 89 or 0x0059");
        expect_refused(f, key, "65536: 01",
                "\"65536\" is not the number of a company, such as 89 or 0x0059");
        expect_refused(f, key, ": 01", "\"\" is not the number of a company, such as 89 or 0x0059");
        expect_refused(f, key, "1: 01, 0x1: 02", "\"0x1\" is there twice");
        expect_refused(f, key, "1: 01, 2:", "\"2\" has no bytes behind it, and BlueZ refuses that");
}

static void test_bytes_end_somewhere(void **state) {
        Fixture *f = *state;
        char text[2048] = PLAIN "manufacturer_data = 1:";

        for (size_t line = 0; line < 6; line++) {
                strcat(text, "\n ");
                for (size_t i = 0; i < 50; i++)
                        strcat(text, " ff");
        }
        strcat(text, "\n");
        expect_text(f, text,
                "test.conf:7: [advertisement] manufacturer_data: \"ff\" is more than an "
                "advertisement can hold\n");
}

static void test_service_data_is_of_services(void **state) {
        Fixture *f = *state;
        const Advertisement *a = load(f, PLAIN "service_data = s: 01, battery: 64\n");

        assert_int_equal(a->data.n_service, 2);
        assert_int_equal(uuid_number(&a->data.service[0].uuid), 0x181A);
        assert_int_equal(uuid_number(&a->data.service[1].uuid), 0x180F);
        assert_int_equal(a->data.service[1].data[0], 0x64);
        a = load(f, PLAIN "service_data = 12345678-1234-5678-1234-56789abcdef0: 00\n");
        assert_int_equal(uuid_size(&a->data.service[0].uuid), 16);
        expect_refused(f, "service_data", "nobody: 01", "no service \"nobody\"; known: s");
        expect_refused(f, "service_data", "s: 01, 181A: 02", "\"181A\" is there twice");
        expect_refused(f, "service_data", "s:, battery: 01",
                "\"s\" has no bytes behind it, and BlueZ refuses that");
}

static void test_other_data_has_types(void **state) {
        Fixture *f = *state;
        const Advertisement *a = load(f, PLAIN "data = 0x24: 16 2f, 38: 01\n");

        assert_int_equal(a->data.n_other, 2);
        assert_int_equal(a->data.other[0].type, 0x24);
        assert_int_equal(a->data.other[0].size, 2);
        assert_memory_equal(a->data.other[0].data, "\x16\x2f", 2);
        assert_int_equal(a->data.other[1].type, 0x26);
        expect_refused(
                f, "data", "024: 01", "\"024\" is neither decimal nor hex: a type is 36 or 0x24");
        expect_refused(
                f, "data", "256: 01", "\"256\" is not the number of a type, such as 36 or 0x24");
        expect_refused(
                f, "data", "uri: 01", "\"uri\" is not the number of a type, such as 36 or 0x24");
        expect_refused(f, "data", "0x24: 01, 36: 02", "\"36\" is there twice");
        expect_refused(
                f, "data", "0x24:", "\"0x24\" has no bytes behind it, and BlueZ refuses that");
        expect_refused(f, "scan_response_data", "0xff: 01",
                "\"0xff\" is a type that BlueZ refuses here: another key says it, or BlueZ "
                "itself");
        expect_refused(f, "data", "0x01: 06",
                "\"0x01\" is a type that BlueZ refuses here: another key says it, or BlueZ "
                "itself");
}

static void test_the_scan_response_has_the_same(void **state) {
        const Advertisement *a =
                load(*state, PLAIN "name = x\nsolicit = heart_rate\nscan_response_services = s\n"
                                   "scan_response_solicit = battery 180D\n"
                                   "scan_response_manufacturer_data = 1: 02\n"
                                   "scan_response_service_data = s: 03\n"
                                   "scan_response_data = 0x24: 04\n");

        assert_int_equal(uuid_number(&a->data.solicit.items[0]), 0x180D);
        assert_int_equal(a->data.services.n, 0);
        assert_int_equal(a->response.services.n, 1);
        assert_int_equal(a->response.solicit.n, 2);
        assert_int_equal(a->response.manufacturer[0].data[0], 2);
        assert_int_equal(a->response.other[0].data[0], 4);
        assert_int_equal(a->data.n_other, 0);
        assert_int_equal(a->response.service[0].data[0], 3);
}

static void test_a_service_that_is_switched_off_is_left_out(void **state) {
        const Advertisement *a = load(*state, SERVED
                "[service off]\nuuid = battery\nenable = no\n"
                "[advertisement]\nservices = s off\nsolicit = off\nservice_data = off: 01\n");

        assert_int_equal(a->data.services.n, 1);
        assert_int_equal(a->data.solicit.n, 0);
        assert_int_equal(a->data.n_service, 0);
}

static void test_others_have_names(void **state) {
        Fixture *f = *state;
        const Profile *p;

        load(f, "[advertisement beacon]\ntype = broadcast\ninclude_name = no\n"
                "manufacturer_data = 0x004c: 02 15\n"
                "[advertisement off]\nenable = no\nname = never\n" PLAIN "name = Shed\n"
                "[advertisement second]\nname = Second\n");
        p = config_profile(f->config);
        assert_int_equal(p->n_advertisements, 3);
        assert_null(p->advertisements[0]->section);
        assert_string_equal(p->advertisements[0]->name, "Shed");
        assert_string_equal(p->advertisements[1]->section, "beacon");
        assert_int_equal(p->advertisements[1]->type, ADVERTISEMENT_BROADCAST);
        assert_false(p->advertisements[1]->discoverable);
        assert_string_equal(p->advertisements[2]->section, "second");
        assert_string_equal(p->advertisements[2]->name, "Second");
}

static void test_others_are_set_from_outside(void **state) {
        static const char text[] = SERVED "[advertisement beacon]\nname = x\n";
        Fixture *f = *state;

        fixture_write(f, "test.conf", text);
        fixture_load(f, VARIABLES("SPORED_ADVERTISEMENT__BEACON__NAME=y"),
                VARIABLES("advertisement.beacon.duration=3s", "beacon.timeout=4s",
                        "advertisement.name=Shed"));
        expect_no_problem(f);
        assert_string_equal(config_profile(f->config)->advertisements[0]->name, "Shed");
        assert_string_equal(config_profile(f->config)->advertisements[1]->name, "y");
        assert_int_equal(config_profile(f->config)->advertisements[1]->duration_usec, 3000000);
        assert_int_equal(config_profile(f->config)->advertisements[1]->timeout_usec, 4000000);
}

static void test_each_is_switched_off_in_its_own_way(void **state) {
        Fixture *f = *state;

        expect_refused(f, "enable", "no",
                "only an [advertisement NAME] has it: advertise = no switches this one off");
        expect_text(f, SERVED "[advertisement beacon]\nadvertise = no\n",
                "test.conf:7: [advertisement beacon] advertise: only [advertisement] has it: "
                "enable = no switches this one off\n");
        expect_text(f, SERVED "[advertisement two words]\n",
                "test.conf:6: [advertisement two words]: a name has no spaces: [advertisement "
                "NAME]\n");
        expect_text(f, SERVED "[advertisement Beacon]\n",
                "test.conf:6: [advertisement Beacon]: a name has only a-z, 0-9 and '_', begins "
                "with a letter, does not end with '_' and has no \"__\"\n");
        expect_text(f, SERVED "[queue x]\n",
                "test.conf:6: [queue x]: a section of this kind has no name\n");
}

static void test_what_keys_say_together_is_refused(void **state) {
        Fixture *f = *state;

        expect_text(f, PLAIN "type = broadcast\ndiscoverable_timeout = 1s\n",
                "test.conf:8: [advertisement] discoverable_timeout: a broadcast is never "
                "discoverable\n");
        expect_text(f, PLAIN "timeout = 10s\ndiscoverable_timeout = 11s\n",
                "test.conf:8: [advertisement] discoverable_timeout: longer than timeout: BlueZ "
                "refuses it\n");
}

static void test_a_ladder_names_keys(void **state) {
        Fixture *f = *state;
        const Advertisement *a =
                load(f, PLAIN "appearance = tag\nladder = appearance services\nservices = s\n");

        assert_int_equal(a->n_ladder, 2);
        assert_int_equal(a->ladder[0], ADVERTISEMENT_ITEM_APPEARANCE);
        assert_int_equal(a->ladder[1], ADVERTISEMENT_ITEM_SERVICES);
        expect_refused(f, "ladder", "name apearance",
                "nothing that can be left out: \"apearance\"; did you mean \"appearance\"?");
        expect_refused(f, "ladder", "name name", "\"name\" is there twice");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_without_a_word_it_is_what_it_was),
                FIXTURE_TEST(test_plain_keys_are_read),
                FIXTURE_TEST(test_an_interval_is_one_time_or_two),
                FIXTURE_TEST(test_a_power_is_a_word_or_dbm),
                FIXTURE_TEST(test_an_appearance_is_a_name_or_a_number),
                FIXTURE_TEST(test_times_are_whole_seconds),
                FIXTURE_TEST(test_words_are_known),
                FIXTURE_TEST(test_manufacturer_data_has_companies),
                FIXTURE_TEST(test_what_is_no_manufacturer_data_is_refused),
                FIXTURE_TEST(test_bytes_end_somewhere),
                FIXTURE_TEST(test_service_data_is_of_services),
                FIXTURE_TEST(test_other_data_has_types),
                FIXTURE_TEST(test_the_scan_response_has_the_same),
                FIXTURE_TEST(test_a_service_that_is_switched_off_is_left_out),
                FIXTURE_TEST(test_others_have_names),
                FIXTURE_TEST(test_others_are_set_from_outside),
                FIXTURE_TEST(test_each_is_switched_off_in_its_own_way),
                FIXTURE_TEST(test_what_keys_say_together_is_refused),
                FIXTURE_TEST(test_a_ladder_names_keys),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
