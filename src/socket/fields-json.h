/* The values of characteristics between bytes and JSON. */
#pragma once

#include "core/profile.h"
#include "socket/reply.h"

#include <jansson.h>

/* Adds "hex" and, as far as the format reads these bytes, "value" or "fields". -ENOMEM. */
int fields_json_decode(json_t *object, const Characteristic *c, const uint8_t *data, size_t size);
/* Adds "units", {field: unit}, if there is a format. -ENOMEM. */
int fields_json_add_units(json_t *object, const Characteristic *c);

/* Writes the named fields of {name: value} over data, which holds a value of c and has room for
 * VALUE_SIZE_MAX bytes. 0, REPLY_E_* with its sentence, or -ENOMEM; data is spoilt on failure. */
int fields_json_encode(const Characteristic *c, json_t *fields, uint8_t *data, size_t *size,
        char detail[static REPLY_DETAIL_SIZE]);
/* Likewise for the one field of a characteristic with single_value. */
int fields_json_encode_value(const Characteristic *c, const json_t *value, uint8_t *data,
        size_t *size, char detail[static REPLY_DETAIL_SIZE]);
/* Turns FORMAT_E_* into REPLY_E_*. */
ReplyError fields_json_error(int format_error);
