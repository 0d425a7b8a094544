/* A central's requests, one after the other. */
#include "sim/central/request-queue.h"

#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ATT_VALUE_MAX   512                   /* Core Specification, Vol 3, Part F, 3.2.9 */
#define READ_HEADER     1                     /* of a response */
#define WRITE_HEADER    3                     /* of a request */
#define WRITE_SIZE_LAST (ATT_VALUE_MAX + 512) /* what is too long is the server's to refuse */

typedef enum RequestKind { REQUEST_READ, REQUEST_READ_ONCE, REQUEST_WRITE } RequestKind;

typedef struct Request {
        struct Request *next;
        RequestKind kind;
        uint16_t handle;
        RequestAnswer answer;
        void *userdata;
        uint16_t offset;
        size_t size; /* to write, or read so far */
        uint8_t data[WRITE_SIZE_LAST];
} Request;

struct RequestQueue {
        GattLink *link; /* NULL: closed */
        uint16_t mtu;
        Request *first; /* owned, as all that follow */
        bool in_flight; /* the first one waits for its answer */
        bool pumping;
        GattAnswer answered;
};

static void finish(RequestQueue *q, int r, uint8_t error) {
        _cleanup_free_ Request *request = q->first;
        bool has_data = r == 0 && error == 0 && request->kind != REQUEST_WRITE;

        q->first = request->next;
        request->answer(r, error, has_data ? request->data : NULL, has_data ? request->size : 0,
                request->userdata);
}

/* True: more of the value may follow. */
static bool take_piece(const RequestQueue *q, const uint8_t *data, size_t size) {
        Request *request = q->first;
        size_t room = sizeof(request->data) - request->size;

        if (request->kind == REQUEST_WRITE)
                return false;
        if (size > room)
                size = room;
        if (size > 0)
                memcpy(request->data + request->size, data, size);
        request->size += size;
        return request->kind == REQUEST_READ && size + READ_HEADER == q->mtu &&
               request->size < ATT_VALUE_MAX;
}

static void begin(RequestQueue *q, Request *request) {
        q->in_flight = true;
        switch (request->kind) {
        case REQUEST_READ:
        case REQUEST_READ_ONCE:
                gatt_link_read(q->link, request->handle,
                        (uint16_t)(request->offset + request->size), q->answered, q);
                return;
        case REQUEST_WRITE:
                if (request->size + WRITE_HEADER <= q->mtu)
                        gatt_link_write(q->link, request->handle, request->data, request->size,
                                q->answered, q);
                else
                        gatt_link_write_long(q->link, request->handle, request->data, request->size,
                                q->answered, q);
                return;
        }
}

/* Answers may come at once: a loop, where they would call each other without end. */
static void pump(RequestQueue *q) {
        if (q->pumping)
                return;
        q->pumping = true;
        while (q->link && q->first && !q->in_flight)
                begin(q, q->first);
        q->pumping = false;
}

static void on_answer(uint8_t error, const uint8_t *data, size_t size, void *userdata) {
        RequestQueue *q = userdata;

        /* A central that has vanished hears no answers. */
        if (!q->in_flight)
                return;
        q->in_flight = false;
        if (error != 0 || !take_piece(q, data, size))
                finish(q, 0, error);
        pump(q);
}

static int add(RequestQueue *q, const Request *request) {
        Request **last = &q->first;

        if (!q->link)
                return -ENOTCONN;
        Request *copy = malloc(sizeof(*copy));
        if (!copy)
                return -ENOMEM;
        *copy = *request;
        while (*last)
                last = &(*last)->next;
        *last = copy;
        pump(q);
        return 0;
}

int request_read(RequestQueue *queue, uint16_t handle, RequestAnswer answer, void *userdata) {
        return add(queue, &(Request){.kind = REQUEST_READ,
                                  .handle = handle,
                                  .answer = answer,
                                  .userdata = userdata});
}

int request_read_once(RequestQueue *queue, uint16_t handle, uint16_t offset, RequestAnswer answer,
        void *userdata) {
        return add(queue, &(Request){.kind = REQUEST_READ_ONCE,
                                  .handle = handle,
                                  .offset = offset,
                                  .answer = answer,
                                  .userdata = userdata});
}

int request_write(RequestQueue *queue, uint16_t handle, const uint8_t *data, size_t size,
        RequestAnswer answer, void *userdata) {
        Request request = {
                .kind = REQUEST_WRITE, .handle = handle, .answer = answer, .userdata = userdata};

        request.size = size < sizeof(request.data) ? size : sizeof(request.data);
        if (request.size > 0)
                memcpy(request.data, data, request.size);
        return add(queue, &request);
}

void request_queue_open(RequestQueue *queue, GattLink *link, uint16_t mtu) {
        queue->link = link;
        queue->mtu = mtu;
        queue->in_flight = false;
}

void request_queue_close(RequestQueue *queue, int error) {
        queue->link = NULL;
        queue->in_flight = false;
        while (queue->first)
                finish(queue, error, 0);
}

int request_queue_new(RequestQueue **ret) {
        RequestQueue *q = calloc(1, sizeof(*q));

        if (!q)
                return -ENOMEM;
        q->answered = on_answer;
        *ret = q;
        return 0;
}

RequestQueue *request_queue_free(RequestQueue *queue) {
        if (!queue)
                return NULL;
        request_queue_close(queue, -ECANCELED);
        free(queue);
        return NULL;
}
