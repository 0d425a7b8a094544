/* The bare relay that spored is measured beside: a stream socket to the signal PropertiesChanged,
 * and nothing else. No text, no answers, no queue, no rates, and whatever goes wrong ends it.
 *
 * relay ADDRESS SOCKET [COUNT]: the bus, and where each SIZE bytes that come are a value of the
 * last of so many characteristics. */
#include "loop/bus.h"
#include "util/cleanup.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#define SIZE           12
#define ROOT           "/relay"
#define SERVICE        ROOT "/service"
#define UUID           "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6%04x"
#define UUID_FIRST     0xbb01
#define COUNT_MAX      1000
#define CHARACTERISTIC "org.bluez.GattCharacteristic1"

typedef struct Characteristic {
        char path[sizeof(SERVICE "/value1000")], uuid[37];
} Characteristic;

static Characteristic characteristics[COUNT_MAX], *last;
static uint8_t value[SIZE];

static void check(int r, const char *what) {
        if (r >= 0)
                return;
        fprintf(stderr, "relay: %s: %s\n", what, strerror(-r));
        exit(1);
}

static int property_get_uuid(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "s", ((const Characteristic *)userdata)->uuid);
}

static int property_get_primary(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "b", 1);
}

static int property_get_service(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "o", SERVICE);
}

static int property_get_flags(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "as", 2, "read", "notify");
}

static int property_get_value(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append_array(reply, 'y', value, sizeof(value));
}

static int method_read(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

        check(sd_bus_message_new_method_return(message, &reply), "ReadValue");
        check(sd_bus_message_append_array(reply, 'y', value, sizeof(value)), "ReadValue");
        return sd_bus_send(NULL, reply, NULL);
}

static int method_notify(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        return sd_bus_reply_method_return(message, "");
}

static const sd_bus_vtable service_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("UUID", "s", property_get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Primary", "b", property_get_primary, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};
static const sd_bus_vtable characteristic_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("ReadValue", "a{sv}", "ay", method_read, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("StartNotify", "", "", method_notify, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("StopNotify", "", "", method_notify, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("UUID", "s", property_get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Service", "o", property_get_service, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Flags", "as", property_get_flags, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Value", "ay", property_get_value, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_VTABLE_END,
};

static int on_registered(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        check(-sd_bus_message_get_errno(reply), "RegisterApplication");
        return sd_notify(0, "READY=1");
}

/* sd-bus lists them in the reverse order. */
static void export(sd_bus *bus, unsigned count) {
        last = &characteristics[count - 1];
        for (unsigned i = count; i-- > 0;) {
                Characteristic *c = &characteristics[i];

                (void)snprintf(c->path, sizeof(c->path), SERVICE "/value%u", i);
                (void)snprintf(c->uuid, sizeof(c->uuid), UUID, UUID_FIRST + i);
                check(sd_bus_add_object_vtable(
                              bus, NULL, c->path, CHARACTERISTIC, characteristic_vtable, c),
                        c->path);
        }
}

static sd_bus *serve(const char *address, unsigned count) {
        static Characteristic service = {.uuid = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bb00"};
        sd_bus *bus;

        check(bus_open(&bus, address), address);
        check(sd_bus_add_object_manager(bus, NULL, ROOT), ROOT);
        check(sd_bus_add_object_vtable(
                      bus, NULL, SERVICE, "org.bluez.GattService1", service_vtable, &service),
                SERVICE);
        export(bus, count);
        check(sd_bus_call_method_async(bus, NULL, "org.bluez", "/org/bluez/hci0",
                      "org.bluez.GattManager1", "RegisterApplication", on_registered, NULL,
                      "oa{sv}", ROOT, 0),
                "RegisterApplication");
        return bus;
}

static int listen_on(const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0)
                check(-errno, path);
        return fd;
}

/* The next value, handed to the bus before another is read. */
static void relay_value(sd_bus *bus, int fd) {
        if (recv(fd, value, sizeof(value), MSG_WAITALL) != sizeof(value))
                exit(0);
        check(sd_bus_emit_properties_changed(bus, last->path, CHARACTERISTIC, "Value", NULL),
                last->path);
        check(sd_bus_flush(bus), "the bus");
}

int main(int argc, char **argv) {
        unsigned long count = argc == 4 ? strtoul(argv[3], NULL, 10) : 1;

        if (argc < 3 || argc > 4 || count < 1 || count > COUNT_MAX) {
                fprintf(stderr, "usage: relay ADDRESS SOCKET [COUNT]\n");
                return 64;
        }
        int fd = listen_on(argv[2]);
        sd_bus *bus = serve(argv[1], (unsigned)count);
        struct pollfd polled[] = {
                {.fd = fd, .events = POLLIN}, {.fd = sd_bus_get_fd(bus), .events = POLLIN}};
        bool connected = false;

        for (;;) {
                int r;
                do
                        check(r = sd_bus_process(bus, NULL), "the bus");
                while (r > 0);
                check(poll(polled, ELEMENTS(polled), -1), "poll");
                if (!(polled[0].revents & (POLLIN | POLLHUP)))
                        continue;
                if (connected)
                        relay_value(bus, polled[0].fd);
                else
                        polled[0].fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
                connected = true;
        }
}
