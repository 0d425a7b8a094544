#include "sense/report.h"

#include "util/bytes.h"
#include "util/journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One stderr a process. */
static bool journal_reads;

void report_open(void) {
        journal_reads = journal_is_stream(STDERR_FILENO, getenv("JOURNAL_STREAM"));
}

/* util/log is the daemon's: it never waits and speaks in spored's name. Here waiting is allowed. */
void report(LogLevel level, const char *format, ...) {
        char text[1024];
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        bytes_make_printable(text);
        if (journal_reads)
                fprintf(stderr, "<%d>%s\n", (int)level, text);
        else
                fprintf(stderr, "sporesense: %s\n", text);
}
