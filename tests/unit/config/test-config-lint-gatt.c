/* What BlueZ takes and does not do, and what cannot be as it is declared. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdlib.h>

/* A characteristic with these flags in line 6; lines of its own follow. */
#define WITH(flags) SERVICE "[characteristic a]\nuuid = 2A00\nsecurity = open\nflags = " flags "\n"
#define FLAGS       "test.conf:6: [characteristic a] flags: warning: "

static void expect_text(Fixture *f, const char *text, const char *problems) {
        fixture_load_text(f, text);
        expect_problems(f, problems);
}

static void expect_fine(Fixture *f, const char *text) {
        fixture_load_text(f, text);
        expect_no_problem(f);
}

static void test_flags_that_bluez_has_no_use_for(void **state) {
        expect_text(*state, WITH("read broadcast"),
                FLAGS "BlueZ broadcasts no values: leave broadcast out\n");
        expect_text(*state, WITH("read extended-properties"),
                FLAGS "BlueZ sets this flag itself beside reliable-write and "
                      "writable-auxiliaries: leave extended-properties out\n");
        expect_text(*state, WITH("write authorize"),
                FLAGS "BlueZ asks for leave before prepared writes alone, and others pass: leave "
                      "authorize out, security = encrypt keeps strangers away\n");
        expect_text(*state, WITH("read reliable-write"),
                FLAGS "reliable-write is a way to write: add write, or leave it out\n");
        expect_text(*state, WITH("read writable-auxiliaries"),
                FLAGS "writable-auxiliaries says that its description (2901) can be written, and "
                      "none can\n");
        expect_fine(*state, WITH("read write reliable-write"));
}

static void test_notify_or_indicate(void **state) {
        expect_text(*state, WITH("notify indicate"),
                FLAGS "BlueZ refuses a central that asks for both: choose notify, or indicate "
                      "where each value must be confirmed\n");
        expect_fine(*state, WITH("notify"));
        expect_fine(*state, WITH("indicate"));
}

static void test_what_a_central_can_do_nothing_with(void **state) {
        expect_text(*state, WITH("broadcast"),
                FLAGS "BlueZ broadcasts no values: leave broadcast out\n" FLAGS
                      "a central can do nothing with it: add read, write, notify or indicate\n");
        expect_fine(*state, WITH("write"));
}

static void test_what_is_read_in_secret_is_notified_in_secret(void **state) {
#define SECRET(flags) SERVICE "[characteristic a]\nuuid = 2A00\nflags = " flags "\n"
        const char *const leaks[] = {
                SECRET("encrypt-read notify"), SECRET("encrypt-read indicate")};
        const char *const fine[] = {SECRET("encrypt-read encrypt-notify"),
                SECRET("read encrypt-notify"), SECRET("encrypt-read"),
                SECRET("encrypt-read encrypt-indicate"),
                SECRET("read notify") "security = encrypt\n"};

        for (size_t i = 0; i < ELEMENTS(leaks); i++)
                expect_text(*state, leaks[i],
                        "test.conf:5: [characteristic a] flags: warning: who may not read it can "
                        "still subscribe to it: protect notify or "
                        "indicate too, as security = encrypt does\n");
        for (size_t i = 0; i < ELEMENTS(fine); i++)
                expect_fine(*state, fine[i]);
}

/* BlueZ lets everybody write what has one of these. */
static void test_other_flags_let_anyone_write(void **state) {
        expect_text(*state,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = authenticated-signed-writes\n",
                "test.conf:5: [characteristic a] flags: warning: anyone in range may write; "
                "security = open says that this is meant\n");
        expect_fine(*state, WITH("authenticated-signed-writes"));
}

static void test_a_command_beside_a_request_hides_errors(void **state) {
        expect_text(*state, WITH("write write-without-response") "type = u8\n",
                FLAGS "beside write-without-response BlueZ takes each write before it is checked: "
                      "one that does not fit is lost and the central not told; leave "
                      "write-without-response out\n");
        expect_text(*state, WITH("write-without-response") "size = 2\n",
                FLAGS "a write without response that does not fit is lost: the central is not "
                      "told; with write it is\n");
        expect_fine(*state, WITH("write write-without-response"));
        expect_fine(*state, WITH("write-without-response") "size_max = 20\n");
        expect_fine(*state, WITH("write") "type = u8 max=3\n");
}

