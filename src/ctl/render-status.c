/* The answer to status as text for people. */
#include "ctl/render-status.h"

#include "ctl/text.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define WIDTH  80
#define INDENT 2

typedef struct Column {
        const char *heading;
        const char *member;
} Column;

static const Column columns[] = {
        {"CHARACTERISTIC", "name"},
        {"SUBS", "subscribed"},
        {"AGE", "age_s"},
        {"SETS", "sets"},
        {"WRITES", "writes"},
        {"READS", "reads"},
        {"SENT", "sent"},
        {"DROPPED", "dropped"},
        {"PENDING", "pending"},
};

/* A count or a flag that is told if it is not 0. */
typedef struct Note {
        const char *object; /* that holds the member; NULL: the row */
        const char *member;
        const char *text; /* behind the count; of a flag all there is */
        const char *one;  /* in its place behind 1, if that is another */
} Note;

static const Note notes[] = {
        {NULL, "stale", "stale", NULL},
        {NULL, "stalled", "stalled", NULL},
        {NULL, "handled", "handled", NULL},
        {"dropped", "overwritten", "overwritten", NULL},
        {"dropped", "stalled", "dropped as stalled", NULL},
        {"dropped", "gone", "dropped as nobody was left", NULL},
        {"dropped", "oversize", "dropped as too long", NULL},
        {NULL, "coalesced", "coalesced", NULL},
        {NULL, "unchanged", "unchanged", NULL},
        {NULL, "sets_refused", "sets refused", "set refused"},
        {NULL, "writes_refused", "writes refused", "write refused"},
        {NULL, "reads_refused", "reads refused", "read refused"},
        {NULL, "descriptor_writes_refused", "descriptor writes refused",
                "descriptor write refused"},
        {NULL, "verdicts_late", "verdicts late", "verdict late"},
        {NULL, "stales", "times stale", "time stale"},
        {NULL, "slow", "slow", NULL},
        {NULL, "cut", "cut", NULL},
        {NULL, "confirmed", "confirmed", NULL},
};

static const Note totals[] = {
        {NULL, "connected", "centrals connected", "central connected"},
        {NULL, "peers", "on the socket", NULL},
        {NULL, "waiting", "of them waiting", NULL},
        {NULL, "handlers", "handlers", "handler"},
        {NULL, "requests", "requests", "request"},
        {NULL, "bad_requests", "of them bad", NULL},
        {NULL, "not_permitted", "not permitted", NULL},
        {NULL, "wills", "wills carried out", "will carried out"},
        {NULL, "peers_refused", "programs too many", "program too many"},
        {NULL, "peers_cut_off", "programs cut off", "program cut off"},
        {NULL, "devices_dropped", "devices not kept", "device not kept"},
        {NULL, "calls_refused", "bus calls refused", "bus call refused"},
        {NULL, "log_dropped", "log lines lost", "log line lost"},
};

/* Words joined by commas, on lines that fit. */
typedef struct NoteLine {
        FILE *out;
        size_t indent;
        size_t used; /* of this line; 0: nothing is there yet */
} NoteLine;

static void note_add(NoteLine *line, const char *text) {
        size_t width = strlen(text);

        if (line->used > 0 && line->used + 2 + width < WIDTH) {
                fprintf(line->out, ", %s", text);
                line->used += 2 + width;
                return;
        }
        fprintf(line->out, "%s%*s%s", line->used > 0 ? ",\n" : "", (int)line->indent, "", text);
        line->used = line->indent + width;
}

static void print_notes(
        FILE *out, size_t indent, const Note *list, size_t n, const json_t *object) {
        NoteLine line = {.out = out, .indent = indent};

        for (size_t i = 0; i < n; i++) {
                const json_t *holder =
                        list[i].object ? json_object_get(object, list[i].object) : object;
                const json_t *value = json_object_get(holder, list[i].member);
                char text[80];

                if (json_is_true(value))
                        note_add(&line, list[i].text);
                if (json_integer_value(value) == 0)
                        continue;
                bool is_one = json_integer_value(value) == 1;
                (void)snprintf(text, sizeof(text), "%lld %s", (long long)json_integer_value(value),
                        is_one && list[i].one ? list[i].one : list[i].text);
                note_add(&line, text);
        }
        if (line.used > 0)
                fputc('\n', out);
}

