/* All simulated centrals, by name. */
#include "sim/central/centrals.h"

#include "sim/central/central-commands.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_LENGTH 32

typedef struct Entry {
        struct Entry *next;
        Central *central; /* owned */
        char name[NAME_MAX_LENGTH + 1];
} Entry;

struct Centrals {
        const Air *air;
        Entry *first; /* owned */
};

static bool is_name(const char *name) {
        size_t length = strlen(name);

        for (const char *p = name; *p; p++)
                if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
                        return false;
        return isalpha((unsigned char)*name) && length <= NAME_MAX_LENGTH;
}

static Central *find(const Centrals *centrals, const char *name) {
        for (Entry *e = centrals->first; e; e = e->next)
                if (strcmp(e->name, name) == 0)
                        return e->central;
        return NULL;
}

static int add(Centrals *centrals, const char *name, Central **ret) {
        Entry *e = calloc(1, sizeof(*e));

        if (!e)
                return -ENOMEM;
        strncpy(e->name, name, NAME_MAX_LENGTH);
        int r = central_new(&e->central, centrals->air, e->name);
        if (r < 0) {
                free(e);
                return r;
        }
        e->next = centrals->first;
        centrals->first = e;
        *ret = e->central;
        return 0;
}

int centrals_command(Centrals *centrals, Step *step, size_t n, char **words) {
        Central *central = find(centrals, words[0]);
        int r = 0;

        if (n < 2) {
                step_wrong(step, "%.60s is no command; behind a central's name stands what it does",
                        words[0]);
                return -EINVAL;
        }
        if (!is_name(words[0])) {
                step_wrong(step,
                        "%.60s is no command and no central's name: letters, digits, - _ and ., a "
                        "letter first, %d at most",
                        words[0], NAME_MAX_LENGTH);
                return -EINVAL;
        }
        if (!central_command_known(step, words[0], central != NULL, words[1]))
                return -EINVAL;
        if (!central)
                r = add(centrals, words[0], &central);
        return r < 0 ? r : central_command(central, step, n - 1, words + 1);
}

void centrals_heard(Centrals *centrals) {
        for (Entry *e = centrals->first; e; e = e->next)
                search_heard(central_search(e->central));
}

void centrals_cut(Centrals *centrals, uint8_t reason) {
        for (Entry *e = centrals->first; e; e = e->next)
                central_end_link(e->central, reason, false);
}

void centrals_cut_one(Centrals *centrals, const char *address, uint8_t reason) {
        for (Entry *e = centrals->first; e; e = e->next)
                if (strcasecmp(central_address(e->central), address) == 0)
                        central_end_link(e->central, reason, false);
}

int centrals_new(Centrals **ret, const Air *air) {
        Centrals *centrals = calloc(1, sizeof(*centrals));

        if (!centrals)
                return -ENOMEM;
        centrals->air = air;
        *ret = centrals;
        return 0;
}

Centrals *centrals_free(Centrals *centrals) {
        if (!centrals)
                return NULL;
        while (centrals->first) {
                Entry *e = centrals->first;

                centrals->first = e->next;
                central_free(e->central);
                free(e);
        }
        free(centrals);
        return NULL;
}
