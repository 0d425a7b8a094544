/* The command line of sporectl. */
#include "ctl/arguments.h"

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#define TIME_LIMIT_USEC (10 * USEC_PER_SEC)
#define TIME_MAX_USEC   (24 * 3600 * USEC_PER_SEC)

enum {
        OPTION_SOCKET = 256,
        OPTION_JSON,
        OPTION_HEX,
        OPTION_EVENTS,
        OPTION_TIME_LIMIT,
        OPTION_TIMEOUT,
        OPTION_VERDICT,
};

static const struct option options[] = {
        {"socket", required_argument, NULL, OPTION_SOCKET},
        {"json", no_argument, NULL, OPTION_JSON},
        {"hex", required_argument, NULL, OPTION_HEX},
        {"events", required_argument, NULL, OPTION_EVENTS},
        {"time-limit", required_argument, NULL, OPTION_TIME_LIMIT},
        {"timeout", required_argument, NULL, OPTION_TIMEOUT},
        {"verdict", no_argument, NULL, OPTION_VERDICT},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {},
};

#define BIT(option) (1U << ((option)-OPTION_SOCKET))

/* What a command takes beside --socket. */
static const struct {
        const char *name;
        unsigned options;
} commands[] = {
        [COMMAND_SET] = {"set", BIT(OPTION_JSON) | BIT(OPTION_HEX) | BIT(OPTION_TIMEOUT)},
        [COMMAND_GET] = {"get", BIT(OPTION_JSON) | BIT(OPTION_TIMEOUT)},
        [COMMAND_WATCH] = {"watch", BIT(OPTION_JSON) | BIT(OPTION_EVENTS)},
        [COMMAND_HANDLE] = {"handle", BIT(OPTION_TIME_LIMIT) | BIT(OPTION_VERDICT)},
        [COMMAND_STATUS] = {"status", BIT(OPTION_JSON) | BIT(OPTION_TIMEOUT)},
        [COMMAND_METRICS] = {"metrics", BIT(OPTION_JSON) | BIT(OPTION_TIMEOUT)},
        [COMMAND_DEVICES] = {"devices", BIT(OPTION_JSON) | BIT(OPTION_TIMEOUT)},
        [COMMAND_ADVERTISE] = {"advertise", BIT(OPTION_JSON) | BIT(OPTION_TIMEOUT)},
        [COMMAND_ACTIVATE] = {"activate", BIT(OPTION_JSON) | BIT(OPTION_TIMEOUT)},
        [COMMAND_DEACTIVATE] = {"deactivate", BIT(OPTION_JSON) | BIT(OPTION_TIMEOUT)},
        [COMMAND_RELOAD] = {"reload", BIT(OPTION_JSON) | BIT(OPTION_TIMEOUT)},
        [COMMAND_HELP] = {"help", 0},
        [COMMAND_VERSION] = {"version", 0},
};

/* What is known before the command is. */
typedef struct Scan {
        unsigned options;  /* bits of those that were given */
        size_t n_operands; /* before "--" */
        FILE *errors;
} Scan;

void arguments_print_help(FILE *out) {
        fputs("Usage: sporectl [--socket PATH] [--json] COMMAND\n"
              "\n"
              "  set NAME FIELD=VALUE...  set fields; the others keep their value\n"
              "  set NAME VALUE           set a characteristic that is a single value\n"
              "  set NAME --hex HEX       set the bytes\n"
              "  set -                    set what the lines of the standard input say\n"
              "  get NAME [FIELD]         show a value, or one field of it\n"
              "  watch [--events write,descriptor-write,stale,status,connection] [NAME...]\n"
              "                           show what centrals write, until stopped\n"
              "  handle NAME [--time-limit TIME] [--verdict] -- COMMAND [ARGUMENT...]\n"
              "                           run a command for each write of a central\n"
              "  status                   show whether spored is on air, and counts\n"
              "  metrics                  show all counts as Prometheus reads them\n"
              "  devices                  show who is connected or bonded\n"
              "  advertise NAME           advertise another name\n"
              "  deactivate, activate     go off the air; go back on the air\n"
              "  reload                   have spored load its configuration anew\n"
              "  help, version            show this; show the version\n"
              "\n"
              "  --socket PATH            spored's socket, if it is not the usual one\n"
              "  --json                   show spored's answers as they are\n"
              "  --timeout TIME           how long to wait for spored\n"
              "  -h, --help               show this\n"
              "  -V, --version            show the version\n"
              "\n"
              "NAME is a characteristic of the profile. See sporectl(1).\n",
                out);
}

static int __attribute__((format(printf, 2, 3))) wrong(FILE *errors, const char *format, ...) {
        va_list arguments;

        fputs("sporectl: ", errors);
        va_start(arguments, format);
        (void)vfprintf(errors, format, arguments);
        va_end(arguments);
        fputs("; see sporectl --help\n", errors);
        return -EINVAL;
}

