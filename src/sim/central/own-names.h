/* The characteristics that bluetoothd serves by itself. */
#pragma once

#include "core/uuid.h"

typedef struct OwnName {
        const char *uuid, *name;
        bool is_text; /* what a read gives */
} OwnName;

/* NULL: none of them. */
const OwnName *own_name_of_uuid(const Uuid *uuid);
const OwnName *own_name_of_name(const char *name);
