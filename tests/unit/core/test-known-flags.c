/* What each version of BlueZ is told of the flags. */
#include "core/known-flags.h"
#include "core/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ALL (_CHARACTERISTIC_FLAG_END - 1u)

static unsigned of(unsigned major, unsigned minor) {
        return known_flags(bluez_traits((BluezVersion){.major = major, .minor = minor}));
}

static void test_versions_that_know_all(void **state) {
        assert_int_equal(of(5, 62), ALL);
        assert_int_equal(of(5, 66), ALL);
        assert_int_equal(of(5, 87), ALL);
        assert_int_equal(of(6, 0), ALL);
}

/* Just those that protect a subscription, by their names. */
static void assert_without_protected_subscriptions(unsigned known) {
        for (unsigned flag = 1; flag < _CHARACTERISTIC_FLAG_END; flag <<= 1) {
                const char *name = characteristic_flag_name(flag);
                bool protects = strcmp(name, "notify") != 0 && strcmp(name, "indicate") != 0 &&
                                (strstr(name, "-notify") || strstr(name, "-indicate"));

                assert_int_equal(known & flag, protects ? 0 : flag);
        }
}

static void test_versions_that_do_not(void **state) {
        assert_without_protected_subscriptions(of(5, 55));
        assert_without_protected_subscriptions(of(5, 61));
        assert_without_protected_subscriptions(of(0, 0));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_versions_that_know_all),
                cmocka_unit_test(test_versions_that_do_not),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
