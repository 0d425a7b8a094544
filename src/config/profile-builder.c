/* Services, characteristics and descriptors, in the order of their declaration. */
#include "config/profile-builder.h"

#include "config/advertisement-builder.h"
#include "config/builder.h"
#include "config/descriptor-builder.h"
#include "config/lint-objects.h"
#include "config/lint.h"
#include "config/service-builder.h"
#include "config/uuid-text.h"
#include "core/handle-map.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <string.h>

DEFINE_CLEANUP(Profile *, profile_free);

/* [fields] of what is not there. */
static void check_fields(ProfileBuilder *b) {
        for (size_t i = 0; i < b->sections->n; i++) {
                const Section *s = b->sections->items[i];

                if (s->kind == SECTION_FIELDS)
                        builder_find_or_refuse(
                                b->sections, s, "", SECTION_CHARACTERISTIC, s->name, b->problems);
        }
}

/* Another characteristic of the service with the same UUID, declared before; NULL: none. */
static const Characteristic *find_twin(const Service *service, const Characteristic *c) {
        for (size_t i = 0; service->characteristics[i] != c; i++)
                if (uuid_equal(&service->characteristics[i]->uuid, &c->uuid))
                        return service->characteristics[i];
        return NULL;
}

/* A central finds by UUID, and behind that by what describes a characteristic. */
static void check_twins(ProfileBuilder *b, const Service *service) {
        for (size_t i = 0; i < service->n_characteristics; i++) {
                const Characteristic *c = service->characteristics[i];
                const Characteristic *twin = find_twin(service, c);
                const Section *section;

                if (!twin || (c->n_descriptors > 0 && twin->n_descriptors > 0))
                        continue;
                section = section_list_find(b->sections, SECTION_CHARACTERISTIC, c->name);
                problems_warn(b->problems, section_origin(section, "uuid"), section->label, "uuid",
                        "the characteristic \"%s\" has the same UUID, and no central can tell "
                        "them apart: give each a description",
                        twin->name);
        }
}

/* The first service that has no whole room is blamed. */
static void pin_handles(ProfileBuilder *b) {
        uint16_t base = b->plain->settings.bluez.handles;
        const Service *first = NULL;

        if (base == 0 || handle_map_assign(b->profile, base) == 0)
                return;
        for (size_t i = 0; !first; i++)
                if (b->profile->services[i]->handle == 0)
                        first = b->profile->services[i];
        const Section *section = section_list_find(b->sections, SECTION_SERVICE, first->name);
        problems_add(b->problems, section->origin, section->label, NULL,
                "its %zu handles do not fit: handles of [bluez] begins at 0x%04x, and 0x%04x is "
                "the last",
                handle_map_count(first), base, HANDLE_LAST);
}

int profile_build(
        Profile **ret, const SectionList *sections, const PlainValues *plain, Problems *problems) {
        _cleanup_(profile_freep) Profile *profile = NULL;
        ProfileBuilder b = {.sections = sections, .plain = plain, .problems = problems};
        int r = profile_new(&profile);

        b.profile = profile;
        for (size_t i = 0; i < sections->n && r >= 0; i++)
                if (sections->items[i]->kind == SECTION_SERVICE &&
                        section_is_enabled(sections->items[i]))
                        r = service_build(&b, sections->items[i]);
        for (size_t i = 0; i < sections->n && r >= 0; i++)
                if (sections->items[i]->kind == SECTION_DESCRIPTOR &&
                        section_is_enabled(sections->items[i]))
                        r = descriptor_build(&b, sections->items[i]);
        if (r >= 0)
                r = advertisements_build(&b);
        if (r < 0)
                return r;
        check_fields(&b);
        /* With an error what is there need not be what was meant. */
        for (size_t i = 0; i < profile->n_services && problems_count(problems, false) == 0; i++)
                check_twins(&b, profile->services[i]);
        pin_handles(&b);
        if (profile->n_services > 0 && problems_count(problems, false) == 0)
                lint_profile(profile, sections, &plain->settings, problems);
        lint_objects(profile, sections, problems);
        lint_queue(profile->n_services > 0 ? profile : NULL, sections, &plain->settings, problems);
        *ret = profile->n_services > 0 ? STEAL(profile) : NULL;
        return 0;
}
