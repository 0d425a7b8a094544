/* Who is connected, told from what BlueZ says of its devices. The messages are never sent. */
#include "bluez/devices.h"

#include "bluez/names.h"
#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define HCI0        "/org/bluez/hci0"
#define HCI1        "/org/bluez/hci1"
#define PATH        HCI0 "/dev_4A_00_00_00_00_01"
#define RPA         "4A:00:00:00:00:01"
#define ADDRESS_RPA "Address=4A:00:00:00:00:01" /* RPA */

typedef struct Fixture {
        int fds[2];
        sd_bus *bus;
        Devices *devices;
        char told[1000];
} Fixture;

static const char *word(const ConnectionEvent *e, char *text, size_t size) {
        switch (e->kind) {
        case CONNECTION_CONNECTED:
                (void)snprintf(text, size, "connected %s %s", e->name ? e->name : "-",
                        e->bonded ? "bonded" : "-");
                break;
        case CONNECTION_DISCONNECTED:
                (void)snprintf(text, size, "left %s", e->reason ? e->reason : "-");
                break;
        case CONNECTION_MTU:
                (void)snprintf(text, size, "mtu %u", e->mtu);
                break;
        case CONNECTION_ADDRESS:
                (void)snprintf(text, size, "was %s", e->was);
                break;
        case CONNECTION_BONDED:
                (void)snprintf(text, size, e->bonded ? "bonded" : "unbonded");
                break;
        case CONNECTION_SUBSCRIBED:
        case CONNECTION_UNSUBSCRIBED:
        case _CONNECTION_EVENT_KIND_MAX:
                fail();
        }
        return text;
}

static void on_event(const ConnectionEvent *e, void *userdata) {
        Fixture *f = userdata;
        size_t used = strlen(f->told);
        char text[100];

        (void)snprintf(f->told + used, sizeof(f->told) - used, "%s %s\n", e->device,
                word(e, text, sizeof(text)));
}

static const DevicesEvents events = {.event = on_event};

static void renew(Fixture *f, size_t max) {
        devices_free(f->devices);
        assert_int_equal(devices_new(&f->devices, max, &events, f), 0);
        devices_set_adapter(f->devices, HCI0);
}

/* A message needs a bus, which may be one that nobody answers on. */
static int setup(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->fds), 0);
        assert_true(sd_bus_new(&f->bus) >= 0);
        assert_true(sd_bus_set_fd(f->bus, f->fds[0], f->fds[0]) >= 0);
        assert_true(sd_bus_start(f->bus) >= 0);
        renew(f, 8);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        devices_free(f->devices);
        sd_bus_close_unref(f->bus);
        close(f->fds[1]);
        free(f);
        return 0;
}

/* properties: "Connected=yes", "Alias=text", …, NULL at the end. */
static sd_bus_message *message(Fixture *f, const char *const *properties) {
        sd_bus_message *m;

        assert_true(sd_bus_message_new_signal(f->bus, &m, "/", BLUEZ_DEVICE, "Told") >= 0);
        assert_true(sd_bus_message_open_container(m, 'a', "{sv}") >= 0);
        for (; *properties; properties++) {
                const char *equals = strchr(*properties, '=');
                _cleanup_free_ char *name = strndup(*properties, (size_t)(equals - *properties));
                bool is_bool = strcmp(equals, "=yes") == 0 || strcmp(equals, "=no") == 0;

                if (is_bool)
                        assert_true(sd_bus_message_append(m, "{sv}", name, "b",
                                            strcmp(equals, "=yes") == 0) >= 0);
                else
                        assert_true(sd_bus_message_append(m, "{sv}", name, "s", equals + 1) >= 0);
        }
        assert_true(sd_bus_message_close_container(m) >= 0);
        assert_true(sd_bus_message_seal(m, 1, 0) >= 0);
        return m;
}

#define SAYS(f, function, path, ...)                                                               \
        says(f, function, path, (const char *const[]){__VA_ARGS__, NULL})

static void says(Fixture *f,
        int (*function)(Devices *devices, const char *path, sd_bus_message *properties),
        const char *path, const char *const *properties) {
        sd_bus_message *m = message(f, properties);

        assert_int_equal(function(f->devices, path, m), 0);
        assert_true(sd_bus_message_at_end(m, true));
        sd_bus_message_unref(m);
}

static void expect(Fixture *f, const char *told) {
        assert_string_equal(f->told, told);
        f->told[0] = '\0';
}

