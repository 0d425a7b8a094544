/* What of a GATT table is said by more than a UUID: security, services within services, handles. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>

#define READABLE SERVICE "[characteristic a]\nuuid = 2A00\nflags = read\n" /* lines 1 to 5 */
/* Up to line 5; lines of its own follow. */
#define WITH(flags) SERVICE "[characteristic a]\nuuid = 2A00\nflags = " flags "\n"

/* Security that spored's own agent cannot reach is another's. */
#define NO_AGENT "[agent]\ncapability = none\n"

static void expect_text(Fixture *f, const char *text, const char *problems) {
        fixture_load_text(f, text);
        expect_problems(f, problems);
}

static void test_security_protects_what_the_flags_allow(void **state) {
        const unsigned all = CHARACTERISTIC_READ | CHARACTERISTIC_WRITE | CHARACTERISTIC_NOTIFY |
                             CHARACTERISTIC_INDICATE;
        const struct {
                const char *flags, *security;
                unsigned expected;
        } cases[] = {
                {"read write notify indicate", "open", all},
                {"read write notify indicate", "encrypt", all | CHARACTERISTIC_FLAGS_ENCRYPT},
                {"read write notify indicate", "authenticate",
                        all | CHARACTERISTIC_FLAGS_AUTHENTICATE},
                {"read write notify indicate", "Secure", all | CHARACTERISTIC_FLAGS_SECURE},
                {"read", "encrypt", CHARACTERISTIC_READ | CHARACTERISTIC_ENCRYPT_READ},
                {"read authorize", "encrypt",
                        CHARACTERISTIC_READ | CHARACTERISTIC_ENCRYPT_READ |
                                CHARACTERISTIC_AUTHORIZE},
                {"encrypt-read write", "encrypt",
                        CHARACTERISTIC_READ | CHARACTERISTIC_ENCRYPT_READ | CHARACTERISTIC_WRITE |
                                CHARACTERISTIC_ENCRYPT_WRITE},
                /* BlueZ has no word for it alone. */
                {"write-without-response", "encrypt",
                        CHARACTERISTIC_WRITE_WITHOUT_RESPONSE | CHARACTERISTIC_WRITE |
                                CHARACTERISTIC_ENCRYPT_WRITE},
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                Fixture *f = *state;
                char text[300];

                snprintf(text, sizeof(text), WITH("%s") "security = %s\n" NO_AGENT, cases[i].flags,
                        cases[i].security);
                fixture_load_text(f, text);
                assert_int_equal(f->errors, 0);
                assert_int_equal(
                        profile_at(config_profile(f->config), 0)->flags, cases[i].expected);
        }
}

static void test_security_that_contradicts_the_flags_is_refused(void **state) {
        expect_text(*state, WITH("encrypt-read write") "security = open\n",
                "test.conf:6: [characteristic a] security: open contradicts encrypt-read in flags: "
                "leave one of them out\n");
        expect_text(*state, WITH("secure-write") "security = encrypt\n",
                "test.conf:6: [characteristic a] security: encrypt contradicts secure-write in "
                "flags: leave one of them out\n");
        expect_text(*state, WITH("read encrypt-notify") "security = authenticate\n",
                "test.conf:6: [characteristic a] security: authenticate contradicts encrypt-notify "
                "in flags: leave one of them out\n");
}

static void test_security_of_nothing_is_refused(void **state) {
        expect_text(*state, WITH("broadcast") "security = secure\n",
                "test.conf:6: [characteristic a] security: flags has nothing that it could "
                "protect: no read, write, notify or indicate\n"
                "test.conf:5: [characteristic a] flags: warning: BlueZ broadcasts no values: leave "
                "broadcast out\n"
                "test.conf:5: [characteristic a] flags: warning: a central can do nothing with it: "
                "add read, write, notify or indicate\n");
        /* Flags that were refused are told alone. */
        expect_text(*state, WITH("foo") "security = secure\n",
                "test.conf:5: [characteristic a] flags: unknown flag \"foo\"; known: read write "
                "write-without-response notify indicate broadcast authenticated-signed-writes "
                "extended-properties reliable-write writable-auxiliaries authorize; and encrypt-, "
                "encrypt-authenticated- or secure- before read, write, notify, indicate\n");
}

static void test_a_protected_write_is_not_warned_of(void **state) {
        const char *const flags[] = {"read encrypt-write", "encrypt-authenticated-write",
                "secure-write", "write secure-write"};

        for (size_t i = 0; i < ELEMENTS(flags); i++) {
                Fixture *f = *state;
                char text[200];

                snprintf(text, sizeof(text), WITH("%s") NO_AGENT, flags[i]);
                fixture_load_text(f, text);
                assert_int_equal(f->errors, 0);
                assert_null(strstr(f->problems, "anyone in range may write"));
        }
        /* What protects a read leaves a write to everybody. */
        expect_text(*state, WITH("encrypt-read write"),
                "test.conf:5: [characteristic a] flags: warning: anyone in range may write; "
                "security = open says that this is meant\n");
}

