/* The answer to reload as text for people. */
#include "ctl/render-reload.h"

#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int render(const char *json, char **ret) {
        json_t *answer = json_loads(json, 0, NULL);
        size_t size;
        FILE *out = open_memstream(ret, &size);
        int r = 0;

        assert_non_null(answer);
        assert_non_null(out);
        if (render_is_invalid(answer))
                render_problems(out, answer);
        else
                r = render_reload(out, answer);
        assert_int_equal(fclose(out), 0);
        json_decref(answer);
        return r;
}

static void assert_text(const char *json, const char *text) {
        _cleanup_free_ char *given = NULL;

        assert_int_equal(render(json, &given), 0);
        assert_string_equal(given, text);
}

static void test_each_key_with_what_became_of_it(void **state) {
        assert_text("{\"ok\":true,\"changed\":2,\"in_place\":[\"[queue] depth\"],"
                    "\"anew\":[\"[service s]\"],\"restart\":[\"[bluez] bus\"],\"warnings\":1,"
                    "\"problems\":[\"f:1: warning: x\"]}",
                "f:1: warning: x\nin place: [queue] depth\nregistered anew: [service s]\n"
                "left until a restart: [bluez] bus\n");
}

static void test_nothing(void **state) {
        assert_text("{\"ok\":true,\"changed\":0,\"in_place\":[],\"anew\":[],\"restart\":[],"
                    "\"warnings\":0,\"problems\":[]}",
                "nothing has changed\n");
}

static void test_problems_and_how_many_more(void **state) {
        assert_text("{\"error\":\"invalid_config\",\"detail\":\"x\",\"errors\":4,"
                    "\"warnings\":1,\"problems\":[\"f:1: a\\u001b\",\"f:2: b\"]}",
                "f:1: a\\x1b\nf:2: b\nand 3 more\n");
}

static void test_what_makes_no_sense(void **state) {
        _cleanup_free_ char *given = NULL;

        assert_int_equal(render("{\"ok\":true}", &given), -EPROTO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_key_with_what_became_of_it),
                cmocka_unit_test(test_nothing),
                cmocka_unit_test(test_problems_and_how_many_more),
                cmocka_unit_test(test_what_makes_no_sense),
        };

        return cmocka_run_group_tests_name("ctl-render-reload", tests, NULL, NULL);
}
