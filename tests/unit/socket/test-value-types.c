/* set and get of every type of field: how each looks in JSON. */
#include "fixture.h"

#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static void assert_error(Fixture *f, const char *request, const char *word, const char *part) {
        _cleanup_close_ int fd = client_connect(f);

        assert_refused(f, fd, request, word, part);
}

static void assert_value(const Fixture *f, const char *name, const void *data, size_t size) {
        const FixtureValue *value = &f->values[fixture_characteristic(f, name)->index];

        assert_int_equal(value->size, size);
        assert_memory_equal(value->data, data, size);
}

static void set_wide(Fixture *f, const char *fields) {
        _cleanup_close_ int fd = client_connect(f);
        char request[400];

        (void)snprintf(request, sizeof(request),
                "{\"op\":\"set\",\"characteristic\":\"wide\",\"fields\":{%s}}", fields);
        assert_non_null(strstr(ask(f, fd, request), "\"ok\":true"));
}

static void refuse_wide(Fixture *f, const char *fields, const char *word, const char *part) {
        char request[400];

        (void)snprintf(request, sizeof(request),
                "{\"op\":\"set\",\"characteristic\":\"wide\",\"fields\":{%s}}", fields);
        assert_error(f, request, word, part);
}

/* JSON as it is read here has integers of 64 bits with a sign, and no infinity. */
static void test_every_type_is_set_and_shown(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        set_wide(f, "\"count\":\"18446744073709551615\",\"delta\":-9223372036854775808,"
                    "\"on\":true,\"level\":21.4,\"gain\":\"NRes\",\"bits\":[\"PART=5\",\"Z\"],"
                    "\"samples\":[-0.1,\"2\"]");
        assert_value(f, "wide",
                "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\x80\1\x33\x33\xab\x41"
                "\0\x08\x50\0\0\0\0\0\0\x80\xff\xff\x14\0",
                35);
        assert_non_null(strstr(ask(f, fd, "{\"op\":\"get\",\"characteristic\":\"wide\"}"),
                "\"fields\":{\"count\":\"18446744073709551615\",\"delta\":-9223372036854775808,"
                "\"on\":true,\"level\":21.4,\"gain\":\"NRes\",\"bits\":[\"PART=5\",\"Z\"],"
                "\"samples\":[-0.1,2.0]}"));
        set_wide(f, "\"count\":9223372036854775807,\"on\":0,\"gain\":36.4,\"samples\":[]");
        assert_non_null(strstr(ask(f, fd, "{\"op\":\"get\",\"characteristic\":\"wide\"}"),
                "\"fields\":{\"count\":9223372036854775807,\"delta\":-9223372036854775808,"
                "\"on\":false,\"level\":21.4,\"gain\":36.4,\"bits\":[\"PART=5\",\"Z\"],\"samples\":"
                "[]}"));
        set_wide(f, "\"on\":\"yes\",\"samples\":\"1.5,2\"");
        assert_non_null(strstr(ask(f, fd, "{\"op\":\"get\",\"characteristic\":\"wide\"}"),
                "\"samples\":[1.5,2.0]"));
}

static void test_arrays_and_bools_are_refused_by_name(void **state) {
        refuse_wide(
                *state, "\"samples\":[1,2,3,4]", "bad_length", "samples: 4 elements, needs 0 to 3");
        refuse_wide(*state, "\"samples\":[1,null]", "bad_value",
                "samples: element 1 of the array is null");
        refuse_wide(*state, "\"samples\":[1,[2]]", "bad_value",
                "samples: element 1 of the array is an array");
        refuse_wide(*state, "\"samples\":[1,9999]", "out_of_range",
                "samples[1]: 9999 is above its maximum 3276.7");
        refuse_wide(*state, "\"samples\":7", "bad_value",
                "samples: one value where an array is needed");
        refuse_wide(*state, "\"samples\":{}", "bad_value", "it takes an array or a string");
        refuse_wide(*state, "\"on\":2", "out_of_range", "on: 2 is above its maximum 1");
        refuse_wide(*state, "\"on\":null", "bad_value", "it takes true or false");
        refuse_wide(*state, "\"count\":true", "bad_value", "count: true is not a value");
        refuse_wide(*state, "\"count\":-1", "out_of_range", "count: -1 is below its minimum 0");
        refuse_wide(*state, "\"count\":[1]", "bad_value", "count: an array is not a value");
}

static void test_an_array_longer_than_any_value_is_refused(void **state) {
        char fields[400 + 2 * 600] = "\"samples\":[0", request[2000];

        for (unsigned i = 0; i < 599; i++)
                strcat(fields, ",0");
        (void)snprintf(request, sizeof(request),
                "{\"op\":\"set\",\"characteristic\":\"wide\",\"fields\":{%s]}}", fields);
        assert_error(*state, request, "bad_length", "samples: 600 elements, needs 0 to 3");
}

static void test_hex_with_half_an_element_is_refused(void **state) {
        assert_error(*state,
                "{\"op\":\"set\",\"characteristic\":\"wide\",\"hex\":"
                "\"00000000000000000000000000000000000000000000000000000000000000ff\"}",
                "bad_length", "samples: 1 byte, not a multiple of 2");
}

static void test_a_json_payload_is_checked(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        assert_value(f, "json", "null", 4);
        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"json\",\"value\":\"{\\\"a\\\":1}\"}");
        assert_value(f, "json", "{\"a\":1}", 7);
        assert_refused(f, fd, "{\"op\":\"set\",\"characteristic\":\"json\",\"value\":\"{a:1}\"}",
                "out_of_range", "value: is not JSON");
        assert_refused(f, fd, "{\"op\":\"set\",\"characteristic\":\"json\",\"hex\":\"7b\"}",
                "out_of_range", "at byte 1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_every_type_is_set_and_shown),
                TEST(test_arrays_and_bools_are_refused_by_name),
                TEST(test_an_array_longer_than_any_value_is_refused),
                TEST(test_hex_with_half_an_element_is_refused),
                TEST(test_a_json_payload_is_checked),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
