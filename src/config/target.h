/* What -o, a variable or an alias is about: one key of one section that is declared. */
#pragma once

#include "config/section.h"

typedef struct Target {
        Section *section; /* borrowed */
        char key[SECTION_NAME_MAX + 24];
} Target;

/* Writes why; returns KEY_E_VALUE. */
int target_refuse(char why[static PROBLEM_WHY_SIZE], const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* "queue.depth", "characteristic.temperature.policy", "fields.temperature.value", or short
 * "temperature.policy" (a name of more than one kind means the first
 * of characteristic, service, descriptor, source and advertisement that has the key). 0, or
 * KEY_E_VALUE with a sentence in why. */
int target_from_path(Target *ret, const SectionList *sections, const char *path,
        char why[static PROBLEM_WHY_SIZE]);
/* "SPORED_QUEUE_DEPTH", "SPORED_CHARACTERISTIC__TEMPERATURE__POLICY". As target_from_path(). */
int target_from_variable(Target *ret, const SectionList *sections, const char *variable,
        char why[static PROBLEM_WHY_SIZE]);
/* Checks a value that comes from outside of the files: legal for the key, and such that a file
 * could say it. 0, KEY_E_VALUE with a sentence in why, -ENOMEM. */
int target_check(const Target *target, const char *value, char why[static PROBLEM_WHY_SIZE]);
