/* A dbus-daemon of one's own. Between it and us stands a keeper, a process that outlives us by as
 * long as it takes to end dbus-daemon and to remove the folder: so nothing stays behind even if we
 * are killed. It learns of our end by a pipe. */
#include "sim/private-bus.h"

#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define FOLDER_SIZE   sizeof(((struct sockaddr_un *)0)->sun_path)
#define PATH_SIZE     (FOLDER_SIZE + 16)
#define ADDRESS_SIZE  (3 * PATH_SIZE)
#define START_MSEC    30000
#define NOT_INSTALLED 127 /* the keeper's exit status, as a shell's */

struct PrivateBus {
        pid_t keeper; /* 0: none */
        int life;     /* closed: the bus ends */
        char folder[FOLDER_SIZE], address[ADDRESS_SIZE];
};

static const char config[] =
        "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
        " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
        "<busconfig>\n"
        "  <listen>%s</listen>\n"
        "  <auth>EXTERNAL</auth>\n"
        "  <policy context=\"default\">\n"
        "    <allow send_destination=\"*\" eavesdrop=\"false\"/>\n"
        "    <allow receive_sender=\"*\"/>\n"
        "    <allow own=\"*\"/>\n"
        "  </policy>\n"
        "</busconfig>\n";

static int say(int r, const char *what, const char *name) {
        fprintf(stderr, "sporesim: cannot %s %s: %s\n", what, name, strerror(-r));
        return r;
}

static void join(char out[static PATH_SIZE], const char *folder, const char *name) {
        (void)snprintf(out, PATH_SIZE, "%s/%s", folder, name);
}

/* As the D-Bus specification, "Server Addresses", wants it; then XML has nothing against it. */
static void make_address(char out[static ADDRESS_SIZE], const char *path) {
        char *to = out + sprintf(out, "unix:path=");

        for (const char *p = path; *p && to < out + ADDRESS_SIZE - 4; p++)
                if (isalnum((unsigned char)*p) || strchr("-_/.", *p))
                        *to++ = *p;
                else
                        to += sprintf(to, "%%%02x", (unsigned char)*p);
        *to = '\0';
}

static int make_folder(PrivateBus *bus) {
        const char *base = getenv("TMPDIR");
        char whole[PATH_MAX], path[PATH_SIZE];

        if (!base || !*base)
                base = "/tmp";
        if (!realpath(base, whole))
                return say(-errno, "use the folder", base);
        int n = snprintf(bus->folder, sizeof(bus->folder), "%s/sporesim-XXXXXX", whole);
        if (n < 0 || (size_t)n + sizeof("/bus") > FOLDER_SIZE) {
                fprintf(stderr, "sporesim: TMPDIR is too long for a socket in it\n");
                *bus->folder = '\0';
                return -ENAMETOOLONG;
        }
        if (!mkdtemp(bus->folder)) {
                int r = say(-errno, "make the folder", bus->folder);

                *bus->folder = '\0';
                return r;
        }
        join(path, bus->folder, "bus");
        make_address(bus->address, path);
        return 0;
}

static int write_config(const PrivateBus *bus) {
        char path[PATH_SIZE];

        join(path, bus->folder, "bus.conf");
        _cleanup_fclose_ FILE *f = fopen(path, "we");
        if (!f || fprintf(f, config, bus->address) < 0 || fflush(f) != 0)
                return say(-errno, "write", path);
        return 0;
}

static void remove_folder(const char *folder) {
        static const char *const names[] = {"bus", "bus.conf"};
        char path[PATH_SIZE];

        if (!*folder)
                return;
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                join(path, folder, names[i]);
                (void)unlink(path);
        }
        (void)rmdir(folder);
}

/* Its limits cannot be raised here, which it complains of and which does not matter. */
static bool is_trouble(const char *line) {
        static const char *const words[] = {"ailed", "rror", "annot", "ould not", "nable"};

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strstr(line, words[i]))
                        return !strstr(line, "limit");
        return false;
}

/* The last thing that dbus-daemon could not do, of all that it has said in log. */
static void show_trouble(int log) {
        char text[8192], trouble[512] = "", *rest = text, *line;
        ssize_t n = pread(log, text, sizeof(text) - 1, 0);

        text[n > 0 ? n : 0] = '\0';
        while ((line = strsep(&rest, "\n")))
                if (is_trouble(line))
                        (void)snprintf(trouble, sizeof(trouble), "%s", line);
        if (*trouble)
                fprintf(stderr, "sporesim: %s\n", trouble);
}

