/* A double of org.bluez that misbehaves on command: one command a line on stdin, one event a line
 * on stdout. Each command is answered by `done` or `wrong`. See commands below. */
#include "bluez-double.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define CHARACTERISTIC "org.bluez.GattCharacteristic1"
#define WORDS_MAX      16
#define LINE_SIZE      4096

typedef struct Double {
        Service service;
        sd_bus *stranger; /* a connection that is not BlueZ's */
        bool calling_as_stranger;
        bool deaf; /* the bus is not read */
} Double;

typedef struct Command {
        const char *name;
        size_t words_min;
        int (*run)(Double *d, size_t n, char **words); /* words behind the name */
} Command;

static int command_own(Double *d, size_t n, char **words) {
        int r = sd_bus_request_name(d->service.bus, "org.bluez",
                SD_BUS_NAME_ALLOW_REPLACEMENT | SD_BUS_NAME_REPLACE_EXISTING);

        return r == -EALREADY ? 0 : r;
}

static int command_disown(Double *d, size_t n, char **words) {
        return sd_bus_release_name(d->service.bus, "org.bluez");
}

/* adapter NAME [PROPERTY…]: it is listed from now on, after those that are there. */
static int command_adapter(Double *d, size_t n, char **words) {
        AdapterObject *a = service_adapter(&d->service, words[0]);
        Property property;

        if (!a)
                return -ENOBUFS;
        for (size_t i = 1; i < n; i++) {
                if (!property_parse(&property, words[i]))
                        return -EINVAL;
                adapter_set(a, &property);
        }
        a->plugged = true;
        return 0;
}

/* The same, and tells of it. */
static int command_plug(Double *d, size_t n, char **words) {
        int r = command_adapter(d, n, words);

        return r < 0 ? r : service_emit_added(&d->service, service_adapter(&d->service, words[0]));
}

static int command_unplug(Double *d, size_t n, char **words) {
        AdapterObject *a = service_adapter(&d->service, words[0]);

        if (!a)
                return -ENOENT;
        a->plugged = false;
        return service_emit_removed(&d->service, a);
}

/* change NAME PROPERTY */
static int command_change(Double *d, size_t n, char **words) {
        AdapterObject *a = service_adapter(&d->service, words[0]);
        Property property;

        if (!a || !property_parse(&property, words[1]))
                return -EINVAL;
        adapter_set(a, &property);
        return service_emit_changed(&d->service, a, &property);
}

/* answer MEMBER HOW [ERROR [TEXT]]: until told otherwise. */
static int command_answer(Double *d, size_t n, char **words) {
        Rule rule;

        return rule_parse(&rule, n, words) && service_add_rule(&d->service, &rule) ? 0 : -EINVAL;
}

/* The next call only. */
static int command_once(Double *d, size_t n, char **words) {
        Rule rule;

        if (!rule_parse(&rule, n, words))
                return -EINVAL;
        rule.once = true;
        return service_add_rule(&d->service, &rule) ? 0 : -ENOBUFS;
}

/* reply MEMBER HOW [ERROR [TEXT]]: to what was held. */
static int command_reply(Double *d, size_t n, char **words) {
        Rule rule;

        if (!rule_parse(&rule, n, words))
                return -EINVAL;
        return service_answer_held(&d->service, &rule) > 0 ? 0 : -ENOENT;
}

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const sd_bus_error *e = sd_bus_message_get_error(m);
        const char *signature = sd_bus_message_get_signature(m, true);

        event_begin("reply");
        event_add("to", userdata);
        if (e) {
                event_add("error", e->name);
                event_add("text", e->message ? e->message : "");
        } else if (strcmp(signature, "ay") == 0) {
                (void)event_add_bytes("hex", m);
        } else if (strcmp(signature, "s") == 0) {
                (void)event_add_long_text("hex", m);
        }
        event_end();
        return 0;
}

/* Sends a call to the application and tells of its answer as `reply to=MEMBER`. */
static int call(Double *d, sd_bus_message *m) {
        sd_bus *bus = d->calling_as_stranger ? d->stranger : d->service.bus;
        _cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;

        char *member = strdup(sd_bus_message_get_member(m));
        if (!member)
                return -ENOMEM;
        int r = sd_bus_call_async(bus, &slot, m, on_reply, member, 0);
        if (r < 0) {
                free(member);
                return r;
        }
        (void)sd_bus_slot_set_destroy_callback(slot, free);
        return sd_bus_slot_set_floating(slot, true);
}

static int new_call(Double *d, sd_bus_message **ret, const char *path, const char *interface,
        const char *member) {
        return sd_bus_message_new_method_call(d->calling_as_stranger ? d->stranger : d->service.bus,
                ret, d->service.application, path, interface, member);
}

static int append_options(sd_bus_message *m, size_t n, char **words) {
        Property property;
        int r = sd_bus_message_open_container(m, 'a', "{sv}");

        for (size_t i = 0; i < n && r >= 0; i++)
                r = property_parse(&property, words[i]) ? property_append(&property, m) : -EINVAL;
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* read PATH INTERFACE [PROPERTY…] */
static int command_read(Double *d, size_t n, char **words) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = new_call(d, &m, words[0], words[1], "ReadValue");
        if (r >= 0)
                r = append_options(m, n - 2, words + 2);
        return r < 0 ? r : call(d, m);
}