bool arguments_is_field(const char *text) {
        size_t i = 0;

        while (isalnum((unsigned char)text[i]) || text[i] == '_' || text[i] == '-')
                i++;
        return i > 0 && !isdigit((unsigned char)text[0]) && text[0] != '-' && text[i] == '=';
}

/* "-5.3" is a value and no option. */
static bool is_negative_number(const char *text) {
        return text[0] == '-' && (isdigit((unsigned char)text[1]) || text[1] == '.');
}

/* The next option as getopt_long() gives it; 1 and optarg for an operand; -1 at the end. */
static int next_argument(int argc, char **argv) {
        if (optind > 0 && optind < argc && is_negative_number(argv[optind])) {
                optarg = argv[optind++];
                return 1;
        }
        return getopt_long(argc, argv, "-:hV", options, NULL);
}

/* "write,stale": each once. */
static int take_events(Arguments *arguments, const char *list, FILE *errors) {
        static const char *const kinds[ARGUMENTS_EVENTS_MAX] = {
                "write", "descriptor-write", "stale", "status", "connection"};
        size_t n = 0;

        memset(arguments->events, 0, sizeof(arguments->events));
        for (const char *word = list; word; word = strchr(word, ',')) {
                size_t length, i = 0;

                word += *word == ',' ? 1 : 0;
                length = strcspn(word, ",");
                while (i < ELEMENTS(kinds) &&
                        (strlen(kinds[i]) != length || strncmp(kinds[i], word, length) != 0))
                        i++;
                if (i == ELEMENTS(kinds))
                        return wrong(errors,
                                "--events takes write, descriptor-write, stale, status and "
                                "connection, not '%.*s'",
                                (int)length, word);
                for (size_t k = 0; k < n; k++)
                        if (arguments->events[k] == kinds[i])
                                return wrong(errors, "%s is there twice", kinds[i]);
                arguments->events[n++] = kinds[i];
        }
        return 0;
}

static int take_time(uint64_t *ret, const char *text, FILE *errors) {
        uint64_t usec;
        int r = parse_time_usec(&usec, text);

        if (r == -ENOMEM)
                return r;
        if (r < 0 || usec > TIME_MAX_USEC)
                return wrong(errors, "'%s' is no time up to 24h, such as 500ms or 10s", text);
        *ret = usec;
        return 0;
}

/* Of short options that stand together optind is not yet past the wrong one. */
static int refuse_option(FILE *errors, const char *argument) {
        if (optopt > 0 && optopt < OPTION_SOCKET)
                return wrong(errors, "there is no option -%c", optopt);
        return wrong(errors, "%s is no option or takes no value", argument);
}

static int take_option(Arguments *arguments, Scan *scan, int option, char **argv) {
        if (option >= OPTION_SOCKET)
                scan->options |= BIT(option);
        switch (option) {
        case 1:
                arguments->rest[arguments->n_rest++] = optarg;
                return 0;
        case OPTION_SOCKET:
                arguments->socket = optarg;
                return 0;
        case OPTION_JSON:
                arguments->json = true;
                return 0;
        case OPTION_HEX:
                arguments->hex = optarg;
                return 0;
        case OPTION_EVENTS:
                return take_events(arguments, optarg, scan->errors);
        case OPTION_TIME_LIMIT:
                return take_time(&arguments->time_limit_usec, optarg, scan->errors);
        case OPTION_TIMEOUT:
                return take_time(&arguments->timeout_usec, optarg, scan->errors);
        case OPTION_VERDICT:
                arguments->verdict = true;
                return 0;
        case 'h':
                arguments->command = COMMAND_HELP;
                return 1;
        case 'V':
                arguments->command = COMMAND_VERSION;
                return 1;
        case ':':
                return wrong(scan->errors, "%s needs a value", argv[optind - 1]);
        }
        return refuse_option(scan->errors, argv[optind - 1]);
}

static const char *take_first(Arguments *arguments) {
        const char *first = arguments->rest[0];

        if (arguments->n_rest == 0)
                return NULL;
        memmove(arguments->rest, arguments->rest + 1, arguments->n_rest * sizeof(*arguments->rest));
        arguments->n_rest--;
        return first;
}

/* "field = value" in several words. */
static bool has_bare_equals(const Arguments *arguments) {
        for (size_t i = 0; i < arguments->n_rest; i++) {
                const char *text = arguments->rest[i], *equals = strchr(text, '=');

                if (equals && (equals == text || equals[1] == '\0'))
                        return true;
        }
        return false;
}

