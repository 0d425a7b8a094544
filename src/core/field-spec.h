/* The line that declares a field: "i16 scale=0.1 min=-10 max=50 unit=celsius default=20". */
#pragma once

#include "core/format.h"

/* Appends a field to *format, which is made if it is NULL. spec is a type (u8 u16 u32 i8 i16 i32
 * utf8 bytes, or "pad N") and attributes: scale= min= max= unit= default= clamp=yes size= (bytes
 * exactly) size_max= (utf8, bytes) enum=A,B:5,C names=A:1,B:99 bits=A:0,B:7. Labels without a
 * number follow the one before, from 0. -EINVAL with a sentence in why: unknown type or
 * attribute, an attribute that does not fit the type, a name twice, a field behind a variable
 * one, a total above VALUE_SIZE_MAX. -ENOMEM. */
int format_add_field(
        Format **format, const char *name, const char *spec, char why[static FORMAT_WHY_SIZE]);
