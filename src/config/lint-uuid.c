/* UUIDs that belong to the Bluetooth SIG, and descriptors that have a meaning of the SIG's. */
#include "config/lint-parts.h"

#include "core/assigned-numbers.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <string.h>

/* 16-bit UUIDs that the SIG has assigned to companies, for whatever they like: Assigned Numbers,
 * 3.10. */
#define MEMBERS_FIRST 0xFC00
#define MEMBERS_LAST  0xFEFF

#define USER_DESCRIPTION         0x2901
#define PRESENTATION_FORMAT      0x2904
#define PRESENTATION_FORMAT_SIZE 7

static const struct {
        SectionKind section;
        AssignedKind assigned;
} kinds[] = {
        {SECTION_SERVICE, ASSIGNED_SERVICE},
        {SECTION_CHARACTERISTIC, ASSIGNED_CHARACTERISTIC},
        {SECTION_DESCRIPTOR, ASSIGNED_DESCRIPTOR},
};

void lint_uuid(const Uuid *uuid, const Section *section, Problems *problems) {
        uint16_t number = uuid_number(uuid);
        size_t other = ELEMENTS(kinds);

        if (uuid_size(uuid) == 16 || (number >= MEMBERS_FIRST && number <= MEMBERS_LAST))
                return;
        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                if (!assigned_number_name(kinds[i].assigned, number))
                        continue;
                if (kinds[i].section == section->kind)
                        return;
                other = i;
        }
        if (other < ELEMENTS(kinds))
                problems_warn(problems, section_origin(section, "uuid"), section->label, "uuid",
                        "this is the number of a %s (%s), not of a %s",
                        section_kind_name(kinds[other].section),
                        assigned_number_name(kinds[other].assigned, number),
                        section_kind_name(section->kind));
        else
                lint_warn(section, "uuid",
                        "the Bluetooth SIG has not assigned this number: what is your own has a "
                        "UUID of 36 characters, such as uuidgen prints",
                        problems);
}

/* A characteristic's plain value is hex without the prefix. */
static bool is_forgotten_hex(const Descriptor *d, const Section *section) {
        const char *text = section_value(section, "value");
        uint8_t data[VALUE_SIZE_MAX];
        size_t size;

        return text && !section_find(section, "type") &&
               uuid_number(&d->uuid) != USER_DESCRIPTION && strchr(text, ' ') &&
               bytes_from_hex(data, sizeof(data), text, &size) == 0;
}

void lint_descriptor(const Descriptor *d, const Section *section, Problems *problems) {
        lint_uuid(&d->uuid, section, problems);
        if (is_forgotten_hex(d, section))
                lint_warn(section, "value",
                        "this is text as it stands here; for these bytes write hex: before it",
                        problems);
        if (uuid_number(&d->uuid) == PRESENTATION_FORMAT && d->size != PRESENTATION_FORMAT_SIZE)
                lint_warn(section, "value",
                        "a presentation format has 7 bytes, as hex: 04 00 ad 27 01 00 00 has; "
                        "presentation = yes of its characteristic makes it",
                        problems);
}

/* Core Specification, Vol 3, Part G, 3.3.3.2. */
void lint_auxiliaries(const Characteristic *c, const SectionList *sections, Problems *problems) {
        bool told = (c->flags & CHARACTERISTIC_WRITABLE_AUXILIARIES) != 0;
        const Descriptor *written = NULL;

        for (size_t i = 0; i < c->n_descriptors; i++) {
                const Descriptor *d = c->descriptors[i];

                if (uuid_number(&d->uuid) == USER_DESCRIPTION &&
                        (d->flags & CHARACTERISTIC_WRITE) != 0)
                        written = d;
        }
        if (told && !written)
                lint_warn(section_list_find(sections, SECTION_CHARACTERISTIC, c->name), "flags",
                        "writable-auxiliaries says that its description (2901) can be written, and "
                        "none can",
                        problems);
        if (!told && written)
                lint_warn(section_list_find(sections, SECTION_DESCRIPTOR, written->name), "flags",
                        "centrals look for writable-auxiliaries in the characteristic's flags "
                        "before they write a description: add it there",
                        problems);
}
