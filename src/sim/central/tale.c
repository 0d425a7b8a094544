/* How attributes and their values are told. */
#include "sim/central/tale.h"

#include "sim/central/own-names.h"
#include "sim/central/value-text.h"
#include "sim/event.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <string.h>

static const Characteristic *find_in_service(const Service *service, const Uuid *uuid) {
        for (size_t i = 0; i < service->n_characteristics; i++)
                if (uuid_equal(&service->characteristics[i]->uuid, uuid))
                        return service->characteristics[i];
        return NULL;
}

static const Characteristic *find_characteristic(const Profile *profile, const Target *target) {
        const Characteristic *c = NULL;

        for (size_t i = 0; profile && target->known && !c && i < profile->n_services; i++)
                if (uuid_equal(&profile->services[i]->uuid, &target->service))
                        c = find_in_service(profile->services[i], &target->characteristic);
        return c;
}

static void add_uuid(const char *key, const Uuid *uuid) {
        char text[UUID_TEXT_SIZE];

        uuid_format(uuid, text);
        event_add(key, text);
}

static void add_descriptor(const Characteristic *c, const Uuid *uuid) {
        const char *name = NULL;

        for (size_t i = 0; c && i < c->n_descriptors; i++)
                if (uuid_equal(&c->descriptors[i]->uuid, uuid))
                        name = c->descriptors[i]->name;
        if (name)
                event_add("descriptor", name);
        else
                add_uuid("descriptor", uuid);
}

void tale_add_target(const Profile *profile, const Target *target) {
        const Characteristic *c = find_characteristic(profile, target);
        const OwnName *own = profile ? own_name_of_uuid(&target->characteristic) : NULL;
        char handle[8];

        if (!target->known) {
                (void)snprintf(handle, sizeof(handle), "0x%04x", target->handle);
                event_add("handle", handle);
                return;
        }
        if (c || own)
                event_add("characteristic", c ? c->name : own->name);
        else
                add_uuid("uuid", &target->characteristic);
        if (target->is_descriptor)
                add_descriptor(c, &target->descriptor);
}

/* User Description (Core Specification, Vol 3, Part G, 3.3.3.2). */
static bool is_user_description(const Uuid *uuid) {
        Uuid wanted;

        return uuid_parse(&wanted, "2901") == 0 && uuid_equal(uuid, &wanted);
}

static bool is_text(const Target *target) {
        if (!target->known)
                return false;
        if (target->is_descriptor)
                return is_user_description(&target->descriptor);
        const OwnName *own = own_name_of_uuid(&target->characteristic);
        return own && own->is_text;
}

void tale_add_value(
        const Profile *profile, const Target *target, const uint8_t *data, size_t size) {
        const Characteristic *c = find_characteristic(profile, target);
        _cleanup_free_ char *text = NULL;

        /* An empty value may come without an address. */
        if (size == 0)
                data = (const uint8_t *)"";
        if (c && c->format && !target->is_descriptor)
                text = value_text(c->format, c->single_value, data, size);
        else if (profile && is_text(target) && bytes_is_utf8(data, size))
                text = strndup((const char *)data, size);
        if (text)
                event_add("value", text);
        event_add_hex("hex", data, size);
}
