/* The MTUs of centrals' links, as far as BlueZ has named them: it does so when one reads or writes.
 * What is not known is not guessed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define LINK_MTUS_MAX     32 /* links that are remembered; controllers rarely have more */
#define LINK_DEVICE_SIZE  18 /* "AA:BB:CC:DD:EE:FF" */
#define ATT_MTU_MIN       23 /* Core Specification, Vol 3, Part G, 5.2.1 */
#define NOTIFICATION_HEAD 3  /* bytes of a notification before its value, Part F, 3.4.7.1 */

typedef struct LinkMtu {
        char device[LINK_DEVICE_SIZE];
        uint16_t mtu;
} LinkMtu;

/* All zero: none is known. */
typedef struct LinkMtus {
        LinkMtu links[LINK_MTUS_MAX];
        size_t n;
} LinkMtus;

/* A later MTU takes the place of the one before. What cannot be one, and a link beyond
 * LINK_MTUS_MAX, is not remembered. */
void link_mtus_note(LinkMtus *mtus, const char *device, uint16_t mtu);
/* Its central has another address now. */
void link_mtus_rename(LinkMtus *mtus, const char *was, const char *device);
/* The link has ended. */
void link_mtus_end(LinkMtus *mtus, const char *device);
/* 0: none is known. */
uint16_t link_mtus_smallest(const LinkMtus *mtus);
