/* The answer to status as text for people. */
#include "ctl/render-status.h"

#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int render(const char *json, char **ret) {
        json_t *object = json_loads(json, 0, NULL);
        size_t size;
        FILE *out = open_memstream(ret, &size);
        int r;

        assert_non_null(object);
        assert_non_null(out);
        r = render_status(out, object);
        fclose(out);
        json_decref(object);
        return r;
}

static void assert_status(const char *json, const char *text) {
        _cleanup_free_ char *given = NULL;

        assert_int_equal(render(json, &given), 0);
        assert_string_equal(given, text);
}

static void test_on_air(void **state) {
        assert_status("{\"on_air\":true,\"name\":\"MushPi-Init\",\"adapter\":\"hci0\","
                      "\"bluez\":\"5.66\",\"characteristics\":[]}",
                "on air as MushPi-Init (hci0, BlueZ 5.66)\n");
        assert_status("{\"on_air\":true,\"name\":null,\"adapter\":\"hci1\",\"bluez\":null,"
                      "\"characteristics\":[]}",
                "on air (hci1, BlueZ unknown)\n");
}

static void test_not_on_air(void **state) {
        assert_status("{\"on_air\":false,\"why\":\"hci0 is blocked by rfkill\","
                      "\"fix\":\"rfkill unblock bluetooth\",\"characteristics\":[]}",
                "not on air: hci0 is blocked by rfkill; rfkill unblock bluetooth\n");
        assert_status("{\"on_air\":false,\"why\":\"it stops\",\"fix\":null,\"characteristics\":[]}",
                "not on air: it stops\n");
}

static void test_the_agent_is_told_of_if_there_is_to_be_one(void **state) {
        assert_status("{\"on_air\":false,\"why\":\"w\",\"agent\":{\"capability\":\"none\","
                      "\"registered\":false,\"why\":null},\"characteristics\":[]}",
                "not on air: w\n");
        assert_status("{\"on_air\":false,\"why\":\"w\",\"agent\":{\"capability\":"
                      "\"NoInputNoOutput\",\"registered\":true,\"why\":null},"
                      "\"connected\":1,\"characteristics\":[]}",
                "not on air: w\ncentrals can pair (NoInputNoOutput)\n1 central connected\n");
        assert_status("{\"on_air\":false,\"why\":\"w\",\"agent\":{\"capability\":"
                      "\"NoInputNoOutput\",\"registered\":false,\"why\":\"a\\n\"},"
                      "\"connected\":2,\"characteristics\":[]}",
                "not on air: w\ncentrals cannot pair: the agent is not registered: a\\n\n"
                "2 centrals connected\n");
}

static void test_a_single_advertisement_as_it_was_meant_needs_no_line(void **state) {
        assert_status("{\"on_air\":true,\"name\":\"A\",\"advertisements\":[{\"name\":null,"
                      "\"on_air\":true,\"why\":null,\"connectable\":true,\"tx_power\":4}],"
                      "\"characteristics\":[]}",
                "on air as A\n");
        assert_status("{\"on_air\":false,\"why\":\"w\",\"advertisements\":[{\"name\":null,"
                      "\"on_air\":false,\"why\":null,\"connectable\":true}],"
                      "\"characteristics\":[]}",
                "not on air: w\n");
}

static void test_an_advertisement_that_is_less_has_a_line(void **state) {
        assert_status("{\"on_air\":true,\"name\":\"A\",\"advertisements\":[{\"name\":null,"
                      "\"on_air\":true,\"why\":null,\"connectable\":false,"
                      "\"left_out\":\"appearance\",\"not_taken\":\"tx_power interval\"}],"
                      "\"characteristics\":[]}",
                "on air as A\n"
                "advertisement: on air, nobody can connect by it, without appearance,\n"
                "  passed over: tx_power interval\n");
        assert_status("{\"on_air\":true,\"name\":\"A\",\"advertisements\":[{\"name\":null,"
                      "\"on_air\":false,\"why\":\"a\\n\",\"connectable\":true}],"
                      "\"characteristics\":[]}",
                "on air as A\n"
                "advertisement: not on air: a\\n\n");
}

static void test_why_nobody_can_connect_is_said_once(void **state) {
        assert_status("{\"on_air\":true,\"name\":\"A\",\"advertisements\":[{\"name\":null,"
                      "\"on_air\":true,\"why\":\"x: nobody can connect\",\"connectable\":false}],"
                      "\"characteristics\":[]}",
                "on air as A\n"
                "advertisement: on air: x: nobody can connect\n");
}

