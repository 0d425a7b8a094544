/* The number in the text of a sensor's file. */
#pragma once

/* Named outcomes: handled by the direct caller. */
enum {
        READING_E_FIND = 1, /* the text before the number is not there */
        READING_E_NUMBER,   /* no number, or one that no double holds */
};

/* Reads the first number of text, or with find (NULL: none) the first one behind that. A number is
 * decimal, with sign, point and exponent as it likes; one inside of a word ("temp1") is none. What
 * follows a number does not matter ("21.5C"). 0 or READING_E_*. */
int reading_parse(double *ret, const char *text, const char *find);
