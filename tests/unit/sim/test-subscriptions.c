/* Who hears of a value, on each version and with its faults. */
#include "fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define VALUE 0x102
#define CCC   0x103

/* Two centrals on a server whose application has one characteristic. */
typedef struct Scene {
        Fixture f;
        FixtureCentral one, two;
} Scene;

static Scene *scene_begin(const char *version, const char *flags, bool acquired) {
        static Scene scene;

        fixture_begin(&scene.f, version);
        fixture_register_one(&scene.f, flags, acquired);
        central_connect(&scene.f, &scene.one, "/d/1", false);
        central_connect(&scene.f, &scene.two, "/d/2", false);
        return &scene;
}

static void scene_end(Scene *s) {
        s->one.link = gatt_link_free(s->one.link);
        s->two.link = gatt_link_free(s->two.link);
        fixture_end(&s->f);
}

static uint16_t ccc_of(Scene *s, FixtureCentral *c) {
        assert_int_equal(central_read(&s->f, c, CCC, 0), 0);
        assert_int_equal(c->size, 2);
        return (uint16_t)(c->data[0] | c->data[1] << 8);
}

/* Through the application's end of its socket of this number. */
static void send_by(Scene *s, size_t i, const char *text) {
        assert_true(i < s->f.application.n_sockets);
        assert_int_equal(send(s->f.application.sockets[i], text, strlen(text), MSG_NOSIGNAL),
                (ssize_t)strlen(text));
        fixture_settle(&s->f);
}

static bool hung_up(Scene *s, size_t i) {
        char byte;

        assert_true(i < s->f.application.n_sockets);
        ssize_t size = recv(s->f.application.sockets[i], &byte, 1, 0);
        assert_true(size == 0 || (size < 0 && (errno == EAGAIN || errno == ECONNRESET)));
        return size == 0 || errno == ECONNRESET;
}

static void test_start_is_told_for_each_and_stop_for_the_last(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->two, CCC, 1), 0);
        application_expect(&s->f.application, "StartNotify /app/s/c\nStartNotify /app/s/c\n");
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 0), 0);
        application_expect(&s->f.application, "");
        central_leave(&s->f, &s->two);
        application_expect(&s->f.application, "StopNotify /app/s/c\n");
        scene_end(s);
}

static void test_the_same_value_again_is_no_call(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 0), 0);
        application_expect(&s->f.application, "");
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        application_expect(&s->f.application, "StartNotify /app/s/c\n");
        assert_int_equal(ccc_of(s, &s->one), 1);
        assert_int_equal(ccc_of(s, &s->two), 0);
        scene_end(s);
}

static void test_values_that_the_flags_do_not_allow_are_refused(void **state) {
        Scene *s = scene_begin("5.66", "notify", false);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 2), 0xfd);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 3), 0xfd);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 0x100), 0xfd);
        assert_int_equal(central_write(&s->f, &s->one, CCC, "abc", 3), 0x0d);
        assert_int_equal(central_write(&s->f, &s->one, CCC, NULL, 0), 0x0d);
        assert_int_equal(ccc_of(s, &s->one), 0);
        application_expect(&s->f.application, "");
        scene_end(s);
}

static void test_a_signal_reaches_every_subscriber_once(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        fixture_change(&s->f, "x", 1);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        fixture_change(&s->f, "a", 1);
        assert_int_equal(central_subscribe(&s->f, &s->two, CCC, 1), 0);
        fixture_change(&s->f, "b", 1);
        central_expect(&s->one, "notified 0x0102 61\nnotified 0x0102 62\n");
        central_expect(&s->two, "notified 0x0102 62\n");
        scene_end(s);
}

static void test_a_value_is_cut_to_the_mtu(void **state) {
        static const char value[600];
        Scene *s = scene_begin("5.82", "notify", false);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        fixture_change(&s->f, value, sizeof(value));
        assert_int_equal(strlen(s->one.log), strlen("notified 0x0102 \n") + 2 * 97u);
        scene_end(s);
}