/* write PATH HEX [PROPERTY…] */
static int command_write(Double *d, size_t n, char **words) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        uint8_t data[LINE_SIZE];
        size_t size;

        int r = bytes_from_hex(data, sizeof(data), words[1], &size);
        if (r >= 0)
                r = new_call(d, &m, words[0], CHARACTERISTIC, "WriteValue");
        if (r >= 0)
                r = sd_bus_message_append_array(m, 'y', data, size);
        if (r >= 0)
                r = append_options(m, n - 2, words + 2);
        return r < 0 ? r : call(d, m);
}

/* call PATH INTERFACE MEMBER: without arguments. */
static int command_call(Double *d, size_t n, char **words) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = new_call(d, &m, words[0], words[1], words[2]);
        return r < 0 ? r : call(d, m);
}

static int command_deaf(Double *d, size_t n, char **words) {
        d->deaf = true;
        return 0;
}

static int command_hear(Double *d, size_t n, char **words) {
        d->deaf = false;
        return 0;
}

static int command_direct(Double *d, size_t n, char **words) {
        d->service.direct = true;
        return 0;
}

static const Command commands[] = {
        {"own", 0, command_own},
        {"disown", 0, command_disown},
        {"adapter", 1, command_adapter},
        {"plug", 1, command_plug},
        {"unplug", 1, command_unplug},
        {"change", 2, command_change},
        {"answer", 2, command_answer},
        {"once", 2, command_once},
        {"reply", 2, command_reply},
        {"read", 2, command_read},
        {"write", 2, command_write},
        {"call", 3, command_call},
        {"deaf", 0, command_deaf},
        {"hear", 0, command_hear},
        {"direct", 0, command_direct},
};

/* In place; double quotes keep spaces, and a tab means a line feed. */
static size_t split(char *line, char *words[static WORDS_MAX]) {
        bool quoted = false, inside = false;
        char *out = line;
        size_t n = 0;

        for (const char *p = line; *p; p++) {
                bool end = *p == ' ' && !quoted;
                if (!end && !inside && n < WORDS_MAX)
                        words[n++] = out;
                if (end && inside)
                        *out++ = '\0';
                inside = !end;
                if (*p == '"')
                        quoted = !quoted;
                else if (!end)
                        *out++ = *p == '\t' ? '\n' : *p;
        }
        *out = '\0';
        return n;
}

static void run_line(Double *d, char *line) {
        char *words[WORDS_MAX];
        size_t n = split(line, words), first = 0;
        int r = -EINVAL;

        d->calling_as_stranger = n > 0 && strcmp(words[0], "stranger") == 0;
        if (d->calling_as_stranger)
                first = 1;
        for (size_t i = 0; i < ELEMENTS(commands) && first < n; i++)
                if (strcmp(commands[i].name, words[first]) == 0 &&
                        n - first > commands[i].words_min)
                        r = commands[i].run(d, n - first - 1, words + first + 1);
        if (r < 0)
                event("wrong", "text", strerror(-r));
        else
                event("done", NULL, NULL);
}

/* 0: stdin is at its end. */
static int read_commands(Double *d, char buffer[static LINE_SIZE], size_t *used) {
        ssize_t n = read(STDIN_FILENO, buffer + *used, LINE_SIZE - 1 - *used);
        char *end;

        if (n <= 0)
                return 0;
        *used += (size_t)n;
        buffer[*used] = '\0';
        while ((end = strchr(buffer, '\n'))) {
                *end++ = '\0';
                run_line(d, buffer);
                *used -= (size_t)(end - buffer);
                memmove(buffer, end, *used + 1);
        }
        return 1;
}

static int process(sd_bus *bus, struct pollfd *fd) {
        int r;

        while ((r = sd_bus_process(bus, NULL)) > 0) {
        }
        if (r >= 0)
                r = fd->fd = sd_bus_get_fd(bus);
        if (r >= 0)
                r = sd_bus_get_events(bus);
        fd->events = (short)r;
        return r;
}

static int run(Double *d) {
        struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = -1}, {.fd = -1}};
        char buffer[LINE_SIZE];
        size_t used = 0;

        do {
                int r = process(d->stranger, &fds[1]);
                if (r >= 0 && !d->deaf)
                        r = process(d->service.bus, &fds[2]);
                if (r < 0) {
                        event("lost", NULL, NULL);
                        return 0;
                }
                if (d->deaf)
                        fds[2].fd = -1;
                if (poll(fds, ELEMENTS(fds), -1) < 0)
                        return -errno;
        } while (!fds[0].revents || read_commands(d, buffer, &used) > 0);
        return 0;
}

static int open_bus(sd_bus **ret, const char *address) {
        int r = sd_bus_new(ret);

        if (r >= 0)
                r = sd_bus_set_address(*ret, address);
        if (r >= 0)
                r = sd_bus_set_bus_client(*ret, true);
        return r < 0 ? r : sd_bus_start(*ret);
}

static int start(Double *d, const char *address) {
        int r = open_bus(&d->service.bus, address);

        if (r >= 0)
                r = open_bus(&d->stranger, address);
        if (r >= 0)
                r = sd_bus_add_filter(d->service.bus, NULL, service_on_message, &d->service);
        if (r >= 0)
                r = sd_bus_add_match(d->service.bus, NULL,
                        "type='signal',interface='org.freedesktop.DBus.Properties'", NULL, NULL);
        return r;
}

int main(int argc, char **argv) {
        Double d = {};

        int r = start(&d, argc > 1 ? argv[1] : "");
        if (r >= 0)
                r = run(&d);
        if (r < 0)
                fprintf(stderr, "bluez-double: %s\n", strerror(-r));
        sd_bus_close_unref(d.stranger);
        service_done(&d.service);
        return r < 0;
}
