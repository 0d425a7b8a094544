/* sporectl: spored from the command line. */
#include "ctl/arguments.h"
#include "ctl/message.h"
#include "ctl/render.h"
#include "ctl/text.h"
#include "spored/client.h"
#include "util/cleanup.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define EXIT_REFUSED      1
#define ANSWER_TIMEOUT_MS 10000
#define ANSWER_SHOWN_MAX  200
#define PLACES_MAX        2

DEFINE_CLEANUP(SporedClient *, spored_client_free);

static void json_unrefp(json_t **value) {
        json_decref(*value);
}

static void explain_denied(const char *path) {
        const struct passwd *user;
        const struct group *group;
        struct stat st;

        if (stat(path, &st) < 0) {
                fprintf(stderr, "sporectl: %s: permission denied: its directory is closed to you\n",
                        path);
                return;
        }
        user = getpwuid(st.st_uid);
        group = getgrgid(st.st_gid);
        fprintf(stderr, "sporectl: %s: permission denied: it belongs to user ", path);
        if (user)
                fputs(user->pw_name, stderr);
        else
                fprintf(stderr, "%u", (unsigned)st.st_uid);
        fputs(" and group ", stderr);
        if (group)
                fputs(group->gr_name, stderr);
        else
                fprintf(stderr, "%u", (unsigned)st.st_gid);
        fprintf(stderr, ", mode %04o", (unsigned)(st.st_mode & 07777));
        if (group && st.st_gid != 0 && (st.st_mode & S_IWGRP) != 0)
                fprintf(stderr,
                        "; add yourself to the group: sudo usermod -aG %s $USER, then log in again",
                        group->gr_name);
        fputc('\n', stderr);
}

static bool nobody_listens(int r) {
        return r == -ENOENT || r == -ECONNREFUSED;
}

static void explain_unreachable(const char *path, int r, bool last) {
        if (r == -EACCES || r == -EPERM)
                explain_denied(path);
        else
                fprintf(stderr, "sporectl: cannot connect to %s: %s%s\n", path, strerror(-r),
                        last && nobody_listens(r) ? "; is spored running?" : "");
}

/* The places of spored_client_path(), unless --socket names one. */
static int find_place(const Arguments *arguments, unsigned index, char *path, size_t size) {
        if (!arguments->socket)
                return spored_client_path(index, path, size);
        if (index > 0)
                return 0;
        return snprintf(path, size, "%s", arguments->socket) < (int)size ? 1 : -ENAMETOOLONG;
}

/* As spored_client_new() with NULL, but it says of each place why it would not do. */
static int connect_to_spored(SporedClient **ret, const Arguments *arguments) {
        int results[PLACES_MAX];
        char path[PATH_MAX];
        unsigned n = 0;

        while (n < PLACES_MAX && (n == 0 || nobody_listens(results[n - 1]))) {
                int found = find_place(arguments, n, path, sizeof(path));

                if (found == 0)
                        break;
                results[n] = found < 0 ? found : spored_client_new(ret, path);
                if (results[n] == 0)
                        return 0;
                n++;
        }
        for (unsigned i = 0; i < n; i++) {
                (void)find_place(arguments, i, path, sizeof(path));
                explain_unreachable(path, results[i], i + 1 == n);
        }
        return EX_UNAVAILABLE;
}

static int protocol_error(const char *line) {
        _cleanup_free_ char *begin = strndup(line, ANSWER_SHOWN_MAX);

        fputs("sporectl: spored's answer is not understood: ", stderr);
        text_print(stderr, begin ? begin : "");
        fputc('\n', stderr);
        return EX_PROTOCOL;
}

/* Waits for a line; 0 and both forms of it, or the exit status. */
static int receive(SporedClient *client, int timeout_ms, const char **ret_line, json_t **ret) {
        int r = spored_client_receive(client, timeout_ms, ret_line);

        if (r == 0) {
                fprintf(stderr, "sporectl: spored does not answer\n");
                return EX_UNAVAILABLE;
        }
        if (r == -EMSGSIZE) {
                fprintf(stderr, "sporectl: spored's answer has no end\n");
                return EX_PROTOCOL;
        }
        if (r == -ECONNRESET) {
                fprintf(stderr, "sporectl: spored has closed the connection\n");
                return EX_UNAVAILABLE;
        }
        if (r < 0) {
                fprintf(stderr, "sporectl: cannot read from spored: %s\n", strerror(-r));
                return EX_UNAVAILABLE;
        }
        *ret = json_loads(*ret_line, JSON_REJECT_DUPLICATES, NULL);
        return json_is_object(*ret) ? 0 : protocol_error(*ret_line);
}

