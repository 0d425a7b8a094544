/* Whether a central may have come by an advertisement that has been replaced since.
 *
 * Of a controller without extended advertising Linux makes one advertisement out of all. When a
 * central leaves it goes on with the one by which that came, and if that has been taken back since,
 * with something that nobody can connect to, and for good: net/bluetooth/hci_event.c
 * (hci_disconn_complete_evt()), hci_sync.c (hci_enable_advertising_sync(), adv_timeout_expire()).
 * Whatever is registered anew sets it right. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A central that came by the old one is told of before this is over. */
#define STRAY_USEC 5000000

/* Zero: nobody is connected, nothing was registered. */
typedef struct Stray {
        size_t centrals;
        uint64_t replaced_usec; /* when; 0: never */
        bool possible;
} Stray;

/* An advertisement is registered now; replaces: in place of another. */
void stray_registered(Stray *stray, bool replaces, uint64_t now_usec);
/* So many centrals are connected. Whether one has left that may have come by another: what is
 * registered is to be registered anew. */
bool stray_set_centrals(Stray *stray, size_t n, uint64_t now_usec);