static void test_security_may_come_from_a_variable(void **state) {
        Fixture *f = *state;

        fixture_write(f, "test.conf", READABLE);
        fixture_load(f, VARIABLES("SPORED_CHARACTERISTIC__A__SECURITY=encrypt"), NULL);
        expect_no_problem(f);
        assert_int_equal(find_characteristic(f, "a")->flags,
                CHARACTERISTIC_READ | CHARACTERISTIC_ENCRYPT_READ);
}

static void test_the_ways_through_bluez(void **state) {
        Fixture *f = *state;

        fixture_load_text(f,
                WITH("notify write-without-response") "security = open\nnotify_by = socket\n"
                                                      "write_by = socket\n");
        assert_non_null(f->config);
        assert_int_equal(find_characteristic(f, "a")->notify_by, NOTIFY_BY_SOCKET);
        assert_int_equal(find_characteristic(f, "a")->write_by, WRITE_BY_SOCKET);
        fixture_load_text(f, READABLE);
        assert_int_equal(find_characteristic(f, "a")->notify_by, NOTIFY_BY_SIGNAL);
        assert_int_equal(find_characteristic(f, "a")->write_by, WRITE_BY_CALL);
        expect_text(f, READABLE "notify_by = fd\n",
                "test.conf:6: [characteristic a] notify_by: unknown word \"fd\"; known: signal, "
                "socket\n");
        expect_text(f, READABLE "write_by = fd\n",
                "test.conf:6: [characteristic a] write_by: unknown word \"fd\"; known: call, "
                "socket\n");
}

static void test_a_service_includes_those_before_it(void **state) {
        Fixture *f = *state;
        const Service *const *services;

        fixture_load_text(f, READABLE "[service t]\nuuid = 180F\nprimary = no\n"
                                      "[characteristic b]\nuuid = 2A19\nflags = read\n"
                                      "[service off]\nenable = no\nuuid = 1815\n"
                                      "[service u]\nuuid = 1816\nincludes = t\n  off s\n"
                                      "[characteristic c]\nuuid = 2A5B\nflags = read\n");
        expect_no_problem(f);
        services = (const Service *const *)config_profile(f->config)->services;
        assert_true(services[0]->primary);
        assert_false(services[1]->primary);
        assert_int_equal(services[0]->n_includes, 0);
        assert_int_equal(services[2]->n_includes, 2);
        assert_ptr_equal(services[2]->includes[0], services[1]);
        assert_ptr_equal(services[2]->includes[1], services[0]);
}

static void test_a_service_that_only_includes_is_served(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "[service t]\nuuid = 1816\nincludes = s\n");
        expect_no_problem(f);
}

static void test_includes_that_cannot_be_are_refused(void **state) {
        expect_text(*state,
                "[service s]\nuuid = 181A\nincludes = t\n"
                "[characteristic a]\nuuid = 2A00\nflags = read\n[service t]\nuuid = 1816\n",
                "test.conf:3: [service s] includes: \"t\" is declared behind this service: move "
                "its section before this one\n");
        expect_text(*state, READABLE "[service t]\nuuid = 1816\nincludes = t\n",
                "test.conf:8: [service t] includes: \"t\" is the service itself\n");
        expect_text(*state, READABLE "[service t]\nuuid = 1816\nincludes = s s\n",
                "test.conf:8: [service t] includes: \"s\" is there twice\n");
        expect_text(*state, READABLE "[service t]\nuuid = 1816\nincludes = s, t\n",
                "test.conf:8: [service t] includes: \"s,\" has a comma: names are separated by "
                "spaces\n"
                "test.conf:8: [service t] includes: \"t\" is the service itself\n");
        expect_text(*state, READABLE "[service t]\nuuid = 1816\nincludes = x\n",
                "test.conf:8: [service t] includes: no service \"x\"; known: s, t\n");
        expect_text(*state, READABLE "[service t]\nuuid = 1816\nprimary = maybe\n",
                "test.conf:8: [service t] primary: not yes or no: \"maybe\"\n");
}

/* 100 service, 101 declaration, 102 value, 103 configuration, 104 and 105 descriptors,
 * 106 service, 107 include, 108 declaration, 109 value. */
