/* Stored values: their queues, their counters, their age. */
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/bytes.h"
#include "util/clock.h"

static QueueNotifier *notify(Fixture *f, const Characteristic *c) {
        QueueNotifier *notifier = NULL;

        assert_int_equal(queue_notifier_new(&notifier, values_at(f->values, c)->queue), 0);
        return notifier;
}

/* What waits, taken out: "01 02". */
static void assert_waiting(QueueNotifier *notifier, const char *expected) {
        char text[128] = "";
        QueuedValue value;

        while (queue_notifier_peek(notifier, &value) == 1) {
                char hex[2 * FIXTURE_ROOM + 1];
                size_t length = strlen(text);

                bytes_to_hex(hex, value.data, value.size);
                (void)snprintf(
                        text + length, sizeof(text) - length, "%s%s", length > 0 ? " " : "", hex);
                queue_notifier_sent(notifier, START_USEC);
        }
        assert_string_equal(text, expected);
}

static void test_a_value_starts_as_declared(void **state) {
        Fixture *f = *state;

        fixture_start(f);
        assert_value(f, f->plain, "01");
        assert_value(f, f->level, "");
        assert_int_equal(values_at(f->values, f->plain)->seq, 0);
        assert_int_equal(values_at(f->values, f->plain)->set_usec, START_USEC);
        assert_null(values_at(f->values, f->plain)->queue);
        assert_non_null(values_at(f->values, f->alarm)->queue);
        assert_null(values_free(NULL));
}

static void test_a_set_is_stored_queued_and_counted(void **state) {
        Fixture *f = *state;

        fixture_start(f);
        QueueNotifier *notifier = notify(f, f->level);
        assert_int_equal(fixture_set(f, f->level, 7, START_USEC + 5), 0);
        assert_value(f, f->level, "07");
        const Value *v = values_at(f->values, f->level);
        assert_int_equal(v->seq, 1);
        assert_int_equal(v->sets, 1);
        assert_int_equal(v->set_usec, START_USEC + 5);
        assert_waiting(notifier, "07");
}

static void test_too_long_changes_nothing(void **state) {
        Fixture *f = *state;
        const uint8_t data[FIXTURE_ROOM + 1] = {0};

        fixture_start(f);
        assert_int_equal(values_set(f->values, f->plain, data, sizeof(data), 0), -EMSGSIZE);
        assert_int_equal(values_store(f->values, f->level, data, sizeof(data), 0), -EMSGSIZE);
        assert_int_equal(values_restore(f->values, f->level, data, sizeof(data)), -EMSGSIZE);
        assert_value(f, f->plain, "01");
        assert_int_equal(values_at(f->values, f->plain)->sets, 0);
}

static Descriptor *add_descriptor(Characteristic *c, const char *name, uint8_t byte) {
        Descriptor *d = characteristic_add_descriptor(c, name);

        assert_non_null(d);
        d->data = malloc(1);
        assert_non_null(d->data);
        *d->data = byte;
        d->size = 1;
        d->size_max = 2;
        return d;
}

static void assert_descriptor(Fixture *f, const Descriptor *d, const uint8_t *data, size_t size) {
        const DescriptorValue *v = values_descriptor(f->values, f->plain, d);

        assert_int_equal(v->size, size);
        assert_memory_equal(v->data, data, size);
}

static void test_each_descriptor_keeps_what_is_written(void **state) {
        const uint8_t first[] = {1}, second[] = {2}, written[] = {7, 8, 9};
        Fixture *f = *state;
        const Descriptor *a = add_descriptor(f->plain, "a", 1);
        const Descriptor *b = add_descriptor(f->plain, "b", 2);

        fixture_start(f);
        assert_descriptor(f, a, first, 1);
        assert_descriptor(f, b, second, 1);
        assert_int_equal(values_store_descriptor(f->values, f->plain, b, written, 3), -EMSGSIZE);
        assert_descriptor(f, b, second, 1);
        assert_int_equal(values_store_descriptor(f->values, f->plain, b, written, 2), 0);
        assert_descriptor(f, b, written, 2);
        assert_descriptor(f, a, first, 1);
        assert_int_equal(values_store_descriptor(f->values, f->plain, a, NULL, 0), 0);
        assert_descriptor(f, a, first, 0);
}

