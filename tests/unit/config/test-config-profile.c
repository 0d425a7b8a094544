/* From sections to what is served: layouts, first values, and what does not fit together. */
#include "fixture.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <stdlib.h>

#define READABLE SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n" /* lines 1 to 5 */

static void expect_text(Fixture *f, const char *text, const char *problems) {
        fixture_load_text(f, text);
        expect_problems(f, problems);
}

static void expect_initial(const Characteristic *c, const char *hex) {
        char text[2 * VALUE_SIZE_MAX + 1];

        bytes_to_hex(text, c->initial, c->initial_size);
        assert_string_equal(text, hex);
}

static void test_plain_bytes_are_empty_and_up_to_512(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(f, READABLE);
        c = find_characteristic(f, "a");
        assert_null(c->format);
        assert_int_equal(c->size_min, 0);
        assert_int_equal(c->size_max, 512);
        expect_initial(c, "");
}

static void test_exact_bytes_begin_as_zeros(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(f, READABLE "size = 3\n");
        c = find_characteristic(f, "a");
        assert_int_equal(c->size_min, 3);
        assert_int_equal(c->size_max, 3);
        expect_initial(c, "000000");
}

static void test_bytes_begin_as_their_value_says(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "size_max = 4\nvalue = 01 ff\n");
        assert_int_equal(find_characteristic(f, "a")->size_max, 4);
        expect_initial(find_characteristic(f, "a"), "01ff");
        fixture_load_text(f, READABLE "value = hex:01ff\n");
        expect_initial(find_characteristic(f, "a"), "01ff");
}

static void test_bytes_that_do_not_fit_are_refused(void **state) {
        Fixture *f = *state;

        expect_text(f, READABLE "size_max = 2\nvalue = 010203\n",
                "test.conf:7: [characteristic a] value: more than 2 bytes\n");
        expect_text(f, READABLE "value = 0x1\n",
                "test.conf:6: [characteristic a] value: not hex: two digits a byte, as in \"01 "
                "ff\"; or did you mean type = utf8?\n");
        fixture_load_text(f, READABLE "size = 2\nvalue = 01\n");
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "test.conf:7: [characteristic a] value: "));
}

static void test_a_type_is_one_field_named_value(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(f, READABLE "type = i16 scale=0.01\nvalue = 21.5\n");
        c = find_characteristic(f, "a");
        assert_true(c->single_value);
        assert_int_equal(c->format->n_fields, 1);
        assert_string_equal(c->format->fields[0].name, "value");
        assert_int_equal(c->size_min, 2);
        expect_initial(c, "6608");
        fixture_load_text(f, READABLE "type = i16 default=7\n");
        expect_initial(find_characteristic(f, "a"), "0700");
        fixture_load_text(f, READABLE "type = i16\nvalue = hex:0102\n");
        expect_initial(find_characteristic(f, "a"), "0102");
}

static void test_a_value_outside_its_type_is_refused(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "type = u8 max=5\nvalue = 6\n");
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "test.conf:7: [characteristic a] value: "));
        fixture_load_text(f, READABLE "type = u8 max=5\nvalue = hex:06\n");
        assert_int_equal(f->errors, 1);
        fixture_load_text(f, READABLE "type = u8\nvalue = hex:0607\n");
        assert_int_equal(f->errors, 1);
}

static void test_a_long_value_stands_on_indented_lines(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(
                f, READABLE "type = utf8\nvalue = {\"a\":1,\n  \"b\":2,\n  \"c\": \n  3}\n");
        c = find_characteristic(f, "a");
        assert_memory_equal(c->initial, "{\"a\":1,\"b\":2,\"c\": 3}", c->initial_size);
        assert_int_equal(c->initial_size, strlen("{\"a\":1,\"b\":2,\"c\": 3}"));
}

static void test_a_value_of_more_than_512_bytes_is_refused(void **state) {
        Fixture *f = *state;
        char text[1200] = READABLE "type = utf8\nvalue =";

        for (size_t i = 0; i < 4; i++) {
                strcat(text, "\n ");
                memset(text + strlen(text), 'x', 128);
        }
        fixture_load_text(f, text);
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "test.conf:7: [characteristic a] value: "));
        /* The three line ends have been three spaces. */
        text[strlen(text) - 3] = '\0';
        fixture_load_text(f, text);
        assert_int_equal(find_characteristic(f, "a")->initial_size, 512);
}

