/* What local programs may send, in any order of what happens meanwhile: the first byte says how
 * much room the queues have, each of the bytes that UTF-8 does not know is something that happens,
 * and the rest goes over the chosen connection to a server in the same process. All that comes back
 * must be lines of JSON, another program must still be served, and nothing may be left behind. */
#include "../unit/socket/fixture.h"
#include "target.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURNS_MAX  100000
#define PROGRAMS   3
#define FLOOD      8 /* events; some thirteen floods fill the kernel and half of output_max */
#define FLOOD_SIZE 1000

enum {
        EVENT_PROGRAM = 0xf8, /* and the next three: what follows comes from another one */
        EVENT_CLOSE = 0xfb,
        EVENT_SHUTDOWN = 0xfc,
        EVENT_WRITE = 0xfd, /* a central's; it waits for a verdict */
        EVENT_FLOOD = 0xfe, /* of status events, to those who watch them and do not read */
        EVENT_ROOM = 0xff,  /* for one more, and the value is stale */
};

typedef struct World {
        Fixture *fixture;
        int fds[PROGRAMS]; /* -1: not connected */
        size_t chosen;
} World;

static void require(bool so) {
        if (!so)
                abort();
}

static Fixture *fixture(void) {
        static void *state;
        Fixture *f;

        if (!state) {
                require(fixture_setup(&state) == 0);
                f = state;
                f->subscribed = true;
                /* Sets of one wait for ever, those of the other are given up. */
                profile_find(f->profile, "env")->put_timeout_usec = 1;
        }
        return state;
}

static void check_lines(char *text) {
        char *rest = text, *line;

        while ((line = strsep(&rest, "\n")) && rest) {
                json_t *value = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

                require(json_is_object(value));
                json_decref(value);
        }
}

/* What waits goes on, some at a time. */
static void make_room(Fixture *f, unsigned room) {
        f->room = room;
        for (size_t i = 0; i < f->profile->n_characteristics; i++)
                server_room(f->server, profile_at(f->profile, i));
}

/* Reads until the server closes: it does once everything that was sent is answered. */
static void read_to_the_end(Fixture *f, int fd) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        require(out != NULL);
        for (unsigned turns = 0;; turns++) {
                char chunk[4096];
                ssize_t n = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);

                if (n > 0)
                        (void)fwrite(chunk, 1, (size_t)n, out);
                else if (n == 0 || errno == ECONNRESET)
                        break;
                require(turns < TURNS_MAX);
                make_room(f, 2);
                fixture_turn(f, 1);
        }
        (void)fclose(out);
        check_lines(text);
        free(text);
}

static void write_of_a_central(Fixture *f) {
        f->pending = fixture_characteristic(f, "note");
        f->pending_number = 1;
        server_emit_write(
                f->server, &(ServerWrite){.number = 1,
                                   .characteristic = f->pending,
                                   .data = (const uint8_t *)"hi",
                                   .size = 2,
                                   .wants_verdict = server_handled(f->server, f->pending)});
}

static void flood(Fixture *f) {
        static char why[FLOOD_SIZE];

        memset(why, 'x', sizeof(why) - 1);
        f->status.why = why;
        for (unsigned i = 0; i < FLOOD; i++)
                server_emit_status(f->server);
        f->status.why = NULL;
}

static void happen(World *w, uint8_t event) {
        Fixture *f = w->fixture;
        int *fd = &w->fds[w->chosen];

        fixture_turn(f, 1);
        switch (event) {
        case EVENT_CLOSE:
                if (*fd >= 0)
                        close(*fd);
                *fd = -1;
                break;
        case EVENT_SHUTDOWN:
                (void)shutdown(*fd, SHUT_WR);
                break;
        case EVENT_WRITE:
                write_of_a_central(f);
                break;
        case EVENT_FLOOD:
                flood(f);
                break;
        case EVENT_ROOM:
                make_room(f, 1);
                server_emit_stale(f->server, fixture_characteristic(f, "env"), true, 1);
                break;
        default:
                w->chosen = event - EVENT_PROGRAM;
        }
}

/* To a server that may have cut this program off, or not read it. */
static void speak(World *w, const uint8_t *text, size_t size) {
        int *fd = &w->fds[w->chosen];

        if (*fd < 0)
                *fd = client_connect(w->fixture);
        for (unsigned turns = 0; size > 0 && turns < 10; turns++) {
                ssize_t n = send(*fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n < 0 && errno != EAGAIN)
                        return;
                text += n > 0 ? n : 0;
                size -= n > 0 ? (size_t)n : 0;
                fixture_turn(w->fixture, 1);
        }
}

static void play(World *w, const uint8_t *data, size_t size) {
        for (size_t i = 0, begin = 0; i <= size; i++) {
                if (i < size && data[i] < EVENT_PROGRAM)
                        continue;
                if (i > begin)
                        speak(w, data + begin, i - begin);
                if (i < size)
                        happen(w, data[i]);
                begin = i + 1;
        }
}

static void end(World *w) {
        /* Where there is room nobody waits, read or not. */
        make_room(w->fixture, UINT_MAX);
        fixture_turn(w->fixture, 4);
        require(server_counts(w->fixture->server).waiting == 0);
        for (size_t i = 0; i < PROGRAMS; i++)
                if (w->fds[i] >= 0)
                        (void)shutdown(w->fds[i], SHUT_WR);
        for (size_t i = 0; i < PROGRAMS; i++)
                if (w->fds[i] >= 0) {
                        read_to_the_end(w->fixture, w->fds[i]);
                        close(w->fds[i]);
                }
        fixture_turn(w->fixture, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Fixture *f = fixture();
        World w = {.fixture = f, .fds = {-1, -1, -1}};
        ServerCounts counts;
        int other;

        if (size == 0 || size > 60000)
                return 0;
        f->room = data[0] < 200 ? UINT_MAX : data[0] - 200U;
        f->pending_number = 0;
        other = client_connect(f);
        play(&w, data + 1, size - 1);
        end(&w);
        counts = server_counts(f->server);
        require(counts.peers == 1 && counts.waiting == 0 && counts.handlers == 0);
        client_send(f, other, "{\"op\":\"metrics\",\"id\":\"the end\"}\n");
        (void)shutdown(other, SHUT_WR);
        read_to_the_end(f, other);
        close(other);
        fixture_turn(f, 4);
        return 0;
}
