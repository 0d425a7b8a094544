/* Directories and small files of sysfs. */
#pragma once

#include "util/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

/* Names and labels; what is longer is cut. */
#define SYSFS_TEXT_SIZE 256

/* Whole paths, in the order of the names: temp2 stands before temp10. */
typedef struct SysfsList {
        char **paths;
        size_t n;
} SysfsList;

/* What directory + below holds and begins with prefix; nothing if it cannot be read. -ENOMEM */
int sysfs_list_new(SysfsList **ret, const char *directory, const char *below, const char *prefix);
SysfsList *sysfs_list_free(SysfsList *list);
DEFINE_CLEANUP(SysfsList *, sysfs_list_free);

/* The last part of a path. */
const char *sysfs_name(const char *path);
/* Whether directory/name is there, and no regular file. */
bool sysfs_is_special(const char *directory, const char *name);
/* The first line of directory/name + suffix, without space at its end. False if there is none, or
 * it is no regular file. */
bool sysfs_read(char out[static SYSFS_TEXT_SIZE], const char *directory, const char *name,
        const char *suffix);
/* As sysfs_read(), and it is a number. */
bool sysfs_read_number(double *ret, const char *directory, const char *name, const char *suffix);
/* A path to the file that holds after the next boot too, as far as that can be known: that of the
 * device and not of its class, with '*' for the numbers of hwmon and iio if no other device matches
 * it then. As a pattern: what means something else there has a '\\' before it. The caller frees it;
 * NULL: no memory. */
char *sysfs_stable_path(const char *directory, const char *file);