static void test_an_indication_by_signal_is_confirmed_by_a_call(void **state) {
        Scene *s = scene_begin("5.82", "indicate", false);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 2), 0);
        application_expect(&s->f.application, "StartNotify /app/s/c\n");
        fixture_change(&s->f, "a", 1);
        application_expect(&s->f.application, "");
        gatt_link_confirm(s->one.link);
        fixture_settle(&s->f);
        application_expect(&s->f.application, "Confirm /app/s/c\n");
        gatt_link_confirm(s->one.link);
        fixture_settle(&s->f);
        application_expect(&s->f.application, "");
        scene_end(s);
}

static void test_a_bonded_central_finds_its_subscription_again(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        gatt_link_set_bonded(s->one.link);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        central_leave(&s->f, &s->one);
        application_expect(&s->f.application, "StartNotify /app/s/c\n");
        fixture_change(&s->f, "x", 1);
        central_connect(&s->f, &s->one, "/d/1", true);
        assert_int_equal(ccc_of(s, &s->one), 1);
        fixture_change(&s->f, "a", 1);
        central_expect(&s->one, "notified 0x0102 61\n");
        scene_end(s);
}

static void test_an_unbonded_central_does_not(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        central_leave(&s->f, &s->one);
        central_connect(&s->f, &s->one, "/d/1", false);
        assert_int_equal(ccc_of(s, &s->one), 0);
        scene_end(s);
}

static void test_a_bond_that_is_gone_ends_the_subscription(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        gatt_link_set_bonded(s->one.link);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        central_leave(&s->f, &s->one);
        gatt_server_forget(s->f.server, "/d/1");
        fixture_settle(&s->f);
        application_expect(&s->f.application, "StartNotify /app/s/c\nStopNotify /app/s/c\n");
        central_connect(&s->f, &s->one, "/d/1", true);
        assert_int_equal(ccc_of(s, &s->one), 0);
        scene_end(s);
}

static void test_a_bond_does_not_help_over_a_new_registration(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        gatt_link_set_bonded(s->one.link);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        gatt_server_remove_application(s->f.server, OWNER, "/app");
        fixture_register_one(&s->f, "notify", false);
        assert_int_equal(ccc_of(s, &s->one), 0);
        scene_end(s);
}

static void test_power_off_is_the_leaving_of_all(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        gatt_server_end_subscriptions(s->f.server);
        fixture_settle(&s->f);
        application_expect(&s->f.application, "StartNotify /app/s/c\nStopNotify /app/s/c\n");
        assert_true(gatt_server_has_application(s->f.server, OWNER, "/app"));
        fixture_change(&s->f, "a", 1);
        central_expect(&s->one, "");
        scene_end(s);
}

static void test_an_adapter_that_goes_stops_bonded_ones_too(void **state) {
        Scene *s = scene_begin("5.82", "notify", true);

        gatt_link_set_bonded(s->one.link);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        gatt_server_adapter_removed(s->f.server);
        fixture_settle(&s->f);
        assert_true(hung_up(s, 0));
        assert_false(gatt_server_has_application(s->f.server, OWNER, "/app"));
        scene_end(s);
}

static void test_5_66_has_one_socket_for_all(void **state) {
        Scene *s = scene_begin("5.66", "notify", true);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->two, CCC, 1), 0);
        application_expect(
                &s->f.application, "AcquireNotify /app/s/c device=/d/1 link=LE mtu=100\n");
        send_by(s, 0, "a");
        central_expect(&s->one, "notified 0x0102 61\n");
        central_expect(&s->two, "notified 0x0102 61\n");
        central_leave(&s->f, &s->one);
        assert_false(hung_up(s, 0));
        assert_int_equal(central_subscribe(&s->f, &s->two, CCC, 0), 0);
        assert_true(hung_up(s, 0));
        application_expect(&s->f.application, "");
        scene_end(s);
}

static void test_5_66_keeps_the_socket_for_a_bond(void **state) {
        Scene *s = scene_begin("5.66", "notify", true);

        gatt_link_set_bonded(s->one.link);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        central_leave(&s->f, &s->one);
        assert_false(hung_up(s, 0));
        send_by(s, 0, "x");
        central_connect(&s->f, &s->one, "/d/1", true);
        send_by(s, 0, "a");
        central_expect(&s->one, "notified 0x0102 61\n");
        scene_end(s);
}