/* Each is one central's, or, where one is everybody's, the only one. */
static void print_sockets(FILE *out, const json_t *row) {
        const json_t *ways = json_object_get(row, "ways");

        for (size_t i = 0; i < json_array_size(ways); i++) {
                const json_t *way = json_array_get(ways, i);
                const char *device = json_string_value(json_object_get(way, "device"));
                char sent[TEXT_COUNT_SIZE];

                if (!device)
                        continue;
                text_count(sent, json_integer_value(json_object_get(way, "sent")));
                fprintf(out, "%*ssocket for ", INDENT, "");
                text_print_left(out, device, 0);
                fprintf(out, ": %s sent\n", sent);
        }
}

static void print_on_air(FILE *out, const json_t *answer) {
        const char *adapter = json_string_value(json_object_get(answer, "adapter"));
        const char *bluez = json_string_value(json_object_get(answer, "bluez"));

        fputs("on air", out);
        text_print_part(out, " as ", json_string_value(json_object_get(answer, "name")));
        /* An event does not say it. */
        if (json_object_get(answer, "adapter")) {
                text_print_part(out, " (", adapter ? adapter : "no adapter");
                text_print_part(out, ", BlueZ ", bluez ? bluez : "unknown");
                fputc(')', out);
        }
        fputc('\n', out);
}

int render_on_air(FILE *out, const json_t *object) {
        const json_t *on_air = json_object_get(object, "on_air");

        if (!json_is_boolean(on_air))
                return -EPROTO;
        if (json_is_true(on_air)) {
                print_on_air(out, object);
                return 0;
        }
        fputs("not on air", out);
        text_print_part(out, ": ", json_string_value(json_object_get(object, "why")));
        text_print_part(out, "; ", json_string_value(json_object_get(object, "fix")));
        fputc('\n', out);
        return 0;
}

static json_int_t sum_of(json_t *object) {
        json_int_t sum = 0;
        const char *name;
        json_t *value;

        json_object_foreach(object, name, value)
                sum += json_integer_value(value);
        return sum;
}

static char *cell_text(const Column *column, const json_t *row) {
        json_t *cell = json_object_get(row, column->member);
        char text[TEXT_AGE_SIZE + TEXT_COUNT_SIZE];

        if (!cell || json_is_null(cell))
                return strdup("-");
        if (json_is_boolean(cell))
                return strdup(json_is_true(cell) ? "yes" : "no");
        if (json_is_string(cell))
                return text_of_value(cell);
        if (strcmp(column->member, "age_s") == 0)
                text_age(text, json_number_value(cell));
        else
                text_count(text, json_is_object(cell) ? sum_of(cell) : json_integer_value(cell));
        return strdup(text);
}

static int measure_column(const Column *column, const json_t *rows, size_t *ret) {
        *ret = strlen(column->heading);
        for (size_t i = 0; i < json_array_size(rows); i++) {
                _cleanup_free_ char *text = cell_text(column, json_array_get(rows, i));

                if (!text)
                        return -ENOMEM;
                if (text_width(text) > *ret)
                        *ret = text_width(text);
        }
        return 0;
}

/* row NULL prints the headings. */
static int print_row(FILE *out, const json_t *row, const size_t widths[static ELEMENTS(columns)]) {
        for (size_t i = 0; i < ELEMENTS(columns); i++) {
                _cleanup_free_ char *text =
                        row ? cell_text(&columns[i], row) : strdup(columns[i].heading);

                if (!text)
                        return -ENOMEM;
                if (i == 0)
                        text_print_left(out, text, widths[i]);
                else
                        text_print_right(out, text, widths[i] + 2);
        }
        fputc('\n', out);
        return 0;
}

/* Else SENT looks as if it counted phones. */
static void print_audience(FILE *out, const json_t *rows) {
        for (size_t i = 0; i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);

                if (!json_object_get(row, "audience"))
                        continue;
                fputs("What is sent goes to every subscriber, and counts once.\n", out);
                return;
        }
}

static int print_table(FILE *out, const json_t *rows) {
        size_t widths[ELEMENTS(columns)];
        int r = 0;

        for (size_t i = 0; r == 0 && i < ELEMENTS(columns); i++)
                r = measure_column(&columns[i], rows, &widths[i]);
        if (r == 0)
                r = print_row(out, NULL, widths);
        for (size_t i = 0; r == 0 && i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);

                r = print_row(out, row, widths);
                print_notes(out, INDENT, notes, ELEMENTS(notes), row);
                print_sockets(out, row);
        }
        print_audience(out, rows);
        return r;
}

