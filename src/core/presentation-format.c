/* The value of a Characteristic Presentation Format descriptor. */
#include "core/presentation-format.h"

#include "core/field.h"
#include "core/unit.h"
#include "util/bytes.h"

#include <errno.h>
#include <math.h>

#define NAMESPACE_SIG 1

/* Assigned Numbers, Format Types; 0: there is none. */
static const uint8_t numbers[] = {
        [FIELD_U8] = 0x04,
        [FIELD_U16] = 0x06,
        [FIELD_U32] = 0x08,
        [FIELD_I8] = 0x0c,
        [FIELD_I16] = 0x0e,
        [FIELD_I32] = 0x10,
        [FIELD_PAD] = 0,
        [FIELD_UTF8] = 0x19,
        [FIELD_BYTES] = 0x1b,
};

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

int presentation_format(const Field *field, uint8_t out[static PRESENTATION_FORMAT_SIZE],
        char why[static FORMAT_WHY_SIZE]) {
        Unit unit = {.number = UNIT_UNITLESS};
        int exponent = 0;

        if (numbers[field->type] == 0) {
                field_why(why, "the SIG has no format for %s", field_type_name(field->type));
                return -ENOTSUP;
        }
        if (!exponent_of_scale(field, &exponent)) {
                field_why(why, "its scale is no power of ten");
                return -ENOTSUP;
        }
        if (field->unit && !unit_find(&unit, field->unit)) {
                field_why(why, "the SIG has no unit \"%.60s\"", field->unit);
                return -ENOTSUP;
        }
        out[0] = numbers[field->type];
        out[1] = (uint8_t)(exponent + unit.exponent);
        bytes_put_le(out + 2, 2, unit.number);
        out[4] = NAMESPACE_SIG;
        bytes_put_le(out + 5, 2, 0);
        return 0;
}
