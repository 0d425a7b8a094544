#include "sense/reading.h"

#include "util/parse.h"

#include <ctype.h>
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

int reading_parse(double *ret, const char *text, const char *find) {
        char number[NUMBER_SIZE];
        size_t size = 0;

        if (find) {
                text = strstr(text, find);
                if (!text)
                        return READING_E_FIND;
                text += strlen(find);
        }
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
