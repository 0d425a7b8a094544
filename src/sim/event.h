/* What is told on standard output: lines `word… key=value …`. A value with anything but letters,
 * digits and _-.,:/+%@ stands in double quotes, where \ is before " and \. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/* event_begin(), event_add() for each pair, event_end(). words is one word or several. */
void event_begin(const char *words);
void event_add(const char *key, const char *value);
void event_add_hex(const char *key, const uint8_t *data, size_t size);
void event_end(void);
/* All at once, for one pair, or none if key is NULL. */
void event(const char *words, const char *key, const char *value);

/* Whether what applications and bluetoothd say to each other is told too. */
void event_set_trace(bool on);
bool event_trace(void);
/* Nobody takes what is told any more. */
bool event_failed(void);
