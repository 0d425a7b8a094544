/* What verbs have in common. */
#include "sim/central/verb.h"

#include "util/parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int verb_wrong(Step *step, const char *format, ...) {
        char text[512]; /* what a step keeps */
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        step_wrong(step, "%s", text);
        return -EINVAL;
}

void verb_on_done(int r, void *userdata) {
        if (r == 0)
                step_done(userdata);
        else if (r == -ENOTCONN)
                step_wrong(userdata, "the link ended before that was done");
        else if (r != -ECANCELED)
                step_wrong(userdata, "%s", strerror(-r));
}

int verb_pending(int r) {
        return r < 0 ? r : SCRIPT_PENDING;
}

const char *verb_value_of(const char *word, const char *key) {
        size_t length = strlen(key);

        return strncmp(word, key, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

int verb_number(
        Step *step, uint64_t *ret, const char *what, const char *word, uint64_t min, uint64_t max) {
        if (parse_unsigned(ret, word, min, max) == 0)
                return 0;
        return verb_wrong(step, "%s: %.40s is no number from %llu to %llu", what, word,
                (unsigned long long)min, (unsigned long long)max);
}

int verb_seconds(Step *step, uint64_t *ret, const char *what, const char *word) {
        if (script_seconds(ret, word) == 0)
                return 0;
        return verb_wrong(step, "%s: %.40s is no time in seconds", what, word);
}
