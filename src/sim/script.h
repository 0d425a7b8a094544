/* Commands, one a line, carried out one after the other. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Script Script;
typedef struct Step Step; /* one line that is being carried out */

/* A command's answer when it is not done yet: step_done() or step_wrong() follows, once. */
enum { SCRIPT_PENDING = 1 };

typedef struct Command {
        const char *name;            /* NULL ends a table */
        size_t words_min, words_max; /* behind the name */
        const char *usage;
        /* words may be changed. 0: done; SCRIPT_PENDING; a negative errno: wrong, said with
         * strerror() if step_wrong() was not called before. */
        int (*run)(void *userdata, Step *step, size_t n, char **words);
} Command;

typedef struct ScriptEvents {
        /* Finds the command of a line whose first word is in no table, such as a central's name.
         * words are all of the line. As Command.run. */
        int (*other)(Step *step, size_t n, char **words, void *userdata);
        /* The last line is done, and so are those in the background; or, talking, the text has
         * ended. */
        void (*ended)(void *userdata);
} ScriptEvents;

typedef struct ScriptParameters {
        const char *name; /* for messages; borrowed */
        int fd;           /* read as lines come, and owned; negative: text is read, borrowed */
        const char *text;
        bool talk; /* each line is answered by the event `done` or `wrong text=…`; without it a
                    * script ends at its first wrong line, which is told on standard error */
} ScriptParameters;

/* Begins when the loop turns. */
int script_new(Script **ret, struct ev_loop *loop, const ScriptParameters *parameters,
        const ScriptEvents *events, void *userdata);
/* Steps that are not done are dropped: nothing may be said of them any more. */
Script *script_free(Script *script);
/* userdata is handed to each command's run. */
void script_add_commands(Script *script, const Command *commands, void *userdata);

/* No line begins while event_is_crowded(): when it is not any more. */
void script_go_on(Script *script);
/* Whether any line was not carried out, so far. */
bool script_is_wrong(const Script *script);

void step_done(Step *step);
/* text is printed as a format. */
void step_wrong(Step *step, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* It is pending and will never be done: in the background the script does not wait for it. */
void step_endless(Step *step);

/* A word as a time: "0.5" are seconds, up to a day. -EINVAL, -ERANGE */
int script_seconds(uint64_t *ret_usec, const char *word);