/* Nothing where there is to be none: nothing demands that anybody pairs. */
static void print_agent(FILE *out, const json_t *agent) {
        const char *capability = json_string_value(json_object_get(agent, "capability"));

        if (!capability || strcmp(capability, "none") == 0)
                return;
        if (json_is_true(json_object_get(agent, "registered"))) {
                text_print_part(out, "centrals can pair (", capability);
                fputs(")\n", out);
                return;
        }
        fputs("centrals cannot pair: the agent is not registered", out);
        text_print_part(out, ": ", json_string_value(json_object_get(agent, "why")));
        fputc('\n', out);
}

static bool is_odd(const json_t *advertisement) {
        static const char *const members[] = {"left_out", "not_taken", "why"};

        for (size_t i = 0; i < ELEMENTS(members); i++)
                if (json_is_string(json_object_get(advertisement, members[i])))
                        return true;
        if (json_object_get(advertisement, "name_shown"))
                return true;
        return json_is_false(json_object_get(advertisement, "connectable"));
}

static void note_text(NoteLine *line, const char *before, const json_t *value) {
        _cleanup_free_ char *text = json_is_string(value) ? text_of_value(value) : NULL;
        _cleanup_free_ char *note = NULL;

        if (text && asprintf(&note, "%s%s", before, text) >= 0)
                note_add(line, note);
}

static void note_name(NoteLine *line, const json_t *a) {
        const json_t *bytes = json_object_get(a, "name_bytes");
        const json_t *shown = json_object_get(a, "name_shown");
        _cleanup_free_ char *note = NULL;

        if (json_is_integer(bytes) && json_is_integer(shown) &&
                asprintf(&note,
                        "%" JSON_INTEGER_FORMAT " of the name's %" JSON_INTEGER_FORMAT " bytes",
                        json_integer_value(shown), json_integer_value(bytes)) >= 0)
                note_add(line, note);
}

static void print_advertisement(FILE *out, const json_t *a) {
        NoteLine line = {.out = out, .indent = INDENT};
        const char *name = json_string_value(json_object_get(a, "name"));
        const char *why = json_string_value(json_object_get(a, "why"));
        bool on_air = json_is_true(json_object_get(a, "on_air"));

        text_print_part(out, "advertisement", name ? " " : "");
        text_print_part(out, "", name);
        fprintf(out, ": %s", on_air ? "on air" : "not on air");
        text_print_part(out, ": ", why);
        line.used = strlen("advertisement : not on air: ") + (name ? text_width(name) : 0) +
                    (why ? text_width(why) : 0);
        if (on_air && !why && json_is_false(json_object_get(a, "connectable")))
                note_add(&line, "nobody can connect by it");
        note_name(&line, a);
        note_text(&line, "without ", json_object_get(a, "left_out"));
        note_text(&line, "passed over: ", json_object_get(a, "not_taken"));
        fputc('\n', out);
}

/* The first line has said all of a single one that is as it was meant. */
static void print_advertisements(FILE *out, const json_t *list) {
        size_t n = json_array_size(list);

        if (n == 1 && !is_odd(json_array_get(list, 0)))
                return;
        for (size_t i = 0; i < n; i++)
                print_advertisement(out, json_array_get(list, i));
}

static void print_reload(FILE *out, const json_t *failed) {
        const char *problem = json_string_value(json_object_get(failed, "problem"));

        if (!problem)
                return;
        text_print_part(out, "the last reload has changed nothing: ", problem);
        fputc('\n', out);
}

int render_status(FILE *out, const json_t *answer) {
        const json_t *rows = json_object_get(answer, "characteristics");

        if (!json_is_boolean(json_object_get(answer, "on_air")) || !json_is_array(rows))
                return -EPROTO;
        (void)render_on_air(out, answer);
        print_advertisements(out, json_object_get(answer, "advertisements"));
        print_agent(out, json_object_get(answer, "agent"));
        print_reload(out, json_object_get(answer, "reload_failed"));
        print_notes(out, 0, totals, ELEMENTS(totals), answer);
        return json_array_size(rows) > 0 ? print_table(out, rows) : 0;
}
