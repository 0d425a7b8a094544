/* What a script can tell a central to do. */
#pragma once

#include "sim/central/central.h"
#include "sim/script.h"

/* words are the verb and what follows it. As Command.run. */
int central_command(Central *central, Step *step, size_t n, char **words);
/* Whether there is such a verb. If not, says so of the step: first is the line's first word, and
 * known whether there is a central of that name. */
bool central_command_known(Step *step, const char *first, bool known, const char *verb);
