/* Integers of either byte order, hex text, and what is fit to be shown. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Write the size (1 to 8) low bytes of number, little-endian or big-endian. */
void bytes_put_le(uint8_t *out, size_t size, uint64_t number);
void bytes_put_be(uint8_t *out, size_t size, uint64_t number);
/* Read size (1 to 8) bytes, little-endian or big-endian. */
uint64_t bytes_get_le(const uint8_t *in, size_t size);
uint64_t bytes_get_be(const uint8_t *in, size_t size);

/* Writes 2 * size lower-case digits and a NUL: out has room for 2 * size + 1. */
void bytes_to_hex(char *out, const uint8_t *data, size_t size);
/* Reads an even number of hex digits; single spaces between bytes are allowed. Sets *ret_size.
 * -EINVAL: not hex or a half byte. -EMSGSIZE: more than room bytes. */
int bytes_from_hex(uint8_t *out, size_t room, const char *text, size_t *ret_size);

/* True if data is well-formed UTF-8 without NUL. */
bool bytes_is_utf8(const uint8_t *data, size_t size);

/* Makes text, in place, fit for one line of a log or an answer: each control character becomes
 * '?', and each byte above 7f too unless the whole is UTF-8. */
void bytes_make_printable(char *text);
