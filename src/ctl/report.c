/* What goes wrong, as lines on stderr. */
#include "ctl/report.h"

#include "ctl/text.h"
#include "util/cleanup.h"

#include <string.h>
#include <sysexits.h>

#define ANSWER_SHOWN_MAX 200

int report_refused(const char *name, const char *detail) {
        fputs("sporectl: ", stderr);
        if (name) {
                text_print(stderr, name);
                fputs(": ", stderr);
        }
        text_print(stderr, detail);
        fputc('\n', stderr);
        return EXIT_REFUSED;
}

const char *report_reason(const SporedMessage *error) {
        const char *detail = spored_message_detail(error);

        return *detail ? detail : spored_message_error(error);
}

int report_protocol_error(const char *line) {
        _cleanup_free_ char *begin = strndup(line, ANSWER_SHOWN_MAX);

        fputs("sporectl: spored's answer is not understood: ", stderr);
        text_print(stderr, begin ? begin : "");
        fputc('\n', stderr);
        return EX_PROTOCOL;
}