static void test_5_66_leaks_its_count(void **state) {
        Scene *s = scene_begin("5.66", "notify indicate", true);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 2), 0);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 0), 0);
        central_leave(&s->f, &s->one);
        assert_false(hung_up(s, 0));
        scene_end(s);
}

static void test_5_82_does_not_leak_the_socket(void **state) {
        Scene *s = scene_begin("5.82", "notify indicate", true);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 2), 0);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 0), 0);
        assert_true(hung_up(s, 0));
        scene_end(s);
}

static void test_5_72_has_a_socket_each_that_all_hear(void **state) {
        Scene *s = scene_begin("5.72", "notify", true);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->two, CCC, 1), 0);
        assert_int_equal(s->f.application.n_sockets, 2);
        send_by(s, 0, "a");
        send_by(s, 1, "b");
        central_expect(&s->one, "notified 0x0102 61\nnotified 0x0102 62\n");
        central_expect(&s->two, "notified 0x0102 61\nnotified 0x0102 62\n");
        scene_end(s);
}

static void test_5_82_has_a_socket_each_for_itself(void **state) {
        Scene *s = scene_begin("5.82", "notify", true);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->two, CCC, 1), 0);
        application_expect(&s->f.application,
                "AcquireNotify /app/s/c device=/d/1 link=LE mtu=100\n"
                "AcquireNotify /app/s/c device=/d/2 link=LE mtu=100\n");
        send_by(s, 0, "a");
        send_by(s, 1, "b");
        central_expect(&s->one, "notified 0x0102 61\n");
        central_expect(&s->two, "notified 0x0102 62\n");
        fixture_change(&s->f, "c", 1);
        central_expect(&s->one, "notified 0x0102 63\n");
        central_expect(&s->two, "notified 0x0102 63\n");
        scene_end(s);
}

static void test_5_82_closes_the_first_socket_when_another_leaves(void **state) {
        Scene *s = scene_begin("5.82", "notify", true);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->two, CCC, 1), 0);
        central_leave(&s->f, &s->two);
        assert_true(hung_up(s, 0));
        assert_true(hung_up(s, 1));
        assert_int_equal(ccc_of(s, &s->one), 1);
        fixture_change(&s->f, "a", 1);
        central_expect(&s->one, "notified 0x0102 61\n");
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 0), 0);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        send_by(s, 2, "b");
        central_expect(&s->one, "notified 0x0102 62\n");
        scene_end(s);
}

/* As many as wait while bluetoothd is busy: more than it reads at once. */
static void send_many(Scene *s, size_t i, unsigned n) {
        for (unsigned number = 0; number < n; number++) {
                uint8_t byte = (uint8_t)number;

                assert_int_equal(send(s->f.application.sockets[i], &byte, 1, MSG_NOSIGNAL), 1);
        }
}

static void expect_many(FixtureCentral *c, unsigned n) {
        char log[sizeof(c->log)] = "";

        for (unsigned number = 0; number < n; number++)
                (void)snprintf(log + strlen(log), sizeof(log) - strlen(log),
                        "notified 0x0102 %02x\n", number);
        central_expect(c, log);
}

static void test_what_a_socket_holds_is_heard_before_another_leaves(void **state) {
        static const char *const versions[] = {"5.72", "5.82", "5.87"};

        for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
                Scene *s = scene_begin(versions[i], "notify", true);

                assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
                assert_int_equal(central_subscribe(&s->f, &s->two, CCC, 1), 0);
                send_many(s, 0, 40);
                central_leave(&s->f, &s->two);
                expect_many(&s->one, 40);
                assert_true(hung_up(s, 0));
                scene_end(s);
        }
}

static void test_5_82_closes_only_its_own_socket_when_the_first_leaves(void **state) {
        Scene *s = scene_begin("5.82", "notify", true);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(central_subscribe(&s->f, &s->two, CCC, 1), 0);
        central_leave(&s->f, &s->one);
        assert_true(hung_up(s, 0));
        assert_false(hung_up(s, 1));
        scene_end(s);
}

