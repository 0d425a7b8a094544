/* One request and its answer. */
#include "ctl/ask.h"

#include "ctl/message.h"
#include "ctl/reach.h"
#include "ctl/render-connection.h"
#include "ctl/render-reload.h"
#include "ctl/render-status.h"
#include "ctl/render.h"
#include "ctl/report.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

DEFINE_CLEANUP(SporedClient *, spored_client_free);

static void json_unrefp(json_t **value) {
        json_decref(*value);
}

static int refuse_field(const Arguments *arguments, const json_t *answer) {
        _cleanup_free_ char *detail = render_unknown_field(answer, arguments->rest[0]);

        return detail ? report_refused(arguments->name, detail) : EX_OSERR;
}

static int render(const Arguments *arguments, const json_t *answer) {
        switch (arguments->command) {
        case COMMAND_GET:
                return render_get(stdout, answer, arguments->rest[0]);
        case COMMAND_STATUS:
                return render_status(stdout, answer);
        case COMMAND_METRICS:
                return render_metrics(stdout, answer);
        case COMMAND_DEVICES:
                return render_devices(stdout, answer);
        case COMMAND_RELOAD:
                return render_reload(stdout, answer);
        case COMMAND_SET:
        case COMMAND_ADVERTISE:
        case COMMAND_ACTIVATE:
        case COMMAND_DEACTIVATE:
        case COMMAND_WATCH:
        case COMMAND_HANDLE:
        case COMMAND_HELP:
        case COMMAND_VERSION:
                break;
        }
        return 0;
}

/* For whoever looks: a script has its value all the same. */
static void warn_of_stale(const Arguments *arguments, const json_t *answer) {
        if (arguments->command == COMMAND_GET && json_is_true(json_object_get(answer, "stale"))) {
                fprintf(stderr, "sporectl: ");
                (void)render_stale(stderr, arguments->name, answer);
        }
}

static int show(const Arguments *arguments, const SporedMessage *message) {
        const char *line = spored_message_line(message);
        _cleanup_(json_unrefp) json_t *answer = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        int r;

        if (render_is_invalid(answer)) {
                if (!arguments->json)
                        render_problems(stderr, answer);
                return EX_CONFIG;
        }
        if (spored_message_error(message))
                return report_refused(arguments->name, report_reason(message));
        if (!json_is_true(json_object_get(answer, "ok")))
                return report_protocol_error(line);
        if (arguments->json)
                return 0;
        r = render(arguments, answer);
        if (r == -ENOENT)
                return refuse_field(arguments, answer);
        if (r == -EPROTO)
                return report_protocol_error(line);
        warn_of_stale(arguments, answer);
        return r < 0 ? EX_OSERR : 0;
}

/* Refused at the door: why. */
static int lost(SporedClient *client, int r) {
        const SporedMessage *refusal = spored_client_refusal(client);

        return refusal ? report_refused(NULL, report_reason(refusal)) : reach_failed(r);
}

/* In milliseconds; -1: for ever. */
static int timeout_of(const Arguments *arguments) {
        uint64_t usec = arguments->timeout_usec;

        if (usec == ARGUMENTS_NOT_GIVEN)
                usec = REACH_ANSWER_USEC;
        return usec > 0 ? (int)((usec + USEC_PER_MSEC - 1) / USEC_PER_MSEC) : -1;
}

int ask(const Arguments *arguments) {
        _cleanup_(spored_client_freep) SporedClient *client = NULL;
        _cleanup_free_ char *request = NULL;
        const SporedMessage *answer;
        int r;

        r = message_build(&request, arguments, stderr);
        if (r < 0)
                return r == -EINVAL ? EX_USAGE : EX_OSERR;
        r = reach_once(&client, arguments);
        if (r != 0)
                return r;
        r = spored_client_call(client, request, timeout_of(arguments), &answer);
        if (r < 0)
                return lost(client, r);
        if (arguments->json)
                puts(spored_message_line(answer));
        return show(arguments, answer);
}
