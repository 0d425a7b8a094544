#include "config/config.h"
#include "daemon/activation.h"
#include "daemon/daemon.h"
#include "daemon/places.h"
#include "daemon/simulate.h"
#include "loop/service-manager.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

DEFINE_CLEANUP(Config *, config_free);

typedef struct Arguments {
        const char *file;
        char **overrides; /* NULL-terminated; has room for all of argv */
        bool check, dump_config, simulate;
        const char *bluez; /* a version to simulate, or NULL */
} Arguments;

static const char usage[] =
        "Usage: spored [OPTION]... [FILE]\n"
        "Serves what FILE declares as a Bluetooth LE peripheral (default: %s/spored.conf).\n"
        "\n"
        "  -o SECTION.KEY=VALUE  set one key, above everything else; may be repeated\n"
        "      --check           load everything, print every problem, exit 78 if there is one\n"
        "      --dump-config     print the effective configuration and where each value is from\n"
        "      --simulate        serve FILE to a simulated phone: no Bluetooth, no root\n"
        "      --bluez VERSION   the BlueZ that is simulated: 5.66, 5.72, 5.82 or 5.87\n"
        "      --version\n"
        "  -h, --help\n"
        "\n"
        "See spored(8), spored.conf(5), sporectl(1), sporesim(1).\n";

/* With 0, 1 or 2 closed the next socket would take its place, and lines of the log would go there.
 */
static int keep_standard_fds(void) {
        int fd;

        do {
                fd = open("/dev/null", O_RDWR | O_NOCTTY);
        } while (fd >= 0 && fd <= STDERR_FILENO);
        return fd < 0 ? -errno : close(fd);
}

static int check_arguments(const Arguments *a) {
        if (a->bluez && !a->simulate)
                fprintf(stderr, "spored: --bluez is only for --simulate\n");
        else if (a->simulate && !a->file)
                fprintf(stderr, "spored: --simulate needs a FILE\n");
        else if (a->simulate && (a->check || a->dump_config))
                fprintf(stderr, "spored: --simulate goes with neither --check nor --dump-config\n");
        else
                return 0;
        return -EX_USAGE;
}

/* 0: go on; 1: done; a negative exit status: wrong usage. */
static int parse_arguments(Arguments *a, int argc, char **argv) {
        enum { OPTION_CHECK = 256, OPTION_DUMP, OPTION_SIMULATE, OPTION_BLUEZ, OPTION_VERSION };
        static const struct option options[] = {
                {"check", no_argument, NULL, OPTION_CHECK},
                {"dump-config", no_argument, NULL, OPTION_DUMP},
                {"simulate", no_argument, NULL, OPTION_SIMULATE},
                {"bluez", required_argument, NULL, OPTION_BLUEZ},
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, OPTION_VERSION},
                {NULL, 0, NULL, 0},
        };
        size_t n = 0;
        int c;

        while ((c = getopt_long(argc, argv, "o:h", options, NULL)) >= 0) {
                if (c == OPTION_CHECK) {
                        a->check = true;
                } else if (c == OPTION_DUMP) {
                        a->dump_config = true;
                } else if (c == OPTION_SIMULATE) {
                        a->simulate = true;
                } else if (c == OPTION_BLUEZ) {
                        a->bluez = optarg;
                } else if (c == 'o') {
                        a->overrides[n++] = optarg;
                } else if (c == 'h') {
                        printf(usage, SPORED_SYSCONF_DIR);
                        return 1;
                } else if (c == OPTION_VERSION) {
                        printf("spored %s\n", SPORED_VERSION);
                        return 1;
                } else {
                        fprintf(stderr, "Try 'spored --help'.\n");
                        return -EX_USAGE;
                }
        }
        if (argc - optind > 1) {
                fprintf(stderr, "spored: one FILE at most; %s is too much\n", argv[optind + 1]);
                return -EX_USAGE;
        }
        a->file = argv[optind];
        return check_arguments(a);
}

static int check(const Arguments *a, const Config *config, unsigned errors, unsigned warnings) {
        if (errors > 0)
                return EX_CONFIG;
        if (a->dump_config)
                config_dump(config, stdout);
        else
                printf("%s: no errors, %u warning%s\n", config_file(config), warnings,
                        warnings == 1 ? "" : "s");
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EX_IOERR;
}

