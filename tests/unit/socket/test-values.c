/* set and get: each form of a value, and what is wrong with one. */
#include "fixture.h"

#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static void assert_answer(Fixture *f, const char *request, const char *answer) {
        _cleanup_close_ int fd = client_connect(f);

        assert_string_equal(ask(f, fd, request), answer);
}

static void assert_error(Fixture *f, const char *request, const char *word, const char *part) {
        _cleanup_close_ int fd = client_connect(f);

        assert_refused(f, fd, request, word, part);
}

static void assert_value(const Fixture *f, const char *name, const void *data, size_t size) {
        const FixtureValue *value = &f->values[fixture_characteristic(f, name)->index];

        assert_int_equal(value->size, size);
        assert_memory_equal(value->data, data, size);
}

static void test_set_of_one_field_keeps_the_others(void **state) {
        Fixture *f = *state;

        f->subscribed = true;
        assert_answer(f, "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":{\"co2_ppm\":612}}",
                "{\"ok\":true,\"seq\":1,\"subscribed\":true}");
        assert_answer(f,
                "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":{\"temperature_c\":-5.3}}",
                "{\"ok\":true,\"seq\":2,\"subscribed\":true}");
        assert_value(f, "env", "\x64\x02\xcb\xff", 4);
}

static void test_set_takes_the_text_form_of_numbers_labels_and_bits(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd,
                "{\"op\":\"set\",\"characteristic\":\"targets\",\"fields\":"
                "{\"mode\":\"CYCLE\",\"species\":\"Custom\",\"minimum\":\"12.5\"}}");
        ask(f, fd,
                "{\"op\":\"set\",\"characteristic\":\"overrides\",\"fields\":{\"bits\":\"FAN,"
                "STOP\"}}");
        assert_value(f, "targets", "\x02\x63\x00\x00\x7d\x00", 6);
        assert_value(f, "overrides", "\x02\x80", 2);
}

static void test_set_takes_an_array_of_bit_names(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd,
                "{\"op\":\"set\",\"characteristic\":\"overrides\","
                "\"fields\":{\"bits\":[\"LIGHT\",\"STOP\"]}}");
        assert_value(f, "overrides", "\x01\x80", 2);
        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"overrides\",\"fields\":{\"bits\":[]}}");
        assert_value(f, "overrides", "\x00\x00", 2);
}

static void test_set_of_a_single_value(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":21.4}");
        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"note\",\"value\":\"gr\u00fcn\"}");
        assert_value(f, "temperature", "\x5c\x08", 2);
        assert_value(f, "note", "gr\xc3\xbcn", 5);
}

static void test_a_single_value_is_also_the_field_named_value(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"note\",\"fields\":{\"value\":\"a=b\"}}");
        assert_value(f, "note", "a=b", 3);
}

static void test_set_of_a_shorter_last_field_shortens_the_value(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"tail\",\"hex\":\"0701020304\"}");
        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"tail\",\"fields\":{\"kind\":8}}");
        assert_value(f, "tail", "\x08\x01\x02\x03\x04", 5);
        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"tail\",\"fields\":{\"rest\":\"aa\"}}");
        assert_value(f, "tail", "\x08\xaa", 2);
}

static void test_set_of_hex(void **state) {
        Fixture *f = *state;

        assert_answer(f, "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"00ff10\"}",
                "{\"ok\":true,\"seq\":1,\"subscribed\":false}");
        assert_value(f, "raw", "\x00\xff\x10", 3);
}

static void test_get_gives_fields_units_and_hex(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"env\",\"hex\":\"6402d600\"}");
        assert_string_equal(ask(f, fd, "{\"op\":\"get\",\"characteristic\":\"env\"}"),
                "{\"ok\":true,\"characteristic\":\"env\",\"seq\":1,\"age_s\":0.0,\"stale\":false,"
                "\"hex\":\"6402d600\","
                "\"fields\":{\"co2_ppm\":612,\"temperature_c\":21.4},"
                "\"units\":{\"co2_ppm\":\"ppm\",\"temperature_c\":\"celsius\"}}");
}

