/* The file that keeps values while spored does not run. Its first line is "spored-values 1", and
 * then each line is a name, a space and the value in hex. */
#pragma once

#include "daemon/values.h"

/* Restores what is good of the file and marks it as kept; what programs have set
 * already is left as it is. What is not good is
 * left out, with a warning that names file:line. No file at all is fine. May wait for a disk. */
void values_file_load(const char *path, const Profile *profile, Values *values);
/* The file's text for what is kept; owned by the caller. -ENOMEM. */
int values_file_text(char **ret, size_t *ret_size, const Profile *profile, Values *values);
