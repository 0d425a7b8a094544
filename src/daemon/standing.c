#include "daemon/standing.h"

#include "util/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct Reason {
        const char *why; /* %s: the subject */
        const char *subject;
        const char *fix; /* %s: the object */
        const char *object;
} Reason;

/* Blocked by rfkill or broken, BlueZ before 5.73 does not say which. */
static Reason explain_power(const StandingFacts *f) {
        if (f->blocked)
                return (Reason){.why = "%s is blocked by rfkill",
                        .subject = f->adapter,
                        .fix = "rfkill unblock bluetooth"};
        if (f->power_error)
                return (Reason){.why = "the adapter cannot be powered on: %s",
                        .subject = f->power_error,
                        .fix = "rfkill unblock bluetooth; else look at `journalctl -u bluetooth`"};
        if (f->power_on)
                return (Reason){.why = "%s is being powered on", .subject = f->adapter};
        return (Reason){.why = "%s is powered off",
                .subject = f->adapter,
                .fix = "bluetoothctl power on, or set power_on = yes in [bluez]"};
}

static Reason explain_adapter(const StandingFacts *f, const char *holder) {
        if (!f->adapter && f->awaited)
                return (Reason){.why = "%s is gone, and waited for before another adapter is taken",
                        .subject = f->awaited,
                        .fix = "set adapter in [bluez], or adapter_wait"};
        if (!f->adapter && f->n_adapters > 0)
                return (Reason){.why = "adapter %s is not there, but others are",
                        .subject = f->select,
                        .fix = "set adapter in [bluez] to one that `bluetoothctl list` shows, or "
                               "to auto"};
        if (!f->adapter && strcmp(f->select, "auto") != 0)
                return (Reason){.why = "adapter %s is not there",
                        .subject = f->select,
                        .fix = "look at `bluetoothctl list` and `dmesg | grep -i bluetooth`"};
        if (!f->adapter)
                return (Reason){.why = "there is no Bluetooth adapter",
                        .fix = "look at `bluetoothctl list` and `dmesg | grep -i bluetooth`"};
        if (!f->ours)
                return (Reason){.why = "%s is served by another spored",
                        .subject = f->adapter,
                        .fix = "stop %s, or set adapter in [bluez] to another",
                        .object = holder};
        return explain_power(f);
}

static Reason explain(const StandingFacts *f, const char *holder, const char *silent) {
        if (!f->bus_answered)
                return (Reason){.why = "the bus has not answered yet"};
        if (!f->bluetoothd)
                return (Reason){
                        .why = "bluetoothd is not running", .fix = "systemctl start bluetooth"};
        if (f->silent_usec > 0)
                return (Reason){.why = "bluetoothd has not answered for %s s",
                        .subject = silent,
                        .fix = "systemctl restart bluetooth"};
        if (!f->objects_known && f->objects_error)
                return (Reason){.why = "bluetoothd does not list its objects: %s",
                        .subject = f->objects_error,
                        .fix = "look at `journalctl -u bluetooth`"};
        if (!f->objects_known)
                return (Reason){.why = "bluetoothd has not answered yet"};
        if (!f->adapter || !f->ours || !f->powered)
                return explain_adapter(f, holder);
        if (!f->has_managers)
                return (Reason){
                        .why = "%s cannot be a peripheral: it has no GATT or advertising manager",
                        .subject = f->adapter,
                        .fix = "look at `journalctl -u bluetooth`"};
        if (f->predecessor)
                return (Reason){.why = "the process that served before must leave the bus first"};
        if (f->application_error)
                return (Reason){.why = "BlueZ refuses the application: %s",
                        .subject = f->application_error,
                        .fix = "look at `journalctl -u bluetooth`"};
        if (f->advertisement_unfit)
                return (Reason){.why = "the advertisement is not sent: %s",
                        .subject = f->advertisement_unfit,
                        .fix = "a ladder in [advertisement] says what to leave out"};
        if (f->advertisement_error)
                return (Reason){.why = "BlueZ refuses the advertisement: %s",
                        .subject = f->advertisement_error,
                        .fix = "it has room for one service with a long UUID; else look at "
                               "`journalctl -u bluetooth`"};
        if (f->advertisement_over)
                return (Reason){.why = "its timeout has ended the advertisement",
                        .fix = "sporectl advertise NAME begins it anew"};
        return (Reason){.why = "being registered with BlueZ on %s", .subject = f->adapter};
}

static void fill(char *out, size_t size, const char *text, const char *subject) {
        const char *hole = text ? strstr(text, "%s") : NULL;

        if (!text)
                out[0] = '\0';
        else if (hole)
                (void)snprintf(out, size, "%.*s%s%s", (int)(hole - text), text, subject, hole + 2);
        else
                (void)snprintf(out, size, "%s", text);
}

void standing_explain(
        const StandingFacts *facts, char *why, size_t why_size, char *fix, size_t fix_size) {
        char holder[32] = "it", silent[32];
        Reason reason = {0};

        if (facts->holder > 0)
                (void)snprintf(holder, sizeof(holder), "process %d", (int)facts->holder);
        (void)snprintf(silent, sizeof(silent), "%" PRIu64, facts->silent_usec / USEC_PER_SEC);
        if (!facts->on_air)
                reason = explain(facts, holder, silent);
        fill(why, why_size, reason.why, reason.subject);
        fill(fix, fix_size, reason.fix, reason.object);
}
