/* A profile for this machine, from the sensors that it has. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* Looks below root ("/", or where a test has its files) and writes a profile with all that was
 * found; with all, or if there is no sensor, also load, memory and uptime. What was found and what
 * not is told on stderr. -ENOMEM, or another negative
 * errno if root is not there or no random numbers for the UUIDs are. */
int discover(const char *root, bool all, FILE *out);
