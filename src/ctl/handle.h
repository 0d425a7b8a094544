/* `sporectl handle`: a command for each write of a central. */
#pragma once

#include "ctl/arguments.h"

/* Until a signal ends it, or spored refuses. The exit status. */
int handle(const Arguments *arguments);
