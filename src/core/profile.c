/* What is served: the tree of services, characteristics and descriptors. */
#include "core/profile.h"

#include "core/field.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <string.h>

static Descriptor *descriptor_free(Descriptor *d) {
        if (!d)
                return NULL;
        free(d->name);
        format_free(d->format);
        free(d->data);
        free(d);
        return NULL;
}

static Characteristic *characteristic_free(Characteristic *c) {
        if (!c)
                return NULL;
        for (size_t i = 0; i < c->n_descriptors; i++)
                descriptor_free(c->descriptors[i]);
        free(c->descriptors);
        format_free(c->format);
        free(c->initial);
        free(c->name);
        free(c);
        return NULL;
}

static Service *service_free(Service *s) {
        if (!s)
                return NULL;
        for (size_t i = 0; i < s->n_characteristics; i++)
                characteristic_free(s->characteristics[i]);
        free(s->characteristics);
        free(s->includes);
        free(s->name);
        free(s);
        return NULL;
}

Advertisement *profile_add_advertisement(Profile *profile, const char *name) {
        Advertisement **grown =
                reallocarray(profile->advertisements, profile->n_advertisements + 1, sizeof *grown);

        if (!grown)
                return NULL;
        profile->advertisements = grown;
        grown[profile->n_advertisements] = advertisement_new(name);
        if (!grown[profile->n_advertisements])
                return NULL;
        return grown[profile->n_advertisements++];
}

int profile_new(Profile **ret) {
        Profile *profile = calloc(1, sizeof *profile);

        if (!profile)
                return -ENOMEM;
        if (!profile_add_advertisement(profile, NULL)) {
                profile_free(profile);
                return -ENOMEM;
        }
        *ret = profile;
        return 0;
}

Profile *profile_free(Profile *profile) {
        if (!profile)
                return NULL;
        for (size_t i = 0; i < profile->n_services; i++)
                service_free(profile->services[i]);
        free(profile->services);
        free(profile->characteristics);
        free(profile->by_name);
        for (size_t i = 0; i < profile->n_advertisements; i++)
                advertisement_free(profile->advertisements[i]);
        free(profile->advertisements);
        free(profile);
        return NULL;
}

Service *profile_add_service(Profile *profile, const char *name) {
        Service **grown = reallocarray(profile->services, profile->n_services + 1, sizeof *grown);
        Service *added;

        if (!grown)
                return NULL;
        profile->services = grown;
        added = calloc(1, sizeof *added);
        if (!added)
                return NULL;
        added->name = strdup(name);
        if (!added->name)
                return service_free(added);
        added->primary = true;
        grown[profile->n_services++] = added;
        return added;
}

