#include "sense/producer.h"

#include "sense/feed.h"
#include "sense/report.h"
#include "sense/wakes.h"
#include "util/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A double's 17 digits with sign, point and exponent. */
#define NUMBER_SIZE 32

#define ANSWER_USEC (10 * USEC_PER_SEC) /* what spored may take, beside put_timeout */
/* Being turned away does not age what was read, and a sensor may be slow. */
#define RESTART_USEC (60 * USEC_PER_SEC)

/* All feeds of one characteristic. */
typedef struct Outlet {
        Producer *producer; /* borrowed */
        const Characteristic *characteristic;
        uint64_t asked_usec; /* when the request was made that is not answered; USEC_NEVER: none */
} Outlet;

struct Producer {
        Feed *feeds; /* owned */
        size_t n;
        Outlet *outlets; /* owned; room for n */
        size_t n_outlets;
        bool *woken;         /* owned: n */
        SporedField *fields; /* owned: n, of the request that is being made */
        char (*texts)[NUMBER_SIZE];
        Wakes *wakes; /* owned; NULL: nobody listens */
        uint64_t answers;
        uint64_t answers_seen;  /* of them, by producer_send() */
        uint64_t answered_usec; /* when it saw the last */
        uint64_t restart_usec;
        uint64_t restart_answers; /* what answers was then */
};

static void add_outlet(Producer *producer, const Characteristic *c) {
        for (size_t i = 0; i < producer->n_outlets; i++)
                if (producer->outlets[i].characteristic == c)
                        return;
        producer->outlets[producer->n_outlets++] =
                (Outlet){.producer = producer, .characteristic = c, .asked_usec = USEC_NEVER};
}

int producer_new(Producer **ret, const ValueSource *sources, size_t n) {
        _cleanup_(producer_freep) Producer *producer = calloc(1, sizeof(*producer));

        if (!producer)
                return -ENOMEM;
        producer->feeds = calloc(n, sizeof(*producer->feeds));
        producer->outlets = calloc(n, sizeof(*producer->outlets));
        producer->woken = calloc(n, sizeof(*producer->woken));
        producer->fields = calloc(n, sizeof(*producer->fields));
        producer->texts = calloc(n, sizeof(*producer->texts));
        if (!producer->feeds || !producer->outlets || !producer->woken || !producer->fields ||
                !producer->texts)
                return -ENOMEM;
        for (; producer->n < n; producer->n++) {
                /* That the expression is one has been checked with the configuration. */
                if (feed_init(&producer->feeds[producer->n], &sources[producer->n]) < 0)
                        return -ENOMEM;
                add_outlet(producer, sources[producer->n].characteristic);
        }
        *ret = STEAL(producer);
        return 0;
}

Producer *producer_free(Producer *producer) {
        if (!producer)
                return NULL;
        for (size_t i = 0; i < producer->n; i++)
                feed_done(&producer->feeds[i]);
        wakes_free(producer->wakes);
        free(producer->feeds);
        free(producer->outlets);
        free(producer->woken);
        free(producer->fields);
        free(producer->texts);
        free(producer);
        return NULL;
}

int producer_listen(Producer *producer) {
        bool any = false;

        for (size_t i = 0; i < producer->n; i++)
                any = any || producer->feeds[i].source->events;
        return any ? wakes_new(&producer->wakes, producer->n) : 0;
}

int producer_fd(const Producer *producer) {
        return producer->wakes ? wakes_fd(producer->wakes) : -1;
}

void producer_wake(Producer *producer) {
        if (!producer->wakes)
                return;
        memset(producer->woken, 0, producer->n * sizeof(*producer->woken));
        wakes_take(producer->wakes, producer->woken);
        for (size_t i = 0; i < producer->n; i++)
                if (producer->woken[i] && producer->feeds[i].source->events)
                        producer->feeds[i].woken = true;
}

void producer_restart(Producer *producer, uint64_t now_usec) {
        if (producer->answers == producer->restart_answers &&
                now_usec - producer->restart_usec < RESTART_USEC)
                return;
        producer->restart_usec = now_usec;
        producer->restart_answers = producer->answers;
        for (size_t i = 0; i < producer->n; i++)
                feed_restart(&producer->feeds[i], now_usec);
}

