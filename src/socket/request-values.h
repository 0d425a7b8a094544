/* A value as a request gives it. */
#pragma once

#include "socket/operations.h"

/* The bytes that exactly one of "fields", "value" and "hex" in members stands for; fields that are
 * not named are as they are now. data has room for VALUE_SIZE_MAX bytes. 0, REPLY_E_* with its
 * sentence in the request, or -ENOMEM. */
int request_encode(Request *request, const json_t *members, const Characteristic *c, uint8_t *data,
        size_t *ret_size);
