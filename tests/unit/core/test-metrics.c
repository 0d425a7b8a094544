/* Text as Prometheus reads it. */
#include "core/metrics.h"

#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

DEFINE_CLEANUP(Metrics *, metrics_free);

static Metrics *new_metrics(void) {
        Metrics *m = NULL;

        assert_int_equal(metrics_new(&m), 0);
        return m;
}

static void assert_text(Metrics *m, const char *expected) {
        _cleanup_free_ char *text = NULL;

        assert_int_equal(metrics_text(m, &text), 0);
        assert_string_equal(text, expected);
}

static void test_nothing_is_an_empty_text(void **state) {
        _cleanup_(metrics_freep) Metrics *m = new_metrics();

        assert_text(m, "");
}

static void test_free_takes_null_and_what_was_not_read(void **state) {
        Metrics *m = new_metrics();

        metrics_family(m, "a", METRIC_GAUGE, "b");
        assert_null(metrics_free(m));
        assert_null(metrics_free(NULL));
}

static void test_a_family_has_help_type_and_samples(void **state) {
        _cleanup_(metrics_freep) Metrics *m = new_metrics();
        const MetricLabel one[] = {{"name", "a"}};
        const MetricLabel two[] = {{"name", "b"}, {"reason", "gone"}};

        metrics_family(m, "things_total", METRIC_COUNTER, "Things.");
        metrics_sample(m, NULL, 0, 0);
        metrics_sample(m, one, ELEMENTS(one), 7);
        metrics_sample(m, two, ELEMENTS(two), UINT64_MAX);
        metrics_family(m, "level", METRIC_GAUGE, "The level.");
        metrics_sample(m, NULL, 0, 1);
        assert_text(m, "# HELP things_total Things.\n"
                       "# TYPE things_total counter\n"
                       "things_total 0\n"
                       "things_total{name=\"a\"} 7\n"
                       "things_total{name=\"b\",reason=\"gone\"} 18446744073709551615\n"
                       "# HELP level The level.\n"
                       "# TYPE level gauge\n"
                       "level 1\n");
}

static void test_times_are_in_seconds(void **state) {
        _cleanup_(metrics_freep) Metrics *m = new_metrics();

        metrics_family(m, "age_seconds", METRIC_GAUGE, "Age.");
        metrics_sample_usec(m, NULL, 0, 0);
        metrics_sample_usec(m, NULL, 0, 1999);
        metrics_sample_usec(m, NULL, 0, 12345678);
        metrics_sample_usec(m, NULL, 0, UINT64_MAX);
        assert_text(m, "# HELP age_seconds Age.\n"
                       "# TYPE age_seconds gauge\n"
                       "age_seconds 0.000\n"
                       "age_seconds 0.001\n"
                       "age_seconds 12.345\n"
                       "age_seconds 18446744073709.551\n");
}

static void test_what_would_end_a_line_or_a_label_is_escaped(void **state) {
        _cleanup_(metrics_freep) Metrics *m = new_metrics();
        const MetricLabel label = {"name", "a\"b\\c\nd\xc3\xa4"};

        metrics_family(m, "x", METRIC_GAUGE, "A \"help\" of\ntwo \\ lines.");
        metrics_sample(m, &label, 1, 1);
        assert_text(m, "# HELP x A \"help\" of\\ntwo \\\\ lines.\n"
                       "# TYPE x gauge\n"
                       "x{name=\"a\\\"b\\\\c\\nd\xc3\xa4\"} 1\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing_is_an_empty_text),
                cmocka_unit_test(test_free_takes_null_and_what_was_not_read),
                cmocka_unit_test(test_a_family_has_help_type_and_samples),
                cmocka_unit_test(test_times_are_in_seconds),
                cmocka_unit_test(test_what_would_end_a_line_or_a_label_is_escaped),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
