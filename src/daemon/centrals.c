#include "daemon/centrals.h"

#include "core/att-codes.h"
#include "util/clock.h"
#include "util/log.h"

static int take(Daemon *d, const Characteristic *c, const uint8_t *data, size_t size) {
        int r = 0;

        if (c->on_write == ON_WRITE_STORE)
                r = values_store(d->values, c, data, size, clock_now_usec());
        if (r < 0)
                return r;
        values_at(d->values, c)->writes++;
        if (c->on_write == ON_WRITE_STORE)
                daemon_taken(d, c);
        return 0;
}

static int refuse(Daemon *d, const Characteristic *c, unsigned code) {
        Value *v = values_at(d->values, c);

        v->writes_refused++;
        if (code == ATT_NO_VERDICT)
                v->verdicts_late++;
        log_debug("a write of %s is refused: 0x%02x", c->name, code);
        return (int)code;
}

static void on_decided(const VerdictWrite *write, unsigned code, void *userdata) {
        Daemon *d = userdata;
        const Characteristic *c = write->characteristic;

        /* First, because the central waits, and the value's notification would come before it. */
        if (d->peripheral)
                peripheral_answer_write(d->peripheral, write->write_id, code);
        if (code == 0)
                (void)take(d, c, write->data, write->size);
        else
                (void)refuse(d, c, code);
}

const VerdictsEvents centrals_verdicts_events = {.decided = on_decided};

/* Kept before the handler is told: it may be gone by the time that it has been. */
static int ask_handler(Daemon *d, const ServerWrite *write, uint64_t write_id) {
        VerdictWrite pending = {
                .number = write->number,
                .write_id = write_id,
                .characteristic = write->characteristic,
                .data = write->data,
                .size = write->size,
        };

        if (verdicts_add(d->verdicts, &pending) == VERDICTS_E_FULL)
                return refuse(d, write->characteristic, ATT_NO_VERDICT);
        server_emit_write(d->server, write);
        return PERIPHERAL_PENDING;
}

int centrals_write(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
        uint64_t write_id, void *userdata) {
        Daemon *d = userdata;
        bool handled = d->server && server_handled(d->server, c);
        ServerWrite write = {
                .number = ++d->n_writes,
                .characteristic = c,
                .device = device,
                .data = data,
                .size = size,
                .wants_verdict = handled && c->verdict == VERDICT_HANDLER,
        };

        if (!handled && c->unhandled == UNHANDLED_REFUSE)
                return refuse(d, c, ATT_UNHANDLED);
        if (write.wants_verdict)
                return ask_handler(d, &write, write_id);
        int r = take(d, c, data, size);
        if (r >= 0 && d->server)
                server_emit_write(d->server, &write);
        return r;
}

static void log_event(const ConnectionEvent *event) {
        const char *who = event->device ? event->device : "a central";

        switch (event->kind) {
        case CONNECTION_CONNECTED:
                log_debug("%s is connected", who);
                break;
        case CONNECTION_DISCONNECTED:
                log_debug(
                        "%s has left: %s", who, event->reason ? event->reason : "no reason given");
                break;
        case CONNECTION_MTU:
                log_debug("%s has an MTU of %u", who, event->mtu);
                break;
        case CONNECTION_ADDRESS:
                log_debug("%s is %s", event->was, who);
                break;
        case CONNECTION_BONDED:
                log_debug("%s is %s", who, event->bonded ? "bonded" : "no longer bonded");
                break;
        case CONNECTION_SUBSCRIBED:
                log_debug("%s is subscribed by %s", event->characteristic->name, who);
                break;
        case CONNECTION_UNSUBSCRIBED:
                log_debug("%s is no longer subscribed", event->characteristic->name);
                break;
        case _CONNECTION_EVENT_KIND_MAX:
                break;
        }
}

void centrals_connection(const ConnectionEvent *event, void *userdata) {
        Daemon *d = userdata;

        log_event(event);
        if (d->server)
                server_emit_connection(d->server, event);
        daemon_announce(d);
}

void centrals_descriptor_write(const Characteristic *c, const Descriptor *descriptor,
        const char *device, const uint8_t *data, size_t size, void *userdata) {
        const Daemon *d = userdata;
        const ServerDescriptorWrite write = {
                .characteristic = c,
                .descriptor = descriptor,
                .device = device,
                .data = data,
                .size = size,
        };

        if (d->server)
                server_emit_descriptor_write(d->server, &write);
}