static void test_5_82_gives_a_returned_bond_no_socket(void **state) {
        Scene *s = scene_begin("5.82", "notify", true);

        gatt_link_set_bonded(s->one.link);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        central_leave(&s->f, &s->one);
        assert_true(hung_up(s, 0));
        central_connect(&s->f, &s->one, "/d/1", true);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        assert_int_equal(s->f.application.n_sockets, 1);
        fixture_change(&s->f, "a", 1);
        central_expect(&s->one, "notified 0x0102 61\n");
        scene_end(s);
}

static void test_a_socket_that_the_application_closes_leaves_the_subscription(void **state) {
        Scene *s = scene_begin("5.82", "notify", true);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        send_by(s, 0, "a");
        close(s->f.application.sockets[0]);
        s->f.application.n_sockets = 0;
        fixture_settle(&s->f);
        fixture_change(&s->f, "b", 1);
        central_expect(&s->one, "notified 0x0102 61\nnotified 0x0102 62\n");
        scene_end(s);
}

static void test_a_confirmation_is_a_byte_on_new_sockets(void **state) {
        Scene *s = scene_begin("5.82", "indicate", true);
        char byte = 0;

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 2), 0);
        application_expect(
                &s->f.application, "AcquireNotify /app/s/c device=/d/1 link=LE mtu=100\n");
        send_by(s, 0, "a");
        central_expect(&s->one, "indicated 0x0102 61\n");
        gatt_link_confirm(s->one.link);
        fixture_settle(&s->f);
        assert_int_equal(read(s->f.application.sockets[0], &byte, 1), 1);
        assert_int_equal(byte, 1);
        application_expect(&s->f.application, "");
        scene_end(s);
}

static void test_a_confirmation_is_a_call_on_old_sockets(void **state) {
        Scene *s = scene_begin("5.66", "indicate", true);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 2), 0);
        send_by(s, 0, "a");
        gatt_link_confirm(s->one.link);
        fixture_settle(&s->f);
        application_expect(&s->f.application,
                "AcquireNotify /app/s/c device=/d/1 link=LE mtu=100\nConfirm /app/s/c\n");
        scene_end(s);
}

/* Subscribes while the application answers with this error. */
static void subscribe_against(Scene *s, const char *error) {
        s->f.application.answering = ANSWERING_ERROR;
        s->f.application.error = error;
        s->f.application.text = "";
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
}

static void test_not_supported_means_start(void **state) {
        Scene *s = scene_begin("5.82", "notify", true);

        subscribe_against(s, "org.bluez.Error.NotSupported");
        application_expect(&s->f.application,
                "AcquireNotify /app/s/c device=/d/1 link=LE mtu=100\nStartNotify /app/s/c\n");
        scene_end(s);
}

static void test_failed_means_no_more(void **state) {
        Scene *s = scene_begin("5.82", "notify", true);

        subscribe_against(s, "org.bluez.Error.Failed");
        application_expect(
                &s->f.application, "AcquireNotify /app/s/c device=/d/1 link=LE mtu=100\n");
        assert_int_equal(ccc_of(s, &s->one), 1);
        scene_end(s);
}

static void test_a_socket_that_comes_after_its_central_left_is_closed(void **state) {
        Scene *s = scene_begin("5.82", "notify", true);

        s->f.application.answering = ANSWERING_HOLD;
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        central_leave(&s->f, &s->one);
        application_reply_held(&s->f.application);
        fixture_settle(&s->f);
        assert_true(hung_up(s, 0));
        scene_end(s);
}

static void test_an_encrypted_subscription_needs_a_bond(void **state) {
        Scene *s = scene_begin("5.82", "encrypt-notify", false);

        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0x0f);
        gatt_link_set_bonded(s->one.link);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        scene_end(s);
}

/* Service Changed, as the services of 5.82 lie. */
#define CHANGED_CCC 9

static void test_changed_services_are_indicated(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        assert_int_equal(central_subscribe(&s->f, &s->one, CHANGED_CCC, 2), 0);
        gatt_server_remove_application(s->f.server, OWNER, "/app");
        fixture_settle(&s->f);
        central_expect(&s->one, "indicated 0x0008 00010301\n");
        gatt_link_confirm(s->one.link);
        fixture_register_one(&s->f, "notify", false);
        central_expect(&s->one, "indicated 0x0008 00010301\n");
        central_expect(&s->two, "");
        scene_end(s);
}

