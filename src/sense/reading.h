/* The number in the text of a sensor's file. */
#pragma once

#include <regex.h>

/* Named outcomes: handled by the direct caller. */
enum {
        READING_E_MATCH = 1, /* the expression matches nothing */
        READING_E_NUMBER,    /* no number, or one that no double holds */
};

/* Compiles an extended regular expression whose group holds the number; a '.' is no newline. 0;
 * -ENOMEM; -EINVAL: none, or without exactly one group. */
int reading_compile(regex_t *ret, const char *text);

/* Reads the first number of text; with match (NULL: none) the first of what its group has matched.
 * A number is decimal, with sign, point and exponent as it likes; one inside of a word ("temp1") is
 * none. What follows a number does not matter ("21.5C"). 0 or READING_E_*; or -ENOMEM. */
int reading_parse(double *ret, const char *text, const regex_t *match);
