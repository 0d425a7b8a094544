/* How the values of keys are read, one function for each type. */
#pragma once

#include "config/keys.h"

int key_parse_bool(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* uint64_t, microseconds. */
int key_parse_time(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* size_t, bytes. */
int key_parse_size(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* size_t */
int key_parse_count(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* unsigned */
int key_parse_unsigned(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* unsigned, octal */
int key_parse_mode(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* One of key->words, into an enum. */
int key_parse_word(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* char *, NULL if empty; at most key->max bytes. */
int key_parse_text(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* As text, and an absolute path. */
int key_parse_path(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* As text: an absolute path, never empty. It may hold what glob(7) expands. */
int key_parse_pattern(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* As text: a POSIX extended regular expression with one group. */
int key_parse_match(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* double */
int key_parse_number(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* double, not below 0 */
int key_parse_amount(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* double: 0, or 0.001 to key->max */
int key_parse_rate(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* double, not 0 */
int key_parse_scale(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* As text: a shipped profile's name or an absolute path. */
int key_parse_profile(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* As text: "system" or a D-Bus address of the transport "unix:". */
int key_parse_bus(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* As text: auto, hciN or an address. */
int key_parse_adapter(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* BluezVersion; auto is the unknown one. */
int key_parse_version(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* Uuid */
int key_parse_uuid(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* unsigned: bits of Characteristic.flags */
int key_parse_flags(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* unsigned: bits of Descriptor.flags */
int key_parse_descriptor_flags(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* uint16_t: a handle from key->min to key->max; auto is 0. */
int key_parse_handle(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* AppearanceValue; empty: not given. */
int key_parse_appearance(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* TxPowerValue; auto: not given. */
int key_parse_tx_power(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* IntervalValue: whole milliseconds within key->min and key->max; auto: zeros. */
int key_parse_interval(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* As a time, of whole seconds. */
int key_parse_seconds(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
/* Stores nothing: the builder reads the text where it is. */
int key_parse_later(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]);
