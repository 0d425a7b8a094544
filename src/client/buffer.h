/* Bytes in a row, put in behind and taken out in front, up to a bound. Empty: all zero.
 *
 * The library is installed as an archive: every name in it that other files see begins with
 * spored_, and nothing of util is linked into it. */
#pragma once

#include <stddef.h>

typedef struct SporedBuffer {
        char *data; /* owned */
        size_t room;
        size_t start, used; /* what is in it: from start to before used */
} SporedBuffer;

void spored_buffer_done(SporedBuffer *buffer);
size_t spored_buffer_size(const SporedBuffer *buffer);
/* Makes room for size bytes behind `used`. -ENOBUFS: more than limit bytes would be in it; -ENOMEM.
 */
int spored_buffer_reserve(SporedBuffer *buffer, size_t size, size_t limit);
/* Forgets size bytes in front. */
void spored_buffer_drop(SporedBuffer *buffer, size_t size);
