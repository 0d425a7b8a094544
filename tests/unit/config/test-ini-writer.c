/* What the writer writes the reader reads back. */
#include "config/document.h"
#include "config/ini-reader.h"
#include "config/ini-writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The value of the only entry that comes back; the caller frees it. */
static char *there_and_back(const char *key, const char *value) {
        _cleanup_(document_freep) Document *document = NULL;
        const DocumentEntry *entry;
        _cleanup_free_ char *text = NULL;
        _cleanup_fclose_ FILE *in = NULL;
        FILE *out;
        Problems problems = {0};
        Sources sources = {0};
        size_t size;

        out = open_memstream(&text, &size);
        assert_non_null(out);
        fputs("[s]\n", out);
        ini_writer_entry(out, key, value, "somewhere");
        fclose(out);
        in = fmemopen(text, size, "r");
        assert_non_null(in);
        assert_int_equal(
                document_new(&document, in, sources_add(&sources, SOURCE_FILE, 0, "x"), &problems),
                0);
        for (size_t i = 0; i < problems.n; i++)
                print_message("%s in:\n%s\n", problems.items[i].text, text);
        assert_int_equal(problems.n, 0);
        assert_int_equal(document->n_sections, 1);
        assert_int_equal(document->sections[0].n_entries, 1);
        entry = &document->sections[0].entries[0];
        assert_string_equal(entry->key, key);
        sources_clear(&sources);
        problems_clear(&problems);
        return strdup(entry->value);
}

static void expect_same(const char *value) {
        _cleanup_free_ char *back = NULL;
        char why[PROBLEM_WHY_SIZE];

        assert_true(ini_writer_can_write("key", value, true, why));
        back = there_and_back("key", value);
        assert_string_equal(back, value);
}

static void test_plain_values_come_back(void **state) {
        expect_same("");
        expect_same("x");
        expect_same("two words");
        expect_same("x;y");
        expect_same("a = b : c # d");
}

static void test_white_space_at_the_ends_comes_back(void **state) {
        expect_same(" x ");
        expect_same("\tx");
        expect_same(" ");
}

static void test_quotes_come_back(void **state) {
        expect_same("\"");
        expect_same("\"x\"");
        expect_same("\"x");
        expect_same("5\" wide");
        expect_same("{\"a\":\"b\"}");
        expect_same(";x");
}

static void test_long_lists_are_broken_and_come_back(void **state) {
        char value[900] = "";

        while (strlen(value) < 800)
                strcat(value, "name_of_a_bit:1,");
        expect_same(value);
}

static void test_long_texts_are_broken_and_come_back(void **state) {
        char value[900] = " ";

        while (strlen(value) < 800)
                strcat(value, "some words, key = value, [x] # more;  ");
        expect_same(value);
}

static void test_every_length_around_a_line_comes_back(void **state) {
        for (size_t size = INI_LINE_MAX - 20; size < INI_LINE_MAX + 20; size++) {
                char value[300] = "";

                memset(value, 'x', size);
                value[5] = value[100] = ' ';
                expect_same(value);
                value[0] = '"';
                expect_same(value);
        }
}

static void test_a_word_that_only_fits_below_its_key_comes_back(void **state) {
        char value[300] = "";

        memset(value, 'x', INI_LINE_MAX - 1);
        expect_same(value);
}

static void expect_refused(const char *value, const char *expected) {
        char why[PROBLEM_WHY_SIZE] = "";

        assert_false(ini_writer_can_write("key", value, true, why));
        assert_non_null(strstr(why, expected));
}

static void test_what_no_file_can_say_is_refused(void **state) {
        char word[INI_LINE_MAX + 1] = "";

        memset(word, 'x', INI_LINE_MAX);
        expect_refused(word,
                "197 bytes, and there is no comma or space to break them at: a line of a "
                "file takes 196");
        expect_refused("a\nb", "control character");
        expect_refused("a ;b", "comment");
        expect_refused("\xff", "UTF-8");
}

static void test_a_key_of_one_line_is_not_broken(void **state) {
        char value[300] = "", why[PROBLEM_WHY_SIZE] = "";

        memset(value, 'x', 250);
        value[100] = ' ';
        assert_false(ini_writer_can_write("key", value, false, why));
        assert_string_equal(why, "250 bytes, and a line of a file takes 191");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plain_values_come_back),
                cmocka_unit_test(test_white_space_at_the_ends_comes_back),
                cmocka_unit_test(test_quotes_come_back),
                cmocka_unit_test(test_long_lists_are_broken_and_come_back),
                cmocka_unit_test(test_long_texts_are_broken_and_come_back),
                cmocka_unit_test(test_every_length_around_a_line_comes_back),
                cmocka_unit_test(test_a_word_that_only_fits_below_its_key_comes_back),
                cmocka_unit_test(test_what_no_file_can_say_is_refused),
                cmocka_unit_test(test_a_key_of_one_line_is_not_broken),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
