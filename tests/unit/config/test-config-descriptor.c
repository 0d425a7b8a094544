/* Descriptors, with a section of their own or by a characteristic's keys. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdio.h>

#define READABLE SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n" /* lines 1 to 5 */
/* Up to line 8; lines of its own follow. */
#define DESCRIPTOR READABLE "[descriptor d]\ncharacteristic = a\nuuid = 2905\n"

static void expect_text(Fixture *f, const char *text, const char *problems) {
        fixture_load_text(f, text);
        expect_problems(f, problems);
}

static const Descriptor *load_descriptor(Fixture *f, const char *text) {
        const Characteristic *a;

        fixture_load_text(f, text);
        expect_no_problem(f);
        a = find_characteristic(f, "a");
        assert_true(a->n_descriptors > 0);
        return a->descriptors[a->n_descriptors - 1];
}

static void expect_descriptor(const Descriptor *d, uint16_t uuid, const void *data, size_t size) {
        Uuid expected = uuid_short(uuid);

        assert_true(uuid_equal(&d->uuid, &expected));
        assert_int_equal(d->size, size);
        assert_memory_equal(d->data, data, size);
}

static void test_a_description_is_a_descriptor(void **state) {
        Fixture *f = *state;
        const Descriptor *d = load_descriptor(f, READABLE "description = in the shed\n  °C\n");

        expect_descriptor(d, 0x2901, "in the shed °C", strlen("in the shed °C"));
        assert_int_equal(d->flags, CHARACTERISTIC_READ);
        expect_text(f,
                READABLE "description = x\n[descriptor d]\ncharacteristic = a\nuuid = 2901\n",
                "test.conf:9: [descriptor d] uuid: description of [characteristic a] makes this "
                "descriptor: leave one "
                "of them out\n");
}

static void test_a_description_fits_a_value(void **state) {
        Fixture *f = *state;
        char text[1000] = READABLE "description = ";

        for (int i = 0; i < 4; i++) {
                memset(text + strlen(text), 'x', 128);
                strcat(text, i < 3 ? ",\n  " : "\n");
        }
        /* Three commas are too many. */
        fixture_load_text(f, text);
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "description: 515 bytes, and at most 512 may be"));
        text[strlen(text) - 4] = '\0';
        fixture_load_text(f, text);
        expect_no_problem(f);
        assert_int_equal(find_characteristic(f, "a")->descriptors[0]->size, 512);
}

static void test_a_presentation_tells_type_scale_and_unit(void **state) {
        /* Core Specification, Vol 3, Part G, 3.3.3.5: i16 is 0x0e, degrees Celsius 0x272f. */
        const uint8_t expected[] = {0x0e, 0xfe, 0x2f, 0x27, 0x01, 0x00, 0x00};
        Fixture *f = *state;

        expect_descriptor(load_descriptor(f, READABLE "type = i16 scale=0.01 unit=celsius\n"
                                                      "presentation = yes\n"),
                0x2904, expected, sizeof(expected));
        expect_descriptor(load_descriptor(f, READABLE "presentation = yes\n"
                                                      "[fields a]\nx = i16 scale=0.01 "
                                                      "unit=celsius\n"),
                0x2904, expected, sizeof(expected));
        fixture_load_text(f, READABLE "type = i16\npresentation = no\n");
        assert_int_equal(find_characteristic(f, "a")->n_descriptors, 0);
}

static void test_a_presentation_that_cannot_be_is_refused(void **state) {
        Fixture *f = *state;

        expect_text(f, READABLE "presentation = yes\n",
                "test.conf:6: [characteristic a] presentation: there is no field: it says what the "
                "only one is\n");
        expect_text(f, READABLE "presentation = yes\n[fields a]\nx = u8\ny = u8\n",
                "test.conf:6: [characteristic a] presentation: there are several fields: it says "
                "what the only one is\n");
        fixture_load_text(f, READABLE "type = u8 scale=0.3\npresentation = yes\n");
        assert_int_equal(f->errors, 1);
        assert_non_null(strstr(f->problems, "test.conf:7: [characteristic a] presentation: "));
        expect_text(f,
                READABLE "type = u8\npresentation = yes\n"
                         "[descriptor d]\ncharacteristic = a\nuuid = 2904\n",
                "test.conf:10: [descriptor d] uuid: presentation of [characteristic a] makes this "
                "descriptor: leave "
                "one of them out\n");
        /* A type that was refused is told alone. */
        fixture_load_text(f, READABLE "type = u7\npresentation = yes\n");
        assert_int_equal(f->errors, 1);
}

