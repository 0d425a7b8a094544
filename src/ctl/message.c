/* From the command line to the request that is sent. */
#include "ctl/message.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static bool is_utf8(const char *text) {
        return bytes_is_utf8((const uint8_t *)text, strlen(text));
}

int message_check_utf8(const Arguments *arguments, FILE *errors) {
        bool ok = (!arguments->name || is_utf8(arguments->name)) &&
                  (!arguments->hex || is_utf8(arguments->hex));

        /* The command of handle may be any bytes. */
        for (size_t i = 0; ok && i < arguments->n_rest && arguments->command != COMMAND_HANDLE; i++)
                ok = is_utf8(arguments->rest[i]);
        if (ok)
                return 0;
        fputs("sporectl: an argument is not UTF-8\n", errors);
        return -EINVAL;
}

static int add_string(json_t *message, const char *member, const char *text) {
        return json_object_set_new(message, member, json_string(text)) < 0 ? -ENOMEM : 0;
}

static int add_field(json_t *fields, const char *text, char why[static MESSAGE_WHY_SIZE]) {
        const char *equals = strchr(text, '=');
        _cleanup_free_ char *name = strndup(text, (size_t)(equals - text));

        if (!name)
                return -ENOMEM;
        if (json_object_get(fields, name)) {
                (void)snprintf(why, MESSAGE_WHY_SIZE, "%.100s is given twice", name);
                return -EINVAL;
        }
        return add_string(fields, name, equals + 1);
}

int message_new_set(json_t **ret, const char *characteristic) {
        json_t *set = json_pack("{s:s, s:s}", "op", "set", "characteristic", characteristic);

        if (!set)
                return -ENOMEM;
        *ret = set;
        return 0;
}

int message_add_values(
        json_t *set, const char *const *words, size_t n_words, char why[static MESSAGE_WHY_SIZE]) {
        json_t *fields;
        int r = 0;

        if (n_words == 1 && !arguments_is_field(words[0]))
                return add_string(set, "value", words[0]);
        fields = json_object();
        if (json_object_set_new(set, "fields", fields) < 0)
                return -ENOMEM;
        for (size_t i = 0; r == 0 && i < n_words; i++)
                r = add_field(fields, words[i], why);
        return r;
}

static int new_set(json_t **ret, const Arguments *arguments, FILE *errors) {
        char why[MESSAGE_WHY_SIZE];
        int r = message_new_set(ret, arguments->name);

        if (r < 0)
                return r;
        if (arguments->hex)
                return add_string(*ret, "hex", arguments->hex);
        r = message_add_values(*ret, arguments->rest, arguments->n_rest, why);
        if (r == -EINVAL)
                fprintf(errors, "sporectl: %s\n", why);
        return r;
}

static int new_message(json_t **ret, const Arguments *arguments, FILE *errors) {
        switch (arguments->command) {
        case COMMAND_SET:
                return new_set(ret, arguments, errors);
        case COMMAND_GET:
                *ret = json_pack("{s:s, s:s}", "op", "get", "characteristic", arguments->name);
                break;
        case COMMAND_ADVERTISE:
                *ret = json_pack("{s:s, s:s}", "op", "advertise", "name", arguments->rest[0]);
                break;
        case COMMAND_STATUS:
                *ret = json_pack("{s:s}", "op", "status");
                break;
        case COMMAND_METRICS:
                *ret = json_pack("{s:s}", "op", "metrics");
                break;
        case COMMAND_DEVICES:
                *ret = json_pack("{s:s}", "op", "devices");
                break;
        case COMMAND_ACTIVATE:
                *ret = json_pack("{s:s}", "op", "activate");
                break;
        case COMMAND_DEACTIVATE:
                *ret = json_pack("{s:s}", "op", "deactivate");
                break;
        case COMMAND_RELOAD:
                *ret = json_pack("{s:s}", "op", "reload");
                break;
        case COMMAND_WATCH:
        case COMMAND_HANDLE:
        case COMMAND_HELP:
        case COMMAND_VERSION:
                return -EINVAL;
        }
        return *ret ? 0 : -ENOMEM;
}

int message_build(char **ret, const Arguments *arguments, FILE *errors) {
        json_t *message = NULL;
        int r;

        r = message_check_utf8(arguments, errors);
        if (r < 0)
                return r;
        r = new_message(&message, arguments, errors);
        if (r == 0) {
                *ret = json_dumps(message, JSON_COMPACT);
                r = *ret ? 0 : -ENOMEM;
        }
        json_decref(message);
        return r;
}
