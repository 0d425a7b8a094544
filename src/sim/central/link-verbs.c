/* What a central does about its link. */
#include "sim/central/link-verbs.h"

#include "sim/central/tour.h"
#include "sim/event.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WAIT_USEC    (30 * USEC_PER_SEC)
#define MTU_OFFERED  517
#define REMOTE_USER  0x13
#define LINK_TIMEOUT 0x08

/* A step that waits for an advertisement, or for a bond. */
typedef struct Waiting {
        Central *central;
        Step *step;
        bool connects;
        uint16_t mtu;
} Waiting;

static Waiting *waiting_new(Central *c, Step *step) {
        Waiting *w = calloc(1, sizeof(*w));

        if (w)
                *w = (Waiting){.central = c, .step = step, .mtu = MTU_OFFERED};
        return w;
}

static void tell_found(const Central *c, const Heard *heard) {
        _cleanup_free_ char *services = calloc(heard->n_services + 1, UUID_TEXT_SIZE);
        char flags[4];

        for (size_t i = 0; services && i < heard->n_services; i++) {
                uuid_format(&heard->services[i], services + i * UUID_TEXT_SIZE);
                if (i + 1 < heard->n_services)
                        services[(i + 1) * UUID_TEXT_SIZE - 1] = ',';
        }
        central_event_begin(c, "found");
        if (heard->name)
                event_add("name", heard->name);
        event_add("services", services ? services : "");
        (void)snprintf(flags, sizeof(flags), "%02x", heard->flags);
        event_add("flags", flags);
        event_add("address", heard->address);
        event_add("connectable", heard->connectable ? "yes" : "no");
        event_add_hex("data", heard->data, heard->data_size);
        event_add_hex("response", heard->response, heard->response_size);
        event_end();
}

static bool on_found(int r, const Heard *heard, void *userdata) {
        Waiting *w = userdata;
        Central *c = w->central;
        Step *step = w->step;

        if (r == 0 && w->connects)
                r = central_connect(c, w->mtu);
        else if (r == 0)
                tell_found(c, heard);
        /* Between two advertisements nobody can connect. */
        if (w->connects && r == -ENOTCONN)
                return false;
        free(w);
        if (r == -ETIMEDOUT)
                step_wrong(step, "no such advertisement was heard in time");
        else if (r == -EALREADY)
                step_wrong(step, "another central is connected with the address %s",
                        central_address(c));
        else
                verb_on_done(r, step);
        return true;
}

/* One word of scan or connect. */
static int parse_option(Waiting *w, SearchWanted *wanted, Uuid *service, const char *word) {
        const char *text;
        uint64_t mtu;

        if ((text = verb_value_of(word, "name"))) {
                wanted->name = text;
                return 0;
        }
        if ((text = verb_value_of(word, "timeout")))
                return verb_seconds(w->step, &wanted->timeout_usec, "timeout", text);
        if ((text = verb_value_of(word, "service"))) {
                wanted->service = service;
                if (uuid_parse(service, text) == 0)
                        return 0;
                return verb_wrong(w->step, "service: %.60s is no UUID", text);
        }
        if (w->connects && (text = verb_value_of(word, "address"))) {
                if (central_set_address(w->central, text) == 0)
                        return 0;
                return verb_wrong(
                        w->step, "address: %.40s is no address like C0:00:00:00:00:01", text);
        }
        if (!w->connects || !(text = verb_value_of(word, "mtu")))
                return verb_wrong(w->step, "%.60s is no option of %s", word,
                        w->connects ? "connect" : "scan");
        int r = verb_number(w->step, &mtu, "mtu", text, 23, UINT16_MAX);
        if (r == 0)
                w->mtu = (uint16_t)mtu;
        return r;
}

static int start_search(Central *c, Step *step, bool connects, size_t n, char **words) {
        SearchWanted wanted = {.timeout_usec = WAIT_USEC};
        Waiting *w = waiting_new(c, step);
        Uuid service;
        int r = 0;

        if (!w)
                return -ENOMEM;
        w->connects = connects;
        for (size_t i = 0; i < n && r == 0; i++)
                r = parse_option(w, &wanted, &service, words[i]);
        if (r == 0)
                r = search_start(central_search(c), &wanted, on_found, w);
        if (r == -EBUSY)
                r = verb_wrong(
                        step, "%s is listening for an advertisement already", central_name(c));
        if (r < 0)
                free(w);
        return verb_pending(r);
}

static int verb_scan(Central *c, Step *step, size_t n, char **words) {
        return start_search(c, step, false, n, words);
}

static int verb_connect(Central *c, Step *step, size_t n, char **words) {
        if (central_has_link(c))
                return verb_wrong(step, "%s is connected already", central_name(c));
        return start_search(c, step, true, n, words);
}

static void on_paired(int r, void *userdata) {
        Waiting *w = userdata;
        Step *step = w->step;
        char number[8];

        if (r >= 0) {
                central_event_begin(w->central, "bonded");
                (void)snprintf(number, sizeof(number), "0x%02x", r & 0xff);
                if (r > 0)
                        event_add("error", number);
                event_end();
        }
        free(w);
        verb_on_done(r < 0 ? r : 0, step);
}

static int verb_bond(Central *c, Step *step, size_t n, char **words) {
        Waiting *w = waiting_new(c, step);

        if (!w)
                return -ENOMEM;
        int r = central_pair(c, on_paired, w);
        if (r == -EBUSY)
                r = verb_wrong(step, "%s is pairing already", central_name(c));
        if (r < 0)
                free(w);
        return verb_pending(r);
}

static int verb_disconnect(Central *c, Step *step, size_t n, char **words) {
        uint64_t reason = REMOTE_USER;
        int r = 0;

        if (!central_has_link(c))
                return verb_wrong(step, "%s is not connected", central_name(c));
        if (n > 0)
                r = verb_number(step, &reason, "the reason", words[0], 1, UINT8_MAX);
        if (r == 0)
                central_end_link(c, (uint8_t)reason, true);
        return r;
}

static int verb_vanish(Central *c, Step *step, size_t n, char **words) {
        central_vanish(c);
        return 0;
}

static int verb_lose(Central *c, Step *step, size_t n, char **words) {
        if (!central_has_link(c))
                return verb_wrong(step, "%s is not connected", central_name(c));
        central_end_link(c, LINK_TIMEOUT, true);
        return 0;
}

/* It never ends, so nothing is kept of the step. */
static int verb_tour(Central *c, Step *step, size_t n, char **words) {
        int r = tour_start(c);

        if (r == -EBUSY)
                return verb_wrong(step, "%s is on a tour already", central_name(c));
        if (r == 0)
                step_endless(step);
        return verb_pending(r);
}

const Verb link_verbs[] = {
        {"scan", 0, 3, false, "[name=TEXT] [service=UUID] [timeout=SECONDS]", verb_scan},
        {"connect", 0, 5, false,
                "[name=TEXT] [service=UUID] [mtu=BYTES] [address=ADDRESS] [timeout=SECONDS]",
                verb_connect},
        {"bond", 0, 0, true, "", verb_bond},
        {"disconnect", 0, 1, false, "[REASON]", verb_disconnect},
        {"vanish", 0, 0, true, "", verb_vanish},
        {"lose", 0, 0, false, "", verb_lose},
        {"tour", 0, 0, false, "", verb_tour},
        {},
};
