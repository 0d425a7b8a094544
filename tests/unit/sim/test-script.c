/* Scripts: which line is carried out when, and where one ends. */
#include "sim/script.h"

#include "sim/event.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TOLD_SIZE 512

/* What a script did: `told` has a word for each thing, in order. */
typedef struct Stage {
        struct ev_loop *loop;
        Script *script;
        Step *pending;
        char told[TOLD_SIZE];
        int kept_stderr;
} Stage;

static void tell(Stage *s, const char *word) {
        size_t used = strlen(s->told);

        (void)snprintf(s->told + used, sizeof(s->told) - used, "%s%s", used ? " " : "", word);
}

static int command_say(void *userdata, Step *step, size_t n, char **words) {
        tell(userdata, words[0]);
        return 0;
}

static int command_fail(void *userdata, Step *step, size_t n, char **words) {
        tell(userdata, "fail");
        return -ENOENT;
}

static int command_refuse(void *userdata, Step *step, size_t n, char **words) {
        tell(userdata, "refuse");
        step_wrong(step, "not now");
        return -EINVAL;
}

static int command_later(void *userdata, Step *step, size_t n, char **words) {
        Stage *s = userdata;

        tell(s, "later");
        s->pending = step;
        return SCRIPT_PENDING;
}

static int command_forever(void *userdata, Step *step, size_t n, char **words) {
        tell(userdata, "forever");
        step_endless(step);
        return SCRIPT_PENDING;
}

static int command_finish(void *userdata, Step *step, size_t n, char **words) {
        Stage *s = userdata;

        tell(s, "finish");
        step_done(s->pending);
        return 0;
}

/* Says so before it returns. */
static int command_at_once(void *userdata, Step *step, size_t n, char **words) {
        tell(userdata, "at-once");
        step_done(step);
        return SCRIPT_PENDING;
}

static const Command commands[] = {
        {"say", 1, 1, "say WORD", command_say},
        {"fail", 0, 0, "fail", command_fail},
        {"refuse", 0, 0, "refuse", command_refuse},
        {"later", 0, 0, "later", command_later},
        {"forever", 0, 0, "forever", command_forever},
        {"finish", 0, 0, "finish", command_finish},
        {"at-once", 0, 0, "at-once", command_at_once},
        {},
};

static int on_other(Step *step, size_t n, char **words, void *userdata) {
        tell(userdata, "other");
        tell(userdata, words[0]);
        return 0;
}

static void on_ended(void *userdata) {
        Stage *s = userdata;

        tell(s, script_is_wrong(s->script) ? "wrong" : "end");
        ev_break(s->loop, EVBREAK_ALL);
}

static const ScriptEvents events = {.other = on_other, .ended = on_ended};

/* What a script says of its wrong lines goes nowhere. */
static int set_up(void **state) {
        static Stage stage;

        stage = (Stage){.loop = ev_loop_new(EVFLAG_AUTO), .kept_stderr = dup(STDERR_FILENO)};
        *state = &stage;
        return stage.loop && freopen("/dev/null", "w", stderr) ? 0 : -1;
}

static int tear_down(void **state) {
        Stage *s = *state;

        script_free(s->script);
        ev_loop_destroy(s->loop);
        (void)dup2(s->kept_stderr, STDERR_FILENO);
        return close(s->kept_stderr);
}

/* Until the script ends, or waits for what will not come by itself. */
static void run_script(Stage *s, const ScriptParameters *parameters) {
        assert_int_equal(script_new(&s->script, s->loop, parameters, &events, s), 0);
        script_add_commands(s->script, commands, s);
        (void)ev_run(s->loop, 0);
}

static void run(Stage *s, const char *text, int fd) {
        run_script(s, &(ScriptParameters){.name = "test", .fd = fd, .text = text});
}

static void talk(Stage *s, const char *text) {
        run_script(s, &(ScriptParameters){.name = "test", .fd = -1, .text = text, .talk = true});
}

static void expect(void **state, const char *text, const char *told) {
        run(*state, text, -1);
        assert_string_equal(((Stage *)*state)->told, told);
}

static void test_lines_are_carried_out_in_order(void **state) {
        expect(state, "say a\n\n# say b\nsay c\n", "a c end");
}

static void test_the_last_line_needs_no_line_feed(void **state) {
        expect(state, "say a\nsay b", "a b end");
}

static void test_a_line_waits_for_the_one_before(void **state) {
        expect(state, "later\nsay a\n", "later");
        step_done(((Stage *)*state)->pending);
        (void)ev_run(((Stage *)*state)->loop, 0);
        assert_string_equal(((Stage *)*state)->told, "later a end");
}

static void test_in_the_background_it_does_not(void **state) {
        expect(state, "later &\nsay a\nfinish\n", "later a finish end");
}

static void test_a_step_may_be_done_before_its_command_returns(void **state) {
        expect(state, "at-once\nsay a\n", "at-once a end");
}

static void test_an_error_ends_it(void **state) {
        expect(state, "say a\nfail\nsay b\n", "a fail wrong");
}

