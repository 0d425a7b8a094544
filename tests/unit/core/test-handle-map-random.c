/* Random profiles: their handles have no gap, nobody shares one, and they stay where they are when
 * services come behind them. */
#include "core/handle-map.h"

#include "random.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"

#define PROFILES 2000
#define BASE     0x0100

DEFINE_CLEANUP(Profile *, profile_free);

/* Each handle's owner. */
typedef struct Places {
        const void *owners[UINT16_MAX + 1];
        size_t n;
} Places;

static void take(Places *places, size_t handle, const void *owner) {
        assert_in_range(handle, BASE, HANDLE_LAST);
        assert_null(places->owners[handle]);
        places->owners[handle] = owner;
        places->n++;
}

static size_t take_made(Places *places, size_t next, const Characteristic *c) {
        if (c->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE))
                take(places, next++, &c->flags);
        if (c->flags & (CHARACTERISTIC_RELIABLE_WRITE | CHARACTERISTIC_WRITABLE_AUXILIARIES))
                take(places, next++, &c->uuid);
        return next;
}

static void take_characteristic(Places *places, const Characteristic *c) {
        size_t next;

        take(places, c->handle - 1u, &c->index);
        take(places, c->handle, c);
        next = take_made(places, c->handle + 1u, c);
        for (size_t i = 0; i < c->n_descriptors; i++) {
                assert_int_equal(c->descriptors[i]->handle, next++);
                take(places, c->descriptors[i]->handle, c->descriptors[i]);
        }
}

/* Every handle from the first to the last has one owner. */
static void check(const Profile *profile) {
        static Places places;
        size_t next = BASE;

        memset(&places, 0, sizeof(places));
        for (size_t i = 0; i < profile->n_services; i++) {
                const Service *s = profile->services[i];

                assert_int_equal(s->handle, next);
                take(&places, s->handle, s);
                for (size_t k = 0; k < s->n_includes; k++)
                        take(&places, s->handle + 1u + k, &s->includes[k]);
                for (size_t k = 0; k < s->n_characteristics; k++)
                        take_characteristic(&places, s->characteristics[k]);
                next += handle_map_count(s);
                assert_int_equal(places.n, next - BASE);
        }
        for (size_t handle = BASE; handle < next; handle++)
                assert_non_null(places.owners[handle]);
}

static void add_characteristic(Profile *profile, Service *service, Random *random) {
        Characteristic *c = profile_add_characteristic(profile, service, "c");

        assert_non_null(c);
        c->flags = 1 + random_below(random, _CHARACTERISTIC_FLAG_END - 1);
        for (size_t n = random_below(random, 4); n > 0; n--)
                assert_non_null(characteristic_add_descriptor(c, "d"));
}

static void add_service(Profile *profile, Random *random) {
        Service *service = profile_add_service(profile, "s");

        assert_non_null(service);
        service->primary = random_below(random, 2) == 0;
        for (size_t n = random_below(random, 3); n > 0 && profile->n_services > 1; n--) {
                uint32_t i = random_below(random, (uint32_t)profile->n_services - 1);

                assert_int_equal(service_add_include(service, profile->services[i]), 0);
        }
        for (size_t n = random_below(random, 12); n > 0; n--)
                add_characteristic(profile, service, random);
}

/* All handles in the order of the declaration. */
static size_t list(const Profile *profile, uint16_t *ret) {
        size_t n = 0;

        for (size_t i = 0; i < profile->n_services; i++) {
                const Service *s = profile->services[i];

                ret[n++] = s->handle;
                for (size_t k = 0; k < s->n_characteristics; k++) {
                        const Characteristic *c = s->characteristics[k];

                        ret[n++] = c->handle;
                        for (size_t j = 0; j < c->n_descriptors; j++)
                                ret[n++] = c->descriptors[j]->handle;
                }
        }
        return n;
}

static void test_no_gap_no_sharing_and_no_moving(void **state) {
        static uint16_t before[UINT16_MAX], after[UINT16_MAX];
        Random random = {.state = 1};

        for (size_t i = 0; i < PROFILES; i++) {
                _cleanup_(profile_freep) Profile *profile = NULL;
                size_t n;

                assert_int_equal(profile_new(&profile), 0);
                for (size_t k = random_below(&random, 12); k > 0; k--)
                        add_service(profile, &random);
                assert_int_equal(handle_map_assign(profile, BASE), 0);
                check(profile);
                n = list(profile, before);
                add_service(profile, &random);
                assert_int_equal(handle_map_assign(profile, BASE), 0);
                check(profile);
                assert_true(list(profile, after) > n);
                assert_memory_equal(before, after, n * sizeof(*before));
        }
}

/* From where it is just too much: either all of it fits, or -ERANGE and whole services. */
static void test_the_end_of_the_handles(void **state) {
        Random random = {.state = 2};

        for (size_t i = 0; i < PROFILES; i++) {
                _cleanup_(profile_freep) Profile *profile = NULL;
                size_t needed = 0, room = 1 + random_below(&random, 60), next;

                assert_int_equal(profile_new(&profile), 0);
                for (size_t k = 1 + random_below(&random, 4); k > 0; k--) {
                        add_service(profile, &random);
                        needed += handle_map_count(profile->services[profile->n_services - 1]);
                }
                next = HANDLE_LAST + 1 - room;
                assert_int_equal(
                        handle_map_assign(profile, (uint16_t)next), needed > room ? -ERANGE : 0);
                for (size_t k = 0; k < profile->n_services; k++) {
                        const Service *s = profile->services[k];

                        if (next + handle_map_count(s) > HANDLE_LAST + 1)
                                next = HANDLE_LAST + 1; /* nor has any behind it */
                        assert_int_equal(s->handle, next > HANDLE_LAST ? 0 : next);
                        next += handle_map_count(s);
                }
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_no_gap_no_sharing_and_no_moving),
                cmocka_unit_test(test_the_end_of_the_handles),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
