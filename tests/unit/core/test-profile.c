/* The tree of what is served. */
#include "core/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "formats.h"

DEFINE_CLEANUP(Profile *, profile_free);

/* Two services; the second characteristic of the first is added last. */
static Profile *make_profile(void) {
        Profile *profile = NULL;
        Service *first, *second;

        assert_int_equal(profile_new(&profile), 0);
        first = profile_add_service(profile, "first");
        second = profile_add_service(profile, "second");
        assert_non_null(profile_add_characteristic(profile, first, "a"));
        assert_non_null(profile_add_characteristic(profile, second, "b"));
        assert_non_null(profile_add_characteristic(profile, first, "c"));
        return profile;
}

static void test_a_new_profile_is_empty(void **state) {
        _cleanup_(profile_freep) Profile *profile = NULL;

        assert_int_equal(profile_new(&profile), 0);
        assert_int_equal(profile->n_services, 0);
        assert_int_equal(profile->n_characteristics, 0);
        assert_int_equal(profile->n_advertisements, 1);
        assert_null(profile->advertisements[0]->section);
        assert_null(profile_find(profile, "a"));
}

static void test_free_takes_null_and_half_built_profiles(void **state) {
        Profile *profile = make_profile();
        Characteristic *c = profile_find(profile, "a");
        Descriptor *d = characteristic_add_descriptor(c, "note");

        d->data = malloc(3);
        d->size = 3;
        c->initial = malloc(2);
        c->format = make_format(&(Line){"value", "u8 unit=ppm names=A:1"}, 1);
        profile->advertisements[0]->name = strdup("name");
        assert_non_null(profile_add_advertisement(profile, "beacon"));
        assert_null(profile_free(profile));
        assert_null(profile_free(NULL));
}

static void test_services_keep_the_order_of_the_declaration(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();

        assert_int_equal(profile->n_services, 2);
        assert_string_equal(profile->services[0]->name, "first");
        assert_string_equal(profile->services[1]->name, "second");
        assert_int_equal(profile->services[0]->n_characteristics, 2);
        assert_string_equal(profile->services[0]->characteristics[1]->name, "c");
}

static void test_the_index_counts_through_the_whole_profile(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();

        assert_int_equal(profile->n_characteristics, 3);
        for (size_t i = 0; i < 3; i++)
                assert_int_equal(profile_at(profile, i)->index, i);
        assert_string_equal(profile_at(profile, 1)->name, "b");
        assert_string_equal(profile_at(profile, 2)->name, "c");
}

static void test_find_looks_into_each_service(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();

        assert_ptr_equal(profile_find(profile, "b"), profile->services[1]->characteristics[0]);
        assert_ptr_equal(profile_find(profile, "c"), profile->services[0]->characteristics[1]);
        assert_null(profile_find(profile, "first"));
}

static void test_each_of_many_is_found(void **state) {
        _cleanup_(profile_freep) Profile *profile = NULL;
        char name[16];
        Service *s;

        assert_int_equal(profile_new(&profile), 0);
        s = profile_add_service(profile, "many");
        /* Neither in the order of their names nor in the reverse of it. */
        for (unsigned i = 0; i < 500; i++) {
                (void)snprintf(name, sizeof(name), "c%u", i * 7 % 500);
                assert_null(profile_find(profile, name));
                assert_non_null(profile_add_characteristic(profile, s, name));
        }
        for (unsigned i = 0; i < 500; i++) {
                (void)snprintf(name, sizeof(name), "c%u", i * 7 % 500);
                assert_ptr_equal(profile_find(profile, name), profile_at(profile, i));
        }
        assert_null(profile_find(profile, ""));
        assert_null(profile_find(profile, "c500"));
        assert_null(profile_find(profile, "d"));
}

static void test_names_are_copies(void **state) {
        _cleanup_(profile_freep) Profile *profile = NULL;
        char name[] = "mine";
        Service *s;
        Characteristic *c;
        Descriptor *d;

        assert_int_equal(profile_new(&profile), 0);
        s = profile_add_service(profile, name);
        c = profile_add_characteristic(profile, s, name);
        d = characteristic_add_descriptor(c, name);
        name[0] = 'x';
        assert_string_equal(s->name, "mine");
        assert_string_equal(c->name, "mine");
        assert_string_equal(d->name, "mine");
}