static void test_a_descriptor_is_read_if_nothing_is_said(void **state) {
        const Descriptor *d = load_descriptor(*state, DESCRIPTOR "value = hex: 01 02\n");

        assert_int_equal(d->flags, CHARACTERISTIC_READ);
        expect_descriptor(d, 0x2905, "\x01\x02", 2);
}

static void test_a_descriptor_has_its_own_flags_and_security(void **state) {
        const Descriptor *d =
                load_descriptor(*state, DESCRIPTOR "flags = read write authorize\nsecurity = open\n"
                                                   "size_max = 20\nvalue = text\n");

        assert_int_equal(
                d->flags, CHARACTERISTIC_READ | CHARACTERISTIC_WRITE | CHARACTERISTIC_AUTHORIZE);
        assert_int_equal(d->size_max, 20);
        assert_null(d->format);
        d = load_descriptor(*state, DESCRIPTOR "flags = read write\nsecurity = encrypt\n");
        assert_int_equal(d->flags, CHARACTERISTIC_READ | CHARACTERISTIC_WRITE |
                                           CHARACTERISTIC_ENCRYPT_READ |
                                           CHARACTERISTIC_ENCRYPT_WRITE);
        assert_int_equal(d->size_max, 512);
        d = load_descriptor(*state, DESCRIPTOR "flags = encrypt-write\n");
        assert_int_equal(d->flags, CHARACTERISTIC_WRITE | CHARACTERISTIC_ENCRYPT_WRITE);
}

static void test_flags_that_descriptors_do_not_have_are_refused(void **state) {
        expect_text(*state, DESCRIPTOR "flags = read notify\n",
                "test.conf:9: [descriptor d] flags: unknown flag \"notify\"; known: read write "
                "authorize; and encrypt-, encrypt-authenticated- or secure- before read, write\n");
        expect_text(*state, DESCRIPTOR "flags = encrypt-reed\n",
                "test.conf:9: [descriptor d] flags: unknown flag \"encrypt-reed\"; did you mean "
                "\"encrypt-read\"?\n");
        expect_text(*state, DESCRIPTOR "flags =\n",
                "test.conf:9: [descriptor d] flags: no flag: at least one of read, write, … is "
                "needed\n");
        expect_text(*state, DESCRIPTOR "flags = authorize\nsecurity = encrypt\n",
                "test.conf:10: [descriptor d] security: flags has nothing that it could protect: "
                "no read, write, notify or indicate\n");
}

static void test_a_descriptor_that_anyone_may_write_is_warned_of(void **state) {
        expect_text(*state, DESCRIPTOR "flags = write\n",
                "test.conf:9: [descriptor d] flags: warning: anyone in range may write; security = "
                "open says that this is meant\n");
}

static void test_a_descriptor_has_a_type(void **state) {
        Fixture *f = *state;
        const Descriptor *d =
                load_descriptor(f, DESCRIPTOR "flags = read write\nsecurity = open\n"
                                              "type = u16 scale=0.1 max=100\nvalue = 25.5\n");
        char why[FORMAT_WHY_SIZE];

        expect_descriptor(d, 0x2905, "\xff\x00", 2);
        assert_int_equal(d->size_max, 2);
        assert_int_equal(descriptor_check(d, (const uint8_t *)"\xe8\x03", 2, why), 0);
        assert_int_equal(descriptor_check(d, (const uint8_t *)"\xe9\x03", 2, why), FORMAT_E_RANGE);
        assert_int_equal(descriptor_check(d, (const uint8_t *)"\x01", 1, why), FORMAT_E_LENGTH);
        expect_descriptor(
                load_descriptor(f, DESCRIPTOR "type = u16 default=3\n"), 0x2905, "\x03\x00", 2);
        expect_descriptor(
                load_descriptor(f, DESCRIPTOR "type = u16\nvalue = hex:0102\n"), 0x2905, "\1\2", 2);
        expect_descriptor(
                load_descriptor(f, DESCRIPTOR "type = utf8\nvalue = one\n"), 0x2905, "one", 3);
}

static void test_plain_bytes_of_a_descriptor_have_a_bound(void **state) {
        Fixture *f = *state;
        const Descriptor *d = load_descriptor(
                f, DESCRIPTOR "flags = write\nsecurity = open\nsize_max = 2\nvalue = xy\n");
        char why[FORMAT_WHY_SIZE];

        assert_int_equal(descriptor_check(d, (const uint8_t *)"", 0, why), 0);
        assert_int_equal(descriptor_check(d, (const uint8_t *)"xyz", 3, why), FORMAT_E_LENGTH);
        assert_string_equal(why, "3 bytes, needs 0 to 2");
}

