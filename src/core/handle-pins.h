/* Whether BlueZ is told the handles that the attributes are to have, or chooses them itself. It is
 * told them until it refuses them, again and again: what is in their way may be on its way out. A
 * new table begins pinned again. */
#pragma once

#include <stdbool.h>

/* What a refusal leads to. */
typedef enum HandlePinsOutcome {
        HANDLE_PINS_TRY_AGAIN, /* as before */
        HANDLE_PINS_GIVEN_UP,  /* from now on the handles are BlueZ's to choose */
        HANDLE_PINS_NEEDED,    /* they would be given up, but must not be; once */
} HandlePinsOutcome;

/* Embedded in its owner; only handle_pins_* write it. */
typedef struct HandlePins {
        bool wanted;      /* the profile has handles */
        unsigned tries;   /* with pins, before they are given up */
        unsigned refused; /* since the table was new */
        bool given_up;
} HandlePins;

/* tries is 1 or more. */
void handle_pins_init(HandlePins *pins, bool wanted, unsigned tries);
/* Another number of tries; those that were made count. */
void handle_pins_set_tries(HandlePins *pins, unsigned tries);
/* A table that nothing of ours is in: another bluetoothd, an adapter that has come back. */
void handle_pins_renew(HandlePins *pins);
/* BlueZ could not make the table as it was asked to. needed: it takes no unpinned one. */
HandlePinsOutcome handle_pins_refused(HandlePins *pins, bool needed);
/* They cannot be had for another reason: without further tries. */
HandlePinsOutcome handle_pins_give_up(HandlePins *pins, bool needed);
/* Whether BlueZ is to be told the handles. */
bool handle_pins_set(const HandlePins *pins);
