/* One line of [environment]: NAME = section.key [append=TEXT] [map=word:value,…]. */
#pragma once

#include "config/target.h"
#include "util/cleanup.h"

typedef struct Alias {
        Target target;
        char *append; /* NULL: nothing */
        char *map;    /* "word:value,word:value", checked; NULL: none */
} Alias;

/* 0, KEY_E_VALUE with a sentence in why, -ENOMEM. */
int alias_new(Alias **ret, const SectionList *sections, const char *name, const char *spec,
        char why[static PROBLEM_WHY_SIZE]);
Alias *alias_free(Alias *alias);
/* What the variable's text means for the key. As alias_new(); the caller frees *ret. */
int alias_translate(
        const Alias *alias, const char *text, char **ret, char why[static PROBLEM_WHY_SIZE]);
DEFINE_CLEANUP(Alias *, alias_free);
