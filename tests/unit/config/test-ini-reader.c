/* What libinih would cut or misread is refused; all else arrives as it was written. */
#include "config/ini-reader.h"
#include "util/cleanup.h"

#include <errno.h>
#include <ini.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Events as text, one a line. */
static void on_section(const char *name, unsigned line, void *userdata) {
        fprintf(userdata, "%u [%s]\n", line, name);
}

static void on_entry(const char *key, const char *value, unsigned line, void *userdata) {
        fprintf(userdata, "%u %s=%s|\n", line, key, value);
}

static void on_more(const char *value, unsigned line, void *userdata) {
        fprintf(userdata, "%u +%s|\n", line, value);
}

static void on_problem(unsigned line, const char *why, void *userdata) {
        fprintf(userdata, "%u !%.14s\n", line, why);
}

/* The caller frees it. */
static char *read_bytes(const char *text, size_t size) {
        static const IniEvents events = {on_section, on_entry, on_more, on_problem};
        _cleanup_fclose_ FILE *file = fmemopen((void *)(uintptr_t)text, size, "r");
        FILE *out;
        char *told = NULL;
        size_t told_size;

        out = open_memstream(&told, &told_size);
        assert_non_null(file);
        assert_non_null(out);
        assert_int_equal(ini_read(file, &events, out), 0);
        fclose(out);
        return told;
}

static void expect(const char *text, const char *expected) {
        _cleanup_free_ char *told = read_bytes(text, strlen(text));

        assert_string_equal(told, expected);
}

static void test_sections_keys_and_comments_are_told_with_their_lines(void **state) {
        expect("; comment\n[a]\n\nk = v\n# comment\n  ; comment\n[b]\nl=w ; comment\n",
                "2 [a]\n4 k=v|\n7 [b]\n8 l=w|\n");
}

static void test_an_empty_section_is_seen(void **state) {
        expect("[a]\n[b c] ; comment\n[d]", "1 [a]\n2 [b c]\n3 [d]\n");
}

static void test_an_empty_value_is_a_value(void **state) {
        expect("[a]\nk =\nl = ; comment\n", "1 [a]\n2 k=|\n3 l=|\n");
}

static void test_lines_may_end_as_on_windows(void **state) {
        expect("[a]\r\nk = v\r\n\r\n", "1 [a]\n2 k=v|\n");
}

static void test_the_last_line_needs_no_end(void **state) {
        expect("[a]\nk = v", "1 [a]\n2 k=v|\n");
}

static void test_a_semicolon_without_white_space_is_no_comment(void **state) {
        expect("[a]\nk = x;y\nl =;z\n", "1 [a]\n2 k=x;y|\n3 l=;z|\n");
}

static void test_an_indented_line_continues_the_value(void **state) {
        expect("[a]\nk = v\n   more ; comment\n\n  ; comment\n\tand more\n",
                "1 [a]\n2 k=v|\n3 +more|\n6 +and more|\n");
}

static void test_an_indented_first_line_is_a_key(void **state) {
        expect("[a]\n  k = v\n", "1 [a]\n2 k=v|\n");
}

/* Writes "k = " and as many letters as make the line this long. */
static void fill_line(char *out, size_t size) {
        strcpy(out, "[a]\nk = ");
        memset(out + 8, 'x', size - 4);
        strcpy(out + 4 + size, "\n");
}

static void test_trap_1_a_line_that_just_fits_arrives_whole(void **state) {
        _cleanup_free_ char *told = NULL;
        char text[300];

        fill_line(text, INI_LINE_MAX);
        told = read_bytes(text, strlen(text));
        assert_int_equal(strspn(strstr(told, "k=") + 2, "x"), INI_LINE_MAX - 4);
}

static void test_trap_1_a_longer_line_is_refused(void **state) {
        char text[300];

        fill_line(text, INI_LINE_MAX + 1);
        expect(text, "1 [a]\n2 !the line has 1\n");
}

static int count_value(void *user, const char *section, const char *key, const char *value) {
        *(size_t *)user = strlen(value);
        return 1;
}

static void test_trap_1_libinih_itself_holds_such_a_line(void **state) {
        char text[300];
        size_t size = 0;

        fill_line(text, INI_LINE_MAX);
        assert_int_equal(ini_parse_string(text, count_value, &size), 0);
        assert_int_equal(size, INI_LINE_MAX - 4);
}

