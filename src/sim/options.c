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

static int wrong_usage(const char *why, const char *word) {
        fprintf(stderr, "sporesim: %s%s\nTry 'sporesim --help'.\n", word, why);
        return -EX_USAGE;
}

static int check(const Options *options) {
        if (!bluez_behaviour_find(options->bluez))
                return wrong_usage(
                        " is no BlueZ that is known: 5.66, 5.72, 5.82 or 5.87", options->bluez);
        if (*options->overrides && !options->profile)
                return wrong_usage(" needs --profile", "-o");
        return 0;
}

static int parse_options(Options *options, int argc, char **argv) {
        enum {
                OPTION_BLUEZ = 256,
                OPTION_BUS,
                OPTION_SCRIPT,
                OPTION_BARE,
                OPTION_TRACE,
                OPTION_PROFILE,
                OPTION_VERSION
        };
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
        size_t n = 0;
        int c;

        while ((c = getopt_long(argc, argv, "+o:h", known, NULL)) >= 0) {
                if (c == OPTION_BLUEZ) {
                        options->bluez = optarg;
                } else if (c == OPTION_BUS) {
                        options->bus = optarg;
                } else if (c == OPTION_SCRIPT) {
                        options->script = optarg;
                } else if (c == OPTION_BARE) {
                        options->bare = true;
                } else if (c == OPTION_TRACE) {
                        options->trace = true;
                } else if (c == OPTION_PROFILE) {
                        options->profile = optarg;
                } else if (c == 'o') {
                        options->overrides[n++] = optarg;
                } else if (c == 'h') {
                        (void)fputs(usage, stdout);
                        return 1;
                } else if (c == OPTION_VERSION) {
                        printf("sporesim %s\n", SPORED_VERSION);
                        return 1;
                } else {
                        fprintf(stderr, "Try 'sporesim --help'.\n");
                        return -EX_USAGE;
                }
        }
        return 0;
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
                return wrong_usage(" is no option: COMMAND stands behind --", argv[optind]);
        if (optind < argc)
                options->command = argv + optind;
        return check(options);
}

void options_done(Options *options) {
        free(options->overrides);
}
