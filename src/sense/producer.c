#include "sense/producer.h"

#include "core/field.h"
#include "sense/report.h"
#include "sense/schedule.h"
#include "sense/sensor.h"

#include <errno.h>
#include <math.h>
#include <string.h>

typedef enum Trouble {
        TROUBLE_NONE,
        TROUBLE_READING,
        TROUBLE_SETTING,
} Trouble;

typedef struct Feed {
        const ValueSource *source;
        Sensor *sensor; /* owned */
        Schedule schedule;
        Trouble trouble;
        bool fresh;   /* read and not yet set */
        double value; /* scaled; meaningless unless fresh */
} Feed;

struct Producer {
        Feed *feeds; /* owned */
        size_t n;
};

int producer_new(Producer **ret, const ValueSource *sources, size_t n) {
        _cleanup_(producer_freep) Producer *producer = calloc(1, sizeof(*producer));

        if (!producer)
                return -ENOMEM;
        producer->feeds = calloc(n, sizeof(*producer->feeds));
        if (!producer->feeds)
                return -ENOMEM;
        for (; producer->n < n; producer->n++) {
                Feed *feed = &producer->feeds[producer->n];

                feed->source = &sources[producer->n];
                if (sensor_new(&feed->sensor, feed->source->file) < 0)
                        return -ENOMEM;
        }
        producer_restart(producer, 0);
        *ret = STEAL(producer);
        return 0;
}

Producer *producer_free(Producer *producer) {
        if (!producer)
                return NULL;
        for (size_t i = 0; i < producer->n; i++)
                sensor_free(producer->feeds[i].sensor);
        free(producer->feeds);
        free(producer);
        return NULL;
}

void producer_restart(Producer *producer, uint64_t now_usec) {
        for (size_t i = 0; i < producer->n; i++) {
                Feed *feed = &producer->feeds[i];

                feed->fresh = false;
                schedule_start(&feed->schedule, feed->source->interval_usec, now_usec);
        }
}

/* Its reason may differ each time; that it is the same trouble still is not told again. */
static void begin_trouble(Feed *feed, Trouble trouble, const char *why) {
        if (feed->trouble == trouble)
                return;
        feed->trouble = trouble;
        report_warning("%s: %s: %s", feed->source->name,
                trouble == TROUBLE_READING ? "cannot be read" : "not set", why);
}

static void end_trouble(Feed *feed) {
        if (feed->trouble != TROUBLE_NONE)
                report_info("%s: set again", feed->source->name);
        feed->trouble = TROUBLE_NONE;
}

/* What a central will see of the value is checked here: one that is out of range would have the
 * others of its characteristic refused too. */
static int check_value(const Feed *feed, char why[static FORMAT_WHY_SIZE]) {
        const FieldValue value = {.kind = FIELD_VALUE_NUMBER, .number = feed->value};
        uint8_t data[VALUE_SIZE_MAX];
        size_t size;

        if (!isfinite(feed->value)) {
                (void)snprintf(why, FORMAT_WHY_SIZE, "the value is too large");
                return FORMAT_E_RANGE;
        }
        return field_encode(feed->source->field, &value, data, &size, why);
}

static void read_feed(Feed *feed) {
        const ValueSource *source = feed->source;
        char why[SENSOR_WHY_SIZE];
        char value_why[FORMAT_WHY_SIZE];
        double number;

        feed->fresh = false;
        if (sensor_read(feed->sensor, source->find, &number, why) < 0) {
                begin_trouble(feed, TROUBLE_READING, why);
                return;
        }
        feed->value = number * source->scale + source->offset;
        if (check_value(feed, value_why) != 0)
                begin_trouble(feed, TROUBLE_SETTING, value_why);
        else
                feed->fresh = true;
}

void producer_read(Producer *producer, uint64_t now_usec) {
        for (size_t i = 0; i < producer->n; i++)
                if (schedule_take(&producer->feeds[i].schedule, now_usec))
                        read_feed(&producer->feeds[i]);
}

static bool belongs(const Feed *feed, const Characteristic *c) {
        return feed->fresh && feed->source->characteristic == c;
}

