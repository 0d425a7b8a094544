/* The queue against a model, over random producers, policies, depths, notifiers that come, stall
 * and go, and policies and depths that change meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "queues.h"
#include "random.h"
#include "util/clock.h"

#define NOTIFIERS 4
#define VALUE_MAX 12

/* The model: each notifier has its own plain list of what waits. */
typedef struct ModelNotifier {
        QueueNotifier *real; /* NULL: not started */
        bool asleep;         /* sends nothing */
        bool stalled;
        uint64_t moved_usec;
        uint32_t waiting[QUEUE_DEPTH_MAX]; /* numbers of the values, oldest first */
        size_t n_waiting;
        uint32_t given; /* the number of what may come back; 0: nothing */
        bool overtaken; /* it has no place to come back to */
        uint32_t last_sent;
        QueueCounters counters;
} ModelNotifier;

typedef struct Model {
        Random random;
        Queue *queue;
        QueuePolicy policy;
        size_t limit;      /* how many values may wait */
        bool reconfigures; /* now and then */
        uint64_t now;
        uint32_t n_values;
        uint64_t n_refused, n_returned;
        ModelNotifier notifiers[NOTIFIERS];
        QueueCounters ended;
} Model;

static void assert_balanced(const QueueCounters *c) {
        assert_int_equal(c->published, c->sent + c->dropped_overwritten + c->dropped_stalled +
                                               c->dropped_gone + c->dropped_oversize +
                                               c->coalesced + c->pending);
}

static void add(QueueCounters *sum, const QueueCounters *c) {
        sum->published += c->published;
        sum->sent += c->sent;
        sum->dropped_overwritten += c->dropped_overwritten;
        sum->dropped_stalled += c->dropped_stalled;
        sum->dropped_gone += c->dropped_gone;
        sum->dropped_oversize += c->dropped_oversize;
        sum->coalesced += c->coalesced;
        sum->pending += c->pending;
        sum->confirmed += c->confirmed;
}

/* What value number looks like: its length and bytes follow from its number. */
static size_t model_value(uint32_t number, uint8_t out[static VALUE_MAX]) {
        size_t size = number % (VALUE_MAX + 1);

        for (size_t i = 0; i < size; i++)
                out[i] = (uint8_t)(number >> (8 * (i % 4)));
        return size;
}

static void take_first(ModelNotifier *n) {
        n->n_waiting--;
        memmove(n->waiting, n->waiting + 1, n->n_waiting * sizeof(n->waiting[0]));
}

static void take_room(const Model *model, ModelNotifier *n) {
        take_first(n);
        if (model->policy == QUEUE_COALESCE)
                n->counters.coalesced++;
        else
                n->counters.dropped_overwritten++;
}

static void append(Model *model, ModelNotifier *n, uint32_t number) {
        n->counters.published++;
        if (n->n_waiting == 0)
                n->moved_usec = model->now;
        if (n->n_waiting == model->limit)
                take_room(model, n);
        n->waiting[n->n_waiting++] = number;
        n->overtaken = n->overtaken || n->n_waiting >= model->limit;
}

/* What may come back has a room too. */
static size_t room_of(const ModelNotifier *n) {
        return n->n_waiting + (n->given > 0);
}

/* The rule of the design: who has sent nothing for so long no longer holds anybody back. */
static bool holds_back(Model *model, ModelNotifier *n) {
        if (!n->real || n->stalled || room_of(n) < model->limit)
                return false;
        if (model->now - n->moved_usec < STALL_AFTER)
                return true;
        n->counters.dropped_stalled += n->n_waiting;
        n->overtaken = n->overtaken || n->n_waiting > 0;
        n->n_waiting = 0;
        n->stalled = true;
        return false;
}

static bool refuses(const Model *model) {
        return model->policy == QUEUE_DROP_NEWEST || model->policy == QUEUE_BLOCK;
}

static bool is_refused(Model *model) {
        bool refused = false;

        if (refuses(model))
                for (size_t i = 0; i < NOTIFIERS; i++)
                        refused = holds_back(model, &model->notifiers[i]) || refused;
        return refused;
}

static void produce(Model *model) {
        uint8_t data[VALUE_MAX];
        uint32_t number = ++model->n_values;
        size_t size = model_value(number, data);
        bool over = random_below(&model->random, 20) == 0;
        int r = over ? queue_push_over(model->queue, data, size, model->now)
                     : queue_push(model->queue, data, size, model->now);

        if (!over && is_refused(model)) {
                assert_int_equal(r, QUEUE_E_FULL);
                model->n_refused++;
                return;
        }
        assert_int_equal(r, 0);
        for (size_t i = 0; i < NOTIFIERS; i++)
                if (model->notifiers[i].real)
                        append(model, &model->notifiers[i], number);
}

static void start(Model *model, ModelNotifier *n) {
        *n = (ModelNotifier){0};
        assert_int_equal(queue_notifier_new(&n->real, model->queue), 0);
}

