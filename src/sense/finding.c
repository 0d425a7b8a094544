#include "sense/finding.h"

#include "config/ini-reader.h"
#include "config/keys.h"
#include "core/field-spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

/* What a line of a file has room for: "[characteristic NAME]". */
#define NAME_MAX_SIZE (INI_NAME_MAX - (sizeof("characteristic ") - 1))

const Quantity quantity_temperature = {"temperature", "Temperature",
        "i16 scale=0.01 min=-200 max=300 unit=celsius", "0.01 celsius"};
const Quantity quantity_speed = {"speed", "Speed", "u16 unit=rpm", "rpm"};
const Quantity quantity_voltage = {
        "voltage", "Voltage", "i32 scale=0.001 min=-1000 max=1000 unit=volt", "0.001 volt"};
const Quantity quantity_current = {
        "current", "Current", "i32 scale=0.001 min=-1000 max=1000 unit=ampere", "0.001 ampere"};
const Quantity quantity_power = {
        "power", "Power", "u32 scale=0.001 max=100000 unit=watt", "0.001 watt"};
const Quantity quantity_humidity = {
        "humidity", "Humidity", "u16 scale=0.01 max=100 unit=percent", "0.01 percent"};
const Quantity quantity_pressure = {
        "pressure", "Pressure", "u32 scale=0.001 max=1000 unit=kilopascal", "pascal"};
const Quantity quantity_illuminance = {
        "illuminance", "Illuminance", "u32 scale=0.01 max=1000000 unit=lux", "0.01 lux"};
const Quantity quantity_co2 = {"co2", "Carbon dioxide", "u16 unit=ppm", "ppm"};
const Quantity quantity_charge = {"charge", "Charge", "u8 max=100 unit=percent", "percent"};
const Quantity quantity_load = {
        "load", "Load of the last minute", "u16 scale=0.01 clamp=yes", "0.01"};
const Quantity quantity_memory = {"memory_available", "Memory available", "u32 unit=kB", "kB"};
const Quantity quantity_uptime = {"uptime", "Time since the start", "u32 unit=s", "seconds"};

static void format_freep(Format **format) {
        format_free(*format);
}

int quantity_check(const Quantity *quantity, double value, char *why, size_t size) {
        const FieldValue number = {.kind = FIELD_VALUE_NUMBER, .number = value};
        _cleanup_(format_freep) Format *format = NULL;
        char field_why[FORMAT_WHY_SIZE] = "";
        uint8_t data[VALUE_SIZE_MAX];
        size_t data_size;
        int r = format_add_field(&format, quantity->name, quantity->type, field_why);

        if (r == 0)
                r = field_encode(&format->fields[0], &number, data, &data_size, field_why);
        (void)snprintf(why, size, "%s", field_why);
        return r;
}

const char *quantity_unit(const Quantity *quantity) {
        const char *unit = strstr(quantity->type, "unit=");

        return unit ? unit + strlen("unit=") : "";
}

void findings_clear(Findings *findings) {
        for (size_t i = 0; i < findings->n; i++) {
                free(findings->items[i].name);
                free(findings->items[i].chip);
                free(findings->items[i].label);
                free(findings->items[i].file);
        }
        free(findings->items);
        *findings = (Findings){0};
}

/* Adds text to a name such that it stays legal: words of a-z and 0-9 with '_' between. */
static void append(char name[static NAME_MAX_SIZE + 1], const char *text) {
        size_t size = strlen(name);
        bool gap = size > 0;

        for (; *text != '\0'; text++) {
                char c = (char)tolower((unsigned char)*text);

                if (!isascii((unsigned char)c) || !isalnum((unsigned char)c)) {
                        gap = size > 0;
                        continue;
                }
                if (size + (gap ? 2 : 1) > NAME_MAX_SIZE)
                        break;
                if (gap)
                        name[size++] = '_';
                name[size++] = c;
                gap = false;
        }
        name[size] = '\0';
}

