/* Which MTU counts. */
#include "core/link-mtus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ONE "11:22:33:44:55:66"
#define TWO "11:22:33:44:55:77"

static void test_none_is_known_at_first(void **state) {
        LinkMtus mtus = {0};

        assert_int_equal(link_mtus_smallest(&mtus), 0);
        link_mtus_end(&mtus, ONE);
        assert_int_equal(link_mtus_smallest(&mtus), 0);
}

static void test_the_smallest_counts_while_its_link_lasts(void **state) {
        LinkMtus mtus = {0};

        link_mtus_note(&mtus, ONE, 185);
        link_mtus_note(&mtus, TWO, 23);
        assert_int_equal(link_mtus_smallest(&mtus), 23);
        link_mtus_end(&mtus, TWO);
        assert_int_equal(link_mtus_smallest(&mtus), 185);
        link_mtus_end(&mtus, ONE);
        assert_int_equal(link_mtus_smallest(&mtus), 0);
}

static void test_the_first_to_end_leaves_the_others(void **state) {
        LinkMtus mtus = {0};

        link_mtus_note(&mtus, ONE, 23);
        link_mtus_note(&mtus, TWO, 517);
        link_mtus_end(&mtus, ONE);
        assert_int_equal(link_mtus_smallest(&mtus), 517);
        link_mtus_end(&mtus, TWO);
        assert_int_equal(link_mtus_smallest(&mtus), 0);
}

static void test_a_later_mtu_of_a_link_is_its_mtu(void **state) {
        LinkMtus mtus = {0};

        link_mtus_note(&mtus, ONE, 23);
        link_mtus_note(&mtus, ONE, 517);
        assert_int_equal(mtus.n, 1);
        assert_int_equal(link_mtus_smallest(&mtus), 517);
}

static void test_what_cannot_be_is_passed_over(void **state) {
        LinkMtus mtus = {0};

        link_mtus_note(&mtus, ONE, 0);
        link_mtus_note(&mtus, ONE, ATT_MTU_MIN - 1);
        link_mtus_note(&mtus, ONE "0", 100);
        assert_int_equal(mtus.n, 0);
        link_mtus_note(&mtus, ONE, ATT_MTU_MIN);
        link_mtus_note(&mtus, ONE, 5);
        assert_int_equal(link_mtus_smallest(&mtus), ATT_MTU_MIN);
}

static void test_more_links_than_there_is_room_for(void **state) {
        LinkMtus mtus = {0};
        char device[LINK_DEVICE_SIZE];

        for (unsigned i = 0; i < 2 * LINK_MTUS_MAX; i++) {
                (void)snprintf(device, sizeof(device), "11:22:33:44:55:%02X", i);
                link_mtus_note(&mtus, device, (uint16_t)(1000 - i));
        }
        assert_int_equal(mtus.n, LINK_MTUS_MAX);
        assert_int_equal(link_mtus_smallest(&mtus), 1000 - LINK_MTUS_MAX + 1);
        link_mtus_end(&mtus, "11:22:33:44:55:00");
        link_mtus_note(&mtus, TWO, 30);
        assert_int_equal(link_mtus_smallest(&mtus), 30);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_none_is_known_at_first),
                cmocka_unit_test(test_the_smallest_counts_while_its_link_lasts),
                cmocka_unit_test(test_the_first_to_end_leaves_the_others),
                cmocka_unit_test(test_a_later_mtu_of_a_link_is_its_mtu),
                cmocka_unit_test(test_what_cannot_be_is_passed_over),
                cmocka_unit_test(test_more_links_than_there_is_room_for),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
