/* Reading a sensor's file, also when it moves. */
#include "fixture.h"

#include "sense/sensor.h"

#include <errno.h>
#include <sys/stat.h>

typedef struct Read {
        char *path; /* the pattern */
        Sensor *sensor;
        double value;
        char why[SENSOR_WHY_SIZE];
        int r;
} Read;

static void open_with_match(const Fixture *f, const char *pattern, const char *match, Read *ret) {
        *ret = (Read){.path = fixture_path(f, pattern)};
        assert_int_equal(sensor_new(&ret->sensor, ret->path, match), 0);
}

static void open_sensor(const Fixture *f, const char *pattern, Read *ret) {
        open_with_match(f, pattern, NULL, ret);
}

static void close_sensor(Read *read) {
        assert_null(sensor_free(read->sensor));
        free(read->path);
}

static void expect_number(Read *read, double expected) {
        read->r = sensor_read(read->sensor, &read->value, read->why);
        if (read->r != 0)
                fail_msg("%s", read->why);
        assert_true(read->value == expected);
}

static void expect_failure(Read *read, int error, const char *why) {
        read->r = sensor_read(read->sensor, &read->value, read->why);
        assert_int_equal(read->r, error);
        if (!strstr(read->why, why))
                fail_msg("\"%s\" does not say \"%s\"", read->why, why);
}

static void test_a_plain_path_is_read_each_time(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read read;

        fixture_write(f, "/temp", "1\n");
        open_sensor(f, "/temp", &read);
        expect_number(&read, 1);
        fixture_write(f, "/temp", "2\n");
        expect_number(&read, 2);
}

static void test_the_first_match_in_the_order_of_names_is_read(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read read;

        fixture_write(f, "/hwmon3/temp", "3\n");
        fixture_write(f, "/hwmon2/temp", "2\n");
        fixture_write(f, "/hwmon2/other", "9\n");
        open_sensor(f, "/hwmon*/temp", &read);
        expect_number(&read, 2);
}

static void test_a_match_is_kept_while_it_can_be_read(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read read;

        fixture_write(f, "/hwmon3/temp", "3\n");
        open_sensor(f, "/hwmon*/temp", &read);
        expect_number(&read, 3);
        fixture_write(f, "/hwmon2/temp", "2\n");
        expect_number(&read, 3);
}

static void test_a_match_that_is_gone_is_looked_for_again(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read read;

        fixture_write(f, "/hwmon3/temp", "3\n");
        open_sensor(f, "/hwmon*/temp", &read);
        expect_number(&read, 3);
        fixture_remove(f, "/hwmon3/temp");
        fixture_write(f, "/hwmon5/temp", "5\n");
        expect_number(&read, 5);
}

static void test_a_file_that_goes_and_comes_back(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read read;

        fixture_write(f, "/hwmon3/temp", "3\n");
        open_sensor(f, "/hwmon*/temp", &read);
        expect_number(&read, 3);
        fixture_remove(f, "/hwmon3/temp");
        expect_failure(&read, -ENOENT, "/hwmon*/temp: no such file");
        fixture_write(f, "/hwmon3/temp", "4\n");
        expect_number(&read, 4);
}

static void test_a_plain_path_says_the_true_reason(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read missing, directory;

        open_sensor(f, "/nowhere", &missing);
        expect_failure(&missing, -ENOENT, "/nowhere: No such file or directory");
        open_sensor(f, "", &directory);
        expect_failure(&directory, -EISDIR, "Is a directory");
}

static void test_what_is_not_in_the_file_is_told(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read any, t, u;

        fixture_write(f, "/text", "none t=\n");
        open_sensor(f, "/text", &any);
        expect_failure(&any, -EBADMSG, "/text: there is no number in it");
        open_with_match(f, "/text", "t=(.*)", &t);
        expect_failure(&t, -EBADMSG, "/text: there is no number in t=(.*)");
        open_with_match(f, "/text", "u=(.*)", &u);
        expect_failure(&u, -EBADMSG, "/text: nothing in it matches u=(.*)");
}