static int check_set(Arguments *arguments, FILE *errors) {
        if (strcmp(arguments->name, "-") == 0) {
                arguments->lines = true;
                return arguments->n_rest == 0 && !arguments->hex
                               ? 0
                               : wrong(errors, "set - takes nothing more");
        }
        if (arguments->hex)
                return arguments->n_rest == 0 ? 0
                                              : wrong(errors, "set takes either --hex or values");
        if (arguments->n_rest == 0)
                return wrong(errors, "set needs a value");
        for (size_t i = 0; arguments->n_rest > 1 && i < arguments->n_rest; i++)
                if (!arguments_is_field(arguments->rest[i]))
                        return wrong(errors, "'%s' is not FIELD=VALUE: %s", arguments->rest[i],
                                has_bare_equals(arguments) ? "no spaces around '='"
                                                           : "a value with spaces needs quotes");
        return 0;
}

/* The command behind "--" alone, so that its options are never taken for ours. */
static int check_handle(const Arguments *arguments, const Scan *scan) {
        if (scan->n_operands != 2 || arguments->n_rest == 0)
                return wrong(scan->errors, "it is handle NAME -- COMMAND [ARGUMENT...]");
        return 0;
}

static int check_options(const Arguments *arguments, const Scan *scan) {
        unsigned wrong_ones =
                scan->options & ~(commands[arguments->command].options | BIT(OPTION_SOCKET));

        for (size_t i = 0; options[i].name; i++)
                if (options[i].val >= OPTION_SOCKET && (wrong_ones & BIT(options[i].val)) != 0)
                        return wrong(scan->errors, "%s takes no --%s",
                                commands[arguments->command].name, options[i].name);
        return 0;
}

static int check_rest(Arguments *arguments, const Scan *scan) {
        const char *command = commands[arguments->command].name;
        FILE *errors = scan->errors;

        switch (arguments->command) {
        case COMMAND_SET:
        case COMMAND_GET:
        case COMMAND_HANDLE:
                arguments->name = take_first(arguments);
                if (!arguments->name)
                        return wrong(errors, "%s needs the name of a characteristic", command);
                if (arguments->command == COMMAND_SET)
                        return check_set(arguments, errors);
                if (arguments->command == COMMAND_HANDLE)
                        return check_handle(arguments, scan);
                return arguments->n_rest > 1 ? wrong(errors, "get takes one field or none") : 0;
        case COMMAND_WATCH:
                return 0;
        case COMMAND_ADVERTISE:
                return arguments->n_rest == 1 ? 0 : wrong(errors, "advertise needs one name");
        case COMMAND_STATUS:
        case COMMAND_METRICS:
        case COMMAND_DEVICES:
        case COMMAND_ACTIVATE:
        case COMMAND_DEACTIVATE:
        case COMMAND_RELOAD:
        case COMMAND_HELP:
        case COMMAND_VERSION:
                break;
        }
        return arguments->n_rest > 0 ? wrong(errors, "%s takes nothing more", command) : 0;
}

static int find_command(Arguments *arguments, const Scan *scan) {
        const char *name = take_first(arguments);

        if (!name) {
                arguments_print_help(scan->errors);
                return -EINVAL;
        }
        for (size_t i = 0; i < ELEMENTS(commands); i++)
                if (strcmp(name, commands[i].name) == 0) {
                        int r;

                        arguments->command = (Command)i;
                        r = check_options(arguments, scan);
                        return r < 0 ? r : check_rest(arguments, scan);
                }
        return wrong(scan->errors, "there is no command '%s'", name);
}

/* 1: help or version, nothing else is looked at. */
static int scan_arguments(Arguments *arguments, Scan *scan, int argc, char **argv) {
        int option;

        opterr = 0;
        optind = 0; /* glibc: start anew */
        while ((option = next_argument(argc, argv)) >= 0) {
                int r = take_option(arguments, scan, option, argv);

                if (r != 0)
                        return r;
        }
        scan->n_operands = arguments->n_rest;
        while (optind < argc) /* behind "--" */
                arguments->rest[arguments->n_rest++] = argv[optind++];
        return 0;
}

int arguments_parse(Arguments *ret, int argc, char **argv, FILE *errors) {
        _cleanup_(arguments_done) Arguments arguments = {.events = {"write"},
                .time_limit_usec = TIME_LIMIT_USEC,
                .timeout_usec = ARGUMENTS_NOT_GIVEN};
        Scan scan = {.errors = errors};
        int r;

        arguments.rest = calloc((size_t)argc + 1, sizeof(*arguments.rest));
        if (!arguments.rest)
                return -ENOMEM;
        r = scan_arguments(&arguments, &scan, argc, argv);
        if (r == 0)
                r = find_command(&arguments, &scan);
        if (r < 0)
                return r;
        *ret = arguments;
        arguments.rest = NULL;
        return 0;
}

void arguments_done(Arguments *arguments) {
        free(arguments->rest);
        arguments->rest = NULL;
}
