/* The queue: policies and counters by example, then against a model. */
#include "core/queue.h"
#include "random.h"
#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

DEFINE_CLEANUP(Queue *, queue_free);

static Queue *make_queue(QueuePolicy policy, size_t depth) {
        Queue *queue = NULL;

        assert_int_equal(queue_new(&queue, policy, depth, 8), 0);
        return queue;
}

static QueueNotifier *make_notifier(Queue *queue) {
        QueueNotifier *notifier = NULL;

        assert_int_equal(queue_notifier_new(&notifier, queue), 0);
        return notifier;
}

static void push(Queue *queue, uint8_t byte) {
        assert_int_equal(queue_push(queue, &byte, 1), 0);
}

/* Takes the next value, which must be this byte. */
static void expect_sends(QueueNotifier *notifier, uint8_t byte) {
        const uint8_t *data = NULL;
        size_t size = 0;

        assert_int_equal(queue_notifier_peek(notifier, &data, &size), 1);
        assert_int_equal(size, 1);
        assert_int_equal(data[0], byte);
        queue_notifier_sent(notifier);
}

static void expect_nothing_waits(const QueueNotifier *notifier) {
        const uint8_t *data = NULL;
        size_t size = 0;

        assert_int_equal(queue_notifier_peek(notifier, &data, &size), 0);
        assert_int_equal(queue_notifier_counters(notifier).pending, 0);
}

static void assert_counters_equal(const QueueCounters *is, const QueueCounters *expected) {
        assert_int_equal(is->published, expected->published);
        assert_int_equal(is->sent, expected->sent);
        assert_int_equal(is->dropped_overwritten, expected->dropped_overwritten);
        assert_int_equal(is->dropped_gone, expected->dropped_gone);
        assert_int_equal(is->coalesced, expected->coalesced);
        assert_int_equal(is->pending, expected->pending);
}

static void assert_balanced(const QueueCounters *c) {
        assert_int_equal(c->published,
                c->sent + c->dropped_overwritten + c->dropped_gone + c->coalesced + c->pending);
}

static void test_depth_outside_its_bounds_is_refused(void **state) {
        Queue *queue = NULL;

        assert_int_equal(queue_new(&queue, QUEUE_DROP_OLDEST, 0, 8), -EINVAL);
        assert_int_equal(queue_new(&queue, QUEUE_DROP_OLDEST, QUEUE_DEPTH_MAX + 1, 8), -EINVAL);
        assert_int_equal(queue_new(&queue, QUEUE_COALESCE, 0, 8), -EINVAL);
        assert_null(queue);
}

static void test_free_and_end_take_null(void **state) {
        assert_null(queue_free(NULL));
        assert_null(queue_notifier_end(NULL));
}

static void test_free_ends_the_notifiers_that_are_left(void **state) {
        Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);

        make_notifier(queue);
        make_notifier(queue);
        push(queue, 1);
        assert_null(queue_free(queue));
}

static void test_values_leave_in_the_order_they_came(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 3);
        QueueNotifier *notifier = make_notifier(queue);

        for (uint8_t i = 1; i <= 3; i++)
                push(queue, i);
        for (uint8_t i = 1; i <= 3; i++)
                expect_sends(notifier, i);
        expect_nothing_waits(notifier);
}

static void test_value_above_the_maximum_is_refused_and_not_counted(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 3);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t nine[9] = {0};

        assert_int_equal(queue_push(queue, nine, sizeof(nine)), -EMSGSIZE);
        assert_int_equal(queue_notifier_counters(notifier).published, 0);
        expect_nothing_waits(notifier);
}

static void test_empty_value_is_a_value(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t *data = NULL;
        size_t size = 1;

        assert_int_equal(queue_push(queue, NULL, 0), 0);
        assert_int_equal(queue_notifier_peek(notifier, &data, &size), 1);
        assert_int_equal(size, 0);
        assert_non_null(data);
}

static void test_queue_of_empty_values_works(void **state) {
        _cleanup_(queue_freep) Queue *queue = NULL;
        QueueNotifier *notifier;

        assert_int_equal(queue_new(&queue, QUEUE_DROP_OLDEST, 2, 0), 0);
        notifier = make_notifier(queue);
        assert_int_equal(queue_push(queue, NULL, 0), 0);
        assert_int_equal(queue_notifier_counters(notifier).pending, 1);
}

