/* The value of a Characteristic Presentation Format descriptor. */
#include "core/presentation-format.h"

#include "core/field.h"
#include "core/unit.h"
#include "util/bytes.h"

#include <errno.h>
#include <math.h>

#define NAMESPACE_SIG 1

/* False if scale / divisor, of which one is 1, is no power of ten. */
static bool exponent_of_scale(const Field *field, int *ret) {
        double power = 1;

        for (int exponent = 0; exponent <= 9; exponent++, power *= 10) {
                *ret = field->divisor > 1 ? -exponent : exponent;
                if (fabs((field->divisor > 1 ? field->divisor : field->scale) - power) <
                        power * 1e-9)
                        return true;
        }
        return false;
}

static int write_format(
        uint8_t out[static PRESENTATION_FORMAT_SIZE], uint8_t number, int exponent, uint16_t unit) {
        out[0] = number;
        out[1] = (uint8_t)exponent;
        bytes_put_le(out + 2, 2, unit);
        out[4] = NAMESPACE_SIG;
        bytes_put_le(out + 5, 2, 0);
        return 0;
}

int presentation_format(const Field *field, uint8_t out[static PRESENTATION_FORMAT_SIZE],
        char why[static FORMAT_WHY_SIZE]) {
        uint8_t number = field_type_presentation(field->type);
        const char *type = field_type_name(field->type);
        Unit unit = {.number = UNIT_UNITLESS};
        int exponent = 0;

        if (number == 0)
                field_why(why, "the SIG has no format for %s", type);
        else if (field->is_array)
                field_why(why, "the SIG has no format for an array");
        else if (field->big_endian)
                field_why(why, "the SIG's formats are little-endian");
        else if (fabs(field->offset) > 0)
                field_why(why, "an offset cannot be told");
        else if (!exponent_of_scale(field, &exponent))
                field_why(why, "its scale is no power of ten");
        else if (field->unit && !unit_find(&unit, field->unit))
                field_why(why, "the SIG has no unit \"%.60s\"", field->unit);
        else if (unit.exponent != 0 && !field_type_is_integer(field->type))
                field_why(why, "the unit \"%.60s\" needs an exponent, which %s cannot have",
                        field->unit, type);
        else
                return write_format(out, number, exponent + unit.exponent, unit.number);
        return -ENOTSUP;
}
