/* What sporesense says of itself: lines on stderr, for a terminal or for journald. */
#pragma once

#include "util/log.h"

/* Looks whether journald reads stderr: then each line begins with its priority, sd-daemon(3). */
void report_open(void);
/* Control characters in what comes from outside become '?'. */
void report(LogLevel level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define report_error(...)   report(LOG_LEVEL_ERROR, __VA_ARGS__)
#define report_warning(...) report(LOG_LEVEL_WARNING, __VA_ARGS__)
#define report_info(...)    report(LOG_LEVEL_INFO, __VA_ARGS__)
