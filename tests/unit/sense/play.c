#include "play.h"

#include "util/cleanup.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PROFILE                                                                                    \
        "[service s]\nuuid = 181A\n"                                                               \
        "[characteristic temperature]\nuuid = 2A6E\nflags = read\n"                                \
        "type = i16 scale=0.01 unit=celsius\n"                                                     \
        "[characteristic air]\nuuid = 2A00\nflags = read\n"                                        \
        "[fields air]\nco2 = u16\nhumidity = u16 scale=0.1\nmode = u8 enum=OFF,ON\n"

static void load(const Fixture *f, const char *text, Play *p) {
        static char *nothing[] = {NULL};
        _cleanup_free_ char *path = fixture_path(f, "/my.conf");
        ConfigSources sources = {.file = path, .environ_ = nothing};
        unsigned errors, warnings;
        const ValueSource *items;
        size_t n;

        fixture_write(f, "/my.conf", text);
        assert_int_equal(config_load(&p->config, &sources, stderr, &errors, &warnings), 0);
        assert_non_null(p->config);
        items = config_value_sources(p->config, &n);
        assert_int_equal(producer_new(&p->producer, items, n), 0);
}

static void listen_as_spored(const Fixture *f, Play *p) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        p->path = fixture_path(f, "/spored.sock");
        strcpy(address.sun_path, p->path);
        p->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(p->listen_fd >= 0);
        assert_int_equal(bind(p->listen_fd, (const struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(p->listen_fd, 1), 0);
}

void play(const Fixture *f, const char *sections, Play *ret) {
        _cleanup_free_ char *text = NULL;
        const char *mark;
        char *to;

        *ret = (Play){.listen_fd = -1, .fd = -1};
        /* Each %s is the root. */
        text = calloc(1, sizeof(PROFILE) + strlen(sections) + 10 * sizeof(f->root));
        assert_non_null(text);
        strcpy(text, PROFILE);
        to = text + strlen(text);
        while ((mark = strstr(sections, "%s"))) {
                to += sprintf(to, "%.*s%s", (int)(mark - sections), sections, f->root);
                sections = mark + 2;
        }
        strcpy(to, sections);
        load(f, text, ret);
        listen_as_spored(f, ret);
        assert_int_equal(spored_client_new(&ret->client, ret->path, 0), 0);
        ret->fd = accept4(ret->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        assert_true(ret->fd >= 0);
}

void play_done(Play *p) {
        spored_client_free(p->client);
        producer_free(p->producer);
        config_free(p->config);
        free(p->path);
        close(p->fd);
        close(p->listen_fd);
}

void answer(Play *p, const char *lines) {
        assert_int_equal(write(p->fd, lines, strlen(lines)), (ssize_t)strlen(lines));
        (void)spored_client_process(p->client);
}

void lose_spored(Play *p) {
        assert_int_equal(shutdown(p->fd, SHUT_RDWR), 0);
        assert_int_equal(spored_client_process(p->client), -ECONNRESET);
}

void expect_asked(const Play *p, const char *expected) {
        char text[2048];
        ssize_t n = recv(p->fd, text, sizeof(text) - 1, MSG_DONTWAIT);

        text[n > 0 ? n : 0] = '\0';
        assert_string_equal(text, expected);
}

void read_and_send(Play *p, uint64_t now_usec) {
        producer_read(p->producer, now_usec);
        producer_send(p->producer, p->client, now_usec);
}

void send_more(Play *p) {
        producer_send(p->producer, p->client, 0);
}

void expect_summary(const Play *p, const char *expected) {
        char text[PRODUCER_SUMMARY_SIZE];

        producer_summarize(p->producer, text);
        assert_string_equal(text, expected);
}
