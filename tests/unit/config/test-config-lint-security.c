/* Security that the pairing agent cannot reach. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdlib.h>

#define WITH(flags) SERVICE "[characteristic a]\nuuid = 2A00\nflags = " flags "\n"
#define NONE        "[agent]\ncapability = none\n"
#define PASSKEY                                                                                    \
        "a passkey is needed for this, and the agent has neither display nor keyboard: security "  \
        "= encrypt, or [agent] capability = none beside an agent of another program\n"

static void expect_text(Fixture *f, const char *text, const char *problems) {
        fixture_load_text(f, text);
        expect_problems(f, problems);
}

static void expect_fine(Fixture *f, const char *text) {
        fixture_load_text(f, text);
        expect_no_problem(f);
}

static void test_no_passkey_without_display_and_keyboard(void **state) {
        expect_text(*state, WITH("read") "security = authenticate\n",
                "test.conf:6: [characteristic a] security: " PASSKEY);
        expect_text(*state,
                WITH("read") "security = secure\n[agent]\ncapability = NoInputNoOutput\n",
                "test.conf:6: [characteristic a] security: " PASSKEY);
        expect_fine(*state, WITH("read write notify") "security = encrypt\n");
        expect_fine(
                *state, WITH("read") "security = encrypt\n[agent]\ncapability = NoInputNoOutput\n");
}

static void test_flags_are_judged_as_security_is(void **state) {
        const char *const flags[] = {"encrypt-authenticated-read", "encrypt-authenticated-write",
                "encrypt-authenticated-notify", "encrypt-authenticated-indicate", "secure-read",
                "secure-write", "secure-notify", "secure-indicate"};

        for (size_t i = 0; i < ELEMENTS(flags); i++) {
                char text[200];

                snprintf(text, sizeof(text), WITH("%s"), flags[i]);
                expect_text(*state, text, "test.conf:5: [characteristic a] flags: " PASSKEY);
        }
        expect_fine(*state, WITH("encrypt-read encrypt-write encrypt-notify"));
}

static void test_descriptors_are_judged_too(void **state) {
#define DESCRIBED                                                                                  \
        WITH("read") "[descriptor d]\ncharacteristic = a\nuuid = 2905\nflags = read\nsecurity = "
        expect_text(*state, DESCRIBED "authenticate\n",
                "test.conf:10: [descriptor d] security: " PASSKEY);
        expect_fine(*state, DESCRIBED "encrypt\n");
}

static void test_nobody_can_pair_without_an_agent(void **state) {
        static const char nobody[] =
                "test.conf:8: [agent] capability: warning: the profile demands security, and "
                "nobody can pair unless another program has an agent: capability = auto\n";

        expect_text(*state, WITH("read") "security = encrypt\n" NONE, nobody);
        expect_text(*state, WITH("read") "security = secure\n" NONE, nobody);
        expect_fine(*state, WITH("read write") "security = open\n" NONE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_no_passkey_without_display_and_keyboard),
                FIXTURE_TEST(test_flags_are_judged_as_security_is),
                FIXTURE_TEST(test_descriptors_are_judged_too),
                FIXTURE_TEST(test_nobody_can_pair_without_an_agent),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
