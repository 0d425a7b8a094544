/* The connection to spored: a request, an answer. */
#pragma once

#include "util/cleanup.h"

#include <stdbool.h>

#define CONNECTION_WHY_SIZE 400

/* A named outcome: spored refuses the request, and the connection stays. */
enum { CONNECTION_E_REFUSED = 1 };

typedef struct Connection Connection;

/* path NULL: where sporectl looks too. Both are borrowed; stop_fd (-1: none) becomes readable when
 * waiting for an answer is to end. Not open yet. -ENOMEM */
int connection_new(Connection **ret, const char *path, int stop_fd);
Connection *connection_free(Connection *connection);
DEFINE_CLEANUP(Connection *, connection_free);

bool connection_is_open(const Connection *connection);
/* For poll(); -1 if it is not open. Readable between requests: see connection_check(). */
int connection_fd(const Connection *connection);

/* All three: 0; or a negative errno, with a sentence in why, and the connection is closed. */
int connection_open(Connection *connection, char why[static CONNECTION_WHY_SIZE]);
/* Sends one line and waits for its answer, a bounded time. Also CONNECTION_E_REFUSED with spored's
 * sentence in why, and -ECANCELED by stop_fd. */
int connection_request(
        Connection *connection, const char *line, char why[static CONNECTION_WHY_SIZE]);
/* Takes what came unasked. */
int connection_check(Connection *connection, char why[static CONNECTION_WHY_SIZE]);
