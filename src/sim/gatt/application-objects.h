/* The objects of an application as GetManagedObjects lists them. */
#pragma once

#include "core/uuid.h"
#include "sim/gatt/attribute-flags.h"

#include <stddef.h>
#include <systemd/sd-bus.h>

typedef enum ObjectKind {
        OBJECT_SERVICE,
        OBJECT_CHARACTERISTIC,
        OBJECT_DESCRIPTOR,
        OBJECT_PROFILE, /* of a central; BlueZ takes it, here it is only counted */
        OBJECT_OTHER,
} ObjectKind;

/* Owned by ApplicationObjects. */
typedef struct ApplicationObject {
        ObjectKind kind;
        char *path;
        char *parent; /* the property Service or Characteristic; NULL: not said */
        Uuid uuid;
        AttributeFlags flags;
        bool has_uuid, has_primary, has_flags, has_uuids;
        bool malformed; /* Includes or Handle are of another type than they should */
        bool primary;
        bool handle_wanted; /* Handle is there and 0: BlueZ writes it */
        uint16_t handle;    /* 0: automatic */
        bool notify_acquired, write_acquired;
        char **includes;                     /* ends with NULL; may be NULL */
        struct ApplicationObject **children; /* in the order in which they are listed */
        size_t n_children;
        size_t n_attributes; /* of a service: what BlueZ makes of it, with its own */
} ApplicationObject;

typedef struct ApplicationObjects {
        ApplicationObject **objects; /* as listed */
        size_t n_objects;
} ApplicationObjects;

/* Reads a{oa{sa{sv}}}. -EINVAL: BlueZ refuses them, and *ret_text is its text (static); -ENOMEM. */
int application_objects_new(ApplicationObjects **ret, sd_bus_message *m, const char **ret_text);
ApplicationObjects *application_objects_free(ApplicationObjects *objects);
/* Of this kind and at this path, or NULL. */
ApplicationObject *application_objects_find(
        const ApplicationObjects *objects, ObjectKind kind, const char *path);
