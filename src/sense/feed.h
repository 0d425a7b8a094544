/* One source: what was read of it, what became of that, and what went wrong. */
#pragma once

#include "config/config.h"
#include "sense/schedule.h"
#include "sense/sensor.h"
#include "sense/steady.h"

typedef enum Trouble {
        TROUBLE_NONE,
        TROUBLE_READING,
        TROUBLE_SETTING,
} Trouble;

typedef struct FeedCounts {
        uint64_t reads;
        uint64_t failed;  /* of them: there was no number */
        uint64_t refused; /* values out of range, or that spored did not take */
        uint64_t missed;  /* values that a newer one has overtaken before they were set */
} FeedCounts;

typedef struct Feed {
        const ValueSource *source; /* borrowed */
        Sensor *sensor;            /* owned */
        Schedule schedule;
        Steady steady;
        FeedCounts counts;
        Trouble trouble;
        uint64_t begin;     /* failed and refused when the trouble began */
        uint64_t rest_usec; /* until when only its interval makes it due */
        bool woken;         /* due as soon as it has rested */
        bool fresh;         /* read and not yet asked to be set */
        bool asked;         /* asked to be set, not yet answered */
        bool outdated;      /* what was asked was read before the trouble */
        bool alone;         /* was refused with others: is asked for by itself */
        bool no_events;     /* told that none will come */
        double value;       /* the last that could be set; meaningless before the first */
} Feed;

/* -ENOMEM */
int feed_init(Feed *feed, const ValueSource *source);
void feed_done(Feed *feed);

/* Due at once, and then by its interval. */
void feed_restart(Feed *feed, uint64_t now_usec);
/* True if it is to be read now: it is said once. */
bool feed_take_due(Feed *feed, uint64_t now_usec);
/* When it is due next. */
uint64_t feed_next_usec(const Feed *feed);
/* Reads it: then it is fresh, or in trouble. */
void feed_read(Feed *feed, uint64_t now_usec);

/* It is asked for. */
void feed_asked(Feed *feed);
/* What has become of what was asked for. It says nothing of a trouble that came after. */
void feed_set(Feed *feed);
void feed_refused(Feed *feed, const char *why);
/* It is to be asked for again, unless another reading has come since. */
void feed_unanswered(Feed *feed);

/* "NAME = value unit", as a central would see it. */
void feed_print(const Feed *feed, FILE *out);
/* One line to the log, if anything has gone wrong since the start. */
void feed_report(const Feed *feed);
