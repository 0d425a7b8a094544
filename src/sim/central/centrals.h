/* All simulated centrals, by name. */
#pragma once

#include "sim/central/central.h"
#include "sim/script.h"

typedef struct Centrals Centrals;

/* air is borrowed. */
int centrals_new(Centrals **ret, const Air *air);
Centrals *centrals_free(Centrals *centrals);

/* A line of a script that begins with a central's name, which is made if there is none. As
 * ScriptEvents.other. */
int centrals_command(Centrals *centrals, Step *step, size_t n, char **words);

/* As BluezEvents. */
void centrals_heard(Centrals *centrals);
void centrals_cut(Centrals *centrals, uint8_t reason);
void centrals_cut_one(Centrals *centrals, const char *address, uint8_t reason);
