/* Judges a characteristic by its values and not by which keys are there: what --dump-config writes
 * has all of them. */
#include "config/lint.h"

#include "util/cleanup.h"
#include "util/clock.h"

#include <inttypes.h>
#include <string.h>

/* NULL: the key is not in the section, which is then named alone. */
static const char *find_key(const Section *section, const char *key) {
        return section_find(section, key) ? key : NULL;
}

static void refuse(const Section *section, const char *key, const char *why, Problems *problems) {
        problems_add(problems, section_origin(section, key), section->label, find_key(section, key),
                "%s", why);
}

static void warn(const Section *section, const char *key, const char *why, Problems *problems) {
        problems_warn(problems, section_origin(section, key), section->label,
                find_key(section, key), "%s", why);
}

static bool is_written(const Characteristic *c) {
        return (c->flags & (CHARACTERISTIC_WRITE | CHARACTERISTIC_WRITE_WITHOUT_RESPONSE)) != 0;
}

static void check_flags(const Characteristic *c, const Section *section, Problems *problems) {
        if (is_written(c) && (c->flags & CHARACTERISTIC_FLAGS_SECURE_WRITE) == 0 &&
                !section_find(section, "security"))
                warn(section, "flags",
                        "anyone in range may write; security = open says that this is meant",
                        problems);
        if ((c->flags & CHARACTERISTIC_WRITE_WITHOUT_RESPONSE) != 0 && c->format)
                warn(section, "flags",
                        "a write without response that does not fit the fields is lost: the "
                        "central is not told",
                        problems);
}

/* Who may refuse a write, and whether the central hears of it. */
static void check_writes(const Characteristic *c, const Section *section, Problems *problems) {
        const char lost[] = "BlueZ takes a write without response before anybody is asked: the "
                            "central would never hear that it is refused";
        bool silent = (c->flags & CHARACTERISTIC_WRITE_WITHOUT_RESPONSE) != 0;
        bool written = is_written(c);

        if (c->verdict == VERDICT_HANDLER) {
                if (!written)
                        refuse(section, "verdict", "there is no write to judge: flags has none",
                                problems);
                else if (silent)
                        refuse(section, "verdict", lost, problems);
                else
                        warn(section, "verdict",
                                "bluetoothd crashes when a central leaves while a verdict is "
                                "pending (seen with BlueZ 5.66, 5.82 and 5.87)",
                                problems);
        }
        if (c->unhandled == UNHANDLED_REFUSE) {
                if (!written)
                        warn(section, "unhandled", "there is no write to refuse: flags has none",
                                problems);
                else if (silent)
                        refuse(section, "unhandled", lost, problems);
        }
}

static bool notifies(const Characteristic *c) {
        return (c->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE)) != 0;
}

static uint64_t gap_usec(double rate) {
        return rate > 0 ? (uint64_t)((double)USEC_PER_SEC / rate) : 0;
}

/* Under drop_newest and block, whoever is paced more slowly than stall_after would be taken for
 * one that has stalled, and its queue dropped. */
static void check_stall(const Characteristic *c, const Section *section, const Settings *settings,
        Problems *problems) {
        const struct {
                const char *key, *name;
                uint64_t usec;
        } brakes[] = {
                {"min_interval", "min_interval", c->min_interval_usec},
                {"rate", "rate", gap_usec(c->rate.per_second)},
                {"rate", "the rate of [queue]", gap_usec(settings->queue.rate)},
        };

        if (!notifies(c) || (c->policy != QUEUE_DROP_NEWEST && c->policy != QUEUE_BLOCK))
                return;
        for (size_t i = 0; i < ELEMENTS(brakes); i++) {
                const char *key = brakes[i].key;

                if (brakes[i].usec < c->stall_after_usec)
                        continue;
                problems_add(problems, section_origin(section, key), section->label,
                        find_key(section, key),
                        "%s lets one go each %" PRIu64 " ms, and stall_after (%" PRIu64
                        " ms) is not longer: the queue would be dropped as stalled",
                        brakes[i].name, brakes[i].usec / USEC_PER_MSEC,
                        c->stall_after_usec / USEC_PER_MSEC);
                return;
        }
}

