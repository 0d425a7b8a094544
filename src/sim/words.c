/* A line of a script as words. */
#include "sim/words.h"

#include <string.h>

static bool is_space(char c) {
        return c == ' ' || c == '\t' || c == '\r';
}

/* Copies the word at *in to *out and moves both behind it. False: a quote is not closed. */
static bool take_word(const char **in, char **out) {
        bool quoted = false;
        const char *p = *in;
        char *to = *out;

        for (; *p && (quoted || !is_space(*p)); p++)
                if (*p == '"')
                        quoted = !quoted;
                else
                        *to++ = *p == '\t' ? '\n' : *p;
        if (*p)
                p++;
        *to++ = '\0';
        *in = p;
        *out = to;
        return !quoted;
}

const char *words_split(Words *ret, char *line) {
        const char *in = line;
        char *out = line;

        *ret = (Words){};
        for (;;) {
                while (is_space(*in))
                        in++;
                if (*in == '\0' || *in == '#')
                        break;
                if (ret->n == WORDS_MAX)
                        return "too many words";
                /* A & in quotes is a word like any. */
                ret->background = in[0] == '&' && (in[1] == '\0' || is_space(in[1]));
                ret->words[ret->n++] = out;
                if (!take_word(&in, &out))
                        return "a quote is not closed";
        }
        if (ret->background)
                ret->n--;
        return ret->background && ret->n == 0 ? "nothing stands before &" : NULL;
}
