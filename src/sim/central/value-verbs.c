/* What a central does with attributes and their values. */
#include "sim/central/value-verbs.h"

#include "sim/central/explore.h"
#include "sim/central/tale.h"
#include "sim/central/tasks.h"
#include "sim/event.h"
#include "util/bytes.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WRITE_SIZE 1024
#define WAIT_USEC  (30 * USEC_PER_SEC)

/* A step that waits for values. */
typedef struct Awaited {
        Central *central;
        Step *step;
        uint64_t count;
} Awaited;

static int find(Target *ret, Central *c, Step *step, const char *what) {
        char why[TARGET_WHY_SIZE];
        const RemoteTable *table;

        int r = central_discover(c, &table);
        if (r < 0)
                return r;
        r = remote_table_find(ret, table, central_air(c)->profile, what, why);
        return r < 0 ? verb_wrong(step, "%s", why) : 0;
}

static int find_ccc(Target *ret, Central *c, Step *step, const char *what) {
        int r = find(ret, c, step, what);

        if (r == 0 && ret->ccc == 0)
                return verb_wrong(
                        step, "%.80s has no CCC: it neither notifies nor indicates", what);
        return r;
}

static void add_handle(const char *key, unsigned handle) {
        char number[8];

        (void)snprintf(number, sizeof(number), "0x%04x", handle);
        event_add(key, number);
}

static void tell_attribute(const Central *c, const Attribute *a) {
        static const char *const names[] = {
                [ATTRIBUTE_SERVICE] = "service",
                [ATTRIBUTE_INCLUDE] = "include",
                [ATTRIBUTE_VALUE] = "characteristic",
                [ATTRIBUTE_CCC] = "descriptor",
                [ATTRIBUTE_DESCRIPTOR] = "descriptor",
        };
        char number[8], uuid[UUID_TEXT_SIZE];

        /* It is told with the value that it declares. */
        if (a->kind == ATTRIBUTE_DECLARATION)
                return;
        central_event_begin(c, names[a->kind]);
        if (a->kind == ATTRIBUTE_VALUE)
                add_handle("declaration", a->handle - 1u);
        add_handle("handle", a->handle);
        if (a->kind == ATTRIBUTE_INCLUDE)
                add_handle("service", a->included);
        if (a->kind == ATTRIBUTE_SERVICE || a->kind == ATTRIBUTE_INCLUDE)
                add_handle("end", a->end);
        if (a->kind == ATTRIBUTE_VALUE) {
                (void)snprintf(number, sizeof(number), "0x%02x", a->properties);
                event_add("properties", number);
        }
        uuid_format(&a->uuid, uuid);
        event_add("uuid", uuid);
        if (a->kind == ATTRIBUTE_SERVICE && !a->primary)
                event_add("primary", "no");
        event_end();
}

static int verb_discover(Central *c, Step *step, size_t n, char **words) {
        const RemoteTable *table;

        central_forget_table(c);
        int r = central_discover(c, &table);
        for (size_t i = 0; r == 0 && i < table->n; i++)
                tell_attribute(c, &table->attributes[i]);
        return r;
}

static int verb_read(Central *c, Step *step, size_t n, char **words) {
        Target target;
        int r = find(&target, c, step, words[0]);

        return r < 0 ? r : verb_pending(task_read(c, &target, verb_on_done, step));
}

static int verb_read_once(Central *c, Step *step, size_t n, char **words) {
        uint64_t offset = 0;
        Target target;
        int r = find(&target, c, step, words[0]);

        if (r == 0 && n > 1)
                r = verb_number(step, &offset, "the offset", words[1], 0, UINT16_MAX);
        return r < 0 ? r
                     : verb_pending(
                               task_read_once(c, &target, (uint16_t)offset, verb_on_done, step));
}

/* HEX, or text=TEXT. */
static int parse_data(
        Step *step, uint8_t data[static WRITE_SIZE], size_t *ret_size, const char *word) {
        const char *text = verb_value_of(word, "text");
        int r = text ? 0 : bytes_from_hex(data, WRITE_SIZE, word, ret_size);

        if (text && strlen(text) <= WRITE_SIZE) {
                *ret_size = strlen(text);
                memcpy(data, text, *ret_size);
        } else if (text || r == -EMSGSIZE) {
                return verb_wrong(step, "more than %d bytes to write", WRITE_SIZE);
        } else if (r < 0) {
                return verb_wrong(step, "%.60s is no hex: two digits a byte, or text=TEXT", word);
        }
        return 0;
}

static int verb_write(Central *c, Step *step, size_t n, char **words) {
        uint8_t data[WRITE_SIZE];
        size_t size = 0;
        Target target;

        int r = find(&target, c, step, words[0]);
        if (r == 0)
                r = parse_data(step, data, &size, words[1]);
        return r < 0 ? r : verb_pending(task_write(c, &target, data, size, verb_on_done, step));
}