/* Follows the file that is read. As wakes_watch(). */
static int watch(const Producer *producer, Feed *feed) {
        if (!producer->wakes || !feed->source->events)
                return 0;
        return wakes_watch(
                producer->wakes, (size_t)(feed - producer->feeds), sensor_find(feed->sensor));
}

static void tell_no_events(Feed *feed, int error) {
        if (feed->trouble == TROUBLE_READING || feed->no_events)
                return;
        feed->no_events = true;
        report_warning("%s: no event will tell of it, it is read each interval alone: %s",
                feed->source->name,
                error == -EOPNOTSUPP ? "the kernel tells of no file of procfs" : strerror(-error));
}

static void read_one(const Producer *producer, Feed *feed, uint64_t now_usec) {
        int r;

        (void)watch(producer, feed);
        feed_read(feed, now_usec);
        r = watch(producer, feed);
        if (r < 0)
                tell_no_events(feed, r);
        /* Another file was found: it may have changed before it was watched. */
        if (r > 0)
                feed->woken = true;
}

void producer_read(Producer *producer, uint64_t now_usec) {
        for (size_t i = 0; i < producer->n; i++)
                if (feed_take_due(&producer->feeds[i], now_usec))
                        read_one(producer, &producer->feeds[i], now_usec);
}

/* A refusal of several together says not which: then each is asked for by itself. A queue that is
 * full would be for each of them. */
static bool is_shared(const char *error, size_t n_asked) {
        return error && n_asked > 1 && strcmp(error, "queue_full") != 0;
}

static void answer_feed(Feed *feed, const SporedMessage *answer, bool shared) {
        feed->alone = shared;
        if (!answer || shared)
                feed_unanswered(feed);
        else if (spored_message_error(answer))
                feed_refused(feed, spored_message_detail(answer));
        else
                feed_set(feed);
}

static void on_answered(SporedClient *client, const SporedMessage *answer, void *userdata) {
        Outlet *outlet = userdata;
        Producer *producer = outlet->producer;
        size_t n_asked = 0;
        bool shared;

        outlet->asked_usec = USEC_NEVER;
        producer->answers += answer != NULL;
        for (size_t i = 0; i < producer->n; i++)
                n_asked += producer->feeds[i].asked &&
                           producer->feeds[i].source->characteristic == outlet->characteristic;
        shared = answer && is_shared(spored_message_error(answer), n_asked);
        for (size_t i = 0; i < producer->n; i++)
                if (producer->feeds[i].asked &&
                        producer->feeds[i].source->characteristic == outlet->characteristic)
                        answer_feed(&producer->feeds[i], answer, shared);
}

/* Marks what goes together as asked, and says how many fields that are. */
static size_t gather(Producer *producer, const Outlet *outlet) {
        size_t n = 0;

        for (size_t i = 0; i < producer->n; i++) {
                Feed *feed = &producer->feeds[i];
                SporedField *field = &producer->fields[n];

                if (!feed->fresh || feed->source->characteristic != outlet->characteristic)
                        continue;
                if (n > 0 && feed->alone)
                        continue;
                (void)snprintf(producer->texts[n], NUMBER_SIZE, "%.17g", feed->value);
                field->name =
                        outlet->characteristic->single_value ? NULL : feed->source->field->name;
                field->text = producer->texts[n++];
                feed_asked(feed);
                if (feed->alone)
                        break;
        }
        return n;
}

/* What could not even be asked for is asked for next time. */
static void take_back(Producer *producer, const Outlet *outlet) {
        for (size_t i = 0; i < producer->n; i++) {
                Feed *feed = &producer->feeds[i];

                if (!feed->asked || feed->source->characteristic != outlet->characteristic)
                        continue;
                feed->asked = false;
                feed->fresh = true;
        }
}

