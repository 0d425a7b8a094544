/* Edit distance over short words. */
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

void suggestion_offer(Suggestion *suggestion, const char *candidate) {
        size_t d, size = strlen(suggestion->text);

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

const char *suggestion_format(const Suggestion *suggestion, char out[static SUGGESTION_SIZE + 32]) {
        out[0] = '\0';
        if (suggestion->best[0] != '\0')
                snprintf(out, SUGGESTION_SIZE + 32, "; did you mean \"%s\"?", suggestion->best);
        return out;
}
