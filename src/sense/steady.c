#include "sense/steady.h"
#include "util/clock.h"

#include <math.h>

void steady_init(Steady *steady, uint64_t debounce_usec, double min_change) {
        *steady = (Steady){.debounce_usec = debounce_usec, .min_change = min_change};
}

void steady_forget(Steady *steady) {
        steady->known = false;
        steady->changing = false;
}

static bool is_same(const Steady *steady, double a, double b) {
        return a == b || fabs(a - b) < steady->min_change;
}

double steady_take(Steady *steady, double number, uint64_t now_usec) {
        if (steady->known && is_same(steady, number, steady->value)) {
                steady->changing = false;
                return steady->value;
        }
        if (!steady->changing || !is_same(steady, number, steady->candidate)) {
                steady->changing = true;
                steady->candidate = number;
                steady->since_usec = now_usec;
        }
        if (!steady->known || now_usec - steady->since_usec >= steady->debounce_usec) {
                steady->known = true;
                steady->changing = false;
                steady->value = number;
        }
        return steady->value;
}

uint64_t steady_due_usec(const Steady *steady) {
        return steady->changing ? steady->since_usec + steady->debounce_usec : USEC_NEVER;
}
