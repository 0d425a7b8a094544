#include "bluez/pending-writes.h"

#include "bluez/names.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct PendingWrite {
        struct PendingWrite *next;
        uint64_t id;
        sd_bus_message *call;
} PendingWrite;

/* Owned by Application. */
struct PendingWrites {
        PendingWrite *first;
        uint64_t last_id;
};

int pending_writes_new(PendingWrites **ret) {
        *ret = calloc(1, sizeof(PendingWrites));
        return *ret ? 0 : -ENOMEM;
}

PendingWrites *pending_writes_free(PendingWrites *pending) {
        if (!pending)
                return NULL;
        pending_writes_clear(pending);
        free(pending);
        return NULL;
}

int pending_writes_add(PendingWrites *pending, sd_bus_message *m, uint64_t *ret_id) {
        PendingWrite *write = calloc(1, sizeof(*write));
        if (!write)
                return -ENOMEM;

        write->id = *ret_id = ++pending->last_id;
        write->call = sd_bus_message_ref(m);
        write->next = pending->first;
        pending->first = write;
        return 0;
}

/* NULL: it does not wait. The caller owns the call. */
static sd_bus_message *take(PendingWrites *pending, uint64_t id) {
        PendingWrite **link = &pending->first;

        while (*link && (*link)->id != id)
                link = &(*link)->next;
        PendingWrite *write = *link;
        if (!write)
                return NULL;
        *link = write->next;
        sd_bus_message *call = write->call;
        free(write);
        return call;
}

void pending_writes_answer(PendingWrites *pending, uint64_t id, unsigned code) {
        sd_bus_message *call = take(pending, id);
        if (!call)
                return;

        int r = code ? sd_bus_reply_method_errorf(call, BLUEZ_ERROR_FAILED, ATT_CODE_TEXT, code)
                     : sd_bus_reply_method_return(call, NULL);
        if (r < 0)
                log_warning("a write cannot be answered: %s", strerror(-r));
        sd_bus_message_unref(call);
}

void pending_writes_forget(PendingWrites *pending, uint64_t id) {
        sd_bus_message_unref(take(pending, id));
}

void pending_writes_clear(PendingWrites *pending) {
        while (pending->first)
                pending_writes_forget(pending, pending->first->id);
}
