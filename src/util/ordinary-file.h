/* Files that hold text: configuration, and what was kept. */
#pragma once

#include <stdio.h>

/* Opens it to be read; the caller closes it. Does not wait for a pipe's writer, which would hold up
 * whoever serves. -EISDIR, -ENXIO: it is another thing than a file; -ENOENT and so on. */
int ordinary_file_open(FILE **ret, const char *path);
/* What such an error says. */
const char *ordinary_file_error(int error);
