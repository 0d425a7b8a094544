/* Security that no central can give with the agent that there is. */
#include "config/lint-parts.h"

/* Both are demanded of a central that has paired with a passkey: bluez src/shared/gatt-server.c. */
static bool needs_passkey(unsigned flags) {
        return (flags & (CHARACTERISTIC_FLAGS_AUTHENTICATE | CHARACTERISTIC_FLAGS_SECURE)) != 0;
}

/* Nobody gets in, unless the agent is another program's. */
static void lint_no_agent(const Profile *profile, const SectionList *sections, Problems *problems) {
        if (profile_demands_security(profile))
                lint_warn(section_list_find(sections, SECTION_AGENT, NULL), "capability",
                        "the profile demands security, and nobody can pair unless another program "
                        "has an agent: capability = auto",
                        problems);
}

static void check_passkey(const Section *section, unsigned flags, Problems *problems) {
        if (section && needs_passkey(flags))
                lint_refuse(section, section_find(section, "security") ? "security" : "flags",
                        "a passkey is needed for this, and the agent has neither display nor "
                        "keyboard: security = encrypt, or [agent] capability = none beside an "
                        "agent of another program",
                        problems);
}

void lint_security(const Profile *profile, const SectionList *sections, const Settings *settings,
        Problems *problems) {
        if (settings->agent.capability == AGENT_CAPABILITY_NONE) {
                lint_no_agent(profile, sections, problems);
                return;
        }
        for (size_t i = 0; i < profile->n_characteristics; i++) {
                const Characteristic *c = profile_at(profile, i);

                check_passkey(section_list_find(sections, SECTION_CHARACTERISTIC, c->name),
                        c->flags, problems);
                for (size_t j = 0; j < c->n_descriptors; j++) {
                        const Descriptor *d = c->descriptors[j];

                        check_passkey(section_list_find(sections, SECTION_DESCRIPTOR, d->name),
                                d->flags, problems);
                }
        }
}
