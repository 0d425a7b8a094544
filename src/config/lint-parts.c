/* What the files of lint have in common. */
#include "config/lint-parts.h"

static const char *find_key(const Section *section, const char *key) {
        return section_find(section, key) ? key : NULL;
}

void lint_refuse(const Section *section, const char *key, const char *why, Problems *problems) {
        problems_add(problems, section_origin(section, key), section->label, find_key(section, key),
                "%s", why);
}

void lint_warn(const Section *section, const char *key, const char *why, Problems *problems) {
        problems_warn(problems, section_origin(section, key), section->label,
                find_key(section, key), "%s", why);
}

/* The last two open it to plain writes too: parse_chrc_flags() in bluez src/gatt-database.c. */
bool lint_is_written(const Characteristic *c) {
        return (c->flags & (CHARACTERISTIC_WRITE | CHARACTERISTIC_WRITE_WITHOUT_RESPONSE |
                                   CHARACTERISTIC_RELIABLE_WRITE |
                                   CHARACTERISTIC_AUTHENTICATED_SIGNED_WRITES)) != 0;
}

bool lint_notifies(const Characteristic *c) {
        return (c->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE)) != 0;
}

bool lint_validates(const Characteristic *c) {
        return c->format || c->size_min > 0;
}
