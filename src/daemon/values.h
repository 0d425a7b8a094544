/* The stored value of each characteristic, its queue, and its age; and those of its descriptors. */
#pragma once

#include "core/profile.h"
#include "core/queue.h"
#include "util/clock.h"

/* Named outcomes: handled by the direct caller. */
enum { VALUES_E_FULL = 1 };

typedef struct DescriptorValue {
        uint8_t *data; /* room for the descriptor's size_max */
        size_t size;
} DescriptorValue;

typedef struct Value {
        uint8_t *data; /* room for the characteristic's size_max */
        size_t size;
        uint64_t seq;      /* counts the values it has had since the start; 0: none was set */
        uint64_t set_usec; /* when it was last set; before that, the start */
        bool stale;        /* nobody has set it for max_age */
        bool stale_told;   /* Freshness has told so */
        bool kept;         /* to be written by Persist: restored, or set since */
        bool room_awaited; /* Stalls looks after its queue */
        Queue *queue;      /* NULL: it does not notify */
        uint64_t sets, sets_refused; /* by programs; refused: the queue was full */
        uint64_t unchanged;          /* stored and not queued, by notify_on_change */
        uint64_t writes, writes_refused, reads;
        uint64_t reads_refused;                                /* the value was stale */
        uint64_t descriptor_writes, descriptor_writes_refused; /* of all its descriptors */
        uint64_t stales;                                       /* how often it has become stale */
        uint64_t slow;                /* published later than log_slow_publish */
        uint64_t cut;                 /* sent, and longer than a known central's MTU - 3 */
        uint64_t verdicts_late;       /* writes that were refused because no verdict came */
        DescriptorValue *descriptors; /* in the order of the characteristic's */
} Value;

typedef struct Values Values;

/* profile is borrowed for the life of the values; each starts with its initial value. */
int values_new(Values **ret, const Profile *profile, uint64_t now_usec);
Values *values_free(Values *values);

/* Owned by values; only the counters are the caller's to change. */
Value *values_at(Values *values, const Characteristic *c);

/* The stored value of a descriptor of c. Owned by values. */
const DescriptorValue *values_descriptor(
        Values *values, const Characteristic *c, const Descriptor *d);
/* A central has written it. -EMSGSIZE above its size_max. */
int values_store_descriptor(Values *values, const Characteristic *c, const Descriptor *d,
        const uint8_t *data, size_t size);

/* A program sets data, already checked: stored and queued, and counted. VALUES_E_FULL: the queue
 * is, and its policy refuses; nothing has changed, nor is the refusal counted (the set may wait
 * and be tried again: whoever gives up counts). -EMSGSIZE above size_max. */
int values_set(Values *values, const Characteristic *c, const uint8_t *data, size_t size,
        uint64_t now_usec);
/* Likewise for what nobody can wait with (a central's write, a will): never refused, and counted
 * by the caller. */
int values_store(Values *values, const Characteristic *c, const uint8_t *data, size_t size,
        uint64_t now_usec);
/* The value from before the start: stored, not queued, and as old as the daemon. -EMSGSIZE. */
int values_restore(Values *values, const Characteristic *c, const uint8_t *data, size_t size);
/* Adds the stored value to the queue, unless something waits there, which is as new, or there is
 * none (nobody has set one, and the initial one is empty), or it is stale and refused. newcomer: it
 * alone gets it, as far as the queue can do that; NULL: all. */
int values_repeat(
        Values *values, const Characteristic *c, QueueNotifier *newcomer, uint64_t now_usec);

/* values goes on with profile and its policies: fresh has just been made for that profile, or for
 * one of the same table, and is freed. Of characteristics of the same name everything stays: value,
 * age, counters, and what waits. A value that nobody has set or kept, and that profile has another
 * initial value for, takes that, and is queued; one that does not fit any more takes it too. */
void values_take_over(Values *values, Values *fresh, const Profile *profile, uint64_t now_usec);

/* When the next value becomes stale; USEC_NEVER. */
uint64_t values_next_stale_usec(const Values *values);
/* One that has become stale by now, marked so, with what on_stale says done; NULL: no more. */
const Characteristic *values_take_stale(Values *values, uint64_t now_usec);
/* One that is stale and would not be by the max_age that it has now, no longer marked so; NULL: no
 * more. */
const Characteristic *values_take_no_longer_stale(Values *values, uint64_t now_usec);
