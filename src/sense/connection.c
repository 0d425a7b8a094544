#include "sense/connection.h"

#include "spored/client.h"
#include "util/clock.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>

#define ANSWER_TIMEOUT_MS 10000

struct Connection {
        const char *path;
        int stop_fd;
        SporedClient *client; /* NULL: not open */
};

static void json_unrefp(json_t **value) {
        json_decref(*value);
}

int connection_new(Connection **ret, const char *path, int stop_fd) {
        Connection *connection = calloc(1, sizeof(*connection));

        if (!connection)
                return -ENOMEM;
        *connection = (Connection){.path = path, .stop_fd = stop_fd};
        *ret = connection;
        return 0;
}

Connection *connection_free(Connection *connection) {
        if (!connection)
                return NULL;
        spored_client_free(connection->client);
        free(connection);
        return NULL;
}

bool connection_is_open(const Connection *connection) {
        return connection->client != NULL;
}

int connection_fd(const Connection *connection) {
        return connection->client ? spored_client_fd(connection->client) : -1;
}

/* Closes the connection. */
__attribute__((format(printf, 4, 5))) static int lose(Connection *connection,
        char why[static CONNECTION_WHY_SIZE], int error, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(why, CONNECTION_WHY_SIZE, format, arguments);
        va_end(arguments);
        connection->client = spored_client_free(connection->client);
        return error;
}

/* The place that is looked at last: the one that counts when none does. */
static void last_place(const Connection *connection, char path[static PATH_MAX]) {
        if (connection->path) {
                (void)snprintf(path, PATH_MAX, "%s", connection->path);
                return;
        }
        path[0] = '\0';
        for (unsigned i = 0; spored_client_path(i, path, PATH_MAX) > 0; i++)
                continue;
}

int connection_open(Connection *connection, char why[static CONNECTION_WHY_SIZE]) {
        char path[PATH_MAX];
        int r;

        connection->client = spored_client_free(connection->client);
        r = spored_client_new(&connection->client, connection->path);
        if (r == 0)
                return 0;
        last_place(connection, path);
        return lose(connection, why, r, "cannot connect to %.200s: %s", path, strerror(-r));
}

static int lost(Connection *connection, int error, char why[static CONNECTION_WHY_SIZE]) {
        if (error == -ECONNRESET || error == -EPIPE)
                return lose(connection, why, error, "spored has closed the connection");
        return lose(connection, why, error, "the connection is lost: %s", strerror(-error));
}

/* As spored_client_receive(), but it also ends, with -ECANCELED, when stop_fd is readable. */
static int receive(const Connection *connection, const char **ret_line) {
        uint64_t end_usec = clock_now_usec() + ANSWER_TIMEOUT_MS * USEC_PER_MSEC;

        for (;;) {
                struct pollfd fds[] = {
                        {.fd = spored_client_fd(connection->client), .events = POLLIN},
                        {.fd = connection->stop_fd, .events = POLLIN}};
                uint64_t now_usec = clock_now_usec();
                int r = spored_client_receive(connection->client, 0, ret_line);

                if (r != 0 || now_usec >= end_usec)
                        return r;
                r = poll(fds, 2, (int)((end_usec - now_usec) / USEC_PER_MSEC) + 1);
                if (r < 0 && errno != EINTR)
                        return -errno;
                if (r > 0 && fds[1].revents != 0)
                        return -ECANCELED;
        }
}

static int judge(Connection *connection, const char *line, char why[static CONNECTION_WHY_SIZE]) {
        _cleanup_(json_unrefp) json_t *answer = json_loads(line, 0, NULL);
        const char *error = json_string_value(json_object_get(answer, "error"));
        const char *detail = json_string_value(json_object_get(answer, "detail"));

        if (json_is_true(json_object_get(answer, "ok")))
                return 0;
        if (!error)
                return lose(connection, why, -EPROTO, "spored's answer is not understood");
        if (strcmp(error, "too_many") == 0)
                return lose(connection, why, -EBUSY, "%.200s", detail ? detail : error);
        (void)snprintf(why, CONNECTION_WHY_SIZE, "%s", detail ? detail : error);
        return CONNECTION_E_REFUSED;
}

int connection_request(
        Connection *connection, const char *line, char why[static CONNECTION_WHY_SIZE]) {
        const char *answer;
        int r = spored_client_send(connection->client, line);

        /* Refused at the door: the reason may be there to read. */
        if (r == 0 || r == -EPIPE)
                r = receive(connection, &answer);
        if (r > 0)
                return judge(connection, answer, why);
        if (r == 0)
                return lose(connection, why, -ETIMEDOUT, "spored does not answer");
        return lost(connection, r, why);
}

int connection_check(Connection *connection, char why[static CONNECTION_WHY_SIZE]) {
        const char *line;
        int r;

        do
                r = spored_client_receive(connection->client, 0, &line);
        while (r > 0);
        return r < 0 ? lost(connection, r, why) : 0;
}
