/* The lint of a whole configuration; lint-*.c have that of one thing each. */
#include "config/lint.h"

#include "config/lint-parts.h"

#include <string.h>

void lint_characteristic(const Characteristic *c, const Section *section, const Settings *settings,
        Problems *problems) {
        lint_flags(c, section, problems);
        lint_writes(c, section, problems);
        lint_pace(c, section, settings, problems);
        lint_age(c, section, problems);
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
                lint_warn(queue, "put_timeout",
                        "no characteristic has policy = block, which alone waits", problems);
        if (settings->queue.rate == 0 && !is_default(queue, "burst"))
                lint_warn(queue, "burst", "with rate = 0 it does nothing", problems);
}

void lint_settings(const Settings *settings, const SectionList *sections, Problems *problems) {
        const Section *bluez = section_list_find(sections, SECTION_BLUEZ, NULL);
        const Section *limits = section_list_find(sections, SECTION_LIMITS, NULL);

        if (strcmp(settings->bluez.adapter, "auto") != 0 && !is_default(bluez, "adapter_wait"))
                lint_warn(bluez, "adapter_wait", "only with adapter = auto is another one taken",
                        problems);
        if (settings->limits.centrals == 0 && !is_default(limits, "at_centrals"))
                lint_warn(limits, "at_centrals", "with centrals = 0 it does nothing", problems);
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
                        lint_warn(section_list_find(sections, SECTION_SOURCE, source->name),
                                "interval",
                                "max_age of its target is not longer: the value is stale before "
                                "each reading",
                                problems);
        }
}

static bool is_included(const Profile *profile, const Service *service) {
        for (size_t i = 0; i < profile->n_services; i++)
                for (size_t j = 0; j < profile->services[i]->n_includes; j++)
                        if (profile->services[i]->includes[j] == service)
                                return true;
        return false;
}

static void lint_service(const Profile *profile, const Service *service, const Section *section,
        Problems *problems) {
        if (section_find(section, "uuid"))
                lint_uuid(&service->uuid, section, problems);
        if (!service->primary && !is_included(profile, service))
                lint_warn(section, "primary",
                        "no service includes it, and centrals look for primary ones alone: name it "
                        "in includes of another, or leave primary out",
                        problems);
}

/* Descriptors that other keys make have no section. */
static void lint_descriptors(
        const Characteristic *c, const SectionList *sections, Problems *problems) {
        for (size_t i = 0; i < c->n_descriptors; i++) {
                const Descriptor *d = c->descriptors[i];
                const Section *section = section_list_find(sections, SECTION_DESCRIPTOR, d->name);

                if (!section || !section_find(section, "uuid"))
                        continue;
                lint_descriptor(d, section, problems);
        }
        lint_auxiliaries(c, sections, problems);
}

void lint_profile(const Profile *profile, const SectionList *sections, const Settings *settings,
        Problems *problems) {
        for (size_t i = 0; i < profile->n_services; i++) {
                const Service *service = profile->services[i];

                lint_service(profile, service,
                        section_list_find(sections, SECTION_SERVICE, service->name), problems);
        }
        for (size_t i = 0; i < profile->n_characteristics; i++) {
                const Characteristic *c = profile_at(profile, i);
                const Section *section =
                        section_list_find(sections, SECTION_CHARACTERISTIC, c->name);

                if (section_find(section, "uuid"))
                        lint_uuid(&c->uuid, section, problems);
                lint_descriptors(c, sections, problems);
        }
        lint_advertisements(profile, sections, settings, problems);
        lint_security(profile, sections, settings, problems);
}
