/* Text to values, strictly: the whole text or -EINVAL; out of range is -ERANGE. Nothing is
 * written on failure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal, or hex with 0x. No sign, no space. */
int parse_unsigned(uint64_t *ret, const char *text, uint64_t min, uint64_t max);
/* A finite decimal number in the C locale ("-5.3", "1e3"). */
int parse_number(double *ret, const char *text);
/* yes/no, true/false, on/off, 1/0; case does not matter. */
int parse_bool(bool *ret, const char *text);
/* A number with a unit: us, ms, s, min, h ("250ms", "1.5s"). "0" needs no unit. */
int parse_time_usec(uint64_t *ret, const char *text);
/* Bytes: a number, or a number with k or M (1024, 1024 * 1024); their case does not matter. */
int parse_size(uint64_t *ret, const char *text);
/* True if equal but for case, with '-' and '_' alike. */
bool parse_same_word(const char *a, const char *b);
/* The next word of *cursor, separated by white space, as a new string; moves *cursor behind it.
 * 1: a word; 0: none left; -ENOMEM. The caller frees *ret. */
int parse_next_word(char **ret, const char **cursor);
