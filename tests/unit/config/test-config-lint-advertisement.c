/* Advertisements that do not fit, or in part, or say what does nothing. */
#include "fixture.h"

#define PLAIN  SERVED "[advertisement]\n"                                /* line 6 */
#define SERVED SERVICE "[characteristic c]\nuuid = 2A6E\nflags = read\n" /* lines 1 to 5 */

static void load(Fixture *f, const char *text) {
        fixture_load_text(f, text);
        expect_no_problem(f);
}

static void expect_text(Fixture *f, const char *text, const char *problems) {
        fixture_load_text(f, text);
        expect_problems(f, problems);
}

static void test_what_does_not_fit_is_an_error_of_its_section(void **state) {
        Fixture *f = *state;

        expect_text(f,
                PLAIN "services = s\n[advertisement beacon]\ninclude_tx_power = yes\n"
                      "manufacturer_data = 1: 000102030405060708090a0b0c0d0e0f1011121314151617\n",
                "test.conf:8: [advertisement beacon]: the advertising data has 34 bytes, and 31 "
                "fit: flags 3, manufacturer_data 28, include_tx_power 3\n");
        assert_null(f->config);
}

static void test_what_a_ladder_leaves_out_is_a_warning(void **state) {
        Fixture *f = *state;

        fixture_load_text(f,
                PLAIN "include_tx_power = yes\nladder = include_tx_power\n"
                      "manufacturer_data = 1: 000102030405060708090a0b0c0d0e0f1011121314151617\n");
        expect_problems(f,
                "test.conf:8: [advertisement] ladder: warning: left out: include_tx_power; the "
                "advertising data has 34 bytes, and 31 fit: flags 3, manufacturer_data 28, "
                "include_tx_power 3\n");
        assert_non_null(f->config);
        expect_text(f,
                PLAIN "include_tx_power = yes\nladder = include_tx_power\n"
                      "manufacturer_data = 1: 000102030405060708090a0b0c0d0e0f101112131415161718\n",
                "test.conf:8: [advertisement] ladder: the advertising data has 32 bytes, and 31 "
                "fit: flags 3, manufacturer_data 29\n");
        assert_null(f->config);
}

static void test_what_is_not_advertised_need_not_fit(void **state) {
        load(*state, PLAIN "advertise = no\nsolicit = 12345678-1234-5678-1234-56789abcdef0 "
                           "12345678-1234-5678-1234-56789abcdef1\n");
}

static void test_a_name_that_is_cut_is_warned_of(void **state) {
        Fixture *f = *state;

        expect_text(f, PLAIN "name = 31 bytes, and two more than fit\n",
                "test.conf:7: [advertisement] name: warning: 31 bytes, and 29 fit: scanners see no "
                "more of it\n");
        load(f, PLAIN "name = MushPi-OysterPinning\nservices = s\n");
        load(f, PLAIN "name = this one is not advertised at all\ninclude_name = no\n");
}

static void test_what_does_nothing_is_warned_of(void **state) {
        Fixture *f = *state;

        expect_text(f, PLAIN "ladder = appearance\n",
                "test.conf:7: [advertisement] ladder: warning: appearance: the advertisement has "
                "none to leave out\n");
        expect_text(f, PLAIN "discoverable = no\ndiscoverable_timeout = 1s\n",
                "test.conf:8: [advertisement] discoverable_timeout: warning: with discoverable = "
                "no it does nothing\n");
        expect_text(f, PLAIN "include_rsi = yes\ndata = 0x24: 16\n",
                "test.conf:7: [advertisement] include_rsi: warning: with data it does nothing: "
                "BlueZ forgets it\n");
        expect_text(f, PLAIN "secondary_channel = Coded\n",
                "test.conf:6: [advertisement]: warning: on a secondary channel the adapter's own "
                "name is not sent: give a name\n");
        expect_text(f,
                PLAIN "tx_power = low\ninterval = 1s\nscan_response_services = s\n"
                      "[bluez]\nversion = 5.66\n",
                "test.conf:6: [advertisement]: warning: tx_power, interval, scan_response: this "
                "version of BlueZ passes over it\n");
        load(f, PLAIN "tx_power = low\ninterval = 1s\nscan_response_services = s\n"
                      "[bluez]\nversion = 5.82\n");
}

static void test_a_broadcast_may_be_of_any_service(void **state) {
        load(*state, SERVED "[advertisement b]\ntype = broadcast\nservices = battery\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_what_does_not_fit_is_an_error_of_its_section),
                FIXTURE_TEST(test_what_a_ladder_leaves_out_is_a_warning),
                FIXTURE_TEST(test_what_is_not_advertised_need_not_fit),
                FIXTURE_TEST(test_a_name_that_is_cut_is_warned_of),
                FIXTURE_TEST(test_what_does_nothing_is_warned_of),
                FIXTURE_TEST(test_a_broadcast_may_be_of_any_service),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
