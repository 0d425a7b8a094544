#include "sim/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

int inputs_load_profile(Config **ret, const Options *options) {
        unsigned errors, warnings;
        char *nothing = NULL;
        size_t size;

        if (!options->profile)
                return 0;
        FILE *problems = open_memstream(&nothing, &size);
        if (!problems)
                return -EX_OSERR;
        int r = config_load(ret,
                &(ConfigSources){.file = options->profile,
                        .environ_ = environ,
                        .overrides = options->overrides},
                problems, &errors, &warnings);
        (void)fclose(problems);
        /* Warnings are spored's to tell. */
        if (r >= 0 && errors > 0)
                (void)fputs(nothing, stderr);
        free(nothing);
        if (r < 0)
                fprintf(stderr, "sporesim: out of memory\n");
        return r < 0 ? -EX_OSERR : errors > 0 ? -EX_CONFIG : 0;
}

int inputs_open_script(int *ret_fd, const Options *options) {
        const char *path = options->script;
        struct stat st;

        if (!path)
                return 0;
        *ret_fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
        if (*ret_fd >= 0 && fstat(*ret_fd, &st) == 0 && S_ISDIR(st.st_mode))
                errno = EISDIR;
        else if (*ret_fd >= 0)
                return 0;
        fprintf(stderr, "sporesim: --script %s: %s\n", path, strerror(errno));
        return -EX_NOINPUT;
}