static bool is_taken(const Findings *findings, const char *name) {
        SectionKind kind = section_kind_from_name(name);

        if (kind != _SECTION_KIND_MAX && !section_kind_has_name(kind))
                return true;
        for (size_t i = 0; i < findings->n; i++)
                if (strcmp(findings->items[i].name, name) == 0)
                        return true;
        return strcmp(name, "message") == 0; /* every profile has one */
}

/* "cpu_thermal_temp1"; a second one is "cpu_thermal_temp1_2". */
static void make_name(
        const Findings *findings, const Candidate *candidate, char out[static NAME_MAX_SIZE + 1]) {
        char name[NAME_MAX_SIZE + 1] = "";

        append(name, candidate->chip);
        if (candidate->many)
                append(name, candidate->quantity->name);
        append(name, candidate->label ? candidate->label : "");
        if (!islower((unsigned char)name[0])) {
                name[0] = '\0';
                append(name, candidate->quantity->name);
                append(name, candidate->chip);
                append(name, candidate->label ? candidate->label : "");
        }
        strcpy(out, name);
        for (unsigned i = 2; is_taken(findings, out); i++) {
                char number[16];
                size_t room = NAME_MAX_SIZE - (size_t)snprintf(number, sizeof(number), "_%u", i);

                (void)snprintf(out, NAME_MAX_SIZE + 1, "%.*s", (int)room, name);
                if (out[strlen(out) - 1] == '_')
                        out[strlen(out) - 1] = '\0';
                strcat(out, number);
        }
}

/* What the machine says, fit for a quoted value: the caller frees it. */
static char *copy_words(const char *text) {
        char *copy = strdup(text);

        for (char *p = copy; copy && *p != '\0'; p++)
                if (!isascii((unsigned char)*p) || !isprint((unsigned char)*p) || *p == '"' ||
                        *p == ';' || *p == '#')
                        *p = '_';
        return copy;
}

static void on_section(const char *name, unsigned line, void *userdata) {
}

static void on_entry(const char *key, const char *value, unsigned line, void *userdata) {
        const char **file = userdata;

        /* NULL: it is read, and as it was written. */
        if (*file && strcmp(value, *file) == 0)
                *file = NULL;
}

static void on_more(const char *value, unsigned line, void *userdata) {
}

static void on_problem(unsigned line, const char *why, void *userdata) {
}

bool finding_can_be_written(const char *file) {
        static const IniEvents events = {
                .section = on_section, .entry = on_entry, .more = on_more, .problem = on_problem};
        _cleanup_free_ char *text = NULL;
        _cleanup_fclose_ FILE *stream = NULL;
        const char *left = file;
        int size = asprintf(&text, "[source x]\nfile = %s\n", file);

        stream = size < 0 ? NULL : fmemopen(text, (size_t)size, "r");
        return stream && !strchr(file, '\n') && ini_read(stream, &events, &left) == 0 && !left;
}

int findings_add(Findings *findings, const Candidate *candidate) {
        Finding *items = reallocarray(findings->items, findings->n + 1, sizeof(*items));
        char name[NAME_MAX_SIZE + 1];
        Finding *added;

        if (!items)
                return -ENOMEM;
        findings->items = items;
        make_name(findings, candidate, name);
        added = &items[findings->n++];
        *added = (Finding){
                .is = *candidate,
                .name = strdup(name),
                .chip = copy_words(candidate->chip),
                .label = copy_words(candidate->label ? candidate->label : ""),
                .file = strdup(candidate->file),
        };
        added->is.chip = added->chip;
        added->is.label = added->label;
        added->is.file = added->file;
        return added->name && added->chip && added->label && added->file ? 0 : -ENOMEM;
}

bool findings_has(const Findings *findings, size_t n, const char *chip, const Quantity *quantity) {
        char wanted[NAME_MAX_SIZE + 1] = "";

        append(wanted, chip);
        for (size_t i = 0; i < n; i++) {
                char name[NAME_MAX_SIZE + 1] = "";

                append(name, findings->items[i].is.chip);
                if (findings->items[i].is.quantity == quantity && strcmp(name, wanted) == 0)
                        return true;
        }
        return false;
}
