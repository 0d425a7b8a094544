/* Services, characteristics and descriptors, in the order of their declaration. */
#include "config/profile-builder.h"

#include "config/builder.h"
#include "config/lint.h"
#include "config/reserved.h"
#include "config/value-builder.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <string.h>

DEFINE_CLEANUP(Profile *, profile_free);

typedef struct Builder {
        Profile *profile;
        const SectionList *sections;
        const PlainValues *plain;
        Problems *problems;
        uint64_t queue_bytes; /* of all queues so far */
        bool queues_refused;  /* once is enough */
} Builder;

/* The uuid was given and can be compared. */
static bool has_uuid(const Section *section) {
        const char *text = section_value(section, "uuid");
        Uuid uuid;

        return text && uuid_parse(&uuid, text) == 0;
}

static void refuse_same_uuid(
        Builder *b, const Section *section, const char *kind, const char *name) {
        problems_add(b->problems, section_origin(section, "uuid"), section->label, "uuid",
                "the %s \"%s\" has the same UUID", kind, name);
}

static void check_queue(Builder *b, const Characteristic *c, const Section *section) {
        size_t limit = b->plain->settings.limits.queue_bytes;
        size_t depth = c->policy == QUEUE_COALESCE ? 1 : c->depth;

        if ((c->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE)) == 0)
                return;
        b->queue_bytes += (uint64_t)depth * c->size_max;
        if (b->queue_bytes <= limit || b->queues_refused)
                return;
        b->queues_refused = true;
        problems_add(b->problems, section_origin(section, "depth"), section->label, "depth",
                "with its %zu values of %zu bytes the queues need more than limits.queue_bytes "
                "(%zu)",
                depth, c->size_max, limit);
}

