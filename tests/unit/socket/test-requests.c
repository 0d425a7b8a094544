/* What every request has in common, and each word of an error. */
#include "fixture.h"

#include "util/cleanup.h"

#include <jansson.h>
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

static void test_any_scalar_is_an_id_and_comes_back(void **state) {
        static const char *const ids[] = {"1", "-7", "9007199254740993", "0.30000000000000004",
                "\"a\\nb\"", "true", "false", "null"};
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        for (size_t i = 0; i < ELEMENTS(ids); i++) {
                char request[100], answer[100];

                (void)snprintf(request, sizeof(request), "{\"op\":\"watch\",\"id\":%s}", ids[i]);
                (void)snprintf(answer, sizeof(answer), "{\"id\":%s,\"ok\":true}", ids[i]);
                assert_string_equal(ask(f, fd, request), answer);
        }
}

static void test_an_error_carries_the_id_too(void **state) {
        Fixture *f = *state;

        assert_answer(f, "{\"op\":\"fly\",\"id\":5}",
                "{\"id\":5,\"error\":\"unknown_op\",\"detail\":"
                "\"there is no op 'fly'; there are set, get, watch, handle, unhandle, verdict, "
                "will, "
                "status, metrics, devices, "
                "advertise, activate, deactivate, reload\"}");
}

static void test_an_id_that_is_no_scalar_is_refused(void **state) {
        assert_error(*state, "{\"op\":\"status\",\"id\":[1]}", "bad_request", "id is neither");
        assert_error(*state, "{\"op\":\"status\",\"id\":{}}", "bad_request", "id is neither");
}

static void test_an_id_has_at_most_64_bytes(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        char request[200];

        (void)snprintf(request, sizeof(request), "{\"op\":\"watch\",\"id\":\"%064d\"}", 1);
        assert_non_null(strstr(ask(f, fd, request), "\"ok\":true"));
        (void)snprintf(request, sizeof(request), "{\"op\":\"watch\",\"id\":\"%065d\"}", 1);
        assert_refused(f, fd, request, "bad_request", "id is longer than 64 bytes");
}

static void test_bad_json_names_the_place(void **state) {
        assert_error(*state, "{\"op\":\"status\"", "bad_json", "at byte 14");
        assert_error(*state, "op=status", "bad_json", "at byte");
        assert_error(*state, "{\"op\":\"status\"} {}", "bad_json", "at byte");
}

static void test_invalid_utf8_is_bad_json(void **state) {
        assert_error(*state, "{\"op\":\"\xff\"}", "bad_json", "0xff");
        assert_error(*state, "{\"op\":\"\xc3\"}", "bad_json", "at byte");
}

static void test_nul_is_bad_json(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        assert_refused(f, fd, "{\"op\":\"a\\u0000b\"}", "bad_json", "at byte");
        client_send_bytes(f, fd, "{\"op\":\"status\"}\0\n", 17);
        assert_non_null(strstr(client_line(f, fd), "\"error\":\"bad_json\""));
}

static void test_deep_nesting_is_bad_json(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        char request[4097] = "{\"op\":";

        memset(request + strlen(request), '[', 4000);
        assert_refused(f, fd, request, "bad_json", "depth");
        memset(request, '[', 2048);
        memset(request + 2048, ']', 2048);
        assert_refused(f, fd, request, "bad_request", "hold no arrays");
        assert_non_null(strstr(ask(f, fd, "{\"op\":\"watch\"}"), "\"ok\":true"));
}

static void test_numbers_that_no_computer_holds_are_out_of_range(void **state) {
        static const char *const numbers[] = {"1e999", "-1e999", "99999999999999999999"};

        for (size_t i = 0; i < ELEMENTS(numbers); i++) {
                char request[200];

                (void)snprintf(request, sizeof(request),
                        "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":%s}",
                        numbers[i]);
                assert_error(*state, request, "out_of_range", "at byte");
        }
}

static void test_what_is_no_number_is_bad_json(void **state) {
        static const char *const numbers[] = {"NaN", "Infinity", "-", "0x10", "1.", ".5", "+1"};

        for (size_t i = 0; i < ELEMENTS(numbers); i++) {
                char request[200];

                (void)snprintf(request, sizeof(request),
                        "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":%s}",
                        numbers[i]);
                assert_error(*state, request, "bad_json", "at byte");
        }
}

static void test_a_request_that_is_no_object_is_refused(void **state) {
        assert_error(*state, "1", "bad_request", "object");
        assert_error(*state, "\"status\"", "bad_request", "object");
        assert_error(*state, "null", "bad_request", "object");
}

