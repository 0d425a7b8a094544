#include "bluez/message.h"

#include <string.h>

int message_read_properties(sd_bus_message *m,
        int (*on_property)(const char *name, sd_bus_message *m, void *userdata), void *userdata) {
        const char *name;
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = sd_bus_message_read(m, "s", &name);
                if (r >= 0)
                        r = on_property(name, m, userdata);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int message_enter_variant(sd_bus_message *m, const char *type) {
        const char *contents;

        int r = sd_bus_message_peek_type(m, NULL, &contents);
        if (r < 0)
                return r;
        if (strcmp(contents, type) != 0) {
                r = sd_bus_message_skip(m, "v");
                return r < 0 ? r : 0;
        }
        r = sd_bus_message_enter_container(m, 'v', type);
        return r < 0 ? r : 1;
}

int message_read_variant(sd_bus_message *m, const char *type, void *ret) {
        int r = message_enter_variant(m, type);

        if (r <= 0)
                return r;
        r = sd_bus_message_read_basic(m, type[0], ret);
        if (r >= 0)
                r = sd_bus_message_exit_container(m);
        return r < 0 ? r : 1;
}

const char *message_error_text(const sd_bus_error *error) {
        return error->message && *error->message ? error->message : error->name;
}
