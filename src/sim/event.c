/* The lines that are told on standard output. */
#include "sim/event.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The lines have one place to go, and so has what is told of the bus. */
static bool tracing;

void event_begin(const char *words) {
        (void)fputs(words, stdout);
}

/* What a shell and a reader take for one word. */
static bool is_plain(const char *value) {
        for (const char *p = value; *p; p++)
                if (!isalnum((unsigned char)*p) && !strchr("_-.,:/+%@", *p))
                        return false;
        return *value != '\0';
}

static void print_quoted(const char *value) {
        putchar('"');
        for (const char *p = value; *p; p++) {
                if (*p == '"' || *p == '\\')
                        putchar('\\');
                putchar(*p);
        }
        putchar('"');
}

void event_add(const char *key, const char *value) {
        _cleanup_free_ char *text = strdup(value);

        printf(" %s=", key);
        for (char *p = text; p && *p; p++)
                if (*p == '\n')
                        *p = ' ';
        if (text)
                bytes_make_printable(text);
        if (text && is_plain(text))
                (void)fputs(text, stdout);
        else
                print_quoted(text ? text : "");
}

void event_add_hex(const char *key, const uint8_t *data, size_t size) {
        printf(size > 0 ? " %s=" : " %s=\"\"", key);
        for (size_t i = 0; i < size; i++)
                printf("%02x", data[i]);
}

void event_end(void) {
        putchar('\n');
        (void)fflush(stdout);
}

void event(const char *words, const char *key, const char *value) {
        event_begin(words);
        if (key && value)
                event_add(key, value);
        event_end();
}

void event_set_trace(bool on) {
        tracing = on;
}

bool event_trace(void) {
        return tracing;
}

bool event_failed(void) {
        return ferror(stdout) != 0;
}
