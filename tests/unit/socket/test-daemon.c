/* status, metrics, devices and advertise. */
#include "fixture.h"

#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static void assert_answer(Fixture *f, const char *request, const char *answer) {
        _cleanup_close_ int fd = client_connect(f);

        assert_string_equal(ask(f, fd, request), answer);
}

static void assert_error(Fixture *f, const char *request, const char *word, const char *part) {
        _cleanup_close_ int fd = client_connect(f);

        assert_refused(f, fd, request, word, part);
}

static void test_status_on_air(void **state) {
        Fixture *f = *state;
        const ServerAdvertisement advertisements[] = {
                {.on_air = true, .why_not_connectable = "there are enough"},
                {.section = "far",
                        .over = true,
                        .why_not = "its timeout has ended it",
                        .left_out = "appearance, services",
                        .not_taken = "tx_power",
                        .name_size = 56,
                        .name_shown = 29,
                        .tx_power_told = true,
                        .tx_power = -12},
        };

        f->parameters.profile = NULL;
        fixture_restart(f);
        f->advertisements = advertisements;
        f->n_advertisements = 2;
        f->status = (ServerStatus){.on_air = true,
                .agent = "NoInputNoOutput",
                .agent_why = "Failed",
                .centrals = 4,
                .instances_known = true,
                .instances_active = 1,
                .instances_free = 4,
                .devices_dropped = 5,
                .name = "Spore",
                .adapter = "hci0",
                .address = "AA:BB:CC:DD:EE:FF",
                .bluez = {5, 66},
                .pinned = true,
                .uptime_usec = 12999999,
                .calls_refused = 2,
                .log_dropped = 3,
                .reloads = 6,
                .reloads_failed = 7,
                .reload_problem = "f:1: x",
                .reload_failed_usec = 1500000};
        assert_answer(f, "{\"op\":\"status\",\"id\":\"s\"}",
                "{\"id\":\"s\",\"ok\":true,\"protocol\":1,\"version\":\"" SPORED_VERSION
                "\",\"on_air\":true,\"name\":\"Spore\",\"adapter\":\"hci0\","
                "\"address\":\"AA:BB:CC:DD:EE:FF\",\"bluez\":\"5.66\","
                "\"handles\":\"pinned\",\"why\":null,\"fix\":null,"
                "\"silent_s\":null,\"uptime_s\":12,\"calls_refused\":2,\"log_dropped\":3,"
                "\"advertisements\":[{\"name\":null,\"on_air\":true,"
                "\"why\":\"there are enough\",\"connectable\":false},"
                "{\"name\":\"far\",\"on_air\":false,\"why\":\"its timeout has ended "
                "it\",\"connectable\":false,"
                "\"left_out\":\"appearance, services\",\"not_taken\":\"tx_power\","
                "\"name_bytes\":56,\"name_shown\":29,\"tx_power\":-12,\"over\":true}],"
                "\"instances\":{\"active\":1,\"free\":4},"
                "\"agent\":{\"capability\":\"NoInputNoOutput\",\"registered\":false,"
                "\"why\":\"Failed\"},\"connected\":4,\"devices_dropped\":5,\"reloads\":6,"
                "\"reloads_failed\":7,\"reload_failed\":{\"since_s\":1.5,\"problem\":\"f:1: x\"},"
                "\"peers\":1,"
                "\"waiting\":0,\"handlers\":0,\"requests\":0,\"bad_requests\":0,"
                "\"not_permitted\":0,\"peers_refused\":0,\"peers_cut_off\":0,\"wills\":0,"
                "\"characteristics\":[]}");
}

static void test_status_tells_why_it_is_not_on_air(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->status = (ServerStatus){.why = "hci0 is blocked", .fix = "rfkill unblock bluetooth"};
        assert_non_null(strstr(ask(f, fd, "{\"op\":\"status\"}"),
                "\"on_air\":false,\"name\":null,\"adapter\":null,\"address\":null,\"bluez\":null,"
                "\"handles\":\"unpinned\",\"why\":\"hci0 is blocked\",\"fix\":\"rfkill unblock "
                "bluetooth\","));
}

