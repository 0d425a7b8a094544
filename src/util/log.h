/* Logging that never waits. Under systemd a line goes to journald as one datagram with its
 * fields; elsewhere to stderr. What cannot be taken at once is dropped and counted. */
#pragma once

#include <stdint.h>

typedef enum LogLevel {
        LOG_LEVEL_ERROR = 3,
        LOG_LEVEL_WARNING = 4,
        LOG_LEVEL_INFO = 6,
        LOG_LEVEL_DEBUG = 7,
} LogLevel;

/* Chooses journald (if stderr is its stream) or stderr. Call once, before any thread or fork. */
void log_open(void);
/* Lines above this level are not written. Default: LOG_LEVEL_INFO. */
void log_set_level(LogLevel level);
/* Lines dropped since the start because nobody took them. */
uint64_t log_dropped(void);

/* Writes one line. field, if not NULL, is one journal field "NAME=value" that goes with it. */
void log_write(LogLevel level, const char *field, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

#define log_error(...)   log_write(LOG_LEVEL_ERROR, NULL, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, NULL, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, NULL, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, NULL, __VA_ARGS__)