static void test_trap_1_a_long_comment_is_no_long_line(void **state) {
        char text[4096] = "[a]\nk = v ; ";

        memset(text + strlen(text), 'x', 400);
        strcat(text, "\n; ");
        memset(text + strlen(text), 'y', 2000);
        strcat(text, "\nl = w\n");
        expect(text, "1 [a]\n2 k=v|\n4 l=w|\n");
}

static void test_trap_1_a_long_continuation_is_refused(void **state) {
        char text[600] = "[a]\nk = v\n  ";

        memset(text + strlen(text), 'x', INI_LINE_MAX);
        expect(text, "1 [a]\n2 k=v|\n3 !the line has 1\n");
}

static void test_trap_2_names_of_49_characters_arrive_whole(void **state) {
        const char *name = "a23456789b123456789c123456789d123456789e123456789";
        char text[200], expected[200];

        sprintf(text, "[%s]\n%s = 1\n", name, name);
        sprintf(expected, "1 [%s]\n2 %s=1|\n", name, name);
        expect(text, expected);
}

static void test_trap_2_a_longer_section_is_refused_with_its_keys(void **state) {
        expect("[a]\n[a23456789b123456789c123456789d123456789e123456789f]\nk = 1\n[b]\nl = 1\n",
                "1 [a]\n2 !a name has at \n4 [b]\n5 l=1|\n");
}

static void test_trap_2_a_longer_key_is_refused(void **state) {
        expect("[a]\na23456789b123456789c123456789d123456789e123456789f = 1\n  more\n",
                "1 [a]\n2 !a key has at m\n");
}

static void test_trap_3_an_indented_key_is_refused(void **state) {
        expect("[a]\nk = v\n  l = w\n  m=x\nn = y\n",
                "1 [a]\n2 k=v|\n3 !an indented li\n4 !an indented li\n5 n=y|\n");
}

static void test_trap_3_an_indented_section_is_refused(void **state) {
        expect("[a]\nk = v\n  [1, 2]\n  [b]\nl = 1\n",
                "1 [a]\n2 k=v|\n3 +[1, 2]|\n4 !an indented li\n4 [b]\n5 l=1|\n");
}

static void test_trap_3_nothing_continues_a_refused_key(void **state) {
        expect("[a]\nk = v\nwrong\n  more\nl = w\n", "1 [a]\n2 k=v|\n3 !no '=': write \n5 l=w|\n");
}

static void test_trap_4_a_comment_inside_quotes_is_refused(void **state) {
        expect("[a]\nk = \"x ; y\"\nl = \"x;y\" ; z\n", "1 [a]\n2 !';' behind whi\n3 l=\"x;y\"|\n");
}

static void test_trap_4_quotes_stay_open_over_lines(void **state) {
        expect("[a]\nk = \"x\n  y ; z\"\n", "1 [a]\n2 k=\"x|\n3 !';' behind whi\n");
}

static void test_trap_5_a_colon_is_not_taken_for_an_equals_sign(void **state) {
        expect("[a]\nk : v\nl : w = x\nm = n : o\n",
                "1 [a]\n2 !':' where '=' \n3 !':' where '=' \n4 m=n : o|\n");
}

static void test_trap_6_a_line_without_equals_sign_is_refused(void **state) {
        expect("[a]\nword\nk ; = v\n", "1 [a]\n2 !no '=': write \n3 !no '=': write \n");
}

static void test_trap_6_a_section_that_does_not_end_is_refused(void **state) {
        expect("[a\nk = v\n[b ; c]\nl = w\n[]\n[c]\n",
                "1 !'[' without ']\n3 !'[' without ']\n5 !a section with\n6 [c]\n");
}

static void test_trap_6_text_behind_a_section_is_refused(void **state) {
        expect("[a] b\n[b] ; comment\n[c]; d\n[d] # e\n",
                "1 !text behind ']\n2 [b]\n3 !text behind ']\n4 !text behind ']\n");
}

static void test_a_key_before_any_section_is_refused(void **state) {
        expect("k = v\n[a]\nl = w\n", "1 !a key before a\n2 [a]\n3 l=w|\n");
}

static void test_a_line_without_key_is_refused(void **state) {
        expect("[a]\n= v\n", "1 [a]\n2 !no key before \n");
}

