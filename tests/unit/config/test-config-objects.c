/* How many objects bluetoothd can watch. */
#include "fixture.h"

#include "config/lint-objects.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>

/* A service and so many characteristics that notify, one in each five lines. The caller frees it.
 */
static char *make_text(unsigned count, const char *more) {
        char *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        assert_non_null(file);
        fputs(SERVICE, file);
        for (unsigned i = 0; i < count; i++)
                fprintf(file,
                        "[characteristic c%u]\nuuid = 9d3f1c5e-6a0b-4a52-8f7e-2c41%08x\nflags = "
                        "notify\ntype = u8\n%s\n",
                        i, 0x10000 + i, more);
        fclose(file);
        return text;
}

static void load(Fixture *f, unsigned count, const char *more) {
        _cleanup_free_ char *text = make_text(count, more);

        fixture_load_text(f, text);
}

static void expect_lost(const Fixture *f, unsigned number) {
        char expected[400];

        (void)snprintf(expected, sizeof(expected),
                "test.conf:%u: [characteristic c%u]: warning: %d services, characteristics and "
                "descriptors stand before it: bluetoothd hears notifications of no more unless the "
                "system bus allows it more than 512 match rules, see LARGE PROFILES in "
                "spored.conf(5)\n",
                3 + 5 * number, number, LINT_OBJECTS_MAX);
        expect_problems(f, expected);
        assert_int_equal(f->errors, 0);
}

static void test_what_bluetoothd_can_watch_is_fine(void **state) {
        load(*state, LINT_OBJECTS_MAX - 1, "");
        expect_no_problem(*state);
}

static void test_the_first_that_it_cannot_watch_is_named(void **state) {
        load(*state, LINT_OBJECTS_MAX, "");
        expect_lost(*state, LINT_OBJECTS_MAX - 1);
        load(*state, 2 * LINT_OBJECTS_MAX, "");
        expect_lost(*state, LINT_OBJECTS_MAX - 1);
}

static void test_descriptors_are_objects_too(void **state) {
        load(*state, LINT_OBJECTS_MAX, "description = x");
        expect_lost(*state, LINT_OBJECTS_MAX / 2);
}

static void test_a_socket_needs_no_rule(void **state) {
        load(*state, 2 * LINT_OBJECTS_MAX, "notify_by = socket");
        expect_no_problem(*state);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_what_bluetoothd_can_watch_is_fine),
                FIXTURE_TEST(test_the_first_that_it_cannot_watch_is_named),
                FIXTURE_TEST(test_descriptors_are_objects_too),
                FIXTURE_TEST(test_a_socket_needs_no_rule),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
