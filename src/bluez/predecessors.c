#include "bluez/predecessors.h"

#include "bluez/message.h"
#include "bluez/names.h"
#include "loop/timer.h"
#include "util/log.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct Name {
        char *name;
        pid_t pid; /* 0: not asked yet, or nobody who matters */
} Name;

/* Owned by Presence. */
struct Predecessors {
        struct ev_loop *loop;
        sd_bus *bus;
        uint64_t timeout_usec;
        const PredecessorsEvents *events;
        void *userdata;
        PredecessorsState state;
        pid_t last;    /* 0: there is none */
        pid_t settled; /* a last one that was looked for: whoever has its number now is another */
        uint32_t our_uid; /* as the bus knows it */
        Name *names;      /* the unique names on the bus, our own first */
        size_t n_names, asked;
        sd_bus_slot *match_slot, *call_slot;
        struct ev_timer timeout;
};

static void forget_names(Predecessors *p) {
        for (size_t i = 0; i < p->n_names; i++)
                free(p->names[i].name);
        free(p->names);
        p->names = NULL;
        p->n_names = p->asked = 0;
}

static void predecessors_enter_state(Predecessors *p, PredecessorsState state) {
        if (p->state == state)
                return;
        p->state = state;
        if (state == PREDECESSORS_GONE || state == PREDECESSORS_STUCK) {
                p->call_slot = sd_bus_slot_unref(p->call_slot);
                ev_timer_stop(p->loop, &p->timeout);
                p->settled = p->last ? p->last : p->settled;
        }
        if (state == PREDECESSORS_GONE)
                forget_names(p);
        p->events->changed(p->userdata);
}

/* A zombie has ended too: its descriptors are closed. */
static bool has_ended(pid_t pid) {
        int fd = (int)syscall(SYS_pidfd_open, pid, 0);

        if (fd < 0)
                return kill(pid, 0) < 0 && errno == ESRCH;
        bool ended = poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0) > 0;
        close(fd);
        return ended;
}

pid_t predecessors_pid(const Predecessors *p) {
        for (size_t i = 0; i < p->asked; i++)
                if (p->names[i].pid > 0)
                        return p->names[i].pid;
        return 0;
}

static void conclude(Predecessors *p) {
        bool here = predecessors_pid(p) > 0;

        if (p->state == PREDECESSORS_UNKNOWN && here)
                log_info("process %d, which has ended or given up the adapter, is still on the "
                         "bus: waiting for it to leave",
                        (int)predecessors_pid(p));
        predecessors_enter_state(p, here ? PREDECESSORS_HERE : PREDECESSORS_GONE);
}

/* Without an answer there is nothing to wait for. */
static void give_up(Predecessors *p, const char *why) {
        log_warning("whoever was here before cannot be looked for on the bus: %s", why);
        forget_names(p);
        conclude(p);
}

static int ask_next(Predecessors *p);

typedef struct Credentials {
        uint32_t pid, uid; /* 0, UINT32_MAX: not said */
} Credentials;

/* The answer for our own name shows whether the numbers are those that we know. A connection may
 * well outlive who has made it (a program that goes into the background afterwards): another
 * user's is not of ours. */
static void note(Predecessors *p, const Credentials *found) {
        Name *name = &p->names[p->asked++];
        pid_t pid = (pid_t)found->pid;

        if (p->asked == 1 && pid != getpid()) {
                log_debug("the bus knows this process as %d: it is in another namespace", (int)pid);
                forget_names(p);
        } else if (p->asked == 1) {
                p->our_uid = found->uid;
        } else if (pid > 0 && (pid == p->last || (found->uid == p->our_uid && has_ended(pid)))) {
                name->pid = pid;
        }
}

static int on_credential(const char *name, sd_bus_message *m, void *userdata) {
        Credentials *found = userdata;

        if (strcmp(name, "ProcessID") == 0)
                return message_read_variant(m, "u", &found->pid);
        if (strcmp(name, "UnixUserID") == 0)
                return message_read_variant(m, "u", &found->uid);
        return sd_bus_message_skip(m, "v");
}

static int on_credentials(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Predecessors *p = userdata;
        Credentials found = {.uid = UINT32_MAX};

        p->call_slot = sd_bus_slot_unref(p->call_slot);
        /* An error: it has left meanwhile. */
        if (!sd_bus_message_is_method_error(m, NULL) &&
                message_read_properties(m, on_credential, &found) < 0)
                found.pid = 0;
        note(p, &found);
        if (p->asked == p->n_names)
                conclude(p);
        else if (ask_next(p) < 0)
                give_up(p, "the bus takes no calls");
        return 0;
}