static void test_get_shows_labels_and_leaves_padding_out(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"targets\",\"hex\":\"016300000a00\"}");
        assert_non_null(strstr(ask(f, fd, "{\"op\":\"get\",\"characteristic\":\"targets\"}"),
                "\"fields\":{\"mode\":\"ON\",\"species\":\"Custom\",\"minimum\":1.0},"));
}

static void test_get_shows_a_number_without_a_name_as_a_number(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"targets\",\"hex\":\"010700000000\"}");
        assert_non_null(strstr(
                ask(f, fd, "{\"op\":\"get\",\"characteristic\":\"targets\"}"), "\"species\":7,"));
}

static void test_get_shows_bits_by_name_or_position(void **state) {
        Fixture *f = *state;

        f->values[fixture_characteristic(f, "overrides")->index].data[0] = 0x06;
        assert_answer(f, "{\"op\":\"get\",\"characteristic\":\"overrides\"}",
                "{\"ok\":true,\"characteristic\":\"overrides\",\"seq\":0,\"age_s\":0.0,\"stale\":"
                "false,\"hex\":\"0600\","
                "\"fields\":{\"bits\":[\"FAN\",2]},\"units\":{}}");
}

static void test_get_of_a_single_value(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":-0.07}");
        assert_string_equal(ask(f, fd, "{\"op\":\"get\",\"characteristic\":\"temperature\"}"),
                "{\"ok\":true,\"characteristic\":\"temperature\",\"seq\":1,\"age_s\":0.0,\"stale\":"
                "false,\"hex\":\"f9ff\","
                "\"value\":-0.07,\"units\":{\"value\":\"celsius\"}}");
}

static void test_get_of_text_that_is_not_utf8_gives_only_hex(void **state) {
        Fixture *f = *state;
        FixtureValue *value = &f->values[fixture_characteristic(f, "note")->index];

        value->data[0] = 0xff;
        value->size = 1;
        assert_answer(f, "{\"op\":\"get\",\"characteristic\":\"note\"}",
                "{\"ok\":true,\"characteristic\":\"note\",\"seq\":0,\"age_s\":0.0,\"stale\":false,"
                "\"hex\":\"ff\",\"units\":{}}");
}

static void test_get_of_a_value_of_the_wrong_length_gives_only_hex(void **state) {
        Fixture *f = *state;

        f->values[fixture_characteristic(f, "env")->index].size = 3;
        assert_answer(f, "{\"op\":\"get\",\"characteristic\":\"env\"}",
                "{\"ok\":true,\"characteristic\":\"env\",\"seq\":0,\"age_s\":0.0,\"stale\":false,"
                "\"hex\":\"000000\","
                "\"units\":{\"co2_ppm\":\"ppm\",\"temperature_c\":\"celsius\"}}");
}

static void test_get_of_empty_text(void **state) {
        Fixture *f = *state;

        f->values[fixture_characteristic(f, "note")->index].size = 0;
        assert_answer(f, "{\"op\":\"get\",\"characteristic\":\"note\"}",
                "{\"ok\":true,\"characteristic\":\"note\",\"seq\":0,\"age_s\":0.0,\"stale\":false,"
                "\"hex\":\"\",\"value\":\"\","
                "\"units\":{}}");
}

static void test_get_of_plain_bytes_gives_hex(void **state) {
        Fixture *f = *state;

        assert_answer(f, "{\"op\":\"get\",\"characteristic\":\"raw\"}",
                "{\"ok\":true,\"characteristic\":\"raw\",\"seq\":0,\"age_s\":0.0,\"stale\":false,"
                "\"hex\":\"00\"}");
}

static void test_get_shows_plain_bytes_in_a_field_as_hex(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"tail\",\"hex\":\"01beef\"}");
        assert_non_null(strstr(ask(f, fd, "{\"op\":\"get\",\"characteristic\":\"tail\"}"),
                "\"fields\":{\"kind\":1,\"rest\":\"beef\"}"));
}

