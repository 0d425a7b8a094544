/* Bluetooth UUIDs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_TEXT_SIZE 37

typedef struct Uuid {
        uint8_t bytes[16]; /* in the order of the text */
} Uuid;

/* Takes 36 characters with dashes, or 4 or 8 hex digits, with or without 0x, on the Bluetooth
 * Base UUID (Core Specification, Vol 3, Part B, 2.5.1). -EINVAL otherwise. */
int uuid_parse(Uuid *ret, const char *text);
/* Lower case, always 36 characters: BlueZ takes and gives this form. */
void uuid_format(const Uuid *uuid, char out[static UUID_TEXT_SIZE]);
/* A 16-bit UUID on the Bluetooth Base UUID. */
Uuid uuid_short(uint16_t number);
/* The number of a 16-bit UUID; 0: it is longer. */
uint16_t uuid_number(const Uuid *uuid);
/* Bytes of its shortest form: 2 or 4 on the Bluetooth Base UUID, else 16. */
size_t uuid_size(const Uuid *uuid);
bool uuid_equal(const Uuid *a, const Uuid *b);
