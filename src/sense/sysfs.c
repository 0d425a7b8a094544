#include "sense/sysfs.h"

#include "util/parse.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <string.h>

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

bool sysfs_read(char out[static SYSFS_TEXT_SIZE], const char *directory, const char *name,
        const char *suffix) {
        _cleanup_free_ char *path = NULL;
        _cleanup_fclose_ FILE *file = NULL;
        size_t size;

        if (asprintf(&path, "%s/%s%s", directory, name, suffix) < 0)
                return false;
        file = fopen(path, "re");
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

/* "/x/hwmon3" to "/x/hwmon*", if that is the only one. */
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
        char device[PATH_MAX];
        char *path;

        if (realpath(directory, device)) {
                generalise(device);
                if (asprintf(&path, "%s/%s", device, file) < 0)
                        return NULL;
                if (strlen(path) <= PATH_SIZE_MAX)
                        return path;
                free(path);
        }
        return asprintf(&path, "%s/%s", directory, file) < 0 ? NULL : path;
}