static void test_the_stored_value_itself_and_none_can_be_set(void **state) {
        Fixture *f = *state;

        fixture_start(f);
        const Value *v = values_at(f->values, f->plain);
        assert_int_equal(values_set(f->values, f->plain, v->data, v->size, START_USEC), 0);
        assert_value(f, f->plain, "01");
        assert_int_equal(values_set(f->values, f->plain, NULL, 0, START_USEC), 0);
        assert_value(f, f->plain, "");
}

static void full_refuses(Fixture *f, QueuePolicy policy) {
        f->level->policy = policy;
        fixture_start(f);
        QueueNotifier *notifier = notify(f, f->level);
        for (uint8_t i = 1; i <= FIXTURE_DEPTH; i++)
                assert_int_equal(fixture_set(f, f->level, i, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->level, 9, START_USEC + 1), VALUES_E_FULL);
        assert_value(f, f->level, "02");
        const Value *v = values_at(f->values, f->level);
        assert_int_equal(v->seq, 2);
        assert_int_equal(v->sets, 2);
        assert_int_equal(v->sets_refused, 0);
        assert_int_equal(v->set_usec, START_USEC);
        assert_waiting(notifier, "01 02");
}

static void test_what_drop_newest_refuses_is_not_stored(void **state) {
        full_refuses(*state, QUEUE_DROP_NEWEST);
}

static void test_nor_what_block_refuses(void **state) {
        full_refuses(*state, QUEUE_BLOCK);
}

static void test_what_nobody_can_wait_with_overwrites(void **state) {
        Fixture *f = *state;
        const uint8_t three = 3;

        f->level->policy = QUEUE_BLOCK;
        fixture_start(f);
        QueueNotifier *notifier = notify(f, f->level);
        for (uint8_t i = 1; i <= FIXTURE_DEPTH; i++)
                assert_int_equal(fixture_set(f, f->level, i, START_USEC), 0);
        assert_int_equal(values_store(f->values, f->level, &three, 1, START_USEC), 0);
        assert_value(f, f->level, "03");
        assert_int_equal(values_at(f->values, f->level)->sets, 2);
        assert_int_equal(queue_notifier_counters(notifier).dropped_overwritten, 1);
        assert_waiting(notifier, "02 03");
}

static void test_what_does_not_notify_is_never_full(void **state) {
        Fixture *f = *state;

        f->plain->policy = QUEUE_BLOCK;
        fixture_start(f);
        for (uint8_t i = 0; i < 4 * FIXTURE_DEPTH; i++)
                assert_int_equal(fixture_set(f, f->plain, i, START_USEC), 0);
        assert_value(f, f->plain, "07");
}

static void test_what_is_as_before_is_not_queued_where_that_is_wanted(void **state) {
        Fixture *f = *state;

        f->level->notify_on_change = true;
        fixture_start(f);
        QueueNotifier *notifier = notify(f, f->level), *other = notify(f, f->alarm);
        assert_int_equal(fixture_set(f, f->level, 1, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->level, 1, START_USEC + 9), 0);
        const Value *v = values_at(f->values, f->level);
        assert_int_equal(v->unchanged, 1);
        assert_int_equal(v->sets, 2);
        assert_int_equal(v->seq, 2);
        assert_int_equal(v->set_usec, START_USEC + 9);
        assert_waiting(notifier, "01");
        assert_int_equal(fixture_set(f, f->level, 2, START_USEC), 0);
        assert_int_equal(
                values_set(f->values, f->level, (const uint8_t[]){2, 0}, 2, START_USEC), 0);
        assert_waiting(notifier, "02 0200");
        assert_int_equal(fixture_set(f, f->alarm, 1, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->alarm, 1, START_USEC), 0);
        assert_waiting(other, "01 01");
}

static void test_the_first_value_is_news_even_if_it_is_the_initial_one(void **state) {
        Fixture *f = *state;

        f->plain->flags |= CHARACTERISTIC_NOTIFY;
        f->plain->notify_on_change = true;
        fixture_start(f);
        QueueNotifier *notifier = notify(f, f->plain);
        assert_int_equal(fixture_set(f, f->plain, 1, START_USEC), 0);
        assert_waiting(notifier, "01");
}