static void test_a_bonded_central_hears_later_of_changed_services(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        gatt_link_set_bonded(s->one.link);
        assert_int_equal(central_subscribe(&s->f, &s->one, CHANGED_CCC, 2), 0);
        central_leave(&s->f, &s->one);
        gatt_server_remove_application(s->f.server, OWNER, "/app");
        central_connect(&s->f, &s->one, "/d/1", true);
        central_expect(&s->one, "indicated 0x0008 00010301\n");
        scene_end(s);
}

static void test_a_restart_is_a_change_of_everything(void **state) {
        Scene *s = scene_begin("5.82", "notify", false);

        gatt_link_set_bonded(s->one.link);
        assert_int_equal(central_subscribe(&s->f, &s->one, CHANGED_CCC, 2), 0);
        assert_int_equal(central_subscribe(&s->f, &s->one, CCC, 1), 0);
        central_leave(&s->f, &s->one);
        gatt_server_set_bus(s->f.server, NULL);
        gatt_server_set_bus(s->f.server, s->f.bus);
        fixture_register_one(&s->f, "notify", false);
        central_connect(&s->f, &s->one, "/d/1", true);
        central_expect(&s->one, "indicated 0x0008 0100ffff\n");
        assert_int_equal(ccc_of(s, &s->one), 0);
        scene_end(s);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_start_is_told_for_each_and_stop_for_the_last),
                cmocka_unit_test(test_the_same_value_again_is_no_call),
                cmocka_unit_test(test_values_that_the_flags_do_not_allow_are_refused),
                cmocka_unit_test(test_a_signal_reaches_every_subscriber_once),
                cmocka_unit_test(test_a_value_is_cut_to_the_mtu),
                cmocka_unit_test(test_an_indication_by_signal_is_confirmed_by_a_call),
                cmocka_unit_test(test_a_bonded_central_finds_its_subscription_again),
                cmocka_unit_test(test_an_unbonded_central_does_not),
                cmocka_unit_test(test_a_bond_that_is_gone_ends_the_subscription),
                cmocka_unit_test(test_a_bond_does_not_help_over_a_new_registration),
                cmocka_unit_test(test_power_off_is_the_leaving_of_all),
                cmocka_unit_test(test_an_adapter_that_goes_stops_bonded_ones_too),
                cmocka_unit_test(test_5_66_has_one_socket_for_all),
                cmocka_unit_test(test_5_66_keeps_the_socket_for_a_bond),
                cmocka_unit_test(test_5_66_leaks_its_count),
                cmocka_unit_test(test_5_82_does_not_leak_the_socket),
                cmocka_unit_test(test_5_72_has_a_socket_each_that_all_hear),
                cmocka_unit_test(test_5_82_has_a_socket_each_for_itself),
                cmocka_unit_test(test_5_82_closes_the_first_socket_when_another_leaves),
                cmocka_unit_test(test_what_a_socket_holds_is_heard_before_another_leaves),
                cmocka_unit_test(test_5_82_closes_only_its_own_socket_when_the_first_leaves),
                cmocka_unit_test(test_5_82_gives_a_returned_bond_no_socket),
                cmocka_unit_test(test_a_socket_that_the_application_closes_leaves_the_subscription),
                cmocka_unit_test(test_a_confirmation_is_a_byte_on_new_sockets),
                cmocka_unit_test(test_a_confirmation_is_a_call_on_old_sockets),
                cmocka_unit_test(test_not_supported_means_start),
                cmocka_unit_test(test_failed_means_no_more),
                cmocka_unit_test(test_a_socket_that_comes_after_its_central_left_is_closed),
                cmocka_unit_test(test_an_encrypted_subscription_needs_a_bond),
                cmocka_unit_test(test_changed_services_are_indicated),
                cmocka_unit_test(test_a_bonded_central_hears_later_of_changed_services),
                cmocka_unit_test(test_a_restart_is_a_change_of_everything),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
