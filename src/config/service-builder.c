#include "config/service-builder.h"

#include "config/characteristic-builder.h"
#include "config/reserved.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <string.h>

#define KEY "includes"

static void refuse_include(
        ProfileBuilder *b, const Section *section, const char *name, const char *why) {
        problems_add(b->problems, section_origin(section, KEY), section->label, KEY, "\"%.60s\" %s",
                name, why);
}

static Service *find_built(const Profile *profile, const char *name) {
        for (size_t i = 0; i < profile->n_services; i++)
                if (strcmp(profile->services[i]->name, name) == 0)
                        return profile->services[i];
        return NULL;
}

static bool is_included(const Service *service, const Service *included) {
        for (size_t i = 0; i < service->n_includes; i++)
                if (service->includes[i] == included)
                        return true;
        return false;
}

/* BlueZ finds only a service that it has read before (bluez src/gatt-database.c), and says nothing
 * of one that it has not. One that is switched off is left out. */
static int add_include(
        ProfileBuilder *b, Service *service, const Section *section, const char *name) {
        const Section *other;
        Service *included;

        if (strchr(name, ',')) {
                refuse_include(b, section, name, "has a comma: names are separated by spaces");
                return 0;
        }
        other = builder_find_or_refuse(
                b->sections, section, KEY, SECTION_SERVICE, name, b->problems);
        if (!other || !section_is_enabled(other))
                return 0;
        included = find_built(b->profile, name);
        if (included == service)
                refuse_include(b, section, name, "is the service itself");
        else if (!included)
                refuse_include(b, section, name,
                        "is declared behind this service: move its section before this one");
        else if (is_included(service, included))
                refuse_include(b, section, name, "is there twice");
        else
                return service_add_include(service, included);
        return 0;
}

static int build_includes(ProfileBuilder *b, Service *service, const Section *section) {
        const char *cursor = section_value(section, KEY);
        int r = cursor ? 1 : 0;

        while (r > 0) {
                _cleanup_free_ char *word = NULL;

                r = parse_next_word(&word, &cursor);
                if (r > 0 && add_include(b, service, section, word) < 0)
                        r = -ENOMEM;
        }
        return r;
}

int service_build(ProfileBuilder *b, const Section *section) {
        ServiceValues values = {0};
        Service *service = profile_add_service(b->profile, section->name);
        int r;

        if (!service)
                return -ENOMEM;
        r = builder_read_values(section, &values);
        if (r < 0)
                return r;
        builder_require(section, "uuid", b->problems);
        service->uuid = values.uuid;
        service->primary = values.primary;
        reserved_check(section, &service->uuid, b->problems);
        r = build_includes(b, service, section);
        for (size_t i = 0; i < b->sections->n && r == 0; i++) {
                const Section *s = b->sections->items[i];

                if (s->kind == SECTION_CHARACTERISTIC && s->service == section &&
                        section_is_enabled(s))
                        r = characteristic_build(b, service, s);
        }
        /* With an error it may be there and have been refused. */
        if (r == 0 && service->n_characteristics == 0 && service->n_includes == 0 &&
                problems_count(b->problems, false) == 0)
                problems_warn(b->problems, section->origin, section->label, NULL,
                        "no characteristic is in it: nothing would be served");
        return r;
}
