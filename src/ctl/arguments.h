/* The command line of sporectl. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum Command {
        COMMAND_SET,
        COMMAND_GET,
        COMMAND_WATCH,
        COMMAND_HANDLE,
        COMMAND_STATUS,
        COMMAND_METRICS,
        COMMAND_DEVICES,
        COMMAND_ADVERTISE,
        COMMAND_ACTIVATE,
        COMMAND_DEACTIVATE,
        COMMAND_RELOAD,
        COMMAND_HELP,
        COMMAND_VERSION,
} Command;

enum { ARGUMENTS_EVENTS_MAX = 5 }; /* kinds of them */

#define ARGUMENTS_NOT_GIVEN UINT64_MAX

/* Strings are borrowed from argv. */
typedef struct Arguments {
        Command command;
        const char *socket; /* NULL: the default */
        bool json;
        const char *name;                             /* of a characteristic: set, get, handle */
        const char *hex;                              /* set: NULL, or the value */
        bool lines;                                   /* set: they come from the standard input */
        const char *events[ARGUMENTS_EVENTS_MAX + 1]; /* watch; its own NULL at the end */
        bool verdict;                                 /* handle: the exit status is one */
        uint64_t time_limit_usec;                     /* handle; 0: none */
        uint64_t timeout_usec; /* for spored to answer; 0: none; ARGUMENTS_NOT_GIVEN */
        const char **rest;     /* owned: what follows; its own NULL at the end */
        size_t n_rest;
} Arguments;

/* -EINVAL: a wrong use; one line that says which is written to errors. -ENOMEM. */
int arguments_parse(Arguments *ret, int argc, char **argv, FILE *errors);
void arguments_done(Arguments *arguments);

/* True for FIELD=VALUE, where FIELD looks like a name. */
bool arguments_is_field(const char *text);

void arguments_print_help(FILE *out);
