/* A file that a number is read from. */
#pragma once

#include "util/cleanup.h"

#define SENSOR_WHY_SIZE 400

typedef struct Sensor Sensor;

/* pattern is an absolute path that may hold what glob(7) expands, match as in reading_compile(), or
 * NULL; both borrowed. -ENOMEM; -EINVAL: match is none */
int sensor_new(Sensor **ret, const char *pattern, const char *match);
Sensor *sensor_free(Sensor *sensor);
DEFINE_CLEANUP(Sensor *, sensor_free);

/* Reads the file and the number in it, see reading_parse(); may take as long as the device does.
 * The first match of the pattern is kept until reading it fails, and is then looked for again,
 * once. 0; or a negative errno, -EBADMSG if there is no number, and a sentence in why that names
 * the file. */
int sensor_read(Sensor *sensor, double *ret, char why[static SENSOR_WHY_SIZE]);
/* The file that is read next, as far as it can be known. NULL: not found. */
const char *sensor_find(Sensor *sensor);