void producer_send(Producer *producer, SporedClient *client, uint64_t now_usec) {
        if (producer->answers != producer->answers_seen)
                producer->answered_usec = now_usec;
        producer->answers_seen = producer->answers;
        for (size_t i = 0; i < producer->n_outlets; i++) {
                Outlet *outlet = &producer->outlets[i];
                size_t n = outlet->asked_usec == USEC_NEVER ? gather(producer, outlet) : 0;

                if (n == 0)
                        continue;
                outlet->asked_usec = now_usec;
                if (spored_client_set(client, outlet->characteristic->name, producer->fields, n,
                            on_answered, outlet) == 0)
                        continue;
                outlet->asked_usec = USEC_NEVER;
                take_back(producer, outlet);
        }
}

uint64_t producer_next_usec(const Producer *producer) {
        uint64_t next_usec = USEC_NEVER;

        for (size_t i = 0; i < producer->n; i++) {
                uint64_t usec = feed_next_usec(&producer->feeds[i]);

                if (usec < next_usec)
                        next_usec = usec;
        }
        return next_usec;
}

uint64_t producer_answer_usec(const Producer *producer) {
        const Outlet *first = NULL;
        uint64_t usec;

        for (size_t i = 0; i < producer->n_outlets; i++) {
                const Outlet *outlet = &producer->outlets[i];

                if (outlet->asked_usec < (first ? first->asked_usec : USEC_NEVER))
                        first = outlet;
        }
        if (!first)
                return USEC_NEVER;
        /* It was not looked at before the one ahead of it was answered. */
        usec = first->asked_usec > producer->answered_usec ? first->asked_usec
                                                           : producer->answered_usec;
        if (first->characteristic->policy == QUEUE_BLOCK)
                usec += first->characteristic->put_timeout_usec;
        return usec + ANSWER_USEC;
}

bool producer_is_settled(const Producer *producer) {
        for (size_t i = 0; i < producer->n; i++)
                if (producer->feeds[i].fresh || producer->feeds[i].asked)
                        return false;
        return true;
}

uint64_t producer_answers(const Producer *producer) {
        return producer->answers;
}

static FeedCounts add_up(const Producer *producer) {
        FeedCounts sum = {0};

        for (size_t i = 0; i < producer->n; i++) {
                const FeedCounts *counts = &producer->feeds[i].counts;

                sum.failed += counts->failed;
                sum.refused += counts->refused;
                sum.missed += counts->missed;
        }
        return sum;
}

void producer_summarize(const Producer *producer, char out[static PRODUCER_SUMMARY_SIZE]) {
        const FeedCounts sum = add_up(producer);
        const struct {
                const char *words;
                uint64_t n;
        } parts[] = {
                {"failed readings", sum.failed},
                {"refused values", sum.refused},
                {"overtaken values", sum.missed},
        };
        size_t troubles = producer_troubles(producer);
        int size = snprintf(out, PRODUCER_SUMMARY_SIZE, "%zu source%s", producer->n,
                producer->n == 1 ? "" : "s");

        if (troubles > 0)
                size += snprintf(out + size, PRODUCER_SUMMARY_SIZE - (size_t)size,
                        ", %zu of them not set", troubles);
        for (size_t i = 0; i < ELEMENTS(parts); i++)
                if (parts[i].n > 0)
                        size += snprintf(out + size, PRODUCER_SUMMARY_SIZE - (size_t)size,
                                "; %s: %" PRIu64, parts[i].words, parts[i].n);
}

size_t producer_troubles(const Producer *producer) {
        size_t n = 0;

        for (size_t i = 0; i < producer->n; i++)
                n += producer->feeds[i].trouble != TROUBLE_NONE;
        return n;
}

uint64_t producer_missed(const Producer *producer) {
        return add_up(producer).missed;
}

void producer_report(const Producer *producer) {
        for (size_t i = 0; i < producer->n; i++)
                feed_report(&producer->feeds[i]);
}

void producer_print(Producer *producer, FILE *out) {
        for (size_t i = 0; i < producer->n; i++) {
                Feed *feed = &producer->feeds[i];

                feed_read(feed, 0);
                if (feed->fresh)
                        feed_print(feed, out);
        }
}
