/* UUIDs of declarations, and of what BlueZ serves by itself: bluez src/gatt-database.c. */
#include "config/reserved.h"

#include "util/cleanup.h"

typedef struct Reserved {
        SectionKind kind;
        const char *uuid;
        bool warning;
        const char *why;
} Reserved;

static const Reserved reserved[] = {
        {SECTION_SERVICE, "1800",
                .why = "BlueZ serves Generic Access itself and refuses another: "
                       "leave it out, the device's name is name in "
                       "[advertisement]"},
        {SECTION_SERVICE, "1801",
                .why = "BlueZ serves Generic Attribute itself and refuses "
                       "another: leave it out"},
        {SECTION_SERVICE, "180A", .warning = true,
                .why = "BlueZ serves Device Information too, and centrals then see both, unless "
                       "its main.conf has DeviceID = false"},
        {SECTION_DESCRIPTOR, "2900",
                .why = "BlueZ makes this descriptor: leave it out, and write reliable-write or "
                       "writable-auxiliaries in the characteristic's flags"},
        {SECTION_DESCRIPTOR, "2902",
                .why = "BlueZ makes this descriptor: leave it out, and write "
                       "notify or indicate in the characteristic's flags"},
        {SECTION_DESCRIPTOR, "2903",
                .why = "this descriptor is for broadcasts, which BlueZ does "
                       "not send: leave it out"},
};

/* The attribute types of declarations: Core Specification, Vol 3, Part G, 3.4. */
#define DECLARATIONS_FIRST 0x2800
#define DECLARATIONS_LAST  0x2803

void reserved_check(const Section *section, const Uuid *uuid, Problems *problems) {
        Origin origin = section_origin(section, "uuid");
        uint16_t number = uuid_number(uuid);

        /* A service's is not the type of an attribute. */
        if (section->kind != SECTION_SERVICE && number >= DECLARATIONS_FIRST &&
                number <= DECLARATIONS_LAST)
                problems_add(problems, origin, section->label, "uuid",
                        "a central would take it for a declaration of the table itself: what is "
                        "your own has a UUID of 36 characters");
        for (size_t i = 0; i < ELEMENTS(reserved); i++) {
                const Reserved *r = &reserved[i];
                Uuid taken;

                if (r->kind != section->kind || uuid_parse(&taken, r->uuid) < 0 ||
                        !uuid_equal(uuid, &taken))
                        continue;
                if (r->warning)
                        problems_warn(problems, origin, section->label, "uuid", "%s", r->why);
                else
                        problems_add(problems, origin, section->label, "uuid", "%s", r->why);
        }
}
