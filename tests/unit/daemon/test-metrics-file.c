/* The file of the metrics while it is being written. */
#include "fixture.h"

#include "daemon/metrics-file.h"
#include "util/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Place {
        struct ev_loop *loop;
        char folder[32], path[64], temporary[64];
} Place;

static int text(char **ret, void *userdata) {
        *ret = strdup("spored_on_air 1\n");
        return *ret ? 0 : -1;
}

static void stopped(void *userdata) {
        fail();
}

static const MetricsFileEvents events = {.text = text, .stopped = stopped};

static int setup(void **state) {
        static Place place;
        Place *p = &place;

        *p = (Place){.loop = ev_default_loop(EVFLAG_AUTO), .folder = "/tmp/spored-test-XXXXXX"};
        if (!p->loop || !mkdtemp(p->folder))
                return -1;
        (void)snprintf(p->path, sizeof(p->path), "%s/prom", p->folder);
        (void)snprintf(p->temporary, sizeof(p->temporary), "%s/prom.tmp", p->folder);
        *state = p;
        return 0;
}

/* Nothing is left in it. */
static int teardown(void **state) {
        const Place *p = *state;

        return rmdir(p->folder);
}

/* Its child has been started, and the loop has not heard of its end. */
static MetricsFile *being_written(Place *p) {
        char path[sizeof(p->path)];
        MetricsFileParameters parameters = {.path = path, .interval_usec = USEC_PER_SEC};
        MetricsFile *f;

        memcpy(path, p->path, sizeof(path));
        assert_int_equal(metrics_file_new(&f, p->loop, &parameters, &events, NULL), 0);
        while (!metrics_file_busy(f))
                (void)ev_run(p->loop, EVRUN_ONCE);
        /* The configuration that it is from is gone by then. */
        memset(path, 'x', sizeof(path) - 1);
        return f;
}

static void test_one_that_ends_meanwhile_is_removed_when_it_is_there(void **state) {
        Place *p = *state;
        MetricsFile *f = being_written(p);
        const MetricsFileParameters nowhere = {.interval_usec = USEC_PER_SEC};

        assert_int_equal(metrics_file_reconfigure(f, &nowhere), 0);
        /* Until nothing is waited for any more. */
        (void)ev_run(p->loop, 0);
        metrics_file_free(f);
        assert_int_not_equal(access(p->path, F_OK), 0);
        assert_int_not_equal(access(p->temporary, F_OK), 0);
}

static void test_one_that_is_there_is_removed_at_once(void **state) {
        Place *p = *state;
        MetricsFile *f = being_written(p);

        while (metrics_file_busy(f))
                (void)ev_run(p->loop, EVRUN_ONCE);
        assert_int_equal(access(p->path, F_OK), 0);
        metrics_file_free(f);
        assert_int_not_equal(access(p->path, F_OK), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_one_that_ends_meanwhile_is_removed_when_it_is_there, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_one_that_is_there_is_removed_at_once, setup, teardown),
        };

        return cmocka_run_group_tests_name("metrics-file", tests, NULL, NULL);
}