static void test_without_a_notifier_a_push_does_nothing(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueCounters counters;

        push(queue, 1);
        counters = queue_counters(queue);
        assert_counters_equal(&counters, &(QueueCounters){0});
}

static void test_notifier_starts_behind_what_waits(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 4);
        QueueNotifier *second;

        make_notifier(queue);
        push(queue, 1);
        second = make_notifier(queue);
        expect_nothing_waits(second);
        push(queue, 2);
        expect_sends(second, 2);
}

static void test_peek_takes_nothing(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t *data = NULL;
        size_t size = 0;

        push(queue, 7);
        assert_int_equal(queue_notifier_peek(notifier, &data, &size), 1);
        assert_int_equal(queue_notifier_counters(notifier).sent, 0);
        expect_sends(notifier, 7);
}

static void test_push_after_a_peek_is_seen_by_the_next_peek(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_COALESCE, 1);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t *data = NULL;
        size_t size = 0;

        push(queue, 1);
        assert_int_equal(queue_notifier_peek(notifier, &data, &size), 1);
        push(queue, 2);
        expect_sends(notifier, 2);
}

static void test_drop_oldest_counts_what_it_overwrites(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);
        QueueCounters counters;

        for (uint8_t i = 1; i <= 5; i++)
                push(queue, i);
        counters = queue_notifier_counters(notifier);
        assert_counters_equal(&counters,
                &(QueueCounters){.published = 5, .dropped_overwritten = 3, .pending = 2});
        expect_sends(notifier, 4);
        expect_sends(notifier, 5);
        expect_nothing_waits(notifier);
}

static void test_slow_notifier_drops_without_harm_to_the_fast_one(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *fast = make_notifier(queue);
        QueueNotifier *slow = make_notifier(queue);

        for (uint8_t i = 1; i <= 5; i++) {
                push(queue, i);
                expect_sends(fast, i);
        }
        assert_int_equal(queue_notifier_counters(fast).dropped_overwritten, 0);
        assert_int_equal(queue_notifier_counters(slow).dropped_overwritten, 3);
        expect_sends(slow, 4);
}

static void test_coalesce_replaces_what_waits(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_COALESCE, 16);
        QueueNotifier *notifier = make_notifier(queue);
        QueueCounters counters;

        for (uint8_t i = 1; i <= 5; i++)
                push(queue, i);
        counters = queue_notifier_counters(notifier);
        assert_counters_equal(
                &counters, &(QueueCounters){.published = 5, .coalesced = 4, .pending = 1});
        expect_sends(notifier, 5);
        expect_nothing_waits(notifier);
}

static void test_coalesce_counts_only_for_notifiers_that_had_a_value(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_COALESCE, 1);
        QueueNotifier *idle = make_notifier(queue);
        QueueNotifier *slow = make_notifier(queue);

        push(queue, 1);
        expect_sends(idle, 1);
        push(queue, 2);
        assert_int_equal(queue_notifier_counters(idle).coalesced, 0);
        assert_int_equal(queue_notifier_counters(slow).coalesced, 1);
        expect_sends(idle, 2);
        expect_sends(slow, 2);
}

static void test_end_counts_what_waited_as_gone(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 4);
        QueueNotifier *notifier = make_notifier(queue);
        QueueCounters counters;

        for (uint8_t i = 1; i <= 3; i++)
                push(queue, i);
        expect_sends(notifier, 1);
        assert_null(queue_notifier_end(notifier));
        counters = queue_counters(queue);
        assert_counters_equal(
                &counters, &(QueueCounters){.published = 3, .sent = 1, .dropped_gone = 2});
}

static void test_counters_sum_living_and_ended_notifiers(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 1);
        QueueNotifier *ended = make_notifier(queue);
        QueueCounters counters;

        make_notifier(queue);
        push(queue, 1);
        push(queue, 2);
        queue_notifier_end(ended);
        push(queue, 3);
        counters = queue_counters(queue);
        assert_counters_equal(&counters,
                &(QueueCounters){
                        .published = 5, .dropped_overwritten = 3, .dropped_gone = 1, .pending = 1});
}

/* The model: each notifier has its own plain list of what waits. */

#define MODEL_NOTIFIERS 4
#define MODEL_VALUE_MAX 12

