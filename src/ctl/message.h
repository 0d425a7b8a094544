/* From the command line to the request that is sent. */
#pragma once

#include "ctl/arguments.h"

#include <jansson.h>

enum { MESSAGE_WHY_SIZE = 200 };

/* Values go as strings: spored reads their text form. *ret is one line, owned by the caller.
 * -EINVAL: a field twice, or not UTF-8; one line that says which is written to errors. -ENOMEM.
 * Not for watch and handle, which the client asks for. */
int message_build(char **ret, const Arguments *arguments, FILE *errors);

/* 0 and a set request without a value, owned by the caller; -ENOMEM. */
int message_new_set(json_t **ret, const char *characteristic);
/* Adds its value: FIELD=VALUE words, or one word that is a single value. -EINVAL: a field is there
 * twice, why says which. -ENOMEM. */
int message_add_values(
        json_t *set, const char *const *words, size_t n_words, char why[static MESSAGE_WHY_SIZE]);
/* -EINVAL and why, if an argument is not UTF-8. */
int message_check_utf8(const Arguments *arguments, FILE *errors);