static void test_a_descriptor_belongs_to_its_characteristic(void **state) {
        _cleanup_(profile_freep) Profile *profile = make_profile();
        Characteristic *c = profile_find(profile, "b");
        Descriptor *d = characteristic_add_descriptor(c, "note");

        assert_int_equal(c->n_descriptors, 1);
        assert_ptr_equal(c->descriptors[0], d);
        assert_int_equal(profile_find(profile, "a")->n_descriptors, 0);
}

static void test_flags_have_the_names_of_bluez(void **state) {
        static const struct {
                unsigned flag;
                const char *name;
        } expected[] = {
                {CHARACTERISTIC_READ, "read"},
                {CHARACTERISTIC_WRITE, "write"},
                {CHARACTERISTIC_WRITE_WITHOUT_RESPONSE, "write-without-response"},
                {CHARACTERISTIC_NOTIFY, "notify"},
                {CHARACTERISTIC_INDICATE, "indicate"},
        };

        for (size_t i = 0; i < ELEMENTS(expected); i++) {
                assert_string_equal(characteristic_flag_name(expected[i].flag), expected[i].name);
                assert_int_equal(characteristic_flag_from_name(expected[i].name), expected[i].flag);
        }
}

static void test_a_flag_that_protects_comes_with_what_it_protects(void **state) {
        assert_int_equal(characteristic_flag_from_name("secure-read"),
                CHARACTERISTIC_SECURE_READ | CHARACTERISTIC_READ);
        assert_int_equal(characteristic_flag_from_name("encrypt-authenticated-indicate"),
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_INDICATE | CHARACTERISTIC_INDICATE);
}

static void test_every_bit_has_a_name_that_leads_back(void **state) {
        for (unsigned flag = 1; flag < _CHARACTERISTIC_FLAG_END; flag <<= 1) {
                const char *name = characteristic_flag_name(flag);

                assert_non_null(name);
                assert_true(characteristic_flag_from_name(name) & flag);
        }
}

static void test_a_flag_of_another_name_is_none(void **state) {
        assert_int_equal(characteristic_flag_from_name("encrypted"), 0);
        assert_int_equal(characteristic_flag_from_name(""), 0);
        assert_int_equal(characteristic_flag_from_name("write_without_response"),
                CHARACTERISTIC_WRITE_WITHOUT_RESPONSE);
        assert_null(characteristic_flag_name(CHARACTERISTIC_READ | CHARACTERISTIC_WRITE));
}

static void test_plain_bytes_are_checked_by_length(void **state) {
        Characteristic c = {.size_min = 2, .size_max = 4};
        const uint8_t data[5] = {0xff};
        char why[FORMAT_WHY_SIZE] = "";

        assert_int_equal(characteristic_check(&c, data, 2, why), 0);
        assert_int_equal(characteristic_check(&c, data, 4, why), 0);
        assert_int_equal(characteristic_check(&c, data, 1, why), FORMAT_E_LENGTH);
        assert_string_equal(why, "1 byte, needs 2 to 4");
        assert_int_equal(characteristic_check(&c, data, 5, why), FORMAT_E_LENGTH);
}

static void test_a_format_is_checked_field_by_field(void **state) {
        _cleanup_(format_freep) Format *format = make_format(&(Line){"level", "u8 max=100"}, 1);
        Characteristic c = {.format = format, .size_min = 1, .size_max = 1};
        char why[FORMAT_WHY_SIZE] = "";

        assert_int_equal(characteristic_check(&c, (const uint8_t *)"\x64", 1, why), 0);
        assert_int_equal(characteristic_check(&c, (const uint8_t *)"\x65", 1, why), FORMAT_E_RANGE);
        assert_string_equal(why, "level: 101 is above its maximum 100");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_new_profile_is_empty),
                cmocka_unit_test(test_free_takes_null_and_half_built_profiles),
                cmocka_unit_test(test_services_keep_the_order_of_the_declaration),
                cmocka_unit_test(test_the_index_counts_through_the_whole_profile),
                cmocka_unit_test(test_find_looks_into_each_service),
                cmocka_unit_test(test_each_of_many_is_found),
                cmocka_unit_test(test_names_are_copies),
                cmocka_unit_test(test_a_descriptor_belongs_to_its_characteristic),
                cmocka_unit_test(test_flags_have_the_names_of_bluez),
                cmocka_unit_test(test_a_flag_that_protects_comes_with_what_it_protects),
                cmocka_unit_test(test_every_bit_has_a_name_that_leads_back),
                cmocka_unit_test(test_a_flag_of_another_name_is_none),
                cmocka_unit_test(test_plain_bytes_are_checked_by_length),
                cmocka_unit_test(test_a_format_is_checked_field_by_field),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