static void end(Model *model, ModelNotifier *n) {
        n->counters.dropped_gone = room_of(n);
        add(&model->ended, &n->counters);
        n->real = queue_notifier_end(n->real);
}

static void move(Model *model, ModelNotifier *n) {
        uint8_t expected[VALUE_MAX];
        QueuedValue value;

        if (n->n_waiting == 0) {
                assert_int_equal(queue_notifier_peek(n->real, &value), 0);
                return;
        }
        assert_int_equal(queue_notifier_peek(n->real, &value), 1);
        assert_int_equal(value.size, model_value(n->waiting[0], expected));
        assert_memory_equal(value.data, expected, value.size);
        assert_true(n->waiting[0] > n->last_sent);
        n->last_sent = n->waiting[0];
        uint32_t dice = random_below(&model->random, 10);
        if (dice == 0) {
                queue_notifier_oversize(n->real, model->now);
                n->counters.dropped_oversize++;
        } else if (dice < 6) {
                queue_notifier_given(n->real, model->now);
                n->given = n->waiting[0];
                n->overtaken = false;
        } else {
                queue_notifier_sent(n->real, model->now);
                n->counters.sent++;
        }
        n->moved_usec = model->now;
        n->stalled = false;
        take_first(n);
}

static void put_first(ModelNotifier *n, uint32_t number) {
        memmove(n->waiting + 1, n->waiting, n->n_waiting * sizeof(n->waiting[0]));
        n->waiting[0] = number;
        n->n_waiting++;
        n->last_sent = number - 1;
}

static void return_given(Model *model, ModelNotifier *n) {
        queue_notifier_returned(n->real, model->now);
        if (n->given && !n->overtaken)
                put_first(n, n->given);
        else if (n->given && model->policy == QUEUE_COALESCE)
                n->counters.coalesced++;
        else if (n->given)
                n->counters.dropped_overwritten++;
        model->n_returned += n->given && !n->overtaken;
        if (n->given)
                n->moved_usec = model->now;
        n->given = 0;
}

static void keep_given(const Model *model, ModelNotifier *n) {
        queue_notifier_kept(n->real, model->now);
        if (!n->given)
                return;
        n->given = 0;
        n->counters.sent++;
        n->moved_usec = model->now;
        n->stalled = false;
}

/* What was given is kept or comes back, before another moves. */
static void settle(Model *model, ModelNotifier *n) {
        if (random_below(&model->random, 4) == 0)
                return_given(model, n);
        else
                keep_given(model, n);
}

/* A notifier starts if it is not there; else it moves a few, falls asleep or wakes, or ends. */
static void touch(Model *model, ModelNotifier *n) {
        uint32_t dice = random_below(&model->random, 200);

        if (!n->real) {
                start(model, n);
        } else if (dice < 2) {
                end(model, n);
        } else if (dice < 6) {
                n->asleep = !n->asleep;
        } else if (dice < 10) {
                queue_notifier_confirmed(n->real);
                n->counters.confirmed++;
        } else if (!n->asleep) {
                for (uint32_t i = random_below(&model->random, 4); i > 0; i--) {
                        settle(model, n);
                        move(model, n);
                }
        }
}

/* The last of those that are full decides. */
static uint64_t stalls_usec(const Model *model) {
        uint64_t usec = USEC_NEVER;

        for (size_t i = 0; refuses(model) && i < NOTIFIERS; i++) {
                const ModelNotifier *n = &model->notifiers[i];

                if (n->real && !n->stalled && room_of(n) >= model->limit &&
                        (usec == USEC_NEVER || n->moved_usec + STALL_AFTER > usec))
                        usec = n->moved_usec + STALL_AFTER;
        }
        return usec;
}

static void compare(const Model *model) {
        QueueCounters sum = model->ended;
        QueueCounters all = queue_counters(model->queue);
        bool stalled = false, waits = false;

        for (size_t i = 0; i < NOTIFIERS; i++) {
                const ModelNotifier *n = &model->notifiers[i];
                QueueCounters expected = n->counters;
                QueueCounters is;

                if (!n->real)
                        continue;
                expected.pending = room_of(n);
                assert_int_equal(queue_notifier_waiting(n->real), n->n_waiting);
                is = queue_notifier_counters(n->real);
                assert_counters_equal(&is, &expected);
                assert_balanced(&is);
                add(&sum, &expected);
                stalled = stalled || n->stalled;
                waits = waits || n->n_waiting > 0;
        }
        assert_counters_equal(&all, &sum);
        assert_balanced(&all);
        assert_int_equal(queue_stalled(model->queue), stalled);
        assert_int_equal(queue_waits(model->queue), waits);
        assert_int_equal(queue_stalls_usec(model->queue), stalls_usec(model));
}

