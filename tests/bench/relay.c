/* The bare relay that spored is measured beside: a stream socket to the signal PropertiesChanged,
 * and nothing else. No text, no answers, no queue, no rates, and whatever goes wrong ends it.
 *
 * relay ADDRESS SOCKET: the bus, and where each SIZE bytes that come are a value. */
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
#define VALUE          SERVICE "/value"
#define CHARACTERISTIC "org.bluez.GattCharacteristic1"

static uint8_t value[SIZE];

static int property_get_uuid(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "s", (const char *)userdata);
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
        return sd_bus_message_append(reply, "as", 1, "notify");
}

static int property_get_value(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append_array(reply, 'y', value, sizeof(value));
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
        SD_BUS_METHOD("StartNotify", "", "", method_notify, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("StopNotify", "", "", method_notify, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("UUID", "s", property_get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Service", "o", property_get_service, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Flags", "as", property_get_flags, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Value", "ay", property_get_value, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_VTABLE_END,
};

static void check(int r, const char *what) {
        if (r >= 0)
                return;
        fprintf(stderr, "relay: %s: %s\n", what, strerror(-r));
        exit(1);
}

static int on_registered(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        check(-sd_bus_message_get_errno(reply), "RegisterApplication");
        return sd_notify(0, "READY=1");
}

static sd_bus *serve(const char *address) {
        static char service[] = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bb00";
        static char characteristic[] = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bb01";
        sd_bus *bus;

        check(bus_open(&bus, address), address);
        check(sd_bus_add_object_manager(bus, NULL, ROOT), ROOT);
        check(sd_bus_add_object_vtable(
                      bus, NULL, SERVICE, "org.bluez.GattService1", service_vtable, service),
                SERVICE);
        check(sd_bus_add_object_vtable(
                      bus, NULL, VALUE, CHARACTERISTIC, characteristic_vtable, characteristic),
                VALUE);
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
        check(sd_bus_emit_properties_changed(bus, VALUE, CHARACTERISTIC, "Value", NULL), VALUE);
        check(sd_bus_flush(bus), "the bus");
}

int main(int argc, char **argv) {
        if (argc != 3) {
                fprintf(stderr, "usage: relay ADDRESS SOCKET\n");
                return 64;
        }
        int fd = listen_on(argv[2]);
        sd_bus *bus = serve(argv[1]);
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
