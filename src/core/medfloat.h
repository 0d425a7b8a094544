/* The floating point numbers of medical devices: decimal, SFLOAT in 16 bits and FLOAT in 32
 * (IEEE 11073-20601, Annex F; Personal Health Devices Transcoding, 2.2). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum Special {
        SPECIAL_NONE,
        SPECIAL_NAN,  /* not a number */
        SPECIAL_NRES, /* not at this resolution */
        SPECIAL_PLUS_INF,
        SPECIAL_MINUS_INF,
} Special;

typedef struct Medfloat {
        unsigned mantissa_bits; /* the lower ones; those above are the exponent */
        unsigned exponent_bits;
} Medfloat;

extern const Medfloat medfloat16, medfloat32;

/* The largest number that it holds. */
double medfloat_max(const Medfloat *type);
/* The nearest that it holds, with the shortest mantissa. False: number is beyond it. */
bool medfloat_encode(const Medfloat *type, double number, uint32_t *ret);
uint32_t medfloat_encode_special(const Medfloat *type, Special special);
/* SPECIAL_NONE: *ret is the double nearest to the number. False: a reserved pattern. */
bool medfloat_decode(const Medfloat *type, uint32_t bits, Special *ret_special, double *ret);
