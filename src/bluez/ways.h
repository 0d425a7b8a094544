/* The ways out of every characteristic: the signal, and a socket for each central that BlueZ has
 * asked one for, as core/subscription.h decides. Each has a cursor of its own in the queue and a
 * lane of the pacer. */
#pragma once

#include "bluez/outlet.h"

typedef struct Ways Ways;

/* profile and pacer are borrowed for its life. pacer has a lane for each characteristic, by
 * its index: the signal's. */
int ways_new(Ways **ret, struct ev_loop *loop, sd_bus *bus, const Profile *profile, Pacer *pacer,
        const WaysParameters *parameters, const WaysEvents *events, void *userdata);
Ways *ways_free(Ways *ways);

/* Ends every subscription of every characteristic. owner: BlueZ's unique name, copied, or NULL. */
int ways_set_owner(Ways *ways, const char *owner);
/* Of this one. */
void ways_clear(Ways *ways, const Characteristic *c);
void ways_set_traits(Ways *ways, const BluezTraits *traits);

/* The characteristics have other rates and priorities; of parameters the times are taken. */
void ways_reconfigure(Ways *ways, const WaysParameters *parameters, uint64_t now_usec);

/* What BlueZ calls. AcquireNotify(): true: *ret_fd is for BlueZ, and the caller's to close, and
 * *ret is the new way; false: none is given. */
bool ways_acquire(Ways *ways, const Characteristic *c, Queue *queue, const char *device,
        uint16_t mtu, int *ret_fd, Way **ret);
void ways_start(Ways *ways, const Characteristic *c, Queue *queue);
void ways_stop(Ways *ways, const Characteristic *c);
/* What is known of a device has changed. */
void ways_device(Ways *ways, const char *device, SubscriberFacts facts);

/* Something of this characteristic's was queued: the pacer is to ask its ways. */
void ways_stir(const Ways *ways, const Characteristic *c);
/* The way of a lane; NULL: there is none. */
Way *ways_at(const Ways *ways, size_t lane);
/* The ways of a characteristic that have a cursor, after `way`; NULL: from the first, or no more.
 */
Way *ways_next(const Ways *ways, const Characteristic *c, const Way *way);
/* Something is to be sent, and may be as far as this way goes. */
bool ways_may_send(const Ways *ways, const Way *way);
bool ways_subscribed(const Ways *ways, const Characteristic *c);
