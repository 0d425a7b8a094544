/* sporesim's command line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct Options {
        const char *bluez;   /* a version */
        const char *bus;     /* NULL: one of its own */
        const char *script;  /* NULL: the built-in one; "-": standard input */
        const char *profile; /* NULL: none */
        char **overrides;    /* of -o; owned, NULL-terminated */
        size_t n_overrides;
        bool bare, trace;
        char *const *command; /* NULL: none; else NULL-terminated */
} Options;

/* 0: go on; 1: done; a negative exit status: wrong, and said. */
int options_parse(Options *options, int argc, char **argv);
void options_done(Options *options);
