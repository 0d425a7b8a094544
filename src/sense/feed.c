#include "sense/feed.h"

#include "core/field.h"
#include "sense/report.h"
#include "util/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

/* A file that changes without end, or a number that never stays, must not keep us busy. */
#define REST_USEC (10 * USEC_PER_MSEC)

int feed_init(Feed *feed, const ValueSource *source) {
        *feed = (Feed){.source = source};
        steady_init(&feed->steady, source->debounce_usec, source->min_change);
        feed_restart(feed, 0);
        return sensor_new(&feed->sensor, source->file, source->match);
}

void feed_done(Feed *feed) {
        sensor_free(feed->sensor);
}

void feed_restart(Feed *feed, uint64_t now_usec) {
        schedule_start(&feed->schedule, feed->source->interval_usec, now_usec);
}

/* When it is due whatever its interval is. */
static uint64_t early_usec(const Feed *feed) {
        uint64_t usec = feed->woken ? 0 : steady_due_usec(&feed->steady);

        return usec > feed->rest_usec ? usec : feed->rest_usec;
}

bool feed_take_due(Feed *feed, uint64_t now_usec) {
        bool is_early = now_usec >= early_usec(feed);

        return schedule_take(&feed->schedule, now_usec) || is_early;
}

uint64_t feed_next_usec(const Feed *feed) {
        uint64_t usec = early_usec(feed);

        return usec < feed->schedule.due_usec ? usec : feed->schedule.due_usec;
}

/* Its reason may differ each time; that it is the same trouble still is not told again. */
static void begin_trouble(Feed *feed, Trouble trouble, const char *why) {
        feed->outdated = feed->asked;
        if (feed->trouble == trouble)
                return;
        if (feed->trouble == TROUBLE_NONE)
                feed->begin = feed->counts.failed + feed->counts.refused - 1;
        feed->trouble = trouble;
        report_warning("%s: %s: %s", feed->source->name,
                trouble == TROUBLE_READING ? "cannot be read" : "not set", why);
}

static void end_trouble(Feed *feed) {
        uint64_t failures = feed->counts.failed + feed->counts.refused - feed->begin;

        if (feed->trouble != TROUBLE_NONE)
                report_info("%s: set again, after %" PRIu64 " failure%s", feed->source->name,
                        failures, failures == 1 ? "" : "s");
        feed->trouble = TROUBLE_NONE;
}

static void refuse(Feed *feed, const char *why) {
        feed->counts.refused++;
        begin_trouble(feed, TROUBLE_SETTING, why);
}

void feed_asked(Feed *feed) {
        feed->asked = true;
        feed->fresh = feed->outdated = false;
}

void feed_set(Feed *feed) {
        feed->asked = false;
        if (!feed->outdated)
                end_trouble(feed);
}

void feed_refused(Feed *feed, const char *why) {
        feed->asked = false;
        if (feed->outdated)
                feed->counts.refused++;
        else
                refuse(feed, why);
}

void feed_unanswered(Feed *feed) {
        feed->asked = false;
        if (feed->fresh || feed->outdated)
                feed->counts.missed++;
        else
                feed->fresh = true;
}

/* What a central will see of the value is checked here: one that is out of range would have the
 * others of its characteristic refused too. */
static int check_value(const Feed *feed, double number, char why[static FORMAT_WHY_SIZE]) {
        const FieldValue value = {.kind = FIELD_VALUE_NUMBER, .number = number};
        uint8_t data[VALUE_SIZE_MAX];
        size_t size;

        if (!isfinite(number)) {
                (void)snprintf(why, FORMAT_WHY_SIZE, "the value is too large");
                return FORMAT_E_RANGE;
        }
        return field_encode(feed->source->field, &value, data, &size, why);
}

void feed_read(Feed *feed, uint64_t now_usec) {
        const ValueSource *source = feed->source;
        char why[SENSOR_WHY_SIZE];
        char value_why[FORMAT_WHY_SIZE];
        double number;

        feed->counts.reads++;
        feed->counts.missed += feed->fresh;
        feed->fresh = false;
        feed->woken = false;
        feed->rest_usec = now_usec + REST_USEC;
        if (sensor_read(feed->sensor, &number, why) < 0) {
                feed->counts.failed++;
                steady_forget(&feed->steady);
                begin_trouble(feed, TROUBLE_READING, why);
                return;
        }
        number = steady_take(&feed->steady, number * source->scale + source->offset, now_usec);
        if (check_value(feed, number, value_why) != 0) {
                refuse(feed, value_why);
                return;
        }
        feed->value = number;
        feed->fresh = true;
}

/* The number as it is once it has been rounded to what goes over the air. */
void feed_print(const Feed *feed, FILE *out) {
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

void feed_report(const Feed *feed) {
        const FeedCounts *counts = &feed->counts;

        if (counts->failed + counts->refused + counts->missed > 0)
                report_info("%s: of %" PRIu64 " readings %" PRIu64 " failed, %" PRIu64
                            " were refused, %" PRIu64 " were overtaken before they were set",
                        feed->source->name, counts->reads, counts->failed, counts->refused,
                        counts->missed);
}
