#include "config/characteristic-builder.h"

#include "config/descriptor-builder.h"
#include "config/lint.h"
#include "config/reserved.h"
#include "config/security.h"
#include "config/value-builder.h"
#include "util/cleanup.h"

#include <errno.h>

static void characteristic_values_done(CharacteristicValues *values) {
        free(values->description);
}

static void check_queue(ProfileBuilder *b, const Characteristic *c, const Section *section) {
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
static int read_inherited(const ProfileBuilder *b, CharacteristicValues *values) {
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
        c->notify_by = values->notify_by;
        c->write_by = values->write_by;
}

int characteristic_build(ProfileBuilder *b, Service *service, const Section *section) {
        const Section *fields = section_list_find(b->sections, SECTION_FIELDS, section->name);
        _cleanup_(characteristic_values_done) CharacteristicValues values = {0};
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
        reserved_check(section, &c->uuid, b->problems);
        c->flags = security_apply(values.security, c->flags, section, b->problems);
        r = value_build(c, section, fields, &values, b->problems);
        if (r == 0)
                r = descriptor_build_own(b, c, section, &values);
        if (r < 0)
                return r;
        lint_characteristic(c, section, &b->plain->settings, b->problems);
        check_queue(b, c, section);
        return 0;
}
