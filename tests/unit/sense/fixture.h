/* A directory that stands for the root of a machine. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct Fixture {
        char root[64];
} Fixture;

int fixture_setup(void **state);
int fixture_teardown(void **state);
#define FIXTURE_TEST(function)                                                                     \
        cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

/* The whole path of name, which begins with '/'. The caller frees it. */
char *fixture_path(const Fixture *f, const char *name);
/* Writes a file; missing directories are made. */
void fixture_write(const Fixture *f, const char *name, const char *text);
/* A symbolic link from name to what target names below the root. */
void fixture_link(const Fixture *f, const char *name, const char *target);
/* A pipe with a name, which nobody writes to. */
void fixture_pipe(const Fixture *f, const char *name);
void fixture_remove(const Fixture *f, const char *name);
