/* JSON values as text, and text in columns. */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/* A value as a producer would write it: bits joined by ','. Control characters become \n or \xNN,
 * so it is always one line. The caller frees it; NULL: no memory. */
char *text_of_value(const json_t *value);

/* A text with the same escapes. As text_of_value(). */
char *text_of_string(const char *text);
/* Prints a text with the same escapes. */
void text_print(FILE *out, const char *text);

/* Prints before and the text behind it; nothing if text is NULL. */
void text_print_part(FILE *out, const char *before, const char *text);

enum { TEXT_AGE_SIZE = 24, TEXT_COUNT_SIZE = 24 };
/* "0.4s", "12s", "3min", "5h", "20d". */
void text_age(char out[static TEXT_AGE_SIZE], double seconds);
/* "99999", "123k", "4M": at most five characters up to 10^10. */
void text_count(char out[static TEXT_COUNT_SIZE], json_int_t count);

/* Characters, not bytes. */
size_t text_width(const char *text);
/* Fills up with spaces to width characters. */
void text_print_left(FILE *out, const char *text, size_t width);
void text_print_right(FILE *out, const char *text, size_t width);
