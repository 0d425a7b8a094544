/* `sporectl watch`: a line for each event. */
#pragma once

#include "ctl/arguments.h"

/* Until it is stopped, or nobody reads what it prints. The exit status. */
int watch(const Arguments *arguments);
