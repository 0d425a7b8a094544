/* libspored: bytes in a row. */
#include "client/buffer.h"
#include "fixture.h"

#include <errno.h>
#include <stdlib.h>

/* Bytes that count up: what comes out must go on where the last has ended. */
typedef struct Stream {
        SporedBuffer buffer;
        uint8_t next_in, next_out;
} Stream;

static void put(Stream *s, size_t size) {
        assert_int_equal(spored_buffer_reserve(&s->buffer, size, SIZE_MAX / 2), 0);
        for (size_t i = 0; i < size; i++)
                s->buffer.data[s->buffer.used++] = (char)s->next_in++;
}

static void take(Stream *s, size_t size) {
        for (size_t i = 0; i < size; i++)
                assert_int_equal((uint8_t)s->buffer.data[s->buffer.start + i], s->next_out++);
        spored_buffer_drop(&s->buffer, size);
}

/* Of each length, so that what is left in it lies before, at and behind its middle. */
static void test_what_goes_in_comes_out(void **state) {
        Stream s = {};

        for (size_t i = 1; i < 3000; i++) {
                put(&s, i % 97);
                take(&s, spored_buffer_size(&s.buffer) * (i % 5) / 5);
        }
        put(&s, 10000);
        take(&s, 9000);
        put(&s, 7000);
        take(&s, spored_buffer_size(&s.buffer));
        assert_int_equal(s.buffer.start, 0);
        spored_buffer_done(&s.buffer);
}

/* Little is in it: it does not grow by what has gone through. */
static void test_it_grows_with_what_is_in_it(void **state) {
        Stream s = {};

        put(&s, 100);
        for (size_t i = 0; i < 10000; i++) {
                put(&s, 100);
                take(&s, 100);
        }
        assert_in_range(s.buffer.room, 1, 8192);
        spored_buffer_done(&s.buffer);
}

static void test_the_limit(void **state) {
        SporedBuffer buffer = {};

        assert_int_equal(spored_buffer_reserve(&buffer, 11, 10), -ENOBUFS);
        assert_int_equal(spored_buffer_reserve(&buffer, 10, 10), 0);
        buffer.used = 10;
        assert_int_equal(spored_buffer_reserve(&buffer, 1, 10), -ENOBUFS);
        assert_int_equal(spored_buffer_reserve(&buffer, SIZE_MAX, 10), -ENOBUFS);
        assert_int_equal(spored_buffer_reserve(&buffer, 1, 9), -ENOBUFS);
        spored_buffer_drop(&buffer, 4);
        assert_int_equal(spored_buffer_reserve(&buffer, 4, 10), 0);
        spored_buffer_done(&buffer);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_goes_in_comes_out),
                cmocka_unit_test(test_it_grows_with_what_is_in_it),
                cmocka_unit_test(test_the_limit),
        };

        return cmocka_run_group_tests_name("client-buffer", tests, NULL, NULL);
}
