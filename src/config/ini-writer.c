/* Breaks long values where the reader puts them together again. */
#include "config/ini-writer.h"

#include "config/ini-reader.h"
#include "util/bytes.h"

#include <stdint.h>
#include <string.h>

typedef struct Piece {
        const char *text;
        size_t size;
        const char *next; /* what follows on the next line; NULL: nothing */
} Piece;

static bool needs_quotes(const char *value) {
        size_t size = strlen(value);

        return size > 0 && (ini_is_space(value[0]) || ini_is_space(value[size - 1]) ||
                                   value[0] == '"' || value[0] == ';' || strstr(value, " #"));
}

/* True if a line can begin with text and be read as the rest of a value. */
static bool can_begin(const char *text) {
        return !strchr(" \t;#", *text) && !ini_looks_like_a_start(text);
}

/* The longest part of text that fits room; false if there is no place to break. tail is what the
 * last part needs beside its text. */
static bool next_piece(const char *text, size_t room, size_t tail, Piece *ret) {
        if (strlen(text) + tail <= room) {
                *ret = (Piece){.text = text, .size = strlen(text)};
                return true;
        }
        for (size_t i = room < strlen(text) ? room : strlen(text); i > 0; i--) {
                const char *behind = &text[i];

                /* The reader joins with nothing behind a comma, with one space elsewhere. */
                if (text[i - 1] != ',') {
                        if (text[i] != ' ' || ini_is_space(text[i - 1]))
                                continue;
                        behind++;
                }
                if (!can_begin(behind))
                        continue;
                *ret = (Piece){.text = text, .size = i, .next = behind};
                return true;
        }
        return false;
}

static size_t room_behind(const char *key) {
        return INI_LINE_MAX - strlen(key) - strlen(" = ");
}

/* Writes the entry if out is not NULL. False if it does not fit. */
static bool lay_out(FILE *out, const char *key, const char *value, bool may_continue) {
        size_t room = room_behind(key);
        size_t quote = needs_quotes(value) ? 1 : 0;
        const char *mark = quote > 0 ? "\"" : "";
        Piece piece = {0};

        if (strlen(value) + 2 * quote <= room) {
                if (out)
                        fprintf(out, "%s = %s%s%s", key, mark, value, mark);
                return true;
        }
        if (!may_continue)
                return false;
        /* Where the first part does not fit behind the key it stands below it. */
        if (next_piece(value, room - quote, quote, &piece)) {
                if (out)
                        fprintf(out, "%s = %s%.*s", key, mark, (int)piece.size, piece.text);
        } else {
                if (quote == 0 && !can_begin(value))
                        return false;
                if (!next_piece(value, INI_LINE_MAX - 1 - quote, quote, &piece))
                        return false;
                if (out)
                        fprintf(out, "%s =\n        %s%.*s", key, mark, (int)piece.size,
                                piece.text);
        }
        while (piece.next) {
                if (!next_piece(piece.next, INI_LINE_MAX - 1, quote, &piece))
                        return false;
                if (out)
                        fprintf(out, "\n        %.*s", (int)piece.size, piece.text);
        }
        if (out)
                fputs(mark, out);
        return true;
}

static const char *why_not(const char *value) {
        if (!bytes_is_utf8((const uint8_t *)value, strlen(value)))
                return "not UTF-8";
        for (const char *p = value; *p != '\0'; p++) {
                if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
                        return "a control character in the value";
                if (ini_is_space(*p) && p[1] == ';')
                        return "\" ;\" in the value, where a file would have a comment";
        }
        return NULL;
}

bool ini_writer_can_write(
        const char *key, const char *value, bool may_continue, char why[static PROBLEM_WHY_SIZE]) {
        const char *fault = why_not(value);

        bool fits = fault || lay_out(NULL, key, value, may_continue);

        if (fault)
                snprintf(why, PROBLEM_WHY_SIZE, "%s", fault);
        else if (!fits && may_continue)
                snprintf(why, PROBLEM_WHY_SIZE,
                        "%zu bytes, and there is no comma or space to break them at: a line of a "
                        "file takes %d",
                        strlen(value), INI_LINE_MAX - 1);
        else if (!fits)
                snprintf(why, PROBLEM_WHY_SIZE, "%zu bytes, and a line of a file takes %zu",
                        strlen(value), room_behind(key));
        return fits && !fault;
}

void ini_writer_entry(FILE *out, const char *key, const char *value, const char *comment) {
        /* Behind a quote a ';' would be refused, and behind a broken value it is hard to see. */
        bool before = strchr(value, '"') || strlen(key) + strlen(value) > 100;

        if (before || needs_quotes(value))
                fprintf(out, "; %s\n", comment);
        lay_out(out, key, value, true);
        if (!before && !needs_quotes(value))
                fprintf(out, "%s; %s", *value == '\0' ? "" : " ", comment);
        fputs("\n", out);
}