static void test_what_is_no_expression_is_refused(void **state) {
        Sensor *sensor;

        assert_int_equal(sensor_new(&sensor, "/x", "t="), -EINVAL);
}

static void test_the_file_that_is_read_is_known(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read plain, pattern;
        _cleanup_free_ char *path = fixture_path(f, "/hwmon3/temp");

        open_sensor(f, "/hwmon3/temp", &plain);
        open_sensor(f, "/hwmon*/temp", &pattern);
        assert_string_equal(sensor_find(plain.sensor), path);
        assert_null(sensor_find(pattern.sensor));
        expect_failure(&pattern, -ENOENT, "no such file");
        fixture_write(f, "/hwmon3/temp", "3\n");
        assert_string_equal(sensor_find(pattern.sensor), path);
        expect_number(&pattern, 3);
        fixture_remove(f, "/hwmon3/temp");
        fixture_write(f, "/hwmon2/temp", "2\n");
        assert_string_equal(sensor_find(pattern.sensor), path); /* not read since */
        expect_number(&pattern, 2);
        assert_string_not_equal(sensor_find(pattern.sensor), path);
}

static void test_an_empty_file_has_no_number(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read read;

        fixture_write(f, "/empty", "");
        open_sensor(f, "/empty", &read);
        expect_failure(&read, -EBADMSG, "there is no number in it");
}

static void test_a_wrong_checksum_of_one_wire_is_no_value(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read read;

        fixture_write(f, "/28-1/w1_slave", "50 05 : crc=1c NO\n50 05 t=21312\n");
        open_with_match(f, "/28-*/w1_slave", "t=(.*)", &read);
        expect_failure(&read, -EBADMSG, "/28-1/w1_slave: the checksum is wrong");
        fixture_write(f, "/28-1/w1_slave", "50 05 : crc=1c YES\n50 05 t=21312\n");
        expect_number(&read, 21312);
}

static void test_a_pipe_without_a_writer_does_not_stop_it(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read read;

        open_sensor(f, "/pipe", &read);
        assert_int_equal(mkfifo(read.path, 0600), 0);
        expect_failure(&read, -EBADMSG, "there is no number in it");
}

static void test_a_long_file_is_read_up_to_a_bound(void **state) {
        const Fixture *f = *state;
        _cleanup_(close_sensor) Read a, b;
        static char text[100000];

        memset(text, ' ', sizeof(text) - 1);
        memcpy(text + 60000, "a=5", 3);
        memcpy(text + 90000, "b=6", 3);
        fixture_write(f, "/long", text);
        open_with_match(f, "/long", "a=(.)", &a);
        expect_number(&a, 5);
        open_with_match(f, "/long", "b=(.)", &b);
        expect_failure(&b, -EBADMSG, "nothing in it matches b=(.)");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_a_plain_path_is_read_each_time),
                FIXTURE_TEST(test_the_first_match_in_the_order_of_names_is_read),
                FIXTURE_TEST(test_a_match_is_kept_while_it_can_be_read),
                FIXTURE_TEST(test_a_match_that_is_gone_is_looked_for_again),
                FIXTURE_TEST(test_a_file_that_goes_and_comes_back),
                FIXTURE_TEST(test_a_plain_path_says_the_true_reason),
                FIXTURE_TEST(test_what_is_not_in_the_file_is_told),
                FIXTURE_TEST(test_what_is_no_expression_is_refused),
                FIXTURE_TEST(test_the_file_that_is_read_is_known),
                FIXTURE_TEST(test_an_empty_file_has_no_number),
                FIXTURE_TEST(test_a_wrong_checksum_of_one_wire_is_no_value),
                FIXTURE_TEST(test_a_pipe_without_a_writer_does_not_stop_it),
                FIXTURE_TEST(test_a_long_file_is_read_up_to_a_bound),
        };

        return cmocka_run_group_tests_name("sense-sensor", tests, NULL, NULL);
}