/* The first in by_name that is not before name. */
static size_t place_by_name(const Profile *profile, const char *name) {
        size_t low = 0, high = profile->n_characteristics;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(profile->by_name[middle]->name, name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static int make_room(Profile *profile, Service *service) {
        Characteristic **grown = reallocarray(
                service->characteristics, service->n_characteristics + 1, sizeof *grown);
        Characteristic **all =
                reallocarray(profile->characteristics, profile->n_characteristics + 1, sizeof *all);
        Characteristic **by_name =
                reallocarray(profile->by_name, profile->n_characteristics + 1, sizeof *by_name);

        if (grown)
                service->characteristics = grown;
        if (all)
                profile->characteristics = all;
        if (by_name)
                profile->by_name = by_name;
        return grown && all && by_name ? 0 : -ENOMEM;
}

Characteristic *profile_add_characteristic(Profile *profile, Service *service, const char *name) {
        Characteristic *added;
        size_t place;

        if (make_room(profile, service) < 0)
                return NULL;
        added = calloc(1, sizeof *added);
        if (!added)
                return NULL;
        added->name = strdup(name);
        if (!added->name)
                return characteristic_free(added);
        place = place_by_name(profile, name);
        memmove(profile->by_name + place + 1, profile->by_name + place,
                (profile->n_characteristics - place) * sizeof *profile->by_name);
        profile->by_name[place] = added;
        added->index = profile->n_characteristics;
        profile->characteristics[profile->n_characteristics++] = added;
        service->characteristics[service->n_characteristics++] = added;
        return added;
}

Descriptor *characteristic_add_descriptor(Characteristic *c, const char *name) {
        Descriptor **grown = reallocarray(c->descriptors, c->n_descriptors + 1, sizeof *grown);
        Descriptor *added;

        if (!grown)
                return NULL;
        c->descriptors = grown;
        added = calloc(1, sizeof *added);
        if (!added)
                return NULL;
        added->name = strdup(name);
        if (!added->name)
                return descriptor_free(added);
        grown[c->n_descriptors++] = added;
        return added;
}

int service_add_include(Service *service, Service *included) {
        Service **grown = reallocarray(service->includes, service->n_includes + 1, sizeof *grown);

        if (!grown)
                return -ENOMEM;
        service->includes = grown;
        grown[service->n_includes++] = included;
        return 0;
}

Characteristic *profile_find(const Profile *profile, const char *name) {
        size_t place = place_by_name(profile, name);

        if (place == profile->n_characteristics || strcmp(profile->by_name[place]->name, name) != 0)
                return NULL;
        return profile->by_name[place];
}

static bool demands_security(const Characteristic *c) {
        unsigned flags = c->flags;

        for (size_t i = 0; i < c->n_descriptors; i++)
                flags |= c->descriptors[i]->flags;
        return flags & (CHARACTERISTIC_FLAGS_SECURITY | CHARACTERISTIC_AUTHENTICATED_SIGNED_WRITES);
}

bool profile_demands_security(const Profile *profile) {
        for (size_t i = 0; i < profile->n_characteristics; i++)
                if (demands_security(profile->characteristics[i]))
                        return true;
        return false;
}

Characteristic *profile_at(const Profile *profile, size_t index) {
        return profile->characteristics[index];
}

static const struct {
        unsigned flag;
        unsigned protected; /* what it demands security of */
        const char *name;
} flag_names[] = {
        {CHARACTERISTIC_READ, 0, "read"},
        {CHARACTERISTIC_WRITE, 0, "write"},
        {CHARACTERISTIC_WRITE_WITHOUT_RESPONSE, 0, "write-without-response"},
        {CHARACTERISTIC_NOTIFY, 0, "notify"},
        {CHARACTERISTIC_INDICATE, 0, "indicate"},
        {CHARACTERISTIC_BROADCAST, 0, "broadcast"},
        {CHARACTERISTIC_AUTHENTICATED_SIGNED_WRITES, 0, "authenticated-signed-writes"},
        {CHARACTERISTIC_EXTENDED_PROPERTIES, 0, "extended-properties"},
        {CHARACTERISTIC_RELIABLE_WRITE, 0, "reliable-write"},
        {CHARACTERISTIC_WRITABLE_AUXILIARIES, 0, "writable-auxiliaries"},
        {CHARACTERISTIC_ENCRYPT_READ, CHARACTERISTIC_READ, "encrypt-read"},
        {CHARACTERISTIC_ENCRYPT_WRITE, CHARACTERISTIC_WRITE, "encrypt-write"},
        {CHARACTERISTIC_ENCRYPT_NOTIFY, CHARACTERISTIC_NOTIFY, "encrypt-notify"},
        {CHARACTERISTIC_ENCRYPT_INDICATE, CHARACTERISTIC_INDICATE, "encrypt-indicate"},
        {CHARACTERISTIC_ENCRYPT_AUTHENTICATED_READ, CHARACTERISTIC_READ,
                "encrypt-authenticated-read"},
        {CHARACTERISTIC_ENCRYPT_AUTHENTICATED_WRITE, CHARACTERISTIC_WRITE,
                "encrypt-authenticated-write"},
        {CHARACTERISTIC_ENCRYPT_AUTHENTICATED_NOTIFY, CHARACTERISTIC_NOTIFY,
                "encrypt-authenticated-notify"},
        {CHARACTERISTIC_ENCRYPT_AUTHENTICATED_INDICATE, CHARACTERISTIC_INDICATE,
                "encrypt-authenticated-indicate"},
        {CHARACTERISTIC_SECURE_READ, CHARACTERISTIC_READ, "secure-read"},
        {CHARACTERISTIC_SECURE_WRITE, CHARACTERISTIC_WRITE, "secure-write"},
        {CHARACTERISTIC_SECURE_NOTIFY, CHARACTERISTIC_NOTIFY, "secure-notify"},
        {CHARACTERISTIC_SECURE_INDICATE, CHARACTERISTIC_INDICATE, "secure-indicate"},
        {CHARACTERISTIC_AUTHORIZE, 0, "authorize"},
};

const char *characteristic_flag_name(unsigned flag) {
        for (size_t i = 0; i < ELEMENTS(flag_names); i++)
                if (flag_names[i].flag == flag)
                        return flag_names[i].name;
        return NULL;
}

unsigned characteristic_flag_from_name(const char *text) {
        for (size_t i = 0; i < ELEMENTS(flag_names); i++)
                if (parse_same_word(flag_names[i].name, text))
                        return flag_names[i].flag | flag_names[i].protected;
        return 0;
}

int characteristic_check(const Characteristic *c, const uint8_t *data, size_t size,
        char why[static FORMAT_WHY_SIZE]) {
        if (c->format)
                return format_check(c->format, data, size, why);
        if (size >= c->size_min && size <= c->size_max)
                return 0;
        field_why_length(why, NULL, size, c->size_min, c->size_max);
        return FORMAT_E_LENGTH;
}

int descriptor_check(
        const Descriptor *d, const uint8_t *data, size_t size, char why[static FORMAT_WHY_SIZE]) {
        if (d->format)
                return format_check(d->format, data, size, why);
        if (size <= d->size_max)
                return 0;
        field_why_length(why, NULL, size, 0, d->size_max);
        return FORMAT_E_LENGTH;
}
