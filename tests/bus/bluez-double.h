/* The parts of the double of org.bluez. Text comes in as words, events go out as lines
 * `event key=value …`; values with spaces stand in double quotes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-bus.h>

#define NAME_SIZE      64
#define TEXT_SIZE      256
#define PROPERTIES_MAX 8
#define ADAPTERS_MAX   4
#define RULES_MAX      16
#define HELD_MAX       16
#define INQUIRIES_MAX  8

/* One entry of an a{sv}, from the word NAME[:TYPE]=VALUE. */
typedef struct Property {
        char name[NAME_SIZE];
        char type; /* b, o, q, i or s; if not given it is guessed from the value */
        char value[TEXT_SIZE];
} Property;

typedef struct AdapterObject {
        char path[NAME_SIZE]; /* "": no such adapter */
        bool plugged;
        Property properties[PROPERTIES_MAX];
        size_t n_properties;
        char interfaces[TEXT_SIZE]; /* what it has, separated by commas */
} AdapterObject;

typedef enum Answer { ANSWER_OK, ANSWER_ODD, ANSWER_ERROR, ANSWER_HOLD, ANSWER_NEVER } Answer;

typedef struct Rule {
        char member[NAME_SIZE]; /* "": free */
        Answer answer;
        char error[NAME_SIZE], text[TEXT_SIZE];
        bool once;
} Rule;

/* A registration that waits for what the application says of itself. */
typedef struct Inquiry {
        struct Service *service;
        sd_bus_message *call; /* NULL: free */
        sd_bus_slot *slot;
        Rule rule;
} Inquiry;

/* What is org.bluez. One for the program; everything is reached from main(). */
typedef struct Service {
        sd_bus *bus;
        char application[NAME_SIZE]; /* the unique name of who called last */
        bool direct; /* signals go to the application alone, whatever it has asked the bus for */
        AdapterObject adapters[ADAPTERS_MAX];
        Rule rules[RULES_MAX];
        Inquiry inquiries[INQUIRIES_MAX];
        sd_bus_message *held[HELD_MAX]; /* calls to be answered on command */
} Service;

/* event_begin(), event_add() for each pair, event_end(). */
void event_begin(const char *word);
void event_add(const char *key, const char *value);
void event_end(void);
/* All at once, for one pair, or none if key is NULL. */
void event(const char *word, const char *key, const char *value);
/* m is at ay. */
int event_add_bytes(const char *key, sd_bus_message *m);
/* m is at a string of any length and content; told as hex. */
int event_add_long_text(const char *key, sd_bus_message *m);
/* m is at a variant. */
int event_add_variant(const char *key, sd_bus_message *m);
/* m is at a{sv}. */
int event_add_properties(sd_bus_message *m);

/* Cuts what is too long. */
void copy_text(char *out, size_t size, const char *text);

/* False: the word is no property. */
bool property_parse(Property *ret, const char *word);
int property_append(const Property *property, sd_bus_message *m);

/* A message filter: answers what is called and tells of what is heard. */
int service_on_message(sd_bus_message *m, void *userdata, sd_bus_error *error);

AdapterObject *service_adapter(Service *s, const char *name);
void adapter_set(AdapterObject *a, const Property *property);
/* Its path and its interfaces, as InterfacesAdded has them. */
int adapter_append(const AdapterObject *a, sd_bus_message *m);
int service_emit_added(Service *s, const AdapterObject *a);
int service_emit_removed(Service *s, const AdapterObject *a);
int service_emit_changed(Service *s, const AdapterObject *a, const Property *property);

/* HOW [ERROR-NAME [TEXT]]; false: not understood. */
bool rule_parse(Rule *ret, size_t n, char **words);
bool service_add_rule(Service *s, const Rule *rule);
/* Answers what is held of rule->member. Returns how many. */
unsigned service_answer_held(Service *s, const Rule *rule);

void service_done(Service *s);
