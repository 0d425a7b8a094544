/* UUIDs: hex, or a name of the Bluetooth SIG's. */
#include "config/uuid-text.h"

#include "config/suggest.h"
#include "core/assigned-numbers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static AssignedKind assigned_kind(SectionKind kind) {
        if (kind == SECTION_SERVICE)
                return ASSIGNED_SERVICE;
        return kind == SECTION_CHARACTERISTIC ? ASSIGNED_CHARACTERISTIC : ASSIGNED_DESCRIPTOR;
}

int uuid_text_parse(Uuid *ret, SectionKind kind, const char *text) {
        uint16_t number;

        if (uuid_parse(ret, text) == 0)
                return 0;
        number = assigned_number_find(assigned_kind(kind), text);
        if (number == 0)
                return -EINVAL;
        *ret = uuid_short(number);
        return 0;
}

/* A word with a letter that is no hex digit. */
static bool is_name(const char *text) {
        return text[strspn(text, "0123456789abcdefABCDEFxX-")] != '\0' &&
               text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

/* The kind that has the name; _SECTION_KIND_MAX: none. */
static SectionKind kind_of_name(const char *text) {
        static const SectionKind kinds[] = {
                SECTION_SERVICE, SECTION_CHARACTERISTIC, SECTION_DESCRIPTOR};

        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
                if (assigned_number_find(assigned_kind(kinds[i]), text) != 0)
                        return kinds[i];
        return _SECTION_KIND_MAX;
}

static void explain_name(SectionKind kind, const char *text, char why[static KEY_WHY_SIZE]) {
        SectionKind other = kind_of_name(text);
        char hint[HINT_SIZE];
        const AssignedNumber *row;
        Suggestion suggestion;

        if (other != _SECTION_KIND_MAX) {
                snprintf(why, KEY_WHY_SIZE, "\"%.60s\" is the name of a %s, not of a %s", text,
                        section_kind_name(other), section_kind_name(kind));
                return;
        }
        suggestion_init(&suggestion, text);
        for (size_t i = 0; (row = assigned_number_at(assigned_kind(kind), i)); i++)
                suggestion_offer(&suggestion, row->name);
        snprintf(why, KEY_WHY_SIZE,
                "neither a UUID nor the name of a %s that the SIG has assigned: \"%.50s\"%s",
                section_kind_name(kind), text, suggestion_format(&suggestion, hint));
}

void uuid_text_explain(SectionKind kind, const char *text, char why[static KEY_WHY_SIZE]) {
        if (is_name(text))
                explain_name(kind, text, why);
        else
                snprintf(why, KEY_WHY_SIZE,
                        "not a UUID (36 characters with dashes, or 4 or 8 hex digits): \"%.60s\"",
                        text);
}
