#include "core/known-flags.h"

#include "core/profile.h"

unsigned known_flags(const BluezTraits *traits) {
        const unsigned all = _CHARACTERISTIC_FLAG_END - 1;
        const unsigned notify_security =
                CHARACTERISTIC_ENCRYPT_NOTIFY | CHARACTERISTIC_ENCRYPT_INDICATE |
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_NOTIFY |
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_INDICATE | CHARACTERISTIC_SECURE_NOTIFY |
                CHARACTERISTIC_SECURE_INDICATE;

        return traits->notify_security ? all : all & ~notify_security;
}
