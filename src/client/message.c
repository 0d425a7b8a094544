/* One line of spored's. */
#include "client/message.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* The text of one field. */
typedef struct FieldText {
        const char *name; /* borrowed; NULL: a single value */
        const json_t *value;
        char *text; /* owned */
} FieldText;

struct SporedMessage {
        char *line;        /* owned */
        json_t *members;   /* owned */
        FieldText *fields; /* owned */
        size_t n_fields;
};

/* The program's locale may have another point, of several bytes. */
static void use_plain_point(char *text) {
        const char *point = localeconv()->decimal_point;
        char *found = strstr(text, point);

        if (!found)
                return;
        *found++ = '.';
        memmove(found, found + strlen(point) - 1, strlen(found + strlen(point) - 1) + 1);
}

/* With as few digits as give the number back: 21.4, not 21.399999999999999. */
static char *text_of_real(double number) {
        char text[32];

        (void)snprintf(text, sizeof(text), "%.15g", number);
        if (strtod(text, NULL) < number || strtod(text, NULL) > number)
                (void)snprintf(text, sizeof(text), "%.17g", number);
        use_plain_point(text);
        return strdup(text);
}

static char *text_of_scalar(const json_t *value) {
        if (json_is_string(value))
                return strdup(json_string_value(value));
        if (json_is_real(value))
                return text_of_real(json_real_value(value));
        return json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* The names of bits that are set: "FAN,MIST". */
static char *text_of_names(const json_t *names) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        if (!out)
                return NULL;
        for (size_t i = 0; i < json_array_size(names); i++) {
                _cleanup_free_ char *name = text_of_scalar(json_array_get(names, i));

                fprintf(out, "%s%s", i > 0 ? "," : "", name ? name : "");
        }
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}

static int add_field(SporedMessage *message, const char *name, const json_t *value) {
        FieldText *field = &message->fields[message->n_fields];

        *field = (FieldText){.name = name, .value = value};
        field->text = json_is_array(value) ? text_of_names(value) : text_of_scalar(value);
        if (!field->text)
                return -ENOMEM;
        message->n_fields++;
        return 0;
}

static int read_fields(SporedMessage *message) {
        json_t *fields = json_object_get(message->members, "fields");
        const json_t *single = json_object_get(message->members, "value");
        const char *name;
        json_t *value;
        int r = 0;

        if (!json_is_object(fields) && !single)
                return 0;
        message->fields = calloc(json_object_size(fields) + 1, sizeof(*message->fields));
        if (!message->fields)
                return -ENOMEM;
        json_object_foreach(fields, name, value) {
                r = add_field(message, name, value);
                if (r < 0)
                        return r;
        }
        return single && message->n_fields == 0 ? add_field(message, NULL, single) : 0;
}

int spored_message_new(SporedMessage **ret, const char *line, size_t size) {
        _cleanup_(spored_message_freep) SporedMessage *message = calloc(1, sizeof(*message));
        json_error_t error;
        int r;

        if (!message)
                return -ENOMEM;
        message->members = json_loadb(line, size, 0, &error);
        if (!message->members && json_error_code(&error) == json_error_out_of_memory)
                return -ENOMEM;
        if (!json_is_object(message->members))
                return -EBADMSG;
        message->line = strndup(line, size);
        if (!message->line)
                return -ENOMEM;
        r = read_fields(message);
        if (r < 0)
                return r;
        *ret = STEAL(message);
        return 0;
}

SporedMessage *spored_message_free(SporedMessage *message) {
        if (!message)
                return NULL;
        for (size_t i = 0; i < message->n_fields; i++)
                free(message->fields[i].text);
        free(message->fields);
        json_decref(message->members);
        free(message->line);
        free(message);
        return NULL;
}

json_t *spored_message_member(const SporedMessage *message, const char *member) {
        return json_object_get(message->members, member);
}

const char *spored_message_line(const SporedMessage *message) {
        return message->line;
}

const char *spored_message_string(const SporedMessage *message, const char *member) {
        return json_string_value(spored_message_member(message, member));
}

static bool is_gone(const SporedMessage *message) {
        const char *event = spored_message_string(message, "event");

        return event && strcmp(event, "gone") == 0;
}

const char *spored_message_error(const SporedMessage *message) {
        return is_gone(message) ? "gone" : spored_message_string(message, "error");
}

const char *spored_message_detail(const SporedMessage *message) {
        const char *detail = spored_message_string(message, "detail");

        if (is_gone(message))
                return "a reload has taken it away";
        return detail ? detail : "";
}

int spored_message_integer(const SporedMessage *message, const char *member, int64_t *ret) {
        const json_t *value = spored_message_member(message, member);

        if (!json_is_integer(value))
                return 0;
        *ret = json_integer_value(value);
        return 1;
}

static int read_number(const json_t *value, double *ret) {
        if (!json_is_number(value))
                return 0;
        *ret = json_number_value(value);
        return 1;
}

int spored_message_real(const SporedMessage *message, const char *member, double *ret) {
        return read_number(spored_message_member(message, member), ret);
}

bool spored_message_true(const SporedMessage *message, const char *member) {
        return json_is_true(spored_message_member(message, member));
}

bool spored_message_wants_verdict(const SporedMessage *message) {
        return spored_message_true(message, "verdict");
}

size_t spored_message_fields(const SporedMessage *message) {
        return message->n_fields;
}

SporedField spored_message_field(const SporedMessage *message, size_t index) {
        const FieldText *field;

        if (index >= message->n_fields)
                return (SporedField){};
        field = &message->fields[index];
        return (SporedField){.name = field->name, .text = field->text};
}

int spored_message_number(const SporedMessage *message, const char *field, double *ret) {
        for (size_t i = 0; i < message->n_fields; i++) {
                const FieldText *text = &message->fields[i];

                if (field && text->name ? strcmp(field, text->name) == 0 : field == text->name)
                        return read_number(text->value, ret);
        }
        return 0;
}

/* -1 if c is no hex digit. util's reader is not in the archive: see client/buffer.h. */
static int hex_digit(char c) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = c ? strchr(digits, c) : NULL;

        return digit ? (int)(digit - digits) : -1;
}

int spored_message_bytes(const SporedMessage *message, void *data, size_t size) {
        const char *hex = spored_message_string(message, "hex");
        int n = 0;

        if (!hex)
                return -EBADMSG;
        for (; *hex; hex += 2, n++) {
                int high = hex_digit(hex[0]), low = high < 0 ? -1 : hex_digit(hex[1]);

                if (low < 0)
                        return -EBADMSG;
                if ((size_t)n < size)
                        ((uint8_t *)data)[n] = (uint8_t)(high << 4 | low);
        }
        return n;
}