static int refused(const Arguments *arguments, const char *detail) {
        fputs("sporectl: ", stderr);
        if (arguments->name) {
                text_print(stderr, arguments->name);
                fputs(": ", stderr);
        }
        text_print(stderr, detail);
        fputc('\n', stderr);
        return EXIT_REFUSED;
}

/* 0: spored agreed. */
static int check_answer(const Arguments *arguments, const json_t *answer, const char *line) {
        const char *error = json_string_value(json_object_get(answer, "error"));
        const char *detail = json_string_value(json_object_get(answer, "detail"));

        if (error)
                return refused(arguments, detail ? detail : error);
        return json_is_true(json_object_get(answer, "ok")) ? 0 : protocol_error(line);
}

static int refuse_field(const Arguments *arguments, const json_t *answer) {
        _cleanup_free_ char *detail = render_unknown_field(answer, arguments->rest[0]);

        return detail ? refused(arguments, detail) : EX_OSERR;
}

static int show(const Arguments *arguments, const json_t *answer, const char *line) {
        int r = 0;

        if (arguments->json)
                return 0;
        if (arguments->command == COMMAND_GET)
                r = render_get(stdout, answer, arguments->rest[0]);
        else if (arguments->command == COMMAND_STATUS)
                r = render_status(stdout, answer);
        if (r == -ENOENT)
                return refuse_field(arguments, answer);
        if (r == -EPROTO)
                return protocol_error(line);
        return r < 0 ? EX_OSERR : 0;
}

static int watch(const Arguments *arguments, SporedClient *client) {
        if (isatty(STDOUT_FILENO))
                fprintf(stderr, "watching what centrals write; Ctrl+C ends it\n");
        for (;;) {
                _cleanup_(json_unrefp) json_t *event = NULL;
                const char *line;
                int r = receive(client, -1, &line, &event);

                if (r != 0)
                        return r;
                if (arguments->json)
                        puts(line);
                else if (render_event(stdout, event) < 0)
                        return protocol_error(line);
                if (ferror(stdout))
                        return 0; /* finish() says why */
        }
}

static int talk(const Arguments *arguments, SporedClient *client, const char *message) {
        _cleanup_(json_unrefp) json_t *answer = NULL;
        const char *line;
        int r = spored_client_send(client, message);

        /* Refused at the door: the reason may be there to read. */
        if (r < 0 && r != -EPIPE) {
                fprintf(stderr, "sporectl: cannot write to spored: %s\n", strerror(-r));
                return EX_UNAVAILABLE;
        }
        r = receive(client, ANSWER_TIMEOUT_MS, &line, &answer);
        if (r != 0)
                return r;
        if (arguments->json)
                puts(line);
        r = check_answer(arguments, answer, line);
        if (r == 0)
                r = show(arguments, answer, line);
        if (r == 0 && arguments->command == COMMAND_WATCH)
                r = watch(arguments, client);
        return r;
}

static int run(const Arguments *arguments) {
        _cleanup_(spored_client_freep) SporedClient *client = NULL;
        _cleanup_free_ char *message = NULL;
        int r;

        if (arguments->command == COMMAND_HELP) {
                arguments_print_help(stdout);
                return 0;
        }
        if (arguments->command == COMMAND_VERSION) {
                puts("sporectl " SPORED_VERSION);
                return 0;
        }
        r = message_build(&message, arguments, stderr);
        if (r < 0)
                return r == -EINVAL ? EX_USAGE : EX_OSERR;
        r = connect_to_spored(&client, arguments);
        return r != 0 ? r : talk(arguments, client, message);
}

/* What was printed has arrived, or the exit status says that it has not. */
static int finish(int status) {
        if (fflush(stdout) == 0 && !ferror(stdout))
                return status;
        fprintf(stderr, "sporectl: cannot write to the standard output: %s\n", strerror(errno));
        return status != 0 ? status : EX_IOERR;
}

int main(int argc, char **argv) {
        _cleanup_(arguments_done) Arguments arguments = {};
        int r = arguments_parse(&arguments, argc, argv, stderr);

        if (r < 0)
                return r == -EINVAL ? EX_USAGE : EX_OSERR;
        /* A reader of `watch` sees each line when it happens. */
        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        return finish(run(&arguments));
}
