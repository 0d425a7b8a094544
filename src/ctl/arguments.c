/* The command line of sporectl. */
#include "ctl/arguments.h"

#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

enum {
        OPTION_SOCKET = 256,
        OPTION_JSON,
        OPTION_HEX,
};

static const struct option options[] = {
        {"socket", required_argument, NULL, OPTION_SOCKET},
        {"json", no_argument, NULL, OPTION_JSON},
        {"hex", required_argument, NULL, OPTION_HEX},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {},
};

static const char *const command_names[] = {
        [COMMAND_SET] = "set",
        [COMMAND_GET] = "get",
        [COMMAND_WATCH] = "watch",
        [COMMAND_STATUS] = "status",
};

void arguments_print_help(FILE *out) {
        fputs("Usage: sporectl [--socket PATH] [--json] COMMAND\n"
              "\n"
              "  set NAME FIELD=VALUE...  set fields; the others keep their value\n"
              "  set NAME VALUE           set a characteristic that is a single value\n"
              "  set NAME --hex HEX       set the bytes\n"
              "  get NAME [FIELD]         show a value, or one field of it\n"
              "  watch [NAME...]          show what centrals write, until stopped\n"
              "  status                   show whether spored is on air, and counts\n"
              "\n"
              "  --socket PATH            spored's socket, if it is not the usual one\n"
              "  --json                   show spored's answers as they are\n"
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

static int take_option(Arguments *arguments, int option, char **argv, FILE *errors) {
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
        case 'h':
                arguments->command = COMMAND_HELP;
                return 1;
        case 'V':
                arguments->command = COMMAND_VERSION;
                return 1;
        case ':':
                return wrong(errors, "%s needs a value", argv[optind - 1]);
        }
        /* Of short options that stand together optind is not yet past the wrong one. */
        if (optopt > 0 && optopt < OPTION_SOCKET)
                return wrong(errors, "there is no option -%c", optopt);
        return wrong(errors, "%s is no option or takes no value", argv[optind - 1]);
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

static int check_set(const Arguments *arguments, FILE *errors) {
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

static int check_rest(Arguments *arguments, FILE *errors) {
        const char *command = command_names[arguments->command];

        if (arguments->hex && arguments->command != COMMAND_SET)
                return wrong(errors, "%s takes no --hex", command);
        if (arguments->command == COMMAND_SET || arguments->command == COMMAND_GET) {
                arguments->name = take_first(arguments);
                if (!arguments->name)
                        return wrong(errors, "%s needs the name of a characteristic", command);
        }
        if (arguments->command == COMMAND_SET)
                return check_set(arguments, errors);
        if (arguments->command == COMMAND_GET && arguments->n_rest > 1)
                return wrong(errors, "get takes one field or none");
        if (arguments->command == COMMAND_STATUS && arguments->n_rest > 0)
                return wrong(errors, "status takes nothing more");
        return 0;
}

static int find_command(Arguments *arguments, FILE *errors) {
        const char *name = take_first(arguments);

        if (!name) {
                arguments_print_help(errors);
                return -EINVAL;
        }
        for (size_t i = 0; i < ELEMENTS(command_names); i++)
                if (strcmp(name, command_names[i]) == 0) {
                        arguments->command = (Command)i;
                        return check_rest(arguments, errors);
                }
        return wrong(errors, "there is no command '%s'", name);
}

int arguments_parse(Arguments *ret, int argc, char **argv, FILE *errors) {
        _cleanup_(arguments_done) Arguments arguments = {};
        int option, r;

        arguments.rest = calloc((size_t)argc + 1, sizeof(*arguments.rest));
        if (!arguments.rest)
                return -ENOMEM;
        opterr = 0;
        optind = 0; /* glibc: start anew */
        for (;;) {
                option = next_argument(argc, argv);
                if (option < 0)
                        break;
                r = take_option(&arguments, option, argv, errors);
                if (r < 0)
                        return r;
                if (r > 0) {
                        *ret = arguments;
                        arguments.rest = NULL;
                        return 0;
                }
        }
        while (optind < argc) /* behind "--" */
                arguments.rest[arguments.n_rest++] = argv[optind++];
        r = find_command(&arguments, errors);
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
