/* sporesense: sets in spored what sensor files say. */
#include "config/config.h"
#include "sense/discover.h"
#include "sense/report.h"
#include "sense/run.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>

DEFINE_CLEANUP(Config *, config_free);

typedef enum Mode {
        MODE_RUN,
        MODE_ONCE,
        MODE_PRINT,
        MODE_DISCOVER,
} Mode;

typedef struct Arguments {
        Mode mode;
        const char *file;
        const char *socket;
        const char *root; /* --discover: where /sys and /proc are */
        bool all;         /* --discover: also what every machine has */
        char **overrides; /* NULL-terminated; has room for all of argv */
        size_t n_overrides;
} Arguments;

static const char usage[] =
        "Usage: sporesense [OPTION]... [FILE]\n"
        "Reads the sources that FILE declares and sets their values in spored\n"
        "(default: %s/spored.conf).\n"
        "\n"
        "  -o SECTION.KEY=VALUE  set one key, above everything else; may be repeated\n"
        "      --socket PATH     spored's socket, if it is not the usual one\n"
        "      --once            read and set everything once\n"
        "      --print           read and print everything once; needs no spored\n"
        "      --discover[=all]  print a profile of the sensors of this machine;\n"
        "                        all: with load, memory and uptime too\n"
        "      --root DIR        with --discover: where sys and proc are, if not in /\n"
        "      --version\n"
        "  -h, --help\n"
        "\n"
        "See sporesense(1), spored.conf(5), spored(8).\n";

__attribute__((format(printf, 1, 2))) static int wrong(const char *format, ...) {
        va_list arguments;

        fputs("sporesense: ", stderr);
        va_start(arguments, format);
        (void)vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputs("\nTry 'sporesense --help'.\n", stderr);
        return -EX_USAGE;
}

static int choose_mode(Arguments *a, Mode mode) {
        if (a->mode != MODE_RUN && a->mode != mode)
                return wrong("only one of --once, --print and --discover");
        a->mode = mode;
        return 0;
}

enum {
        OPTION_SOCKET = 256,
        OPTION_ONCE,
        OPTION_PRINT,
        OPTION_DISCOVER,
        OPTION_ROOT,
        OPTION_VERSION,
};

/* 0: go on; 1: done; a negative exit status: wrong usage. */
static int take_option(Arguments *a, int option) {
        switch (option) {
        case 'o':
                a->overrides[a->n_overrides++] = optarg;
                return 0;
        case OPTION_SOCKET:
                a->socket = optarg;
                return 0;
        case OPTION_ONCE:
                return choose_mode(a, MODE_ONCE);
        case OPTION_PRINT:
                return choose_mode(a, MODE_PRINT);
        case OPTION_DISCOVER:
                if (optarg && strcmp(optarg, "all") != 0)
                        return wrong("--discover or --discover=all, not --discover=%s", optarg);
                a->all = optarg != NULL;
                return choose_mode(a, MODE_DISCOVER);
        case OPTION_ROOT:
                a->root = optarg;
                return 0;
        case OPTION_VERSION:
                printf("sporesense %s\n", SPORED_VERSION);
                return 1;
        case 'h':
                printf(usage, SPORED_SYSCONF_DIR);
                return 1;
        }
        fprintf(stderr, "Try 'sporesense --help'.\n");
        return -EX_USAGE;
}

static int parse_arguments(Arguments *a, int argc, char **argv) {
        static const struct option options[] = {
                {"socket", required_argument, NULL, OPTION_SOCKET},
                {"once", no_argument, NULL, OPTION_ONCE},
                {"print", no_argument, NULL, OPTION_PRINT},
                {"discover", optional_argument, NULL, OPTION_DISCOVER},
                {"root", required_argument, NULL, OPTION_ROOT},
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, OPTION_VERSION},
                {NULL, 0, NULL, 0},
        };
        int c;

        while ((c = getopt_long(argc, argv, "o:h", options, NULL)) >= 0) {
                int r = take_option(a, c);

                if (r != 0)
                        return r;
        }
        a->file = argv[optind];
        if (argc - optind > 1)
                return wrong("one FILE at most; %s is too much", argv[optind + 1]);
        if (a->mode == MODE_DISCOVER && (a->file || a->socket || a->n_overrides > 0))
                return wrong("--discover reads no configuration and needs no spored");
        if (a->mode != MODE_DISCOVER && a->root)
                return wrong("--root is for --discover");
        return 0;
}

