/* Field specs to a format, texts to bytes. */
#include "config/value-builder.h"

#include "core/field-spec.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define HEX_PREFIX "hex:"

/* Padding takes no value: with nothing beside it there would never be another. */
static bool is_padding(const Format *format) {
        for (size_t i = 0; i < format->n_fields; i++)
                if (format->fields[i].type != FIELD_PAD)
                        return false;
        return true;
}

/* type= of a characteristic or a descriptor. */
static int build_type(Format **format, const Section *section, Problems *problems) {
        const Entry *entry = section_find(section, "type");
        char why[FORMAT_WHY_SIZE];
        int r = format_add_field(format, "value", entry->value, why);

        if (r == -ENOMEM)
                return r;
        if (r < 0)
                problems_add(problems, entry->origin, section->label, "type", "%s", why);
        else if (is_padding(*format))
                problems_add(problems, entry->origin, section->label, "type",
                        "padding alone, and no value could be set: write bytes size=%zu, or "
                        "another type",
                        format_size_max(*format));
        return 0;
}

static int build_fields(Characteristic *c, const Section *fields, Problems *problems) {
        size_t before = problems_count(problems, false);

        for (size_t i = 0; i < fields->n_entries; i++) {
                const Entry *entry = &fields->entries[i];
                char why[FORMAT_WHY_SIZE];
                int r = format_add_field(&c->format, entry->key, entry->value, why);

                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        problems_add(problems, entry->origin, fields->label, entry->key, "%s", why);
        }
        if (fields->n_entries == 0)
                problems_add(problems, fields->origin, fields->label, NULL, "no field");
        else if (problems_count(problems, false) == before && is_padding(c->format))
                problems_add(problems, fields->origin, fields->label, NULL,
                        "padding alone, and no value could be set: add a field");
        return 0;
}

static int build_single(Characteristic *c, const Section *section, Problems *problems) {
        c->single_value = true;
        return build_type(&c->format, section, problems);
}

/* Keys that say the same thing twice, or of the wrong kind of value. */
static void check_keys(const Section *section, const Section *fields, Problems *problems) {
        const char *const sizes[] = {"size", "size_max"};
        bool has_type = section_find(section, "type") != NULL;

        if (fields && has_type)
                problems_add(problems, section_origin(section, "type"), section->label, "type",
                        "there is also a section [%s]: only one of them can be", fields->label);
        if (fields && section_find(section, "value"))
                problems_add(problems, section_origin(section, "value"), section->label, "value",
                        "with [%s] each field has its own default=", fields->label);
        for (size_t i = 0; i < ELEMENTS(sizes); i++)
                if ((fields || has_type) && section_find(section, sizes[i]))
                        problems_add(problems, section_origin(section, sizes[i]), section->label,
                                sizes[i], "the %s give the size; this key is for plain bytes",
                                fields ? "fields" : "type's attributes");
        if (section_find(section, "size") && section_find(section, "size_max"))
                problems_add(problems, section_origin(section, "size_max"), section->label,
                        "size_max", "size gives the exact size already");
}

static void set_sizes(Characteristic *c, const CharacteristicValues *values) {
        if (c->format) {
                c->size_min = format_size_min(c->format);
                c->size_max = format_size_max(c->format);
        } else if (values->size > 0) {
                c->size_min = c->size_max = values->size;
        } else {
                c->size_min = 0;
                c->size_max = values->size_max > 0 ? values->size_max : VALUE_SIZE_MAX;
        }
}

static void explain_hex(int r, size_t room, char why[static FORMAT_WHY_SIZE]) {
        if (r == -EMSGSIZE)
                snprintf(why, FORMAT_WHY_SIZE, "more than %zu bytes", room);
        else
                snprintf(why, FORMAT_WHY_SIZE, "not hex: two digits a byte, as in \"01 ff\"");
}

static const char *skip_prefix(const char *text) {
        text += strlen(HEX_PREFIX);
        return text + strspn(text, " ");
}

/* Reads the text of value= into data, which has room for c->size_max. False with a why. */
static bool read_value(const Characteristic *c, const char *text, uint8_t *data, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]) {
        bool prefix = strncmp(text, HEX_PREFIX, strlen(HEX_PREFIX)) == 0;
        FieldValue value = {.kind = FIELD_VALUE_TEXT, .text = text, .size = strlen(text)};
        int r;

        if (c->format && !prefix)
                return field_encode(&c->format->fields[0], &value, data, ret_size, why) == 0;
        r = bytes_from_hex(data, c->size_max, prefix ? skip_prefix(text) : text, ret_size);
        if (r < 0) {
                explain_hex(r, c->size_max, why);
                if (!prefix && r != -EMSGSIZE)
                        strcat(why, "; or did you mean type = utf8?");
                return false;
        }
        return characteristic_check(c, data, *ret_size, why) == 0;
}