static void test_an_unchanged_value_is_taken_although_the_queue_is_full(void **state) {
        Fixture *f = *state;

        f->level->notify_on_change = true;
        f->level->policy = QUEUE_DROP_NEWEST;
        fixture_start(f);
        (void)notify(f, f->level);
        assert_int_equal(fixture_set(f, f->level, 1, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->level, 2, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->level, 2, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->level, 3, START_USEC), VALUES_E_FULL);
}

static void test_a_restored_value_is_read_and_not_queued(void **state) {
        Fixture *f = *state;
        const uint8_t five = 5;

        fixture_start(f);
        QueueNotifier *notifier = notify(f, f->level);
        assert_int_equal(values_restore(f->values, f->level, &five, 1), 0);
        assert_value(f, f->level, "05");
        const Value *v = values_at(f->values, f->level);
        assert_int_equal(v->seq, 0);
        assert_int_equal(v->sets, 0);
        assert_int_equal(v->set_usec, START_USEC);
        assert_waiting(notifier, "");
        assert_int_equal(values_repeat(f->values, f->level, NULL, START_USEC), 0);
        assert_waiting(notifier, "05");
}

static void test_repeating_adds_the_value_unless_one_waits(void **state) {
        Fixture *f = *state;

        fixture_start(f);
        QueueNotifier *notifier = notify(f, f->level);
        assert_int_equal(values_repeat(f->values, f->level, NULL, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->level, 1, START_USEC), 0);
        assert_int_equal(values_repeat(f->values, f->level, NULL, START_USEC), 0);
        assert_waiting(notifier, "01");
        assert_int_equal(values_repeat(f->values, f->level, NULL, START_USEC), 0);
        assert_waiting(notifier, "01");
        assert_int_equal(values_repeat(f->values, f->plain, NULL, START_USEC), 0);
}

static void test_repeating_does_not_rely_on_what_is_given_to_another(void **state) {
        Fixture *f = *state;
        QueuedValue value;

        fixture_start(f);
        QueueNotifier *notifier = notify(f, f->level);
        assert_int_equal(fixture_set(f, f->level, 1, START_USEC), 0);
        assert_int_equal(queue_notifier_peek(notifier, &value), 1);
        queue_notifier_given(notifier, START_USEC);
        QueueNotifier *newcomer = notify(f, f->level);
        assert_int_equal(values_repeat(f->values, f->level, NULL, START_USEC), 0);
        assert_waiting(newcomer, "01");
}

static void test_without_an_age_nothing_becomes_stale(void **state) {
        Fixture *f = *state;

        fixture_start(f);
        assert_true(values_next_stale_usec(f->values) == USEC_NEVER);
        assert_null(values_take_stale(f->values, UINT64_MAX - 1));
}

static void test_a_value_becomes_stale_once_and_fresh_by_the_next_set(void **state) {
        Fixture *f = *state;

        f->level->max_age_usec = 100;
        f->plain->max_age_usec = 50;
        fixture_start(f);
        assert_int_equal(values_next_stale_usec(f->values), START_USEC + 50);
        assert_null(values_take_stale(f->values, START_USEC + 49));
        assert_ptr_equal(values_take_stale(f->values, START_USEC + 50), f->plain);
        assert_null(values_take_stale(f->values, START_USEC + 50));
        assert_true(values_at(f->values, f->plain)->stale);
        assert_int_equal(values_at(f->values, f->plain)->stales, 1);
        assert_value(f, f->plain, "01");

        assert_int_equal(values_next_stale_usec(f->values), START_USEC + 100);
        assert_int_equal(fixture_set(f, f->level, 1, START_USEC + 60), 0);
        assert_int_equal(fixture_set(f, f->plain, 2, START_USEC + 60), 0);
        assert_false(values_at(f->values, f->plain)->stale);
        assert_int_equal(values_next_stale_usec(f->values), START_USEC + 110);
        assert_ptr_equal(values_take_stale(f->values, START_USEC + 500), f->level);
        assert_ptr_equal(values_take_stale(f->values, START_USEC + 500), f->plain);
        assert_null(values_take_stale(f->values, START_USEC + 500));
        assert_int_equal(values_at(f->values, f->plain)->stales, 2);
        assert_true(values_next_stale_usec(f->values) == USEC_NEVER);
}

