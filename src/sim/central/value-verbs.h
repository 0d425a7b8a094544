/* What a central does with attributes and their values. */
#pragma once

#include "sim/central/verb.h"

extern const Verb value_verbs[];
