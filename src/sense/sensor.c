#include "sense/sensor.h"

#include "sense/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* A file of sysfs has one page at most. */
#define TEXT_SIZE (64 * 1024)

struct Sensor {
        const char *pattern;
        bool is_pattern;
        const char *match; /* NULL: none */
        regex_t compiled;  /* of match */
        char *path;        /* owned: what the pattern has led to; NULL: not yet */
};

int sensor_new(Sensor **ret, const char *pattern, const char *match) {
        Sensor *sensor = calloc(1, sizeof(*sensor));
        int r = 0;

        if (!sensor)
                return -ENOMEM;
        sensor->pattern = pattern;
        sensor->is_pattern = strpbrk(pattern, "*?[\\") != NULL;
        if (match)
                r = reading_compile(&sensor->compiled, match);
        if (r < 0) {
                free(sensor);
                return r;
        }
        sensor->match = match;
        *ret = sensor;
        return 0;
}

Sensor *sensor_free(Sensor *sensor) {
        if (!sensor)
                return NULL;
        if (sensor->match)
                regfree(&sensor->compiled);
        free(sensor->path);
        free(sensor);
        return NULL;
}

__attribute__((format(printf, 3, 4))) static int fail(
        char why[static SENSOR_WHY_SIZE], int error, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(why, SENSOR_WHY_SIZE, format, arguments);
        va_end(arguments);
        return error;
}

static int resolve(Sensor *sensor, char why[static SENSOR_WHY_SIZE]) {
        glob_t found = {0};
        int r = 0;

        free(sensor->path);
        sensor->path = NULL;
        /* A plain path is opened as it is: so the reason of a failure is the true one. */
        if (sensor->is_pattern)
                r = glob(sensor->pattern, 0, NULL, &found);
        if (r == 0)
                sensor->path = strdup(sensor->is_pattern ? found.gl_pathv[0] : sensor->pattern);
        globfree(&found);
        if (r == GLOB_NOSPACE || (r == 0 && !sensor->path))
                return fail(why, -ENOMEM, "out of memory");
        return r == 0 ? 0 : fail(why, -ENOENT, "%s: no such file", sensor->pattern);
}

static int read_text(
        const Sensor *sensor, char text[static TEXT_SIZE], char why[static SENSOR_WHY_SIZE]) {
        /* Not blocking: a pipe that nobody writes to must not stop the other sources. */
        _cleanup_close_ int fd = open(sensor->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        size_t size = 0;
        ssize_t n = 1;

        if (fd < 0)
                return fail(why, -errno, "%s: %s", sensor->path, strerror(errno));
        while (n > 0 && size < TEXT_SIZE - 1) {
                n = read(fd, text + size, TEXT_SIZE - 1 - size);
                if (n < 0 && errno == EINTR)
                        n = 1;
                else if (n < 0)
                        return fail(why, -errno, "%s: %s", sensor->path, strerror(errno));
                else
                        size += (size_t)n;
        }
        text[size] = '\0';
        return 0;
}

/* The 1-Wire driver gives a value also when its checksum is wrong, and says NO. */
static bool is_corrupt(const char *path, const char *text) {
        const char *name = strrchr(path, '/');

        return name && strcmp(name, "/w1_slave") == 0 && !strstr(text, "YES");
}

static int read_number(const Sensor *sensor, double *ret, char why[static SENSOR_WHY_SIZE]) {
        const char *match = sensor->match;
        char text[TEXT_SIZE];
        int r = read_text(sensor, text, why);

        if (r < 0)
                return r;
        if (is_corrupt(sensor->path, text))
                return fail(why, -EBADMSG, "%s: the checksum is wrong", sensor->path);
        r = reading_parse(ret, text, match ? &sensor->compiled : NULL);
        if (r == READING_E_MATCH)
                return fail(why, -EBADMSG, "%s: nothing in it matches %s", sensor->path, match);
        if (r == READING_E_NUMBER)
                return fail(why, -EBADMSG, "%s: there is no number in %s", sensor->path,
                        match ? match : "it");
        return r == 0 ? 0 : fail(why, r, "out of memory");
}

int sensor_read(Sensor *sensor, double *ret, char why[static SENSOR_WHY_SIZE]) {
        int r;

        if (sensor->path && read_number(sensor, ret, why) == 0)
                return 0;
        r = resolve(sensor, why);
        if (r == 0)
                r = read_number(sensor, ret, why);
        return r;
}

const char *sensor_find(Sensor *sensor) {
        char why[SENSOR_WHY_SIZE];

        if (!sensor->path)
                (void)resolve(sensor, why);
        return sensor->path;
}
