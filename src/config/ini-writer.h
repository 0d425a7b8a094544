/* Writes entries such that the reader reads them back as they were. */
#pragma once

#include "config/problems.h"

/* A value can be written if it is one line of UTF-8 without " ;" and fits the reader's lines, with
 * may_continue also broken over several. Says in why what is wrong. */
bool ini_writer_can_write(
        const char *key, const char *value, bool may_continue, char why[static PROBLEM_WHY_SIZE]);
/* Writes "key = value ; comment"; the comment has no line end. */
void ini_writer_entry(FILE *out, const char *key, const char *value, const char *comment);
