/* libspored: what is read from one line. */
#include "client/message.h"
#include "fixture.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>

static SporedMessage *read_line(const char *line) {
        SporedMessage *message = NULL;

        assert_int_equal(spored_message_new(&message, line, strlen(line)), 0);
        return message;
}

static void expect_field(
        const SporedMessage *message, size_t index, const char *name, const char *text) {
        SporedField field = spored_message_field(message, index);

        if (name)
                assert_string_equal(field.name, name);
        else
                assert_null(field.name);
        assert_string_equal(field.text, text);
}

static void test_fields_in_their_text_form(void **state) {
        SporedMessage *m = read_line(
                "{\"fields\":{\"temperature_c\":21.4,\"co2\":-450,"
                "\"mode\":\"ON\",\"bits\":[\"FAN\",\"MIST\",9],"
                "\"none\":[],\"third\":0.3333333333333333148,\"less\":0.29999999999999993}}");

        assert_int_equal(spored_message_fields(m), 7);
        expect_field(m, 0, "temperature_c", "21.4");
        expect_field(m, 1, "co2", "-450");
        expect_field(m, 2, "mode", "ON");
        expect_field(m, 3, "bits", "FAN,MIST,9");
        expect_field(m, 4, "none", "");
        expect_field(m, 5, "third", "0.33333333333333331");
        expect_field(m, 6, "less", "0.29999999999999993");
        assert_null(spored_message_field(m, 7).text);
        spored_message_free(m);
}

/* A program's locale is not that of the values. Made here, if this system can. */
static void test_fields_in_another_locale(void **state) {
        char directory[] = "/tmp/spored-test-XXXXXX", command[128];
        SporedMessage *m;
        const char *found;

        assert_non_null(mkdtemp(directory));
        (void)snprintf(command, sizeof(command),
                "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null", directory);
        (void)!system(command);
        assert_int_equal(setenv("LOCPATH", directory, 1), 0);
        found = setlocale(LC_NUMERIC, "de_DE.UTF-8");
        (void)snprintf(command, sizeof(command), "rm -r %s", directory);
        assert_int_equal(system(command), 0);
        if (!found) {
                print_message("# there is no locale with another point\n");
                return;
        }
        m = read_line("{\"fields\":{\"a\":21.4,\"b\":-0.5,\"c\":21.0,\"d\":0.29999999999999993}}");
        (void)setlocale(LC_NUMERIC, "C");
        expect_field(m, 0, "a", "21.4");
        expect_field(m, 1, "b", "-0.5");
        expect_field(m, 2, "c", "21");
        expect_field(m, 3, "d", "0.29999999999999993");
        spored_message_free(m);
}

static void test_a_single_value(void **state) {
        SporedMessage *m = read_line("{\"value\":21.4,\"hex\":\"5c08\"}");
        double number = 0;

        assert_int_equal(spored_message_fields(m), 1);
        expect_field(m, 0, NULL, "21.4");
        assert_int_equal(spored_message_number(m, NULL, &number), 1);
        assert_true(number > 21.39 && number < 21.41);
        assert_int_equal(spored_message_number(m, "value", &number), 0);
        spored_message_free(m);
}

static void test_numbers_by_name(void **state) {
        SporedMessage *m = read_line("{\"fields\":{\"a\":\"7\",\"b\":7}}");
        double number = 0;

        assert_int_equal(spored_message_number(m, "b", &number), 1);
        assert_true(number > 6.9 && number < 7.1);
        assert_int_equal(spored_message_number(m, "a", &number), 0);
        assert_int_equal(spored_message_number(m, "c", &number), 0);
        assert_int_equal(spored_message_number(m, NULL, &number), 0);
        spored_message_free(m);
}

static void test_members(void **state) {
        SporedMessage *m = read_line("{\"seq\":42,\"age_s\":1.250,\"stale\":true,"
                                     "\"device\":null,\"event\":\"write\",\"verdict\":true}");
        int64_t seq = 0;
        double age = 0;

        assert_int_equal(spored_message_integer(m, "seq", &seq), 1);
        assert_int_equal(seq, 42);
        assert_int_equal(spored_message_integer(m, "age_s", &seq), 0);
        assert_int_equal(spored_message_real(m, "age_s", &age), 1);
        assert_true(age > 1.24 && age < 1.26);
        assert_int_equal(spored_message_real(m, "seq", &age), 1);
        assert_int_equal(spored_message_real(m, "event", &age), 0);
        assert_true(spored_message_true(m, "stale"));
        assert_false(spored_message_true(m, "seq"));
        assert_string_equal(spored_message_string(m, "event"), "write");
        assert_null(spored_message_string(m, "device"));
        assert_null(spored_message_string(m, "none"));
        assert_true(spored_message_wants_verdict(m));
        assert_null(spored_message_error(m));
        assert_string_equal(spored_message_detail(m), "");
        assert_int_equal(spored_message_fields(m), 0);
        spored_message_free(m);
}

static void test_bytes(void **state) {
        SporedMessage *m = read_line("{\"hex\":\"00ff7a\"}");
        uint8_t data[4] = {1, 1, 1, 1};

        assert_int_equal(spored_message_bytes(m, data, 2), 3);
        assert_memory_equal(data, "\x00\xff\x01", 3);
        assert_int_equal(spored_message_bytes(m, data, 4), 3);
        assert_memory_equal(data, "\x00\xff\x7a\x01", 4);
        assert_int_equal(spored_message_bytes(m, NULL, 0), 3);
        spored_message_free(m);
        m = read_line("{\"hex\":\"\"}");
        assert_int_equal(spored_message_bytes(m, data, 4), 0);
        spored_message_free(m);
}

static void test_what_has_no_bytes(void **state) {
        static const char *const lines[] = {"{}", "{\"hex\":5}", "{\"hex\":\"0\"}",
                "{\"hex\":\"0g\"}", "{\"hex\":\"0 \"}", "{\"hex\":\"zz\"}"};
        uint8_t data[4];

        for (size_t i = 0; i < ELEMENTS(lines); i++) {
                SporedMessage *m = read_line(lines[i]);

                assert_int_equal(spored_message_bytes(m, data, 4), -EBADMSG);
                spored_message_free(m);
        }
}

static void test_what_is_no_message(void **state) {
        static const char *const lines[] = {
                "", " ", "hello", "[]", "[{}]", "5", "{\"a\":1", "{}{}", "{\"a\":\"\xff\"}"};
        SporedMessage *m = NULL;

        for (size_t i = 0; i < ELEMENTS(lines); i++)
                assert_int_equal(spored_message_new(&m, lines[i], strlen(lines[i])), -EBADMSG);
        assert_int_equal(spored_message_new(&m, "{}\0{}", 5), -EBADMSG);
        assert_null(m);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fields_in_their_text_form),
                cmocka_unit_test(test_fields_in_another_locale),
                cmocka_unit_test(test_a_single_value),
                cmocka_unit_test(test_numbers_by_name),
                cmocka_unit_test(test_members),
                cmocka_unit_test(test_bytes),
                cmocka_unit_test(test_what_has_no_bytes),
                cmocka_unit_test(test_what_is_no_message),
        };

        return cmocka_run_group_tests_name("client-message", tests, NULL, NULL);
}
