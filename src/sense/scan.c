#include "sense/scan.h"

#include "sense/report.h"
#include "sense/sensor.h"
#include "sense/sysfs.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Cheap to read. 1-Wire takes most of a second for each, batteries change slowly. */
#define INTERVAL_FAST_SEC 1
#define INTERVAL_SLOW_SEC 10

typedef struct Scan {
        Findings *findings;
        const char *root;
        size_t n_hwmon; /* findings of hwmon, where the kernel shows some others once more */
} Scan;

/* A kind of file. The channel of a file is what stands between: "temp1", "temp_object". */
typedef struct Channel {
        const char *prefix;
        double scale;
        const Quantity *quantity;
} Channel;

/* Documentation/hwmon/sysfs-interface.rst of the kernel. */
static const Channel hwmon_channels[] = {
        {"temp", 1e-3, &quantity_temperature},
        {"fan", 1, &quantity_speed},
        {"in", 1e-3, &quantity_voltage},
        {"curr", 1e-3, &quantity_current},
        {"power", 1e-6, &quantity_power},
        {"humidity", 1e-3, &quantity_humidity},
};

/* Documentation/ABI/testing/sysfs-bus-iio of the kernel. */
static const Channel iio_channels[] = {
        {"in_temp", 1e-3, &quantity_temperature},
        {"in_humidityrelative", 1e-3, &quantity_humidity},
        {"in_pressure", 1, &quantity_pressure},
        {"in_illuminance", 1, &quantity_illuminance},
        {"in_concentration_co2", 1e4, &quantity_co2},
};

/* Reads it once, and adds it if it makes sense. file is in directory. */
static int consider(Scan *scan, const char *directory, const char *file, Candidate *candidate) {
        _cleanup_free_ char *path = sysfs_stable_path(directory, file);
        _cleanup_(sensor_freep) Sensor *sensor = NULL;
        char why[SENSOR_WHY_SIZE];
        double number;
        int r;

        if (!path || sensor_new(&sensor, path, candidate->match) < 0)
                return -ENOMEM;
        if (sysfs_is_special(directory, file)) {
                report_warning("left out: %s/%s: no regular file", directory, file);
                return 0;
        }
        if (!finding_can_be_written(path)) {
                report_warning("left out: %s/%s: a profile cannot hold this path", directory, file);
                return 0;
        }
        r = sensor_read(sensor, &number, why);
        if (r < 0) {
                report_warning("left out: %s", why);
                return r == -ENOMEM ? r : 0;
        }
        candidate->file = path;
        if (strstr(path, "/w1"))
                candidate->interval_sec = INTERVAL_SLOW_SEC;
        candidate->value = number * candidate->scale + candidate->offset;
        r = quantity_check(candidate->quantity, candidate->value, why, sizeof(why));
        if (r > 0)
                report_warning("left out: %s: %s", path, why);
        return r == 0 ? findings_add(scan->findings, candidate) : r > 0 ? 0 : r;
}

/* "temp1" of "temp1_input", in channel; false if it is no such file. */
static bool match_hwmon(const Channel *c, const char *file, char channel[static SYSFS_TEXT_SIZE]) {
        size_t prefix = strlen(c->prefix);
        size_t digits =
                strncmp(file, c->prefix, prefix) == 0 ? strspn(file + prefix, "0123456789") : 0;

        if (digits == 0 || strcmp(file + prefix + digits, "_input") != 0)
                return false;
        (void)snprintf(channel, SYSFS_TEXT_SIZE, "%.*s", (int)(prefix + digits), file);
        return true;
}

static int scan_hwmon_file(Scan *scan, const char *directory, const char *chip, const char *file) {
        char channel[SYSFS_TEXT_SIZE], label[SYSFS_TEXT_SIZE];

        for (size_t i = 0; i < ELEMENTS(hwmon_channels); i++) {
                const Channel *c = &hwmon_channels[i];
                Candidate candidate = {.quantity = c->quantity,
                        .chip = chip,
                        .scale = c->scale,
                        .interval_sec = INTERVAL_FAST_SEC};

                if (!match_hwmon(c, file, channel))
                        continue;
                candidate.label = sysfs_read(label, directory, channel, "_label") ? label : channel;
                return consider(scan, directory, file, &candidate);
        }
        return 0;
}