/* log is not a file of the folder: it can be written when nothing else can. */
__attribute__((noreturn)) static void run_daemon(const PrivateBus *bus, int ready, int log) {
        char option[PATH_SIZE + 16];
        sigset_t none;

        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)signal(SIGPIPE, SIG_DFL);
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        (void)snprintf(option, sizeof(option), "--config-file=%s/bus.conf", bus->folder);
        if (dup2(log, STDERR_FILENO) < 0 || dup2(ready, STDOUT_FILENO) < 0)
                _exit(EXIT_FAILURE);
        execlp("dbus-daemon", "dbus-daemon", option, "--nofork", "--nopidfile", "--print-address",
                (char *)NULL);
        if (errno == ENOENT)
                _exit(NOT_INSTALLED);
        fprintf(stderr, "Failed to run dbus-daemon: %m\n");
        _exit(EXIT_FAILURE);
}

/* It should not end while it is needed. Returns its exit status. */
static int say_ended(int status, int log) {
        show_trouble(log);
        if (WIFSIGNALED(status))
                fprintf(stderr, "sporesim: dbus-daemon was ended by signal %d\n", WTERMSIG(status));
        return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

/* Until life is closed at its other end, or the daemon ends, which it should not. */
static int keep(pid_t daemon, int life, int log) {
        _cleanup_close_ int ended = (int)syscall(SYS_pidfd_open, daemon, 0);
        struct pollfd fds[] = {{.fd = life, .events = POLLIN}, {.fd = ended, .events = POLLIN}};
        int status = 0;

        while (poll(fds, ELEMENTS(fds), -1) < 0 && errno == EINTR) {
        }
        if (!fds[1].revents)
                (void)kill(daemon, SIGTERM);
        if (waitpid(daemon, &status, 0) < 0)
                return EXIT_FAILURE;
        return fds[1].revents ? say_ended(status, log) : EXIT_SUCCESS;
}

/* A process of its own session: what the terminal sends to us is none of its business. */
__attribute__((noreturn)) static void run_keeper(const PrivateBus *bus, int life, int ready) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        int log = memfd_create("dbus-daemon", MFD_CLOEXEC);

        (void)setsid();
        (void)dup2(null, STDIN_FILENO);
        (void)dup2(null, STDOUT_FILENO);
        (void)close(bus->life);
        pid_t daemon = fork();
        if (daemon == 0)
                run_daemon(bus, ready, log);
        (void)close(ready);
        int status = daemon < 0 ? EXIT_FAILURE : keep(daemon, life, log);
        remove_folder(bus->folder);
        _exit(status);
}

static int start_keeper(PrivateBus *bus, int *ret_ready) {
        int life[2], ready[2];

        if (pipe2(life, O_CLOEXEC) < 0 || pipe2(ready, O_CLOEXEC) < 0)
                return say(-errno, "make", "a pipe");
        bus->life = life[1];
        *ret_ready = ready[0];
        pid_t pid = fork();
        if (pid == 0)
                run_keeper(bus, life[0], ready[1]);
        (void)close(life[0]);
        (void)close(ready[1]);
        if (pid < 0)
                return say(-errno, "start", "a process");
        bus->keeper = pid;
        return 0;
}

/* dbus-daemon prints its address when it listens. */
static bool wait_ready(int ready) {
        struct pollfd fd = {.fd = ready, .events = POLLIN};
        char c;
        int r;

        do {
                r = poll(&fd, 1, START_MSEC);
        } while (r < 0 && errno == EINTR);
        return r > 0 && read(ready, &c, 1) == 1;
}

static int wait_keeper(PrivateBus *bus) {
        int status = 0;

        if (bus->keeper <= 0)
                return 0;
        while (waitpid(bus->keeper, &status, 0) < 0 && errno == EINTR) {
        }
        bus->keeper = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static int start(PrivateBus *bus) {
        _cleanup_close_ int ready = -1;

        int r = make_folder(bus);
        if (r >= 0)
                r = write_config(bus);
        if (r >= 0)
                r = start_keeper(bus, &ready);
        if (r < 0 || wait_ready(ready))
                return r;
        (void)close(bus->life);
        bus->life = -1;
        if (wait_keeper(bus) == NOT_INSTALLED)
                fprintf(stderr, "sporesim: dbus-daemon is not installed: install Debian's package "
                                "dbus-daemon, or name a bus with --bus\n");
        else
                fprintf(stderr, "sporesim: dbus-daemon has not started\n");
        return -ECHILD;
}

int private_bus_new(PrivateBus **ret) {
        PrivateBus *bus = calloc(1, sizeof(*bus));

        if (!bus)
                return say(-ENOMEM, "start", "dbus-daemon");
        bus->life = -1;
        int r = start(bus);
        if (r < 0)
                bus = private_bus_free(bus);
        *ret = bus;
        return r;
}

PrivateBus *private_bus_free(PrivateBus *bus) {
        if (!bus)
                return NULL;
        if (bus->life >= 0)
                (void)close(bus->life);
        (void)wait_keeper(bus);
        remove_folder(bus->folder);
        free(bus);
        return NULL;
}

const char *private_bus_address(const PrivateBus *bus) {
        return bus->address;
}

pid_t private_bus_pid(const PrivateBus *bus) {
        return bus->keeper;
}
