/* Answers as text for people. */
#include "ctl/render.h"

#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef int (*Render)(FILE *out, const json_t *object, const char *field);

static int event(FILE *out, const json_t *object, const char *field) {
        return render_event(out, object);
}

static int metrics(FILE *out, const json_t *object, const char *field) {
        return render_metrics(out, object);
}

static int render(Render function, const char *json, const char *field, char **ret) {
        json_t *object = json_loads(json, 0, NULL);
        size_t size;
        FILE *out = open_memstream(ret, &size);
        int r;

        assert_non_null(object);
        assert_non_null(out);
        r = function(out, object, field);
        fclose(out);
        json_decref(object);
        return r;
}

static void assert_text(Render function, const char *json, const char *field, const char *text) {
        _cleanup_free_ char *given = NULL;

        assert_int_equal(render(function, json, field, &given), 0);
        assert_string_equal(given, text);
}

static void assert_result(Render function, const char *json, const char *field, int expected) {
        _cleanup_free_ char *given = NULL;

        assert_int_equal(render(function, json, field, &given), expected);
        assert_string_equal(given, "");
}

#define ENV                                                                                        \
        "{\"ok\":true,\"hex\":\"00\",\"fields\":{\"co2_ppm\":612,\"t\":21.4,\"mode\":\"ON\","      \
        "\"bits\":[\"A\",\"B\",7],\"none\":[]},\"units\":{\"co2_ppm\":\"ppm\",\"t\":\"celsius\"}}"

static void test_fields_are_aligned_with_their_units(void **state) {
        assert_text(render_get, ENV, NULL,
                "co2_ppm  612    ppm\n"
                "t        21.4   celsius\n"
                "mode     ON\n"
                "bits     A,B,7\n"
                "none\n");
}

static void test_one_field_is_bare(void **state) {
        assert_text(render_get, ENV, "t", "21.4\n");
        assert_text(render_get, ENV, "none", "\n");
}

static void test_an_unknown_field_is_an_outcome(void **state) {
        assert_result(render_get, ENV, "x", -ENOENT);
        assert_result(render_get, "{\"hex\":\"00\",\"value\":3}", "x", -ENOENT);
        assert_result(render_get, "{\"hex\":\"00\"}", "value", -ENOENT);
}

static void assert_unknown(const char *answer, const char *expected) {
        json_t *json = json_loads(answer, 0, NULL);
        _cleanup_free_ char *text = render_unknown_field(json, "x");

        json_decref(json);
        assert_string_equal(text, expected);
}

static void test_an_unknown_field_is_told_with_the_known_ones(void **state) {
        assert_unknown("{\"hex\":\"00\",\"fields\":{\"a\":1,\"b\":2}}",
                "there is no field 'x' in it; there are a, b");
        assert_unknown("{\"hex\":\"00\",\"value\":3}",
                "there is no field 'x' in it; it is a single value, named value");
        assert_unknown("{\"hex\":\"00\"}", "there is no field 'x' in it; it is plain bytes");
}

static void test_a_single_value_is_bare(void **state) {
        assert_text(render_get, "{\"hex\":\"00\",\"value\":20.0}", NULL, "20\n");
        assert_text(render_get, "{\"hex\":\"00\",\"value\":-3}", "value", "-3\n");
}

static void test_plain_bytes_are_bare_hex(void **state) {
        assert_text(render_get, "{\"hex\":\"00ff\"}", NULL, "00ff\n");
}

static void test_an_answer_without_hex_is_none(void **state) {
        assert_result(render_get, "{\"ok\":true}", NULL, -EPROTO);
        assert_result(event, "{\"event\":\"write\",\"characteristic\":\"a\"}", NULL, -EPROTO);
}

static void test_control_characters_are_escaped(void **state) {
        assert_text(render_get, "{\"hex\":\"\",\"value\":\"a\\n\\u001b[2Jb\\u009b\\u007f\u00fc\"}",
                NULL, "a\\n\\x1b[2Jb\\xc2\\x9b\\x7f\u00fc\n");
}

static void test_names_and_units_are_escaped_and_aligned_as_shown(void **state) {
        assert_text(render_get,
                "{\"hex\":\"\",\"fields\":{\"a\\u001b\":1,\"bc\":20},"
                "\"units\":{\"a\\u001b\":\"p\\tm\"}}",
                NULL,
                "a\\x1b  1   p\\x09m\n"
                "bc     20\n");
}

static void test_every_part_of_an_event_is_escaped(void **state) {
        assert_text(event,
                "{\"event\":\"write\",\"characteristic\":\"a\\r\",\"device\":\"b\\u009b\","
                "\"hex\":\"\",\"fields\":{\"c\\n\":[\"d\\u007f\",{\"e\":\"\\u009b\"}]}}",
                NULL, "a\\x0d from b\\xc2\\x9b: c\\n=d\\x7f,{\"e\":\"\\xc2\\x9b\"}\n");
}

