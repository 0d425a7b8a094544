/* UUIDs by hex and by the Bluetooth SIG's names. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdlib.h>

#define CHARACTERISTIC_OF(uuid) SERVICE "[characteristic a]\nflags = read\nuuid = " uuid "\n"

static void expect_uuid(const Uuid *uuid, const char *expected) {
        Uuid other;

        assert_int_equal(uuid_parse(&other, expected), 0);
        assert_true(uuid_equal(uuid, &other));
}

static void test_a_name_is_taken_by_the_kind_of_its_section(void **state) {
        Fixture *f = *state;
        const Profile *p;

        fixture_load_text(f, "[service s]\nuuid = environmental_sensing\n"
                             "[characteristic a]\nuuid = Temperature\nflags = read\n"
                             "[characteristic b]\nuuid = 0x2A19\nflags = read\n"
                             "[descriptor d]\ncharacteristic = a\n"
                             "uuid = characteristic-user-description\nvalue = x\n"
                             "[advertisement]\nservices = s device-information_service\n");
        expect_no_problem(f);
        p = config_profile(f->config);
        expect_uuid(&p->services[0]->uuid, "181A");
        expect_uuid(&profile_at(p, 0)->uuid, "2A6E");
        expect_uuid(&profile_at(p, 1)->uuid, "2A19");
        expect_uuid(&profile_at(p, 0)->descriptors[0]->uuid, "2901");
        expect_uuid(&p->advertisements[0]->data.services.items[1], "180A");
}

static void test_a_name_is_dumped_as_it_was_given(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *first = NULL, *second = NULL;

        fixture_load_text(f, CHARACTERISTIC_OF("battery_level"));
        expect_no_problem(f);
        first = dump_text(f);
        assert_non_null(strstr(first, "\nuuid = battery_level"));
        fixture_load_text(f, first);
        expect_uuid(&find_characteristic(f, "a")->uuid, "2A19");
        second = dump_text(f);
        assert_non_null(strstr(second, "\nuuid = battery_level"));
}

static void test_an_unknown_name_is_told_the_nearest(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, CHARACTERISTIC_OF("temprature"));
        expect_problems(f, "test.conf:5: [characteristic a] uuid: neither a UUID nor the name of a "
                           "characteristic that the SIG has assigned: \"temprature\"; did you mean "
                           "\"temperature\"?\n");
        fixture_load_text(f, CHARACTERISTIC_OF("wishes_of_mushrooms"));
        expect_problems(f, "test.conf:5: [characteristic a] uuid: neither a UUID nor the name of a "
                           "characteristic that the SIG has assigned: \"wishes_of_mushrooms\"\n");
        fixture_load_text(f, "[service s]\nuuid = batery\n");
        expect_problems(f,
                "test.conf:2: [service s] uuid: neither a UUID nor the name of a service that the "
                "SIG has assigned: \"batery\"; did you mean \"battery\"?\n");
}

static void test_a_name_of_another_kind_is_told_so(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, "[service s]\nuuid = temperature\n");
        expect_problems(f, "test.conf:2: [service s] uuid: \"temperature\" is the name of a "
                           "characteristic, not of a service\n");
}

static void test_what_is_no_name_is_no_uuid(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, CHARACTERISTIC_OF("2A6"));
        expect_problems(f, "test.conf:5: [characteristic a] uuid: not a UUID (36 characters with "
                           "dashes, or 4 or 8 hex digits): \"2A6\"\n");
        fixture_load_text(f, CHARACTERISTIC_OF("two words"));
        assert_int_equal(f->errors, 1);
        fixture_load_text(f, CHARACTERISTIC_OF("12345678-1234-5678-1234-56789abcdeg0"));
        assert_int_equal(f->errors, 1);
}

static void test_a_long_name_that_is_none_fits_its_problem(void **state) {
        Fixture *f = *state;

        fixture_load_text(
                f, CHARACTERISTIC_OF("advertising_constant_tone_extension_minimum_transmit_countt"
                                     "_and_much_more_of_the_same_that_nobody_reads"));
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "assigned: \"advertising_constant_tone_"));
}

static void test_one_uuid_by_two_words_is_the_same(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, SERVICE "[advertisement]\nservices = s environmental_sensing\n");
        assert_non_null(strstr(f->problems,
                "test.conf:4: [advertisement] services: \"environmental_sensing\" is there "
                "twice"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_a_name_is_taken_by_the_kind_of_its_section),
                FIXTURE_TEST(test_a_name_is_dumped_as_it_was_given),
                FIXTURE_TEST(test_an_unknown_name_is_told_the_nearest),
                FIXTURE_TEST(test_a_name_of_another_kind_is_told_so),
                FIXTURE_TEST(test_what_is_no_name_is_no_uuid),
                FIXTURE_TEST(test_a_long_name_that_is_none_fits_its_problem),
                FIXTURE_TEST(test_one_uuid_by_two_words_is_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
