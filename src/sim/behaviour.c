/* The versions that can be played. What is said of them was seen on the real ones in a virtual
 * machine, except for 5.72: that is what its sources say. */
#include "sim/behaviour.h"

#include "util/cleanup.h"

#include <string.h>

static const BluezBehaviour behaviours[] = {
        {
                .version = {5, 66},
                .modalias = "usb:v1D6Bp0246d0542",
                .notify_sockets = NOTIFY_SOCKETS_SHARED,
                .socket_confirmation = SOCKET_CONFIRMATION_METHOD,
                .counts_write_header = true,
                .stuck_by_refusal = true,
                .takes_declaration_handle = true,
                .address_resolution = true,
                .server_features = true,
                .proved = true,
        },
        {
                .version = {5, 72},
                .modalias = "usb:v1D6Bp0246d0548",
                .notify_sockets = NOTIFY_SOCKETS_EACH_TO_ALL,
                .socket_confirmation = SOCKET_CONFIRMATION_METHOD,
                .takes_declaration_handle = true,
                .address_resolution = true,
        },
        {
                .version = {5, 82},
                .modalias = "usb:v1D6Bp0246d0552",
                .notify_sockets = NOTIFY_SOCKETS_EACH,
                .socket_confirmation = SOCKET_CONFIRMATION_BYTE,
                .improperly_configured = true,
                .power_state = true,
                .proved = true,
        },
        {
                .version = {5, 87},
                .modalias = "usb:v1D6Bp0246d0557",
                .notify_sockets = NOTIFY_SOCKETS_EACH,
                .socket_confirmation = SOCKET_CONFIRMATION_BYTE,
                .improperly_configured = true,
                .power_state = true,
                .disconnected_signal = true,
                .proved = true,
        },
};

const BluezBehaviour *bluez_behaviour_find(const char *version) {
        BluezVersion wanted;

        if (bluez_version_parse(&wanted, version) < 0)
                return NULL;
        for (size_t i = 0; i < ELEMENTS(behaviours); i++)
                if (behaviours[i].version.major == wanted.major &&
                        behaviours[i].version.minor == wanted.minor)
                        return &behaviours[i];
        return NULL;
}
