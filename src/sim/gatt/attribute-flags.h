/* The words of the property Flags as BlueZ takes them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What a central may do with an attribute. A permission that asks for security goes with the
 * plain one. */
typedef enum Permission {
        PERMISSION_READ = 1 << 0,
        PERMISSION_WRITE = 1 << 1,
        PERMISSION_READ_ENCRYPTED = 1 << 2,
        PERMISSION_WRITE_ENCRYPTED = 1 << 3,
        PERMISSION_READ_AUTHENTICATED = 1 << 4, /* secure connections asked for or not */
        PERMISSION_WRITE_AUTHENTICATED = 1 << 5,
} Permission;

/* Core Specification, Vol 3, Part G, 3.3.1.1 and 3.3.3.1. */
typedef enum Property {
        PROPERTY_BROADCAST = 0x01,
        PROPERTY_READ = 0x02,
        PROPERTY_WRITE_WITHOUT_RESPONSE = 0x04,
        PROPERTY_WRITE = 0x08,
        PROPERTY_NOTIFY = 0x10,
        PROPERTY_INDICATE = 0x20,
        PROPERTY_SIGNED_WRITE = 0x40,
        PROPERTY_EXTENDED = 0x80,
} Property;

typedef struct AttributeFlags {
        uint8_t properties;
        uint8_t extended; /* 1: reliable write, 2: writable auxiliaries */
        unsigned permissions;
        unsigned ccc_permissions;
        bool authorize; /* a long write is announced by a call with prepare-authorize */
} AttributeFlags;

/* Adds what one word says. False: no such flag, for a descriptor or for a characteristic. */
bool attribute_flags_add(AttributeFlags *flags, const char *word, bool descriptor);
/* Whether its values can be subscribed to. */
bool attribute_flags_subscribable(const AttributeFlags *flags);