static void test_a_refusal_ends_it(void **state) {
        expect(state, "refuse\nsay b\n", "refuse wrong");
}

static void test_too_few_words_end_it(void **state) {
        expect(state, "say\nsay b\n", "wrong");
}

static void test_too_many_words_end_it(void **state) {
        expect(state, "say a b\nsay c\n", "wrong");
}

static void test_no_line_begins_while_too_much_waits_to_be_read(void **state) {
        Stage *s = *state;

        assert_int_equal(event_open(-1), 0);
        while (!event_is_crowded())
                event("something", "key", "value");
        expect(state, "say a\n", "");
        event_close();
        script_go_on(s->script);
        (void)ev_run(s->loop, 0);
        assert_string_equal(s->told, "a end");
}

static void test_what_is_no_command_goes_to_others(void **state) {
        expect(state, "phone read\n", "other phone end");
}

static void test_the_end_waits_for_what_is_in_the_background(void **state) {
        expect(state, "later &\n", "later");
        step_done(((Stage *)*state)->pending);
        (void)ev_run(((Stage *)*state)->loop, 0);
        assert_string_equal(((Stage *)*state)->told, "later end");
}

static void test_the_end_waits_for_nothing_that_never_ends(void **state) {
        expect(state, "forever &\nsay a\n", "forever a end");
}

static void test_a_failure_in_the_background_is_wrong_and_ends_nothing(void **state) {
        expect(state, "fail &\nsay a\n", "fail a wrong");
}

static void test_a_late_failure_in_the_background_is_wrong_too(void **state) {
        expect(state, "later &\n", "later");
        step_wrong(((Stage *)*state)->pending, "too late");
        (void)ev_run(((Stage *)*state)->loop, 0);
        assert_string_equal(((Stage *)*state)->told, "later wrong");
}

static void test_who_talks_waits_for_nothing_in_the_background(void **state) {
        talk(*state, "later &\n");
        assert_string_equal(((Stage *)*state)->told, "later end");
}

static void test_lines_come_from_a_file_in_pieces_of_any_size(void **state) {
        int fds[2];

        assert_int_equal(pipe(fds), 0);
        assert_int_equal(write(fds[1], "say a\nsa", 8), 8);
        assert_int_equal(write(fds[1], "y b\nsay c", 9), 9);
        assert_int_equal(close(fds[1]), 0);
        run(*state, NULL, fds[0]);
        assert_string_equal(((Stage *)*state)->told, "a b c end");
}

static void test_a_line_that_is_too_long_is_wrong(void **state) {
        static char text[20000];

        memset(text, 'a', sizeof(text) - 2);
        text[sizeof(text) - 2] = '\n';
        expect(state, text, "wrong");
}

static void test_a_line_with_a_nul_byte_is_wrong(void **state) {
        int fds[2];

        assert_int_equal(pipe(fds), 0);
        assert_int_equal(write(fds[1], "say a\0b\nsay c\n", 14), 14);
        assert_int_equal(close(fds[1]), 0);
        run(*state, NULL, fds[0]);
        assert_string_equal(((Stage *)*state)->told, "wrong");
}

static void test_seconds_may_have_a_fraction_and_last_a_day(void **state) {
        uint64_t usec = 7;

        assert_int_equal(script_seconds(&usec, "0.25"), 0);
        assert_int_equal(usec, 250000);
        assert_int_equal(script_seconds(&usec, "86400"), 0);
        assert_int_equal(script_seconds(&usec, "86401"), -ERANGE);
        assert_int_equal(script_seconds(&usec, "-1"), -ERANGE);
        assert_int_equal(script_seconds(&usec, "1s"), -EINVAL);
        assert_int_equal(script_seconds(&usec, ""), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_lines_are_carried_out_in_order),
                TEST(test_the_last_line_needs_no_line_feed),
                TEST(test_a_line_waits_for_the_one_before),
                TEST(test_in_the_background_it_does_not),
                TEST(test_a_step_may_be_done_before_its_command_returns),
                TEST(test_an_error_ends_it),
                TEST(test_a_refusal_ends_it),
                TEST(test_too_few_words_end_it),
                TEST(test_what_is_no_command_goes_to_others),
                TEST(test_the_end_waits_for_what_is_in_the_background),
                TEST(test_the_end_waits_for_nothing_that_never_ends),
                TEST(test_a_failure_in_the_background_is_wrong_and_ends_nothing),
                TEST(test_a_late_failure_in_the_background_is_wrong_too),
                TEST(test_who_talks_waits_for_nothing_in_the_background),
                TEST(test_too_many_words_end_it),
                TEST(test_no_line_begins_while_too_much_waits_to_be_read),
                TEST(test_lines_come_from_a_file_in_pieces_of_any_size),
                TEST(test_a_line_that_is_too_long_is_wrong),
                TEST(test_a_line_with_a_nul_byte_is_wrong),
                TEST(test_seconds_may_have_a_fraction_and_last_a_day),
        };

        return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