static void test_status_counts_each_characteristic(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        const char *line;

        f->characteristic_status = (ServerCharacteristicStatus){.subscribed = true,
                .stalled = true,
                .age_usec = 1500000,
                .queue = {.published = 28,
                        .sent = 1,
                        .dropped_overwritten = 2,
                        .dropped_stalled = 6,
                        .dropped_gone = 3,
                        .dropped_oversize = 7,
                        .coalesced = 4,
                        .pending = 5,
                        .confirmed = 18},
                .sets = 6,
                .sets_refused = 10,
                .unchanged = 11,
                .writes = 7,
                .writes_refused = 8,
                .reads = 9,
                .stales = 12,
                .slow = 13,
                .cut = 14,
                .verdicts_late = 15,
                .reads_refused = 16,
                .descriptor_writes = 17,
                .descriptor_writes_refused = 19};
        profile_find(f->profile, "targets")->max_age_usec = 90 * UINT64_C(1000000);
        profile_find(f->profile, "tail")->flags = CHARACTERISTIC_INDICATE;
        f->n_ways = 2;
        f->ways[0].queue.published = 3;
        f->ways[1] =
                (ServerWay){.by = NOTIFY_BY_SOCKET, .device = "AA:BB:CC:DD:EE:FF", .queue.sent = 4};
        ask(f, fd, "{\"op\":\"handle\",\"characteristic\":\"targets\"}");
        line = ask(f, fd, "{\"op\":\"status\"}");
        assert_non_null(strstr(line,
                "\"characteristics\":[{\"name\":\"env\",\"subscribed\":true,\"handled\":false,"
                "\"stale\":false,\"stalled\":true,\"age_s\":1.5,\"sets\":6,\"sets_refused\":10,"
                "\"unchanged\":11,\"writes\":7,\"writes_refused\":8,\"reads\":9,"
                "\"reads_refused\":16,\"descriptor_writes\":17,"
                "\"descriptor_writes_refused\":19,\"stales\":12,"
                "\"slow\":13,\"cut\":14,\"verdicts_late\":15,\"published\":28,\"sent\":1,"
                "\"dropped\":{\"overwritten\":2,\"stalled\":6,\"gone\":3,\"oversize\":7},"
                "\"coalesced\":4,\"pending\":5,\"confirmed\":18},"));
        assert_non_null(strstr(line,
                "{\"name\":\"targets\",\"subscribed\":true,\"handled\":true,\"stale\":false,"
                "\"stalled\":true,\"age_s\":1.5,\"max_age_s\":90.0,"));
        assert_non_null(strstr(line,
                "{\"name\":\"tail\",\"subscribed\":true,\"handled\":false,\"stale\":false,"
                "\"stalled\":true,\"age_s\":1.5,\"audience\":\"every subscriber\","));
        assert_non_null(strstr(line,
                "\"confirmed\":18,\"ways\":[{\"way\":\"signal\",\"device\":null,\"published\":3,"
                "\"sent\":0,"));
        assert_non_null(
                strstr(line, "{\"way\":\"socket\",\"device\":\"AA:BB:CC:DD:EE:FF\",\"published\":0,"
                             "\"sent\":4,"));
        assert_non_null(strstr(line, "\"handlers\":1,"));
}

static void test_a_name_that_is_not_utf8_does_not_break_the_status(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->status.name = "Spor\xff";
        assert_non_null(strstr(ask(f, fd, "{\"op\":\"status\"}"), "\"name\":\"Spor?\""));
}

static void test_metrics_is_text(void **state) {
        Fixture *f = *state;

        f->metrics = "# HELP spored_on_air 1 if it is\nspored_on_air 1\n";
        assert_answer(f, "{\"op\":\"metrics\",\"id\":1}",
                "{\"id\":1,\"ok\":true,\"text\":"
                "\"# HELP spored_on_air 1 if it is\\nspored_on_air 1\\n\"}");
}

static void test_advertise_hands_the_name_up(void **state) {
        Fixture *f = *state;

        assert_answer(f, "{\"op\":\"advertise\",\"name\":\"Gr\u00fcn\"}", "{\"ok\":true}");
        assert_string_equal(f->calls.advertised, "Gr\u00fcn");
}

static void test_advertise_says_why_not(void **state) {
        Fixture *f = *state;

        f->advertise_result = SERVER_E_UNAVAILABLE;
        assert_error(f, "{\"op\":\"advertise\",\"name\":\"x\"}", "unavailable", "advertise is no");
        f->advertise_result = -ENOMEM;
        assert_error(f, "{\"op\":\"advertise\",\"name\":\"x\"}", "internal", "as it was");
}

static void test_activate_and_deactivate_are_handed_up(void **state) {
        Fixture *f = *state;

        assert_answer(f, "{\"op\":\"deactivate\"}", "{\"ok\":true}");
        assert_int_equal(f->calls.deactivated, 1);
        assert_int_equal(f->calls.activated, 0);
        assert_answer(f, "{\"op\":\"activate\"}", "{\"ok\":true}");
        assert_int_equal(f->calls.activated, 1);
        f->advertise_result = SERVER_E_UNAVAILABLE;
        assert_error(f, "{\"op\":\"deactivate\"}", "unavailable", "activate is no");
}