static void test_a_life(void **state) {
        Fixture *f = *state;

        SAYS(f, devices_added, PATH, ADDRESS_RPA, "AddressType=random", "Alias=4A-00-00-00-00-01",
                "Connected=no", "Bonded=no");
        expect(f, "");
        assert_null(devices_at(f->devices, 0)); /* a scan has found it */
        SAYS(f, devices_changed, PATH, "Connected=yes");
        expect(f, RPA " connected - -\n");
        SAYS(f, devices_changed, PATH, "Connected=yes", "Alias=Phone");
        expect(f, "");
        devices_note_mtu(f->devices, RPA, 22); /* no MTU */
        devices_note_mtu(f->devices, RPA, 185);
        devices_note_mtu(f->devices, RPA, 185);
        expect(f, RPA " mtu 185\n");
        const Device *d = devices_at(f->devices, 0);
        assert_non_null(d);
        assert_null(devices_at(f->devices, 1));
        assert_string_equal(d->name, "Phone");
        assert_string_equal(d->address_type, "random");
        assert_int_equal(d->mtu, 185);
        assert_int_equal(devices_connected(f->devices), 1);
        devices_disconnecting(f->devices, PATH, "org.bluez.Reason.Timeout");
        SAYS(f, devices_changed, PATH, "Connected=no");
        expect(f, RPA " left timeout\n");
        assert_int_equal(d->mtu, 0);
        assert_int_equal(devices_connected(f->devices), 0);
        SAYS(f, devices_changed, PATH, "Connected=yes");
        SAYS(f, devices_changed, PATH, "Connected=no");
        expect(f, RPA " connected Phone -\n" RPA " left -\n");
        devices_removed(f->devices, PATH);
        assert_null(devices_at(f->devices, 0));
        expect(f, "");
}

static void test_reasons(void **state) {
        assert_string_equal(device_reason("org.bluez.Reason.Remote"), "remote");
        assert_string_equal(device_reason("org.bluez.Reason.Local"), "local");
        assert_string_equal(device_reason("org.bluez.Reason.Authentication"), "authentication");
        assert_string_equal(device_reason("org.bluez.Reason.Suspend"), "suspend");
        assert_string_equal(device_reason("org.bluez.Reason.Unknown"), "unknown");
        assert_string_equal(device_reason(""), "unknown");
}

static void test_bonding_tells_the_identity(void **state) {
        Fixture *f = *state;

        SAYS(f, devices_added, PATH, ADDRESS_RPA, "Connected=yes", "Bonded=no");
        SAYS(f, devices_changed, PATH, "Address=C0:00:00:00:00:09", "AddressType=public");
        SAYS(f, devices_changed, PATH, "Paired=yes"); /* not yet stored */
        SAYS(f, devices_changed, PATH, "Bonded=yes");
        expect(f, RPA " connected - -\n"
                      "C0:00:00:00:00:09 was " RPA "\n"
                      "C0:00:00:00:00:09 bonded\n");
        /* Calls name it by its path still. */
        devices_note_mtu(f->devices, RPA, 23);
        assert_string_equal(devices_find(f->devices, RPA)->address, "C0:00:00:00:00:09");
        assert_ptr_equal(devices_find(f->devices, "C0:00:00:00:00:09"), devices_at(f->devices, 0));
        SAYS(f, devices_changed, PATH, "Bonded=no");
        expect(f, "C0:00:00:00:00:09 mtu 23\nC0:00:00:00:00:09 unbonded\n");
}

static void test_an_old_bluez_says_paired_alone(void **state) {
        Fixture *f = *state;

        SAYS(f, devices_added, PATH, "Paired=yes", "Connected=yes");
        expect(f, RPA " connected - bonded\n");
}

static void test_what_is_of_no_interest_is_passed_over(void **state) {
        Fixture *f = *state;

        SAYS(f, devices_added, PATH, "Connected=yes", "Icon=phone", "Trusted=yes");
        SAYS(f, devices_changed, PATH, "RSSI=-40");
        /* Of another type than BlueZ says: */
        SAYS(f, devices_changed, PATH, "Connected=often", "Address=1", "Bonded=x", "Alias=yes");
        SAYS(f, devices_changed, PATH, "Address=4A:00:00:00:00:01:too:long");
        expect(f, RPA " connected - -\n1 was " RPA "\n");
}