/* The values of feeds that are marked fresh and belong to one characteristic. Names of sections and
 * fields need no escapes. */
static char *build_request(const Feed *feeds, size_t n) {
        const Characteristic *c = feeds[0].source->characteristic;
        const char *comma = "";
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        if (!out)
                return NULL;
        fprintf(out, "{\"op\":\"set\",\"characteristic\":\"%s\",", c->name);
        if (c->single_value)
                fprintf(out, "\"value\":%.17g}", feeds[0].value);
        else
                fputs("\"fields\":{", out);
        for (size_t i = 0; i < n && !c->single_value; i++) {
                if (!belongs(&feeds[i], c))
                        continue;
                fprintf(out, "%s\"%s\":%.17g", comma, feeds[i].source->field->name, feeds[i].value);
                comma = ",";
        }
        if (!c->single_value)
                fputs("}}", out);
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}

/* Requests the fresh feeds among n that have the first one's characteristic. */
static int request(
        const Feed *feeds, size_t n, Connection *connection, char why[static CONNECTION_WHY_SIZE]) {
        _cleanup_free_ char *line = build_request(feeds, n);

        if (!line) {
                (void)snprintf(why, CONNECTION_WHY_SIZE, "out of memory");
                return -ENOMEM;
        }
        return connection_request(connection, line, why);
}

/* Feeds that were refused together are set one by one: so one of them does not stop the others. */
static int send_group(
        Feed *feeds, size_t n, Connection *connection, char why[static CONNECTION_WHY_SIZE]) {
        const Characteristic *c = feeds[0].source->characteristic;
        int r = request(feeds, n, connection, why);
        size_t together = 0;

        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                together += belongs(&feeds[i], c);
        for (size_t i = 0; i < n; i++) {
                Feed *feed = &feeds[i];
                int own = r;

                if (!belongs(feed, c))
                        continue;
                if (r != 0 && together > 1)
                        own = request(feed, 1, connection, why);
                if (own < 0)
                        return own;
                feed->fresh = false;
                if (own == 0)
                        end_trouble(feed);
                else
                        begin_trouble(feed, TROUBLE_SETTING, why);
        }
        return 0;
}

int producer_send(
        Producer *producer, Connection *connection, char why[static CONNECTION_WHY_SIZE]) {
        for (size_t i = 0; i < producer->n; i++) {
                int r = 0;

                if (producer->feeds[i].fresh)
                        r = send_group(&producer->feeds[i], producer->n - i, connection, why);
                if (r < 0)
                        return r;
        }
        return 0;
}

uint64_t producer_next_usec(const Producer *producer) {
        uint64_t next_usec = UINT64_MAX;

        for (size_t i = 0; i < producer->n; i++)
                if (producer->feeds[i].schedule.due_usec < next_usec)
                        next_usec = producer->feeds[i].schedule.due_usec;
        return next_usec;
}

size_t producer_troubles(const Producer *producer) {
        size_t n = 0;

        for (size_t i = 0; i < producer->n; i++)
                n += producer->feeds[i].trouble != TROUBLE_NONE;
        return n;
}

/* The number as it is once it has been rounded to what goes over the air. */
static void print_value(const Feed *feed, FILE *out) {
        const Field *field = feed->source->field;
        const FieldValue value = {.kind = FIELD_VALUE_NUMBER, .number = feed->value};
        uint8_t data[VALUE_SIZE_MAX];
        char why[FORMAT_WHY_SIZE];
        FieldValue shown = {0};
        size_t size;

        (void)field_encode(field, &value, data, &size, why);
        field_decode(field, data, size, &shown);
        if (shown.kind == FIELD_VALUE_LABEL)
                fprintf(out, "%s = %s", feed->source->name, shown.text);
        else
                fprintf(out, "%s = %.12g", feed->source->name, shown.number);
        fprintf(out, "%s%s\n", field->unit ? " " : "", field->unit ? field->unit : "");
}

void producer_print(Producer *producer, FILE *out) {
        for (size_t i = 0; i < producer->n; i++) {
                read_feed(&producer->feeds[i]);
                if (producer->feeds[i].fresh)
                        print_value(&producer->feeds[i], out);
        }
}
