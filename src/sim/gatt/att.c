/* D-Bus errors of applications as error codes of the Attribute Protocol. */
#include "sim/gatt/att.h"

#include "util/cleanup.h"

#include <stdlib.h>
#include <string.h>

#define ERROR_PREFIX "org.bluez.Error."

typedef struct NamedError {
        const char *name; /* behind the prefix */
        uint8_t code;
} NamedError;

static const NamedError named_errors[] = {
        {"NotSupported", ATT_ERROR_REQUEST_NOT_SUPPORTED},
        {"NotAuthorized", ATT_ERROR_AUTHORIZATION},
        {"InvalidValueLength", ATT_ERROR_INVALID_VALUE_LENGTH},
        {"InvalidOffset", ATT_ERROR_INVALID_OFFSET},
        {"InProgress", ATT_ERROR_ALREADY_IN_PROGRESS},
};

/* The text of Failed is the code, if it is one of those that are left to applications. An empty
 * text is the number 0 for BlueZ. */
static uint8_t error_from_text(const char *text) {
        char *end;

        long code = strtol(text, &end, 0);
        if (*end != '\0')
                return ATT_ERROR_APPLICATION;
        if (code < ATT_ERROR_APPLICATION || code > ATT_ERROR_APPLICATION_LAST)
                return ATT_ERROR_UNLIKELY;
        return (uint8_t)code;
}

uint8_t att_error_from_bus(const BluezBehaviour *behaviour, const char *name, const char *text,
        uint8_t not_permitted) {
        if (!name || strncmp(name, ERROR_PREFIX, strlen(ERROR_PREFIX)) != 0)
                return ATT_ERROR_UNLIKELY;
        name += strlen(ERROR_PREFIX);
        if (strcmp(name, "Failed") == 0)
                return error_from_text(text ? text : "");
        if (strcmp(name, "NotPermitted") == 0)
                return not_permitted;
        if (strcmp(name, "ImproperlyConfigured") == 0 && behaviour->improperly_configured)
                return ATT_ERROR_IMPROPERLY_CONFIGURED;
        for (size_t i = 0; i < ELEMENTS(named_errors); i++)
                if (strcmp(name, named_errors[i].name) == 0)
                        return named_errors[i].code;
        return ATT_ERROR_UNLIKELY;
}
