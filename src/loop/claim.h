/* A name that one process of this machine can hold at a time. It ends with its holder, whatever
 * becomes of that, and the next in line gets it then. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CLAIM_NAME_MAX 100 /* bytes */

typedef struct Claim Claim;

typedef struct ClaimEvents {
        /* It is ours now, or it has become known that another process has it. */
        void (*changed)(void *userdata);
} ClaimEvents;

/* Asks for the name, which any local process can take that knows it. Where asking fails for
 * another reason than a holder, it is asked again after retry_usec. -ENAMETOOLONG, -ENOMEM. */
int claim_new(Claim **ret, struct ev_loop *loop, const char *name, uint64_t retry_usec,
        const ClaimEvents *events, void *userdata);
/* Gives it up. Returns NULL, takes NULL. Not from inside changed. */
Claim *claim_free(Claim *claim);

bool claim_held(const Claim *claim);
/* The process that has it, as far as is known; 0: it is ours, or the kernel does not say. */
pid_t claim_holder(const Claim *claim);
/* Once it is ours: the process that we have waited for, which may not have ended yet; 0: none. */
pid_t claim_predecessor(const Claim *claim);
