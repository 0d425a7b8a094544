/* The kinds of sections. */
#include "config/keys.h"

#include <string.h>

static const char *const section_kind_names[_SECTION_KIND_MAX] = {
        [SECTION_DAEMON] = "daemon",
        [SECTION_BLUEZ] = "bluez",
        [SECTION_AGENT] = "agent",
        [SECTION_QUEUE] = "queue",
        [SECTION_SOCKET] = "socket",
        [SECTION_PERSIST] = "persist",
        [SECTION_METRICS] = "metrics",
        [SECTION_LIMITS] = "limits",
        [SECTION_ADVERTISEMENT] = "advertisement",
        [SECTION_ENVIRONMENT] = "environment",
        [SECTION_SERVICE] = "service",
        [SECTION_CHARACTERISTIC] = "characteristic",
        [SECTION_FIELDS] = "fields",
        [SECTION_DESCRIPTOR] = "descriptor",
        [SECTION_SOURCE] = "source",
};

const char *section_kind_name(SectionKind kind) {
        return section_kind_names[kind];
}

SectionKind section_kind_from_name(const char *name) {
        for (int kind = 0; kind < _SECTION_KIND_MAX; kind++)
                if (strcmp(section_kind_names[kind], name) == 0)
                        return (SectionKind)kind;
        return _SECTION_KIND_MAX;
}

bool section_kind_has_name(SectionKind kind) {
        return kind >= SECTION_SERVICE;
}

bool section_kind_has_free_keys(SectionKind kind) {
        return kind == SECTION_ENVIRONMENT || kind == SECTION_FIELDS;
}
