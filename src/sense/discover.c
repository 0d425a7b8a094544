#include "sense/discover.h"

#include "core/uuid.h"
#include "sense/report.h"
#include "sense/scan.h"
#include "sense/sysfs.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>

/* What fits an advertisement beside a UUID is shorter still: BlueZ then puts it into the scan
 * response, which has room for 29. */
#define NAME_MAX_SIZE 20

#define MAX_AGE_MIN_SEC 10

/* Random, but for the last two bytes: they count. Core Specification, Vol 3, Part B, 2.5.1. */
typedef struct Uuids {
        Uuid base;
        unsigned n;
} Uuids;

static int uuids_init(Uuids *uuids) {
        *uuids = (Uuids){0};
        if (getrandom(uuids->base.bytes, sizeof(uuids->base.bytes), 0) < 0)
                return -errno;
        /* RFC 4122, 4.4: version 4, its variant */
        uuids->base.bytes[6] = (uint8_t)((uuids->base.bytes[6] & 0x0f) | 0x40);
        uuids->base.bytes[8] = (uint8_t)((uuids->base.bytes[8] & 0x3f) | 0x80);
        return 0;
}

static void write_uuid(FILE *out, Uuids *uuids) {
        char text[UUID_TEXT_SIZE];

        uuids->base.bytes[14] = (uint8_t)(uuids->n >> 8);
        uuids->base.bytes[15] = (uint8_t)uuids->n++;
        uuid_format(&uuids->base, text);
        fprintf(out, "uuid = %s\n", text);
}

/* The host's name up to its first dot, of letters, digits and '-'. */
static void read_name(const char *root, char out[static NAME_MAX_SIZE + 1]) {
        char host[SYSFS_TEXT_SIZE];
        size_t size = 0;

        if (!sysfs_read(host, root, "/proc/sys/kernel/hostname", ""))
                host[0] = '\0';
        for (const char *p = host; *p != '\0' && *p != '.' && size < NAME_MAX_SIZE; p++)
                if (isascii((unsigned char)*p) &&
                        (isalnum((unsigned char)*p) || (*p == '-' && size > 0)))
                        out[size++] = *p;
        out[size] = '\0';
        if (size == 0)
                strcpy(out, "spored");
}

static void write_head(FILE *out, Uuids *uuids) {
        fputs("; The sensors of this machine, as sporesense --discover has found them.\n"
              "; Serve it:      spored FILE\n"
              "; Fill it:       sporesense FILE\n"
              "\n"
              "[service machine]\n",
                out);
        write_uuid(out, uuids);
        fputs("\n"
              "; A phone can write here; `sporectl watch` shows it.\n"
              "[characteristic message]\n",
                out);
        write_uuid(out, uuids);
        fputs("flags = read write\n"
              "security = open ; anyone in range may write, on purpose\n"
              "type = utf8 size_max=40\n"
              "\n"
              "[descriptor message]\n"
              "characteristic = message\n"
              "uuid = 2901\n"
              "value = \"A text of up to 40 bytes, for you to write\"\n",
                out);
}

/* "Temperature, cpu_thermal temp1, in 0.01 celsius"; what is not of a chip needs no second name. */
static void write_description(FILE *out, const Finding *f) {
        bool machine = strcmp(f->is.chip, f->is.quantity->name) == 0;

        fprintf(out, "value = \"%s", f->is.quantity->words);
        if (!machine)
                fprintf(out, ", %.60s%s%.60s", f->is.chip, *f->is.label != '\0' ? " " : "",
                        f->is.label);
        fprintf(out, ", in %s\"\n", f->is.quantity->step);
}

static void write_source(FILE *out, const Finding *f) {
        fprintf(out, "\n[source %s]\nfile = %s\n", f->name, f->is.file);
        if (f->is.match)
                fprintf(out, "match = %s\n", f->is.match);
        if (f->is.scale != 1)
                fprintf(out, "scale = %.12g\n", f->is.scale);
        if (f->is.offset != 0)
                fprintf(out, "offset = %.12g\n", f->is.offset);
        fprintf(out, "interval = %us\n", f->is.interval_sec);
        if (f->is.events)
                fputs("events = yes\n", out);
        fprintf(out, "target = %s\n", f->name);
}

/* Three times not read. Slow sensors hold up the quick ones for some seconds. */
static unsigned max_age_sec(const Finding *f) {
        unsigned age_sec = 3 * f->is.interval_sec;

        return age_sec > MAX_AGE_MIN_SEC ? age_sec : MAX_AGE_MIN_SEC;
}

static void write_finding(FILE *out, const Finding *f, Uuids *uuids) {
        fprintf(out, "\n[characteristic %s]\n", f->name);
        write_uuid(out, uuids);
        fprintf(out, "flags = read notify\ntype = %s\n", f->is.quantity->type);
        fprintf(out, "max_age = %us\n", max_age_sec(f));
        fprintf(out, "\n[descriptor %s]\ncharacteristic = %s\nuuid = 2901\n", f->name, f->name);
        write_description(out, f);
        write_source(out, f);
}

static void write_tail(FILE *out, const char *root) {
        char name[NAME_MAX_SIZE + 1];

        read_name(root, name);
        fprintf(out,
                "\n[advertisement]\nname = %s\nservices = machine\n"
                "\n[bluez]\npower_on = yes\n",
                name);
}

static int find(Findings *findings, const char *root, bool all) {
        int r = scan_sensors(findings, root);
        size_t n = findings->n;

        if (r < 0)
                return r;
        if (n == 0)
                report_info("no sensor was found: taking load, memory and uptime");
        if (n == 0 || all)
                r = scan_machine(findings, root);
        for (size_t i = 0; i < findings->n && r == 0; i++) {
                const Finding *f = &findings->items[i];
                const char *unit = quantity_unit(f->is.quantity);

                report_info("found %s: %.10g%s%s, %s", f->name, f->is.value,
                        *unit != '\0' ? " " : "", unit, f->is.file);
        }
        return r;
}

int discover(const char *root, bool all, FILE *out) {
        _cleanup_(findings_clear) Findings findings = {0};
        char directory[PATH_MAX];
        Uuids uuids;
        int r;

        /* A source has an absolute path. */
        if (!realpath(root, directory))
                return -errno;
        if (strcmp(directory, "/") == 0)
                directory[0] = '\0';
        r = uuids_init(&uuids);
        if (r < 0)
                return r;
        r = find(&findings, directory, all);
        if (r < 0)
                return r;
        write_head(out, &uuids);
        for (size_t i = 0; i < findings.n; i++)
                write_finding(out, &findings.items[i], &uuids);
        write_tail(out, directory);
        return 0;
}