/* The first of in_CHANNEL + suffix and in_KIND + suffix that is there; else otherwise. */
static double read_shared(const char *directory, const char *channel, const char *kind,
        const char *suffix, double otherwise) {
        double number;

        if (sysfs_read_number(&number, directory, channel, suffix) ||
                sysfs_read_number(&number, directory, kind, suffix))
                return number;
        return otherwise;
}

/* Behind the kind stands nothing, a number, or '_' and a word. */
static bool match_iio(const Channel *c, const char *file, const char *suffix,
        char channel[static SYSFS_TEXT_SIZE]) {
        size_t prefix = strlen(c->prefix), size = strlen(file);

        if (strncmp(file, c->prefix, prefix) != 0 || size < prefix + strlen(suffix) ||
                strcmp(file + size - strlen(suffix), suffix) != 0)
                return false;
        (void)snprintf(channel, SYSFS_TEXT_SIZE, "%.*s", (int)(size - strlen(suffix)), file);
        return channel[prefix] == '\0' || channel[prefix] == '_' ||
               isdigit((unsigned char)channel[prefix]);
}

static int scan_iio_file(Scan *scan, const char *directory, const char *chip, const char *file) {
        char channel[SYSFS_TEXT_SIZE], processed[SYSFS_TEXT_SIZE];

        for (size_t i = 0; i < ELEMENTS(iio_channels); i++) {
                const Channel *c = &iio_channels[i];
                Candidate candidate = {.quantity = c->quantity,
                        .chip = chip,
                        .many = true,
                        .scale = c->scale,
                        .interval_sec = INTERVAL_FAST_SEC};
                bool raw = match_iio(c, file, "_raw", channel);

                if (!raw && !match_iio(c, file, "_input", channel))
                        continue;
                /* Where the kernel has worked it out, that is taken. */
                if (raw && sysfs_read(processed, directory, channel, "_input"))
                        return 0;
                if (raw) {
                        candidate.scale *= read_shared(directory, channel, c->prefix, "_scale", 1);
                        candidate.offset = candidate.scale *
                                           read_shared(directory, channel, c->prefix, "_offset", 0);
                }
                candidate.label = channel + strlen(c->prefix);
                return consider(scan, directory, file, &candidate);
        }
        return 0;
}

typedef int (*ScanFile)(Scan *scan, const char *directory, const char *chip, const char *file);

/* Each file of each directory of a class whose name begins with prefix. */
static int scan_class(Scan *scan, const char *class, const char *prefix, ScanFile scan_file) {
        _cleanup_(sysfs_list_freep) SysfsList *directories = NULL;
        int r = sysfs_list_new(&directories, scan->root, class, prefix);

        for (size_t i = 0; r == 0 && i < directories->n; i++) {
                _cleanup_(sysfs_list_freep) SysfsList *files = NULL;
                const char *directory = directories->paths[i];
                char chip[SYSFS_TEXT_SIZE];

                if (!sysfs_read(chip, directory, "name", ""))
                        (void)snprintf(chip, sizeof(chip), "%.200s", sysfs_name(directory));
                r = sysfs_list_new(&files, directory, "", "");
                for (size_t j = 0; r == 0 && j < files->n; j++)
                        r = scan_file(scan, directory, chip, sysfs_name(files->paths[j]));
        }
        return r;
}