/* One after the other: there may be hundreds. */
static int ask_next(Predecessors *p) {
        return sd_bus_call_method_async(p->bus, &p->call_slot, DBUS_SERVICE, DBUS_PATH,
                DBUS_INTERFACE, "GetConnectionCredentials", on_credentials, p, "s",
                p->names[p->asked].name);
}

static int add_name(Predecessors *p, const char *name) {
        Name *more = reallocarray(p->names, p->n_names + 1, sizeof(*more));

        if (!more)
                return -ENOMEM;
        p->names = more;
        more[p->n_names] = (Name){.name = strdup(name)};
        return more[p->n_names].name ? (p->n_names++, 0) : -ENOMEM;
}

static int read_names(Predecessors *p, sd_bus_message *m) {
        const char *own, *name;

        int r = sd_bus_get_unique_name(p->bus, &own);
        if (r >= 0)
                r = add_name(p, own);
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &name)) > 0)
                if (name[0] == ':' && strcmp(name, own) != 0)
                        r = add_name(p, name);
        return r;
}

static int on_names(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Predecessors *p = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        p->call_slot = sd_bus_slot_unref(p->call_slot);
        int r = e ? -EIO : read_names(p, m);
        if (r >= 0)
                r = ask_next(p);
        if (r < 0)
                give_up(p, e ? message_error_text(e) : strerror(-r));
        return 0;
}

static int on_left(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Predecessors *p = userdata;
        const char *left;

        if (sd_bus_message_read(m, "s", &left) < 0)
                return 0;
        for (size_t i = 0; i < p->asked; i++)
                if (strcmp(p->names[i].name, left) == 0)
                        p->names[i].pid = 0;
        if (p->state == PREDECESSORS_HERE)
                conclude(p);
        return 0;
}

/* One that lives has given up what it had, and is about something else. */
static void on_timeout(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Predecessors *p = w->data;

        if (p->state == PREDECESSORS_UNKNOWN)
                log_warning("the bus has not told in time whether somebody was here before");
        for (size_t i = 0; i < p->asked; i++)
                if (p->names[i].pid > 0 && !has_ended(p->names[i].pid))
                        p->names[i].pid = 0;
        predecessors_enter_state(
                p, predecessors_pid(p) > 0 ? PREDECESSORS_STUCK : PREDECESSORS_GONE);
}

void predecessors_look(Predecessors *p, pid_t last) {
        forget_names(p);
        p->last = last == p->settled ? 0 : last;
        p->state = PREDECESSORS_UNKNOWN;
        p->call_slot = sd_bus_slot_unref(p->call_slot);
        timer_start_once(p->loop, &p->timeout, p->timeout_usec);
        int r = sd_bus_call_method_async(p->bus, &p->call_slot, DBUS_SERVICE, DBUS_PATH,
                DBUS_INTERFACE, "ListNames", on_names, p, NULL);
        if (r < 0) {
                log_warning("the bus does not take a call: %s", strerror(-r));
                timer_start_once(p->loop, &p->timeout, 0);
        }
}

PredecessorsState predecessors_state(const Predecessors *predecessors) {
        return predecessors->state;
}

int predecessors_new(Predecessors **ret, struct ev_loop *loop, sd_bus *bus, uint64_t timeout_usec,
        const PredecessorsEvents *events, void *userdata) {
        Predecessors *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->loop = loop;
        p->bus = sd_bus_ref(bus);
        p->timeout_usec = timeout_usec;
        p->events = events;
        p->userdata = userdata;
        ev_timer_init(&p->timeout, on_timeout, 0., 0.);
        p->timeout.data = p;
        int r = sd_bus_add_match_async(bus, &p->match_slot,
                "type='signal',sender='" DBUS_SERVICE "',path='" DBUS_PATH
                "',interface='" DBUS_INTERFACE "',member='NameOwnerChanged',arg2=''",
                on_left, NULL, p);
        if (r < 0) {
                predecessors_free(p);
                return r;
        }
        *ret = p;
        return 0;
}

void predecessors_set_timeout(Predecessors *p, uint64_t timeout_usec) {
        p->timeout_usec = timeout_usec;
}

Predecessors *predecessors_free(Predecessors *p) {
        if (!p)
                return NULL;
        sd_bus_slot_unref(p->match_slot);
        sd_bus_slot_unref(p->call_slot);
        ev_timer_stop(p->loop, &p->timeout);
        forget_names(p);
        sd_bus_unref(p->bus);
        free(p);
        return NULL;
}
