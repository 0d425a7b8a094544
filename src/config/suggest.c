/* Edit distance over short words, and lists of them. */
#include "config/suggest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static size_t least(size_t a, size_t b, size_t c) {
        size_t ab = a < b ? a : b;

        return ab < c ? ab : c;
}

/* Letters to insert, remove or change between a and b, both below SUGGESTION_SIZE. */
static size_t distance(const char *a, const char *b) {
        size_t row[SUGGESTION_SIZE + 1], size_b = strlen(b);

        for (size_t j = 0; j <= size_b; j++)
                row[j] = j;
        for (size_t i = 1; a[i - 1] != '\0'; i++) {
                size_t diagonal = row[0];

                row[0] = i;
                for (size_t j = 1; j <= size_b; j++) {
                        size_t above = row[j];

                        row[j] =
                                least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
                        diagonal = above;
                }
        }
        return row[size_b];
}

void suggestion_init(Suggestion *suggestion, const char *text) {
        *suggestion = (Suggestion){.text = text};
}

static void add_known(Suggestion *suggestion, const char *candidate) {
        size_t used = strlen(suggestion->known);

        /* Room is kept for the words before the list. */
        if (used + strlen(candidate) + 20 > HINT_SIZE) {
                suggestion->too_many = true;
                return;
        }
        sprintf(suggestion->known + used, "%s%s", used > 0 ? ", " : "", candidate);
}

void suggestion_offer(Suggestion *suggestion, const char *candidate) {
        size_t d, size = strlen(suggestion->text);

        add_known(suggestion, candidate);
        if (size >= SUGGESTION_SIZE || strlen(candidate) >= SUGGESTION_SIZE)
                return;
        d = strcasecmp(suggestion->text, candidate) == 0 ? 0
                                                         : distance(suggestion->text, candidate);
        if (d > 3 || d * 2 >= size)
                return;
        if (suggestion->best[0] != '\0' && d >= suggestion->distance)
                return;
        suggestion->distance = d;
        strcpy(suggestion->best, candidate);
}

const char *suggestion_format(const Suggestion *suggestion, char out[static HINT_SIZE]) {
        out[0] = '\0';
        if (strstr(suggestion->text, NO_BREAK_SPACE))
                strcpy(out, NO_SPACE);
        else if (suggestion->best[0] != '\0')
                snprintf(out, HINT_SIZE, "; did you mean \"%s\"?", suggestion->best);
        else if (suggestion->known[0] != '\0' && !suggestion->too_many)
                snprintf(out, HINT_SIZE, "; known: %.*s", HINT_SIZE - 16, suggestion->known);
        return out;
}