static void test_advertise_refuses_what_is_no_name(void **state) {
        Fixture *f = *state;
        char request[400];

        assert_error(f, "{\"op\":\"advertise\"}", "bad_request", "name is missing");
        assert_error(f, "{\"op\":\"advertise\",\"name\":7}", "bad_request", "name is not a string");
        assert_error(f, "{\"op\":\"advertise\",\"name\":\"\"}", "bad_length", "0 bytes");
        assert_error(f, "{\"op\":\"advertise\",\"name\":\"a\\nb\"}", "bad_value", "0x0a");
        (void)snprintf(request, sizeof(request), "{\"op\":\"advertise\",\"name\":\"%0249d\"}", 0);
        assert_error(f, request, "bad_length", "249 bytes, needs 1 to 248");
        assert_string_equal(f->calls.advertised, "");
}

static void test_devices_are_listed_in_order(void **state) {
        static const ServerDevice devices[] = {
                {.address = "C0:00:00:00:00:01",
                        .address_type = "random",
                        .name = "Phone",
                        .connected = true,
                        .bonded = true,
                        .mtu = 247,
                        .has_been = true,
                        .since_usec = 1500000},
                {.address = "C0:00:00:00:00:02"},
        };
        Fixture *f = *state;

        assert_answer(f, "{\"op\":\"devices\"}", "{\"ok\":true,\"devices\":[]}");
        f->devices = devices;
        f->n_devices = 2;
        assert_answer(f, "{\"op\":\"devices\"}",
                "{\"ok\":true,\"devices\":[{\"address\":\"C0:00:00:00:00:01\","
                "\"address_type\":\"random\",\"name\":\"Phone\",\"connected\":true,"
                "\"bonded\":true,\"mtu\":247,\"since_s\":1.5},"
                "{\"address\":\"C0:00:00:00:00:02\",\"address_type\":null,\"name\":null,"
                "\"connected\":false,\"bonded\":false,\"mtu\":null,\"since_s\":null}]}");
}

static void test_reload_says_what_has_become_of_each_key(void **state) {
        static char depth[] = "[queue] depth", service[] = "[service s]",
                    handles[] = "[bluez] handles";
        static char *in_place[] = {depth}, *anew[] = {service, handles};
        Fixture *f = *state;

        f->reload = (ServerReload){.in_place = in_place,
                .n_in_place = 1,
                .anew = anew,
                .n_anew = 2,
                .problems = "f:1: warning: x\nf:2: warning: y\n",
                .warnings = 2};
        assert_answer(f, "{\"op\":\"reload\"}",
                "{\"ok\":true,\"changed\":3,\"in_place\":[\"[queue] depth\"],"
                "\"anew\":[\"[service s]\",\"[bluez] handles\"],\"restart\":[],"
                "\"warnings\":2,\"problems\":[\"f:1: warning: x\",\"f:2: warning: y\"]}");
}

static void test_reload_says_what_is_wrong(void **state) {
        Fixture *f = *state;

        f->reload_result = SERVER_E_INVALID;
        f->reload = (ServerReload){.problems = "f:1: x\nf:2: y\n", .errors = 2};
        assert_answer(f, "{\"op\":\"reload\",\"id\":1}",
                "{\"id\":1,\"error\":\"invalid_config\","
                "\"detail\":\"2 errors, and nothing has changed: f:1: x\",\"errors\":2,"
                "\"warnings\":0,\"problems\":[\"f:1: x\",\"f:2: y\"]}");
        f->reload_result = -ENOMEM;
        assert_error(f, "{\"op\":\"reload\"}", "internal", "nothing has changed");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_status_on_air),
                TEST(test_status_tells_why_it_is_not_on_air),
                TEST(test_status_counts_each_characteristic),
                TEST(test_a_name_that_is_not_utf8_does_not_break_the_status),
                TEST(test_metrics_is_text),
                TEST(test_devices_are_listed_in_order),
                TEST(test_advertise_hands_the_name_up),
                TEST(test_reload_says_what_has_become_of_each_key),
                TEST(test_reload_says_what_is_wrong),
                TEST(test_advertise_says_why_not),
                TEST(test_activate_and_deactivate_are_handed_up),
                TEST(test_advertise_refuses_what_is_no_name),
        };

        return cmocka_run_group_tests_name("socket-daemon", tests, NULL, NULL);
}
