/* Connecting to spored, and what is said of it. */
#pragma once

#include "ctl/arguments.h"
#include "spored/client.h"

/* Connects once. 0, or the exit status, and on stderr why each place would not do. */
int reach_once(SporedClient **ret, const Arguments *arguments);
/* A client that connects again, and says so on stderr. spored need not be there yet. 0, or the
 * exit status: what no waiting mends. */
int reach_always(SporedClient **ret, const Arguments *arguments);
/* The exit status for a connection that gave this errno, said on stderr. */
int reach_failed(int r);