static void test_another_adapters_device_is_nobodys(void **state) {
        Fixture *f = *state;

        SAYS(f, devices_added, PATH, "Connected=yes");
        SAYS(f, devices_added, HCI1 "/dev_4A_00_00_00_00_02", "Connected=yes");
        SAYS(f, devices_added, HCI0 "1/dev_4A_00_00_00_00_03", "Connected=yes");
        expect(f, RPA " connected - -\n");
        assert_int_equal(devices_connected(f->devices), 1);
        devices_set_adapter(f->devices, HCI0);
        expect(f, "");
        devices_set_adapter(f->devices, HCI1);
        expect(f, RPA " left -\n4A:00:00:00:00:02 connected - -\n");
        assert_string_equal(devices_at(f->devices, 0)->address, "4A:00:00:00:00:02");
        assert_null(devices_find(f->devices, RPA));
        devices_set_adapter(f->devices, NULL);
        expect(f, "4A:00:00:00:00:02 left -\n");
        assert_null(devices_at(f->devices, 0));
}

static void test_bluez_is_gone(void **state) {
        Fixture *f = *state;

        SAYS(f, devices_added, PATH, "Connected=yes");
        SAYS(f, devices_added, HCI0 "/dev_4A_00_00_00_00_02", "Connected=no");
        f->told[0] = '\0';
        devices_clear(f->devices);
        expect(f, RPA " left -\n");
        assert_int_equal(devices_connected(f->devices), 0);
}

static void test_whoever_calls_is_connected(void **state) {
        Fixture *f = *state;

        devices_note_mtu(f->devices, RPA, 100);
        expect(f, RPA " connected - -\n" RPA " mtu 100\n");
        SAYS(f, devices_changed, PATH, "Connected=no");
        expect(f, RPA " left -\n");
        devices_note_mtu(f->devices, "4A:00:00:00:00:01:00", 100);
        expect(f, "");
}

static void test_a_call_may_come_before_connected(void **state) {
        Fixture *f = *state;

        SAYS(f, devices_added, PATH, "Connected=no");
        devices_note_mtu(f->devices, RPA, 100);
        expect(f, RPA " connected - -\n" RPA " mtu 100\n");
        SAYS(f, devices_changed, PATH, "Connected=yes");
        expect(f, "");
}

static void test_a_reason_is_of_one_leaving(void **state) {
        Fixture *f = *state;

        SAYS(f, devices_added, PATH, "Connected=no");
        devices_disconnecting(f->devices, PATH, "org.bluez.Reason.Timeout");
        SAYS(f, devices_changed, PATH, "Connected=yes");
        SAYS(f, devices_changed, PATH, "Connected=no");
        expect(f, RPA " connected - -\n" RPA " left -\n");
}

static void test_it_leaves_by_the_address_that_was_told(void **state) {
        Fixture *f = *state;

        SAYS(f, devices_added, PATH, "Connected=yes", "Bonded=no");
        SAYS(f, devices_changed, PATH, "Connected=no", "Address=C0:00:00:00:00:09", "Bonded=yes");
        expect(f, RPA " connected - -\n"
                      "C0:00:00:00:00:09 was " RPA "\n"
                      "C0:00:00:00:00:09 left -\n");
        SAYS(f, devices_changed, PATH, "Connected=yes", "Address=C0:00:00:00:00:0A");
        expect(f, "C0:00:00:00:00:0A connected - bonded\n");
}

static void test_a_bond_keeps_its_place(void **state) {
        Fixture *f = *state;

        renew(f, 2);
        SAYS(f, devices_added, PATH, "Connected=no", "Bonded=yes");
        assert_ptr_equal(devices_at(f->devices, 0), devices_find(f->devices, RPA));
        SAYS(f, devices_added, HCI0 "/dev_4A_00_00_00_00_02", "Connected=no");
        SAYS(f, devices_added, HCI0 "/dev_4A_00_00_00_00_03", "Connected=yes");
        assert_non_null(devices_find(f->devices, RPA));
        assert_null(devices_find(f->devices, "4A:00:00:00:00:02"));
}

/* What a scan finds drives out none that was here, and a phone that comes in a crowd is known
 * whole. */
