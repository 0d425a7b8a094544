/* The lines that are told, and what becomes of them when nobody reads. */
#include "sim/event.h"

#include "util/cleanup.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_SIZE ((size_t)4 * 1024 * 1024)
#define MANY      20000 /* lines of WORD are more than may wait */
#define WORD      "a-word-that-is-told-again-and-again-until-there-is-no-room-left-for-it"

typedef struct Told {
        int reader, writer;
        size_t used;
        char text[TEXT_SIZE + 1];
} Told;

static int begin(void **state) {
        static Told told;
        int fds[2];

        assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
        told = (Told){.reader = fds[0], .writer = fds[1]};
        assert_int_equal(event_open(told.writer), 0);
        *state = &told;
        return 0;
}

static int end(void **state) {
        Told *told = *state;

        event_close();
        (void)close(told->reader);
        return close(told->writer);
}

static void read_all(Told *told) {
        ssize_t n;

        do {
                assert_int_equal(event_write(), 0);
                n = read(told->reader, told->text + told->used, TEXT_SIZE - told->used);
                told->used += n > 0 ? (size_t)n : 0;
        } while (n > 0);
        told->text[told->used] = '\0';
}

static unsigned count(const char *text, const char *what) {
        unsigned n = 0;

        while ((text = strstr(text, what))) {
                text += strlen(what);
                n++;
        }
        return n;
}

static void tell_many(void) {
        for (unsigned i = 0; i < MANY; i++)
                event(WORD, NULL, NULL);
}

static void test_a_line_has_its_words_and_pairs(void **state) {
        Told *told = *state;

        event_begin("two words");
        event_add("plain", "a-b_c.d,e:f/g+h%i@j");
        event_add("quoted", "say \"no\" \\");
        event_add("empty", "");
        event_add("lines", "a\nb\001");
        event_add_hex("hex", (const uint8_t *)"\x01\xff", 2);
        event_add_hex("nothing", NULL, 0);
        event_end();
        read_all(told);
        assert_string_equal(told->text,
                "two words plain=a-b_c.d,e:f/g+h%i@j quoted=\"say \\\"no\\\" \\\\\" empty=\"\" "
                "lines=\"a b?\" hex=01ff nothing=\"\"\n");
}

static void test_an_answer_says_why(void **state) {
        Told *told = *state;

        event_answer("done", NULL);
        event_answer("wrong", "so it is");
        read_all(told);
        assert_string_equal(told->text, "done\nwrong text=\"so it is\"\n");
}

static void test_what_has_no_room_is_dropped_and_counted(void **state) {
        Told *told = *state;
        unsigned dropped = 0;
        const char *gap;

        tell_many();
        read_all(told);
        gap = strstr(told->text, "dropped count=");
        assert_non_null(gap);
        assert_int_equal(sscanf(gap, "dropped count=%u\n", &dropped), 1);
        assert_true(dropped > 0);
        assert_int_equal(count(told->text, WORD "\n") + dropped, MANY);
}

static void test_nothing_stands_between_the_gap_and_its_count(void **state) {
        Told *told = *state;

        tell_many();
        read_all(told);
        event("later", NULL, NULL);
        read_all(told);
        assert_null(strstr(strstr(told->text, "dropped"), WORD));
        assert_non_null(strstr(strstr(told->text, "dropped"), "\nlater\n"));
}

static void test_an_answer_is_never_dropped(void **state) {
        Told *told = *state;

        tell_many();
        event_answer("done", NULL);
        tell_many();
        event_answer("done", NULL);
        read_all(told);
        assert_int_equal(count(told->text, "done\n"), 2);
}

static void test_it_is_crowded_until_half_of_it_is_read(void **state) {
        Told *told = *state;

        assert_false(event_is_crowded());
        tell_many();
        assert_int_equal(event_write(), 0);
        assert_true(event_is_crowded());
        read_all(told);
        assert_false(event_is_crowded());
        assert_false(event_is_waiting());
}

static void test_nothing_is_told_before_it_is_begun(void **state) {
        event("early", "key", "value");
        event_answer("done", NULL);
        assert_int_equal(event_write(), 0);
        assert_false(event_is_waiting());
        assert_int_equal(event_fd(), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing_is_told_before_it_is_begun),
                TEST(test_a_line_has_its_words_and_pairs),
                TEST(test_an_answer_says_why),
                TEST(test_what_has_no_room_is_dropped_and_counted),
                TEST(test_nothing_stands_between_the_gap_and_its_count),
                TEST(test_an_answer_is_never_dropped),
                TEST(test_it_is_crowded_until_half_of_it_is_read),
        };

        return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
