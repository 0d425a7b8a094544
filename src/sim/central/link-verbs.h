/* What a central does about its link. */
#pragma once

#include "sim/central/verb.h"

extern const Verb link_verbs[];