static void test_values_of_descriptors_that_do_not_fit_are_refused(void **state) {
        expect_text(*state, DESCRIPTOR "type = u8\nvalue = 256\n",
                "test.conf:10: [descriptor d] value: 256 is above its maximum 255\n");
        expect_text(*state, DESCRIPTOR "type = u8\nvalue = hex:0102\n",
                "test.conf:10: [descriptor d] value: more than 1 bytes\n");
        fixture_load_text(*state, DESCRIPTOR "type = u7\nvalue = 1\n");
        assert_int_equal(((Fixture *)*state)->errors, 1);
        assert_non_null(strstr(((Fixture *)*state)->problems,
                "test.conf:9: [descriptor d] type: unknown type \"u7\""));
        expect_text(*state,
                DESCRIPTOR "flags = write\nsecurity = open\nsize_max = 2\nvalue = xyz\n",
                "test.conf:12: [descriptor d] value: more than 2 bytes\n");
        expect_text(*state, DESCRIPTOR "size_max = 2\n",
                "test.conf:9: [descriptor d] size_max: there is no write to bound: flags has "
                "none\n");
        expect_text(*state, DESCRIPTOR "flags = write\nsecurity = open\nsize_max = 513\n",
                "test.conf:11: [descriptor d] size_max: not a number from 1 to 512: \"513\"\n");
        expect_text(*state, DESCRIPTOR "type = u8\nsize_max = 1\n",
                "test.conf:10: [descriptor d] size_max: the type's attributes give the size; this "
                "key is for plain bytes\n");
}

/* Of a characteristic too. */
static void test_padding_alone_is_refused(void **state) {
        expect_text(*state, READABLE "type = pad 2\n",
                "test.conf:6: [characteristic a] type: padding alone, and no value could be set: "
                "write bytes size=2, or another type\n");
        expect_text(*state, READABLE "[fields a]\nx = pad 2\ny = pad 1\n",
                "test.conf:6: [fields a]: padding alone, and no value could be set: add a field\n");
        expect_text(*state,
                READABLE "[descriptor d]\ncharacteristic = a\nuuid = 2905\ntype = pad 2\n",
                "test.conf:9: [descriptor d] type: padding alone, and no value could be set: write "
                "bytes size=2, or another type\n");
}

/* A central that lists a table takes them for parts of it. */
static void test_the_types_of_declarations_are_refused(void **state) {
        const char why[] = "uuid: a central would take it for a declaration of the table itself: "
                           "what is your own has a UUID of 36 characters\n";
        const struct {
                const char *text, *where;
        } cases[] = {
                {SERVICE "[characteristic a]\nuuid = 2800\nflags = read\n",
                        "test.conf:4: [characteristic a] "},
                {SERVICE "[characteristic a]\nuuid = 0x2803\nflags = read\n",
                        "test.conf:4: [characteristic a] "},
                {READABLE "[descriptor d]\ncharacteristic = a\nuuid = 2801\n",
                        "test.conf:8: [descriptor d] "},
                {READABLE "[descriptor d]\ncharacteristic = a\nuuid = 2802\n",
                        "test.conf:8: [descriptor d] "},
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char expected[300];

                snprintf(expected, sizeof(expected), "%s%s", cases[i].where, why);
                expect_text(*state, cases[i].text, expected);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_a_description_is_a_descriptor),
                FIXTURE_TEST(test_a_description_fits_a_value),
                FIXTURE_TEST(test_a_presentation_tells_type_scale_and_unit),
                FIXTURE_TEST(test_a_presentation_that_cannot_be_is_refused),
                FIXTURE_TEST(test_a_descriptor_is_read_if_nothing_is_said),
                FIXTURE_TEST(test_a_descriptor_has_its_own_flags_and_security),
                FIXTURE_TEST(test_flags_that_descriptors_do_not_have_are_refused),
                FIXTURE_TEST(test_a_descriptor_that_anyone_may_write_is_warned_of),
                FIXTURE_TEST(test_a_descriptor_has_a_type),
                FIXTURE_TEST(test_plain_bytes_of_a_descriptor_have_a_bound),
                FIXTURE_TEST(test_values_of_descriptors_that_do_not_fit_are_refused),
                FIXTURE_TEST(test_padding_alone_is_refused),
                FIXTURE_TEST(test_the_types_of_declarations_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
