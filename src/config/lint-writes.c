/* Who may refuse a write, and whether the central hears of it. */
#include "config/lint-parts.h"

static bool is_silent(const Characteristic *c) {
        return (c->flags & CHARACTERISTIC_WRITE_WITHOUT_RESPONSE) != 0;
}

static void check_open(const Characteristic *c, const Section *section, Problems *problems) {
        if (lint_is_written(c) && (c->flags & CHARACTERISTIC_FLAGS_SECURE_WRITE) == 0 &&
                !section_find(section, "security"))
                lint_warn(section, "flags",
                        "anyone in range may write; security = open says that this is meant",
                        problems);
}

/* A socket is refused below. */
static void check_lost(const Characteristic *c, const Section *section, Problems *problems) {
        if (!is_silent(c) || !lint_validates(c) || c->write_by == WRITE_BY_SOCKET)
                return;
        if ((c->flags & CHARACTERISTIC_WRITE) != 0)
                lint_warn(section, "flags",
                        "beside write-without-response BlueZ takes each write before it is "
                        "checked: one that does not fit is lost and the central not told; leave "
                        "write-without-response out",
                        problems);
        else
                lint_warn(section, "flags",
                        "a write without response that does not fit is lost: the central is not "
                        "told; with write it is",
                        problems);
}

static void check_refusals(const Characteristic *c, const Section *section, Problems *problems) {
        const char lost[] = "BlueZ takes a write without response before anybody is asked: the "
                            "central would never hear that it is refused; write has to stand "
                            "alone in flags";

        if (c->verdict == VERDICT_HANDLER) {
                if (!lint_is_written(c))
                        lint_refuse(section, "verdict",
                                "there is no write to judge: flags has none", problems);
                else if (is_silent(c))
                        lint_refuse(section, "verdict", lost, problems);
                else
                        lint_warn(section, "verdict",
                                "bluetoothd crashes when a central leaves while a verdict is "
                                "pending (seen with BlueZ 5.66, 5.82 and 5.87)",
                                problems);
        }
        if (c->unhandled == UNHANDLED_REFUSE) {
                if (!lint_is_written(c))
                        lint_warn(section, "unhandled",
                                "there is no write to refuse: flags has none", problems);
                else if (is_silent(c))
                        lint_refuse(section, "unhandled", lost, problems);
        }
}

/* What comes through a socket is neither checked nor answered, and the offset of a piece of a long
 * write is not in it. */
static void check_socket(const Characteristic *c, const Section *section, Problems *problems) {
        if (c->write_by != WRITE_BY_SOCKET)
                return;
        if (!is_silent(c))
                lint_refuse(section, "write_by",
                        "a socket is for writes without response: write write-without-response in "
                        "flags",
                        problems);
        if (lint_validates(c))
                lint_refuse(section, "write_by",
                        "what comes through a socket is not checked: plain bytes with size_max, or "
                        "write_by = call",
                        problems);
        if ((c->flags & CHARACTERISTIC_RELIABLE_WRITE) != 0)
                lint_refuse(section, "write_by",
                        "the pieces of a long write lose their offsets in a socket: leave "
                        "reliable-write out",
                        problems);
        else if ((c->flags & CHARACTERISTIC_WRITE) != 0 &&
                 (c->flags & CHARACTERISTIC_FLAGS_SECURE_WRITE) == 0)
                lint_warn(section, "write_by",
                        "the pieces of a long write lose their offsets in a socket: leave write "
                        "out of flags",
                        problems);
}

void lint_writes(const Characteristic *c, const Section *section, Problems *problems) {
        check_open(c, section, problems);
        check_lost(c, section, problems);
        check_refusals(c, section, problems);
        check_socket(c, section, problems);
}
