/* Bytes in a row. */
#include "client/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 4096

void spored_buffer_done(SporedBuffer *buffer) {
        free(buffer->data);
        *buffer = (SporedBuffer){};
}

size_t spored_buffer_size(const SporedBuffer *buffer) {
        return buffer->used - buffer->start;
}

static int grow(SporedBuffer *buffer, size_t size) {
        size_t room = buffer->room > 0 ? buffer->room : ROOM_MIN;
        char *grown;

        while (room < size)
                room *= 2;
        grown = realloc(buffer->data, room);
        if (!grown)
                return -ENOMEM;
        buffer->data = grown;
        buffer->room = room;
        return 0;
}

int spored_buffer_reserve(SporedBuffer *buffer, size_t size, size_t limit) {
        size_t held = spored_buffer_size(buffer);

        if (held > limit || size > limit - held)
                return -ENOBUFS;
        if (size <= buffer->room - buffer->used)
                return 0;
        /* Moved only when half of it is free: so each byte is moved once, on average. */
        if (buffer->start >= held && held > 0)
                memmove(buffer->data, buffer->data + buffer->start, held);
        if (buffer->start >= held) {
                buffer->start = 0;
                buffer->used = held;
        }
        return grow(buffer, buffer->used + size);
}

void spored_buffer_drop(SporedBuffer *buffer, size_t size) {
        buffer->start += size;
        if (buffer->start == buffer->used)
                buffer->start = buffer->used = 0;
}
