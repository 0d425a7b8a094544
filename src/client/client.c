/* libspored: a client's life. Connecting, what comes, and waiting for it. */
#include "client/client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000

DEFINE_CLEANUP(SporedClient *, spored_client_free);

static void connect_later(SporedClient *client) {
        spored_connection_set_timer(client->connection, client->pause_ms);
        client->pause_ms =
                client->pause_ms < PAUSE_MAX_MS / 2 ? client->pause_ms * 2 : PAUSE_MAX_MS;
}

/* What no later try can mend. */
static bool is_final(int error) {
        return error == -ENAMETOOLONG || error == -ENOMEM;
}

static int connect_first(SporedClient *client, const char *path) {
        int r;

        if (path) {
                client->path = strdup(path);
                if (!client->path)
                        return -ENOMEM;
        }
        r = spored_connection_new(&client->connection);
        if (r < 0)
                return r;
        client->error = spored_connection_open(client->connection, client->path);
        if (client->error == 0)
                return 0;
        if (!(client->flags & SPORED_CLIENT_RECONNECT) || is_final(client->error))
                return client->error;
        connect_later(client);
        return 0;
}

int spored_client_new(SporedClient **ret, const char *path, unsigned flags) {
        _cleanup_(spored_client_freep) SporedClient *client = NULL;
        int r;

        if (flags & ~(unsigned)SPORED_CLIENT_RECONNECT)
                return -EINVAL;
        client = calloc(1, sizeof(*client));
        if (!client)
                return -ENOMEM;
        client->flags = flags;
        client->pause_ms = PAUSE_MIN_MS;
        r = connect_first(client, path);
        if (r == 0)
                *ret = STEAL(client);
        return r;
}

SporedClient *spored_client_free(SporedClient *client) {
        if (!client)
                return NULL;
        spored_connection_free(client->connection);
        spored_requests_done(&client->requests);
        spored_interests_done(&client->interests);
        spored_message_free(client->kept);
        spored_message_free(client->refusal);
        free(client->path);
        free(client);
        return NULL;
}

bool spored_client_connected(const SporedClient *client) {
        return client->error == 0;
}

int spored_client_error(const SporedClient *client) {
        return client->error;
}

const SporedMessage *spored_client_refusal(const SporedClient *client) {
        return client->refusal;
}

void spored_client_on_state(SporedClient *client, SporedStateChanged changed, void *userdata) {
        client->changed = changed;
        client->changed_userdata = userdata;
}

int spored_client_fd(const SporedClient *client) {
        return spored_connection_fd(client->connection);
}

size_t spored_client_unsent(const SporedClient *client) {
        return spored_connection_unsent(client->connection);
}

static void tell_state(SporedClient *client) {
        if (client->changed)
                client->changed(client, client->error, client->changed_userdata);
}

static void lose(SporedClient *client, int error) {
        client->error = error;
        spored_connection_close(client->connection);
        spored_connection_set_timer(client->connection, 0);
        if (client->flags & SPORED_CLIENT_RECONNECT)
                connect_later(client);
        /* It ends: none is added without a connection. */
        while (spored_requests_answer_oldest(&client->requests, client, NULL))
                continue;
        tell_state(client);
}

static void reconnect(SporedClient *client) {
        client->error = spored_connection_open(client->connection, client->path);
        if (client->error == 0)
                client->error = spored_client_ask_again(client);
        if (client->error == 0) {
                client->refusal = spored_message_free(client->refusal);
                tell_state(client);
                return;
        }
        spored_connection_close(client->connection);
        spored_requests_done(&client->requests);
        connect_later(client);
}

/* It will not serve this connection: nothing that was asked on it has been looked at. */
static bool is_turned_away(const SporedMessage *message) {
        const char *error = spored_message_error(message);

        return strcmp(error, "too_many") == 0 || strcmp(error, "unavailable") == 0;
}

/* spored answers in order. So an error without an id, which it could not read, is the answer to the
 * oldest; or, if none waits, the reason why it will close. */