static void test_a_name_that_does_not_fit_has_a_line(void **state) {
        assert_status("{\"on_air\":true,\"name\":\"A\",\"advertisements\":[{\"name\":null,"
                      "\"on_air\":true,\"why\":null,\"connectable\":true,"
                      "\"name_bytes\":56,\"name_shown\":29}],\"characteristics\":[]}",
                "on air as A\n"
                "advertisement: on air, 29 of the name's 56 bytes\n");
}

static void test_several_advertisements_have_a_line_each(void **state) {
        assert_status("{\"on_air\":true,\"name\":\"A\",\"advertisements\":["
                      "{\"name\":null,\"on_air\":true,\"why\":null,\"connectable\":true},"
                      "{\"name\":\"b\\u001b\",\"on_air\":false,\"connectable\":false,"
                      "\"why\":\"BlueZ refuses it: Maximum advertisements reached\"}],"
                      "\"characteristics\":[]}",
                "on air as A\n"
                "advertisement: on air\n"
                "advertisement b\\x1b: not on air: BlueZ refuses it: Maximum advertisements "
                "reached\n");
}

static void test_every_part_is_escaped(void **state) {
        assert_status("{\"on_air\":true,\"name\":\"a\\u001b[2J\",\"adapter\":\"b\\n\","
                      "\"bluez\":\"c\\r\",\"characteristics\":[]}",
                "on air as a\\x1b[2J (b\\n, BlueZ c\\x0d)\n");
        assert_status("{\"on_air\":false,\"why\":\"a\\n\",\"fix\":\"b\\u001b\","
                      "\"characteristics\":[]}",
                "not on air: a\\n; b\\x1b\n");
}

static void test_the_socket_has_a_line(void **state) {
        assert_status("{\"on_air\":false,\"why\":\"x\",\"peers\":3,\"waiting\":1,\"handlers\":2,"
                      "\"requests\":1200,\"bad_requests\":0,\"not_permitted\":4,\"wills\":0,"
                      "\"log_dropped\":0,\"characteristics\":[]}",
                "not on air: x\n"
                "3 on the socket, 1 of them waiting, 2 handlers, 1200 requests, 4 not permitted\n");
}

#define ROW                                                                                        \
        "\"name\":\"temperature_now\",\"subscribed\":true,\"age_s\":0.25,\"sets\":12345,"          \
        "\"writes\":1,\"reads\":3,\"published\":4,\"sent\":5,\"pending\":9"

static void test_a_quiet_characteristic_is_a_row(void **state) {
        assert_status("{\"on_air\":false,\"why\":\"x\",\"characteristics\":[{" ROW
                      ",\"stale\":false,\"stalled\":false,\"handled\":false,\"coalesced\":0,"
                      "\"dropped\":{\"overwritten\":0,\"stalled\":0,\"gone\":0,\"oversize\":0}}]}",
                "not on air: x\n"
                "CHARACTERISTIC   SUBS   AGE   SETS  WRITES  READS  SENT  DROPPED  PENDING\n"
                "temperature_now   yes  0.2s  12345       1      3     5        0        9\n");
}

static void test_what_is_out_of_the_ordinary_stands_below(void **state) {
        assert_status("{\"on_air\":false,\"why\":\"x\",\"characteristics\":[{" ROW
                      ",\"stale\":true,\"stalled\":true,\"handled\":true,\"coalesced\":8,"
                      "\"unchanged\":1,\"sets_refused\":2,\"writes_refused\":3,\"slow\":4,"
                      "\"reads_refused\":8,\"descriptor_writes_refused\":9,"
                      "\"cut\":5,\"stales\":6,\"verdicts_late\":7,\"confirmed\":123456,"
                      "\"dropped\":{\"overwritten\":10,\"stalled\":20,\"gone\":30,"
                      "\"oversize\":40}}]}",
                "not on air: x\n"
                "CHARACTERISTIC   SUBS   AGE   SETS  WRITES  READS  SENT  DROPPED  PENDING\n"
                "temperature_now   yes  0.2s  12345       1      3     5      100        9\n"
                "  stale, stalled, handled, 10 overwritten, 20 dropped as stalled,\n"
                "  30 dropped as nobody was left, 40 dropped as too long, 8 coalesced,\n"
                "  1 unchanged, 2 sets refused, 3 writes refused, 8 reads refused,\n"
                "  9 descriptor writes refused, 7 verdicts late, 6 times stale, 4 slow, 5 cut,\n"
                "  123456 confirmed\n");
}