static void test_a_text_that_is_no_number_is_refused(void **state) {
        assert_error(*state,
                "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":\"nan\"}",
                "bad_value", "value");
}

static void test_get_tells_the_age(void **state) {
        Fixture *f = *state;

        f->age_usec = 90001999;
        f->stale = true;
        assert_answer(f, "{\"op\":\"get\",\"characteristic\":\"raw\"}",
                "{\"ok\":true,\"characteristic\":\"raw\",\"seq\":0,\"age_s\":90.001,"
                "\"stale\":true,\"hex\":\"00\"}");
}

static void test_a_set_refused_by_the_policy_is_queue_full(void **state) {
        Fixture *f = *state;

        f->room = 0;
        assert_error(f, "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":1}",
                "queue_full", "temperature was not set: its queue is full");
        assert_int_equal(f->calls.sets_refused, 1);
        assert_int_equal(f->calls.given_up, 0);
        assert_int_equal(server_counts(f->server).bad_requests, 0);
        assert_int_equal(server_counts(f->server).requests, 1);
}

static void test_set_takes_exactly_one_form(void **state) {
        assert_error(*state, "{\"op\":\"set\",\"characteristic\":\"temperature\"}", "bad_request",
                "exactly one");
        assert_error(*state,
                "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":1,\"hex\":\"0000\"}",
                "bad_request", "exactly one");
}

static void test_a_form_that_does_not_suit_the_characteristic_is_refused(void **state) {
        assert_error(*state, "{\"op\":\"set\",\"characteristic\":\"env\",\"value\":1}",
                "bad_request", "it takes fields or hex");
        assert_error(*state, "{\"op\":\"set\",\"characteristic\":\"raw\",\"value\":1}",
                "bad_request", "plain bytes, without");
        assert_error(*state, "{\"op\":\"set\",\"characteristic\":\"raw\",\"fields\":{}}",
                "bad_request", "plain bytes, without");
}

static void test_an_unknown_field_is_refused_with_the_known_ones(void **state) {
        assert_error(*state,
                "{\"op\":\"set\",\"characteristic\":\"targets\",\"fields\":{\"reserved\":1}}",
                "unknown_field", "no field 'reserved'; there are mode, species, minimum");
}

static void test_a_field_of_a_single_value_is_explained(void **state) {
        assert_error(*state,
                "{\"op\":\"set\",\"characteristic\":\"note\",\"fields\":{\"hello\":\"x\"}}",
                "unknown_field",
                "no field 'hello': note is a single value, named value; for a text with '=' in it "
                "write value=hello=...");
}

