/* JSON as a payload: whether a text is well-formed. */
#pragma once

#include <stddef.h>

#define JSON_TEXT_DEPTH_MAX 32
#define JSON_TEXT_WHY_SIZE  100

/* Whether the size bytes of text are one JSON value (RFC 8259) and white space, with arrays and
 * objects at most JSON_TEXT_DEPTH_MAX deep. -EINVAL with what is wrong and at which byte, counted
 * from 1, in why. */
int json_text_check(const char *text, size_t size, char why[static JSON_TEXT_WHY_SIZE]);
