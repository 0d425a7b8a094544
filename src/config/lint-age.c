/* Values that become stale or are kept, and that no central gets. */
#include "config/lint-parts.h"

/* A central gets the value that is kept; or has written it, and programs get it. */
static bool gives_kept(const Characteristic *c) {
        return (c->flags & CHARACTERISTIC_READ) != 0 ||
               (lint_notifies(c) && c->notify_on_subscribe) ||
               (lint_is_written(c) && c->on_write == ON_WRITE_STORE);
}

void lint_age(const Characteristic *c, const Section *section, Problems *problems) {
        bool read = (c->flags & CHARACTERISTIC_READ) != 0;

        if (c->on_stale != ON_STALE_KEEP && c->max_age_usec == 0)
                lint_warn(section, "on_stale", "without max_age no value is ever stale", problems);
        else if (c->on_stale == ON_STALE_REFUSE && !read)
                lint_warn(section, "on_stale", "there is no read to refuse: flags has none",
                        problems);
        else if (c->on_stale == ON_STALE_DEFAULT && !read && !lint_notifies(c))
                lint_warn(section, "on_stale",
                        "no central gets the value: flags has neither read nor notify", problems);
        if (c->persist && !gives_kept(c))
                lint_warn(section, "persist",
                        "no central reads the value that is kept: flags has no read", problems);
}
