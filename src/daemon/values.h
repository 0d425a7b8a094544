/* The stored value of each characteristic, and its queue. */
#pragma once

#include "core/profile.h"
#include "core/queue.h"

typedef struct Value {
        uint8_t *data; /* room for the characteristic's size_max */
        size_t size;
        uint64_t seq; /* counts the values it has had since the start; 0: the initial one */
        Queue *queue; /* NULL: it does not notify */
        uint64_t sets, writes, writes_refused, reads;
} Value;

typedef struct Values Values;

/* profile is borrowed for the life of the values; each starts with its initial value. */
int values_new(Values **ret, const Profile *profile);
Values *values_free(Values *values);

/* Owned by values; only the counters are the caller's to change. */
Value *values_at(Values *values, const Characteristic *c);

/* Stores data, already checked, and adds it to the queue. -EMSGSIZE above size_max. */
int values_store(Values *values, const Characteristic *c, const uint8_t *data, size_t size);
/* Adds the stored value to the queue, unless something waits there, which is as new, or nobody has
 * set one. */
int values_repeat(Values *values, const Characteristic *c);
