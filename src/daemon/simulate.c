/* spored on a simulated BlueZ. */
#include "daemon/simulate.h"

#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#define WORDS_FIXED 14 /* of sporesim's command line, without FILE's -o */

/* A socket's path has room for 107 characters. */
#define BASE_MAX      64
#define FOLDER_SIZE   (BASE_MAX + 32)
#define OVERRIDE_SIZE (FOLDER_SIZE + 32)

typedef struct CommandLine {
        char **words; /* owned, NULL-terminated; what they point at is borrowed */
        size_t n;
        char socket[OVERRIDE_SIZE]; /* "socket.path=…"; "": spored finds a place by itself */
} CommandLine;

/* "bluez.bus=unix:…", in any spelling that -o takes. */
static bool sets_bus(const char *override) {
        char name[sizeof("bluez.bus")];
        size_t length = strcspn(override, "=");

        if (length >= sizeof(name))
                return false;
        memcpy(name, override, length);
        name[length] = '\0';
        return parse_same_word(name, "bluez.bus");
}

static void add(CommandLine *line, const char *word) {
        /* execv() does not change them. */
        line->words[line->n++] = (char *)(uintptr_t)word;
}

static void add_overrides(CommandLine *line, char *const *overrides) {
        for (size_t i = 0; overrides[i]; i++) {
                add(line, "-o");
                add(line, overrides[i]);
        }
}

static int build(CommandLine *line, const Simulation *simulation, const char *self) {
        size_t n = 0;

        while (simulation->overrides[n])
                n++;
        line->words = calloc(WORDS_FIXED + 4 * n, sizeof(*line->words));
        if (!line->words)
                return -ENOMEM;
        add(line, "sporesim");
        if (simulation->bluez) {
                add(line, "--bluez");
                add(line, simulation->bluez);
        }
        add(line, "--profile");
        add(line, simulation->file);
        add_overrides(line, simulation->overrides);
        add(line, "--");
        add(line, self);
        if (*line->socket) {
                add(line, "-o");
                add(line, line->socket);
        }
        add_overrides(line, simulation->overrides);
        add(line, "--");
        add(line, simulation->file);
        return 0;
}

/* Anybody may have put something there before us. */
static int check_folder(const char *folder) {
        struct stat st;

        if (lstat(folder, &st) < 0)
                return -errno;
        if (!S_ISDIR(st.st_mode))
                return -ENOTDIR;
        if (st.st_uid != geteuid())
                return -EPERM;
        return (st.st_mode & 077) == 0 || chmod(folder, 0700) == 0 ? 0 : -errno;
}

/* 0, or an exit status: why is said. */
static int choose_socket(CommandLine *line) {
        const char *base = getenv("TMPDIR");
        char folder[FOLDER_SIZE];
        int r = 0;

        if (!base || *base != '/' || strlen(base) > BASE_MAX)
                base = "/tmp";
        (void)snprintf(
                folder, sizeof(folder), "%s/spored-simulate-%lu", base, (unsigned long)geteuid());
        if (mkdir(folder, 0700) < 0)
                r = errno == EEXIST ? check_folder(folder) : -errno;
        if (r < 0) {
                fprintf(stderr, "spored: --simulate: no socket in %s: %s\n", folder,
                        r == -EPERM     ? "it belongs to somebody else"
                        : r == -ENOTDIR ? "it is no directory"
                                        : strerror(-r));
                fputs("Choose another place with -o socket.path=PATH.\n", stderr);
                return EX_CANTCREAT;
        }
        (void)snprintf(line->socket, sizeof(line->socket), "socket.path=%s/spored.sock", folder);
        fprintf(stderr, "spored: in another terminal: export SPORED_SOCKET_PATH=%s\n",
                strchr(line->socket, '/'));
        return 0;
}

/* Beside spored, or where a build tree has it. Returns if it is not there. */
static void try_beside(const CommandLine *line, const char *self) {
        static const char *const places[] = {"sporesim", "../sim/sporesim"};
        const char *slash = strrchr(self, '/');
        char path[PATH_MAX + 32];

        for (size_t i = 0; slash && i < ELEMENTS(places); i++) {
                (void)snprintf(
                        path, sizeof(path), "%.*s%s", (int)(slash + 1 - self), self, places[i]);
                (void)execv(path, line->words);
        }
}

int simulate(const Simulation *simulation) {
        char self[PATH_MAX] = "";
        CommandLine line = {};

        for (size_t i = 0; simulation->overrides[i]; i++)
                if (sets_bus(simulation->overrides[i])) {
                        fprintf(stderr,
                                "spored: -o %s: with --simulate the bus is sporesim's own\n",
                                simulation->overrides[i]);
                        return EX_USAGE;
                }
        int r = simulation->own_socket ? choose_socket(&line) : 0;
        if (r > 0)
                return r;
        if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 ||
                build(&line, simulation, self) < 0) {
                fprintf(stderr, "spored: --simulate: %m\n");
                return EX_OSERR;
        }
        try_beside(&line, self);
        (void)execvp("sporesim", line.words);
        fprintf(stderr,
                "spored: --simulate needs sporesim, which is neither beside %s nor in PATH: %m\n",
                self);
        free(line.words);
        return EX_UNAVAILABLE;
}
