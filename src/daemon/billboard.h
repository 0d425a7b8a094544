/* One advertisement as it is shown to BlueZ: as much of it as the adapter takes, at two paths, so
 * that another content can be registered before the old one is unregistered. */
#pragma once

#include "bluez/le-advertisement.h"

/* Owned by Advertising, which may set content.beacon. */
typedef struct Billboard {
        size_t index;
        LeAdvertisementContent content;     /* its name is owned */
        LeAdvertisement *sides[2];          /* both show it */
        unsigned refusals;                  /* of what it says now */
        char unfit[ADVERTISEMENT_WHY_SIZE]; /* why not even the least of it fits; "": it does */
} Billboard;

/* Exports it. task is borrowed for the call, what it advertises for its life. */
int billboard_init(Billboard *b, sd_bus *bus, size_t index, const AdvertisementTask *task,
        const LeAdvertisementEvents *events, void *userdata);
void billboard_clear(Billboard *b);

/* All of it again, or as much as fits: unfit says why nothing does. */
void billboard_plan(Billboard *b, const AdvertisementTask *task);
/* BlueZ has refused it. Whether less of it is shown now. */
bool billboard_refused(
        Billboard *b, const AdvertisementTask *task, const char *error, const char *text);
/* content has changed. */
void billboard_show(Billboard *b, const char *name);
/* As le_advertisement_tell_name(). */
void billboard_tell_name(const Billboard *b);
/* It shows a name, or has the adapter's shown. */
bool billboard_has_name(const Billboard *b);
/* Scanners see no more than plan.name_shown bytes of this name. NULL: the adapter's, never. */
bool billboard_cuts_name(const Billboard *b, const char *name);
/* "advertisement", "advertisement beacon" */
const char *billboard_title(const Billboard *b, char out[static ADVERTISEMENT_WHY_SIZE]);
