/* A write in the environment of a command. */
#include "ctl/write-event.h"

#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void free_all(char **variables) {
        for (size_t i = 0; variables && variables[i]; i++)
                free(variables[i]);
        free(variables);
}

static void test_a_field_is_named_in_upper_case(void **state) {
        char **variables = NULL;

        assert_int_equal(variables_add(&variables, "SPORED_HEX", ""), 0);
        assert_int_equal(variables_add_field(&variables, &(SporedField){"co2_ppm", "612"}), 0);
        assert_int_equal(variables_add_field(&variables, &(SporedField){NULL, "a=b\nc"}), 0);
        assert_string_equal(variables[0], "SPORED_HEX=");
        assert_string_equal(variables[1], "SPORED_FIELD_CO2_PPM=612");
        assert_string_equal(variables[2], "SPORED_FIELD_VALUE=a=b\nc");
        assert_null(variables[3]);
        free_all(variables);
}

static void test_those_of_another_write_are_left_out(void **state) {
        char *base[] = {(char[]){"HOME=/"}, (char[]){"SPORED_FIELD_OLD=1"},
                (char[]){"SPORED_DEVICE=x"}, (char[]){"SPORED_NUMBER=1"},
                (char[]){"SPORED_SOCKET_PATH=/s"}, (char[]){"SPORED_HEXAGON=6"},
                (char[]){"SPORED_HEX=00"}, (char[]){"SPORED_CHARACTERISTIC=b"}, NULL};
        char *own[] = {(char[]){"SPORED_NUMBER=2"}, NULL};
        _cleanup_free_ char **joined = variables_join(base, own);

        assert_non_null(joined);
        assert_string_equal(joined[0], "HOME=/");
        assert_string_equal(joined[1], "SPORED_SOCKET_PATH=/s");
        assert_string_equal(joined[2], "SPORED_HEXAGON=6");
        assert_string_equal(joined[3], "SPORED_NUMBER=2");
        assert_null(joined[4]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_field_is_named_in_upper_case),
                cmocka_unit_test(test_those_of_another_write_are_left_out),
        };

        return cmocka_run_group_tests_name("ctl-variables", tests, NULL, NULL);
}
