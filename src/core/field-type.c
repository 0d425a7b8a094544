/* The types that a field can have. */
#include "core/field-type.h"

#include "util/cleanup.h"
#include "util/parse.h"

#include <stdio.h>
#include <string.h>

static const struct {
        const char *name;
        FieldClass class;
        uint8_t size;
        uint8_t presentation;
} types[] = {
        [FIELD_U8] = {"u8", CLASS_UNSIGNED, 1, 0x04},
        [FIELD_U16] = {"u16", CLASS_UNSIGNED, 2, 0x06},
        [FIELD_U24] = {"u24", CLASS_UNSIGNED, 3, 0x07},
        [FIELD_U32] = {"u32", CLASS_UNSIGNED, 4, 0x08},
        [FIELD_U48] = {"u48", CLASS_UNSIGNED, 6, 0x09},
        [FIELD_U64] = {"u64", CLASS_UNSIGNED, 8, 0x0a},
        [FIELD_I8] = {"i8", CLASS_SIGNED, 1, 0x0c},
        [FIELD_I16] = {"i16", CLASS_SIGNED, 2, 0x0e},
        [FIELD_I24] = {"i24", CLASS_SIGNED, 3, 0x0f},
        [FIELD_I32] = {"i32", CLASS_SIGNED, 4, 0x10},
        [FIELD_I48] = {"i48", CLASS_SIGNED, 6, 0x11},
        [FIELD_I64] = {"i64", CLASS_SIGNED, 8, 0x12},
        [FIELD_BOOL] = {"bool", CLASS_BOOL, 1, 0x01},
        [FIELD_F32] = {"f32", CLASS_FLOAT, 4, 0x14},
        [FIELD_F64] = {"f64", CLASS_FLOAT, 8, 0x15},
        [FIELD_MEDFLOAT16] = {"medfloat16", CLASS_MEDFLOAT, 2, 0x16},
        [FIELD_MEDFLOAT32] = {"medfloat32", CLASS_MEDFLOAT, 4, 0x17},
        [FIELD_UTF8] = {"utf8", CLASS_UTF8, 0, 0x19},
        [FIELD_BYTES] = {"bytes", CLASS_BYTES, 0, 0x1b},
        [FIELD_PAD] = {"pad", CLASS_PAD, 0, 0},
};

FieldClass field_type_class(FieldType type) {
        return types[type].class;
}

size_t field_type_size(FieldType type) {
        return types[type].size;
}

const char *field_type_name(FieldType type) {
        return types[type].name;
}

bool field_type_from_name(FieldType *ret, const char *text) {
        for (size_t i = 0; i < ELEMENTS(types); i++)
                if (parse_same_word(types[i].name, text)) {
                        *ret = (FieldType)i;
                        return true;
                }
        return false;
}

void field_type_list(char out[static FIELD_TYPE_LIST_SIZE]) {
        size_t used = 0;

        for (size_t i = 0; i < ELEMENTS(types); i++)
                if (types[i].class != CLASS_PAD)
                        used += (size_t)sprintf(out + used, "%s ", types[i].name);
        strcpy(out + used, "or pad N");
}

bool field_type_is_integer(FieldType type) {
        return types[type].class <= CLASS_BOOL;
}

Integer field_type_min(FieldType type) {
        if (types[type].class != CLASS_SIGNED)
                return (Integer){};
        return (Integer){.magnitude = UINT64_C(1) << (8 * types[type].size - 1), .negative = true};
}

Integer field_type_max(FieldType type) {
        if (types[type].class == CLASS_BOOL)
                return (Integer){.magnitude = 1};
        return (Integer){.magnitude = UINT64_MAX >> (64 - 8 * types[type].size +
                                                            (types[type].class == CLASS_SIGNED))};
}

uint8_t field_type_presentation(FieldType type) {
        return types[type].presentation;
}
