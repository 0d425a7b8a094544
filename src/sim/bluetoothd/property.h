/* Properties of BlueZ's objects, and words of a script that say one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define PROPERTY_NAME_SIZE 64
#define PROPERTY_TEXT_SIZE 256

/* type is of D-Bus: b n q u i y s o; or a: a list of strings; or e: a dictionary of properties,
 * which no script can say. */
typedef struct Property {
        char name[PROPERTY_NAME_SIZE];
        char type;
        char value[PROPERTY_TEXT_SIZE]; /* as text; yes or no; a list is separated by commas */
} Property;

/* Cuts what is too long. */
void text_copy(char *out, size_t size, const char *text);

/* From the word NAME[:TYPE]=VALUE; without a type it is guessed from the value: b, q, o or s.
 * -EINVAL. */
int property_parse(Property *ret, const char *word);
void property_set_text(Property *ret, const char *name, char type, const char *value);
void property_set_bool(Property *ret, const char *name, bool yes);
void property_set_number(Property *ret, const char *name, char type, unsigned number);
/* It is a boolean, and yes. */
bool property_is_yes(const Property *property);

/* The bare value. */
int property_append_value(const Property *property, sd_bus_message *m);
/* A variant. */
int property_append_variant(const Property *property, sd_bus_message *m);
/* A dictionary entry. */
int property_append(const Property *property, sd_bus_message *m);
/* a{sv} */
int property_append_all(const Property *properties, size_t n, sd_bus_message *m);
