/* Whole numbers that hold all of uint64_t and all of int64_t. */
#include "util/integer.h"

#include "util/parse.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

int integer_compare(Integer a, Integer b) {
        if (a.negative != b.negative)
                return a.negative ? -1 : 1;
        if (a.magnitude == b.magnitude)
                return 0;
        return (a.magnitude < b.magnitude) != a.negative ? -1 : 1;
}

double integer_to_double(Integer integer) {
        return integer.negative ? -(double)integer.magnitude : (double)integer.magnitude;
}

bool integer_from_double(Integer *ret, double number) {
        if (!(fabs(number) < 0x1p64))
                return false;
        *ret = (Integer){.magnitude = (uint64_t)fabs(number), .negative = number < 0};
        return true;
}

uint64_t integer_to_bits(Integer integer) {
        return integer.negative ? ~integer.magnitude + 1 : integer.magnitude;
}

Integer integer_from_bits(uint64_t bits, unsigned n_bits, bool has_sign) {
        uint64_t unused = n_bits < 64 ? UINT64_MAX << n_bits : 0;

        if (!has_sign || (bits >> (n_bits - 1) & 1) == 0)
                return (Integer){.magnitude = bits & ~unused};
        return (Integer){.magnitude = ~(bits | unused) + 1, .negative = true};
}

int integer_parse(Integer *ret, const char *text) {
        bool negative = *text == '-', sign = negative || *text == '+';
        uint64_t magnitude;
        int r;

        /* A sign before hex is nobody's way to write a number. */
        if (sign && (text[1] == '0' && (text[2] == 'x' || text[2] == 'X')))
                return -EINVAL;
        r = parse_unsigned(&magnitude, text + (sign ? 1 : 0), 0, UINT64_MAX);
        if (r < 0)
                return r;
        *ret = (Integer){.magnitude = magnitude, .negative = negative && magnitude > 0};
        return 0;
}

const char *integer_format(Integer integer, char out[static INTEGER_TEXT_SIZE]) {
        (void)snprintf(out, INTEGER_TEXT_SIZE, "%s%" PRIu64, integer.negative ? "-" : "",
                integer.magnitude);
        return out;
}