static void test_fields_begin_with_their_defaults(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "[fields a]\nx = u8 default=3\ny = pad 1\nz = u16\n");
        assert_false(find_characteristic(f, "a")->single_value);
        expect_initial(find_characteristic(f, "a"), "03000000");
}

static void test_a_bad_field_is_told_with_its_line(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "[fields a]\nx = u8\ny = u9\n");
        assert_int_equal(f->errors, 1);
        assert_int_equal(strncmp(f->problems, "test.conf:8: [fields a] y: unknown type",
                                 strlen("test.conf:8: [fields a] y: unknown type")),
                0);
        fixture_load_text(f, READABLE "type = u9\nvalue = 1\n");
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "test.conf:6: [characteristic a] type: unknown type"));
}

static void test_the_name_of_a_field_has_the_rules_of_names(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "[fields a]\nX = u8\ny = u8\n");
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "test.conf:7: [fields a] X: a field's name has"));
}

static void test_fields_need_a_characteristic_and_a_field(void **state) {
        expect_text(*state, READABLE "[fields b]\nx = u8\n",
                "test.conf:6: [fields b]: no characteristic \"b\"; known: a\n");
        expect_text(*state, READABLE "[fields a]\n", "test.conf:6: [fields a]: no field\n");
}

static void test_keys_that_say_it_twice_are_refused(void **state) {
        expect_text(*state, READABLE "type = u8\n[fields a]\nx = u8\n",
                "test.conf:6: [characteristic a] type: there is also a section [fields a]: only "
                "one of them can be\n");
        expect_text(*state, READABLE "value = 00\n[fields a]\nx = u8\n",
                "test.conf:6: [characteristic a] value: with [fields a] each field has its own "
                "default=\n");
        expect_text(*state, READABLE "size = 1\n[fields a]\nx = u8\n",
                "test.conf:6: [characteristic a] size: the fields give the size; this key is for "
                "plain bytes\n");
        expect_text(*state, READABLE "size_max = 1\ntype = u8\n",
                "test.conf:6: [characteristic a] size_max: the type's attributes give the size; "
                "this key is for plain bytes\n");
        expect_text(*state, READABLE "size = 1\nsize_max = 2\n",
                "test.conf:7: [characteristic a] size_max: size gives the exact size already\n");
}

static void test_required_keys_are_missed(void **state) {
        expect_text(*state, "[service s]\n", "test.conf:1: [service s] uuid: the key is missing\n");
        expect_text(*state, SERVICE "[characteristic a]\n",
                "test.conf:3: [characteristic a] uuid: the key is missing\n"
                "test.conf:3: [characteristic a] flags: the key is missing\n");
        expect_text(*state, READABLE "[descriptor d]\n",
                "test.conf:6: [descriptor d] uuid: the key is missing\n"
                "test.conf:6: [descriptor d] characteristic: the key is missing\n");
}

static void test_flags_have_the_names_of_bluez(void **state) {
        Fixture *f = *state;

        fixture_load_text(f,
                SERVICE "[characteristic a]\nuuid = 2A00\nsecurity = open\n"
                        "flags = read write write-without-response\n  notify indicate\n");
        assert_int_equal(config_profile(f->config)->characteristics[0]->flags, 31);
        expect_text(f, SERVICE "[characteristic a]\nuuid = 2A00\nflags = read wirte\n",
                "test.conf:5: [characteristic a] flags: unknown flag \"wirte\"; did you mean "
                "\"write\"?\n");
        expect_text(f, SERVICE "[characteristic a]\nuuid = 2A00\nflags = public\n",
                "test.conf:5: [characteristic a] flags: unknown flag \"public\"; known: read write "
                "write-without-response notify indicate broadcast authenticated-signed-writes "
                "extended-properties reliable-write writable-auxiliaries authorize; and encrypt-, "
                "encrypt-authenticated- or secure- before read, write, notify, indicate\n");
        expect_text(f, SERVICE "[characteristic a]\nuuid = 2A00\nflags =\n",
                "test.conf:5: [characteristic a] flags: no flag: at least one of read, write, "
                "notify, … is needed\n");
}

static void test_a_characteristic_has_a_descriptor_once(void **state) {
        expect_text(*state,
                READABLE "[descriptor d]\ncharacteristic = a\nuuid = 2901\n"
                         "[descriptor e]\ncharacteristic = a\nuuid = 2901\n",
                "test.conf:11: [descriptor e] uuid: the descriptor \"d\" has the same UUID\n");
}

