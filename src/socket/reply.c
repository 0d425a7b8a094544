/* Answers to local programs: the words of the errors, and JSON objects as lines. */
#include "socket/reply.h"

#include "util/bytes.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* 15 digits give every scaled number back as it was written: 21.4, not 21.399999999999999. */
#define BODY_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))
/* A peer's own id comes back as the same number. */
#define ID_FLAGS (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17))

static const char *const error_words[_REPLY_ERROR_MAX] = {
        [REPLY_E_TOO_LONG] = "too_long",
        [REPLY_E_BAD_JSON] = "bad_json",
        [REPLY_E_BAD_REQUEST] = "bad_request",
        [REPLY_E_UNKNOWN_OP] = "unknown_op",
        [REPLY_E_UNKNOWN_CHARACTERISTIC] = "unknown_characteristic",
        [REPLY_E_UNKNOWN_FIELD] = "unknown_field",
        [REPLY_E_BAD_VALUE] = "bad_value",
        [REPLY_E_BAD_LENGTH] = "bad_length",
        [REPLY_E_OUT_OF_RANGE] = "out_of_range",
        [REPLY_E_NOT_PERMITTED] = "not_permitted",
        [REPLY_E_QUEUE_FULL] = "queue_full",
        [REPLY_E_BUSY] = "busy",
        [REPLY_E_EXPIRED] = "expired",
        [REPLY_E_UNAVAILABLE] = "unavailable",
        [REPLY_E_INVALID_CONFIG] = "invalid_config",
        [REPLY_E_TOO_MANY] = "too_many",
        [REPLY_E_INTERNAL] = "internal",
};

bool reply_blames_request(ReplyError error) {
        return error < REPLY_E_QUEUE_FULL;
}

void reply_names_add(ReplyNames *names, const char *name) {
        size_t used = strlen(names->text), room = sizeof(names->text) - used;

        if (names->full)
                return;
        int n = snprintf(names->text + used, room, "%s%s", used > 0 ? ", " : "", name);
        if (n < 0 || (size_t)n >= room) {
                names->full = true;
                names->text[0] = '\0';
        }
}

int reply_fail(char detail[static REPLY_DETAIL_SIZE], ReplyError error, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(detail, REPLY_DETAIL_SIZE, format, arguments);
        va_end(arguments);
        return (int)error;
}

json_t *reply_string(const char *text) {
        _cleanup_free_ char *copy = NULL;

        if (!text)
                return json_null();
        if (bytes_is_utf8((const uint8_t *)text, strlen(text)))
                return json_string(text);
        /* Seldom: a sentence that was cut in the middle of a character. */
        copy = strdup(text);
        if (!copy)
                return NULL;
        for (char *p = copy; *p; p++)
                if ((unsigned char)*p >= 0x80)
                        *p = '?';
        return json_string(copy);
}

json_t *reply_seconds(uint64_t usec) {
        const uint64_t msec = usec / USEC_PER_MSEC;

        return json_real((double)msec / 1000.);
}

int reply_text(char **ret, const json_t *id, const json_t *object) {
        _cleanup_free_ char *body = json_dumps(object, BODY_FLAGS);
        _cleanup_free_ char *id_text = id ? json_dumps(id, ID_FLAGS) : NULL;
        char *line;

        if (!body || (id && !id_text))
                return -ENOMEM;
        if (!id) {
                *ret = STEAL(body);
                return 0;
        }
        if (asprintf(&line, "{\"id\":%s,%s", id_text, body + 1) < 0)
                return -ENOMEM;
        *ret = line;
        return 0;
}

int reply_error_text(
        char **ret, const json_t *id, ReplyError error, const char *detail, json_t *more) {
        json_t *object = json_pack(
                "{s:s, s:o}", "error", error_words[error], "detail", reply_string(detail));
        int r;

        if (!object)
                return -ENOMEM;
        r = more && json_object_update(object, more) < 0 ? -ENOMEM : reply_text(ret, id, object);
        json_decref(object);
        return r;
}