/* A name of 16 characters, and large counts. */
static void test_one_is_not_many(void **state) {
        assert_status("{\"on_air\":false,\"why\":\"x\",\"requests\":1,\"wills\":1,"
                      "\"characteristics\":[{" ROW ",\"stales\":1,\"sets_refused\":1}]}",
                "not on air: x\n"
                "1 request, 1 will carried out\n"
                "CHARACTERISTIC   SUBS   AGE   SETS  WRITES  READS  SENT  DROPPED  PENDING\n"
                "temperature_now   yes  0.2s  12345       1      3     5        -        9\n"
                "  1 set refused, 1 time stale\n");
}

static void test_who_gets_what_is_sent_is_said_once(void **state) {
        assert_status("{\"on_air\":false,\"why\":\"x\",\"characteristics\":[{" ROW
                      ",\"audience\":\"every subscriber\"},{" ROW
                      ",\"audience\":\"every subscriber\"}]}",
                "not on air: x\n"
                "CHARACTERISTIC   SUBS   AGE   SETS  WRITES  READS  SENT  DROPPED  PENDING\n"
                "temperature_now   yes  0.2s  12345       1      3     5        -        9\n"
                "temperature_now   yes  0.2s  12345       1      3     5        -        9\n"
                "What is sent goes to every subscriber, and counts once.\n");
}

static void test_sockets_are_listed(void **state) {
        assert_status("{\"on_air\":false,\"why\":\"x\",\"characteristics\":[{" ROW
                      ",\"ways\":[{\"way\":\"signal\",\"device\":null,\"sent\":3},"
                      "{\"way\":\"socket\",\"device\":\"AA:BB:CC:DD:EE:FF\",\"sent\":4}]}]}",
                "not on air: x\n"
                "CHARACTERISTIC   SUBS   AGE   SETS  WRITES  READS  SENT  DROPPED  PENDING\n"
                "temperature_now   yes  0.2s  12345       1      3     5        -        9\n"
                "  socket for AA:BB:CC:DD:EE:FF: 4 sent\n");
}

static void test_it_fits_80_columns(void **state) {
        _cleanup_free_ char *text = NULL;

        assert_int_equal(
                render("{\"on_air\":false,\"why\":\"x\",\"peers\":32,\"waiting\":31,\"handlers\":9,"
                       "\"requests\":4000000000,\"bad_requests\":4000000000,\"not_permitted\":"
                       "4000000000,\"wills\":4000000000,\"characteristics\":[{\"name\":"
                       "\"env_measurements\",\"subscribed\":true,\"age_s\":86400.0,"
                       "\"sets\":4000000000,\"writes\":4000000000,\"reads\":4000000000,"
                       "\"sent\":4000000000,\"pending\":4096,\"confirmed\":4000000000,"
                       "\"dropped\":{\"overwritten\":4000000000,\"stalled\":4000000000}}]}",
                        &text),
                0);
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
                assert_in_range(strcspn(line, "\n"), 0, 80);
}

static void test_a_status_without_its_members_is_none(void **state) {
        _cleanup_free_ char *text = NULL;

        assert_int_equal(render("{\"ok\":true}", &text), -EPROTO);
        assert_string_equal(text, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_on_air),
                cmocka_unit_test(test_not_on_air),
                cmocka_unit_test(test_the_agent_is_told_of_if_there_is_to_be_one),
                cmocka_unit_test(test_a_single_advertisement_as_it_was_meant_needs_no_line),
                cmocka_unit_test(test_an_advertisement_that_is_less_has_a_line),
                cmocka_unit_test(test_why_nobody_can_connect_is_said_once),
                cmocka_unit_test(test_a_name_that_does_not_fit_has_a_line),
                cmocka_unit_test(test_several_advertisements_have_a_line_each),
                cmocka_unit_test(test_every_part_is_escaped),
                cmocka_unit_test(test_the_socket_has_a_line),
                cmocka_unit_test(test_a_quiet_characteristic_is_a_row),
                cmocka_unit_test(test_what_is_out_of_the_ordinary_stands_below),
                cmocka_unit_test(test_one_is_not_many),
                cmocka_unit_test(test_who_gets_what_is_sent_is_said_once),
                cmocka_unit_test(test_sockets_are_listed),
                cmocka_unit_test(test_it_fits_80_columns),
                cmocka_unit_test(test_a_status_without_its_members_is_none),
        };

        return cmocka_run_group_tests_name("ctl-render-status", tests, NULL, NULL);
}