static void test_an_unchanged_value_is_fresh_too(void **state) {
        Fixture *f = *state;

        f->level->max_age_usec = 100;
        f->level->notify_on_change = true;
        fixture_start(f);
        assert_int_equal(fixture_set(f, f->level, 1, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->level, 1, START_USEC + 90), 0);
        assert_int_equal(values_next_stale_usec(f->values), START_USEC + 190);
}

static void test_a_stale_value_is_replaced_by_the_initial_one_and_notified(void **state) {
        Fixture *f = *state;

        f->plain->flags |= CHARACTERISTIC_NOTIFY;
        f->plain->policy = QUEUE_BLOCK;
        f->plain->max_age_usec = 100;
        f->plain->on_stale = ON_STALE_DEFAULT;
        fixture_start(f);
        QueueNotifier *notifier = notify(f, f->plain);
        assert_int_equal(fixture_set(f, f->plain, 7, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->plain, 8, START_USEC), 0);
        assert_ptr_equal(values_take_stale(f->values, START_USEC + 100), f->plain);
        assert_value(f, f->plain, "01");
        assert_int_equal(values_at(f->values, f->plain)->seq, 3);
        assert_int_equal(values_at(f->values, f->plain)->set_usec, START_USEC);
        assert_waiting(notifier, "08 01");
        /* It is the initial one already. */
        assert_int_equal(fixture_set(f, f->plain, 1, START_USEC), 0);
        assert_waiting(notifier, "01");
        assert_ptr_equal(values_take_stale(f->values, START_USEC + 100), f->plain);
        assert_waiting(notifier, "");
}

static void test_what_is_stale_and_refused_is_not_repeated(void **state) {
        Fixture *f = *state;

        f->level->max_age_usec = f->alarm->max_age_usec = 100;
        f->level->on_stale = ON_STALE_REFUSE;
        fixture_start(f);
        assert_int_equal(fixture_set(f, f->level, 1, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->alarm, 1, START_USEC), 0);
        QueueNotifier *refused = notify(f, f->level), *kept = notify(f, f->alarm);
        while (values_take_stale(f->values, START_USEC + 100))
                ;
        assert_int_equal(values_repeat(f->values, f->level, NULL, START_USEC + 100), 0);
        assert_int_equal(values_repeat(f->values, f->alarm, NULL, START_USEC + 100), 0);
        assert_waiting(refused, "");
        assert_waiting(kept, "01");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_value_starts_as_declared),
                TEST(test_a_set_is_stored_queued_and_counted),
                TEST(test_too_long_changes_nothing),
                TEST(test_each_descriptor_keeps_what_is_written),
                TEST(test_each_descriptor_keeps_what_is_written),
                TEST(test_the_stored_value_itself_and_none_can_be_set),
                TEST(test_what_drop_newest_refuses_is_not_stored),
                TEST(test_nor_what_block_refuses),
                TEST(test_what_nobody_can_wait_with_overwrites),
                TEST(test_what_does_not_notify_is_never_full),
                TEST(test_what_is_as_before_is_not_queued_where_that_is_wanted),
                TEST(test_the_first_value_is_news_even_if_it_is_the_initial_one),
                TEST(test_an_unchanged_value_is_taken_although_the_queue_is_full),
                TEST(test_a_restored_value_is_read_and_not_queued),
                TEST(test_repeating_adds_the_value_unless_one_waits),
                TEST(test_repeating_does_not_rely_on_what_is_given_to_another),
                TEST(test_without_an_age_nothing_becomes_stale),
                TEST(test_a_value_becomes_stale_once_and_fresh_by_the_next_set),
                TEST(test_an_unchanged_value_is_fresh_too),
                TEST(test_a_stale_value_is_replaced_by_the_initial_one_and_notified),
                TEST(test_what_is_stale_and_refused_is_not_repeated),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
