/* The floating point numbers of medical devices. */
#include "core/medfloat.h"

#include "util/cleanup.h"
#include "util/integer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const Medfloat medfloat16 = {.mantissa_bits = 12, .exponent_bits = 4};
const Medfloat medfloat32 = {.mantissa_bits = 24, .exponent_bits = 8};

/* The five mantissas around the turn of the sign are none: +INF, NaN, NRes, reserved, -INF. */
static int32_t mantissa_max(const Medfloat *type) {
        return (INT32_C(1) << (type->mantissa_bits - 1)) - 3;
}

static int exponent_min(const Medfloat *type) {
        return -(1 << (type->exponent_bits - 1));
}

static int exponent_max(const Medfloat *type) {
        return (1 << (type->exponent_bits - 1)) - 1;
}

static uint32_t join(const Medfloat *type, int32_t mantissa, int exponent) {
        uint32_t mantissa_mask = (UINT32_C(1) << type->mantissa_bits) - 1;
        uint32_t exponent_mask = (UINT32_C(1) << type->exponent_bits) - 1;

        return ((uint32_t)exponent & exponent_mask) << type->mantissa_bits |
               ((uint32_t)mantissa & mantissa_mask);
}

static int32_t part(uint32_t bits, unsigned n_bits) {
        Integer integer = integer_from_bits(bits, n_bits, true);

        return (int32_t)(int64_t)integer_to_bits(integer);
}

/* Decimal text is the only exact way for exponents beyond 22, and has no decimal point that the
 * locale could change. */
static double value_of(int32_t mantissa, int exponent) {
        char text[32];

        (void)snprintf(text, sizeof(text), "%" PRId32 "e%d", mantissa, exponent);
        return strtod(text, NULL);
}

double medfloat_max(const Medfloat *type) {
        return value_of(mantissa_max(type), exponent_max(type));
}

bool medfloat_encode(const Medfloat *type, double number, uint32_t *ret) {
        double magnitude = fabs(number), scaled;
        int exponent = exponent_min(type);
        int32_t mantissa;

        if (!(magnitude <= medfloat_max(type)))
                return false;
        /* Ten digits are more than any mantissa has: lower exponents need not be tried. */
        if (magnitude > 0 && exponent < (int)floor(log10(magnitude)) - 10)
                exponent = (int)floor(log10(magnitude)) - 10;
        for (;; exponent++) {
                scaled = exponent < 0 ? magnitude * pow(10, -exponent)
                                      : magnitude / pow(10, exponent);
                if (round(scaled) <= mantissa_max(type) || exponent == exponent_max(type))
                        break;
        }
        mantissa = (int32_t)fmin(round(scaled), mantissa_max(type));
        while (mantissa % 10 == 0 && mantissa != 0 && exponent < exponent_max(type)) {
                mantissa /= 10;
                exponent++;
        }
        if (mantissa == 0)
                exponent = 0;
        *ret = join(type, number < 0 ? -mantissa : mantissa, exponent);
        return true;
}

/* What each special value is above mantissa_max(), counted on through the turn of the sign. */
static const struct {
        Special special;
        int32_t above;
} specials[] = {
        {SPECIAL_PLUS_INF, 1},
        {SPECIAL_NAN, 2},
        {SPECIAL_NRES, 3},
        {SPECIAL_MINUS_INF, 5},
};

uint32_t medfloat_encode_special(const Medfloat *type, Special special) {
        for (size_t i = 0; i < ELEMENTS(specials); i++)
                if (specials[i].special == special)
                        return join(type, mantissa_max(type) + specials[i].above, 0);
        return 0;
}

bool medfloat_decode(const Medfloat *type, uint32_t bits, Special *ret_special, double *ret) {
        int32_t mantissa = part(bits, type->mantissa_bits);
        int exponent = part(bits >> type->mantissa_bits, type->exponent_bits);

        *ret = NAN;
        *ret_special = SPECIAL_NAN;
        if (abs(mantissa) <= mantissa_max(type)) {
                *ret = value_of(mantissa, exponent);
                *ret_special = SPECIAL_NONE;
                return true;
        }
        for (size_t i = 0; i < ELEMENTS(specials); i++)
                if (bits == medfloat_encode_special(type, specials[i].special)) {
                        *ret_special = specials[i].special;
                        return true;
                }
        return false;
}
