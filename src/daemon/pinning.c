#include "daemon/pinning.h"

#include "bluez/names.h"
#include "util/log.h"

#include <string.h>

/* BlueZ reads the objects at the next registration. */
static void pin(Pinning *p) {
        int r = serving_pin(p->serving, handle_pins_set(&p->pins));

        if (r < 0)
                log_error("BlueZ cannot be told the handles: %s", strerror(-r));
}

/* They may be in somebody's way: why is said once. */
static void heed(Pinning *p, HandlePinsOutcome outcome, const char *why) {
        switch (outcome) {
        case HANDLE_PINS_TRY_AGAIN:
                break;
        case HANDLE_PINS_GIVEN_UP:
                log_warning("%s: BlueZ chooses the handles now, and a phone that remembers the "
                            "table must discover it anew",
                        why);
                pin(p);
                break;
        case HANDLE_PINS_NEEDED:
                log_warning("%s, and this version takes none but pinned ones: set handles in "
                            "[bluez] to others",
                        why);
                break;
        }
}

/* This version takes no table that is not pinned. */
static bool pins_needed(const Pinning *p) {
        return bluez_traits(p->version)->unpinned_refused;
}

/* All of its handles are, or none is. */
static bool has_handles(const Profile *profile) {
        return profile->n_services > 0 && profile->services[0]->handle > 0;
}

void pinning_init(Pinning *p, Serving *serving, const Profile *profile, unsigned tries) {
        *p = (Pinning){.serving = serving};
        handle_pins_init(&p->pins, has_handles(profile), tries);
}

void pinning_begin(Pinning *p, BluezVersion version) {
        p->version = version;
        handle_pins_renew(&p->pins);
        pin(p);
}

void pinning_refused(Pinning *p, const char *error) {
        if (error && strncmp(error, BLUEZ_TEXT_NO_ENTRY, strlen(BLUEZ_TEXT_NO_ENTRY)) == 0)
                heed(p, handle_pins_refused(&p->pins, pins_needed(p)),
                        "BlueZ refuses the pinned handles, which another service may have");
}

void pinning_stuck(Pinning *p, pid_t pid) {
        log_warning("process %d has ended, but does not leave the bus", (int)pid);
        heed(p, handle_pins_give_up(&p->pins, pins_needed(p)),
                "it may still have the pinned handles");
}

void pinning_set_tries(Pinning *p, unsigned tries) {
        handle_pins_set_tries(&p->pins, tries);
}

bool pinning_set(const Pinning *p) {
        return handle_pins_set(&p->pins);
}
