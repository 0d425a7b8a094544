/* The files of a configuration, read but not yet judged. */
#pragma once

#include "config/document.h"

typedef struct Files {
        Document *profile; /* NULL: none */
        Document **items;  /* the main file, then its drop-ins in the order of their names */
        size_t n;
} Files;

/* Ranks: the profile is 0, the main file 1, drop-ins follow. */
#define FILES_RANK_PROFILE 0u
#define FILES_RANK_MAIN    1u

/* Reads file and what FILE.d/ holds that ends in .conf. may_be_missing: no problem if file does not
 * exist. -ENOMEM */
int files_read(
        Files *files, const char *file, bool may_be_missing, Sources *sources, Problems *problems);
/* Reads the profile that choice names: below SPORED_PROFILE_DIR, or an absolute path. What is
 * wrong with it is a problem of origin. -ENOMEM */
int files_read_profile(
        Files *files, const char *choice, Origin origin, Sources *sources, Problems *problems);
/* What the files say about daemon.profile, the last of them first; NULL: nothing. */
const char *files_find_profile(const Files *files, Origin *ret_origin);
void files_clear(Files *files);
