/* What the kernel says of its devices, as udev hears it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Longer than any that the kernel sends: its buffer is of 2048 bytes, and the head comes before. */
#define UEVENT_SIZE 4096

typedef struct Uevent {
        const char *action; /* "add", "change", "remove" */
        const char *device; /* its path below /sys, beginning with '/' */
} Uevent;

/* A socket that hears them; the caller closes it. Or a negative errno. */
int uevent_open(void);
/* Takes the next one, whose strings are in buffer. 1; 0: there is none now; -EBADMSG: what came is
 * none, or not from the kernel; -ENOBUFS: some were lost; or another negative errno. */
int uevent_receive(int fd, char buffer[static UEVENT_SIZE], Uevent *ret);

/* Reads a message of the kernel, whose data has a NUL behind its end. False if it is none. */
bool uevent_parse(Uevent *ret, const char *data, size_t size);
/* True if the file at path, which begins with /sys, belongs to the device or what is below it. */
bool uevent_concerns(const Uevent *uevent, const char *path);
