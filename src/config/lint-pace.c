/* What a queue is told and cannot keep, or never needs. */
#include "config/lint-parts.h"

#include "util/cleanup.h"
#include "util/clock.h"

#include <inttypes.h>

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

        if (!lint_notifies(c) || (c->policy != QUEUE_DROP_NEWEST && c->policy != QUEUE_BLOCK))
                return;
        for (size_t i = 0; i < ELEMENTS(brakes); i++) {
                const char *key = brakes[i].key;

                if (brakes[i].usec < c->stall_after_usec)
                        continue;
                problems_add(problems, section_origin(section, key), section->label,
                        section_find(section, key) ? key : NULL,
                        "%s lets one go each %" PRIu64 " ms, and stall_after (%" PRIu64
                        " ms) is not longer: the queue would be dropped as stalled",
                        brakes[i].name, brakes[i].usec / USEC_PER_MSEC,
                        c->stall_after_usec / USEC_PER_MSEC);
                return;
        }
}

void lint_pace(const Characteristic *c, const Section *section, const Settings *settings,
        Problems *problems) {
        check_stall(c, section, settings, problems);
        if (c->policy != QUEUE_BLOCK && c->put_timeout_usec != settings->queue.put_timeout_usec)
                lint_warn(section, "put_timeout", "only policy = block waits", problems);
        if (c->rate.per_second == 0 && c->rate.burst > 1)
                lint_warn(section, "burst", "without rate it does nothing", problems);
        if (c->notify_by == NOTIFY_BY_SOCKET && !lint_notifies(c))
                lint_warn(section, "notify_by",
                        "there is nothing to notify: flags has neither notify nor indicate",
                        problems);
}
