#include "daemon/values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct Values {
        const Profile *profile;
        Value *values; /* by Characteristic.index */
};

static int init(Value *v, const Characteristic *c) {
        v->data = malloc(c->size_max > 0 ? c->size_max : 1);
        if (!v->data)
                return -ENOMEM;
        if (c->initial_size > 0)
                memcpy(v->data, c->initial, c->initial_size);
        v->size = c->initial_size;
        if (!(c->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE)))
                return 0;
        return queue_new(&v->queue, c->policy, c->depth, c->size_max);
}

int values_new(Values **ret, const Profile *profile) {
        Values *values = calloc(1, sizeof(*values));
        if (!values)
                return -ENOMEM;

        values->profile = profile;
        values->values = calloc(profile->n_characteristics + 1, sizeof(Value));
        int r = values->values ? 0 : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < profile->n_characteristics; i++)
                r = init(&values->values[i], profile_at(profile, i));
        if (r < 0) {
                values_free(values);
                return r;
        }
        *ret = values;
        return 0;
}

Values *values_free(Values *values) {
        if (!values)
                return NULL;
        for (size_t i = 0; values->values && i < values->profile->n_characteristics; i++) {
                queue_free(values->values[i].queue);
                free(values->values[i].data);
        }
        free(values->values);
        free(values);
        return NULL;
}

Value *values_at(Values *values, const Characteristic *c) {
        return &values->values[c->index];
}

int values_store(Values *values, const Characteristic *c, const uint8_t *data, size_t size) {
        Value *v = values_at(values, c);

        if (size > c->size_max)
                return -EMSGSIZE;
        /* data may be the stored value itself. */
        memmove(v->data, data, size);
        v->size = size;
        v->seq++;
        return v->queue ? queue_push(v->queue, v->data, v->size) : 0;
}

int values_repeat(Values *values, const Characteristic *c) {
        Value *v = values_at(values, c);

        if (!v->queue || queue_counters(v->queue).pending > 0 || (v->seq == 0 && v->size == 0))
                return 0;
        return queue_push(v->queue, v->data, v->size);
}
