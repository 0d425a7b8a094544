/* The sets that wait for room, in a line for each characteristic: served in the order in which they
 * came, each at most for the put_timeout of its characteristic. */
#pragma once

#include "core/profile.h"

#include <ev.h>

/* A part of whoever may wait. Starts with its owner alone. */
typedef struct Waiter {
        void *owner;
        bool waits;
        const Characteristic *characteristic; /* NULL: it does not wait, or that is no more */
        size_t line;
        uint64_t until_usec;
        struct Waiter *next;
} Waiter;

typedef struct Waiting Waiting;

/* retry has the owner of the first in a line try again: it calls waiting_leave() when it is done,
 * or waiting_join() again. Comes from the loop alone, never from inside the functions here. */
int waiting_new(
        Waiting **ret, struct ev_loop *loop, size_t n_characteristics, void (*retry)(void *owner));
Waiting *waiting_free(Waiting *waiting);

/* True if nobody is before this waiter, in the line or not yet. */
bool waiting_is_first(const Waiting *waiting, const Waiter *waiter, const Characteristic *c);
/* Takes a place at the end of the line, or keeps the one it has. False if its time is over; it is
 * in no line then. */
bool waiting_join(Waiting *waiting, Waiter *waiter, const Characteristic *c);
/* Nothing if it does not wait. Who is first now is tried when the loop turns. */
void waiting_leave(Waiting *waiting, Waiter *waiter);
/* There may be room: the line is tried when the loop turns, until one must still wait. */
void waiting_room(Waiting *waiting, const Characteristic *c);
/* Puts who waits into the lines of another profile, by name. Whose characteristic is not there is
 * in a line of its own, and tried when the loop turns. -ENOMEM: nothing has changed. */
int waiting_set_profile(Waiting *waiting, const Profile *profile);
/* Other put_timeouts and policies: nobody waits longer than is allowed now, and all lines are tried
 * when the loop turns. */
void waiting_try_all(Waiting *waiting);
/* How many wait, in all lines. */
size_t waiting_count(const Waiting *waiting);
