/* A line that is an array of requests, cut into its elements without being read: what is wrong
 * inside one of them spoils no other, and nothing but the line is kept in memory. */
#pragma once

#include "socket/reply.h"

/* True if the line is an array, whole or not. */
bool batch_is(const char *line, size_t size);
/* 0: its elements can be told apart; else REPLY_E_* with its sentence. */
int batch_check(const char *line, size_t size, char detail[static REPLY_DETAIL_SIZE]);
/* The element that begins at *offset (0: the first) of a line that has been checked; moves *offset
 * to the next one. False: there are no more, *offset is as it was. */
bool batch_next(
        const char *line, size_t size, size_t *offset, const char **ret_element, size_t *ret_size);
