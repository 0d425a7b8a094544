/* What of an advertisement does not fit, or does nothing. */
#include "config/lint-parts.h"

#include "core/advertisement-plan.h"

#include <string.h>

static const Section *find_section(const SectionList *sections, const Advertisement *a) {
        return section_list_find(sections, SECTION_ADVERTISEMENT, a->section);
}

static bool is_served(const Profile *profile, const Uuid *uuid) {
        for (size_t i = 0; i < profile->n_services; i++)
                if (uuid_equal(&profile->services[i]->uuid, uuid))
                        return true;
        return false;
}

/* BlueZ may serve 180A. A broadcast is of no service of ours. */
static void lint_services(const Profile *profile, const Advertisement *a, const Section *section,
        Problems *problems) {
        Uuid device_information = uuid_short(0x180A);

        for (size_t i = 0; a->type == ADVERTISEMENT_PERIPHERAL && i < a->data.services.n; i++) {
                const Uuid *uuid = &a->data.services.items[i];
                char text[UUID_TEXT_SIZE];

                if (is_served(profile, uuid) || uuid_equal(uuid, &device_information))
                        continue;
                uuid_format(uuid, text);
                problems_warn(problems, section_origin(section, "services"), section->label,
                        "services", "no service that is served has the UUID %s", text);
        }
}

/* Of the version that the configuration names; another is only known once BlueZ is there. */
static const BluezTraits *named_traits(const Settings *settings) {
        BluezVersion version = settings->bluez.version;

        return bluez_version_known(version) ? bluez_traits(version) : NULL;
}

static void warn_of_items(const Section *section, const char *key, unsigned items, const char *why,
        Problems *problems) {
        char text[ADVERTISEMENT_ITEMS_SIZE];

        if (items == 0)
                return;
        advertisement_items_format(items, text);
        problems_warn(problems, section_origin(section, key), section->label,
                section_find(section, key) ? key : NULL, "%s: %s", text, why);
}

/* What the ladder has to leave out, and of what size it was. */
static void warn_of_rung(const AdvertisementTask *task, const AdvertisementPlan *plan,
        const Section *section, Problems *problems) {
        Advertisement whole = *task->advertisement;
        AdvertisementTask whole_task = *task;
        AdvertisementPlan unused;
        char why[ADVERTISEMENT_WHY_SIZE], items[ADVERTISEMENT_ITEMS_SIZE];

        whole.n_ladder = 0;
        whole_task.advertisement = &whole;
        (void)advertisement_plan(&unused, &whole_task, why);
        advertisement_items_format(plan->left_out, items);
        problems_warn(problems, section_origin(section, "ladder"), section->label, "ladder",
                "left out: %s; %s", items, why);
}

static void warn_of_name(const Advertisement *a, const AdvertisementPlan *plan,
        const Section *section, Problems *problems) {
        if (!a->name || !advertisement_plan_says(plan, a, ADVERTISEMENT_ITEM_NAME) ||
                plan->name_shown == strlen(a->name))
                return;
        problems_warn(problems, section_origin(section, "name"), section->label, "name",
                "%zu bytes, and %zu fit: scanners see no more of it", strlen(a->name),
                plan->name_shown);
}

static void lint_plan(const Advertisement *a, const Section *section, const Settings *settings,
        Problems *problems) {
        const AdvertisementTask task = {
                .advertisement = a, .name = a->name, .traits = named_traits(settings)};
        const unsigned told_apart = ADVERTISEMENT_ITEM_NAME | ADVERTISEMENT_ITEM_INCLUDE_RSI;
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];

        if (advertisement_plan(&plan, &task, why) != 0) {
                lint_refuse(section, "ladder", why, problems);
                return;
        }
        if (plan.left_out != 0)
                warn_of_rung(&task, &plan, section, problems);
        warn_of_name(a, &plan, section, problems);
        if (plan.ignored & ADVERTISEMENT_ITEM_NAME)
                lint_warn(section, "include_name",
                        "on a secondary channel the adapter's own name is not sent: give a name",
                        problems);
        warn_of_items(section, "", plan.ignored & ~told_apart,
                "this version of BlueZ passes over it", problems);
}

static void lint_keys(const Advertisement *a, const Section *section, Problems *problems) {
        if (a->type == ADVERTISEMENT_PERIPHERAL && !a->discoverable &&
                a->discoverable_timeout_usec > 0)
                lint_warn(section, "discoverable_timeout", "with discoverable = no it does nothing",
                        problems);
        if (a->name && !a->include_name && a->section)
                lint_warn(section, "name", "with include_name = no it does nothing", problems);
        if (a->include_rsi && a->data.n_other > 0)
                lint_warn(section, "include_rsi", "with data it does nothing: BlueZ forgets it",
                        problems);
        for (size_t i = 0; i < a->n_ladder; i++)
                if (!advertisement_has(a, (AdvertisementItem)a->ladder[i]))
                        warn_of_items(section, "ladder", a->ladder[i],
                                "the advertisement has none to leave out", problems);
}

void lint_advertisements(const Profile *profile, const SectionList *sections,
        const Settings *settings, Problems *problems) {
        for (size_t i = 0; i < profile->n_advertisements; i++) {
                const Advertisement *a = profile->advertisements[i];
                const Section *section = find_section(sections, a);

                lint_services(profile, a, section, problems);
                lint_keys(a, section, problems);
                if (a->advertise)
                        lint_plan(a, section, settings, problems);
        }
}
