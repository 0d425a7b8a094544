/* What is dumped can be loaded and gives the same; and the sample file is what it says. */
#include "same-profile.h"

#include "config/keys.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>

/* The dump without where each value came from. */
static char *strip_comments(const char *text) {
        char *out = malloc(strlen(text) + 1), *end = out;

        assert_non_null(out);
        while (*text != '\0') {
                size_t size = strcspn(text, "\n");
                const char *comment = memmem(text, size, " ;", 2);

                if (*text != ';' && size > 0) {
                        size_t kept = comment ? (size_t)(comment - text) : size;

                        end = mempcpy(end, text, kept);
                        *end++ = '\n';
                }
                text += size + (text[size] == '\n' ? 1 : 0);
        }
        *end = '\0';
        return out;
}

/* Dumps what is loaded and loads that; the old configuration goes to *ret_old. */
static void reload(Fixture *f, Config **ret_old) {
        _cleanup_free_ char *path = fixture_path(f, "dump.conf");
        _cleanup_free_ char *first = dump_text(f), *second = NULL;
        _cleanup_free_ char *first_bare = NULL, *second_bare = NULL;

        *ret_old = STEAL(f->config);
        fixture_write(f, "dump.conf", first);
        fixture_load_path(f, path, NULL, NULL);
        assert_string_equal(f->problems, "");
        second = dump_text(f);
        first_bare = strip_comments(first);
        second_bare = strip_comments(second);
        assert_string_equal(first_bare, second_bare);
}

static void test_mushpi_comes_back(void **state) {
        Fixture *f = *state;
        Config *old;

        fixture_load_path(f, SOURCE_ROOT "/config/profiles/mushpi.conf",
                VARIABLES("MUSHPI_BLE_NAME_PREFIX=Cellar", "MUSHPI_BLE_ADV_ENABLE=0"),
                VARIABLES("status_flags.policy=coalesce"));
        reload(f, &old);
        expect_same_profile(config_profile(old), config_profile(f->config));
        assert_string_equal(config_profile(f->config)->advertisements[0]->name, "Cellar-Init");
        config_free(old);
}

static void test_a_whole_table_comes_back(void **state) {
        Fixture *f = *state;
        Config *old;

        fixture_load_text(f,
                "[bluez]\nhandles = 0x0300\n" SERVICE "primary = no\n"
                "[characteristic a]\nuuid = 2A00\nflags = read write notify\nsecurity = encrypt\n"
                "type = u8\ndescription = \" a  note \"\npresentation = yes\n"
                "notify_by = socket\n"
                "[characteristic c]\nuuid = 2A02\nflags = write-without-response\n"
                "security = open\nwrite_by = socket\n"
                "[service t]\nuuid = 1816\nincludes = s\n"
                "[characteristic b]\nuuid = 2A5B\nflags = encrypt-read reliable-write\n"
                "security = encrypt\n"
                "[descriptor d]\ncharacteristic = b\nuuid = 2905\nflags = read write\n"
                "security = encrypt\nsize_max = 7\nvalue = hex: 01 02\n"
                "[descriptor e]\ncharacteristic = b\nuuid = 2906\ntype = u16 scale=0.1\n"
                "value = 1.5\n");
        reload(f, &old);
        expect_same_profile(config_profile(old), config_profile(f->config));
        assert_int_equal(config_profile(f->config)->services[0]->handle, 0x0300);
        config_free(old);
}

static void test_values_that_are_hard_to_write_come_back(void **state) {
        Fixture *f = *state;
        Config *old;
        char text[2048] = SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\ntype = utf8\n"
                                  "value = \" say \"yes\" \n";

        for (size_t i = 0; i < 5; i++) {
                strcat(text, "  ");
                memset(text + strlen(text), 'x', 80);
                strcat(text, i % 2 == 0 ? ",\n" : "\n");
        }
        strcat(text, "  end \"\n[advertisement]\nname = \"  in quotes\"\nservices = 180A\n"
                     "[descriptor d]\ncharacteristic = a\nuuid = 2901\nvalue = ;x\n");
        fixture_load_text(f, text);
        assert_string_equal(f->problems, "");
        reload(f, &old);
        expect_same_profile(config_profile(old), config_profile(f->config));
        assert_string_equal(config_profile(f->config)->advertisements[0]->name, "  in quotes");
        config_free(old);
}

