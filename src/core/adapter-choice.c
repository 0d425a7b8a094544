#include "core/adapter-choice.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_auto(const char *select) {
        return strcmp(select, "auto") == 0;
}

static bool fits(const char *select, const AdapterCandidate *c) {
        return is_auto(select) || strcmp(select, c->name) == 0 ||
               (c->address && strcasecmp(select, c->address) == 0);
}

static bool is_better(const AdapterCandidate *a, const AdapterCandidate *b) {
        return a->serves != b->serves ? a->serves : a->index < b->index;
}

static size_t best(const char *select, const AdapterCandidate *candidates, size_t n) {
        size_t found = ADAPTER_CHOICE_NONE;

        for (size_t i = 0; i < n; i++)
                if (fits(select, &candidates[i]) &&
                        (found == ADAPTER_CHOICE_NONE ||
                                is_better(&candidates[i], &candidates[found])))
                        found = i;
        return found;
}

/* By its address, whatever its index is now; else by its name, with another address. */
static size_t last_one(const AdapterChoice *choice, const AdapterCandidate *candidates, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (*choice->address && candidates[i].address &&
                        strcasecmp(choice->address, candidates[i].address) == 0)
                        return i;
        for (size_t i = 0; i < n; i++)
                if (strcmp(choice->name, candidates[i].name) == 0)
                        return i;
        return ADAPTER_CHOICE_NONE;
}

size_t adapter_choice_make(const AdapterChoice *choice, const char *select,
        const AdapterCandidate *candidates, size_t n, size_t chosen, bool patient,
        bool *ret_waits) {
        size_t found = best(select, candidates, n);

        *ret_waits = false;
        if (chosen != ADAPTER_CHOICE_NONE && candidates[chosen].serves &&
                fits(select, &candidates[chosen]))
                return chosen;
        if (!is_auto(select) || !*choice->name || found == ADAPTER_CHOICE_NONE)
                return found;
        size_t last = last_one(choice, candidates, n);
        if (last != ADAPTER_CHOICE_NONE && candidates[last].serves)
                return last;
        /* Also before one that does not serve: an adapter appears before its managers do. */
        if (!patient || found == last)
                return found;
        *ret_waits = true;
        return last;
}

bool adapter_choice_note(AdapterChoice *choice, const AdapterCandidate *c) {
        bool other = c->address && *choice->address && strcmp(choice->name, c->name) == 0 &&
                     strcasecmp(choice->address, c->address) != 0;

        (void)snprintf(choice->name, sizeof(choice->name), "%s", c->name);
        if (c->address)
                (void)snprintf(choice->address, sizeof(choice->address), "%s", c->address);
        return other;
}
