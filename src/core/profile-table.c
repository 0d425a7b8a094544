#include "core/profile-table.h"

#include <string.h>

static bool same_text(const char *a, const char *b) {
        return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_bytes(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size) {
        return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

/* Two that are not equal have no order either: NaN is no bound. */
static bool same_number(double a, double b) {
        return !(a < b) && !(a > b);
}

static bool same_labels(const Field *a, const Field *b) {
        if (a->labels_kind != b->labels_kind || a->n_labels != b->n_labels)
                return false;
        for (size_t i = 0; i < a->n_labels; i++)
                if (!same_text(a->labels[i].name, b->labels[i].name) ||
                        a->labels[i].number != b->labels[i].number ||
                        a->labels[i].width != b->labels[i].width)
                        return false;
        return true;
}

static bool same_range(const Field *a, const Field *b) {
        return a->scaled == b->scaled && same_number(a->scale, b->scale) &&
               same_number(a->offset, b->offset) && same_number(a->divisor, b->divisor) &&
               a->bounded == b->bounded && same_number(a->min, b->min) &&
               same_number(a->max, b->max) && a->clamp == b->clamp;
}

static bool same_field(const Field *a, const Field *b) {
        return same_text(a->name, b->name) && a->type == b->type && a->size_min == b->size_min &&
               a->size_max == b->size_max && a->big_endian == b->big_endian &&
               a->is_array == b->is_array && a->count_min == b->count_min &&
               a->count_max == b->count_max && a->json == b->json && same_range(a, b) &&
               same_text(a->unit, b->unit) && same_labels(a, b) &&
               same_bytes(a->initial, a->initial_size, b->initial, b->initial_size);
}

static bool same_format(const Format *a, const Format *b) {
        if (!a || !b)
                return a == b;
        if (a->n_fields != b->n_fields)
                return false;
        for (size_t i = 0; i < a->n_fields; i++)
                if (!same_field(&a->fields[i], &b->fields[i]))
                        return false;
        return true;
}

static bool same_descriptor(const Descriptor *a, const Descriptor *b) {
        return same_text(a->name, b->name) && uuid_equal(&a->uuid, &b->uuid) &&
               a->flags == b->flags && a->handle == b->handle && a->size_max == b->size_max &&
               same_bytes(a->data, a->size, b->data, b->size) && same_format(a->format, b->format);
}

static bool same_characteristic(const Characteristic *a, const Characteristic *b) {
        if (!same_text(a->name, b->name) || !uuid_equal(&a->uuid, &b->uuid) ||
                a->flags != b->flags || a->handle != b->handle || a->size_min != b->size_min ||
                a->size_max != b->size_max || a->single_value != b->single_value ||
                a->notify_by != b->notify_by || a->write_by != b->write_by ||
                a->n_descriptors != b->n_descriptors || !same_format(a->format, b->format))
                return false;
        for (size_t i = 0; i < a->n_descriptors; i++)
                if (!same_descriptor(a->descriptors[i], b->descriptors[i]))
                        return false;
        return true;
}

static bool same_includes(const Service *a, const Service *b) {
        if (a->n_includes != b->n_includes)
                return false;
        for (size_t i = 0; i < a->n_includes; i++)
                if (!same_text(a->includes[i]->name, b->includes[i]->name))
                        return false;
        return true;
}

static bool same_service(const Service *a, const Service *b) {
        if (!same_text(a->name, b->name) || !uuid_equal(&a->uuid, &b->uuid) ||
                a->primary != b->primary || a->handle != b->handle || !same_includes(a, b) ||
                a->n_characteristics != b->n_characteristics)
                return false;
        for (size_t i = 0; i < a->n_characteristics; i++)
                if (!same_characteristic(a->characteristics[i], b->characteristics[i]))
                        return false;
        return true;
}

bool profile_same_table(const Profile *a, const Profile *b) {
        if (a->n_services != b->n_services)
                return false;
        for (size_t i = 0; i < a->n_services; i++)
                if (!same_service(a->services[i], b->services[i]))
                        return false;
        return true;
}

static void take_writing(Characteristic *c, const Characteristic *from) {
        c->on_write = from->on_write;
        c->unhandled = from->unhandled;
        c->verdict = from->verdict;
}

static void take_queueing(Characteristic *c, const Characteristic *from) {
        c->policy = from->policy;
        c->depth = from->depth;
        c->put_timeout_usec = from->put_timeout_usec;
        c->stall_after_usec = from->stall_after_usec;
        c->notify_on_subscribe = from->notify_on_subscribe;
        c->notify_on_change = from->notify_on_change;
        c->min_interval_usec = from->min_interval_usec;
        c->rate = from->rate;
        c->priority = from->priority;
        c->oversize = from->oversize;
}

static void take_value(Characteristic *c, Characteristic *from) {
        uint8_t *initial = c->initial;
        size_t initial_size = c->initial_size;

        c->initial = from->initial;
        c->initial_size = from->initial_size;
        from->initial = initial;
        from->initial_size = initial_size;
        c->max_age_usec = from->max_age_usec;
        c->on_stale = from->on_stale;
        c->persist = from->persist;
}

void profile_take_tunables(Profile *profile, Profile *from) {
        for (size_t i = 0; i < profile->n_characteristics; i++) {
                Characteristic *c = profile->characteristics[i];

                take_writing(c, from->characteristics[i]);
                take_queueing(c, from->characteristics[i]);
                take_value(c, from->characteristics[i]);
        }
}

void profile_swap_advertisements(Profile *profile, Profile *with) {
        Advertisement **advertisements = profile->advertisements;
        size_t n = profile->n_advertisements;

        profile->advertisements = with->advertisements;
        profile->n_advertisements = with->n_advertisements;
        with->advertisements = advertisements;
        with->n_advertisements = n;
}
