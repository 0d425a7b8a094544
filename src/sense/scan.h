/* Looks through sysfs and proc for files that hold what a sensor measures. */
#pragma once

#include "sense/finding.h"

/* root is "" or a directory, without a slash at its end. Each sensor is read once: what cannot be
 * read or cannot be true is left out, and a line on stderr names it. -ENOMEM */
int scan_sensors(Findings *findings, const char *root);
/* What every machine has: load, memory and uptime. As scan_sensors(). */
int scan_machine(Findings *findings, const char *root);
