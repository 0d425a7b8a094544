/* A central's write, as a command is given it. */
#include "ctl/write-event.h"

#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

DEFINE_CLEANUP(WriteEvent *, write_event_free);

static size_t count(char *const *list) {
        size_t n = 0;

        while (list && list[n])
                n++;
        return n;
}

int variables_add(char ***variables, const char *name, const char *value) {
        size_t n = count(*variables);
        char **grown = reallocarray(*variables, n + 2, sizeof(*grown));

        if (!grown)
                return -ENOMEM;
        *variables = grown;
        grown[n] = grown[n + 1] = NULL;
        return asprintf(&grown[n], "%s=%s", name, value) < 0 ? (grown[n] = NULL, -ENOMEM) : 0;
}

int variables_add_field(char ***variables, const SporedField *field) {
        _cleanup_free_ char *name = NULL;

        if (asprintf(&name, "SPORED_FIELD_%s", field->name ? field->name : "value") < 0) {
                name = NULL;
                return -ENOMEM;
        }
        for (char *p = name; *p; p++)
                *p = (char)toupper((unsigned char)*p);
        return variables_add(variables, name, field->text);
}

static bool is_a_writes(const char *variable) {
        static const char *const names[] = {"SPORED_CHARACTERISTIC=", "SPORED_DEVICE=",
                "SPORED_HEX=", "SPORED_NUMBER=", "SPORED_FIELD_"};

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strncmp(variable, names[i], strlen(names[i])) == 0)
                        return true;
        return false;
}

char **variables_join(char *const *base, char *const *variables) {
        char **joined = calloc(count(base) + count(variables) + 1, sizeof(*joined));
        size_t n = 0;

        if (!joined)
                return NULL;
        for (size_t i = 0; base[i]; i++)
                if (!is_a_writes(base[i]))
                        joined[n++] = base[i];
        for (size_t i = 0; variables && variables[i]; i++)
                joined[n++] = variables[i];
        return joined;
}

static int add_string(
        WriteEvent *event, const SporedMessage *message, const char *member, const char *variable) {
        const char *text = spored_message_string(message, member);

        return text ? variables_add(&event->variables, variable, text) : 0;
}

static int add_variables(WriteEvent *event, const SporedMessage *message) {
        size_t n = spored_message_fields(message);
        char number[24];
        int r;

        (void)snprintf(number, sizeof(number), "%llu", (unsigned long long)event->number);
        r = variables_add(&event->variables, "SPORED_NUMBER", number);
        if (r == 0)
                r = add_string(event, message, "characteristic", "SPORED_CHARACTERISTIC");
        if (r == 0)
                r = add_string(event, message, "device", "SPORED_DEVICE");
        if (r == 0)
                r = add_string(event, message, "hex", "SPORED_HEX");
        for (size_t i = 0; r == 0 && i < n; i++) {
                SporedField field = spored_message_field(message, i);

                r = variables_add_field(&event->variables, &field);
        }
        return r;
}

int write_event_new(WriteEvent **ret, const SporedMessage *message, unsigned losses) {
        _cleanup_(write_event_freep) WriteEvent *event = calloc(1, sizeof(*event));
        int64_t number;
        int size, r;

        if (!event)
                return -ENOMEM;
        size = spored_message_bytes(message, event->data, sizeof(event->data));
        if (size < 0 || !spored_message_integer(message, "number", &number))
                return -EBADMSG;
        if ((size_t)size > sizeof(event->data))
                return -EMSGSIZE;
        event->size = (size_t)size;
        event->number = (uint64_t)number;
        event->losses = losses;
        event->wants_verdict = spored_message_wants_verdict(message);
        r = add_variables(event, message);
        if (r == 0)
                *ret = STEAL(event);
        return r;
}

WriteEvent *write_event_free(WriteEvent *event) {
        if (!event)
                return NULL;
        for (size_t i = 0; i < count(event->variables); i++)
                free(event->variables[i]);
        free(event->variables);
        free(event);
        return NULL;
}
