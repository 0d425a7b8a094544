/* What differs between versions of BlueZ as far as an application can see it. */
#pragma once

#include "core/bluez-version.h"

typedef struct BluezBehaviour {
        BluezVersion version;
        const char *modalias; /* of Adapter1 */
        NotifySockets notify_sockets;
        SocketConfirmation socket_confirmation;
        bool counts_write_header;      /* handle and offset count against the longest value */
        bool stuck_by_refusal;         /* after a refused AcquireWrite() no write goes anywhere */
        bool takes_declaration_handle; /* a pin that is one: accepted, and the table is corrupt */
        bool improperly_configured;    /* the error of this name is ATT 0xfd, else 0x0e */
        bool address_resolution;       /* the GAP service has this characteristic */
        bool server_features;          /* the GATT service has this characteristic */
        bool power_state;              /* Adapter1.PowerState, before 5.73 if experimental */
        bool disconnected_signal;      /* Device1.Disconnected before Connected=false */
        bool proved;                   /* by a real bluetoothd of this version */
} BluezBehaviour;

/* 5.66, 5.72, 5.82 or 5.87; NULL: no other is known. */
const BluezBehaviour *bluez_behaviour_find(const char *version);
