/* Text to values, strictly. */
#include "util/parse.h"

#include "util/cleanup.h"
#include "util/clock.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <strings.h>

int parse_unsigned(uint64_t *ret, const char *text, uint64_t min, uint64_t max) {
        bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
        const char *digits = hex ? text + 2 : text;
        unsigned long long number;

        /* strtoull() would take signs and space. */
        if (*digits == '\0' ||
                digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")] != '\0')
                return -EINVAL;
        errno = 0;
        number = strtoull(digits, NULL, hex ? 16 : 10);
        if (errno == ERANGE || number < min || number > max)
                return -ERANGE;
        *ret = number;
        return 0;
}

int parse_number(double *ret, const char *text) {
        locale_t c_locale;
        char *end;
        double number;

        /* strtod() would take space, hex, "inf" and "nan". */
        if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
                return -EINVAL;
        c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        if (c_locale == (locale_t)0)
                return -ENOMEM;
        number = strtod_l(text, &end, c_locale);
        freelocale(c_locale);
        if (*end != '\0')
                return -EINVAL;
        if (!isfinite(number))
                return -ERANGE;
        *ret = number;
        return 0;
}

int parse_bool(bool *ret, const char *text) {
        static const char *const words[][2] = {
                {"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};

        for (size_t i = 0; i < ELEMENTS(words); i++)
                for (size_t value = 0; value < 2; value++)
                        if (strcasecmp(text, words[i][value]) == 0) {
                                *ret = value == 1;
                                return 0;
                        }
        return -EINVAL;
}

/* Microseconds in a unit of time; 0 if unit is none. */
static double unit_usec(const char *unit) {
        static const struct {
                const char *name;
                double usec;
        } units[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"min", 60e6}, {"h", 3600e6}};

        for (size_t i = 0; i < ELEMENTS(units); i++)
                if (strcmp(unit, units[i].name) == 0)
                        return units[i].usec;
        return 0;
}

int parse_time_usec(uint64_t *ret, const char *text) {
        size_t length = strspn(text, "0123456789+-.eE");
        _cleanup_free_ char *digits = strndup(text, length);
        double number, usec;
        int r;

        if (!digits)
                return -ENOMEM;
        r = parse_number(&number, digits);
        if (r < 0)
                return r;
        usec = unit_usec(text + length);
        /* Only a zero is the same in every unit. */
        if (usec == 0 && (number != 0 || text[length] != '\0'))
                return -EINVAL;
        /* Above 2^53 a double no longer holds each microsecond; that is 285 years. What would
         * round to nothing is refused: nobody writes "0.1us" and means never. */
        usec = round(number * usec);
        if (number < 0 || usec > 0x1p53 || (number > 0 && usec < 1))
                return -ERANGE;
        *ret = (uint64_t)usec;
        return 0;
}

/* Bytes in a unit of size; 1 if c is none. */
static uint64_t unit_bytes(char c) {
        switch (c) {
        case 'k':
        case 'K':
                return 1024;
        case 'm':
        case 'M':
                return 1024 * 1024;
        }
        return 1;
}

int parse_size(uint64_t *ret, const char *text) {
        size_t length = strlen(text);
        uint64_t factor = length > 0 ? unit_bytes(text[length - 1]) : 1;
        _cleanup_free_ char *digits = strndup(text, factor == 1 ? length : length - 1);
        uint64_t number;
        int r;

        if (!digits)
                return -ENOMEM;
        r = parse_unsigned(&number, digits, 0, UINT64_MAX / factor);
        if (r < 0)
                return r;
        *ret = number * factor;
        return 0;
}

static int same_word_char(char c) {
        return c == '_' ? '-' : tolower((unsigned char)c);
}

bool parse_same_word(const char *a, const char *b) {
        while (*a && same_word_char(*a) == same_word_char(*b))
                a++, b++;
        return *a == '\0' && *b == '\0';
}

int parse_next_word(char **ret, const char **cursor) {
        static const char space[] = " \t\n\v\f\r";
        const char *start = *cursor + strspn(*cursor, space);
        size_t length = strcspn(start, space);
        char *word;

        if (length == 0) {
                *cursor = start;
                return 0;
        }
        word = strndup(start, length);
        if (!word)
                return -ENOMEM;
        *cursor = start + length;
        *ret = word;
        return 1;
}
