#include "config/lint-objects.h"

/* Whose notifications would be lost; NULL: nobody's. The order is that of the export: a service,
 * its characteristics, the descriptors of each. */
static const Characteristic *find_lost(const Profile *profile) {
        size_t objects = 0;

        for (size_t i = 0; i < profile->n_services; i++) {
                const Service *s = profile->services[i];

                objects++;
                for (size_t k = 0; k < s->n_characteristics; k++) {
                        const Characteristic *c = s->characteristics[k];

                        if (++objects > LINT_OBJECTS_MAX && c->notify_by == NOTIFY_BY_SIGNAL &&
                                (c->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE)))
                                return c;
                        objects += c->n_descriptors;
                }
        }
        return NULL;
}

void lint_objects(const Profile *profile, const SectionList *sections, Problems *problems) {
        const Characteristic *lost = find_lost(profile);
        const Section *section;

        if (!lost)
                return;
        section = section_list_find(sections, SECTION_CHARACTERISTIC, lost->name);
        problems_warn(problems, section->origin, section->label, NULL,
                "%d services, characteristics and descriptors stand before it: bluetoothd hears "
                "notifications of no more unless the system bus allows it more than 512 match "
                "rules, see LARGE PROFILES in spored.conf(5)",
                LINT_OBJECTS_MAX);
}
