/* The versions that can be played. */
#include "sim/behaviour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const versions[] = {"5.66", "5.72", "5.82", "5.87"};

static void test_each_version_is_found_by_its_name(void **state) {
        for (size_t i = 0; i < 4; i++) {
                const BluezBehaviour *behaviour = bluez_behaviour_find(versions[i]);
                char text[BLUEZ_VERSION_TEXT_SIZE];

                assert_non_null(behaviour);
                bluez_version_format(behaviour->version, text);
                assert_string_equal(text, versions[i]);
        }
}

static void test_no_other_version_is_known(void **state) {
        assert_null(bluez_behaviour_find("5.83"));
        assert_null(bluez_behaviour_find("5"));
        assert_null(bluez_behaviour_find(""));
}

static void test_the_modalias_says_the_version(void **state) {
        for (size_t i = 0; i < 4; i++) {
                const BluezBehaviour *behaviour = bluez_behaviour_find(versions[i]);
                BluezVersion said = bluez_version_from_modalias(behaviour->modalias);

                assert_int_equal(said.major, behaviour->version.major);
                assert_int_equal(said.minor, behaviour->version.minor);
        }
}

static void test_only_what_was_not_seen_is_not_proved(void **state) {
        assert_true(bluez_behaviour_find("5.66")->proved);
        assert_false(bluez_behaviour_find("5.72")->proved);
        assert_true(bluez_behaviour_find("5.82")->proved);
        assert_true(bluez_behaviour_find("5.87")->proved);
}

static void test_sockets_go_from_shared_to_one_each(void **state) {
        assert_int_equal(bluez_behaviour_find("5.66")->notify_sockets, NOTIFY_SOCKETS_SHARED);
        assert_int_equal(bluez_behaviour_find("5.72")->notify_sockets, NOTIFY_SOCKETS_EACH_TO_ALL);
        assert_int_equal(bluez_behaviour_find("5.82")->notify_sockets, NOTIFY_SOCKETS_EACH);
        assert_int_equal(bluez_behaviour_find("5.87")->notify_sockets, NOTIFY_SOCKETS_EACH);
}

static void test_the_newer_ones_say_what_keeps_an_adapter_off(void **state) {
        assert_false(bluez_behaviour_find("5.66")->power_state);
        assert_false(bluez_behaviour_find("5.72")->power_state);
        assert_true(bluez_behaviour_find("5.82")->power_state);
        assert_true(bluez_behaviour_find("5.87")->power_state);
}

static void test_only_the_newest_says_why_a_device_left(void **state) {
        assert_false(bluez_behaviour_find("5.82")->disconnected_signal);
        assert_true(bluez_behaviour_find("5.87")->disconnected_signal);
}

/* The mirror (tests/mirror) compares each version that is proved with the real one, so that a row
 * of the daemon's own table that says something else than the simulation is wrong. By which story:
 *   notify_sockets         sockets.py, two centrals by socket
 *   socket_confirmation    sockets.py, confirmed by socket
 *   notify_security        bonds.py, pairing: "told secret" is registered and subscribed
 *   unpinned_refused       handles.py, handles move up
 *   disconnected_signal    lifecycle.py, links end
 *   the Modalias           lifecycle.py, no such object */
static void test_the_daemon_s_table_says_the_same(void **state) {
        for (size_t i = 0; i < 4; i++) {
                const BluezBehaviour *behaviour = bluez_behaviour_find(versions[i]);
                const BluezTraits *traits =
                        bluez_traits(bluez_version_from_modalias(behaviour->modalias));

                assert_int_equal(traits->notify_sockets, behaviour->notify_sockets);
                assert_int_equal(traits->socket_confirmation, behaviour->socket_confirmation);
                assert_int_equal(traits->disconnected_signal, behaviour->disconnected_signal);
                assert_true(traits->notify_security);
                assert_false(traits->unpinned_refused);
                assert_int_equal(traits->proved, behaviour->proved);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_version_is_found_by_its_name),
                cmocka_unit_test(test_no_other_version_is_known),
                cmocka_unit_test(test_the_modalias_says_the_version),
                cmocka_unit_test(test_only_what_was_not_seen_is_not_proved),
                cmocka_unit_test(test_sockets_go_from_shared_to_one_each),
                cmocka_unit_test(test_the_newer_ones_say_what_keeps_an_adapter_off),
                cmocka_unit_test(test_only_the_newest_says_why_a_device_left),
                cmocka_unit_test(test_the_daemon_s_table_says_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
