/* Which BlueZ runs, and what that version does. It has no version property; Adapter1.Modalias
 * carries it. */
#pragma once

#include <stdbool.h>

typedef struct BluezVersion {
        unsigned major, minor; /* 0.0: unknown */
} BluezVersion;

#define BLUEZ_VERSION_TEXT_SIZE 16

/* "usb:v1D6Bp0246d0542" is 5.66 (bluez src/main.c). Unknown for any other vendor or product:
 * main.conf's DeviceID can hide it; NULL is unknown too. */
BluezVersion bluez_version_from_modalias(const char *modalias);
/* "5.66"; each part up to 255. -EINVAL, also for "0.0". */
int bluez_version_parse(BluezVersion *ret, const char *text);
bool bluez_version_known(BluezVersion v);
/* "5.66", or "unknown". */
void bluez_version_format(BluezVersion v, char out[static BLUEZ_VERSION_TEXT_SIZE]);

/* By socket, whom a packet reaches. */
typedef enum NotifySockets {
        NOTIFY_SOCKETS_SHARED,      /* one for a characteristic: every subscriber hears it */
        NOTIFY_SOCKETS_EACH_TO_ALL, /* one for each central: every subscriber hears each */
        NOTIFY_SOCKETS_EACH,        /* one for each central, which alone hears it */
        NOTIFY_SOCKETS_UNKNOWN,
} NotifySockets;

/* How a confirmed indication that came by a socket is told. By signal it is always Confirm(). */
typedef enum SocketConfirmation {
        SOCKET_CONFIRMATION_METHOD, /* Confirm() */
        SOCKET_CONFIRMATION_BYTE,   /* the byte 01 on the socket */
        SOCKET_CONFIRMATION_NONE,
} SocketConfirmation;

/* What differs between versions as far as a peripheral is concerned. */
typedef struct BluezTraits {
        BluezVersion since; /* the first version that is like this */
        NotifySockets notify_sockets;
        SocketConfirmation socket_confirmation;
        bool notify_security;     /* knows encrypt-notify and its like; else refuses them all */
        bool unpinned_refused;    /* a characteristic without a pinned handle is refused */
        bool counts_write_header; /* against 512 bytes: 2 in a request, 4 in pieces (bluez#570) */
        bool several_channels;    /* to a central that has EATT, unless its main.conf says one: what
                                     goes by one may overtake what goes by another */
        bool disconnected_signal; /* Device1.Disconnected, with the reason */
        bool long_advertising;    /* more than 31 bytes, on a secondary channel */
        bool live_advertising;    /* an advertisement may change while it is registered */
        bool advertising_parameters; /* its interval and power, without --experimental too */
        bool scan_response_data;     /* ScanResponseServiceUUIDs and its like */
        bool proved; /* a real one of this version is held against it by the tests */
} BluezTraits;

/* Never NULL: an unknown version gets the careful row, which has no sockets and no newer flags. */
const BluezTraits *bluez_traits(BluezVersion version);
/* Notifications may go by sockets: none is told what is meant for another, and of what indicates
 * it is known what was confirmed. */
bool bluez_sockets_serve(const BluezTraits *traits, bool indicates);
