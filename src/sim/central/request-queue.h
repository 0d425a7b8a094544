/* A central's requests, one after the other: the Attribute Protocol allows no second one before
 * the first is answered (Core Specification, Vol 3, Part F, 3.3.2). */
#pragma once

#include "sim/gatt/gatt-server.h"

typedef struct RequestQueue RequestQueue;

/* r is 0, and error the ATT code (0: none) and data (borrowed) what was read; or r is the negative
 * errno of request_queue_close(). Perhaps told before the request returns. */
typedef void (*RequestAnswer)(
        int r, uint8_t error, const uint8_t *data, size_t size, void *userdata);

int request_queue_new(RequestQueue **ret);
/* Answers what waits with -ECANCELED. */
RequestQueue *request_queue_free(RequestQueue *queue);

/* link is borrowed until the queue is closed. */
void request_queue_open(RequestQueue *queue, GattLink *link, uint16_t mtu);
/* Answers what waits with error. */
void request_queue_close(RequestQueue *queue, int error);

/* All return 0, -ENOTCONN if the queue is closed, or -ENOMEM; only after 0 answer is called. */
/* The whole value, by as many reads as it takes. */
int request_read(RequestQueue *queue, uint16_t handle, RequestAnswer answer, void *userdata);
int request_read_once(RequestQueue *queue, uint16_t handle, uint16_t offset, RequestAnswer answer,
        void *userdata);
/* By one request if it fits into the MTU, else prepared and executed. */
int request_write(RequestQueue *queue, uint16_t handle, const uint8_t *data, size_t size,
        RequestAnswer answer, void *userdata);
