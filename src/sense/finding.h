/* Sensors that were found on this machine, with names that a profile can use. */
#pragma once

#include "util/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

/* What sensors measure, and how a profile declares it. */
typedef struct Quantity {
        const char *name; /* a word for the names of what has no other */
        const char *words;
        const char *type; /* of the characteristic, with what can be true as min and max */
        const char *step; /* what the integer on the air counts */
} Quantity;

extern const Quantity quantity_temperature;
extern const Quantity quantity_speed;
extern const Quantity quantity_voltage;
extern const Quantity quantity_current;
extern const Quantity quantity_power;
extern const Quantity quantity_humidity;
extern const Quantity quantity_pressure;
extern const Quantity quantity_illuminance;
extern const Quantity quantity_co2;
extern const Quantity quantity_charge;
extern const Quantity quantity_load;
extern const Quantity quantity_memory;
extern const Quantity quantity_uptime;

/* A file that holds what a sensor measures. Strings are borrowed and may hold anything. */
typedef struct Candidate {
        const Quantity *quantity;
        const char *chip;  /* as the machine calls it */
        const char *label; /* NULL: none */
        bool many;         /* chip measures other things too: the name says what this is */
        const char *file;  /* may be a pattern that this file alone matches */
        const char *match; /* NULL: none */
        double scale, offset;
        unsigned interval_sec;
        bool events;  /* the kernel tells of changes */
        double value; /* now */
} Candidate;

typedef struct Finding {
        Candidate is; /* chip and label printable and without quotes; they and file are those below;
                       * match is for ever */
        char *name;   /* legal for a section, unlike all others */
        char *chip, *label, *file;
} Finding;

/* Owns the findings. */
typedef struct Findings {
        Finding *items;
        size_t n;
} Findings;

/* Adds the candidate, whose match is a string literal. Its name is made from chip,
 * label and, where it needs that, quantity. -ENOMEM */
int findings_add(Findings *findings, const Candidate *candidate);
/* True if among the first n a chip of this name measures the quantity. */
bool findings_has(const Findings *findings, size_t n, const char *chip, const Quantity *quantity);
void findings_clear(Findings *findings);

/* Whether this file, as it stands, is what is read again from a source of a profile. */
bool finding_can_be_written(const char *file);
/* 0; a positive number with a sentence in why if no such sensor can say value; -ENOMEM. why has
 * room for size. */
int quantity_check(const Quantity *quantity, double value, char *why, size_t size);
/* "celsius", for people. "" if there is none. */
const char *quantity_unit(const Quantity *quantity);