typedef struct ModelNotifier {
        QueueNotifier *real; /* NULL: not started */
        bool stalled;
        uint32_t waiting[QUEUE_DEPTH_MAX]; /* numbers of the values, oldest first */
        size_t n_waiting;
        uint32_t last_sent;
        QueueCounters counters;
} ModelNotifier;

typedef struct Model {
        Random random;
        Queue *queue;
        QueuePolicy policy;
        size_t limit; /* how many values may wait */
        uint32_t n_values;
        ModelNotifier notifiers[MODEL_NOTIFIERS];
        QueueCounters ended;
} Model;

/* What value number looks like: its length and bytes follow from its number. */
static size_t model_value(uint32_t number, uint8_t out[static MODEL_VALUE_MAX]) {
        size_t size = number % (MODEL_VALUE_MAX + 1);

        for (size_t i = 0; i < size; i++)
                out[i] = (uint8_t)(number >> (8 * (i % 4)));
        return size;
}

static void model_take_first(ModelNotifier *n) {
        n->n_waiting--;
        memmove(n->waiting, n->waiting + 1, n->n_waiting * sizeof(n->waiting[0]));
}

static void model_append(Model *model, ModelNotifier *n, uint32_t number) {
        n->counters.published++;
        if (n->n_waiting == model->limit) {
                model_take_first(n);
                if (model->policy == QUEUE_COALESCE)
                        n->counters.coalesced++;
                else
                        n->counters.dropped_overwritten++;
        }
        n->waiting[n->n_waiting++] = number;
}

static void model_push(Model *model) {
        uint8_t data[MODEL_VALUE_MAX];
        uint32_t number = ++model->n_values;
        size_t size = model_value(number, data);

        assert_int_equal(queue_push(model->queue, data, size), 0);
        for (size_t i = 0; i < MODEL_NOTIFIERS; i++)
                if (model->notifiers[i].real)
                        model_append(model, &model->notifiers[i], number);
}

static void model_start(Model *model, ModelNotifier *n) {
        *n = (ModelNotifier){.real = make_notifier(model->queue)};
}

static void model_end(Model *model, ModelNotifier *n) {
        QueueCounters *ended = &model->ended;

        ended->published += n->counters.published;
        ended->sent += n->counters.sent;
        ended->dropped_overwritten += n->counters.dropped_overwritten;
        ended->coalesced += n->counters.coalesced;
        ended->dropped_gone += n->n_waiting;
        n->real = queue_notifier_end(n->real);
}

static void model_send(ModelNotifier *n) {
        uint8_t expected[MODEL_VALUE_MAX];
        const uint8_t *data = NULL;
        size_t size = 0;

        if (n->n_waiting == 0) {
                assert_int_equal(queue_notifier_peek(n->real, &data, &size), 0);
                return;
        }
        assert_int_equal(queue_notifier_peek(n->real, &data, &size), 1);
        assert_int_equal(size, model_value(n->waiting[0], expected));
        assert_memory_equal(data, expected, size);
        assert_true(n->waiting[0] > n->last_sent);
        n->last_sent = n->waiting[0];
        queue_notifier_sent(n->real);
        n->counters.sent++;
        model_take_first(n);
}

/* A notifier starts if it is not there; else it sends a few, stalls or moves again, or ends. */
static void model_touch_notifier(Model *model, ModelNotifier *n) {
        uint32_t dice = random_below(&model->random, 100);

        if (!n->real) {
                model_start(model, n);
        } else if (dice < 2) {
                model_end(model, n);
        } else if (dice < 6) {
                n->stalled = !n->stalled;
        } else if (!n->stalled) {
                for (uint32_t i = random_below(&model->random, 4); i > 0; i--)
                        model_send(n);
        }
}

static void model_compare(const Model *model) {
        QueueCounters sum = model->ended;
        QueueCounters all = queue_counters(model->queue);

        for (size_t i = 0; i < MODEL_NOTIFIERS; i++) {
                const ModelNotifier *n = &model->notifiers[i];
                QueueCounters expected = n->counters;
                QueueCounters is;

                if (!n->real)
                        continue;
                expected.pending = n->n_waiting;
                is = queue_notifier_counters(n->real);
                assert_counters_equal(&is, &expected);
                assert_balanced(&is);
                sum.published += expected.published;
                sum.sent += expected.sent;
                sum.dropped_overwritten += expected.dropped_overwritten;
                sum.coalesced += expected.coalesced;
                sum.pending += expected.pending;
        }
        assert_counters_equal(&all, &sum);
        assert_balanced(&all);
}

