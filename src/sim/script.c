/* Commands, one a line, carried out one after the other. */
#include "sim/script.h"

#include "loop/timer.h"
#include "sim/event.h"
#include "sim/words.h"
#include "util/bytes.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE   16384 /* run_line() names it */
#define TEXT_SIZE   512
#define TABLES_MAX  4
#define SECONDS_MAX 86400

struct Step {
        Script *script;
        Step *next;
        unsigned line;
        bool background, endless;
        bool running;  /* its command has not returned */
        bool finished; /* and has said already what became of it */
        bool wrong;
        char text[TEXT_SIZE]; /* why */
        struct ev_timer pause;
};

typedef struct CommandTable {
        const Command *commands;
        void *userdata;
} CommandTable;

struct Script {
        struct ev_loop *loop;
        ScriptParameters parameters;
        const ScriptEvents *events;
        void *userdata;
        CommandTable tables[TABLES_MAX];
        size_t n_tables;
        Step *steps;         /* that are not done; owned */
        const Step *current; /* the one that the next line waits for */
        unsigned line;
        bool at_end;   /* of what is read */
        bool too_long; /* the line that is read does not fit */
        bool ended, wrong;
        struct ev_io io;
        struct ev_timer turn;
        size_t used;
        char buffer[LINE_SIZE];
};

int script_seconds(uint64_t *ret_usec, const char *word) {
        double seconds;
        int r = parse_number(&seconds, word);

        if (r < 0)
                return r;
        if (seconds < 0 || seconds > SECONDS_MAX)
                return -ERANGE;
        *ret_usec = (uint64_t)(seconds * (double)USEC_PER_SEC);
        return 0;
}

static void schedule_turn(Script *s) {
        if (!s->ended)
                timer_start_once(s->loop, &s->turn, 0);
}

static void end(Script *s) {
        s->ended = true;
        ev_io_stop(s->loop, &s->io);
        ev_timer_stop(s->loop, &s->turn);
        s->events->ended(s->userdata);
}

static void complain(const Script *s, unsigned line, const char *why) {
        fprintf(stderr, "%s:%u: %s\n", s->parameters.name, line, why);
}

/* Says what became of a line; why NULL: it is done. */
static void answer(Script *s, unsigned line, const char *why) {
        s->wrong = s->wrong || why;
        if (s->parameters.talk)
                event_answer(why ? "wrong" : "done", why);
        else if (why)
                complain(s, line, why);
        if (why && !s->parameters.talk)
                end(s);
        else
                schedule_turn(s);
}

/* Something that was counted as done has gone wrong: the lines behind it are carried out. */
static void tell_failed(Script *s, const Step *step) {
        s->wrong = true;
        event("failed", "text", step->text);
        if (!s->parameters.talk)
                complain(s, step->line, step->text);
}

static void step_free(Step *step) {
        Script *s = step->script;

        ev_timer_stop(s->loop, &step->pause);
        for (Step **p = &s->steps; *p; p = &(*p)->next)
                if (*p == step) {
                        *p = step->next;
                        break;
                }
        free(step);
}

static void step_settle(Step *step) {
        Script *s = step->script;

        if (step->running) {
                step->finished = true;
        } else if (step->background) {
                if (step->wrong)
                        tell_failed(s, step);
                step_free(step);
                schedule_turn(s);
        } else {
                s->current = NULL;
                answer(s, step->line, step->wrong ? step->text : NULL);
                step_free(step);
        }
}

void step_done(Step *step) {
        step_settle(step);
}

void step_wrong(Step *step, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(step->text, sizeof(step->text), format, arguments);
        va_end(arguments);
        bytes_make_printable(step->text);
        step->wrong = true;
        step_settle(step);
}

void step_endless(Step *step) {
        step->endless = true;
}

static void on_pause(struct ev_loop *loop, struct ev_timer *w, int revents) {
        step_done(w->data);
}

static int command_pause(void *userdata, Step *step, size_t n, char **words) {
        uint64_t usec;

        if (script_seconds(&usec, words[0]) < 0) {
                step_wrong(step, "pause: %s is no time in seconds, 0 to %d", words[0], SECONDS_MAX);
                return -EINVAL;
        }
        timer_start_once(step->script->loop, &step->pause, usec);
        return SCRIPT_PENDING;
}

static const Command own_commands[] = {
        {"pause", 1, 1, "pause SECONDS", command_pause},
        {},
};

static const Command *find_command(const Script *s, const char *name, void **ret_userdata) {
        for (size_t i = 0; i < s->n_tables; i++)
                for (const Command *c = s->tables[i].commands; c->name; c++)
                        if (strcmp(c->name, name) == 0) {
                                *ret_userdata = s->tables[i].userdata;
                                return c;
                        }
        return NULL;
}

static int run_command(Script *s, Step *step, Words *words) {
        void *userdata = NULL;
        const Command *command = find_command(s, words->words[0], &userdata);

        if (!command)
                return s->events->other(step, words->n, words->words, s->userdata);
        size_t n = words->n - 1;
        if (n < command->words_min || n > command->words_max) {
                step_wrong(step, "too %s words: %s", n < command->words_min ? "few" : "many",
                        command->usage);
                return -EINVAL;
        }
        return command->run(userdata, step, n, words->words + 1);
}