static void test_a_nul_byte_is_refused(void **state) {
        static const char text[] = "[a]\nk = v\0w\nl = w\n";
        _cleanup_free_ char *told = read_bytes(text, sizeof(text) - 1);

        assert_string_equal(told, "1 [a]\n2 !a NUL byte\n3 l=w|\n");
}

static void test_a_byte_order_mark_is_refused(void **state) {
        expect("\xef\xbb\xbf[a]\nk = v\n", "1 !a byte order m\n1 [a]\n2 k=v|\n");
}

static void test_what_is_not_utf8_is_refused(void **state) {
        expect("[a]\nk = \xe4\nl = \xc3\xa4\n", "1 [a]\n2 !not UTF-8\n3 l=\xc3\xa4|\n");
}

static void test_a_section_that_is_not_utf8_takes_its_keys_along(void **state) {
        expect("[a]\n[\xe4]\nk = v\n", "1 [a]\n2 !not UTF-8\n");
}

static void test_a_control_character_is_refused(void **state) {
        expect("[a]\nk = \x1b[0m\nl = x\ty\n", "1 [a]\n2 !a control char\n3 l=x\ty|\n");
}

static void test_a_file_without_end_is_given_up(void **state) {
        static const IniEvents events = {on_section, on_entry, on_more, on_problem};
        _cleanup_fclose_ FILE *file = fopen("/dev/zero", "re");

        assert_non_null(file);
        assert_int_equal(ini_read(file, &events, NULL), -EFBIG);
}

static void test_a_directory_cannot_be_read(void **state) {
        static const IniEvents events = {on_section, on_entry, on_more, on_problem};
        _cleanup_fclose_ FILE *file = fopen("/", "re");

        assert_non_null(file);
        assert_int_equal(ini_read(file, &events, NULL), -EISDIR);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sections_keys_and_comments_are_told_with_their_lines),
                cmocka_unit_test(test_an_empty_section_is_seen),
                cmocka_unit_test(test_an_empty_value_is_a_value),
                cmocka_unit_test(test_lines_may_end_as_on_windows),
                cmocka_unit_test(test_the_last_line_needs_no_end),
                cmocka_unit_test(test_a_semicolon_without_white_space_is_no_comment),
                cmocka_unit_test(test_an_indented_line_continues_the_value),
                cmocka_unit_test(test_an_indented_first_line_is_a_key),
                cmocka_unit_test(test_trap_1_a_line_that_just_fits_arrives_whole),
                cmocka_unit_test(test_trap_1_a_longer_line_is_refused),
                cmocka_unit_test(test_trap_1_libinih_itself_holds_such_a_line),
                cmocka_unit_test(test_trap_1_a_long_comment_is_no_long_line),
                cmocka_unit_test(test_trap_1_a_long_continuation_is_refused),
                cmocka_unit_test(test_trap_2_names_of_49_characters_arrive_whole),
                cmocka_unit_test(test_trap_2_a_longer_section_is_refused_with_its_keys),
                cmocka_unit_test(test_trap_2_a_longer_key_is_refused),
                cmocka_unit_test(test_trap_3_an_indented_key_is_refused),
                cmocka_unit_test(test_trap_3_an_indented_section_is_refused),
                cmocka_unit_test(test_trap_3_nothing_continues_a_refused_key),
                cmocka_unit_test(test_trap_4_a_comment_inside_quotes_is_refused),
                cmocka_unit_test(test_trap_4_quotes_stay_open_over_lines),
                cmocka_unit_test(test_trap_5_a_colon_is_not_taken_for_an_equals_sign),
                cmocka_unit_test(test_trap_6_a_line_without_equals_sign_is_refused),
                cmocka_unit_test(test_trap_6_a_section_that_does_not_end_is_refused),
                cmocka_unit_test(test_trap_6_text_behind_a_section_is_refused),
                cmocka_unit_test(test_a_key_before_any_section_is_refused),
                cmocka_unit_test(test_a_line_without_key_is_refused),
                cmocka_unit_test(test_a_nul_byte_is_refused),
                cmocka_unit_test(test_a_byte_order_mark_is_refused),
                cmocka_unit_test(test_what_is_not_utf8_is_refused),
                cmocka_unit_test(test_a_section_that_is_not_utf8_takes_its_keys_along),
                cmocka_unit_test(test_a_control_character_is_refused),
                cmocka_unit_test(test_a_file_without_end_is_given_up),
                cmocka_unit_test(test_a_directory_cannot_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
