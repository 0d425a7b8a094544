#include "daemon/air.h"

#include "daemon/centrals.h"
#include "loop/timer.h"
#include "util/log.h"

#include <errno.h>
#include <string.h>

static void on_changed(void *userdata) {
        Daemon *d = userdata;

        /* Something was heard from the bus: it works. */
        backoff_reset(&d->backoff);
        daemon_announce(d);
}

static void connect_later(Daemon *d) {
        timer_start_once(d->loop, &d->connect_again, backoff_next_usec(&d->backoff));
}

/* From the loop: it frees the peripheral, which may be telling. */
static void end_leaving(Daemon *d) {
        d->unregistered = true;
        timer_start_once(d->loop, &d->leave, 0);
}

static void on_disconnected(int error, void *userdata) {
        Daemon *d = userdata;

        log_warning("the bus connection is lost: %s", strerror(-error));
        d->bus_lost = true;
        d->bus_error = error;
        if (d->air == AIR_LEAVING) {
                end_leaving(d);
                return;
        }
        daemon_announce(d);
        connect_later(d);
}

static void on_stopped(void *userdata) {
        Daemon *d = userdata;

        log_info("unregistered from BlueZ");
        end_leaving(d);
}

static const PeripheralEvents peripheral_events = {
        .changed = on_changed,
        .disconnected = on_disconnected,
        .stopped = on_stopped,
        .write = centrals_write,
        .descriptor_write = centrals_descriptor_write,
        .room = daemon_room,
        .connection = centrals_connection,
};

/* Nobody is notified any more: whoever waits for room has it. */
static void tell_room(Daemon *d) {
        for (size_t i = 0; i < d->profile->n_characteristics; i++)
                daemon_room(profile_at(d->profile, i), d);
}

/* What was counted there goes on being counted. */
static void end_peripheral(Daemon *d) {
        d->calls_refused += peripheral_calls_refused(d->peripheral);
        d->devices_dropped += devices_dropped(peripheral_devices(d->peripheral));
        d->peripheral = peripheral_free(d->peripheral);
        tell_room(d);
}

static void disconnect(Daemon *d) {
        if (!d->peripheral)
                return;
        /* The next bus knows nothing of this one's writes. */
        verdicts_give_up(d->verdicts, NULL);
        peripheral_forget(d->peripheral);
        end_peripheral(d);
}

void air_disconnect(Daemon *d) {
        disconnect(d);
        /* BlueZ drops what a client that left the bus had registered: nothing is waited for. */
        if (d->air == AIR_LEAVING && !d->unregistered)
                end_leaving(d);
}

void air_connect(Daemon *d) {
        disconnect(d);
        d->air = AIR_ON;
        d->bus_lost = false;
        d->bus_error = peripheral_new(
                &d->peripheral, d->loop, d->settings, d->profile, d->values, &peripheral_events, d);
        if (d->bus_error < 0)
                connect_later(d);
        else if (d->name && peripheral_set_name(d->peripheral, d->name) < 0)
                log_error("no memory for the name \"%s\"", d->name);
        daemon_announce(d);
}

static void on_connect_again(struct ev_loop *loop, struct ev_timer *w, int revents) {
        air_connect(w->data);
}

void air_give_up(Daemon *d) {
        char left[256];

        if (d->air != AIR_LEAVING || d->unregistered || !d->peripheral)
                return;
        peripheral_left(d->peripheral, left, sizeof(left));
        if (*left)
                log_warning("left registered: %s (no answer from bluetoothd)", left);
        d->unregistered = true;
}

/* It has unregistered, or its time is over. */
static void on_leave(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Daemon *d = w->data;

        air_give_up(d);
        disconnect(d);
        d->air = AIR_OFF;
        if (d->stopping)
                daemon_end_if_done(d);
        else if (!d->deactivated)
                air_connect(d);
        else
                daemon_announce(d);
}

void air_leave(Daemon *d) {
        if (d->air == AIR_LEAVING)
                return;
        d->air = AIR_LEAVING;
        d->unregistered = false;
        ev_timer_stop(d->loop, &d->connect_again);
        if (d->verdicts)
                verdicts_give_up(d->verdicts, NULL);
        if (d->peripheral && !d->bus_lost) {
                timer_start_once(d->loop, &d->leave, d->settings->daemon.shutdown_timeout_usec);
                peripheral_stop(d->peripheral);
        } else {
                end_leaving(d);
        }
}

void air_deactivate(Daemon *d) {
        if (d->deactivated)
                return;
        log_info("deactivated by a program");
        d->deactivated = true;
        air_leave(d);
        daemon_announce(d);
}

void air_activate(Daemon *d) {
        if (!d->deactivated)
                return;
        log_info("activated by a program");
        d->deactivated = false;
        if (d->air == AIR_OFF)
                air_connect(d);
        else
                daemon_announce(d);
}

void air_init(Daemon *d) {
        ev_timer_init(&d->connect_again, on_connect_again, 0., 0.);
        ev_timer_init(&d->leave, on_leave, 0., 0.);
        d->connect_again.data = d->leave.data = d;
        backoff_init(
                &d->backoff, d->settings->bluez.retry_min_usec, d->settings->bluez.retry_max_usec);
}

void air_reconfigure(Daemon *d) {
        backoff_set_bounds(
                &d->backoff, d->settings->bluez.retry_min_usec, d->settings->bluez.retry_max_usec);
}

void air_failed(Daemon *d, int error) {
        log_error("what is served cannot be put on the bus: %s", strerror(-error));
        verdicts_give_up(d->verdicts, NULL);
        end_peripheral(d);
        d->bus_error = error;
        connect_later(d);
}

void air_resume(Daemon *d) {
        if (d->air == AIR_OFF && !d->deactivated)
                air_connect(d);
        else if (d->air == AIR_ON && !ev_is_active(&d->connect_again))
                connect_later(d);
}
