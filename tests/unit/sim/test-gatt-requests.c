/* What centrals ask, and what applications hear of it. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OPTIONS "device=/d/1 link=LE mtu=100"

static int begin(void **state) {
        static Fixture fixture;

        fixture_begin(&fixture, "5.82");
        *state = &fixture;
        return 0;
}

static int end(void **state) {
        fixture_end(*state);
        return 0;
}

static void test_a_read_is_a_call_with_options(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "read", false);
        f->application.value = "abc";
        f->application.value_size = 3;
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0);
        assert_int_equal(c.size, 3);
        assert_memory_equal(c.data, "abc", 3);
        application_expect(&f->application, "ReadValue /app/s/c " OPTIONS "\n");
        central_leave(f, &c);
}

static void test_an_offset_is_told_when_it_is_not_0(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "read", false);
        f->application.value = "abcdef";
        f->application.value_size = 6;
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 0x102, 4), 0);
        assert_memory_equal(c.data, "ef", 2);
        application_expect(
                &f->application, "ReadValue /app/s/c device=/d/1 offset=4 link=LE mtu=100\n");
        central_leave(f, &c);
}

static void test_an_answer_is_cut_to_the_mtu(void **state) {
        char value[200];
        FixtureCentral c;
        Fixture *f = *state;

        memset(value, 'x', sizeof(value));
        fixture_register_one(f, "read", false);
        f->application.value = value;
        f->application.value_size = sizeof(value);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0);
        assert_int_equal(c.size, 99);
        central_leave(f, &c);
}

static void test_an_odd_reply_is_not_supported(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "read write", false);
        f->application.answering = ANSWERING_ODDLY;
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0x06);
        assert_int_equal(central_write(f, &c, 0x102, "a", 1), 0x06);
        central_leave(f, &c);
}

static void test_an_error_is_a_code(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "read write", false);
        f->application.answering = ANSWERING_ERROR;
        f->application.error = "org.bluez.Error.NotPermitted";
        f->application.text = "";
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0x02);
        assert_int_equal(central_write(f, &c, 0x102, "a", 1), 0x03);
        f->application.error = "org.bluez.Error.Failed";
        f->application.text = "0x91";
        assert_int_equal(central_write(f, &c, 0x102, "a", 1), 0x91);
        central_leave(f, &c);
}

static void test_an_unknown_handle_is_invalid(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0x01);
        assert_int_equal(central_write(f, &c, 0x102, "a", 1), 0x01);
        central_leave(f, &c);
}

static void test_flags_refuse_without_a_call(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "read", false);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_write(f, &c, 0x102, "a", 1), 0x03);
        assert_int_equal(central_write(f, &c, 0x101, "a", 1), 0x03);
        application_expect(&f->application, "");
        central_leave(f, &c);
}

static void test_a_value_that_is_only_written_is_not_read(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "write", false);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0x02);
        application_expect(&f->application, "");
        central_leave(f, &c);
}

static void test_encryption_needs_a_bond(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "encrypt-read", false);
        f->application.value = "a";
        f->application.value_size = 1;
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0x0f);
        gatt_link_set_bonded(c.link);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0);
        central_leave(f, &c);
}

static void test_just_works_does_not_authenticate(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "encrypt-authenticated-read secure-write", false);
        central_connect(f, &c, "/d/1", true);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0x05);
        assert_int_equal(central_write(f, &c, 0x102, "a", 1), 0x05);
        central_leave(f, &c);
}

static void test_a_write_waits_for_the_application(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "write", false);
        f->application.answering = ANSWERING_HOLD;
        central_connect(f, &c, "/d/1", false);
        gatt_link_write(c.link, 0x102, (const uint8_t *)"ab", 2, central_answer, &c);
        fixture_settle(f);
        assert_int_equal(c.answers, 0);
        application_reply_held(&f->application);
        fixture_settle(f);
        assert_int_equal(c.answers, 1);
        assert_int_equal(c.error, 0);
        application_expect(&f->application, "WriteValue /app/s/c 6162 " OPTIONS "\n");
        central_leave(f, &c);
}

static void test_writes_without_response_are_acknowledged_at_once(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "write write-without-response", false);
        f->application.answering = ANSWERING_HOLD;
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_write(f, &c, 0x102, "ab", 2), 0);
        assert_null(f->application.held);
        application_expect(&f->application, "WriteValue /app/s/c 6162 " OPTIONS "\n");
        central_leave(f, &c);
}

static void test_a_command_is_not_answered(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "write-without-response", false);
        central_connect(f, &c, "/d/1", false);
        gatt_link_write_command(c.link, 0x102, (const uint8_t *)"ab", 2);
        fixture_settle(f);
        assert_int_equal(c.answers, 0);
        application_expect(&f->application, "WriteValue /app/s/c 6162 " OPTIONS "\n");
        central_leave(f, &c);
}

static void test_a_long_write_is_one_call_without_offset(void **state) {
        char value[300], expected[800], *p = expected;
        FixtureCentral c;
        Fixture *f = *state;

        memset(value, 'x', sizeof(value));
        fixture_register_one(f, "write", false);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_write_long(f, &c, 0x102, value, sizeof(value)), 0);
        p += sprintf(p, "WriteValue /app/s/c ");
        for (size_t i = 0; i < sizeof(value); i++)
                p += sprintf(p, "78");
        (void)sprintf(p, " " OPTIONS "\n");
        application_expect(&f->application, expected);
        central_leave(f, &c);
}

static void test_a_value_above_512_bytes_is_too_long(void **state) {
        static const char value[513];
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "write", false);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_write_long(f, &c, 0x102, value, sizeof(value)), 0x0d);
        application_expect(&f->application, "");
        central_leave(f, &c);
}

static void test_authorize_asks_before_a_long_write(void **state) {
        char value[150];
        FixtureCentral c;
        Fixture *f = *state;

        memset(value, 'x', sizeof(value));
        fixture_register_one(f, "write authorize", false);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_write_long(f, &c, 0x102, value, sizeof(value)), 0);
        static const char first[] =
                "WriteValue /app/s/c - device=/d/1 link=LE prepare-authorize=yes mtu=100\n";
        assert_memory_equal(f->application.log, first, strlen(first));
        assert_null(strstr(f->application.log + strlen(first), "prepare-authorize"));
        f->application.answering = ANSWERING_ERROR;
        f->application.error = "org.bluez.Error.NotAuthorized";
        f->application.text = "";
        assert_int_equal(central_write_long(f, &c, 0x102, value, sizeof(value)), 0x08);
        central_leave(f, &c);
}

static void test_a_descriptor_is_read_and_written_by_calls(void **state) {
        FixtureCentral c;
        Fixture *f = *state;
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", 0x100);
        objects_add_characteristic(m, "/app/s/c", "/app/s", "2a6e", "read", -1, false);
        objects_add_descriptor(m, "/app/s/c/d", "/app/s/c", "2901", "read write");
        assert_int_equal(fixture_register(f, m), 0);
        f->application.value = "name";
        f->application.value_size = 4;
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 0x103, 0), 0);
        assert_int_equal(central_write(f, &c, 0x103, "a", 1), 0);
        application_expect(&f->application,
                "ReadValue /app/s/c/d " OPTIONS "\nWriteValue /app/s/c/d 61 " OPTIONS "\n");
        central_leave(f, &c);
}

static void test_a_central_that_has_left_is_not_answered(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "read", false);
        f->application.answering = ANSWERING_HOLD;
        central_connect(f, &c, "/d/1", false);
        gatt_link_read(c.link, 0x102, 0, central_answer, &c);
        fixture_settle(f);
        central_leave(f, &c);
        application_reply_held(&f->application);
        fixture_settle(f);
        assert_int_equal(c.answers, 0);
}

static void test_the_end_of_an_application_answers_what_waits(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "read", false);
        f->application.answering = ANSWERING_HOLD;
        central_connect(f, &c, "/d/1", false);
        gatt_link_read(c.link, 0x102, 0, central_answer, &c);
        fixture_settle(f);
        gatt_server_remove_application(f->server, OWNER, NULL);
        fixture_settle(f);
        assert_int_equal(c.answers, 1);
        assert_int_equal(c.error, 0x06);
        assert_int_equal(central_read(f, &c, 0x102, 0), 0x01);
        central_leave(f, &c);
}

static void test_nothing_is_answered_once_bluetoothd_is_gone(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "read", false);
        central_connect(f, &c, "/d/1", false);
        gatt_link_read(c.link, 0x102, 0, central_answer, &c);
        gatt_server_set_bus(f->server, NULL);
        gatt_link_read(c.link, 0x102, 0, central_answer, &c);
        fixture_settle(f);
        assert_int_equal(c.answers, 0);
        assert_null(gatt_server_attribute(f->server, 1));
        central_leave(f, &c);
}

/* The packet that waits in a socket is this. */
static void expect_packet(int fd, const char *text) {
        char packet[600];
        ssize_t size = read(fd, packet, sizeof(packet));

        assert_int_equal(size, strlen(text));
        assert_memory_equal(packet, text, strlen(text));
}