static void test_every_key_of_a_characteristic_comes_back(void **state) {
        Fixture *f = *state;
        Config *old;

        fixture_load_text(f,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = read write notify\n"
                        "security = open\npolicy = block\nput_timeout = 2s\nstall_after = 3s\n"
                        "notify_on_change = yes\nmin_interval = 20ms\npriority = low\n"
                        "oversize = drop\nrate = 0.75\nburst = 4\nmax_age = 1h\n"
                        "on_stale = default\nunhandled = refuse\npersist = yes\n"
                        "[characteristic b]\nuuid = 2A01\nflags = notify\n"
                        "[queue]\nmin_interval = 30ms\npriority = high\nrate = 7.5\n");
        expect_no_problem(f);
        reload(f, &old);
        expect_same_profile(config_profile(old), config_profile(f->config));
        config_free(old);
}

static void test_every_key_of_an_advertisement_comes_back(void **state) {
        Fixture *f = *state;
        Config *old;

        fixture_load_text(f,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n"
                        "[advertisement]\ndiscoverable_timeout = 5s\nname = Shed\n"
                        "services = s\nsolicit = battery\nmanufacturer_data = 1: 02, 0x59: 03\n"
                        "data = 0x24: 16\nscan_response_data = 0x24: 17\n"
                        "appearance = tag\ninclude_tx_power = yes\ntx_power = high\n"
                        "interval = 100ms 0.2s\nduration = 3s\ntimeout = 1min\n"
                        "scan_response_services = 180D\nscan_response_solicit = s\n"
                        "scan_response_manufacturer_data = 3: 04\n"
                        "scan_response_service_data = battery: 05\n"
                        "ladder = appearance scan-response tx-power\n"
                        "[advertisement beacon]\ntype = broadcast\nservice_data = s: 01 02\n"
                        "include_name = no\ninclude_rsi = yes\nsecondary_channel = coded\n"
                        "[advertisement off]\nenable = no\n");
        expect_no_problem(f);
        reload(f, &old);
        assert_int_equal(config_profile(f->config)->n_advertisements, 2);
        expect_same_profile(config_profile(old), config_profile(f->config));
        config_free(old);
}

static void test_a_hash_comes_back_without_a_warning(void **state) {
        Fixture *f = *state;
        Config *old;

        fixture_load_text(f, "[advertisement]\nname = \"Shed # 1\"\n");
        reload(f, &old);
        config_free(old);
        expect_no_problem(f);
        fixture_load(f, NULL, NULL);
        expect_no_problem(f);
}

static void test_what_is_switched_off_stays_off(void **state) {
        Fixture *f = *state;
        Config *old;

        fixture_load_text(f,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n"
                        "[characteristic b]\nenable = no\n[advertisement]\nname = x\n");
        reload(f, &old);
        expect_same_profile(config_profile(old), config_profile(f->config));
        assert_null(profile_find(config_profile(f->config), "b"));
        config_free(old);
}

static void expect_line(const char *text, const char *line) {
        const char *found = strstr(text, line);

        if (!found)
                print_message("%s\n", text);
        assert_non_null(found);
        assert_true(found[-1] == '\n');
}

static void test_each_value_says_where_it_came_from(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *text = NULL, *expected = NULL;

        fixture_write(f, "test.conf", "[queue]\nwindow = 7\n[environment]\nSHED = socket.mode\n");
        fixture_load(
                f, VARIABLES("SPORED_QUEUE_DEPTH=4", "SHED=0600"), VARIABLES("bluez.adapter=hci1"));
        text = dump_text(f);
        assert_true(asprintf(&expected, "window = 7 ; %s/test.conf:2\n", f->directory) > 0);
        expect_line(text, expected);
        expect_line(text, "depth = 4 ; environment SPORED_QUEUE_DEPTH\n");
        expect_line(text, "mode = 0600 ; environment SHED\n");
        expect_line(text, "adapter = hci1 ; -o bluez.adapter=hci1\n");
        expect_line(text, "policy = drop_oldest ; default\n");
}

static void test_the_depth_that_coalesce_leaves_is_said(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *own = NULL, *inherited = NULL;
        const char *text = SERVICE "[characteristic a]\nuuid = 2A00\nflags = notify\n";

        fixture_write(f, "test.conf", text);
        fixture_load(f, NULL, VARIABLES("a.policy=coalesce"));
        own = dump_text(f);
        expect_line(own, "depth = 64 ; default of [queue]; 1 is in effect, by coalesce\n");
        fixture_load(f, VARIABLES("SPORED_QUEUE_POLICY=coalesce"), VARIABLES("a.depth=5"));
        inherited = dump_text(f);
        expect_line(inherited, "depth = 5 ; -o a.depth=5; 1 is in effect, by coalesce\n");
        expect_line(inherited, "depth = 64 ; default\n");
}

