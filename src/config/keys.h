/* The one table of keys: files, environment, -o, the dump and the checks of sample file and
 * manual page all read it. */
#pragma once

#include "config/config.h"
#include "config/section-kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_WHY_SIZE 320

/* A text is not a legal value; handled by the direct caller, which reports why. */
enum { KEY_E_VALUE = 1 };

/* What the plain sections say. Strings are owned. */
typedef struct PlainValues {
        Settings settings;
        char *profile; /* NULL: none chosen */
} PlainValues;

/* Of keys that may say nothing. */
typedef struct AppearanceValue {
        bool given;
        uint16_t number;
} AppearanceValue;

typedef struct TxPowerValue {
        bool given;
        int16_t dbm;
} TxPowerValue;

typedef struct IntervalValue {
        uint64_t min_usec, max_usec; /* zeros: not given */
} IntervalValue;

/* Lists are read from the section itself; name is owned. */
typedef struct AdvertisementValues {
        bool enable, advertise;
        AdvertisementType type;
        char *name; /* NULL: the adapter's */
        bool include_name, include_tx_power, include_rsi;
        AppearanceValue appearance;
        TxPowerValue tx_power;
        IntervalValue interval;
        bool discoverable;
        uint64_t discoverable_timeout_usec, duration_usec, timeout_usec;
        SecondaryChannel secondary_channel;
} AdvertisementValues;

/* The includes are read from the section itself. */
typedef struct ServiceValues {
        bool enable;
        Uuid uuid;
        bool primary;
} ServiceValues;

/* What is asked of a central: BlueZ's encrypt-, encrypt-authenticated- and secure-. */
typedef enum Security {
        SECURITY_NOT_SAID, /* nothing; flags may ask by itself */
        SECURITY_OPEN,     /* nothing, on purpose */
        SECURITY_ENCRYPT,
        SECURITY_AUTHENTICATE,
        SECURITY_SECURE,
} Security;

/* Texts (type, value) are read from the section itself; description is owned. */
typedef struct CharacteristicValues {
        bool enable;
        Uuid uuid;
        unsigned flags;
        size_t size, size_max;
        Security security;
        OnWrite on_write;
        Unhandled unhandled;
        Verdict verdict;
        QueuePolicy policy;
        size_t depth;
        uint64_t put_timeout_usec, stall_after_usec;
        bool notify_on_subscribe, notify_on_change;
        uint64_t min_interval_usec;
        Priority priority;
        Oversize oversize;
        Rate rate;
        uint64_t max_age_usec;
        OnStale on_stale;
        bool persist;
        NotifyBy notify_by;
        WriteBy write_by;
        char *description; /* NULL: none */
        bool presentation;
} CharacteristicValues;

/* Texts (characteristic, type, value) are read from the section itself. */
typedef struct DescriptorValues {
        bool enable;
        Uuid uuid;
        unsigned flags;
        size_t size_max;
        Security security;
} DescriptorValues;

/* The target is read from the section itself. */
typedef struct SourceValues {
        bool enable;
        ValueSource source;
} SourceValues;

typedef struct KeyWord {
        const char *text; /* NULL ends a list */
        unsigned value;
} KeyWord;

/* What becomes of a change at a reload. */
typedef enum KeyReload {
        KEY_ANEW,       /* what BlueZ holds is registered anew: the rule where a row says nothing */
        KEY_IN_PLACE,   /* in effect at once, and nothing else notices */
        KEY_RESTART,    /* left as it was until spored is restarted */
        KEY_SPORESENSE, /* not spored's: sporesense reads it when it starts */
        _KEY_RELOAD_MAX,
} KeyReload;

typedef struct Key Key;

/* Reads text into *destination, or only checks it if that is NULL. 0, KEY_E_VALUE with a sentence
 * in why, -ENOMEM. */
typedef int (*KeyParse)(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);

struct Key {
        SectionKind section;
        const char *name;
        KeyParse parse;
        const char *default_text; /* NULL: none, or taken from elsewhere */
        size_t offset;            /* in PlainValues, ServiceValues, … */
        uint64_t min, max;        /* of numbers, sizes and times; of texts: max bytes */
        const KeyWord *words;
        bool may_continue; /* on indented lines */
        KeyReload reload;
        const char *description;
};

/* All rows, in the order of sections. */
const Key *keys_all(size_t *ret_n);
/* NULL if the kind has no such key. */
const Key *keys_find(SectionKind section, const char *name);
/* "in place", "anew", "restart", "sporesense" */
const char *key_reload_name(KeyReload reload);
/* The key of [queue] that a key of [characteristic] has its default from; NULL: it is none such. */
const Key *keys_inherited(const Key *key);
/* As KeyParse; values is the struct of the key's section. */
int key_read(const Key *key, const char *text, void *values, char why[static KEY_WHY_SIZE]);
int key_check(const Key *key, const char *text, char why[static KEY_WHY_SIZE]);
