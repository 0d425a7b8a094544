/* Whole numbers that hold all of uint64_t and all of int64_t. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTEGER_TEXT_SIZE 24

typedef struct Integer {
        uint64_t magnitude;
        bool negative; /* never of zero */
} Integer;

/* Below, at or above 0 as a is below, equal to or above b. */
int integer_compare(Integer a, Integer b);
/* The nearest double. */
double integer_to_double(Integer integer);
/* number is whole. False: its magnitude is 2^64 or more. */
bool integer_from_double(Integer *ret, double number);
/* Its two's complement; the lowest bits of it where it has fewer. */
uint64_t integer_to_bits(Integer integer);
/* The lowest n_bits (1 to 64) of bits; has_sign: as two's complement. */
Integer integer_from_bits(uint64_t bits, unsigned n_bits, bool has_sign);
/* Decimal with or without a sign, or hex with 0x. -EINVAL; -ERANGE: the magnitude is 2^64 or
 * more. Nothing is written on failure. */
int integer_parse(Integer *ret, const char *text);
/* Decimal. Returns out. */
const char *integer_format(Integer integer, char out[static INTEGER_TEXT_SIZE]);