#define WRITE_BY "test.conf:7: [characteristic a] write_by: "

static void test_a_socket_is_for_commands_that_nobody_checks(void **state) {
        expect_text(*state, WITH("write") "write_by = socket\n",
                WRITE_BY "a socket is for writes without response: write write-without-response in "
                         "flags\n" WRITE_BY
                         "warning: the pieces of a long write lose their offsets in a socket: "
                         "leave write out of flags\n");
        expect_text(*state, WITH("write-without-response") "write_by = socket\ntype = u8\n",
                WRITE_BY "what comes through a socket is not checked: plain bytes with size_max, "
                         "or write_by = call\n");
        expect_text(*state, WITH("write-without-response") "write_by = socket\nsize = 8\n",
                WRITE_BY "what comes through a socket is not checked: plain bytes with size_max, "
                         "or write_by = call\n");
        expect_text(*state,
                WITH("write-without-response write reliable-write") "write_by = socket\n",
                WRITE_BY "the pieces of a long write lose their offsets in a socket: leave "
                         "reliable-write out\n");
        expect_text(*state,
                WITH("write-without-response") "write_by = socket\n"
                                               "unhandled = refuse\n",
                "test.conf:8: [characteristic a] unhandled: BlueZ takes a write without response "
                "before anybody is asked: the central would never hear that it is refused; write "
                "has to stand alone in flags\n");
        expect_fine(*state, WITH("write-without-response") "write_by = socket\nsize_max = 244\n"
                                                           "on_write = forward\n");
        /* BlueZ's only word for a command that is protected brings the request with it. */
        expect_fine(*state,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = write-without-response\n"
                        "security = encrypt\nwrite_by = socket\n");
}

static void test_a_socket_for_what_is_not_notified(void **state) {
        expect_text(*state, WITH("read") "notify_by = socket\n",
                "test.conf:7: [characteristic a] notify_by: warning: there is nothing to notify: "
                "flags has neither notify nor indicate\n");
        expect_fine(*state, WITH("notify") "notify_by = socket\n");
        expect_fine(*state, WITH("indicate") "notify_by = socket\n");
}

static void test_a_secondary_service_is_included(void **state) {
#define SECONDARY                                                                                  \
        "[service t]\nuuid = 1816\nprimary = no\n[characteristic b]\nuuid = 2A5B\nflags = read\n"
        expect_text(*state, SECONDARY,
                "test.conf:3: [service t] primary: warning: no service includes it, and centrals "
                "look for primary ones alone: name it in includes of another, or leave primary "
                "out\n");
        expect_fine(*state, SECONDARY "[service u]\nuuid = 1815\nincludes = t\n[characteristic c]\n"
                                      "uuid = 2A56\nflags = read\n");
}

static void test_a_description_that_can_be_written(void **state) {
#define DESCRIBED(flags)                                                                           \
        WITH(flags)                                                                                \
        "[descriptor d]\ncharacteristic = a\nuuid = 2901\nflags = read write\nsecurity = open\n"
        expect_text(*state, DESCRIBED("read"),
                "test.conf:10: [descriptor d] flags: warning: centrals look for "
                "writable-auxiliaries in the characteristic's flags before they write a "
                "description: add it there\n");
        expect_fine(*state, DESCRIBED("read writable-auxiliaries"));
}

static void test_a_number_that_nobody_was_assigned(void **state) {
        static const char unassigned[] =
                "test.conf:2: [service s] uuid: warning: the Bluetooth SIG has not assigned this "
                "number: what is your own has a UUID of 36 characters, such as uuidgen prints\n";

        expect_text(*state, "[service s]\nuuid = FFE0\n", unassigned);
        expect_text(*state, "[service s]\nuuid = 0001181A\n", unassigned);
        expect_text(
                *state, "[service s]\nuuid = 0000FFF0-0000-1000-8000-00805F9B34FB\n", unassigned);
        expect_text(*state, SERVICE "[characteristic a]\nuuid = 2A2D\nflags = read\n",
                "test.conf:4: [characteristic a] uuid: warning: the Bluetooth SIG has not assigned "
                "this number: what is your own has a UUID of 36 characters, such as uuidgen "
                "prints\n");
        expect_fine(*state, "[service s]\nuuid = FE59\n");
        expect_fine(*state, "[service s]\nuuid = 9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6b700\n");
}

