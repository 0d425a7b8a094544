#include "sim/gatt/attribute-flags.h"

#include "util/cleanup.h"

#include <stddef.h>
#include <string.h>

typedef struct Word {
        const char *name;
        uint8_t properties;
        uint8_t extended;
        unsigned permissions;
        unsigned ccc_permissions;
        bool of_descriptors; /* too */
} Word;

#define READ          PERMISSION_READ
#define WRITE         PERMISSION_WRITE
#define READ_CRYPT    (PERMISSION_READ | PERMISSION_READ_ENCRYPTED)
#define WRITE_CRYPT   (PERMISSION_WRITE | PERMISSION_WRITE_ENCRYPTED)
#define READ_AUTHENT  (PERMISSION_READ | PERMISSION_READ_AUTHENTICATED)
#define WRITE_AUTHENT (PERMISSION_WRITE | PERMISSION_WRITE_AUTHENTICATED)
#define CCC           (PERMISSION_READ | PERMISSION_WRITE)
#define CCC_CRYPT     (CCC | PERMISSION_WRITE_ENCRYPTED)
#define CCC_AUTHENT   (CCC | PERMISSION_WRITE_AUTHENTICATED)

static const Word words[] = {
        {"broadcast", PROPERTY_BROADCAST, 0, 0, 0, false},
        {"read", PROPERTY_READ, 0, READ, 0, true},
        {"write-without-response", PROPERTY_WRITE_WITHOUT_RESPONSE, 0, WRITE, 0, false},
        {"write", PROPERTY_WRITE, 0, WRITE, 0, true},
        {"notify", PROPERTY_NOTIFY, 0, 0, CCC, false},
        {"indicate", PROPERTY_INDICATE, 0, 0, CCC, false},
        {"authenticated-signed-writes", PROPERTY_SIGNED_WRITE, 0, WRITE, 0, false},
        {"extended-properties", PROPERTY_EXTENDED, 0, 0, 0, false},
        {"reliable-write", PROPERTY_EXTENDED, 1, WRITE, 0, false},
        {"writable-auxiliaries", PROPERTY_EXTENDED, 2, 0, 0, false},
        {"encrypt-read", PROPERTY_READ, 0, READ_CRYPT, 0, true},
        {"encrypt-write", PROPERTY_WRITE, 0, WRITE_CRYPT, 0, true},
        {"encrypt-authenticated-read", PROPERTY_READ, 0, READ_AUTHENT, 0, true},
        {"encrypt-authenticated-write", PROPERTY_WRITE, 0, WRITE_AUTHENT, 0, true},
        {"secure-read", PROPERTY_READ, 0, READ_AUTHENT, 0, true},
        {"secure-write", PROPERTY_WRITE, 0, WRITE_AUTHENT, 0, true},
        {"encrypt-notify", PROPERTY_NOTIFY, 0, 0, CCC_CRYPT, false},
        {"encrypt-authenticated-notify", PROPERTY_NOTIFY, 0, 0, CCC_AUTHENT, false},
        {"secure-notify", PROPERTY_NOTIFY, 0, 0, CCC_AUTHENT, false},
        {"encrypt-indicate", PROPERTY_INDICATE, 0, 0, CCC_CRYPT, false},
        {"encrypt-authenticated-indicate", PROPERTY_INDICATE, 0, 0, CCC_AUTHENT, false},
        {"secure-indicate", PROPERTY_INDICATE, 0, 0, CCC_AUTHENT, false},
};

bool attribute_flags_add(AttributeFlags *flags, const char *word, bool descriptor) {
        if (strcmp(word, "authorize") == 0) {
                flags->authorize = true;
                return true;
        }
        for (size_t i = 0; i < ELEMENTS(words); i++) {
                const Word *w = &words[i];

                if (strcmp(word, w->name) != 0 || (descriptor && !w->of_descriptors))
                        continue;
                flags->properties |= w->properties;
                flags->extended |= w->extended;
                flags->permissions |= w->permissions;
                flags->ccc_permissions |= w->ccc_permissions;
                return true;
        }
        return false;
}

bool attribute_flags_subscribable(const AttributeFlags *flags) {
        return (flags->properties & (PROPERTY_NOTIFY | PROPERTY_INDICATE)) != 0;
}
