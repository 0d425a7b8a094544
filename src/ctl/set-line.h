/* A line of `sporectl set -` to the set requests that it stands for. */
#pragma once

#include "ctl/message.h"

/* NAME VALUE, NAME FIELD=VALUE..., a set request, or {"NAME":VALUE,...}; nothing in a blank line or
 * behind a #. 0 and an owned array of requests; -EINVAL and why; -ENOMEM. line is UTF-8. */
int set_line_parse(json_t **ret, const char *line, char why[static MESSAGE_WHY_SIZE]);
