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
        free(s->name);
        free(s);
        return NULL;
}

int profile_new(Profile **ret) {
        Profile *profile = calloc(1, sizeof *profile);

        if (!profile)
                return -ENOMEM;
        *ret = profile;
        return 0;
}

Profile *profile_free(Profile *profile) {
        if (!profile)
                return NULL;
        for (size_t i = 0; i < profile->n_services; i++)
                service_free(profile->services[i]);
        free(profile->services);
        free(profile->advertisement.name);
        free(profile->advertisement.services);
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
        grown[profile->n_services++] = added;
        return added;
}

Characteristic *profile_add_characteristic(Profile *profile, Service *service, const char *name) {
        Characteristic **grown = reallocarray(
                service->characteristics, service->n_characteristics + 1, sizeof *grown);
        Characteristic *added;

        if (!grown)
                return NULL;
        service->characteristics = grown;
        added = calloc(1, sizeof *added);
        if (!added)
                return NULL;
        added->name = strdup(name);
        if (!added->name)
                return characteristic_free(added);
        added->index = profile->n_characteristics++;
        grown[service->n_characteristics++] = added;
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

Characteristic *profile_find(const Profile *profile, const char *name) {
        for (size_t i = 0; i < profile->n_services; i++) {
                const Service *s = profile->services[i];

                for (size_t j = 0; j < s->n_characteristics; j++)
                        if (strcmp(s->characteristics[j]->name, name) == 0)
                                return s->characteristics[j];
        }
        return NULL;
}

/* Not by counting: characteristics may have been added to services in any order. */
Characteristic *profile_at(const Profile *profile, size_t index) {
        for (size_t i = 0; i < profile->n_services; i++) {
                const Service *s = profile->services[i];

                for (size_t j = 0; j < s->n_characteristics; j++)
                        if (s->characteristics[j]->index == index)
                                return s->characteristics[j];
        }
        return NULL;
}

static const struct {
        unsigned flag;
        const char *name;
} flag_names[] = {
        {CHARACTERISTIC_READ, "read"},
        {CHARACTERISTIC_WRITE, "write"},
        {CHARACTERISTIC_WRITE_WITHOUT_RESPONSE, "write-without-response"},
        {CHARACTERISTIC_NOTIFY, "notify"},
        {CHARACTERISTIC_INDICATE, "indicate"},
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
                        return flag_names[i].flag;
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