static int verb_command(Central *c, Step *step, size_t n, char **words) {
        uint8_t data[WRITE_SIZE];
        size_t size = 0;
        Target target;

        int r = find(&target, c, step, words[0]);
        if (r == 0)
                r = parse_data(step, data, &size, words[1]);
        if (r == 0)
                r = central_write_command(c, target.handle, data, size);
        if (r == -EMSGSIZE)
                return verb_wrong(step, "%zu bytes do not fit into the MTU", size);
        if (r < 0)
                return r;
        central_event_begin(c, "commanded");
        tale_add_target(central_air(c)->profile, &target);
        tale_add_value(central_air(c)->profile, &target, data, size);
        event_end();
        return 0;
}

static int verb_subscribe(Central *c, Step *step, size_t n, char **words) {
        Target target;

        if (n > 1 && strcmp(words[1], "indicate") != 0)
                return verb_wrong(step, "%.40s: only indicate may follow", words[1]);
        int r = find_ccc(&target, c, step, words[0]);
        return r < 0 ? r
                     : verb_pending(task_write_ccc(
                               c, &target, "subscribed", n > 1 ? 2 : 1, verb_on_done, step));
}

static int verb_unsubscribe(Central *c, Step *step, size_t n, char **words) {
        Target target;
        int r = find_ccc(&target, c, step, words[0]);

        return r < 0 ? r
                     : verb_pending(
                               task_write_ccc(c, &target, "unsubscribed", 0, verb_on_done, step));
}

static int verb_ccc(Central *c, Step *step, size_t n, char **words) {
        uint64_t value = 0;
        Target target;
        int r = find_ccc(&target, c, step, words[0]);

        if (r == 0 && n > 1)
                r = verb_number(step, &value, "the CCC", words[1], 0, UINT16_MAX);
        if (r < 0)
                return r;
        return verb_pending(
                n > 1 ? task_write_ccc(c, &target, "ccc", (uint16_t)value, verb_on_done, step)
                      : task_read_ccc(c, &target, verb_on_done, step));
}

static int verb_confirm(Central *c, Step *step, size_t n, char **words) {
        bool confirms;

        if (parse_bool(&confirms, words[0]) < 0)
                return verb_wrong(step, "confirm: %.40s is neither yes nor no", words[0]);
        central_set_confirms(c, confirms);
        return 0;
}

static int verb_slow(Central *c, Step *step, size_t n, char **words) {
        uint64_t usec;
        int r = verb_seconds(step, &usec, "slow", words[0]);

        if (r == 0)
                central_set_slow(c, usec);
        return r;
}

static void on_values(int r, void *userdata) {
        Awaited *w = userdata;
        Step *step = w->step;

        if (r == -ETIMEDOUT)
                step_wrong(step, "%llu of %llu values came in time",
                        (unsigned long long)central_values(w->central),
                        (unsigned long long)w->count);
        else
                verb_on_done(r, step);
        free(w);
}

static int verb_wait(Central *c, Step *step, size_t n, char **words) {
        uint64_t count, usec = WAIT_USEC;

        int r = verb_number(step, &count, "wait", words[0], 1, UINT32_MAX);
        if (r == 0 && n > 1)
                r = verb_seconds(step, &usec, "wait", words[1]);
        if (r < 0)
                return r;
        Awaited *w = malloc(sizeof(*w));
        if (!w)
                return -ENOMEM;
        *w = (Awaited){c, step, count};
        r = central_wait(c, count, usec, on_values, w);
        if (r == -EBUSY)
                r = verb_wrong(step, "%s waits already", central_name(c));
        if (r < 0)
                free(w);
        return verb_pending(r);
}

static int verb_explore(Central *c, Step *step, size_t n, char **words) {
        return verb_pending(explore_start(c, verb_on_done, step));
}

const Verb value_verbs[] = {
        {"discover", 0, 0, true, "", verb_discover},
        {"read", 1, 1, true, "WHAT", verb_read},
        {"read-once", 1, 2, true, "WHAT [OFFSET]", verb_read_once},
        {"write", 2, 2, true, "WHAT HEX|text=TEXT", verb_write},
        {"command", 2, 2, true, "WHAT HEX|text=TEXT", verb_command},
        {"subscribe", 1, 2, true, "WHAT [indicate]", verb_subscribe},
        {"unsubscribe", 1, 1, true, "WHAT", verb_unsubscribe},
        {"ccc", 1, 2, true, "WHAT [VALUE]", verb_ccc},
        {"confirm", 1, 1, false, "yes|no", verb_confirm},
        {"slow", 1, 1, false, "SECONDS", verb_slow},
        {"wait", 1, 2, false, "COUNT [SECONDS]", verb_wait},
        {"explore", 0, 0, true, "", verb_explore},
        {},
};
