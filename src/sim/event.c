/* The lines that are told on standard output. */
#include "sim/event.h"

#include "sim/output.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What may wait to be read. Beyond it events are dropped; below the half of it there is room again.
 */
#define WAITING_MAX ((size_t)1024 * 1024)

/* The lines have one place to go, and so has what is told of the bus. */
static struct {
        Output *output; /* NULL: nothing is told */
        bool tracing;
        bool kept;     /* the line that is being made must arrive */
        size_t before; /* what waited before it */
        unsigned long long dropped;
} events;

int event_open(int fd) {
        return output_new(&events.output, fd);
}

void event_close(void) {
        events.output = output_free(events.output);
        events.dropped = 0;
}

static void add(const char *text, size_t size) {
        if (events.output && !output_add(events.output, text, size))
                events.kept = false;
}

static void add_text(const char *text) {
        add(text, strlen(text));
}

static void begin(const char *words, bool kept) {
        events.kept = kept;
        events.before = events.output ? output_waiting(events.output) : 0;
        add_text(words);
}

/* Until the gap was told nothing follows it. */
void event_begin(const char *words) {
        begin(words, events.dropped == 0);
}

/* What a shell and a reader take for one word. */
static bool is_plain(const char *value) {
        for (const char *p = value; *p; p++)
                if (!isalnum((unsigned char)*p) && !strchr("_-.,:/+%@", *p))
                        return false;
        return *value != '\0';
}

static void add_quoted(const char *value) {
        add_text("\"");
        for (const char *p = value; *p; p++) {
                if (*p == '"' || *p == '\\')
                        add_text("\\");
                add(p, 1);
        }
        add_text("\"");
}

static void add_key(const char *key) {
        add_text(" ");
        add_text(key);
        add_text("=");
}

void event_add(const char *key, const char *value) {
        _cleanup_free_ char *text = strdup(value);

        add_key(key);
        for (char *p = text; p && *p; p++)
                if (*p == '\n')
                        *p = ' ';
        if (text)
                bytes_make_printable(text);
        if (text && is_plain(text))
                add_text(text);
        else
                add_quoted(text ? text : "");
}

void event_add_hex(const char *key, const uint8_t *data, size_t size) {
        char digits[3];

        add_key(key);
        if (size == 0)
                add_text("\"\"");
        for (size_t i = 0; i < size; i++) {
                bytes_to_hex(digits, &data[i], 1);
                add(digits, 2);
        }
}

static bool is_full(void) {
        return output_waiting(events.output) > WAITING_MAX;
}

void event_end(void) {
        add_text("\n");
        if (!events.output || (events.kept && !is_full()))
                return;
        output_take_back(events.output, events.before);
        events.dropped++;
}

void event(const char *words, const char *key, const char *value) {
        event_begin(words);
        if (key && value)
                event_add(key, value);
        event_end();
}

void event_answer(const char *word, const char *why) {
        begin(word, true);
        if (why)
                event_add("text", why);
        add_text("\n");
}

static void tell_dropped(void) {
        char number[24];

        (void)snprintf(number, sizeof(number), "%llu", events.dropped);
        events.dropped = 0;
        begin("dropped", true);
        event_add("count", number);
        add_text("\n");
}

int event_write(void) {
        int r = events.output ? output_write(events.output) : 0;

        if (r < 0 || events.dropped == 0 || event_is_crowded())
                return r;
        tell_dropped();
        return output_write(events.output);
}

bool event_is_waiting(void) {
        return events.output && output_waiting(events.output) > 0;
}

bool event_is_crowded(void) {
        return events.output && output_waiting(events.output) > WAITING_MAX / 2;
}

int event_fd(void) {
        return events.output ? output_fd(events.output) : -1;
}

int event_drain(int stop_fd, int timeout_msec) {
        if (!events.output)
                return 0;
        if (events.dropped > 0)
                tell_dropped();
        return output_drain(events.output, stop_fd, timeout_msec);
}

void event_set_trace(bool on) {
        events.tracing = on;
}

bool event_trace(void) {
        return events.tracing;
}
