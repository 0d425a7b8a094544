/* Devices and their events as text for people. */
#include "ctl/render-connection.h"

#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef int (*Render)(FILE *out, const json_t *object);

static int render(Render function, const char *json, char **ret) {
        json_t *object = json_loads(json, 0, NULL);
        size_t size;
        FILE *out = open_memstream(ret, &size);
        int r;

        assert_non_null(object);
        assert_non_null(out);
        r = function(out, object);
        fclose(out);
        json_decref(object);
        return r;
}

static void assert_text(Render function, const char *json, const char *text) {
        _cleanup_free_ char *given = NULL;

        assert_int_equal(render(function, json, &given), 0);
        assert_string_equal(given, text);
}

static void assert_result(Render function, const char *json, int result) {
        _cleanup_free_ char *given = NULL;

        assert_int_equal(render(function, json, &given), result);
}

static void test_what_becomes_of_a_central(void **state) {
        assert_text(render_connection,
                "{\"event\":\"connected\",\"device\":\"D\",\"bonded\":false}", "D is connected\n");
        assert_text(render_connection,
                "{\"event\":\"connected\",\"device\":\"D\",\"name\":\"a\\n\",\"bonded\":true}",
                "D (a\\n) is connected, bonded\n");
        assert_text(render_connection, "{\"event\":\"mtu\",\"device\":\"D\",\"mtu\":185}",
                "D has an MTU of 185\n");
        assert_text(render_connection, "{\"event\":\"address\",\"device\":\"D\",\"was\":\"R\"}",
                "R is D\n");
        assert_text(render_connection, "{\"event\":\"bonded\",\"device\":\"D\",\"bonded\":true}",
                "D is bonded\n");
        assert_text(render_connection, "{\"event\":\"bonded\",\"device\":\"D\",\"bonded\":false}",
                "D is no longer bonded\n");
        assert_text(
                render_connection, "{\"event\":\"disconnected\",\"device\":\"D\"}", "D has left\n");
        assert_text(render_connection,
                "{\"event\":\"disconnected\",\"device\":\"D\",\"reason\":\"remote\"}",
                "D has left: remote\n");
}

static void test_subscriptions(void **state) {
        assert_text(render_connection,
                "{\"event\":\"subscribed\",\"characteristic\":\"c\",\"by\":\"signal\"}",
                "c is subscribed to (signal)\n");
        assert_text(render_connection,
                "{\"event\":\"unsubscribed\",\"characteristic\":\"c\",\"device\":\"D\",\"by\":"
                "\"socket\"}",
                "c is no longer subscribed to by D (socket)\n");
}

static void test_what_is_none(void **state) {
        assert_result(render_connection, "{\"event\":\"rain\",\"device\":\"D\"}", -ENOENT);
        assert_result(render_connection, "{}", -ENOENT);
        assert_result(render_connection, "{\"event\":\"connected\"}", -EPROTO);
        assert_result(render_connection, "{\"event\":\"subscribed\",\"device\":\"D\"}", -EPROTO);
        assert_result(render_devices, "{\"ok\":true}", -EPROTO);
        assert_result(render_devices, "{\"devices\":[{}]}", -EPROTO);
}

static void test_a_table(void **state) {
        assert_text(render_devices, "{\"devices\":[]}", "no device is connected or bonded\n");
        assert_text(render_devices,
                "{\"devices\":[{\"address\":\"C0:11:22:33:44:55\",\"address_type\":\"random\","
                "\"name\":\"Ph\\u001bone\",\"connected\":true,\"bonded\":false,\"mtu\":247,"
                "\"since_s\":95.2},"
                "{\"address\":\"C0:11:22:33:44:56\",\"address_type\":null,\"name\":null,"
                "\"connected\":false,\"bonded\":true,\"mtu\":null,\"since_s\":null}]}",
                "DEVICE             TYPE    CONNECTED  BONDED  MTU  SINCE   NAME\n"
                "C0:11:22:33:44:55  random  yes        no      247  95s     Ph\\x1bone\n"
                "C0:11:22:33:44:56  -       no         yes     -    -       -\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_becomes_of_a_central),
                cmocka_unit_test(test_subscriptions),
                cmocka_unit_test(test_what_is_none),
                cmocka_unit_test(test_a_table),
        };

        return cmocka_run_group_tests_name("ctl-render-connection", tests, NULL, NULL);
}