static void take_refusal(SporedClient *client, SporedMessage **message) {
        if (!is_turned_away(*message) &&
                spored_requests_answer_oldest(&client->requests, client, *message))
                return;
        spored_message_free(client->refusal);
        client->refusal = STEAL(*message);
}

static int take_line(SporedClient *client, const char *line, size_t size) {
        _cleanup_(spored_message_freep) SporedMessage *message = NULL;
        int64_t id;
        int r;

        r = spored_message_new(&message, line, size);
        if (r < 0)
                return r;
        if (spored_message_string(message, "event")) {
                client->pause_ms = PAUSE_MIN_MS;
                spored_interests_event(&client->interests, client, message);
        } else if (spored_message_integer(message, "id", &id)) {
                client->pause_ms = PAUSE_MIN_MS;
                (void)spored_requests_answer(&client->requests, id, client, message);
        } else if (spored_message_error(message))
                take_refusal(client, &message);
        if (client->keeps)
                client->kept = STEAL(message);
        client->keeps = false;
        return 0;
}

static int take_lines(SporedClient *client) {
        char *line;
        size_t size;
        int r;

        while ((r = spored_connection_line(client->connection, &line, &size)) > 0) {
                r = take_line(client, line, size);
                if (r < 0)
                        return r;
        }
        return r;
}

static void step(SporedClient *client) {
        bool due = spored_connection_timer_due(client->connection);
        int r, taken;

        if (client->error < 0) {
                if (due)
                        reconnect(client);
                return;
        }
        if (due)
                spored_client_ask_busy(client);
        r = spored_connection_step(client->connection);
        /* What came before the end is heard. */
        taken = take_lines(client);
        if (taken < 0)
                r = taken;
        if (r < 0)
                lose(client, r);
}

static int lost_for_good(const SporedClient *client) {
        return client->flags & SPORED_CLIENT_RECONNECT ? 0 : client->error;
}

int spored_client_process(SporedClient *client) {
        if (client->processing)
                return -EDEADLK;
        client->kept = spored_message_free(client->kept);
        client->processing = true;
        step(client);
        client->processing = false;
        return lost_for_good(client);
}

int spored_client_wait(SporedClient *client, int timeout_ms) {
        struct pollfd poll_fd = {.fd = spored_client_fd(client), .events = POLLIN};
        int r;

        if (client->processing)
                return -EDEADLK;
        if (lost_for_good(client) < 0)
                return client->error;
        r = poll(&poll_fd, 1, timeout_ms);
        if (r <= 0)
                return r < 0 ? -errno : 0;
        r = spored_client_process(client);
        return r < 0 ? r : 1;
}

static int64_t now_ms(void) {
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Milliseconds until deadline, from 0; -1 if there is none. */
static int time_left(int timeout_ms, int64_t deadline) {
        int64_t left = deadline - now_ms();

        if (timeout_ms < 0)
                return -1;
        return left > 0 ? (int)left : 0;
}

static void on_called(SporedClient *client, const SporedMessage *answer, void *userdata) {
        bool *answered = userdata;

        *answered = true;
        client->keeps = answer != NULL;
}

/* Until *answered, which a callback sets. */
static int wait_for(SporedClient *client, int timeout_ms, const bool *answered) {
        int64_t deadline = timeout_ms < 0 ? 0 : now_ms() + timeout_ms;

        while (!*answered) {
                int left = time_left(timeout_ms, deadline);
                int r = spored_client_wait(client, left);

                if (r == 0 && left == 0)
                        return -ETIMEDOUT;
                /* The answer may have come with the end. */
                if (r < 0 && r != -EINTR && !*answered)
                        return r;
        }
        return client->kept ? 0 : client->error;
}

int spored_client_call(
        SporedClient *client, const char *request, int timeout_ms, const SporedMessage **ret) {
        bool answered = false;
        int64_t id;
        int r;

        if (client->processing)
                return -EDEADLK;
        r = spored_client_request(client, request, on_called, &answered);
        if (r < 0)
                return r;
        id = client->last_id;
        r = wait_for(client, timeout_ms, &answered);
        if (!answered)
                spored_requests_ignore(&client->requests, id);
        if (r == 0)
                *ret = client->kept;
        return r;
}
