#include "daemon/reload-report.h"

#include "util/clock.h"
#include "util/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOGGED_MAX 20 /* problems; how many there are is logged */
#define NAMES_SIZE 400

void reload_report_clear(Reload *r) {
        config_changes_clear(&r->changes);
        free(r->problems);
        r->problems = NULL;
        r->errors = r->warnings = 0;
}

static void log_names(const char *what, char *const *names, size_t n) {
        char text[NAMES_SIZE] = "";
        size_t used = 0, i = 0;

        for (; i < n && used + strlen(names[i]) + 2 < sizeof(text); i++)
                used += (size_t)snprintf(
                        text + used, sizeof(text) - used, "%s%s", i > 0 ? ", " : "", names[i]);
        if (i < n)
                log_info("reload: %s: %s and %zu more", what, text, n - i);
        else if (n > 0)
                log_info("reload: %s: %s", what, text);
}

/* A line of the problems; a warning's own word for it is the log's. */
static void log_problem(LogLevel level, const char *line, size_t size) {
        static const char word[] = ": warning: ";
        const char *found =
                level == LOG_LEVEL_WARNING ? memmem(line, size, word, strlen(word)) : NULL;
        const char *rest = found ? found + strlen(word) : line + size;
        size_t before = (size_t)((found ? found : line + size) - line);

        log_write(level, NULL, "reload: %.*s%s%.*s", (int)before, line, found ? ": " : "",
                (int)(line + size - rest), rest);
}

/* Errors come first. */
static void log_problems(const Reload *r) {
        size_t n = 0, left = 0;

        for (const char *text = r->problems, *end; text && *text; text = *end ? end + 1 : end) {
                LogLevel level = n < r->errors ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING;

                end = strchrnul(text, '\n');
                if (n++ < LOGGED_MAX)
                        log_problem(level, text, (size_t)(end - text));
                else
                        left++;
        }
        if (left > 0)
                log_write(r->errors > 0 ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, NULL,
                        "reload: %zu more", left);
}

void reload_report_done(Reload *r) {
        r->done++;
        free(r->first);
        r->first = NULL;
        log_problems(r);
        if (r->changes.n_in_place + r->changes.n_anew == 0)
                log_info("reloaded: nothing has changed");
        else
                log_info("reloaded");
        log_names("in place", r->changes.in_place, r->changes.n_in_place);
        log_names("registered anew", r->changes.anew, r->changes.n_anew);
        log_names("left until a restart", r->changes.restart, r->changes.n_restart);
}

void reload_report_failed(Reload *r, int error) {
        r->failed++;
        r->failed_usec = clock_now_usec();
        free(r->first);
        if (error == SERVER_E_INVALID)
                r->first = strndup(r->problems, strcspn(r->problems, "\n"));
        else
                r->first = strdup(strerror(-error));
        if (error == SERVER_E_INVALID) {
                log_error("not reloaded, nothing has changed: the configuration has %u error%s",
                        r->errors, r->errors == 1 ? "" : "s");
                log_problems(r);
        } else {
                log_error(
                        "not reloaded, nothing has changed: %s", r->first ? r->first : "no memory");
        }
}

void reload_report_fill(const Reload *r, ServerReload *ret) {
        *ret = (ServerReload){
                .in_place = r->changes.in_place,
                .anew = r->changes.anew,
                .restart = r->changes.restart,
                .n_in_place = r->changes.n_in_place,
                .n_anew = r->changes.n_anew,
                .n_restart = r->changes.n_restart,
                .problems = r->problems,
                .errors = r->errors,
                .warnings = r->warnings,
        };
}
