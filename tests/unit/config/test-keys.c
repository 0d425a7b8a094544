/* The table of keys agrees with itself. */
#include "config/keys.h"

#include "util/cleanup.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_every_default_is_legal(void **state) {
        char why[KEY_WHY_SIZE];
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++)
                if (keys[i].default_text)
                        assert_int_equal(key_check(&keys[i], keys[i].default_text, why), 0);
}

static void test_every_plain_key_has_a_default(void **state) {
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++)
                if (!section_kind_has_name(keys[i].section))
                        assert_non_null(keys[i].default_text);
}

static void test_no_key_is_there_twice(void **state) {
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++)
                assert_ptr_equal(keys_find(keys[i].section, keys[i].name), &keys[i]);
}

/* SPORED_A_B_C must mean one key only. */
static void test_no_two_plain_keys_have_the_same_variable(void **state) {
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < i; j++) {
                        char a[100], b[100];

                        snprintf(a, sizeof(a), "%s_%s", section_kind_name(keys[i].section),
                                keys[i].name);
                        snprintf(b, sizeof(b), "%s_%s", section_kind_name(keys[j].section),
                                keys[j].name);
                        assert_string_not_equal(a, b);
                }
}

static void test_names_are_such_as_variables_need(void **state) {
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++) {
                assert_true(islower((unsigned char)keys[i].name[0]));
                assert_int_equal(
                        strspn(keys[i].name, "abcdefghijklmnopqrstuvwxyz_"), strlen(keys[i].name));
                assert_null(strstr(keys[i].name, "__"));
        }
}

static void test_every_key_is_described_by_a_sentence(void **state) {
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++) {
                assert_non_null(keys[i].description);
                assert_true(keys[i].description[strlen(keys[i].description) - 1] == '.');
        }
}

static void test_kinds_have_their_names(void **state) {
        for (int kind = 0; kind < _SECTION_KIND_MAX; kind++)
                assert_int_equal(
                        section_kind_from_name(section_kind_name((SectionKind)kind)), kind);
        assert_int_equal(section_kind_from_name("x"), _SECTION_KIND_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_default_is_legal),
                cmocka_unit_test(test_every_plain_key_has_a_default),
                cmocka_unit_test(test_no_key_is_there_twice),
                cmocka_unit_test(test_no_two_plain_keys_have_the_same_variable),
                cmocka_unit_test(test_names_are_such_as_variables_need),
                cmocka_unit_test(test_every_key_is_described_by_a_sentence),
                cmocka_unit_test(test_kinds_have_their_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
