/* A client, and a socket in the place of spored. */
#include "fixture.h"

#include "util/cleanup.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

void fixture_listen(Fixture *f) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        strcpy(address.sun_path, f->path);
        f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(f->listener >= 0);
        assert_int_equal(bind(f->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(f->listener, 4), 0);
}

void fixture_stop_listening(Fixture *f) {
        close(f->listener);
        f->listener = -1;
        unlink(f->path);
}

void fixture_accept(Fixture *f) {
        const struct timeval limit = {.tv_sec = LIMIT_MS / 1000};

        assert_int_equal(f->peer, -1);
        f->peer = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC);
        assert_true(f->peer >= 0);
        assert_int_equal(setsockopt(f->peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
}

void fixture_hang_up(Fixture *f) {
        close(f->peer);
        f->peer = -1;
}

int fixture_setup_alone(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        f->peer = -1;
        strcpy(f->directory, "/tmp/spored-test-XXXXXX");
        assert_non_null(mkdtemp(f->directory));
        (void)snprintf(f->path, sizeof(f->path), "%s/spored.sock", f->directory);
        fixture_listen(f);
        *state = f;
        return 0;
}

static int setup(void **state, unsigned flags) {
        Fixture *f;

        fixture_setup_alone(state);
        f = *state;
        assert_int_equal(spored_client_new(&f->client, f->path, flags), 0);
        spored_client_on_state(f->client, fixture_state, f);
        fixture_accept(f);
        return 0;
}

int fixture_setup(void **state) {
        return setup(state, 0);
}

int fixture_setup_reconnect(void **state) {
        return setup(state, SPORED_CLIENT_RECONNECT);
}

int fixture_teardown(void **state) {
        Fixture *f = *state;

        spored_client_free(f->client);
        if (f->listener >= 0)
                fixture_stop_listening(f);
        if (f->peer >= 0)
                fixture_hang_up(f);
        unlink(f->path);
        assert_int_equal(rmdir(f->directory), 0);
        free(f);
        return 0;
}

void fixture_says(const Fixture *f, const char *text) {
        assert_int_equal(send(f->peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

const char *fixture_reads(const Fixture *f) {
        static char line[4096];
        size_t n = 0;

        do {
                assert_true(n < sizeof(line));
                assert_int_equal(recv(f->peer, line + n, 1, 0), 1);
        } while (line[n++] != '\n');
        line[n - 1] = '\0';
        return line;
}

void fixture_turn(const Fixture *f) {
        assert_int_equal(spored_client_wait(f->client, LIMIT_MS), 1);
}

void fixture_tell(const Fixture *f, const char *text) {
        fixture_says(f, text);
        fixture_turn(f);
}

__attribute__((format(printf, 2, 3))) static void note(Fixture *f, const char *format, ...) {
        size_t used = strlen(f->heard);
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vsnprintf(f->heard + used, sizeof(f->heard) - used, format, arguments);
        va_end(arguments);
        assert_true(n >= 0 && (size_t)n < sizeof(f->heard) - used);
}

void fixture_answered(SporedClient *client, const SporedMessage *answer, void *userdata) {
        const Note *to = userdata;

        note(to->f, "%s: %s\n", to->name, answer ? spored_message_line(answer) : "lost");
}

void fixture_event(SporedClient *client, const SporedMessage *event, void *userdata) {
        assert_non_null(event);
        fixture_answered(client, event, userdata);
}

void fixture_state(SporedClient *client, int error, void *userdata) {
        assert_int_equal(error, spored_client_error(client));
        assert_int_equal(error == 0, spored_client_connected(client));
        note(userdata, "state %s\n", error < 0 ? strerrorname_np(-error) : "0");
}

void fixture_expect(Fixture *f, const char *heard) {
        assert_string_equal(f->heard, heard);
        f->heard[0] = '\0';
}