static void refuse_value(
        const Section *section, char why[static FORMAT_WHY_SIZE], Problems *problems) {
        const char field[] = "value: ";
        size_t size = strlen(field);

        /* The key is named already. */
        problems_add(problems, section_origin(section, "value"), section->label, "value", "%s",
                strncmp(why, field, size) == 0 ? why + size : why);
}

static void build_initial(Characteristic *c, const Section *section, Problems *problems) {
        const Entry *entry = section_find(section, "value");
        char why[FORMAT_WHY_SIZE] = "";

        if (c->format)
                format_initial(c->format, c->initial, &c->initial_size);
        else
                c->initial_size = c->size_min;
        if (!entry || (c->format && !c->single_value))
                return;
        if (!read_value(c, entry->value, c->initial, &c->initial_size, why))
                refuse_value(section, why, problems);
}

int value_build(Characteristic *c, const Section *section, const Section *fields,
        const CharacteristicValues *values, Problems *problems) {
        int r = 0;

        check_keys(section, fields, problems);
        if (fields)
                r = build_fields(c, fields, problems);
        else if (section_find(section, "type"))
                r = build_single(c, section, problems);
        if (r < 0)
                return r;
        set_sizes(c, values);
        /* One byte more: a size of 0 is not a missing buffer. */
        c->initial = calloc(1, c->size_max + 1);
        if (!c->initial)
                return -ENOMEM;
        /* A type that was refused leaves no format, and nothing to judge a value by. */
        if (c->format || (!fields && !c->single_value))
                build_initial(c, section, problems);
        return 0;
}

static void check_descriptor_keys(const Descriptor *d, const Section *section, Problems *problems) {
        Origin origin = section_origin(section, "size_max");

        if (!section_find(section, "size_max"))
                return;
        if (section_find(section, "type"))
                problems_add(problems, origin, section->label, "size_max",
                        "the type's attributes give the size; this key is for plain bytes");
        else if ((d->flags & CHARACTERISTIC_WRITE) == 0)
                problems_add(problems, origin, section->label, "size_max",
                        "there is no write to bound: flags has none");
}

static int build_descriptor_type(Descriptor *d, const Section *section, Problems *problems) {
        int r = section_find(section, "type") ? build_type(&d->format, section, problems) : 0;

        if (d->format)
                d->size_max = format_size_max(d->format);
        return r;
}

/* As read_value(); but what is no hex and has no type is text. */
static bool read_descriptor(const Descriptor *d, const char *text, uint8_t *data, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]) {
        bool prefix = strncmp(text, HEX_PREFIX, strlen(HEX_PREFIX)) == 0;
        FieldValue value = {.kind = FIELD_VALUE_TEXT, .text = text, .size = strlen(text)};
        int r = 0;

        if (d->format && !prefix)
                return field_encode(&d->format->fields[0], &value, data, ret_size, why) == 0;
        if (prefix)
                r = bytes_from_hex(data, d->size_max, skip_prefix(text), ret_size);
        else if (value.size > d->size_max)
                r = -EMSGSIZE;
        else
                memcpy(data, text, *ret_size = value.size);
        if (r < 0) {
                explain_hex(r, d->size_max, why);
                return false;
        }
        return descriptor_check(d, data, *ret_size, why) == 0;
}

int value_build_descriptor(
        Descriptor *d, const Section *section, const DescriptorValues *values, Problems *problems) {
        const char *text = section_value(section, "value");
        char why[FORMAT_WHY_SIZE];
        int r;

        check_descriptor_keys(d, section, problems);
        d->size_max = values->size_max > 0 ? values->size_max : VALUE_SIZE_MAX;
        r = build_descriptor_type(d, section, problems);
        if (r < 0)
                return r;
        /* One byte more: a size of 0 is not a missing buffer. */
        d->data = calloc(1, d->size_max + 1);
        if (!d->data)
                return -ENOMEM;
        if (d->format)
                format_initial(d->format, d->data, &d->size);
        else if (section_find(section, "type"))
                return 0; /* it was refused: there is nothing to judge a value by */
        if (text && !read_descriptor(d, text, d->data, &d->size, why))
                refuse_value(section, why, problems);
        return 0;
}
