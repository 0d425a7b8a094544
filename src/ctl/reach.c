/* Connecting to spored, and what is said of it. */
#include "ctl/reach.h"

#include "ctl/report.h"
#include "ctl/text.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#define PLACES_MAX 2

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

/* As spored_client_new() with NULL, but it says of each place why it would not do. Gives the errno
 * of the last. */
static int connect_once(SporedClient **ret, const Arguments *arguments) {
        int results[PLACES_MAX];
        char path[PATH_MAX];
        unsigned n = 0;

        while (n < PLACES_MAX &&
                (n == 0 || nobody_listens(results[n - 1]) || results[n - 1] == -ENAMETOOLONG)) {
                int found = find_place(arguments, n, path, sizeof(path));

                if (found == 0)
                        break;
                results[n] = found < 0 ? found : spored_client_new(ret, path, 0);
                if (results[n] == 0)
                        return 0;
                n++;
        }
        for (unsigned i = 0; i < n; i++) {
                (void)find_place(arguments, i, path, sizeof(path));
                explain_unreachable(path, results[i], i + 1 == n);
        }
        return n > 0 ? results[n - 1] : -ENOENT;
}

int reach_once(SporedClient **ret, const Arguments *arguments) {
        return connect_once(ret, arguments) < 0 ? EX_UNAVAILABLE : 0;
}

static void on_state(SporedClient *client, int error, void *userdata) {
        const SporedMessage *refusal = spored_client_refusal(client);
        unsigned *losses = userdata;

        if (losses && error < 0)
                ++*losses;
        if (error == 0) {
                fputs("sporectl: connected\n", stderr);
                return;
        }
        fputs("sporectl: ", stderr);
        if (refusal)
                text_print(stderr, report_reason(refusal));
        else if (error == -ECONNRESET)
                fputs("spored has closed the connection", stderr);
        else
                fprintf(stderr, "the connection to spored is lost: %s", strerror(-error));
        fputs("; connecting again\n", stderr);
}

/* Says why it is not there now. 0: it may come. */
static int check_hope(const Arguments *arguments) {
        SporedClient *probe = NULL;
        int r = connect_once(&probe, arguments);

        spored_client_free(probe);
        if (r < 0 && !nobody_listens(r) && r != -EAGAIN)
                return EX_UNAVAILABLE;
        if (r < 0)
                fputs("sporectl: waiting for it\n", stderr);
        return 0;
}

int reach_always(SporedClient **ret, const Arguments *arguments, unsigned *losses) {
        SporedClient *client = NULL;
        int r = spored_client_new(&client, arguments->socket, SPORED_CLIENT_RECONNECT);

        if (r < 0)
                return reach_failed(r);
        spored_client_on_state(client, on_state, losses);
        r = spored_client_connected(client) ? 0 : check_hope(arguments);
        if (r != 0)
                spored_client_free(client);
        else
                *ret = client;
        return r;
}

int reach_failed(int r) {
        switch (r) {
        case -ENOMEM:
                fputs("sporectl: out of memory\n", stderr);
                return EX_OSERR;
        case -ETIMEDOUT:
                fputs("sporectl: spored does not answer\n", stderr);
                return EX_UNAVAILABLE;
        case -EMSGSIZE:
                fputs("sporectl: spored's answer has no end\n", stderr);
                return EX_PROTOCOL;
        case -EPROTO:
        case -EBADMSG:
                fputs("sporectl: spored's answer is not understood\n", stderr);
                return EX_PROTOCOL;
        case -ECONNRESET:
        case -EPIPE:
                fputs("sporectl: spored has closed the connection\n", stderr);
                return EX_UNAVAILABLE;
        }
        fprintf(stderr, "sporectl: cannot talk to spored: %s\n", strerror(-r));
        return EX_UNAVAILABLE;
}