/* What [queue] says, for what the characteristic does not. */
static int read_inherited(const Builder *b, CharacteristicValues *values) {
        const Section *queue = section_list_find(b->sections, SECTION_QUEUE, NULL);
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++) {
                const Key *queue_key = keys_inherited(&keys[i]);
                char why[KEY_WHY_SIZE];
                const char *text;
                int r = KEY_E_VALUE;

                if (!queue_key)
                        continue;
                text = section_value(queue, queue_key->name);
                if (text)
                        r = key_read(&keys[i], text, values, why);
                /* A refused value has been reported where it was read. */
                if (r == KEY_E_VALUE)
                        r = key_read(&keys[i], queue_key->default_text, values, why);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void fill_characteristic(Characteristic *c, const CharacteristicValues *values) {
        c->uuid = values->uuid;
        c->flags = values->flags;
        c->on_write = values->on_write;
        c->unhandled = values->unhandled;
        c->verdict = values->verdict;
        c->policy = values->policy;
        c->depth = values->depth;
        c->put_timeout_usec = values->put_timeout_usec;
        c->stall_after_usec = values->stall_after_usec;
        c->notify_on_subscribe = values->notify_on_subscribe;
        c->notify_on_change = values->notify_on_change;
        c->min_interval_usec = values->min_interval_usec;
        c->rate = values->rate;
        c->priority = values->priority;
        c->oversize = values->oversize;
        c->max_age_usec = values->max_age_usec;
        c->on_stale = values->on_stale;
        c->persist = values->persist;
}

static int build_characteristic(Builder *b, Service *service, const Section *section) {
        const Section *fields = section_list_find(b->sections, SECTION_FIELDS, section->name);
        CharacteristicValues values = {0};
        Characteristic *c = profile_add_characteristic(b->profile, service, section->name);
        int r;

        if (!c)
                return -ENOMEM;
        r = read_inherited(b, &values);
        if (r == 0)
                r = builder_read_values(section, &values);
        if (r < 0)
                return r;
        builder_require(section, "uuid", b->problems);
        builder_require(section, "flags", b->problems);
        fill_characteristic(c, &values);
        for (size_t i = 0; i < service->n_characteristics; i++) {
                const Characteristic *other = service->characteristics[i];

                if (other != c && has_uuid(section) && uuid_equal(&other->uuid, &c->uuid))
                        refuse_same_uuid(b, section, "characteristic", other->name);
        }
        r = value_build(c, section, fields, &values, b->problems);
        if (r < 0)
                return r;
        lint_characteristic(c, section, &b->plain->settings, b->problems);
        check_queue(b, c, section);
        return 0;
}

static int build_service(Builder *b, const Section *section) {
        ServiceValues values = {0};
        Service *service = profile_add_service(b->profile, section->name);
        int r;

        if (!service)
                return -ENOMEM;
        r = builder_read_values(section, &values);
        if (r < 0)
                return r;
        builder_require(section, "uuid", b->problems);
        service->uuid = values.uuid;
        reserved_check(section, &service->uuid, b->problems);
        for (size_t i = 0; i < b->profile->n_services; i++) {
                const Service *other = b->profile->services[i];

                if (other != service && has_uuid(section) &&
                        uuid_equal(&other->uuid, &service->uuid))
                        refuse_same_uuid(b, section, "service", other->name);
        }
        for (size_t i = 0; i < b->sections->n && r == 0; i++) {
                const Section *s = b->sections->items[i];

                if (s->kind == SECTION_CHARACTERISTIC && s->service == section &&
                        section_is_enabled(s))
                        r = build_characteristic(b, service, s);
        }
        /* With an error it may be there and have been refused. */
        if (r == 0 && service->n_characteristics == 0 && problems_count(b->problems, false) == 0)
                problems_warn(b->problems, section->origin, section->label, NULL,
                        "no characteristic is in it: nothing would be served");
        return r;
}

static int build_descriptor(Builder *b, const Section *section) {
        const Section *owner;
        DescriptorValues values = {0};
        Characteristic *c;
        Descriptor *d;
        int r;

        builder_require(section, "uuid", b->problems);
        if (!builder_require(section, "characteristic", b->problems))
                return 0;
        owner = builder_find_or_refuse(b->sections, section, "characteristic",
                SECTION_CHARACTERISTIC, section_value(section, "characteristic"), b->problems);
        if (!owner || !section_is_enabled(owner))
                return 0;
        c = profile_find(b->profile, owner->name);
        if (!c)
                return 0;
        d = characteristic_add_descriptor(c, section->name);
        if (!d)
                return -ENOMEM;
        r = builder_read_values(section, &values);
        if (r < 0)
                return r;
        d->uuid = values.uuid;
        d->flags = CHARACTERISTIC_READ;
        reserved_check(section, &d->uuid, b->problems);
        for (size_t i = 0; i < c->n_descriptors; i++)
                if (c->descriptors[i] != d && has_uuid(section) &&
                        uuid_equal(&c->descriptors[i]->uuid, &d->uuid))
                        refuse_same_uuid(b, section, "descriptor", c->descriptors[i]->name);
        return value_build_descriptor(d, section, b->problems);
}

/* A name of a service, else a UUID. A service that is switched off is left out. */
static int add_advertised(Builder *b, const Section *section, const char *word) {
        const Section *service = section_list_find(b->sections, SECTION_SERVICE, word);
        Advertisement *a = &b->profile->advertisement;
        Uuid *services, uuid;

        if (service && !section_is_enabled(service))
                return 0;
        if (strchr(word, ',')) {
                problems_add(b->problems, section_origin(section, "services"), section->label,
                        "services", "names are separated by spaces: \"%.60s\"", word);
                return 0;
        }
        if (!service && uuid_parse(&uuid, word) < 0) {
                builder_find_or_refuse(
                        b->sections, section, "services", SECTION_SERVICE, word, b->problems);
                return 0;
        }
        if (service && !has_uuid(service))
                return 0;
        if (service)
                uuid_parse(&uuid, section_value(service, "uuid"));
        for (size_t i = 0; i < a->n_services; i++)
                if (uuid_equal(&a->services[i], &uuid)) {
                        problems_add(b->problems, section_origin(section, "services"),
                                section->label, "services", "\"%.60s\" is there twice", word);
                        return 0;
                }
        services = reallocarray(a->services, a->n_services + 1, sizeof(*services));
        if (!services)
                return -ENOMEM;
        a->services = services;
        a->services[a->n_services++] = uuid;
        return 0;
}

static int build_advertisement(Builder *b) {
        const Section *section = section_list_find(b->sections, SECTION_ADVERTISEMENT, NULL);
        Advertisement *a = &b->profile->advertisement;
        const char *cursor = b->plain->advertisement.services;
        int r = 1;

        a->advertise = b->plain->advertisement.advertise;
        if (b->plain->advertisement.name) {
                a->name = strdup(b->plain->advertisement.name);
                if (!a->name)
                        return -ENOMEM;
        }
        while (cursor && r > 0) {
                _cleanup_free_ char *word = NULL;

                r = parse_next_word(&word, &cursor);
                if (r > 0 && add_advertised(b, section, word) < 0)
                        r = -ENOMEM;
        }
        return r < 0 ? r : 0;
}

/* [fields] of what is not there. */
static void check_fields(Builder *b) {
        for (size_t i = 0; i < b->sections->n; i++) {
                const Section *s = b->sections->items[i];

                if (s->kind == SECTION_FIELDS)
                        builder_find_or_refuse(
                                b->sections, s, "", SECTION_CHARACTERISTIC, s->name, b->problems);
        }
}

int profile_build(
        Profile **ret, const SectionList *sections, const PlainValues *plain, Problems *problems) {
        _cleanup_(profile_freep) Profile *profile = NULL;
        Builder b = {.sections = sections, .plain = plain, .problems = problems};
        int r = profile_new(&profile);

        b.profile = profile;
        for (size_t i = 0; i < sections->n && r >= 0; i++)
                if (sections->items[i]->kind == SECTION_SERVICE &&
                        section_is_enabled(sections->items[i]))
                        r = build_service(&b, sections->items[i]);
        for (size_t i = 0; i < sections->n && r >= 0; i++)
                if (sections->items[i]->kind == SECTION_DESCRIPTOR &&
                        section_is_enabled(sections->items[i]))
                        r = build_descriptor(&b, sections->items[i]);
        if (r >= 0)
                r = build_advertisement(&b);
        if (r < 0)
                return r;
        check_fields(&b);
        lint_queue(profile->n_services > 0 ? profile : NULL, sections, &plain->settings, problems);
        *ret = profile->n_services > 0 ? STEAL(profile) : NULL;
        return 0;
}
