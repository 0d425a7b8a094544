/* Bluetooth UUIDs. */
#include "core/uuid.h"

#include "util/bytes.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* 00000000-0000-1000-8000-00805F9B34FB; a short UUID fills bytes 0 to 3. */
static const Uuid base_uuid = {
        {0, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0x80, 0x5f, 0x9b, 0x34, 0xfb}};

static bool dash_before(size_t byte) {
        return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

static bool all_hex(const char *text) {
        while (isxdigit((unsigned char)*text))
                text++;
        return *text == '\0';
}

static int parse_short(Uuid *ret, const char *text) {
        Uuid uuid = base_uuid;
        size_t length, size;

        if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
                text += 2;
        length = strlen(text);
        if ((length != 4 && length != 8) || !all_hex(text) ||
                bytes_from_hex(uuid.bytes + 4 - length / 2, length / 2, text, &size) < 0)
                return -EINVAL;
        *ret = uuid;
        return 0;
}

int uuid_parse(Uuid *ret, const char *text) {
        char digits[33], *out = digits;
        Uuid uuid;
        size_t size;

        if (strlen(text) != UUID_TEXT_SIZE - 1)
                return parse_short(ret, text);
        for (size_t i = 0; i < sizeof uuid.bytes; i++) {
                if (dash_before(i) && *text++ != '-')
                        return -EINVAL;
                *out++ = *text++;
                *out++ = *text++;
        }
        *out = '\0';
        if (!all_hex(digits) || bytes_from_hex(uuid.bytes, sizeof uuid.bytes, digits, &size) < 0)
                return -EINVAL;
        *ret = uuid;
        return 0;
}

void uuid_format(const Uuid *uuid, char out[static UUID_TEXT_SIZE]) {
        for (size_t i = 0; i < sizeof uuid->bytes; i++) {
                if (dash_before(i))
                        *out++ = '-';
                bytes_to_hex(out, &uuid->bytes[i], 1);
                out += 2;
        }
}

bool uuid_equal(const Uuid *a, const Uuid *b) {
        return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

Uuid uuid_short(uint16_t number) {
        Uuid uuid = base_uuid;

        uuid.bytes[2] = (uint8_t)(number >> 8);
        uuid.bytes[3] = (uint8_t)number;
        return uuid;
}

size_t uuid_size(const Uuid *uuid) {
        if (memcmp(uuid->bytes + 4, base_uuid.bytes + 4, sizeof uuid->bytes - 4) != 0)
                return 16;
        return uuid->bytes[0] || uuid->bytes[1] ? 4 : 2;
}

uint16_t uuid_number(const Uuid *uuid) {
        return uuid_size(uuid) == 2 ? (uint16_t)(uuid->bytes[2] << 8 | uuid->bytes[3]) : 0;
}
