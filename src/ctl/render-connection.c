/* Devices and what becomes of them as text for people. */
#include "ctl/render-connection.h"

#include "ctl/text.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define ADDRESS_WIDTH 19

static const char *string_of(const json_t *object, const char *member) {
        return json_string_value(json_object_get(object, member));
}

static int render_connected(FILE *out, const json_t *event) {
        text_print_part(out, "", string_of(event, "device"));
        if (string_of(event, "name")) {
                text_print_part(out, " (", string_of(event, "name"));
                fputc(')', out);
        }
        fprintf(out, " is connected%s\n",
                json_is_true(json_object_get(event, "bonded")) ? ", bonded" : "");
        return 0;
}

static int render_disconnected(FILE *out, const json_t *event) {
        text_print_part(out, "", string_of(event, "device"));
        fputs(" has left", out);
        text_print_part(out, ": ", string_of(event, "reason"));
        fputc('\n', out);
        return 0;
}

static int render_mtu(FILE *out, const json_t *event) {
        text_print_part(out, "", string_of(event, "device"));
        fprintf(out, " has an MTU of %lld\n",
                (long long)json_integer_value(json_object_get(event, "mtu")));
        return 0;
}

static int render_address(FILE *out, const json_t *event) {
        text_print_part(out, "", string_of(event, "was"));
        text_print_part(out, " is ", string_of(event, "device"));
        fputc('\n', out);
        return 0;
}

static int render_bonded(FILE *out, const json_t *event) {
        text_print_part(out, "", string_of(event, "device"));
        fprintf(out, " is %s\n",
                json_is_true(json_object_get(event, "bonded")) ? "bonded" : "no longer bonded");
        return 0;
}

static int print_subscription(FILE *out, const json_t *event, const char *what) {
        if (!string_of(event, "characteristic"))
                return -EPROTO;
        text_print_part(out, "", string_of(event, "characteristic"));
        fputs(what, out);
        text_print_part(out, " by ", string_of(event, "device"));
        text_print_part(out, " (", string_of(event, "by"));
        fputs(")\n", out);
        return 0;
}

static int render_subscribed(FILE *out, const json_t *event) {
        return print_subscription(out, event, " is subscribed to");
}

static int render_unsubscribed(FILE *out, const json_t *event) {
        return print_subscription(out, event, " is no longer subscribed to");
}

int render_connection(FILE *out, const json_t *event) {
        static const struct {
                const char *word;
                bool of_device;
                int (*render)(FILE *out, const json_t *event);
        } kinds[] = {
                {"connected", true, render_connected},
                {"disconnected", true, render_disconnected},
                {"mtu", true, render_mtu},
                {"address", true, render_address},
                {"bonded", true, render_bonded},
                {"subscribed", false, render_subscribed},
                {"unsubscribed", false, render_unsubscribed},
        };
        const char *word = string_of(event, "event");

        for (size_t i = 0; word && i < ELEMENTS(kinds); i++) {
                if (strcmp(kinds[i].word, word) != 0)
                        continue;
                if (kinds[i].of_device && !string_of(event, "device"))
                        return -EPROTO;
                return kinds[i].render(out, event);
        }
        return -ENOENT;
}

/* What is not known is "-". */
static int print_text(FILE *out, const char *text, size_t width) {
        _cleanup_free_ char *escaped = text_of_string(text ? text : "-");

        if (!escaped)
                return -ENOMEM;
        text_print_left(out, escaped, width);
        return 0;
}

static void print_flag(FILE *out, const json_t *row, const char *member, size_t width) {
        text_print_left(out, json_is_true(json_object_get(row, member)) ? "yes" : "no", width);
}

static void print_numbers(FILE *out, const json_t *row) {
        const json_t *since = json_object_get(row, "since_s");
        char mtu[TEXT_COUNT_SIZE] = "-", age[TEXT_AGE_SIZE] = "-";

        if (json_is_integer(json_object_get(row, "mtu")))
                text_count(mtu, json_integer_value(json_object_get(row, "mtu")));
        if (json_is_number(since))
                text_age(age, json_number_value(since));
        text_print_left(out, mtu, 5);
        text_print_left(out, age, 8);
}

static int print_device(FILE *out, const json_t *row) {
        const char *address = string_of(row, "address");

        if (!address)
                return -EPROTO;
        int r = print_text(out, address, ADDRESS_WIDTH);
        if (r == 0)
                r = print_text(out, string_of(row, "address_type"), 8);
        print_flag(out, row, "connected", 11);
        print_flag(out, row, "bonded", 8);
        print_numbers(out, row);
        if (r == 0)
                r = print_text(out, string_of(row, "name"), 0);
        fputc('\n', out);
        return r;
}

int render_devices(FILE *out, const json_t *answer) {
        const json_t *rows = json_object_get(answer, "devices");
        int r = 0;

        if (!json_is_array(rows))
                return -EPROTO;
        if (json_array_size(rows) == 0) {
                fputs("no device is connected or bonded\n", out);
                return 0;
        }
        fprintf(out, "%-*s%-8s%-11s%-8s%-5s%-8s%s\n", ADDRESS_WIDTH, "DEVICE", "TYPE", "CONNECTED",
                "BONDED", "MTU", "SINCE", "NAME");
        for (size_t i = 0; r == 0 && i < json_array_size(rows); i++)
                r = print_device(out, json_array_get(rows, i));
        return r;
}
