/* Writes that wait for their handler's verdict: with their bytes, each until its deadline, and no
 * more of them than were reckoned with. */
#pragma once

#include "core/profile.h"

#include <ev.h>

/* Named outcomes: handled by the direct caller. */
enum {
        VERDICTS_E_FULL = 1,
        VERDICTS_E_EXPIRED, /* no write of this number waits (any more) */
};

typedef struct VerdictWrite {
        uint64_t number;   /* the programs' name for it; counts from 1 */
        uint64_t write_id; /* the bus's */
        const Characteristic *characteristic;
        const uint8_t *data;
        size_t size; /* up to VALUE_SIZE_MAX */
} VerdictWrite;

typedef struct VerdictsParameters {
        size_t max;
        uint64_t timeout_usec;
} VerdictsParameters;

typedef struct VerdictsEvents {
        /* code: 0, taken, or the ATT code that refuses it: ATT_NO_VERDICT if none came. The bytes
         * are the write's until this returns. */
        void (*decided)(const VerdictWrite *write, unsigned code, void *userdata);
} VerdictsEvents;

typedef struct Verdicts Verdicts;

int verdicts_new(Verdicts **ret, struct ev_loop *loop, const VerdictsParameters *parameters,
        const VerdictsEvents *events, void *userdata);
/* Decides nothing. */
Verdicts *verdicts_free(Verdicts *verdicts);

/* Another time for those that come; those that wait have no more than that from now on. */
void verdicts_set_timeout(Verdicts *verdicts, uint64_t timeout_usec);

/* Copies it. `decided` follows. VERDICTS_E_FULL. */
int verdicts_add(Verdicts *verdicts, const VerdictWrite *write);
/* The characteristic of the write of this number, if it waits; else NULL. */
const Characteristic *verdicts_find(const Verdicts *verdicts, uint64_t number);
/* `decided` is called from inside. VERDICTS_E_EXPIRED. */
int verdicts_decide(Verdicts *verdicts, uint64_t number, unsigned code);
/* No verdict will come for this characteristic's; NULL: for any. `decided` is called from inside.
 */
void verdicts_give_up(Verdicts *verdicts, const Characteristic *c);
