#include "sense/reading.h"

#include "util/cleanup.h"
#include "util/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* More digits than a double holds, or any sensor has. */
#define NUMBER_SIZE 64

static size_t count_digits(const char *text) {
        return strspn(text, "0123456789");
}

/* Length of the number at the beginning of text; 0 if there is none. */
static size_t number_size(const char *text) {
        size_t sign = *text == '+' || *text == '-' ? 1 : 0;
        size_t whole = count_digits(text + sign), part = 0, size, exponent;

        if (text[sign + whole] == '.')
                part = count_digits(text + sign + whole + 1);
        if (whole + part == 0)
                return 0;
        size = sign + whole + (part > 0 ? part + 1 : 0);
        if (text[size] != 'e' && text[size] != 'E')
                return size;
        exponent = text[size + 1] == '+' || text[size + 1] == '-' ? 2 : 1;
        part = count_digits(text + size + exponent);
        return part > 0 ? size + exponent + part : size;
}

static bool is_word(char c) {
        return isalnum((unsigned char)c) || c == '_';
}

/* The end of the word that text begins with. A hexadecimal number is a word. */
static const char *skip_word(const char *text) {
        while (is_word(*text) || (*text == '-' && is_word(text[1])))
                text++;
        return text;
}

static bool begins_hexadecimal(const char *text) {
        return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

int reading_compile(regex_t *ret, const char *text) {
        int r = regcomp(ret, text, REG_EXTENDED | REG_NEWLINE);

        if (r != 0)
                return r == REG_ESPACE ? -ENOMEM : -EINVAL;
        if (ret->re_nsub == 1)
                return 0;
        regfree(ret);
        return -EINVAL;
}

static int parse_first(double *ret, const char *text) {
        char number[NUMBER_SIZE];
        size_t size = 0;

        while (*text != '\0') {
                size = begins_hexadecimal(text) ? 0 : number_size(text);
                if (size > 0)
                        break;
                text = is_word(*text) ? skip_word(text) : text + 1;
        }
        if (size == 0 || size >= sizeof(number))
                return READING_E_NUMBER;
        (void)snprintf(number, sizeof(number), "%.*s", (int)size, text);
        return parse_number(ret, number) < 0 ? READING_E_NUMBER : 0;
}

int reading_parse(double *ret, const char *text, const regex_t *match) {
        _cleanup_free_ char *part = NULL;
        regmatch_t found[2];
        int r;

        if (!match)
                return parse_first(ret, text);
        r = regexec(match, text, 2, found, 0);
        if (r == REG_ESPACE)
                return -ENOMEM;
        if (r != 0 || found[1].rm_so < 0)
                return READING_E_MATCH;
        part = strndup(text + found[1].rm_so, (size_t)(found[1].rm_eo - found[1].rm_so));
        return part ? parse_first(ret, part) : -ENOMEM;
}