static void test_services_that_bluez_serves_are_refused(void **state) {
        expect_text(*state, "[service s]\nuuid = 1800\n",
                "test.conf:2: [service s] uuid: BlueZ serves Generic Access itself and refuses "
                "another: leave it out, the device's name is name in [advertisement]\n");
        expect_text(*state, "[service s]\nuuid = 00001801-0000-1000-8000-00805f9b34fb\n",
                "test.conf:2: [service s] uuid: BlueZ serves Generic Attribute itself and refuses "
                "another: leave it out\n");
}

static void test_a_service_that_bluez_may_serve_is_warned_of(void **state) {
        Fixture *f = *state;

        expect_text(f, "[service s]\nuuid = 180A\n",
                "test.conf:2: [service s] uuid: warning: BlueZ serves Device Information too, and "
                "centrals then see both, unless its main.conf has DeviceID = false\n");
        assert_int_equal(f->errors, 0);
        assert_int_equal(f->warnings, 1);
}

static void test_descriptors_that_bluez_makes_are_refused(void **state) {
        expect_text(*state, READABLE "[descriptor d]\ncharacteristic = a\nuuid = 2900\n",
                "test.conf:8: [descriptor d] uuid: BlueZ makes this descriptor: leave it out, and "
                "write reliable-write or writable-auxiliaries in the characteristic's flags\n");
        expect_text(*state, READABLE "[descriptor d]\ncharacteristic = a\nuuid = 0x2902\n",
                "test.conf:8: [descriptor d] uuid: BlueZ makes this descriptor: leave it out, and "
                "write notify or indicate in the characteristic's flags\n");
        expect_text(*state, READABLE "[descriptor d]\ncharacteristic = a\nuuid = 00002903\n",
                "test.conf:8: [descriptor d] uuid: this descriptor is for broadcasts, which BlueZ "
                "does not send: leave it out\n");
}

static void test_a_reserved_service_that_is_switched_off_is_no_problem(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "[service t]\nenable = no\nuuid = 1800\n"
                                      "[descriptor d]\nenable = no\ncharacteristic = a\n"
                                      "uuid = 2902\n");
        expect_no_problem(f);
}

static void test_two_services_may_have_the_same_characteristic(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "[service t]\nuuid = 180D\n"
                                      "[characteristic b]\nuuid = 2A00\nflags = read\n");
        expect_no_problem(f);
        assert_int_equal(config_profile(f->config)->n_services, 2);
        assert_int_equal(config_profile(f->config)->services[1]->n_characteristics, 1);
        assert_int_equal(find_characteristic(f, "b")->index, 1);
}

static void test_what_is_switched_off_does_not_count(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "[characteristic b]\nenable = no\nuuid = 2A00\nflags = read\n"
                                      "[descriptor d]\ncharacteristic = b\nuuid = 2901\n"
                                      "[descriptor e]\ncharacteristic = a\nenable = no\n");
        expect_no_problem(f);
        assert_int_equal(config_profile(f->config)->n_characteristics, 1);
        assert_int_equal(find_characteristic(f, "a")->n_descriptors, 0);
}

static void test_a_service_is_switched_off_with_all_in_it(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, "[service t]\nuuid = 180D\n"
                             "[characteristic b]\nuuid = 2A00\nflags = read\n"
                             "[service s]\nuuid = 181A\nenable = no\n"
                             "[characteristic a]\nuuid = 2A00\nflags = read\n"
                             "[descriptor d]\ncharacteristic = a\nuuid = 2901\n"
                             "[advertisement]\nservices = s t\n");
        expect_no_problem(f);
        assert_int_equal(config_profile(f->config)->n_services, 1);
        assert_int_equal(config_profile(f->config)->n_characteristics, 1);
        assert_int_equal(config_profile(f->config)->advertisements[0]->data.services.n, 1);
}

static void test_a_descriptor_holds_text_or_bytes(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(f, READABLE "[descriptor d]\ncharacteristic = a\nuuid = 2901\n"
                                      "value = \"in the shed\"\n"
                                      "[descriptor e]\ncharacteristic = a\nuuid = 2904\n"
                                      "value = hex: 0e fe 2f27 01 0000\n");
        c = find_characteristic(f, "a");
        assert_int_equal(c->n_descriptors, 2);
        assert_int_equal(c->descriptors[0]->size, strlen("in the shed"));
        assert_memory_equal(c->descriptors[0]->data, "in the shed", strlen("in the shed"));
        assert_int_equal(c->descriptors[1]->size, 7);
        assert_memory_equal(c->descriptors[1]->data, "\x0e\xfe\x2f\x27\x01\0\0", 7);
        expect_text(f, READABLE "[descriptor d]\ncharacteristic = b\nuuid = 2901\nvalue = hex:0\n",
                "test.conf:7: [descriptor d] characteristic: no characteristic \"b\"; known: a\n");
        expect_text(f, READABLE "[descriptor d]\ncharacteristic = a\nuuid = 2901\nvalue = hex:0\n",
                "test.conf:9: [descriptor d] value: not hex: two digits a byte, as in \"01 ff\"\n");
}

