#include "fixture.h"

#include "util/bytes.h"

#include <stdlib.h>

static Characteristic *add(Fixture *f, Service *service, const char *name, unsigned flags) {
        Characteristic *c = profile_add_characteristic(f->profile, service, name);

        assert_non_null(c);
        c->flags = flags;
        c->size_max = FIXTURE_ROOM;
        c->depth = FIXTURE_DEPTH;
        c->stall_after_usec = 10;
        return c;
}

int fixture_setup(void **state) {
        static Fixture fixture;
        Fixture *f = &fixture;

        *f = (Fixture){0};
        assert_int_equal(profile_new(&f->profile), 0);
        Service *service = profile_add_service(f->profile, "service");
        assert_non_null(service);
        f->level = add(f, service, "level", CHARACTERISTIC_READ | CHARACTERISTIC_NOTIFY);
        f->alarm = add(f, service, "alarm", CHARACTERISTIC_READ | CHARACTERISTIC_INDICATE);
        f->plain = add(f, service, "plain", CHARACTERISTIC_READ | CHARACTERISTIC_WRITE);
        f->plain->initial = malloc(1);
        assert_non_null(f->plain->initial);
        *f->plain->initial = 1;
        f->plain->initial_size = 1;
        *state = f;
        return 0;
}

int fixture_teardown(void **state) {
        Fixture *f = *state;

        values_free(f->values);
        profile_free(f->profile);
        return 0;
}

void fixture_start(Fixture *f) {
        assert_int_equal(values_new(&f->values, f->profile, START_USEC), 0);
}

int fixture_set(Fixture *f, const Characteristic *c, uint8_t byte, uint64_t now_usec) {
        return values_set(f->values, c, &byte, 1, now_usec);
}

void assert_value(Fixture *f, const Characteristic *c, const char *hex) {
        const Value *v = values_at(f->values, c);
        char text[2 * FIXTURE_ROOM + 1];

        bytes_to_hex(text, v->data, v->size);
        assert_string_equal(text, hex);
}