static void test_writes_go_into_an_acquired_socket(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "write-without-response", true);
        central_connect(f, &c, "/d/1", false);
        gatt_link_write_command(c.link, 0x102, (const uint8_t *)"one", 3);
        gatt_link_write_command(c.link, 0x102, (const uint8_t *)"two", 3);
        fixture_settle(f);
        assert_int_equal(central_write(f, &c, 0x102, "three", 5), 0);
        application_expect(&f->application, "AcquireWrite /app/s/c " OPTIONS "\n");
        assert_int_equal(f->application.n_sockets, 1);
        expect_packet(f->application.sockets[0], "one");
        expect_packet(f->application.sockets[0], "two");
        expect_packet(f->application.sockets[0], "three");
        central_leave(f, &c);
        expect_packet(f->application.sockets[0], "");
}

static void test_a_write_socket_that_was_closed_is_acquired_anew(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "write", true);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_write(f, &c, 0x102, "one", 3), 0);
        close(f->application.sockets[0]);
        f->application.n_sockets = 0;
        fixture_settle(f);
        assert_int_equal(central_write(f, &c, 0x102, "two", 3), 0);
        expect_packet(f->application.sockets[0], "two");
        central_leave(f, &c);
}

static void test_a_refused_write_socket_means_a_call_or_a_code(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        fixture_register_one(f, "write", true);
        central_connect(f, &c, "/d/1", false);
        f->application.answering = ANSWERING_ERROR;
        f->application.error = "org.bluez.Error.Strange";
        f->application.text = "";
        assert_int_equal(central_write(f, &c, 0x102, "a", 1), 0x0e);
        application_expect(&f->application,
                "AcquireWrite /app/s/c " OPTIONS "\nWriteValue /app/s/c 61 " OPTIONS "\n");
        f->application.error = "org.bluez.Error.NotSupported";
        assert_int_equal(central_write(f, &c, 0x102, "a", 1), 0x06);
        application_expect(&f->application, "AcquireWrite /app/s/c " OPTIONS "\n");
        central_leave(f, &c);
}

