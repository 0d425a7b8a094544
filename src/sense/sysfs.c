#include "sense/sysfs.h"

#include "util/parse.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* What a key of the configuration may hold. */
#define PATH_SIZE_MAX 180

int sysfs_list_new(SysfsList **ret, const char *directory, const char *below, const char *prefix) {
        _cleanup_(sysfs_list_freep) SysfsList *list = calloc(1, sizeof(*list));
        _cleanup_free_ char *path = NULL;
        struct dirent **entries = NULL;
        int n, r = 0;

        if (!list || asprintf(&path, "%s%s", directory, below) < 0)
                return -ENOMEM;
        n = scandir(path, &entries, NULL, versionsort);
        list->paths = calloc(n > 0 ? (size_t)n : 1, sizeof(*list->paths));
        for (int i = 0; i < n; i++) {
                const char *name = entries[i]->d_name;

                if (r == 0 && list->paths && name[0] != '.' &&
                        strncmp(name, prefix, strlen(prefix)) == 0) {
                        r = asprintf(&list->paths[list->n], "%s/%s", path, name) < 0 ? -ENOMEM : 0;
                        list->n += r == 0;
                }
                free(entries[i]);
        }
        free(entries);
        if (r < 0 || !list->paths)
                return -ENOMEM;
        *ret = STEAL(list);
        return 0;
}

SysfsList *sysfs_list_free(SysfsList *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                free(list->paths[i]);
        free(list->paths);
        free(list);
        return NULL;
}

const char *sysfs_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

bool sysfs_is_special(const char *directory, const char *name) {
        _cleanup_free_ char *path = NULL;
        struct stat st;

        return asprintf(&path, "%s/%s", directory, name) >= 0 && stat(path, &st) == 0 &&
               !S_ISREG(st.st_mode);
}

/* NULL: it is none. To open a device may do something, and a pipe's end may be waited for. */
static FILE *open_regular(const char *path) {
        struct stat st;

        if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
                return NULL;
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return NULL;
        bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
        FILE *file = regular ? fdopen(fd, "r") : NULL;
        if (!file)
                close(fd);
        return file;
}

bool sysfs_read(char out[static SYSFS_TEXT_SIZE], const char *directory, const char *name,
        const char *suffix) {
        _cleanup_free_ char *path = NULL;
        _cleanup_fclose_ FILE *file = NULL;
        size_t size;

        if (asprintf(&path, "%s/%s%s", directory, name, suffix) < 0)
                return false;
        file = open_regular(path);
        if (!file || !fgets(out, SYSFS_TEXT_SIZE, file))
                return false;
        size = strlen(out);
        while (size > 0 && strchr(" \t\r\n", out[size - 1]))
                out[--size] = '\0';
        return size > 0;
}

bool sysfs_read_number(double *ret, const char *directory, const char *name, const char *suffix) {
        char text[SYSFS_TEXT_SIZE];

        return sysfs_read(text, directory, name, suffix) && parse_number(ret, text) == 0;
}

/* As a pattern that matches this path alone, and no ";" or "#" behind white space, which looks like
 * a comment in a profile. False: it is too long. */
static bool escape(char out[static PATH_MAX], const char *path) {
        size_t size = 0;

        for (const char *p = path; *p != '\0'; p++) {
                if (size + 3 > PATH_MAX)
                        return false;
                if (strchr("*?[\\;#", *p))
                        out[size++] = '\\';
                out[size++] = *p;
        }
        out[size] = '\0';
        return true;
}

/* "/x/hwmon3" to "/x/hwmon*", if that is the only one. directory is a pattern already. */
static void generalise(char directory[static PATH_MAX]) {
        static const char *const counted[] = {"hwmon", "iio:device"};
        char pattern[PATH_MAX];
        const char *name = sysfs_name(directory);
        glob_t found = {0};

        for (size_t i = 0; i < ELEMENTS(counted); i++) {
                size_t size = strlen(counted[i]);

                if (strncmp(name, counted[i], size) != 0 || name[size] == '\0' ||
                        strspn(name + size, "0123456789") != strlen(name + size))
                        continue;
                (void)snprintf(pattern, sizeof(pattern), "%.*s*", (int)(name + size - directory),
                        directory);
                if (glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc == 1)
                        strcpy(directory, pattern);
                globfree(&found);
                return;
        }
}

char *sysfs_stable_path(const char *directory, const char *file) {
        char device[PATH_MAX], pattern[PATH_MAX], name[PATH_MAX];
        char *path;

        if (!escape(name, file))
                return NULL;
        if (realpath(directory, device) && escape(pattern, device)) {
                generalise(pattern);
                if (asprintf(&path, "%s/%s", pattern, name) < 0)
                        return NULL;
                if (strlen(path) <= PATH_SIZE_MAX)
                        return path;
                free(path);
        }
        if (!escape(pattern, directory))
                return NULL;
        return asprintf(&path, "%s/%s", pattern, name) < 0 ? NULL : path;
}
