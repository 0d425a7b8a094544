/* `sporectl set -`: what lines say is set, many at a time. */
#pragma once

#include "ctl/arguments.h"

/* Until the lines from fd end, or a signal does. The exit status. */
int set_stream(const Arguments *arguments, int fd);
