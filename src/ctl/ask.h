/* One request and its answer. */
#pragma once

#include "ctl/arguments.h"

/* set, get, status, metrics, advertise. Prints the answer; the exit status. */
int ask(const Arguments *arguments);