static void set_parameters(Model *model, QueuePolicy policy, size_t depth, Queue **ret) {
        const QueueParameters parameters = {.policy = policy,
                .depth = depth,
                .value_max = VALUE_MAX,
                .stall_after_usec = STALL_AFTER};

        model->policy = policy;
        model->limit = policy == QUEUE_COALESCE ? 1 : depth;
        assert_int_equal(queue_new(ret, &parameters), 0);
}

static void fit_in(const Model *model, ModelNotifier *n) {
        n->overtaken = n->overtaken || n->n_waiting >= model->limit;
        while (n->n_waiting > model->limit)
                take_room(model, n);
}

static void reconfigure(Model *model) {
        Queue *fresh = NULL;

        set_parameters(model, (QueuePolicy)random_below(&model->random, 4),
                1 + random_below(&model->random, 1U << random_below(&model->random, 7)), &fresh);
        queue_reconfigure(model->queue, fresh);
        for (size_t i = 0; i < NOTIFIERS; i++)
                fit_in(model, &model->notifiers[i]);
}

static void step(Model *model) {
        if (model->reconfigures && random_below(&model->random, 20) == 0)
                reconfigure(model);
        else if (random_below(&model->random, 2) == 0)
                produce(model);
        else
                touch(model, &model->notifiers[random_below(&model->random, NOTIFIERS)]);
}

/* Returns what was seen, so that the tests can tell that it was not nothing. */
static QueueCounters run(QueuePolicy policy, size_t depth, unsigned n_operations, uint64_t seed,
        bool reconfigures, uint64_t *n_refused) {
        static Model model; /* too large for the stack */
        QueueCounters seen;

        memset(&model, 0, sizeof(model));
        model.random.state = seed;
        model.reconfigures = reconfigures;
        set_parameters(&model, policy, depth, &model.queue);

        for (unsigned i = 0; i < n_operations; i++) {
                model.now += random_below(&model.random, 10);
                step(&model);
                compare(&model);
        }
        seen = queue_counters(model.queue);
        *n_refused += model.n_refused;
        assert_true(model.n_returned > 0);
        model.queue = queue_free(model.queue);
        return seen;
}

static QueueCounters run_many(QueuePolicy policy, uint64_t *n_refused) {
        Random random = {20240229};
        QueueCounters sum = {0};
        QueueCounters seen;

        *n_refused = 0;
        for (unsigned i = 0; i < 30; i++) {
                size_t depth = 1 + random_below(&random, 1U << random_below(&random, 7));

                seen = run(policy, depth, 3000, i + 1, false, n_refused);
                add(&sum, &seen);
        }
        seen = run(policy, QUEUE_DEPTH_MAX, 20000, 7, false, n_refused);
        add(&sum, &seen);
        assert_true(sum.sent > 1000 && sum.dropped_gone > 0 && sum.dropped_oversize > 100 &&
                    sum.confirmed > 100);
        return sum;
}

static void test_drop_oldest(void **state) {
        uint64_t n_refused;
        QueueCounters seen = run_many(QUEUE_DROP_OLDEST, &n_refused);

        assert_true(seen.dropped_overwritten > 1000 && seen.coalesced == 0);
        assert_true(seen.dropped_stalled == 0 && n_refused == 0);
}

static void test_drop_newest(void **state) {
        uint64_t n_refused;
        QueueCounters seen = run_many(QUEUE_DROP_NEWEST, &n_refused);

        assert_true(n_refused > 1000 && seen.dropped_stalled > 100 && seen.coalesced == 0);
}

static void test_coalesce(void **state) {
        uint64_t n_refused;
        QueueCounters seen = run_many(QUEUE_COALESCE, &n_refused);

        assert_true(seen.coalesced > 1000 && seen.dropped_overwritten == 0);
        assert_true(seen.dropped_stalled == 0 && n_refused == 0);
}

static void test_block(void **state) {
        uint64_t n_refused;
        QueueCounters seen = run_many(QUEUE_BLOCK, &n_refused);

        assert_true(n_refused > 1000 && seen.dropped_stalled > 100 && seen.coalesced == 0);
}

static void test_policies_and_depths_that_change(void **state) {
        QueueCounters sum = {0};
        uint64_t n_refused = 0;

        for (unsigned i = 0; i < 60; i++) {
                QueueCounters seen = run(QUEUE_DROP_OLDEST, 8, 3000, i + 1, true, &n_refused);

                add(&sum, &seen);
        }
        assert_true(n_refused > 1000 && sum.coalesced > 1000 && sum.dropped_overwritten > 1000 &&
                    sum.dropped_stalled > 100 && sum.sent > 1000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_drop_oldest),
                cmocka_unit_test(test_drop_newest),
                cmocka_unit_test(test_coalesce),
                cmocka_unit_test(test_block),
                cmocka_unit_test(test_policies_and_depths_that_change),
        };

        return cmocka_run_group_tests_name("queue-model", tests, NULL, NULL);
}
