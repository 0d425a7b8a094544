/* The reader given to libinih: it counts lines, hands over only what libinih reads as we mean it,
 * and says of every other line why it was refused. */
#include "config/ini-reader.h"

#include "config/section.h"
#include "util/bytes.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <string.h>

#define RAW_MAX 1024 /* a longer line is refused, unless it is a comment */

#define INDENTED                                                                                   \
        "an indented line continues the key above: keys and sections begin at the start of the "   \
        "line"

/* A line for libinih, with newline and NUL. */
#define OUT_SIZE (INI_LINE_MAX + 2)

typedef enum LineState {
        LINE_NONE,
        LINE_TAKEN,
        LINE_REFUSED, /* what belongs to it is passed over in silence: one mistake, one message */
} LineState;

typedef struct Reader {
        FILE *file;
        const IniEvents *events;
        void *userdata;
        unsigned line;
        size_t total; /* bytes read */
        char raw[RAW_MAX + 1];
        size_t size;     /* of this line; the part above RAW_MAX is not kept */
        size_t line_max; /* bytes that libinih's buffer holds */
        bool has_nul;
        bool open_quote;   /* the value has an odd number of double quotes so far */
        bool continuation; /* the line that libinih has in hand continues the one before */
        LineState section, entry;
        int error;
} Reader;

__attribute__((format(printf, 2, 3))) static bool refuse(Reader *r, const char *format, ...) {
        char why[256];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(why, sizeof(why), format, arguments);
        va_end(arguments);
        r->events->problem(r->line, why, r->userdata);
        return false;
}

/* False at the end of the file. */
static bool read_line(Reader *r) {
        int c;

        r->size = 0;
        r->has_nul = false;
        while ((c = getc(r->file)) != EOF && c != '\n') {
                if (r->size < RAW_MAX)
                        r->raw[r->size] = (char)c;
                r->size++;
                r->has_nul = r->has_nul || c == '\0';
                if (++r->total > INI_FILE_MAX) {
                        r->error = -EFBIG;
                        return false;
                }
        }
        if (ferror(r->file)) {
                r->error = errno != 0 ? -errno : -EIO;
                return false;
        }
        if (c == EOF && r->size == 0)
                return false;
        r->line++;
        r->raw[r->size < RAW_MAX ? r->size : RAW_MAX] = '\0';
        return true;
}

bool ini_is_space(char c) {
        return c == ' ' || c == '\t';
}

static char *skip_space(char *text) {
        while (ini_is_space(*text))
                text++;
        return text;
}

static void trim_end(char *text) {
        size_t size = strlen(text);

        while (size > 0 && ini_is_space(text[size - 1]))
                text[--size] = '\0';
}

/* White space and ';': libinih ends the line there, inside quotes too. */
static char *find_comment(char *text) {
        for (char *p = text; *p != '\0'; p++)
                if (ini_is_space(*p) && p[1] == ';')
                        return p;
        return NULL;
}

static bool has_control(const char *text) {
        for (; *text != '\0'; text++)
                if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
                        return true;
        return false;
}

/* Removes an inline comment. A ';' inside quotes is part of the value for the writer and a comment
 * for libinih: neither reading is taken. */
static bool strip_comment(Reader *r, char *value) {
        char *comment = find_comment(value);
        const char *end = comment ? comment : value + strlen(value);

        for (const char *p = value; p < end; p++)
                if (*p == '"')
                        r->open_quote = !r->open_quote;
        if (comment && r->open_quote)
                return refuse(r, "';' behind white space begins a comment, inside quotes too: "
                                 "write the value without \" ;\"");
        if (comment)
                *comment = '\0';
        trim_end(value);
        return true;
}

static bool check_length(Reader *r, size_t size) {
        if (size <= r->line_max)
                return true;
        return refuse(r,
                "the line has %zu bytes and only %zu are read: break it behind a comma or "
                "at a space and indent the rest",
                size, r->line_max);
}

/* What the whole line must be, whatever it says. */
static bool check_text(Reader *r) {
        if (r->size > RAW_MAX)
                return check_length(r, r->size);
        if (!bytes_is_utf8((const uint8_t *)r->raw, r->size))
                return refuse(r, "not UTF-8");
        if (has_control(r->raw))
                return refuse(r, "a control character");
        return true;
}

