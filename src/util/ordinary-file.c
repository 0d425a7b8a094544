#include "util/ordinary-file.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int check_kind(int fd) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (S_ISDIR(st.st_mode))
                return -EISDIR;
        return S_ISREG(st.st_mode) ? 0 : -ENXIO;
}

int ordinary_file_open(FILE **ret, const char *path) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

        if (fd < 0)
                return -errno;
        int r = check_kind(fd);
        if (r >= 0) {
                *ret = fdopen(fd, "r");
                r = *ret ? 0 : -errno;
        }
        if (r < 0)
                (void)close(fd);
        return r;
}

const char *ordinary_file_error(int error) {
        return error == -ENXIO ? "it is no ordinary file" : strerror(-error);
}
