/* Which changes of a profile BlueZ has to be told, and which it need not hear of. */
#include "core/profile-table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "formats.h"

DEFINE_CLEANUP(Profile *, profile_free);

static uint8_t *copy(const char *text) {
        uint8_t *data = (uint8_t *)strdup(text);

        assert_non_null(data);
        return data;
}

static Profile *make_profile(void) {
        Profile *profile = NULL;

        assert_int_equal(profile_new(&profile), 0);
        Service *first = profile_add_service(profile, "first");
        Service *second = profile_add_service(profile, "second");
        assert_int_equal(service_add_include(second, first), 0);
        Characteristic *a = profile_add_characteristic(profile, first, "a");
        Characteristic *b = profile_add_characteristic(profile, second, "b");
        a->format = make_format(
                (Line[]){{"x", "u8 unit=ppm min=1 max=9"}, {"mode", "u8 enum=OFF,ON"}}, 2);
        b->size_max = 4;
        b->initial = copy("one");
        b->initial_size = 3;
        Descriptor *d = characteristic_add_descriptor(b, "note");
        d->data = copy("shed");
        d->size = 4;
        return profile;
}

static Characteristic *b_of(Profile *profile) {
        return profile_find(profile, "b");
}

static void test_two_of_one_making_are_the_same(void **state) {
        _cleanup_(profile_freep) Profile *one = make_profile(), *other = make_profile();

        assert_true(profile_same_table(one, other));
        assert_true(profile_same_table(one, one));
}

typedef void (*Change)(Profile *profile);

static void change_service_uuid(Profile *p) {
        p->services[0]->uuid.bytes[0] ^= 1;
}

static void change_service_name(Profile *p) {
        p->services[1]->name[0] = 'z';
}

static void change_primary(Profile *p) {
        p->services[0]->primary = false;
}

static void change_handle(Profile *p) {
        b_of(p)->handle = 0x0105;
}

static void change_service_handle(Profile *p) {
        p->services[1]->handle = 0x0105;
}

static void change_includes(Profile *p) {
        p->services[1]->n_includes = 0;
}

static void change_uuid(Profile *p) {
        b_of(p)->uuid.bytes[15] ^= 1;
}

static void change_flags(Profile *p) {
        b_of(p)->flags |= CHARACTERISTIC_NOTIFY;
}

static void change_size(Profile *p) {
        b_of(p)->size_max = 5;
}

static void change_notify_by(Profile *p) {
        b_of(p)->notify_by = NOTIFY_BY_SOCKET;
}

static void change_write_by(Profile *p) {
        b_of(p)->write_by = WRITE_BY_SOCKET;
}

static void change_descriptor(Profile *p) {
        b_of(p)->descriptors[0]->data[0] = 'S';
}

static void change_descriptor_flags(Profile *p) {
        b_of(p)->descriptors[0]->flags = CHARACTERISTIC_READ;
}

static void add_descriptor(Profile *p) {
        assert_non_null(characteristic_add_descriptor(b_of(p), "another"));
}

static void add_characteristic(Profile *p) {
        assert_non_null(profile_add_characteristic(p, p->services[1], "c"));
}

static void add_service(Profile *p) {
        assert_non_null(profile_add_service(p, "third"));
}

static void change_unit(Profile *p) {
        profile_find(p, "a")->format->fields[0].unit[0] = 'b';
}

static void change_maximum(Profile *p) {
        profile_find(p, "a")->format->fields[0].max = 8;
}

static void change_label(Profile *p) {
        profile_find(p, "a")->format->fields[1].labels[1].number = 2;
}

static void drop_format(Profile *p) {
        Characteristic *a = profile_find(p, "a");

        a->format = format_free(a->format);
}

static void test_what_is_seen_is_another_table(void **state) {
        static const Change changes[] = {
                change_service_uuid,
                change_service_name,
                change_primary,
                change_handle,
                change_service_handle,
                change_includes,
                change_uuid,
                change_flags,
                change_size,
                change_notify_by,
                change_write_by,
                change_descriptor,
                change_descriptor_flags,
                add_descriptor,
                add_characteristic,
                add_service,
                change_unit,
                change_maximum,
                change_label,
                drop_format,
        };

        for (size_t i = 0; i < ELEMENTS(changes); i++) {
                _cleanup_(profile_freep) Profile *one = make_profile(), *other = make_profile();

                changes[i](other);
                if (profile_same_table(one, other) || profile_same_table(other, one))
                        fail_msg("change %zu is not seen", i);
        }
}

static void fill(Characteristic *c) {
        c->on_write = ON_WRITE_FORWARD;
        c->unhandled = UNHANDLED_REFUSE;
        c->verdict = VERDICT_HANDLER;
        c->policy = QUEUE_BLOCK;
        c->depth = 7;
        c->put_timeout_usec = 8;
        c->stall_after_usec = 9;
        c->notify_on_subscribe = c->notify_on_change = c->persist = true;
        c->min_interval_usec = 10;
        c->rate = (Rate){.per_second = 2, .burst = 3};
        c->priority = PRIORITY_HIGH;
        c->oversize = OVERSIZE_DROP;
        c->max_age_usec = 11;
        c->on_stale = ON_STALE_REFUSE;
        free(c->initial);
        c->initial = copy("four");
        c->initial_size = 4;
}

static void expect_filled(const Characteristic *c) {
        assert_int_equal(c->on_write, ON_WRITE_FORWARD);
        assert_int_equal(c->unhandled, UNHANDLED_REFUSE);
        assert_int_equal(c->verdict, VERDICT_HANDLER);
        assert_int_equal(c->policy, QUEUE_BLOCK);
        assert_int_equal(c->depth, 7);
        assert_int_equal(c->put_timeout_usec, 8);
        assert_int_equal(c->stall_after_usec, 9);
        assert_true(c->notify_on_subscribe && c->notify_on_change && c->persist);
        assert_int_equal(c->min_interval_usec, 10);
        assert_int_equal(c->rate.burst, 3);
        assert_int_equal(c->priority, PRIORITY_HIGH);
        assert_int_equal(c->oversize, OVERSIZE_DROP);
        assert_int_equal(c->max_age_usec, 11);
        assert_int_equal(c->on_stale, ON_STALE_REFUSE);
        assert_int_equal(c->initial_size, 4);
        assert_memory_equal(c->initial, "four", 4);
}

static void test_what_is_not_seen_is_taken_over(void **state) {
        _cleanup_(profile_freep) Profile *served = make_profile(), *loaded = make_profile();
        const Characteristic *b = b_of(served);

        fill(b_of(loaded));
        assert_true(profile_same_table(served, loaded));
        profile_take_tunables(served, loaded);
        assert_ptr_equal(b_of(served), b);
        expect_filled(b);
        assert_memory_equal(b_of(loaded)->initial, "one", 3);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_two_of_one_making_are_the_same),
                cmocka_unit_test(test_what_is_seen_is_another_table),
                cmocka_unit_test(test_what_is_not_seen_is_taken_over),
        };

        return cmocka_run_group_tests_name("profile-table", tests, NULL, NULL);
}