bool ini_looks_like_a_start(const char *text) {
        size_t n;

        if (text[0] == '[')
                return (text[1] >= 'a' && text[1] <= 'z') && strchr(text, ']') != NULL;
        if (!((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')))
                return false;
        n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
        n += strspn(text + n, " \t");
        return text[n] == '=';
}

static bool take_section(Reader *r, char *text, char *out) {
        char *name = skip_space(text + 1), *end = strchr(name, ']'), *comment = find_comment(text);

        r->section = LINE_REFUSED;
        r->entry = LINE_NONE;
        if (!end || (comment && comment < end))
                return refuse(r, "'[' without ']'");
        if (end[1] != '\0' && (!ini_is_space(end[1]) || !strchr(";", *skip_space(end + 1))))
                return refuse(r, "text behind ']'");
        *end = '\0';
        trim_end(name);
        if (*name == '\0')
                return refuse(r, "a section without a name");
        if (strlen(name) > INI_NAME_MAX)
                return refuse(r,
                        "a name has at most %d characters; of the %zu between '[' and ']' only "
                        "%d are read",
                        SECTION_NAME_MAX, strlen(name), INI_NAME_MAX);
        r->section = LINE_TAKEN;
        snprintf(out, OUT_SIZE, "[%s]\n", name);
        r->events->section(name, r->line, r->userdata);
        return true;
}

static bool take_continuation(Reader *r, char *text, char *out) {
        bool start = ini_looks_like_a_start(text);

        if (start && *text == '[') {
                refuse(r, INDENTED);
                /* What follows belongs to it and is not to blame. */
                return take_section(r, text, out);
        }
        if (r->entry == LINE_REFUSED || r->section == LINE_REFUSED)
                return false;
        if (start)
                return refuse(r, INDENTED);
        if (!strip_comment(r, text) || !check_length(r, strlen(text) + 1))
                return false;
        r->continuation = true;
        snprintf(out, OUT_SIZE, " %s\n", text);
        return true;
}

/* The '='; NULL: refused. libinih takes ':' for it where that comes first. */
static char *find_equals(Reader *r, char *text) {
        char *equals = strchr(text, '='), *colon = strchr(text, ':'), *comment = find_comment(text);

        if (comment && equals && comment < equals)
                equals = NULL;
        if (comment && colon && comment < colon)
                colon = NULL;
        if (colon && (!equals || colon < equals)) {
                refuse(r, "':' where '=' is expected: write \"key = value\"");
                return NULL;
        }
        if (!equals)
                refuse(r, "no '=': write \"key = value\" or \"[section]\"");
        return equals;
}

static bool take_entry(Reader *r, char *text, char *out) {
        char *equals, *value;

        r->entry = LINE_REFUSED;
        r->open_quote = false;
        equals = find_equals(r, text);
        if (!equals)
                return false;
        *equals = '\0';
        value = equals + 1;
        trim_end(text);
        if (*text == '\0')
                return refuse(r, "no key before '='");
        if (strlen(text) > INI_NAME_MAX)
                return refuse(r,
                        "a key has at most %d characters (a field's name %d), this one %zu",
                        INI_NAME_MAX, SECTION_NAME_MAX, strlen(text));
        if (!strip_comment(r, value))
                return false;
        value = skip_space(value);
        if (!check_length(r, strlen(text) + strlen(" = ") + strlen(value)))
                return false;
        if (r->section == LINE_NONE)
                return refuse(r, "a key before any section");
        if (r->section == LINE_REFUSED)
                return false;
        r->entry = LINE_TAKEN;
        /* No space: libinih would take a value that begins with ';' for a comment. */
        snprintf(out, OUT_SIZE, "%s=%s\n", text, value);
        return true;
}

/* The start of what the line says; NULL: nothing, or refused. */
static char *line_text(Reader *r) {
        char *start = r->raw, *text;

        if (r->has_nul) {
                r->entry = LINE_REFUSED;
                refuse(r, "a NUL byte");
                return NULL;
        }
        if (r->line == 1 && strncmp(start, "\xef\xbb\xbf", 3) == 0) {
                refuse(r, "a byte order mark: save the file as UTF-8 without one");
                start += 3;
        }
        if (r->size > 0 && r->size <= RAW_MAX && r->raw[r->size - 1] == '\r')
                r->raw[--r->size] = '\0';
        text = skip_space(start);
        if (*text == '\0' || *text == ';' || *text == '#')
                return NULL;
        if (check_text(r))
                return text;
        r->entry = LINE_REFUSED;
        if (*text == '[')
                r->section = LINE_REFUSED;
        return NULL;
}

/* Writes to out, which has room for OUT_SIZE bytes, the line that libinih shall see. */
static bool take_line(Reader *r, char *out) {
        char *text = line_text(r);

        if (!text)
                return false;
        if (ini_is_space(r->raw[0]) && r->entry != LINE_NONE)
                return take_continuation(r, text, out);
        if (*text == '[')
                return take_section(r, text, out);
        return take_entry(r, text, out);
}

static char *on_line(char *out, int room, void *stream) {
        Reader *r = stream;

        if (room < 4) {
                r->error = -EINVAL;
                return NULL;
        }
        r->line_max = (size_t)room - 3 < INI_LINE_MAX ? (size_t)room - 3 : INI_LINE_MAX;
        r->continuation = false;
        if (!read_line(r))
                return NULL;
        /* An empty line means nothing to libinih. */
        if (!take_line(r, out))
                strcpy(out, "\n");
        return out;
}

static int on_entry(void *user, const char *section, const char *key, const char *value) {
        Reader *r = user;

        /* Some builds of libinih report a section so; ours has been told already. */
        if (!key || !value)
                return 1;
        if (r->continuation)
                r->events->more(value, r->line, r->userdata);
        else
                r->events->entry(key, value, r->line, r->userdata);
        return 1;
}

int ini_read(FILE *file, const IniEvents *events, void *userdata) {
        Reader r = {.file = file, .events = events, .userdata = userdata};
        int line = ini_parse_stream(on_line, &r, on_entry, &r);

        if (r.error < 0)
                return r.error;
        if (line < 0)
                return -ENOMEM;
        if (line > 0)
                events->problem((unsigned)line, "libinih cannot read the line", userdata);
        return 0;
}
