/* A directory of configuration files, and what loading them gave. */
#pragma once

#include "config/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define VARIABLES(...) ((const char *const[]){__VA_ARGS__, NULL})

typedef struct Fixture {
        char directory[64];
        Config *config;      /* NULL if there were errors */
        bool may_be_missing; /* the file to load */
        char *problems;      /* as told, without the directory */
        unsigned errors, warnings;
        char *nothing; /* the warnings that nothing would be served: kept apart, for most tests have
                        * nothing to serve */
} Fixture;

/* For cmocka_unit_test_setup_teardown(): *state is a Fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define FIXTURE_TEST(function)                                                                     \
        cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

/* Writes a file; missing directories of name are made. */
void fixture_write(Fixture *f, const char *name, const char *text);
/* The whole path of name; the caller frees it. */
char *fixture_path(const Fixture *f, const char *name);
/* Loads path; variables and overrides may be NULL. What was loaded before is dropped. */
void fixture_load_path(
        Fixture *f, const char *path, const char *const *variables, const char *const *overrides);
/* Loads the file "test.conf". */
void fixture_load(Fixture *f, const char *const *variables, const char *const *overrides);
/* Writes text to "test.conf" and loads that. */
void fixture_load_text(Fixture *f, const char *text);

/* What was loaded has neither errors nor warnings. */
void expect_no_problem(const Fixture *f);
/* What was told is exactly this. */
void expect_problems(const Fixture *f, const char *expected);
/* Of the loaded profile; fails if there is none of that name. */
const Characteristic *find_characteristic(const Fixture *f, const char *name);
/* What config_dump() writes; the caller frees it. */
char *dump_text(const Fixture *f);

/* A service to put characteristics behind: lines 1 and 2. */
#define SERVICE "[service s]\nuuid = 181A\n"
