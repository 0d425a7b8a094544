/* From the command line to the request that is sent. */
#include "ctl/message.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static bool is_utf8(const char *text) {
        return bytes_is_utf8((const uint8_t *)text, strlen(text));
}

static int check_utf8(const Arguments *arguments, FILE *errors) {
        bool ok = (!arguments->name || is_utf8(arguments->name)) &&
                  (!arguments->hex || is_utf8(arguments->hex));

        for (size_t i = 0; ok && i < arguments->n_rest; i++)
                ok = is_utf8(arguments->rest[i]);
        if (ok)
                return 0;
        fputs("sporectl: an argument is not UTF-8\n", errors);
        return -EINVAL;
}

static int add_field(json_t *fields, const char *text, FILE *errors) {
        const char *equals = strchr(text, '=');
        _cleanup_free_ char *name = strndup(text, (size_t)(equals - text));

        if (!name)
                return -ENOMEM;
        if (json_object_get(fields, name)) {
                fprintf(errors, "sporectl: %s is given twice\n", name);
                return -EINVAL;
        }
        return json_object_set_new(fields, name, json_string(equals + 1)) < 0 ? -ENOMEM : 0;
}

static int add_values(json_t *message, const Arguments *arguments, FILE *errors) {
        json_t *fields;
        int r = 0;

        if (arguments->hex)
                return json_object_set_new(message, "hex", json_string(arguments->hex)) < 0
                               ? -ENOMEM
                               : 0;
        if (!arguments_is_field(arguments->rest[0]))
                return json_object_set_new(message, "value", json_string(arguments->rest[0])) < 0
                               ? -ENOMEM
                               : 0;
        fields = json_object();
        if (json_object_set_new(message, "fields", fields) < 0)
                return -ENOMEM;
        for (size_t i = 0; r == 0 && i < arguments->n_rest; i++)
                r = add_field(fields, arguments->rest[i], errors);
        return r;
}

static int add_watch(json_t *message, const Arguments *arguments) {
        json_t *names;

        if (json_object_set_new(message, "events", json_pack("[s]", "write")) < 0)
                return -ENOMEM;
        if (arguments->n_rest == 0)
                return 0;
        names = json_array();
        if (json_object_set_new(message, "characteristics", names) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < arguments->n_rest; i++)
                if (json_array_append_new(names, json_string(arguments->rest[i])) < 0)
                        return -ENOMEM;
        return 0;
}

static int fill(json_t *message, const Arguments *arguments, FILE *errors) {
        static const char *const ops[] = {
                [COMMAND_SET] = "set",
                [COMMAND_GET] = "get",
                [COMMAND_WATCH] = "watch",
                [COMMAND_STATUS] = "status",
        };

        if (json_object_set_new(message, "op", json_string(ops[arguments->command])) < 0)
                return -ENOMEM;
        if (arguments->name &&
                json_object_set_new(message, "characteristic", json_string(arguments->name)) < 0)
                return -ENOMEM;
        if (arguments->command == COMMAND_SET)
                return add_values(message, arguments, errors);
        if (arguments->command == COMMAND_WATCH)
                return add_watch(message, arguments);
        return 0;
}

int message_build(char **ret, const Arguments *arguments, FILE *errors) {
        json_t *message;
        int r;

        r = check_utf8(arguments, errors);
        if (r < 0)
                return r;
        message = json_object();
        if (!message)
                return -ENOMEM;
        r = fill(message, arguments, errors);
        if (r == 0) {
                *ret = json_dumps(message, JSON_COMPACT);
                r = *ret ? 0 : -ENOMEM;
        }
        json_decref(message);
        return r;
}