static void test_handles_are_pinned_in_the_order_of_the_declaration(void **state) {
        Fixture *f = *state;
        const Profile *profile;

        fixture_load_text(f,
                WITH("read notify") "description = a note\n"
                                    "[service t]\nuuid = 1816\nincludes = s\n"
                                    "[characteristic b]\nuuid = 2A5B\nflags = read\n"
                                    "[descriptor d]\ncharacteristic = a\nuuid = 2905\n");
        expect_no_problem(f);
        profile = config_profile(f->config);
        assert_int_equal(config_settings(f->config)->bluez.handles, 0x0100);
        assert_int_equal(profile->services[0]->handle, 0x0100);
        assert_int_equal(profile_at(profile, 0)->handle, 0x0102);
        assert_int_equal(profile_at(profile, 0)->descriptors[0]->handle, 0x0104);
        assert_int_equal(profile_at(profile, 0)->descriptors[1]->handle, 0x0105);
        assert_int_equal(profile->services[1]->handle, 0x0106);
        assert_int_equal(profile_at(profile, 1)->handle, 0x0109);
}

static void test_handles_begin_where_the_key_says(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "[bluez]\nhandles = 0x0020\n");
        expect_no_problem(f);
        assert_int_equal(find_characteristic(f, "a")->handle, 0x0022);
        fixture_load_text(f, READABLE "[bluez]\nhandles = 65280\n");
        expect_no_problem(f);
        assert_int_equal(find_characteristic(f, "a")->handle, 0xff02);
        fixture_load_text(f, READABLE "[bluez]\nhandles = Auto\n");
        expect_no_problem(f);
        assert_int_equal(config_profile(f->config)->services[0]->handle, 0);
        assert_int_equal(find_characteristic(f, "a")->handle, 0);
}

static void test_handles_outside_of_the_bounds_are_refused(void **state) {
        const char *const texts[] = {"0x001f", "0xff01", "0", "-1", "x", ""};

        for (size_t i = 0; i < ELEMENTS(texts); i++) {
                char text[200], problems[200];

                snprintf(text, sizeof(text), READABLE "[bluez]\nhandles = %s\n", texts[i]);
                snprintf(problems, sizeof(problems),
                        "test.conf:7: [bluez] handles: not \"auto\" or a handle from 0x0020 to "
                        "0xff00: \"%s\"\n",
                        texts[i]);
                expect_text(*state, text, problems);
        }
}

/* 254 handles are left for services of three. */
static void test_the_service_that_finds_no_handles_is_named(void **state) {
        _cleanup_free_ char *text = calloc(1, 20000);
        char *end = stpcpy(text, "[bluez]\nhandles = 0xff00\n");

        for (int i = 0; i < 86; i++)
                end += sprintf(end,
                        "[service s%d]\nuuid = 181A\n"
                        "[characteristic c%d]\nuuid = 2A00\nflags = read\n",
                        i, i);
        expect_text(*state, text,
                "test.conf:428: [service s85]: its 3 handles do not fit: handles of [bluez] begins "
                "at 0xff00, and 0xfffe is the last\n");
}

static void test_services_may_have_the_same_uuid(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, READABLE "[service t]\nuuid = 181A\n"
                                      "[characteristic b]\nuuid = 2A00\nflags = read\n");
        expect_no_problem(f);
        assert_int_equal(config_profile(f->config)->n_services, 2);
}

static void test_characteristics_of_one_uuid_are_told_apart_by_descriptions(void **state) {
        Fixture *f = *state;

        expect_text(f, READABLE "[characteristic b]\nuuid = 0x2a00\nflags = read\n",
                "test.conf:7: [characteristic b] uuid: warning: the characteristic \"a\" has the "
                "same UUID, and no central can tell them apart: give each a description\n");
        assert_int_equal(f->errors, 0);
        fixture_load_text(f,
                READABLE "description = left\n[characteristic b]\nuuid = 2A00\nflags = read\n"
                         "[descriptor d]\ncharacteristic = b\nuuid = 2901\nvalue = right\n");
        expect_no_problem(f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_security_protects_what_the_flags_allow),
                FIXTURE_TEST(test_security_that_contradicts_the_flags_is_refused),
                FIXTURE_TEST(test_security_of_nothing_is_refused),
                FIXTURE_TEST(test_a_protected_write_is_not_warned_of),
                FIXTURE_TEST(test_security_may_come_from_a_variable),
                FIXTURE_TEST(test_the_ways_through_bluez),
                FIXTURE_TEST(test_a_service_includes_those_before_it),
                FIXTURE_TEST(test_a_service_that_only_includes_is_served),
                FIXTURE_TEST(test_includes_that_cannot_be_are_refused),
                FIXTURE_TEST(test_handles_are_pinned_in_the_order_of_the_declaration),
                FIXTURE_TEST(test_handles_begin_where_the_key_says),
                FIXTURE_TEST(test_handles_outside_of_the_bounds_are_refused),
                FIXTURE_TEST(test_the_service_that_finds_no_handles_is_named),
                FIXTURE_TEST(test_services_may_have_the_same_uuid),
                FIXTURE_TEST(test_characteristics_of_one_uuid_are_told_apart_by_descriptions),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