static void test_the_device_name_is_read(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        assert_int_equal(gatt_server_set_name(f->server, "garden"), 0);
        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_read(f, &c, 3, 0), 0);
        assert_int_equal(c.size, 6);
        assert_memory_equal(c.data, "garden", 6);
        assert_int_equal(central_read(f, &c, 3, 7), 0x07);
        central_leave(f, &c);
}

static void test_client_features_are_never_cleared(void **state) {
        FixtureCentral c;
        Fixture *f = *state;

        central_connect(f, &c, "/d/1", false);
        assert_int_equal(central_write(f, &c, 11, "\x01", 1), 0);
        assert_int_equal(central_write(f, &c, 11, "\x00", 1), 0x13);
        assert_int_equal(central_read(f, &c, 11, 0), 0);
        assert_int_equal(c.data[0], 1);
        central_leave(f, &c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        static const struct CMUnitTest tests[] = {
                TEST(test_a_read_is_a_call_with_options),
                TEST(test_an_offset_is_told_when_it_is_not_0),
                TEST(test_an_answer_is_cut_to_the_mtu),
                TEST(test_an_odd_reply_is_not_supported),
                TEST(test_an_error_is_a_code),
                TEST(test_an_unknown_handle_is_invalid),
                TEST(test_flags_refuse_without_a_call),
                TEST(test_a_value_that_is_only_written_is_not_read),
                TEST(test_encryption_needs_a_bond),
                TEST(test_just_works_does_not_authenticate),
                TEST(test_a_write_waits_for_the_application),
                TEST(test_writes_without_response_are_acknowledged_at_once),
                TEST(test_a_command_is_not_answered),
                TEST(test_a_long_write_is_one_call_without_offset),
                TEST(test_a_value_above_512_bytes_is_too_long),
                TEST(test_authorize_asks_before_a_long_write),
                TEST(test_a_descriptor_is_read_and_written_by_calls),
                TEST(test_a_central_that_has_left_is_not_answered),
                TEST(test_the_end_of_an_application_answers_what_waits),
                TEST(test_nothing_is_answered_once_bluetoothd_is_gone),
                TEST(test_writes_go_into_an_acquired_socket),
                TEST(test_a_write_socket_that_was_closed_is_acquired_anew),
                TEST(test_a_refused_write_socket_means_a_call_or_a_code),
                TEST(test_the_device_name_is_read),
                TEST(test_client_features_are_never_cleared),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
