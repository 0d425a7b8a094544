/* A central's write, as a command is given it. */
#pragma once

#include "ctl/child.h"
#include "spored/client.h"

/* A copy of what the event says. */
typedef struct WriteEvent {
        uint64_t number;
        bool wants_verdict;
        unsigned losses; /* of connections before it: its number is of the one it came by */
        uint8_t data[CHILD_INPUT_MAX]; /* the value */
        size_t size;
        char **variables; /* owned, NULL at the end: SPORED_... of its own */
} WriteEvent;

/* -EBADMSG: it is no write; -EMSGSIZE: a value that is too long; -ENOMEM. */
int write_event_new(WriteEvent **ret, const SporedMessage *event, unsigned losses);
WriteEvent *write_event_free(WriteEvent *event);

/* Adds NAME=value to a list that is NULL, or ends with it. -ENOMEM */
int variables_add(char ***variables, const char *name, const char *value);
/* Likewise SPORED_FIELD_NAME, the name in upper case; NULL is VALUE. */
int variables_add_field(char ***variables, const SporedField *field);
/* base, without what could be mistaken for a write's, and the variables. The array is the caller's,
 * its strings are borrowed. NULL: no memory. */
char **variables_join(char *const *base, char *const *variables);
