/* INI files, line by line: libinih parses, and what it would cut or misread is refused. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* libinih's line buffer is 200 bytes, with newline, NUL and a possible CR (Debian 12 and 13). */
#define INI_LINE_MAX 197
/* libinih keeps this many characters of a section's or a key's name. */
#define INI_NAME_MAX 49
/* A configuration larger than this is a mistake. */
#define INI_FILE_MAX (1024 * 1024)

typedef struct IniEvents {
        /* Also for a section without keys. */
        void (*section)(const char *name, unsigned line, void *userdata);
        void (*entry)(const char *key, const char *value, unsigned line, void *userdata);
        /* An indented line that continues the last entry. */
        void (*more)(const char *value, unsigned line, void *userdata);
        /* The line was refused; it gives no other event. */
        void (*problem)(unsigned line, const char *why, void *userdata);
} IniEvents;

/* Reads file to its end. Strings are borrowed for the length of the call. Inline comments are
 * removed, quotes are kept. 0, or the errno of reading; -EFBIG above INI_FILE_MAX. */
int ini_read(FILE *file, const IniEvents *events, void *userdata);
/* What separates words: libinih's other white space does not get as far as here. */
bool ini_is_space(char c);
/* "name =" or "[name]": a line that begins so is not taken for the rest of a value. */
bool ini_looks_like_a_start(const char *text);