/* The service manager must hear that this was a start, or it calls the end a failure. */
static int stand_aside(void) {
        log_info("standing aside: [daemon] serve = no");
        service_manager_stood_aside("standing aside: [daemon] serve = no");
        return EXIT_SUCCESS;
}

/* The daemon's own, so that this one is left to turn away with. */
static int keep(int fd) {
        return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

/* Takes config. */
static int run_daemon(const Arguments *a, Config *config, const ConfigSources *sources,
        const Activation *activation) {
        _cleanup_(config_freep) Config *owned = config;
        const Settings *s = config_settings(config);
        _cleanup_(places_done) Places places = {0};

        if (places_find(&places, s, a->file) < 0)
                return EX_CONFIG;
        DaemonPlaces where = {
                .socket = {places.socket, keep(activation->socket)},
                .read_only = {s->socket.read_only_path, keep(activation->read_only)},
                .state = places.state,
        };
        owned = NULL;
        return daemon_run(config, sources, &where) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Takes config, which is NULL if it has an error. */
static int serve(const Arguments *a, Config *config, const ConfigSources *sources) {
        _cleanup_(config_freep) Config *owned = config;
        _cleanup_(activation_done) Activation activation = {-1, -1};
        int status = EX_CONFIG;

        log_open();
        activation_take(&activation);
        if (!config) {
                activation_turn_away(&activation, "the configuration of spored has an error");
                return status;
        }
        log_set_level(config_settings(config)->daemon.log_level);
        if (!config_settings(config)->daemon.serve) {
                activation_turn_away(&activation, "spored stands aside: [daemon] serve = no");
                return stand_aside();
        }
        owned = NULL;
        status = run_daemon(a, config, sources, &activation);
        if (status != EXIT_SUCCESS)
                activation_turn_away(&activation, "spored cannot start: its log says why");
        return status;
}

/* Only errors are shown here: the spored that sporesim runs shows the warnings. */
static int check_and_simulate(const Arguments *a, const ConfigSources *sources) {
        _cleanup_(config_freep) Config *config = NULL;
        _cleanup_free_ char *text = NULL;
        unsigned errors, warnings;
        size_t size;
        FILE *problems = open_memstream(&text, &size);
        int r = problems ? config_load(&config, sources, problems, &errors, &warnings) : -ENOMEM;

        if (problems && fclose(problems) != 0)
                r = -ENOMEM;
        if (r < 0) {
                fprintf(stderr, "spored: out of memory\n");
                return EX_OSERR;
        }
        if (errors > 0) {
                (void)fputs(text, stderr);
                return EX_CONFIG;
        }
        const char *runtime_dir = getenv("XDG_RUNTIME_DIR");
        return simulate(&(Simulation){.file = a->file,
                .overrides = a->overrides,
                .bluez = a->bluez,
                .own_socket =
                        !config_settings(config)->socket.path && !(runtime_dir && *runtime_dir)});
}

int main(int argc, char **argv) {
        _cleanup_(config_freep) Config *config = NULL;
        _cleanup_free_ char **overrides = calloc((size_t)argc + 1, sizeof(char *));
        Arguments arguments = {.overrides = overrides};
        unsigned errors, warnings;

        if (!overrides || keep_standard_fds() < 0) {
                fprintf(stderr, "spored: %m\n");
                return EX_OSERR;
        }
        int r = parse_arguments(&arguments, argc, argv);
        if (r != 0)
                return r < 0 ? -r : EXIT_SUCCESS;
        ConfigSources sources = {
                .file = arguments.file ? arguments.file : SPORED_SYSCONF_DIR "/spored.conf",
                .may_be_missing = !arguments.file,
                .environ_ = environ,
                .overrides = arguments.overrides,
        };
        if (arguments.simulate)
                return check_and_simulate(&arguments, &sources);
        if (config_load(&config, &sources, stderr, &errors, &warnings) < 0) {
                fprintf(stderr, "spored: out of memory\n");
                return EX_OSERR;
        }
        if (arguments.check || arguments.dump_config)
                return check(&arguments, config, errors, warnings);
        return serve(&arguments, STEAL(config), &sources);
}
