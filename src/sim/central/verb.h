/* One verb of a central, and what verbs have in common. */
#pragma once

#include "sim/central/central.h"
#include "sim/script.h"

typedef struct Verb {
        const char *name;            /* NULL ends a table */
        size_t words_min, words_max; /* behind the verb */
        bool needs_link;
        const char *usage;
        /* As Command.run. */
        int (*run)(Central *c, Step *step, size_t n, char **words);
} Verb;

/* Says what is wrong; -EINVAL. */
int verb_wrong(Step *step, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A CentralDone whose userdata is the step. */
void verb_on_done(int r, void *userdata);
/* What a verb returns when r says whether it was begun. */
int verb_pending(int r);

/* The part behind `key=`, or NULL. Borrowed. */
const char *verb_value_of(const char *word, const char *key);
/* what is what the number or time is for. 0, or wrong: -EINVAL. */
int verb_number(
        Step *step, uint64_t *ret, const char *what, const char *word, uint64_t min, uint64_t max);
int verb_seconds(Step *step, uint64_t *ret_usec, const char *what, const char *word);
