#include "daemon/limitations.h"

#include "core/known-flags.h"
#include "util/log.h"

/* All flags that BlueZ does not know demand security of a subscription. */
static void log_flags(
        const char *kind, const char *name, unsigned flags, const char *version, unsigned known) {
        for (unsigned flag = 1; flag < _CHARACTERISTIC_FLAG_END; flag <<= 1)
                if (flags & flag & ~known)
                        log_warning("%s %s: BlueZ %s does not know the flag %s, and it is left "
                                    "out: a central can subscribe without that security",
                                kind, name, version, characteristic_flag_name(flag));
}

void limitations_log(const Profile *profile, BluezVersion version) {
        const unsigned known = known_flags(bluez_traits(version));
        char text[BLUEZ_VERSION_TEXT_SIZE];

        bluez_version_format(version, text);
        for (size_t i = 0; i < profile->n_characteristics; i++) {
                const Characteristic *c = profile_at(profile, i);

                log_flags("characteristic", c->name, c->flags, text, known);
        }
}
