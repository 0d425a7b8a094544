/* spored on a simulated BlueZ. */
#include "daemon/simulate.h"

#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define WORDS_FIXED 12 /* of sporesim's command line, without -o */

typedef struct CommandLine {
        char **words; /* owned, NULL-terminated; what they point at is borrowed */
        size_t n;
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
        add_overrides(line, simulation->overrides);
        add(line, "--");
        add(line, simulation->file);
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