static void run_words(Script *s, Words *words) {
        Step *step = calloc(1, sizeof(*step));

        if (!step) {
                answer(s, s->line, strerror(ENOMEM));
                return;
        }
        *step = (Step){.script = s,
                .next = s->steps,
                .line = s->line,
                .background = words->background,
                .running = true};
        ev_timer_init(&step->pause, on_pause, 0., 0.);
        step->pause.data = step;
        s->steps = step;
        if (step->background)
                answer(s, s->line, NULL);
        else
                s->current = step;

        int r = run_command(s, step, words);
        step->running = false;
        if (r < 0 && !step->wrong)
                step_wrong(step, "%s: %s", words->words[0], strerror(-r));
        else if (r <= 0 || step->finished)
                step_settle(step);
}

/* The line that begins the buffer; size is without its end. */
static void run_line(Script *s, size_t size) {
        Words words;
        const char *why;

        s->line++;
        if (s->too_long)
                why = "the line is longer than 16383 bytes";
        else if (memchr(s->buffer, '\0', size))
                why = "the line holds a NUL byte";
        else
                why = words_split(&words, s->buffer);
        s->too_long = false;
        if (why)
                answer(s, s->line, why);
        else if (words.n > 0)
                run_words(s, &words);
        else if (!s->parameters.talk)
                schedule_turn(s); /* an empty line */
        else
                answer(s, s->line, NULL);
}

/* False: there is no whole line yet. */
static bool run_next_line(Script *s) {
        char *line_end = memchr(s->buffer, '\n', s->used);

        if (!line_end && s->used == LINE_SIZE - 1) {
                s->too_long = true;
                s->used = 0;
        }
        if (!line_end && (!s->at_end || (s->used == 0 && !s->too_long)))
                return false;

        size_t size = line_end ? (size_t)(line_end - s->buffer) : s->used;
        size_t gone = line_end ? size + 1 : size;
        s->buffer[size] = '\0';
        run_line(s, size);
        s->used -= gone;
        memmove(s->buffer, s->buffer + gone, s->used);
        return true;
}

static void take(Script *s, ssize_t size) {
        if (size > 0)
                s->used += (size_t)size;
        else
                s->at_end = true;
}

static void read_text(Script *s) {
        size_t room = LINE_SIZE - 1 - s->used;
        size_t size = strnlen(s->parameters.text, room);

        memcpy(s->buffer + s->used, s->parameters.text, size);
        s->parameters.text += size;
        take(s, (ssize_t)size);
        schedule_turn(s);
}

static void on_readable(struct ev_loop *loop, struct ev_io *w, int revents) {
        Script *s = w->data;
        ssize_t n = read(s->parameters.fd, s->buffer + s->used, LINE_SIZE - 1 - s->used);

        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return;
        ev_io_stop(s->loop, &s->io);
        if (n < 0)
                fprintf(stderr, "%s: %s\n", s->parameters.name, strerror(errno));
        s->wrong = s->wrong || n < 0;
        take(s, n);
        schedule_turn(s);
}

/* Whoever talks knows what it has begun, and ends it all by the end of what it says. */
static bool is_over(const Script *s) {
        bool over = true;

        for (const Step *step = s->steps; step && !s->parameters.talk; step = step->next)
                over = over && step->endless;
        return over;
}

static void on_turn(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Script *s = w->data;

        if (s->ended || s->current || event_is_crowded() || run_next_line(s))
                return;
        if (s->at_end && is_over(s))
                end(s);
        else if (!s->at_end && s->parameters.fd < 0)
                read_text(s);
        else if (!s->at_end)
                ev_io_start(s->loop, &s->io);
}

void script_add_commands(Script *script, const Command *commands, void *userdata) {
        if (script->n_tables < TABLES_MAX)
                script->tables[script->n_tables++] = (CommandTable){commands, userdata};
}

int script_new(Script **ret, struct ev_loop *loop, const ScriptParameters *parameters,
        const ScriptEvents *events, void *userdata) {
        Script *s = calloc(1, sizeof(*s));

        if (!s)
                return -ENOMEM;
        s->loop = loop;
        s->parameters = *parameters;
        s->events = events;
        s->userdata = userdata;
        ev_io_init(&s->io, on_readable, parameters->fd, EV_READ);
        ev_timer_init(&s->turn, on_turn, 0., 0.);
        s->io.data = s->turn.data = s;
        script_add_commands(s, own_commands, s);
        schedule_turn(s);
        *ret = s;
        return 0;
}

void script_go_on(Script *script) {
        schedule_turn(script);
}

bool script_is_wrong(const Script *script) {
        return script->wrong;
}

Script *script_free(Script *script) {
        if (!script)
                return NULL;
        ev_io_stop(script->loop, &script->io);
        ev_timer_stop(script->loop, &script->turn);
        while (script->steps)
                step_free(script->steps);
        if (script->parameters.fd > STDIN_FILENO)
                close(script->parameters.fd);
        free(script);
        return NULL;
}