static void test_the_handles_are_said(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *pinned = NULL, *none = NULL;

        fixture_write(f, "test.conf",
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = notify\ndescription = x\n"
                        "[characteristic off]\nuuid = 2A01\nflags = read\nenable = no\n"
                        "[characteristic b]\nuuid = 2A01\nflags = read\ntype = u8\n"
                        "[descriptor d]\ncharacteristic = a\nuuid = 2905\nvalue = y\n");
        fixture_load(f, NULL, VARIABLES("bluez.handles=0x0200"));
        pinned = dump_text(f);
        assert_non_null(strstr(pinned, "] ; handle 0x0200\n"));
        expect_line(pinned, "[characteristic a] ; handle 0x0202\n");
        expect_line(pinned, "[descriptor d] ; handle 0x0205\n");
        expect_line(pinned, "[characteristic off]\n");
        expect_line(pinned, "[characteristic b] ; handle 0x0207\n");
        fixture_load(f, NULL, VARIABLES("bluez.handles=auto"));
        none = dump_text(f);
        assert_null(strstr(none, "; handle 0x"));
        expect_line(none, "[characteristic a]\n");
}

static void test_every_key_of_the_plain_sections_is_dumped(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *text = NULL;
        size_t n;
        const Key *keys = keys_all(&n);

        fixture_load_text(f, "");
        text = dump_text(f);
        for (size_t i = 0; i < n && !section_kind_has_name(keys[i].section); i++) {
                _cleanup_free_ char *section = NULL, *line = NULL;
                const char *start, *end;

                assert_true(asprintf(&section, "\n[%s]\n", section_kind_name(keys[i].section)) > 0);
                assert_true(asprintf(&line, "%s = ", keys[i].name) > 0);
                start = strstr(text, section);
                assert_non_null(start);
                end = strstr(start + 1, "\n[");
                start = strstr(start, line);
                assert_non_null(start);
                assert_true(!end || start < end);
        }
}

/* The file's text with the ';' before keys and sections removed. */
static char *read_uncommented(const char *path) {
        _cleanup_fclose_ FILE *in = fopen(path, "re");
        _cleanup_free_ char *line = NULL;
        char *text = NULL;
        size_t size, line_size = 0;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(in);
        assert_non_null(out);
        while (getline(&line, &line_size, in) > 0)
                fputs(line[0] == ';' && line[1] != ' ' ? line + 1 : line, out);
        fclose(out);
        return text;
}

static void test_the_sample_changes_nothing(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *sample = NULL, *nothing = NULL, *a = NULL, *b = NULL;

        fixture_load_path(f, SOURCE_ROOT "/config/spored.conf", NULL, NULL);
        expect_no_problem(f);
        sample = dump_text(f);
        fixture_load_text(f, "");
        nothing = dump_text(f);
        a = strip_comments(sample);
        b = strip_comments(nothing);
        assert_string_equal(a, b);
}

static void test_the_sample_is_right_behind_its_semicolons(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *text = read_uncommented(SOURCE_ROOT "/config/spored.conf");

        fixture_load_text(f, text);
        expect_no_problem(f);
        assert_int_equal(config_profile(f->config)->n_characteristics, 2);
        assert_int_equal(config_settings(f->config)->queue.depth, 64);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_mushpi_comes_back),
                FIXTURE_TEST(test_a_whole_table_comes_back),
                FIXTURE_TEST(test_values_that_are_hard_to_write_come_back),
                FIXTURE_TEST(test_every_key_of_a_characteristic_comes_back),
                FIXTURE_TEST(test_every_key_of_an_advertisement_comes_back),
                FIXTURE_TEST(test_a_hash_comes_back_without_a_warning),
                FIXTURE_TEST(test_what_is_switched_off_stays_off),
                FIXTURE_TEST(test_each_value_says_where_it_came_from),
                FIXTURE_TEST(test_the_handles_are_said),
                FIXTURE_TEST(test_every_key_of_the_plain_sections_is_dumped),
                FIXTURE_TEST(test_the_sample_changes_nothing),
                FIXTURE_TEST(test_the_sample_is_right_behind_its_semicolons),
                FIXTURE_TEST(test_the_depth_that_coalesce_leaves_is_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
