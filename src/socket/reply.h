/* Answers to local programs: the words of the errors, and JSON objects as lines. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLY_DETAIL_SIZE 400
#define REPLY_NAMES_SIZE  160

/* What is wrong with a request. Positive outcomes: handled by the direct caller. */
typedef enum ReplyError {
        REPLY_E_TOO_LONG = 1,
        REPLY_E_BAD_JSON,
        REPLY_E_BAD_REQUEST,
        REPLY_E_UNKNOWN_OP,
        REPLY_E_UNKNOWN_CHARACTERISTIC,
        REPLY_E_UNKNOWN_FIELD,
        REPLY_E_BAD_VALUE,
        REPLY_E_BAD_LENGTH,
        REPLY_E_OUT_OF_RANGE,
        REPLY_E_NOT_PERMITTED,
        /* What follows is no fault of the request. */
        REPLY_E_QUEUE_FULL,
        REPLY_E_BUSY,
        REPLY_E_EXPIRED,
        REPLY_E_UNAVAILABLE,
        REPLY_E_INVALID_CONFIG,
        REPLY_E_TOO_MANY,
        REPLY_E_INTERNAL,
        _REPLY_ERROR_MAX,
} ReplyError;

/* The line to send where there is no memory to build one. */
#define REPLY_NO_MEMORY "{\"error\":\"internal\",\"detail\":\"out of memory\"}"

/* Names for the end of a sentence, "a, b, c"; left out altogether if they do not fit. */
typedef struct ReplyNames {
        char text[REPLY_NAMES_SIZE];
        bool full;
} ReplyNames;

/* True if the request is at fault, and not how things stand. */
bool reply_blames_request(ReplyError error);

void reply_names_add(ReplyNames *names, const char *name);

/* Writes the sentence and returns error, so that a check can end with it. */
int reply_fail(char detail[static REPLY_DETAIL_SIZE], ReplyError error, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* A string of our own or of BlueZ's; NULL gives JSON's null. Bytes that are not UTF-8 become '?'.
 * A new reference, or NULL: no memory. */
json_t *reply_string(const char *text);
/* Seconds with three decimals. A new reference, or NULL. */
json_t *reply_seconds(uint64_t usec);

/* The object as one line without its newline, "id" first if id is not NULL. The caller frees
 * *ret. -ENOMEM. */
int reply_text(char **ret, const json_t *id, const json_t *object);
/* Likewise for an error; more: members to be added, or NULL. */
int reply_error_text(
        char **ret, const json_t *id, ReplyError error, const char *detail, json_t *more);
