/* sporesim's command line. */
#include "sim/options.h"

#include "sim/behaviour.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char usage[] =
        "Usage: sporesim [OPTION]... [-- COMMAND [ARGUMENT]...]\n"
        "Plays BlueZ and its centrals on a D-Bus of its own, and runs COMMAND against them.\n"
        "\n"
        "      --bluez VERSION       5.66, 5.72, 5.82 (default) or 5.87\n"
        "      --bus ADDRESS         a D-Bus that is there, instead of one of its own\n"
        "      --script FILE         what happens; -: standard input (default: phone tour)\n"
        "      --bare                no adapter and no org.bluez until the script says so\n"
        "      --trace               tell what applications and bluetoothd say to each other\n"
        "      --profile FILE        tell values by the names and units of this configuration\n"
        "  -o SECTION.KEY=VALUE      set one key of it, above everything else; may be repeated\n"
        "      --version\n"
        "  -h, --help\n"
        "\n"
        "See sporesim(1), spored(8).\n";

static int wrong_usage(const char *before, const char *word, const char *why) {
        fprintf(stderr, "sporesim: %s%s%s\nTry 'sporesim --help'.\n", before, word, why);
        return -EX_USAGE;
}

static int check(const Options *options) {
        if (!bluez_behaviour_find(options->bluez))
                return wrong_usage(
                        "", options->bluez, " is no BlueZ that is known: 5.66, 5.72, 5.82 or 5.87");
        if (options->bus && strcmp(options->bus, "system") != 0 && !strchr(options->bus, ':'))
                return wrong_usage("--bus: \"", options->bus, "\" is no D-Bus address");
        if (*options->overrides && !options->profile)
                return wrong_usage("", "-o", " needs --profile");
        return 0;
}

enum {
        OPTION_BLUEZ = 256,
        OPTION_BUS,
        OPTION_SCRIPT,
        OPTION_BARE,
        OPTION_TRACE,
        OPTION_PROFILE,
        OPTION_VERSION
};

/* 0: go on; 1: done; a negative exit status: wrong. */
static int take_option(Options *options, int option) {
        switch (option) {
        case OPTION_BLUEZ:
                options->bluez = optarg;
                return 0;
        case OPTION_BUS:
                options->bus = optarg;
                return 0;
        case OPTION_SCRIPT:
                options->script = optarg;
                return 0;
        case OPTION_BARE:
                options->bare = true;
                return 0;
        case OPTION_TRACE:
                options->trace = true;
                return 0;
        case OPTION_PROFILE:
                options->profile = optarg;
                return 0;
        case 'o':
                options->overrides[options->n_overrides++] = optarg;
                return 0;
        case 'h':
                (void)fputs(usage, stdout);
                return 1;
        case OPTION_VERSION:
                printf("sporesim %s\n", SPORED_VERSION);
                return 1;
        }
        fprintf(stderr, "Try 'sporesim --help'.\n");
        return -EX_USAGE;
}

static int parse_options(Options *options, int argc, char **argv) {
        static const struct option known[] = {
                {"bluez", required_argument, NULL, OPTION_BLUEZ},
                {"bus", required_argument, NULL, OPTION_BUS},
                {"script", required_argument, NULL, OPTION_SCRIPT},
                {"bare", no_argument, NULL, OPTION_BARE},
                {"trace", no_argument, NULL, OPTION_TRACE},
                {"profile", required_argument, NULL, OPTION_PROFILE},
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, OPTION_VERSION},
                {NULL, 0, NULL, 0},
        };
        int c, r = 0;

        while (r == 0 && (c = getopt_long(argc, argv, "+o:h", known, NULL)) >= 0)
                r = take_option(options, c);
        return r;
}

int options_parse(Options *options, int argc, char **argv) {
        *options =
                (Options){.bluez = "5.82", .overrides = calloc((size_t)argc + 1, sizeof(char *))};
        if (!options->overrides)
                return -EX_OSERR;
        int r = parse_options(options, argc, argv);
        if (r != 0)
                return r;
        if (optind < argc && strcmp(argv[optind - 1], "--") != 0)
                return wrong_usage("", argv[optind], " is no option: COMMAND stands behind --");
        if (optind < argc)
                options->command = argv + optind;
        return check(options);
}

void options_done(Options *options) {
        free(options->overrides);
}
