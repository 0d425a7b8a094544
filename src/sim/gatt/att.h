/* Error codes of the Attribute Protocol, and which of them BlueZ makes of an application's error.
 * Core Specification, Vol 3, Part F, 3.4.1.1, and the supplement's Part B, 1.2. */
#pragma once

#include "sim/behaviour.h"

#include <stdint.h>

#define ATT_ERROR_INVALID_HANDLE         0x01
#define ATT_ERROR_READ_NOT_PERMITTED     0x02
#define ATT_ERROR_WRITE_NOT_PERMITTED    0x03
#define ATT_ERROR_AUTHENTICATION         0x05
#define ATT_ERROR_REQUEST_NOT_SUPPORTED  0x06
#define ATT_ERROR_INVALID_OFFSET         0x07
#define ATT_ERROR_AUTHORIZATION          0x08
#define ATT_ERROR_INVALID_VALUE_LENGTH   0x0d
#define ATT_ERROR_UNLIKELY               0x0e
#define ATT_ERROR_ENCRYPTION             0x0f
#define ATT_ERROR_INSUFFICIENT_RESOURCES 0x11
#define ATT_ERROR_VALUE_NOT_ALLOWED      0x13
#define ATT_ERROR_APPLICATION            0x80
#define ATT_ERROR_APPLICATION_LAST       0x9f
#define ATT_ERROR_IMPROPERLY_CONFIGURED  0xfd
#define ATT_ERROR_ALREADY_IN_PROGRESS    0xfe

#define ATT_MTU_MIN        23
#define ATT_VALUE_SIZE_MAX 512

/* name and text are of the D-Bus error; not_permitted is the code of NotPermitted, which depends
 * on what was asked. */
uint8_t att_error_from_bus(
        const BluezBehaviour *behaviour, const char *name, const char *text, uint8_t not_permitted);
