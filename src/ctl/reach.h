/* Connecting to spored, and what is said of it. */
#pragma once

#include "ctl/arguments.h"
#include "spored/client.h"
#include "util/clock.h"

/* For an answer: above the longest put_timeout, which a set under block may wait for. */
#define REACH_ANSWER_USEC (70 * USEC_PER_SEC)

/* Connects once. 0, or the exit status, and on stderr why each place would not do. */
int reach_once(SporedClient **ret, const Arguments *arguments);
/* A client that connects again, and says so on stderr. spored need not be there yet. losses: counts
 * the connections that were lost; or NULL. 0, or the exit status: what no waiting mends. */
int reach_always(SporedClient **ret, const Arguments *arguments, unsigned *losses);
/* The exit status for a connection that gave this errno, said on stderr. */
int reach_failed(int r);