static void model_run(QueuePolicy policy, size_t depth, unsigned n_operations, uint64_t seed) {
        static Model model; /* too large for the stack */

        model = (Model){
                .random = {seed},
                .queue = NULL,
                .policy = policy,
                .limit = policy == QUEUE_COALESCE ? 1 : depth,
        };
        assert_int_equal(queue_new(&model.queue, policy, depth, MODEL_VALUE_MAX), 0);

        for (unsigned i = 0; i < n_operations; i++) {
                if (random_below(&model.random, 3) == 0)
                        model_push(&model);
                else
                        model_touch_notifier(&model,
                                &model.notifiers[random_below(&model.random, MODEL_NOTIFIERS)]);
                model_compare(&model);
        }
        model.queue = queue_free(model.queue);
}

static void test_drop_oldest_does_what_the_model_does(void **state) {
        Random random = {20240229};

        for (unsigned run = 0; run < 40; run++) {
                size_t depth = 1 + random_below(&random, 64);

                model_run(QUEUE_DROP_OLDEST, depth, 3000, run + 1);
        }
}

static void test_coalesce_does_what_the_model_does(void **state) {
        Random random = {20231101};

        for (unsigned run = 0; run < 20; run++) {
                size_t depth = 1 + random_below(&random, 64);

                model_run(QUEUE_COALESCE, depth, 3000, run + 1);
        }
}

static void test_greatest_depth_does_what_the_model_does(void **state) {
        for (unsigned run = 0; run < 3; run++) {
                model_run(QUEUE_DROP_OLDEST, QUEUE_DEPTH_MAX, 3000, run + 1);
                model_run(QUEUE_COALESCE, QUEUE_DEPTH_MAX, 3000, run + 1);
        }
}

static void test_greatest_depth_overwrites_in_order(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, QUEUE_DEPTH_MAX);
        QueueNotifier *notifier = make_notifier(queue);

        for (uint32_t i = 0; i < 2 * QUEUE_DEPTH_MAX + 3; i++)
                assert_int_equal(queue_push(queue, (const uint8_t *)&i, sizeof(i)), 0);
        assert_int_equal(
                queue_notifier_counters(notifier).dropped_overwritten, QUEUE_DEPTH_MAX + 3);
        for (uint32_t i = QUEUE_DEPTH_MAX + 3; i < 2 * QUEUE_DEPTH_MAX + 3; i++) {
                const uint8_t *data = NULL;
                size_t size = 0;

                assert_int_equal(queue_notifier_peek(notifier, &data, &size), 1);
                assert_int_equal(size, sizeof(i));
                assert_memory_equal(data, &i, sizeof(i));
                queue_notifier_sent(notifier);
        }
        expect_nothing_waits(notifier);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_depth_outside_its_bounds_is_refused),
                cmocka_unit_test(test_free_and_end_take_null),
                cmocka_unit_test(test_free_ends_the_notifiers_that_are_left),
                cmocka_unit_test(test_values_leave_in_the_order_they_came),
                cmocka_unit_test(test_value_above_the_maximum_is_refused_and_not_counted),
                cmocka_unit_test(test_empty_value_is_a_value),
                cmocka_unit_test(test_queue_of_empty_values_works),
                cmocka_unit_test(test_without_a_notifier_a_push_does_nothing),
                cmocka_unit_test(test_notifier_starts_behind_what_waits),
                cmocka_unit_test(test_peek_takes_nothing),
                cmocka_unit_test(test_push_after_a_peek_is_seen_by_the_next_peek),
                cmocka_unit_test(test_drop_oldest_counts_what_it_overwrites),
                cmocka_unit_test(test_slow_notifier_drops_without_harm_to_the_fast_one),
                cmocka_unit_test(test_coalesce_replaces_what_waits),
                cmocka_unit_test(test_coalesce_counts_only_for_notifiers_that_had_a_value),
                cmocka_unit_test(test_end_counts_what_waited_as_gone),
                cmocka_unit_test(test_counters_sum_living_and_ended_notifiers),
                cmocka_unit_test(test_drop_oldest_does_what_the_model_does),
                cmocka_unit_test(test_coalesce_does_what_the_model_does),
                cmocka_unit_test(test_greatest_depth_does_what_the_model_does),
                cmocka_unit_test(test_greatest_depth_overwrites_in_order),
        };

        return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