static void test_services_are_advertised_by_name_or_uuid(void **state) {
        Fixture *f = *state;
        const Advertisement *a;

        fixture_load_text(f, READABLE "[advertisement]\nservices = s 180A\nname = Shed\n");
        expect_no_problem(f);
        a = config_profile(f->config)->advertisements[0];
        assert_true(a->advertise);
        assert_string_equal(a->name, "Shed");
        assert_int_equal(a->data.services.n, 2);
        assert_int_equal(a->data.services.items[0].bytes[3], 0x1a);
        assert_int_equal(a->data.services.items[1].bytes[3], 0x0a);
}

static void test_what_cannot_be_advertised_is_refused(void **state) {
        expect_text(*state,
                READABLE "[service shed]\nuuid = 180D\n[advertisement]\nservices = shd\n",
                "test.conf:9: [advertisement] services: no service \"shd\"; did you mean "
                "\"shed\"?\n");
        expect_text(*state, READABLE "[advertisement]\nservices = s s\n",
                "test.conf:7: [advertisement] services: \"s\" is there twice: its UUID is "
                "advertised once\n");
}

static void test_a_value_is_named_once(void **state) {
        expect_text(*state, READABLE "type = utf8 size_max=3\nvalue = long\n",
                "test.conf:7: [characteristic a] value: 4 bytes, needs 0 to 3\n");
}

static void test_lists_are_separated_by_spaces(void **state) {
        Fixture *f = *state;

        expect_text(f, SERVICE "[characteristic a]\nuuid = 2A00\nflags = read, notify\n",
                "test.conf:5: [characteristic a] flags: flags are separated by spaces: "
                "\"read,\"\n");
        expect_text(f, READABLE "[advertisement]\nservices = s, 180A\n",
                "test.conf:7: [advertisement] services: names are separated by spaces: \"s,\"\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_plain_bytes_are_empty_and_up_to_512),
                FIXTURE_TEST(test_exact_bytes_begin_as_zeros),
                FIXTURE_TEST(test_bytes_begin_as_their_value_says),
                FIXTURE_TEST(test_bytes_that_do_not_fit_are_refused),
                FIXTURE_TEST(test_a_type_is_one_field_named_value),
                FIXTURE_TEST(test_a_value_outside_its_type_is_refused),
                FIXTURE_TEST(test_a_long_value_stands_on_indented_lines),
                FIXTURE_TEST(test_a_value_of_more_than_512_bytes_is_refused),
                FIXTURE_TEST(test_fields_begin_with_their_defaults),
                FIXTURE_TEST(test_a_bad_field_is_told_with_its_line),
                FIXTURE_TEST(test_the_name_of_a_field_has_the_rules_of_names),
                FIXTURE_TEST(test_fields_need_a_characteristic_and_a_field),
                FIXTURE_TEST(test_keys_that_say_it_twice_are_refused),
                FIXTURE_TEST(test_required_keys_are_missed),
                FIXTURE_TEST(test_flags_have_the_names_of_bluez),
                FIXTURE_TEST(test_a_characteristic_has_a_descriptor_once),
                FIXTURE_TEST(test_services_that_bluez_serves_are_refused),
                FIXTURE_TEST(test_a_service_that_bluez_may_serve_is_warned_of),
                FIXTURE_TEST(test_descriptors_that_bluez_makes_are_refused),
                FIXTURE_TEST(test_a_reserved_service_that_is_switched_off_is_no_problem),
                FIXTURE_TEST(test_two_services_may_have_the_same_characteristic),
                FIXTURE_TEST(test_what_is_switched_off_does_not_count),
                FIXTURE_TEST(test_a_service_is_switched_off_with_all_in_it),
                FIXTURE_TEST(test_a_descriptor_holds_text_or_bytes),
                FIXTURE_TEST(test_services_are_advertised_by_name_or_uuid),
                FIXTURE_TEST(test_what_cannot_be_advertised_is_refused),
                FIXTURE_TEST(test_a_value_is_named_once),
                FIXTURE_TEST(test_lists_are_separated_by_spaces),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
