#include "core/stray.h"

void stray_registered(Stray *s, bool replaces, uint64_t now_usec) {
        if (replaces)
                s->replaced_usec = now_usec;
        if (s->centrals > 0)
                s->possible = true;
}

bool stray_set_centrals(Stray *s, size_t n, uint64_t now_usec) {
        bool came = n > s->centrals, left = n < s->centrals;

        if (came && s->replaced_usec > 0 && now_usec < s->replaced_usec + STRAY_USEC)
                s->possible = true;
        bool strays = left && s->possible;
        s->centrals = n;
        if (n == 0)
                s->possible = false;
        return strays;
}
