/* BlueZ's version from an adapter's Modalias or from text, and the table of what each does. */
#include "core/bluez-version.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VERSION_PART_MAX 255 /* the modalias has one byte for each part */

/* "usb", the Linux Foundation and its "Linux device": BlueZ's own default (src/main.c). */
static const char modalias_prefix[] = "usb:v1D6Bp0246d";

BluezVersion bluez_version_from_modalias(const char *modalias) {
        const BluezVersion unknown = {0};
        const size_t prefix_size = sizeof(modalias_prefix) - 1;
        const char *digits;
        uint8_t parts[2];
        size_t size;

        if (!modalias || strncasecmp(modalias, modalias_prefix, prefix_size) != 0)
                return unknown;
        digits = modalias + prefix_size;
        if (strlen(digits) != 4 || bytes_from_hex(parts, sizeof(parts), digits, &size) < 0)
                return unknown;
        return (BluezVersion){.major = parts[0], .minor = parts[1]};
}

/* Moves *cursor behind a decimal number. */
static int read_part(unsigned *ret, const char **cursor) {
        const char *p = *cursor;
        unsigned number = 0;

        if (!isdigit((unsigned char)*p))
                return -EINVAL;
        for (; isdigit((unsigned char)*p); p++) {
                number = number * 10 + (unsigned)(*p - '0');
                if (number > VERSION_PART_MAX)
                        return -EINVAL;
        }
        *ret = number;
        *cursor = p;
        return 0;
}

int bluez_version_parse(BluezVersion *ret, const char *text) {
        BluezVersion v;

        if (read_part(&v.major, &text) < 0 || *text != '.')
                return -EINVAL;
        text++;
        if (read_part(&v.minor, &text) < 0 || *text != '\0')
                return -EINVAL;
        if (!bluez_version_known(v))
                return -EINVAL;
        *ret = v;
        return 0;
}

bool bluez_version_known(BluezVersion v) {
        return v.major != 0 || v.minor != 0;
}

void bluez_version_format(BluezVersion v, char out[static BLUEZ_VERSION_TEXT_SIZE]) {
        if (bluez_version_known(v))
                (void)snprintf(out, BLUEZ_VERSION_TEXT_SIZE, "%u.%u", v.major, v.minor);
        else
                (void)snprintf(out, BLUEZ_VERSION_TEXT_SIZE, "unknown");
}

static const BluezTraits unknown_version = {
        .notify_sockets = NOTIFY_SOCKETS_UNKNOWN,
        .socket_confirmation = SOCKET_CONFIRMATION_NONE,
};

/* From the old to the new; a version has the last row that is not newer. Where a row is not proved,
 * it is what the sources of that version say. */
static const BluezTraits table[] = {
        {
                .since = {5, 62}, /* 61576a8e7 */
                .notify_sockets = NOTIFY_SOCKETS_SHARED,
                .socket_confirmation = SOCKET_CONFIRMATION_METHOD,
                .counts_write_header = true,
                .several_channels = true,
                .notify_security = true,
        },
        {
                .since = {5, 66},
                .notify_sockets = NOTIFY_SOCKETS_SHARED,
                .socket_confirmation = SOCKET_CONFIRMATION_METHOD,
                .counts_write_header = true,
                .several_channels = true,
                .notify_security = true,
                .proved = true,
        },
        {
                .since = {5, 67}, /* ab3ff0d2c */
                .notify_sockets = NOTIFY_SOCKETS_SHARED,
                .socket_confirmation = SOCKET_CONFIRMATION_METHOD,
                .counts_write_header = true,
                .notify_security = true,
        },
        {
                .since = {5, 69}, /* 8eb1dee87 */
                .notify_sockets = NOTIFY_SOCKETS_EACH_TO_ALL,
                .socket_confirmation = SOCKET_CONFIRMATION_METHOD,
                .notify_security = true,
                .long_advertising = true,
        },
        {
                .since = {5, 74}, /* 7604a577c, 6b5447583 */
                .notify_sockets = NOTIFY_SOCKETS_EACH_TO_ALL,
                .socket_confirmation = SOCKET_CONFIRMATION_METHOD,
                .notify_security = true,
                .unpinned_refused = true,
                .long_advertising = true,
                .live_advertising = true,
        },
        {
                .since = {5, 76}, /* a08ec1a4e, f34cc1da5 */
                .notify_sockets = NOTIFY_SOCKETS_EACH,
                .socket_confirmation = SOCKET_CONFIRMATION_NONE,
                .notify_security = true,
                .long_advertising = true,
                .live_advertising = true,
        },
        {
                .since = {5, 77}, /* 7e028287a */
                .notify_sockets = NOTIFY_SOCKETS_EACH,
                .socket_confirmation = SOCKET_CONFIRMATION_NONE,
                .notify_security = true,
                .long_advertising = true,
                .live_advertising = true,
                .advertising_parameters = true,
        },
        {
                .since = {5, 80}, /* 6b34b0551, ab6502473 */
                .notify_sockets = NOTIFY_SOCKETS_EACH,
                .socket_confirmation = SOCKET_CONFIRMATION_BYTE,
                .notify_security = true,
                .long_advertising = true,
                .live_advertising = true,
                .advertising_parameters = true,
                .scan_response_data = true,
        },
        {
                .since = {5, 82},
                .notify_sockets = NOTIFY_SOCKETS_EACH,
                .socket_confirmation = SOCKET_CONFIRMATION_BYTE,
                .notify_security = true,
                .long_advertising = true,
                .live_advertising = true,
                .advertising_parameters = true,
                .scan_response_data = true,
                .proved = true,
        },
        {
                .since = {5, 83},
                .notify_sockets = NOTIFY_SOCKETS_EACH,
                .socket_confirmation = SOCKET_CONFIRMATION_BYTE,
                .notify_security = true,
                .disconnected_signal = true,
                .long_advertising = true,
                .live_advertising = true,
                .advertising_parameters = true,
                .scan_response_data = true,
        },
        {
                .since = {5, 87},
                .notify_sockets = NOTIFY_SOCKETS_EACH,
                .socket_confirmation = SOCKET_CONFIRMATION_BYTE,
                .notify_security = true,
                .disconnected_signal = true,
                .long_advertising = true,
                .live_advertising = true,
                .advertising_parameters = true,
                .scan_response_data = true,
                .proved = true,
        },
        {
                .since = {5, 88},
                .notify_sockets = NOTIFY_SOCKETS_EACH,
                .socket_confirmation = SOCKET_CONFIRMATION_BYTE,
                .notify_security = true,
                .disconnected_signal = true,
                .long_advertising = true,
                .live_advertising = true,
                .advertising_parameters = true,
                .scan_response_data = true,
        },
};

static bool is_before(BluezVersion a, BluezVersion b) {
        return a.major < b.major || (a.major == b.major && a.minor < b.minor);
}

const BluezTraits *bluez_traits(BluezVersion version) {
        const BluezTraits *found = &unknown_version;

        for (size_t i = 0; i < ELEMENTS(table); i++)
                if (!is_before(version, table[i].since))
                        found = &table[i];
        return found;
}

bool bluez_sockets_serve(const BluezTraits *traits, bool indicates) {
        if (indicates && traits->socket_confirmation == SOCKET_CONFIRMATION_NONE)
                return false;
        return traits->notify_sockets == NOTIFY_SOCKETS_SHARED ||
               traits->notify_sockets == NOTIFY_SOCKETS_EACH;
}