static void test_a_missing_or_wrong_op_is_refused(void **state) {
        assert_error(*state, "{}", "bad_request", "op is missing");
        assert_error(*state, "{\"op\":1}", "bad_request", "op is not a string");
}

static void test_an_unknown_member_is_refused(void **state) {
        assert_error(*state, "{\"op\":\"status\",\"verbose\":true}", "bad_request",
                "status has no member 'verbose'");
        assert_error(*state, "{\"op\":\"get\",\"characteristic\":\"env\",\"hex\":\"00\"}",
                "bad_request", "get has no member 'hex'");
}

static void test_a_duplicate_member_is_refused(void **state) {
        Fixture *f = *state;

        assert_error(f, "{\"op\":\"status\",\"op\":\"get\"}", "bad_request", "duplicate");
        assert_error(f,
                "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":{\"co2_ppm\":1,\"co2_ppm\":"
                "2}}",
                "bad_request", "duplicate");
        assert_value(f, "env", "\0\0\0\0", 4);
}

static void test_members_of_a_wrong_type_are_refused(void **state) {
        assert_error(*state, "{\"op\":\"get\"}", "bad_request", "characteristic is missing");
        assert_error(*state, "{\"op\":\"get\",\"characteristic\":3}", "bad_request",
                "characteristic is not a string");
        assert_error(*state, "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":[]}",
                "bad_request", "fields is not an object");
        assert_error(*state, "{\"op\":\"set\",\"characteristic\":\"env\",\"hex\":12}",
                "bad_request", "hex is not a string");
        assert_error(*state, "{\"op\":\"watch\",\"events\":\"write\"}", "bad_request",
                "events is not an array");
        assert_error(*state, "{\"op\":\"watch\",\"characteristics\":[\"env\",1]}", "bad_request",
                "element 1 of characteristics is not a string");
}

static void test_an_unknown_characteristic_is_refused_with_the_known_ones(void **state) {
        assert_error(*state, "{\"op\":\"get\",\"characteristic\":\"envy\"}",
                "unknown_characteristic", "'envy'; there are env, targets, ");
        assert_error(*state, "{\"op\":\"watch\",\"characteristics\":[\"envy\"]}",
                "unknown_characteristic", "'envy'");
}

static void test_without_a_profile_there_is_no_characteristic(void **state) {
        Fixture *f = *state;

        f->parameters.profile = NULL;
        fixture_restart(f);
        assert_error(f, "{\"op\":\"get\",\"characteristic\":\"env\"}", "unknown_characteristic",
                "there is no characteristic 'env'");
}

static void test_a_long_name_in_an_error_is_cut_to_valid_utf8(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        char request[200] = "{\"op\":\"x";

        for (unsigned i = 0; i < 40; i++)
                strcat(request, "\u00e4");
        strcat(request, "\"}");
        assert_refused(f, fd, request, "unknown_op", "there is no op 'x??");
}

static void test_an_unknown_event_is_refused(void **state) {
        assert_error(*state, "{\"op\":\"watch\",\"events\":[\"rain\"]}", "bad_request",
                "there is no event 'rain'; there are write, stale, status");
}

static void test_bad_requests_are_counted(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        assert_refused(f, fd, "{", "bad_json", "");
        assert_refused(f, fd, "{}", "bad_request", "");
        assert_int_equal(status_number(f, fd, "bad_requests"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_any_scalar_is_an_id_and_comes_back),
                TEST(test_an_error_carries_the_id_too),
                TEST(test_an_id_that_is_no_scalar_is_refused),
                TEST(test_an_id_has_at_most_64_bytes),
                TEST(test_bad_json_names_the_place),
                TEST(test_invalid_utf8_is_bad_json),
                TEST(test_nul_is_bad_json),
                TEST(test_deep_nesting_is_bad_json),
                TEST(test_numbers_that_no_computer_holds_are_out_of_range),
                TEST(test_what_is_no_number_is_bad_json),
                TEST(test_a_request_that_is_no_object_is_refused),
                TEST(test_a_missing_or_wrong_op_is_refused),
                TEST(test_an_unknown_member_is_refused),
                TEST(test_a_duplicate_member_is_refused),
                TEST(test_members_of_a_wrong_type_are_refused),
                TEST(test_an_unknown_characteristic_is_refused_with_the_known_ones),
                TEST(test_without_a_profile_there_is_no_characteristic),
                TEST(test_a_long_name_in_an_error_is_cut_to_valid_utf8),
                TEST(test_an_unknown_event_is_refused),
                TEST(test_bad_requests_are_counted),
        };

        return cmocka_run_group_tests_name("socket-requests", tests, NULL, NULL);
}
