/* What the kernel tells of the files of sensors, so that they are read at once.
 *
 * A file of sysfs wakes by its own poll(2), where its driver tells of changes, and by each uevent
 * of its device; any other by inotify(7), when a writer closes it or another file takes its name.
 * Files of procfs never wake. */
#pragma once

#include "sense/uevent.h"
#include "util/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct Wakes Wakes;

/* For n files, each known by an index below n. Or a negative errno. */
int wakes_new(Wakes **ret, size_t n);
Wakes *wakes_free(Wakes *wakes);
DEFINE_CLEANUP(Wakes *, wakes_free);

/* Readable when wakes_take() has something to say. */
int wakes_fd(const Wakes *wakes);

/* From now on the file of index is the one at path, which is absolute; NULL: none was found, then
 * any new device wakes. Meant to be called each time before the file is read. 0: nothing has
 * changed; 1: changes are told from now on, those before may have been missed; or a negative errno,
 * -EOPNOTSUPP for procfs: nothing will be told. */
int wakes_watch(Wakes *wakes, size_t index, const char *path);

/* Sets woken[index] for each file that may have changed. */
void wakes_take(Wakes *wakes, bool *woken);
/* Likewise for one message: for what belongs to its device, and where no file was found, since a
 * new device may have it. */
void wakes_take_uevent(const Wakes *wakes, const Uevent *uevent, bool *woken);