static void check_queue(const Characteristic *c, const Section *section, const Settings *settings,
        Problems *problems) {
        if (c->policy != QUEUE_BLOCK && c->put_timeout_usec != settings->queue.put_timeout_usec)
                warn(section, "put_timeout", "only policy = block waits", problems);
        if (c->rate.per_second == 0 && c->rate.burst > 1)
                warn(section, "burst", "without rate it does nothing", problems);
}

/* A central gets the value that is kept; or has written it, and programs get it. */
static bool gives_kept(const Characteristic *c) {
        return (c->flags & CHARACTERISTIC_READ) != 0 || (notifies(c) && c->notify_on_subscribe) ||
               (is_written(c) && c->on_write == ON_WRITE_STORE);
}

static void check_age(const Characteristic *c, const Section *section, Problems *problems) {
        bool read = (c->flags & CHARACTERISTIC_READ) != 0;

        if (c->on_stale != ON_STALE_KEEP && c->max_age_usec == 0)
                warn(section, "on_stale", "without max_age no value is ever stale", problems);
        else if (c->on_stale == ON_STALE_REFUSE && !read)
                warn(section, "on_stale", "there is no read to refuse: flags has none", problems);
        else if (c->on_stale == ON_STALE_DEFAULT && !read && !notifies(c))
                warn(section, "on_stale",
                        "no central gets the value: flags has neither read nor notify", problems);
        if (c->persist && !gives_kept(c))
                warn(section, "persist",
                        "no central reads the value that is kept: flags has no "
                        "read",
                        problems);
}

void lint_characteristic(const Characteristic *c, const Section *section, const Settings *settings,
        Problems *problems) {
        check_flags(c, section, problems);
        check_writes(c, section, problems);
        check_stall(c, section, settings, problems);
        check_queue(c, section, settings, problems);
        check_age(c, section, problems);
}

static bool any_blocks(const Profile *profile) {
        for (size_t i = 0; i < profile->n_characteristics; i++)
                if (profile_at(profile, i)->policy == QUEUE_BLOCK)
                        return true;
        return false;
}

static bool is_default(const Section *section, const char *key) {
        const char *text = section_value(section, key);

        return !text || strcmp(text, keys_find(section->kind, key)->default_text) == 0;
}

void lint_queue(const Profile *profile, const SectionList *sections, const Settings *settings,
        Problems *problems) {
        const Section *queue = section_list_find(sections, SECTION_QUEUE, NULL);
        Origin origin = section_origin(queue, "put_timeout");

        /* Another program's variable is often set whatever the policy. */
        if (profile && !any_blocks(profile) && !is_default(queue, "put_timeout") &&
                origin.source->kind != SOURCE_ENVIRONMENT)
                warn(queue, "put_timeout",
                        "no characteristic has policy = block, which alone waits", problems);
        if (settings->queue.rate == 0 && !is_default(queue, "burst"))
                warn(queue, "burst", "with rate = 0 it does nothing", problems);
}

static bool is_set_in_time(const ValueSources *sources, const Characteristic *c) {
        for (size_t i = 0; i < sources->n; i++)
                if (sources->items[i].characteristic == c &&
                        sources->items[i].interval_usec < c->max_age_usec)
                        return true;
        return false;
}

void lint_sources(const ValueSources *sources, const SectionList *sections, Problems *problems) {
        for (size_t i = 0; i < sources->n; i++) {
                const ValueSource *source = &sources->items[i];
                const Characteristic *c = source->characteristic;

                if (c->max_age_usec > 0 && !is_set_in_time(sources, c))
                        warn(section_list_find(sections, SECTION_SOURCE, source->name), "interval",
                                "max_age of its target is not longer: the value is stale before "
                                "each reading",
                                problems);
        }
}
