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

static void log_lines(LogLevel level, const char *text) {
        size_t n = 0, left = 0;

        for (const char *end; text && *text; text = *end ? end + 1 : end) {
                end = strchrnul(text, '\n');
                if (n++ < LOGGED_MAX)
                        log_write(level, NULL, "reload: %.*s", (int)(end - text), text);
                else
                        left++;
        }
        if (left > 0)
                log_write(level, NULL, "reload: %zu more", left);
}

void reload_report_done(Reload *r) {
        r->done++;
        free(r->first);
        r->first = NULL;
        log_lines(LOG_LEVEL_WARNING, r->problems);
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
        log_error("not reloaded, nothing has changed: %s", r->first ? r->first : "no memory");
        if (error == SERVER_E_INVALID)
                log_lines(LOG_LEVEL_ERROR, r->problems);
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
