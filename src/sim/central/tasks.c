/* What a central asks for, and the event that tells of the answer. */
#include "sim/central/tasks.h"

#include "sim/central/tale.h"
#include "sim/event.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CCC_SIZE 2

typedef struct Task {
        Central *central;
        Target target;
        const char *told;
        bool is_ccc;
        uint16_t offset;
        size_t size; /* of what is written */
        CentralDone done;
        void *userdata;
        uint8_t data[];
} Task;

static void add_ccc(const Task *t, const uint8_t *data, size_t size) {
        char number[8];

        if (strcmp(t->told, "ccc") != 0)
                return;
        if (size != CCC_SIZE) {
                event_add_hex("hex", data, size);
                return;
        }
        (void)snprintf(number, sizeof(number), "%u", (unsigned)bytes_get_le(data, CCC_SIZE));
        event_add("value", number);
}

static void tell(const Task *t, uint8_t error, const uint8_t *data, size_t size) {
        const Profile *profile = central_air(t->central)->profile;
        char number[8];

        central_event_begin(t->central, t->told);
        tale_add_target(profile, &t->target);
        if (t->offset > 0) {
                (void)snprintf(number, sizeof(number), "%u", t->offset);
                event_add("offset", number);
        }
        if (error != 0) {
                (void)snprintf(number, sizeof(number), "0x%02x", error);
                event_add("error", number);
        } else if (t->is_ccc) {
                add_ccc(t, data, size);
        } else if (t->offset > 0) {
                event_add_hex("hex", data, size);
        } else {
                tale_add_value(profile, &t->target, data, size);
        }
        event_end();
}

static void on_answer(int r, uint8_t error, const uint8_t *data, size_t size, void *userdata) {
        _cleanup_free_ Task *t = userdata;
        bool wrote = t->size > 0 || strcmp(t->told, "wrote") == 0;

        if (r == 0)
                tell(t, error, wrote ? t->data : data, wrote ? t->size : size);
        t->done(r, t->userdata);
}

static Task *task_new(Central *central, const Target *target, const char *told, const uint8_t *data,
        size_t size, CentralDone done, void *userdata) {
        Task *t = calloc(1, sizeof(*t) + size);

        if (!t)
                return NULL;
        t->central = central;
        t->target = *target;
        t->told = told;
        t->size = size;
        t->done = done;
        t->userdata = userdata;
        if (size > 0)
                memcpy(t->data, data, size);
        return t;
}

static int started(Task *t, int r) {
        if (r < 0)
                free(t);
        return r;
}

int task_read(Central *central, const Target *target, CentralDone done, void *userdata) {
        Task *t = task_new(central, target, "read", NULL, 0, done, userdata);

        return t ? started(t, request_read(central_requests(central), target->handle, on_answer, t))
                 : -ENOMEM;
}

int task_read_once(
        Central *central, const Target *target, uint16_t offset, CentralDone done, void *userdata) {
        Task *t = task_new(central, target, "read", NULL, 0, done, userdata);

        if (!t)
                return -ENOMEM;
        t->offset = offset;
        return started(t,
                request_read_once(central_requests(central), target->handle, offset, on_answer, t));
}

int task_write(Central *central, const Target *target, const uint8_t *data, size_t size,
        CentralDone done, void *userdata) {
        Task *t = task_new(central, target, "wrote", data, size, done, userdata);

        return t ? started(t, request_write(central_requests(central), target->handle, data, size,
                                      on_answer, t))
                 : -ENOMEM;
}

int task_write_ccc(Central *central, const Target *target, const char *told, uint16_t value,
        CentralDone done, void *userdata) {
        uint8_t data[CCC_SIZE];

        bytes_put_le(data, sizeof(data), value);
        Task *t = task_new(central, target, told, data, sizeof(data), done, userdata);
        if (!t)
                return -ENOMEM;
        t->is_ccc = true;
        return started(t, request_write(central_requests(central), target->ccc, data, sizeof(data),
                                  on_answer, t));
}

int task_read_ccc(Central *central, const Target *target, CentralDone done, void *userdata) {
        Task *t = task_new(central, target, "ccc", NULL, 0, done, userdata);

        if (!t)
                return -ENOMEM;
        t->is_ccc = true;
        return started(t, request_read(central_requests(central), target->ccc, on_answer, t));
}
