/* What is told on standard output: lines `word… key=value …`. A value with anything but letters,
 * digits and _-.,:/+%@ stands in double quotes, where \ is before " and \.
 * Telling never waits: lines wait here until they are written. So many may wait; what comes then
 * is dropped, and when there is room again `dropped count=…` says how many lines. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/* Before it nothing is told. fd stays the caller's; negative: it cannot be written. -ENOMEM */
int event_open(int fd);
/* What waits is lost. */
void event_close(void);

/* event_begin(), event_add() for each pair, event_end(). words is one word or several. */
void event_begin(const char *words);
void event_add(const char *key, const char *value);
void event_add_hex(const char *key, const uint8_t *data, size_t size);
void event_end(void);
/* All at once, for one pair, or none if key is NULL. */
void event(const char *words, const char *key, const char *value);
/* A line that is never dropped; why is its pair `text`, or NULL. Nothing that is answered may begin
 * while event_is_crowded(). */
void event_answer(const char *word, const char *why);

/* Writes what can be written now. 0, also if lines still wait; or the negative errno for which none
 * can be written any more. */
int event_write(void);
bool event_is_waiting(void);
/* Half of the room is taken. */
bool event_is_crowded(void);
/* Writable when event_write() can go on; negative: never. */
int event_fd(void);
/* Writes all that waits, until stop_fd is readable or nothing was taken for timeout_msec. As
 * event_write(). */
int event_drain(int stop_fd, int timeout_msec);

/* Whether what applications and bluetoothd say to each other is told too. */
void event_set_trace(bool on);
bool event_trace(void);
