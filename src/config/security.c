#include "config/security.h"

#include "util/cleanup.h"

#include <string.h>

#define KEY "security"

typedef struct Level {
        const char *word;
        unsigned all; /* its flags */
        unsigned read, write, notify, indicate;
} Level;

static const Level levels[] = {
        [SECURITY_OPEN] = {"open", 0, 0, 0, 0, 0},
        [SECURITY_ENCRYPT] = {"encrypt", CHARACTERISTIC_FLAGS_ENCRYPT, CHARACTERISTIC_ENCRYPT_READ,
                CHARACTERISTIC_ENCRYPT_WRITE, CHARACTERISTIC_ENCRYPT_NOTIFY,
                CHARACTERISTIC_ENCRYPT_INDICATE},
        [SECURITY_AUTHENTICATE] = {"authenticate", CHARACTERISTIC_FLAGS_AUTHENTICATE,
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_READ,
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_WRITE,
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_NOTIFY,
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_INDICATE},
        [SECURITY_SECURE] = {"secure", CHARACTERISTIC_FLAGS_SECURE, CHARACTERISTIC_SECURE_READ,
                CHARACTERISTIC_SECURE_WRITE, CHARACTERISTIC_SECURE_NOTIFY,
                CHARACTERISTIC_SECURE_INDICATE},
};

/* The lowest bit that is set. */
static unsigned first_of(unsigned flags) {
        return flags & -flags;
}

static unsigned protect(const Level *level, unsigned flags) {
        unsigned added = 0;

        if ((flags & CHARACTERISTIC_READ) != 0)
                added |= level->read;
        if ((flags & CHARACTERISTIC_WRITABLE) != 0)
                added |= level->write | CHARACTERISTIC_WRITE;
        if ((flags & CHARACTERISTIC_NOTIFY) != 0)
                added |= level->notify;
        if ((flags & CHARACTERISTIC_INDICATE) != 0)
                added |= level->indicate;
        return added;
}

unsigned security_apply(
        Security security, unsigned flags, const Section *section, Problems *problems) {
        const Level *level = &levels[security];
        unsigned other = flags & CHARACTERISTIC_FLAGS_SECURITY & ~level->all;
        unsigned added;

        /* Flags that were refused are none. */
        if (security == SECURITY_NOT_SAID || flags == 0)
                return flags;
        if (other != 0) {
                problems_add(problems, section_origin(section, KEY), section->label, KEY,
                        "%s contradicts %s in flags: leave one of them out", level->word,
                        characteristic_flag_name(first_of(other)));
                return flags;
        }
        if (security == SECURITY_OPEN)
                return flags;
        added = protect(level, flags);
        if (added == 0)
                problems_add(problems, section_origin(section, KEY), section->label, KEY,
                        "flags has nothing that it could protect: no read, write, notify or "
                        "indicate");
        return flags | added;
}
