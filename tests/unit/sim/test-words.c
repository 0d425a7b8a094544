/* A line of a script as words. */
#include "sim/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LINE_SIZE 512

static Words words;
static char line[LINE_SIZE];

static const char *split(const char *text) {
        (void)snprintf(line, sizeof(line), "%s", text);
        return words_split(&words, line);
}

static void expect(const char *text, size_t n, const char *const *wanted) {
        assert_null(split(text));
        assert_int_equal(words.n, n);
        for (size_t i = 0; i < n; i++)
                assert_string_equal(words.words[i], wanted[i]);
}

static void test_words_stand_between_spaces_tabs_and_a_carriage_return(void **state) {
        expect("  phone\tread  2a6e \r", 3, (const char *const[]){"phone", "read", "2a6e"});
        expect("", 0, NULL);
}

static void test_quotes_keep_spaces_and_may_stand_anywhere_in_a_word(void **state) {
        expect("a name=\"my own\"x \"\" b", 4, (const char *const[]){"a", "name=my ownx", "", "b"});
}

static void test_a_tab_in_quotes_is_a_line_feed(void **state) {
        expect("\"a\tb\"", 1, (const char *const[]){"a\nb"});
}

static void test_a_comment_begins_where_a_word_would(void **state) {
        expect("a b#c #d e", 2, (const char *const[]){"a", "b#c"});
        expect("# \"", 0, NULL);
        expect("\"#\" a", 2, (const char *const[]){"#", "a"});
}

static void test_an_ampersand_at_the_end_means_background(void **state) {
        expect("phone tour &", 2, (const char *const[]){"phone", "tour"});
        assert_true(words.background);
        expect("phone tour & # later", 2, (const char *const[]){"phone", "tour"});
        assert_true(words.background);
}

static void test_any_other_ampersand_is_a_word(void **state) {
        expect("a & b", 3, (const char *const[]){"a", "&", "b"});
        assert_false(words.background);
        expect("a \"&\"", 2, (const char *const[]){"a", "&"});
        assert_false(words.background);
        expect("a b&", 2, (const char *const[]){"a", "b&"});
        assert_false(words.background);
}

static void test_an_ampersand_alone_is_wrong(void **state) {
        assert_string_equal(split("&"), "nothing stands before &");
}

static void test_a_quote_that_is_not_closed_is_wrong(void **state) {
        assert_string_equal(split("a \"b c"), "a quote is not closed");
        assert_string_equal(split("\""), "a quote is not closed");
}

static void test_more_words_than_there_is_room_for_are_wrong(void **state) {
        char text[2 * WORDS_MAX + 3];

        for (size_t i = 0; i < sizeof(text) - 1; i++)
                text[i] = i % 2 ? ' ' : 'w';
        text[sizeof(text) - 1] = '\0';
        assert_string_equal(split(text), "too many words");
        text[2 * WORDS_MAX] = '\0';
        assert_null(split(text));
        assert_int_equal(words.n, WORDS_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_words_stand_between_spaces_tabs_and_a_carriage_return),
                cmocka_unit_test(test_quotes_keep_spaces_and_may_stand_anywhere_in_a_word),
                cmocka_unit_test(test_a_tab_in_quotes_is_a_line_feed),
                cmocka_unit_test(test_a_comment_begins_where_a_word_would),
                cmocka_unit_test(test_an_ampersand_at_the_end_means_background),
                cmocka_unit_test(test_any_other_ampersand_is_a_word),
                cmocka_unit_test(test_an_ampersand_alone_is_wrong),
                cmocka_unit_test(test_a_quote_that_is_not_closed_is_wrong),
                cmocka_unit_test(test_more_words_than_there_is_room_for_are_wrong),
        };

        return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
