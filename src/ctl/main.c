/* sporectl: spored from the command line. */
#include "ctl/arguments.h"
#include "ctl/ask.h"
#include "ctl/handle.h"
#include "ctl/set-stream.h"
#include "ctl/watch.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int run(const Arguments *arguments) {
        switch (arguments->command) {
        case COMMAND_SET:
                return arguments->lines ? set_stream(arguments, STDIN_FILENO) : ask(arguments);
        case COMMAND_GET:
        case COMMAND_STATUS:
        case COMMAND_METRICS:
        case COMMAND_DEVICES:
        case COMMAND_ADVERTISE:
        case COMMAND_ACTIVATE:
        case COMMAND_DEACTIVATE:
        case COMMAND_RELOAD:
                return ask(arguments);
        case COMMAND_WATCH:
                return watch(arguments);
        case COMMAND_HANDLE:
                return handle(arguments);
        case COMMAND_HELP:
                arguments_print_help(stdout);
                return 0;
        case COMMAND_VERSION:
                puts("sporectl " SPORED_VERSION);
                return 0;
        }
        return EX_SOFTWARE;
}

/* The next socket would take the place of one that is closed. Opened the wrong way round, so that
 * using it is an error still. */
static int keep_standard_fds(void) {
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
                if (fcntl(fd, F_GETFD) < 0 &&
                        open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
                        return -errno;
        return 0;
}

/* What was printed has arrived, or the exit status says that it has not. */
static int finish(int status) {
        if (fflush(stdout) == 0 && !ferror(stdout))
                return status;
        fprintf(stderr, "sporectl: cannot write to the standard output: %s\n", strerror(errno));
        return status != 0 ? status : EX_IOERR;
}

int main(int argc, char **argv) {
        _cleanup_(arguments_done) Arguments arguments = {};
        int r = keep_standard_fds();

        if (r == 0)
                r = arguments_parse(&arguments, argc, argv, stderr);
        if (r < 0)
                return r == -EINVAL ? EX_USAGE : EX_OSERR;
        /* A reader of the answers to many sets sees each when it comes. */
        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        return finish(run(&arguments));
}
