/* Flags that BlueZ takes and that do not do what they say. */
#include "config/lint-parts.h"

#include "util/cleanup.h"

/* Each of them is in the flags while the other is not. */
static const struct {
        unsigned flag, without;
        const char *why;
} useless[] = {
        {CHARACTERISTIC_BROADCAST, 0, "BlueZ broadcasts no values: leave broadcast out"},
        {CHARACTERISTIC_EXTENDED_PROPERTIES, 0,
                "BlueZ sets this flag itself beside reliable-write and writable-auxiliaries: leave "
                "extended-properties out"},
        {CHARACTERISTIC_AUTHORIZE, 0,
                "BlueZ asks for leave before prepared writes alone, and others pass: leave "
                "authorize out, security = encrypt keeps strangers away"},
        {CHARACTERISTIC_RELIABLE_WRITE, CHARACTERISTIC_WRITE,
                "reliable-write is a way to write: add write, or leave it out"},
};

static bool has_both(const Characteristic *c, unsigned flags) {
        return (c->flags & flags) == flags;
}

/* A read demands security, and a subscription, which gives the same value, none. */
static bool notifies_what_is_protected(const Characteristic *c) {
        const unsigned reads = CHARACTERISTIC_ENCRYPT_READ |
                               CHARACTERISTIC_ENCRYPT_AUTHENTICATED_READ |
                               CHARACTERISTIC_SECURE_READ;
        const unsigned notifies =
                CHARACTERISTIC_ENCRYPT_NOTIFY | CHARACTERISTIC_ENCRYPT_AUTHENTICATED_NOTIFY |
                CHARACTERISTIC_SECURE_NOTIFY | CHARACTERISTIC_ENCRYPT_INDICATE |
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_INDICATE | CHARACTERISTIC_SECURE_INDICATE;

        return lint_notifies(c) && (c->flags & reads) != 0 && (c->flags & notifies) == 0;
}

void lint_flags(const Characteristic *c, const Section *section, Problems *problems) {
        for (size_t i = 0; i < ELEMENTS(useless); i++)
                if ((c->flags & useless[i].flag) != 0 && (c->flags & useless[i].without) == 0)
                        lint_warn(section, "flags", useless[i].why, problems);
        if (notifies_what_is_protected(c))
                lint_warn(section, "flags",
                        "who may not read it can still subscribe to it: protect notify or indicate "
                        "too, as security = encrypt does",
                        problems);
        if (has_both(c, CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE))
                lint_warn(section, "flags",
                        "BlueZ refuses a central that asks for both: choose notify, or indicate "
                        "where each value must be confirmed",
                        problems);
        if (c->flags != 0 && (c->flags & CHARACTERISTIC_READ) == 0 && !lint_is_written(c) &&
                !lint_notifies(c))
                lint_warn(section, "flags",
                        "a central can do nothing with it: add read, write, notify or indicate",
                        problems);
}
