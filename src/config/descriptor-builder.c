#include "config/descriptor-builder.h"

#include "config/reserved.h"
#include "config/security.h"
#include "config/value-builder.h"
#include "core/presentation-format.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

/* Those that a characteristic's keys make. */
typedef enum Own {
        OWN_DESCRIPTION,
        OWN_PRESENTATION,
} Own;

/* A name is part of an object's path; no section's has a capital. */
static const struct {
        const char *key, *name;
        uint16_t uuid;
} owns[] = {
        [OWN_DESCRIPTION] = {"description", "Description", 0x2901},
        [OWN_PRESENTATION] = {"presentation", "Presentation", 0x2904},
};

/* One that everybody can read. */
static int add_own(Characteristic *c, Own own, const void *data, size_t size) {
        Descriptor *d = characteristic_add_descriptor(c, owns[own].name);

        if (!d)
                return -ENOMEM;
        d->uuid = uuid_short(owns[own].uuid);
        d->flags = CHARACTERISTIC_READ;
        d->size = d->size_max = size;
        d->data = malloc(size);
        if (!d->data)
                return -ENOMEM;
        memcpy(d->data, data, size);
        return 0;
}

static int add_presentation(ProfileBuilder *b, Characteristic *c, const Section *section) {
        uint8_t data[PRESENTATION_FORMAT_SIZE];
        char why[FORMAT_WHY_SIZE] = "there is no field: it says what the only one is";
        int r = -ENOTSUP;

        /* Fields that were refused are told alone. */
        if (!c->format &&
                (c->single_value || section_list_find(b->sections, SECTION_FIELDS, c->name)))
                return 0;
        if (c->format && c->format->n_fields > 1)
                strcpy(why, "there are several fields: it says what the only one is");
        else if (c->format)
                r = presentation_format(&c->format->fields[0], data, why);
        if (r == 0)
                return add_own(c, OWN_PRESENTATION, data, sizeof(data));
        problems_add(b->problems, section_origin(section, "presentation"), section->label,
                "presentation", "%s", why);
        return 0;
}

int descriptor_build_own(ProfileBuilder *b, Characteristic *c, const Section *section,
        const CharacteristicValues *values) {
        const char *text = values->description;
        int r = 0;

        if (text)
                r = add_own(c, OWN_DESCRIPTION, text, strlen(text));
        if (r == 0 && values->presentation)
                r = add_presentation(b, c, section);
        return r;
}

/* The key that has made a descriptor; NULL: it has a section. */
static const char *find_key(const Descriptor *d) {
        for (size_t i = 0; i < ELEMENTS(owns); i++)
                if (strcmp(d->name, owns[i].name) == 0)
                        return owns[i].key;
        return NULL;
}

static void check_uuid(
        ProfileBuilder *b, const Characteristic *c, const Descriptor *d, const Section *section) {
        Origin origin = section_origin(section, "uuid");

        for (size_t i = 0; builder_has_uuid(section) && i < c->n_descriptors; i++) {
                const Descriptor *other = c->descriptors[i];
                const char *key = find_key(other);

                if (other == d || !uuid_equal(&other->uuid, &d->uuid))
                        continue;
                if (key)
                        problems_add(b->problems, origin, section->label, "uuid",
                                "%s of [characteristic %s] makes this descriptor: leave one of "
                                "them out",
                                key, c->name);
                else
                        problems_add(b->problems, origin, section->label, "uuid",
                                "the descriptor \"%s\" has the same UUID", other->name);
        }
}

/* As of a characteristic that anyone may write. */
static void check_writes(ProfileBuilder *b, const Descriptor *d, const Section *section) {
        if ((d->flags & CHARACTERISTIC_WRITE) != 0 &&
                (d->flags & CHARACTERISTIC_FLAGS_SECURE_WRITE) == 0 &&
                !section_find(section, "security"))
                problems_warn(b->problems, section_origin(section, "flags"), section->label,
                        "flags",
                        "anyone in range may write; security = open says that this is meant");
}

static int build(ProfileBuilder *b, Characteristic *c, const Section *section) {
        Descriptor *d = characteristic_add_descriptor(c, section->name);
        DescriptorValues values = {0};
        int r;

        if (!d)
                return -ENOMEM;
        r = builder_read_values(section, &values);
        if (r < 0)
                return r;
        d->uuid = values.uuid;
        d->flags = security_apply(values.security, values.flags, section, b->problems);
        reserved_check(section, &d->uuid, b->problems);
        check_uuid(b, c, d, section);
        check_writes(b, d, section);
        return value_build_descriptor(d, section, &values, b->problems);
}

int descriptor_build(ProfileBuilder *b, const Section *section) {
        const Section *owner;
        Characteristic *c;

        builder_require(section, "uuid", b->problems);
        if (!builder_require(section, "characteristic", b->problems))
                return 0;
        owner = builder_find_or_refuse(b->sections, section, "characteristic",
                SECTION_CHARACTERISTIC, section_value(section, "characteristic"), b->problems);
        if (!owner)
                return 0;
        /* Not there: it is switched off, or was refused. */
        c = profile_find(b->profile, owner->name);
        return c ? build(b, c, section) : 0;
}
