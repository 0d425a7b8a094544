/* Pairing by Just Works, as a central asks for it. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"
#include "loop/timer.h"
#include "sim/bluetoothd/message-events.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <string.h>
#include <strings.h>

#define AGENT_USEC (60 * USEC_PER_SEC) /* bluez src/agent.c, REQUEST_TIMEOUT */

/* Reasons of Pairing Failed (Core Specification, 3.H.3.5.5). */
#define SMP_NOT_SUPPORTED 0x05
#define SMP_UNSPECIFIED   0x08
#define SMP_NOT_CONFIRMED 0x0c

static void clear(Pairing *p) {
        ev_timer_stop(p->bluez->loop, &p->timer);
        sd_bus_slot_unref(p->slot);
        *p = (Pairing){};
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Pairing *p = w->data;
        Bluez *b = p->bluez;
        GattAnswer answer = p->answer;
        void *userdata = p->userdata;
        uint8_t error = p->error;
        DeviceObject *d = device_object_find(b, p->address);

        clear(p);
        if (error == 0 && d && d->connected)
                device_object_set_bonded(d);
        answer(d ? error : SMP_UNSPECIFIED, NULL, 0, userdata);
}

/* From the loop: the central may ask for anything when it is told. */
static void end(Pairing *p, uint8_t error) {
        p->slot = sd_bus_slot_unref(p->slot);
        p->agent = NULL;
        p->error = error;
        timer_start_once(p->bluez->loop, &p->timer, 0);
}

static int on_authorized(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        end(userdata, sd_bus_message_is_method_error(m, NULL) ? SMP_NOT_CONFIRMED : 0);
        return 0;
}

static int ask_agent(Pairing *p, Agent *agent, const DeviceObject *d) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        char path[OBJECT_PATH_SIZE];
        sd_bus *bus = p->bluez->bus;

        device_object_path(d, path, sizeof(path));
        int r = sd_bus_message_new_method_call(
                bus, &m, agent->owner, agent->path, BLUEZ_AGENT, "RequestAuthorization");
        if (r >= 0)
                r = sd_bus_message_append(m, "o", path);
        if (r < 0)
                return r;
        tell_own_call(m);
        p->agent = agent;
        return sd_bus_call_async(bus, &p->slot, m, on_authorized, p, AGENT_USEC);
}

static Pairing *find_free(Bluez *b) {
        for (Pairing *p = b->pairings; p < b->pairings + PAIRINGS_MAX; p++)
                if (!*p->address)
                        return p;
        return NULL;
}

void bluez_pair(Bluez *bluez, const char *address, GattAnswer answer, void *userdata) {
        const DeviceObject *d = device_object_find(bluez, address);
        const AdapterObject *a = d ? device_object_adapter(d) : NULL;
        Agent *agent = agent_manager_default(bluez);
        Pairing *p = find_free(bluez);

        if (!p) {
                answer(SMP_UNSPECIFIED, NULL, 0, userdata);
                return;
        }
        *p = (Pairing){.bluez = bluez, .answer = answer, .userdata = userdata};
        text_copy(p->address, sizeof(p->address), address);
        ev_timer_init(&p->timer, on_timer, 0., 0.);
        p->timer.data = p;
        bool may = agent ? a && adapter_object_is(a, "Pairable") : bluez->agrees;
        if (!bluez->bus || !a || !may)
                end(p, SMP_NOT_SUPPORTED);
        else if (!d->bonded && !agent)
                end(p, 0);
        else if (d->bonded || ask_agent(p, agent, d) < 0)
                end(p, SMP_NOT_CONFIRMED); /* bonded: JustWorksRepairing=never */
}

void pairings_drop(Bluez *b, const char *address) {
        for (Pairing *p = b->pairings; p < b->pairings + PAIRINGS_MAX; p++) {
                if (!*p->address || (address && strcasecmp(p->address, address) != 0))
                        continue;
                if (p->agent && b->bus)
                        object_send_call(b, p->agent->owner, p->agent->path, BLUEZ_AGENT, "Cancel");
                clear(p);
        }
}

void pairings_lose_agent(Bluez *b, const Agent *agent) {
        for (Pairing *p = b->pairings; p < b->pairings + PAIRINGS_MAX; p++)
                if (*p->address && p->agent == agent)
                        end(p, SMP_NOT_CONFIRMED);
}
