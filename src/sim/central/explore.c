/* A central that reads everything and subscribes to everything. */
#include "sim/central/explore.h"

#include "sim/central/tasks.h"
#include "sim/event.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Explore {
        Central *central;
        CentralDone done;
        void *userdata;
        uint32_t from; /* the next handle; above UINT16_MAX: none */
        bool subscribes;
        CentralDone on_step;
} Explore;

static bool is_wanted(const Explore *e, const Attribute *a, const Target *target) {
        if (e->subscribes)
                return a->kind == ATTRIBUTE_VALUE && target->ccc != 0;
        return a->kind == ATTRIBUTE_DESCRIPTOR ||
               (a->kind == ATTRIBUTE_VALUE && (a->properties & PROPERTY_READ));
}

/* The next attribute that is read or subscribed to. */
static bool next(Explore *e, const RemoteTable *table, Target *ret) {
        const Attribute *a;

        while (e->from <= UINT16_MAX && (a = remote_table_attribute(table, (uint16_t)e->from))) {
                e->from = a->handle + UINT32_C(1);
                remote_table_target(ret, table, a->handle);
                if (is_wanted(e, a, ret))
                        return true;
        }
        return false;
}

static void tell_explored(const Explore *e, const RemoteTable *table) {
        unsigned services = 0, characteristics = 0;
        char number[16];

        for (size_t i = 0; i < table->n; i++) {
                services += table->attributes[i].kind == ATTRIBUTE_SERVICE;
                characteristics += table->attributes[i].kind == ATTRIBUTE_VALUE;
        }
        central_event_begin(e->central, "explored");
        (void)snprintf(number, sizeof(number), "%u", services);
        event_add("services", number);
        (void)snprintf(number, sizeof(number), "%u", characteristics);
        event_add("characteristics", number);
        event_end();
}

static int ask(Explore *e, const Target *target) {
        if (!e->subscribes)
                return task_read(e->central, target, e->on_step, e);
        return task_write_ccc(e->central, target, "subscribed",
                target->properties & PROPERTY_NOTIFY ? 1 : 2, e->on_step, e);
}

/* 0: something was asked for; 1: that was all. */
static int go_on(Explore *e) {
        const RemoteTable *table;
        Target target;

        int r = central_discover(e->central, &table);
        if (r < 0)
                return r;
        while (!next(e, table, &target)) {
                if (e->subscribes) {
                        tell_explored(e, table);
                        return 1;
                }
                e->subscribes = true;
                e->from = 1;
        }
        return ask(e, &target);
}

static void on_step(int r, void *userdata) {
        Explore *e = userdata;

        if (r == 0)
                r = go_on(e);
        if (r == 0)
                return;
        e->done(r < 0 ? r : 0, e->userdata);
        free(e);
}

int explore_start(Central *central, CentralDone done, void *userdata) {
        Explore *e = calloc(1, sizeof(*e));

        if (!e)
                return -ENOMEM;
        *e = (Explore){.central = central,
                .done = done,
                .userdata = userdata,
                .from = 1,
                .on_step = on_step};
        central_forget_table(central);
        int r = go_on(e);
        if (r == 1)
                done(0, userdata);
        if (r != 0)
                free(e);
        return r < 0 ? r : 0;
}