static void test_values_of_a_wrong_type_are_refused(void **state) {
        static const char *const values[] = {"true", "null", "{}", "[1]", "[\"A\"]", "\"warm\""};

        for (size_t i = 0; i < ELEMENTS(values); i++) {
                char request[200];

                (void)snprintf(request, sizeof(request),
                        "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":{\"co2_ppm\":%s}}",
                        values[i]);
                assert_error(*state, request, "bad_value", "co2_ppm");
        }
}

static void test_an_array_of_bits_holds_one_name_each(void **state) {
        static const char *const values[] = {"[1]", "[\"FAN\",null]", "[\"\"]", "[\"FAN,STOP\"]"};

        for (size_t i = 0; i < ELEMENTS(values); i++) {
                char request[200];

                (void)snprintf(request, sizeof(request),
                        "{\"op\":\"set\",\"characteristic\":\"overrides\",\"fields\":{\"bits\":%s}"
                        "}",
                        values[i]);
                assert_error(*state, request, "bad_value", "of the array");
        }
}

static void test_text_for_bytes_must_be_hex(void **state) {
        assert_error(*state, "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"0g\"}",
                "bad_value", "hex");
        assert_error(*state, "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"000\"}",
                "bad_value", "hex");
}

static void test_a_wrong_number_of_bytes_is_refused(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        char request[1200];

        assert_refused(f, fd, "{\"op\":\"set\",\"characteristic\":\"env\",\"hex\":\"000000\"}",
                "bad_length", "3");
        assert_refused(f, fd, "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"0000000000\"}",
                "bad_length", "5");
        (void)snprintf(request, sizeof(request),
                "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"%01026d\"}", 0);
        assert_refused(f, fd, request, "bad_length", "512");
        assert_refused(f, fd,
                "{\"op\":\"set\",\"characteristic\":\"note\",\"value\":\"longer than twenty "
                "bytes\"}",
                "bad_length", "value");
}

static void test_values_out_of_range_are_refused(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        assert_refused(f, fd,
                "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":{\"co2_ppm\":65536}}",
                "out_of_range", "co2_ppm");
        assert_refused(f, fd,
                "{\"op\":\"set\",\"characteristic\":\"targets\",\"fields\":{\"minimum\":50.1}}",
                "out_of_range", "minimum");
        assert_refused(f, fd,
                "{\"op\":\"set\",\"characteristic\":\"targets\",\"hex\":\"030000000000\"}",
                "out_of_range", "mode");
}

static void test_a_set_with_one_bad_field_changes_nothing(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"env\",\"hex\":\"6402d600\"}");
        assert_refused(f, fd,
                "{\"op\":\"set\",\"characteristic\":\"env\","
                "\"fields\":{\"co2_ppm\":1,\"temperature_c\":9999}}",
                "out_of_range", "temperature_c");
        assert_value(f, "env", "\x64\x02\xd6\x00", 4);
        assert_int_equal(f->values[fixture_characteristic(f, "env")->index].seq, 1);
}

static void test_a_set_that_fails_inside_is_internal(void **state) {
        Fixture *f = *state;

        f->set_result = -ENOMEM;
        assert_error(f, "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"00\"}", "internal",
                "raw was not set");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_set_of_one_field_keeps_the_others),
                TEST(test_set_takes_the_text_form_of_numbers_labels_and_bits),
                TEST(test_set_takes_an_array_of_bit_names),
                TEST(test_set_of_a_single_value),
                TEST(test_a_single_value_is_also_the_field_named_value),
                TEST(test_set_of_a_shorter_last_field_shortens_the_value),
                TEST(test_set_of_hex),
                TEST(test_get_gives_fields_units_and_hex),
                TEST(test_get_shows_labels_and_leaves_padding_out),
                TEST(test_get_shows_a_number_without_a_name_as_a_number),
                TEST(test_get_shows_bits_by_name_or_position),
                TEST(test_get_of_a_single_value),
                TEST(test_get_of_text_that_is_not_utf8_gives_only_hex),
                TEST(test_get_of_a_value_of_the_wrong_length_gives_only_hex),
                TEST(test_get_of_empty_text),
                TEST(test_get_of_plain_bytes_gives_hex),
                TEST(test_get_shows_plain_bytes_in_a_field_as_hex),
                TEST(test_a_text_that_is_no_number_is_refused),
                TEST(test_get_tells_the_age),
                TEST(test_a_set_refused_by_the_policy_is_queue_full),
                TEST(test_set_takes_exactly_one_form),
                TEST(test_a_form_that_does_not_suit_the_characteristic_is_refused),
                TEST(test_an_unknown_field_is_refused_with_the_known_ones),
                TEST(test_a_field_of_a_single_value_is_explained),
                TEST(test_values_of_a_wrong_type_are_refused),
                TEST(test_an_array_of_bits_holds_one_name_each),
                TEST(test_text_for_bytes_must_be_hex),
                TEST(test_a_wrong_number_of_bytes_is_refused),
                TEST(test_values_out_of_range_are_refused),
                TEST(test_a_set_with_one_bad_field_changes_nothing),
                TEST(test_a_set_that_fails_inside_is_internal),
        };

        return cmocka_run_group_tests_name("socket-values", tests, NULL, NULL);
}
