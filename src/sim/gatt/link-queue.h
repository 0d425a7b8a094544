/* What is on its way to one central: answers, values, and one indication at a time. Everything is
 * told from the loop. */
#pragma once

#include "sim/gatt/gatt-server.h"

typedef struct LinkQueue LinkQueue;

/* Who is to hear of a confirmed indication. */
typedef struct Confirmation {
        uint64_t provider; /* by Confirm(); 0: nobody */
        uint64_t socket;   /* by a byte; 0: nobody */
} Confirmation;

int link_queue_new(
        LinkQueue **ret, struct ev_loop *loop, const GattLinkEvents *events, void *userdata);
/* What waits is dropped. May be called in any of the events and answers. */
LinkQueue *link_queue_free(LinkQueue *queue);
/* Values and answers that wait are dropped, and no more are taken. */
void link_queue_close(LinkQueue *queue);

/* answer NULL: nobody asks. Data is copied. */
void link_queue_answer(LinkQueue *queue, GattAnswer answer, void *userdata, uint8_t error,
        const uint8_t *data, size_t size);
/* Without a bound, as bluetoothd does it. confirmation is NULL for a notification. */
void link_queue_send(LinkQueue *queue, uint16_t handle, const uint8_t *data, size_t size,
        const Confirmation *confirmation);
/* The central has confirmed. False: nothing was to be confirmed. */
bool link_queue_confirm(LinkQueue *queue, Confirmation *ret);
void link_queue_hold(LinkQueue *queue, bool hold);
size_t link_queue_waiting(const LinkQueue *queue);
