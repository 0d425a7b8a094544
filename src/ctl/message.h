/* From the command line to the request that is sent. */
#pragma once

#include "ctl/arguments.h"

/* Values go as strings: spored reads their text form. *ret is one line, owned by the caller.
 * -EINVAL: a field twice, or not UTF-8; one line that says which is written to errors. -ENOMEM. */
int message_build(char **ret, const Arguments *arguments, FILE *errors);