static void test_a_crowd(void **state) {
        Fixture *f = *state;
        char path[sizeof(PATH)], address[sizeof(RPA)];

        SAYS(f, devices_added, PATH, "Connected=yes");
        SAYS(f, devices_changed, PATH, "Connected=no");
        f->told[0] = '\0';
        for (unsigned i = 0; i < 1000; i++) {
                (void)snprintf(
                        path, sizeof(path), HCI0 "/dev_7B_00_00_00_%02X_%02X", i >> 8, i & 0xff);
                SAYS(f, devices_added, path, "AddressType=random", "Alias=Phone", "Connected=no");
        }
        SAYS(f, devices_changed, path, "Connected=yes");
        device_address(address, path);
        assert_string_equal(devices_find(f->devices, address)->address_type, "random");
        assert_string_equal(devices_find(f->devices, address)->name, "Phone");
        assert_non_null(devices_find(f->devices, RPA));
        assert_null(devices_at(f->devices, 2));
        /* 7 places beside the one. */
        assert_int_equal(devices_dropped(f->devices), 1000 - 7);
}

/* Each comes with an address that it never has again. */
static void test_a_thousand_comings(void **state) {
        Fixture *f = *state;
        char path[sizeof(PATH)];

        for (unsigned i = 0; i < 1000; i++) {
                (void)snprintf(
                        path, sizeof(path), HCI0 "/dev_4B_00_00_00_%02X_%02X", i >> 8, i & 0xff);
                SAYS(f, devices_added, path, "Connected=no");
                SAYS(f, devices_changed, path, "Connected=yes");
                assert_int_equal(devices_connected(f->devices), 1);
                SAYS(f, devices_changed, path, "Connected=no");
                devices_removed(f->devices, path);
                assert_null(devices_at(f->devices, 0));
                f->told[0] = '\0';
        }
        assert_int_equal(devices_dropped(f->devices), 0);
}

static void test_connected_ones_have_a_place_first(void **state) {
        Fixture *f = *state;

        renew(f, 2);
        SAYS(f, devices_added, HCI0 "/dev_4A_00_00_00_00_02", "Connected=no");
        SAYS(f, devices_added, HCI0 "/dev_4A_00_00_00_00_03", "Connected=no", "Bonded=yes");
        SAYS(f, devices_added, HCI0 "/dev_4A_00_00_00_00_04", "Connected=no");
        assert_int_equal(devices_dropped(f->devices), 1); /* 02: the newer one may be to connect */
        assert_null(devices_find(f->devices, "4A:00:00:00:00:02"));
        assert_non_null(devices_find(f->devices, "4A:00:00:00:00:04"));
        SAYS(f, devices_added, PATH, "Connected=yes");
        assert_int_equal(devices_dropped(f->devices), 2); /* 04, not the bonded one */
        assert_non_null(devices_find(f->devices, "4A:00:00:00:00:03"));
        assert_null(devices_find(f->devices, "4A:00:00:00:00:04"));
        /* Of one that is not kept its coming is heard. */
        SAYS(f, devices_changed, HCI0 "/dev_4A_00_00_00_00_02", "RSSI=-50");
        SAYS(f, devices_changed, HCI0 "/dev_4A_00_00_00_00_02", "Connected=yes");
        assert_int_equal(devices_dropped(f->devices), 3);
        expect(f, RPA " connected - -\n4A:00:00:00:00:02 connected - -\n");
        /* All places have connected ones: a further one is none of ours. */
        SAYS(f, devices_added, HCI0 "/dev_4A_00_00_00_00_05", "Connected=yes", "Bonded=yes");
        SAYS(f, devices_changed, HCI0 "/dev_4A_00_00_00_00_05", "Connected=no");
        assert_int_equal(devices_dropped(f->devices), 4);
        assert_int_equal(devices_connected(f->devices), 2);
        expect(f, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_life),
                TEST(test_reasons),
                TEST(test_bonding_tells_the_identity),
                TEST(test_an_old_bluez_says_paired_alone),
                TEST(test_what_is_of_no_interest_is_passed_over),
                TEST(test_another_adapters_device_is_nobodys),
                TEST(test_bluez_is_gone),
                TEST(test_whoever_calls_is_connected),
                TEST(test_a_call_may_come_before_connected),
                TEST(test_a_reason_is_of_one_leaving),
                TEST(test_it_leaves_by_the_address_that_was_told),
                TEST(test_connected_ones_have_a_place_first),
                TEST(test_a_bond_keeps_its_place),
                TEST(test_a_crowd),
                TEST(test_a_thousand_comings),
        };

        return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
