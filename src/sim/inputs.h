/* The files that sporesim reads before it begins. */
#pragma once

#include "config/config.h"
#include "sim/options.h"

/* What is wrong is told on standard error. 0, or a negative exit status. Without --profile *ret is
 * left as it is. */
int inputs_load_profile(Config **ret, const Options *options);
/* Without --script *ret_fd is left as it is. */
int inputs_open_script(int *ret_fd, const Options *options);