static void test_a_number_of_another_kind(void **state) {
        expect_text(*state,
                "[service s]\nuuid = 2902\n[characteristic a]\nuuid = 180A\nflags = read\n"
                "[descriptor d]\ncharacteristic = a\nuuid = 2A6E\n",
                "test.conf:2: [service s] uuid: warning: this is the number of a descriptor "
                "(client_characteristic_configuration), not of a service\n"
                "test.conf:4: [characteristic a] uuid: warning: this is the number of a service "
                "(device_information), not of a characteristic\n"
                "test.conf:8: [descriptor d] uuid: warning: this is the number of a characteristic "
                "(temperature), not of a descriptor\n");
}

static void test_a_presentation_format_has_seven_bytes(void **state) {
#define PRESENTED WITH("read") "[descriptor d]\ncharacteristic = a\nuuid = 2904\nvalue = hex:"
        expect_text(*state, PRESENTED "0efe\n",
                "test.conf:10: [descriptor d] value: warning: a presentation format has 7 bytes, "
                "as "
                "hex: 04 00 ad 27 01 00 00 has; presentation = yes of its characteristic makes "
                "it\n");
        expect_fine(*state, PRESENTED "0efe2f27010000\n");
}

static void test_hex_of_a_descriptor_has_its_prefix(void **state) {
#define VALUED(uuid, value)                                                                        \
        WITH("read") "[descriptor d]\ncharacteristic = a\nuuid = " uuid "\nvalue = " value "\n"
        expect_text(*state, VALUED("2908", "01 02"),
                "test.conf:10: [descriptor d] value: warning: this is text as it stands here; for "
                "these bytes write hex: before it\n");
        expect_fine(*state, VALUED("2908", "hex: 01 02"));
        expect_fine(*state, VALUED("2908", "2026"));
        expect_fine(*state, VALUED("2901", "be ad"));
        expect_fine(*state, VALUED("2905", "1,2") "type = u8 count=2\n");
        expect_fine(*state, VALUED("2905", "10") "type = u8\n");
}

static void test_what_is_advertised_is_served(void **state) {
        expect_text(*state, WITH("read") "[advertisement]\nservices = s battery\n",
                "test.conf:8: [advertisement] services: warning: no service that is served has the "
                "UUID 0000180f-0000-1000-8000-00805f9b34fb\n");
        expect_fine(*state, WITH("read") "[advertisement]\nservices = s 180A\n");
        expect_fine(*state, WITH("read") "[advertisement]\nservices = 181A\n");
}

static void test_no_value_is_longer_than_bluetooth_takes(void **state) {
        expect_text(*state, WITH("read") "size_max = 513\n",
                "test.conf:7: [characteristic a] size_max: not a number from 1 to 512: \"513\"\n");
        expect_text(*state, WITH("read") "[fields a]\nx = bytes size=300\ny = bytes size=300\n",
                "test.conf:9: [fields a] y: does not fit: a value has at most 512 bytes, 300 are "
                "taken\n");
        expect_fine(*state, WITH("read") "[fields a]\nx = bytes size=300\ny = bytes size=212\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_flags_that_bluez_has_no_use_for),
                FIXTURE_TEST(test_notify_or_indicate),
                FIXTURE_TEST(test_what_a_central_can_do_nothing_with),
                FIXTURE_TEST(test_what_is_read_in_secret_is_notified_in_secret),
                FIXTURE_TEST(test_other_flags_let_anyone_write),
                FIXTURE_TEST(test_a_command_beside_a_request_hides_errors),
                FIXTURE_TEST(test_a_socket_is_for_commands_that_nobody_checks),
                FIXTURE_TEST(test_a_socket_for_what_is_not_notified),
                FIXTURE_TEST(test_a_secondary_service_is_included),
                FIXTURE_TEST(test_a_description_that_can_be_written),
                FIXTURE_TEST(test_a_number_that_nobody_was_assigned),
                FIXTURE_TEST(test_a_number_of_another_kind),
                FIXTURE_TEST(test_a_presentation_format_has_seven_bytes),
                FIXTURE_TEST(test_hex_of_a_descriptor_has_its_prefix),
                FIXTURE_TEST(test_what_is_advertised_is_served),
                FIXTURE_TEST(test_no_value_is_longer_than_bluetooth_takes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
