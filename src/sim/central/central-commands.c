/* What a script can tell a central to do: a verb, and what follows it. */
#include "sim/central/central-commands.h"

#include "config/suggest.h"
#include "sim/central/link-verbs.h"
#include "sim/central/value-verbs.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static const Verb *const tables[] = {link_verbs, value_verbs};

static const Verb *find_verb(const char *name) {
        for (size_t i = 0; i < ELEMENTS(tables); i++)
                for (const Verb *verb = tables[i]; verb->name; verb++)
                        if (strcmp(verb->name, name) == 0)
                                return verb;
        return NULL;
}

bool central_command_known(Step *step, const char *first, bool known, const char *verb) {
        char hint[HINT_SIZE];
        Suggestion suggestion;

        if (find_verb(verb))
                return true;
        suggestion_init(&suggestion, verb);
        for (size_t i = 0; i < ELEMENTS(tables); i++)
                for (const Verb *v = tables[i]; v->name; v++)
                        suggestion_offer(&suggestion, v->name);
        (void)verb_wrong(step, "%.40s %s, and a central cannot %.40s%s", first,
                known ? "is a central" : "is no command, so it is taken for a central's name", verb,
                suggestion_format(&suggestion, hint));
        return false;
}

int central_command(Central *central, Step *step, size_t n, char **words) {
        const char *name = central_name(central);
        const Verb *verb = find_verb(words[0]);

        if (!verb)
                return -EINVAL;
        if (n - 1 < verb->words_min || n - 1 > verb->words_max)
                return verb_wrong(step, "too %s words: %s %s%s%s",
                        n - 1 < verb->words_min ? "few" : "many", name, verb->name,
                        *verb->usage ? " " : "", verb->usage);
        if (verb->needs_link && !central_has_link(central))
                return verb_wrong(step, "%s is not connected", name);
        if (verb->needs_link && !central_is_up(central))
                return verb_wrong(
                        step, "%s has vanished: only disconnect or lose ends its link", name);
        return verb->run(central, step, n - 1, words + 1);
}