/* Most thermal zones are there as hwmon too. */
static int scan_thermal(Scan *scan) {
        _cleanup_(sysfs_list_freep) SysfsList *zones = NULL;
        int r = sysfs_list_new(&zones, scan->root, "/sys/class/thermal", "thermal_zone");

        for (size_t i = 0; r == 0 && i < zones->n; i++) {
                char chip[SYSFS_TEXT_SIZE];
                Candidate candidate = {.quantity = &quantity_temperature,
                        .chip = chip,
                        .scale = 1e-3,
                        .interval_sec = INTERVAL_FAST_SEC};

                if (!sysfs_read(chip, zones->paths[i], "type", ""))
                        (void)snprintf(chip, sizeof(chip), "%.200s", sysfs_name(zones->paths[i]));
                if (!findings_has(scan->findings, scan->n_hwmon, chip, candidate.quantity))
                        r = consider(scan, zones->paths[i], "temp", &candidate);
        }
        return r;
}

static int scan_supply_file(Scan *scan, const char *directory, const char *chip, const char *file) {
        Candidate candidate = {
                .chip = chip, .many = true, .interval_sec = INTERVAL_SLOW_SEC, .events = true};

        if (strcmp(file, "capacity") == 0) {
                candidate.quantity = &quantity_charge;
                candidate.scale = 1;
        } else if (strcmp(file, "voltage_now") == 0) {
                candidate.quantity = &quantity_voltage;
                candidate.scale = 1e-6;
        } else
                return 0;
        if (findings_has(scan->findings, scan->n_hwmon, chip, candidate.quantity))
                return 0;
        return consider(scan, directory, file, &candidate);
}

/* A thermometer that the kernel shows as hwmon has been found there. */
static bool has_hwmon(const char *directory) {
        _cleanup_(sysfs_list_freep) SysfsList *list = NULL;

        return sysfs_list_new(&list, directory, "/hwmon", "hwmon") == 0 && list->n > 0;
}

static int scan_one_wire_file(
        Scan *scan, const char *directory, const char *chip, const char *file) {
        char text[SYSFS_TEXT_SIZE];
        Candidate candidate = {.quantity = &quantity_temperature,
                .chip = chip,
                .scale = 1e-3,
                .interval_sec = INTERVAL_SLOW_SEC};

        if (has_hwmon(directory))
                return 0;
        if (strcmp(file, "w1_slave") == 0) {
                /* Newer kernels have the number alone in a file beside it. */
                if (sysfs_read(text, directory, "temperature", ""))
                        return 0;
                candidate.match = "t=(.*)";
        } else if (strcmp(file, "temperature") != 0)
                return 0;
        return consider(scan, directory, file, &candidate);
}

int scan_sensors(Findings *findings, const char *root) {
        Scan scan = {.findings = findings, .root = root};
        int r = scan_class(&scan, "/sys/class/hwmon", "hwmon", scan_hwmon_file);

        scan.n_hwmon = findings->n;
        if (r == 0)
                r = scan_thermal(&scan);
        if (r == 0)
                r = scan_class(&scan, "/sys/bus/iio/devices", "iio:device", scan_iio_file);
        if (r == 0)
                r = scan_class(&scan, "/sys/class/power_supply", "", scan_supply_file);
        if (r == 0)
                r = scan_class(&scan, "/sys/bus/w1/devices", "", scan_one_wire_file);
        return r;
}

int scan_machine(Findings *findings, const char *root) {
        static const struct {
                const char *file, *match;
                const Quantity *quantity;
        } files[] = {
                {"loadavg", NULL, &quantity_load},
                {"meminfo", "^MemAvailable:(.*)", &quantity_memory},
                {"uptime", NULL, &quantity_uptime},
        };
        Scan scan = {.findings = findings, .root = root};
        _cleanup_free_ char *directory = NULL;
        int r = asprintf(&directory, "%s/proc", root) < 0 ? -ENOMEM : 0;

        for (size_t i = 0; r == 0 && i < ELEMENTS(files); i++) {
                Candidate candidate = {.quantity = files[i].quantity,
                        .chip = files[i].quantity->name,
                        .match = files[i].match,
                        .scale = 1,
                        .interval_sec = INTERVAL_FAST_SEC};

                r = consider(&scan, directory, files[i].file, &candidate);
        }
        return r;
}
