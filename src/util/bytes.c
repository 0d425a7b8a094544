/* Integers of either byte order, hex text, and what is fit to be shown. */
#include "util/bytes.h"

#include <errno.h>
#include <string.h>

void bytes_put_le(uint8_t *out, size_t size, uint64_t number) {
        for (size_t i = 0; i < size; i++)
                out[i] = (uint8_t)(number >> (8 * i));
}

uint64_t bytes_get_le(const uint8_t *in, size_t size) {
        uint64_t number = 0;

        for (size_t i = 0; i < size; i++)
                number |= (uint64_t)in[i] << (8 * i);
        return number;
}

void bytes_put_be(uint8_t *out, size_t size, uint64_t number) {
        for (size_t i = 0; i < size; i++)
                out[size - 1 - i] = (uint8_t)(number >> (8 * i));
}

uint64_t bytes_get_be(const uint8_t *in, size_t size) {
        uint64_t number = 0;

        for (size_t i = 0; i < size; i++)
                number = number << 8 | in[i];
        return number;
}

void bytes_to_hex(char *out, const uint8_t *data, size_t size) {
        static const char digits[] = "0123456789abcdef";

        for (size_t i = 0; i < size; i++) {
                *out++ = digits[data[i] >> 4];
                *out++ = digits[data[i] & 15];
        }
        *out = '\0';
}

/* -1 if c is no hex digit. */
static int hex_digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

int bytes_from_hex(uint8_t *out, size_t room, const char *text, size_t *ret_size) {
        size_t size = 0;

        while (*text) {
                int high, low;

                if (size > 0 && *text == ' ')
                        text++;
                high = hex_digit(text[0]);
                low = high < 0 ? -1 : hex_digit(text[1]);
                if (low < 0)
                        return -EINVAL;
                if (size == room)
                        return -EMSGSIZE;
                out[size++] = (uint8_t)(high << 4 | low);
                text += 2;
        }
        *ret_size = size;
        return 0;
}

/* The length of a sequence by its first byte (RFC 3629); 0 if no sequence starts so. */
static size_t utf8_length(uint8_t first) {
        if (first < 0x80)
                return 1;
        if (first >= 0xc2 && first <= 0xdf)
                return 2;
        if ((first & 0xf0) == 0xe0)
                return 3;
        return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The length of the well-formed sequence at data, or 0. */
static size_t utf8_sequence(const uint8_t *data, size_t left) {
        static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000};
        size_t length = utf8_length(data[0]);
        uint32_t point;

        if (length == 0 || length > left)
                return 0;
        point = length == 1 ? data[0] : data[0] & (0xffU >> (length + 1));
        for (size_t i = 1; i < length; i++) {
                if ((data[i] & 0xc0) != 0x80)
                        return 0;
                point = point << 6 | (data[i] & 0x3f);
        }
        if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
                return 0;
        return length;
}

bool bytes_is_utf8(const uint8_t *data, size_t size) {
        for (size_t i = 0; i < size;) {
                size_t length = utf8_sequence(data + i, size - i);

                if (length == 0)
                        return false;
                i += length;
        }
        return true;
}

void bytes_make_printable(char *text) {
        bool utf8 = bytes_is_utf8((const uint8_t *)text, strlen(text));

        for (char *p = text; *p; p++) {
                uint8_t c = (uint8_t)*p;

                /* C1 controls: terminals obey them as they obey ESC. */
                if (utf8 && c == 0xc2 && (uint8_t)p[1] < 0xa0) {
                        *p++ = '?';
                        *p = '?';
                } else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
                        *p = '?';
        }
}