/* What was printed has arrived, or the exit status says that it has not. */
static int finish(int status) {
        if (fflush(stdout) == 0 && !ferror(stdout))
                return status;
        report_error("cannot write to the standard output: %s", strerror(errno));
        return status != 0 ? status : EX_IOERR;
}

/* Signals that end it become readable. They stay blocked: a read of a sensor is not interrupted. */
static int open_stop_fd(void) {
        sigset_t set;
        int fd;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        return fd < 0 ? -errno : fd;
}

static int print(Producer *producer) {
        producer_print(producer, stdout);
        return finish(producer_troubles(producer) > 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

static int out_of_memory(void) {
        report_error("out of memory");
        return EX_OSERR;
}

static int serve(Producer *producer, const char *path, size_t n) {
        _cleanup_close_ int stop_fd = open_stop_fd();
        int r;

        if (stop_fd < 0) {
                report_error("no signalfd: %s", strerror(-stop_fd));
                return EX_OSERR;
        }
        report_info("reading %zu source%s", n, n == 1 ? "" : "s");
        r = run(producer, path, stop_fd);
        if (r < 0)
                report_error("cannot go on: %s", strerror(-r));
        return r < 0 ? EX_OSERR : EXIT_SUCCESS;
}

/* The service manager must hear that this was a start, or it calls the end a failure. */
static int stand_aside(void) {
        report_info("standing aside, as spored does: [daemon] serve = no");
        (void)sd_notify(0, "READY=1\nSTATUS=standing aside: [daemon] serve = no");
        return EXIT_SUCCESS;
}

static int produce(const Arguments *a, const Config *config) {
        _cleanup_(producer_freep) Producer *producer = NULL;
        const Settings *settings = config_settings(config);
        const char *path = a->socket ? a->socket : settings->socket.path;
        size_t n;
        const ValueSource *sources = config_value_sources(config, &n);

        if (n == 0) {
                bool missing = access(config_file(config), F_OK) < 0 && errno == ENOENT;

                report_error("%s: %s: no [source NAME] is declared and switched on",
                        config_file(config), missing ? "no such file" : "nothing to read");
                return EX_CONFIG;
        }
        if (a->mode == MODE_RUN && !settings->daemon.serve)
                return stand_aside();
        if (producer_new(&producer, sources, n) < 0)
                return out_of_memory();
        if (a->mode == MODE_PRINT)
                return print(producer);
        if (a->mode == MODE_ONCE)
                return run_once(producer, path) ? EXIT_SUCCESS : EXIT_FAILURE;
        return serve(producer, path, n);
}

/* Warnings are for those who write the configuration: `spored --check` shows them. */
static int load(Config **ret, const Arguments *a) {
        const ConfigSources sources = {
                .file = a->file ? a->file : SPORED_SYSCONF_DIR "/spored.conf",
                .may_be_missing = !a->file,
                .environ_ = environ,
                .overrides = a->overrides,
        };
        _cleanup_free_ char *problems = NULL;
        unsigned errors = 0, warnings = 0;
        size_t size;
        FILE *out = open_memstream(&problems, &size);
        int r;

        if (!out)
                return out_of_memory();
        r = config_load(ret, &sources, out, &errors, &warnings);
        if (fclose(out) != 0 || r < 0)
                return out_of_memory();
        if (errors > 0)
                fputs(problems, stderr);
        return errors > 0 ? EX_CONFIG : 0;
}

static int look(const Arguments *a) {
        const char *root = a->root ? a->root : "/";
        int r = discover(root, a->all, stdout);

        if (r == 0)
                return finish(EXIT_SUCCESS);
        report_error("cannot look through %s: %s", root, strerror(-r));
        return EX_OSERR;
}

int main(int argc, char **argv) {
        _cleanup_(config_freep) Config *config = NULL;
        _cleanup_free_ char **overrides = calloc((size_t)argc + 1, sizeof(char *));
        Arguments arguments = {.overrides = overrides};
        int r;

        report_open();
        if (!overrides)
                return out_of_memory();
        r = parse_arguments(&arguments, argc, argv);
        if (r != 0)
                return r < 0 ? -r : finish(EXIT_SUCCESS);
        if (arguments.mode == MODE_DISCOVER)
                return look(&arguments);
        r = load(&config, &arguments);
        return r != 0 ? r : produce(&arguments, config);
}
