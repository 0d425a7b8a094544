/* The services, characteristics and descriptors that the Bluetooth SIG has assigned 16-bit UUIDs
 * to (Assigned Numbers, 3.4, 3.7 and 3.8). The names are the SIG's, in lower case with '_' between
 * the words: "environmental_sensing", "battery_level". */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ASSIGNED_NAME_SIZE 64 /* of the longest name, with its end */

typedef enum AssignedKind {
        ASSIGNED_SERVICE,
        ASSIGNED_CHARACTERISTIC,
        ASSIGNED_DESCRIPTOR,
} AssignedKind;

typedef struct AssignedNumber {
        uint16_t number;
        const char *name;
} AssignedNumber;

/* Case does not matter, and '-' is as '_'; of a service, "_service" may stand behind. 0: there is
 * no such name. */
uint16_t assigned_number_find(AssignedKind kind, const char *name);
/* NULL: the SIG has assigned no such number. A number with two names gives the first. */
const char *assigned_number_name(AssignedKind kind, uint16_t number);
/* All rows, by number; NULL behind the last. */
const AssignedNumber *assigned_number_at(AssignedKind kind, size_t i);