static void test_an_event_is_one_line(void **state) {
        assert_text(event,
                "{\"event\":\"write\",\"number\":1,\"characteristic\":\"targets\","
                "\"device\":\"AA:BB:CC:DD:EE:FF\",\"hex\":\"00\","
                "\"fields\":{\"a\":1,\"b\":\"x y\",\"c\":[]}}",
                NULL, "targets from AA:BB:CC:DD:EE:FF: a=1 b=x y c=\n");
        assert_text(event,
                "{\"event\":\"write\",\"characteristic\":\"t\",\"device\":null,"
                "\"hex\":\"00\",\"value\":2.5}",
                NULL, "t: 2.5\n");
        assert_text(event, "{\"event\":\"write\",\"characteristic\":\"raw\",\"hex\":\"0a\"}", NULL,
                "raw: 0a\n");
}

static void test_a_descriptors_write(void **state) {
        assert_text(event,
                "{\"event\":\"descriptor-write\",\"characteristic\":\"a\\r\","
                "\"descriptor\":\"b\\r\",\"device\":\"AA:BB:CC:DD:EE:FF\",\"hex\":\"0a\"}",
                NULL, "b\\x0d of a\\x0d from AA:BB:CC:DD:EE:FF: 0a\n");
        assert_text(event,
                "{\"event\":\"descriptor-write\",\"characteristic\":\"a\","
                "\"descriptor\":\"b\",\"device\":null,\"hex\":\"\"}",
                NULL, "b of a: \n");
        assert_result(event,
                "{\"event\":\"descriptor-write\",\"characteristic\":\"a\",\"hex\":\"\"}", NULL,
                -EPROTO);
}

static void test_another_event_is_not_understood(void **state) {
        assert_result(
                event, "{\"event\":\"rain\",\"characteristic\":\"a\",\"hex\":\"\"}", NULL, -EPROTO);
}

static void test_stale_and_status_events(void **state) {
        assert_text(event,
                "{\"event\":\"stale\",\"characteristic\":\"a\\u001b\",\"stale\":true,"
                "\"age_s\":95.25}",
                NULL, "a\\x1b is stale: not set for 95s\n");
        assert_text(event,
                "{\"event\":\"stale\",\"characteristic\":\"a\",\"stale\":false,\"age_s\":0.0}",
                NULL, "a is fresh again\n");
        assert_text(event,
                "{\"event\":\"status\",\"on_air\":true,\"why\":null,\"fix\":null,\"name\":\"n\"}",
                NULL, "on air as n\n");
        assert_text(event,
                "{\"event\":\"status\",\"on_air\":false,\"why\":\"w\",\"fix\":\"f\",\"name\":"
                "\"n\"}",
                NULL, "not on air: w; f\n");
        assert_text(event, "{\"event\":\"disconnected\",\"device\":\"D\"}", NULL, "D has left\n");
        assert_result(event, "{\"event\":\"stale\",\"characteristic\":\"a\"}", NULL, -EPROTO);
        assert_result(event, "{\"event\":\"gone\"}", NULL, -EPROTO);
        assert_result(event, "{\"event\":\"status\"}", NULL, -EPROTO);
}

static void test_metrics_are_printed_as_they_are(void **state) {
        assert_text(metrics, "{\"ok\":true,\"text\":\"# HELP a b\\na 1\\n\"}", NULL,
                "# HELP a b\na 1\n");
        assert_result(metrics, "{\"ok\":true}", NULL, -EPROTO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fields_are_aligned_with_their_units),
                cmocka_unit_test(test_one_field_is_bare),
                cmocka_unit_test(test_an_unknown_field_is_an_outcome),
                cmocka_unit_test(test_a_single_value_is_bare),
                cmocka_unit_test(test_plain_bytes_are_bare_hex),
                cmocka_unit_test(test_an_answer_without_hex_is_none),
                cmocka_unit_test(test_control_characters_are_escaped),
                cmocka_unit_test(test_names_and_units_are_escaped_and_aligned_as_shown),
                cmocka_unit_test(test_every_part_of_an_event_is_escaped),
                cmocka_unit_test(test_an_event_is_one_line),
                cmocka_unit_test(test_a_descriptors_write),
                cmocka_unit_test(test_stale_and_status_events),
                cmocka_unit_test(test_metrics_are_printed_as_they_are),
                cmocka_unit_test(test_another_event_is_not_understood),
                cmocka_unit_test(test_an_unknown_field_is_told_with_the_known_ones),
        };

        return cmocka_run_group_tests_name("ctl-render", tests, NULL, NULL);
}
