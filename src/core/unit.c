/* The units that the Bluetooth SIG has numbered. */
#include "core/unit.h"

#include "util/cleanup.h"

#include <string.h>
#include <strings.h>

/* Names are separated by spaces. Symbols are exact, words are of any case and may end in s. */
static const struct {
        uint16_t number;
        int8_t exponent;
        bool prefixes; /* milli, kilo and the like may stand before it */
        const char *symbols, *words;
} units[] = {
        {UNIT_UNITLESS, 0, false, "1", "unitless"},
        {0x2701, 0, true, "m", "metre meter"},
        {0x2702, -3, true, "g", "gram"},
        {0x2703, 0, true, "s", "second sec"},
        {0x2704, 0, true, "A", "ampere amp"},
        {0x2705, 0, true, "K", "kelvin"},
        {0x2706, 0, true, "mol", "mole"},
        {0x2707, 0, true, "cd", "candela"},
        {0x2710, 0, false, "m2 m²", ""},
        {0x2711, 0, false, "m3 m³", ""},
        {0x2712, 0, true, "m/s", ""},
        {0x2713, 0, true, "m/s2 m/s²", ""},
        {0x271b, -3, true, "g/m3 g/m³", ""},
        {0x271c, 0, true, "cd/m2 cd/m²", ""},
        {0x2720, 0, true, "rad", "radian"},
        {0x2721, 0, true, "sr", "steradian"},
        {0x2722, 0, true, "Hz", "hertz"},
        {0x2723, 0, true, "N", "newton"},
        {0x2724, 0, true, "Pa", "pascal"},
        {0x2725, 0, true, "J", "joule"},
        {0x2726, 0, true, "W", "watt"},
        {0x2727, 0, true, "", "coulomb"}, /* C is Celsius */
        {0x2728, 0, true, "V", "volt"},
        {0x2729, 0, true, "", "farad"}, /* F might be Fahrenheit */
        {0x272a, 0, true, "Ω Ω", "ohm"},
        {0x272b, 0, true, "S", "siemens"},
        {0x272c, 0, true, "Wb", "weber"},
        {0x272d, 0, true, "T", "tesla"},
        {0x272e, 0, true, "H", "henry"},
        {0x272f, 0, false, "C °C degC", "celsius"},
        {0x2730, 0, true, "lm", "lumen"},
        {0x2731, 0, true, "lx", "lux"},
        {0x2732, 0, true, "Bq", "becquerel"},
        {0x2733, 0, true, "Gy", "gray"},
        {0x2734, 0, true, "Sv", "sievert"},
        {0x2735, 0, true, "kat", "katal"},
        {0x2741, 0, true, "Nm", ""},
        {0x2743, 0, true, "rad/s", ""},
        {0x274b, 0, true, "V/m", ""},
        {0x2760, 0, false, "min", "minute"},
        {0x2761, 0, false, "h", "hour"},
        {0x2762, 0, false, "d", "day"},
        {0x2763, 0, false, "deg °", "degree"},
        {0x2766, 0, false, "ha", "hectare"},
        {0x2767, 0, true, "l L", "litre liter"},
        {0x2768, 0, false, "t", "tonne"},
        {0x2780, 0, true, "bar", "bar"},
        {0x2781, 0, false, "mmHg", ""},
        {0x2785, 0, false, "kn kt", "knot"},
        {0x2786, 0, false, "Np", "neper"},
        {0x2787, 0, false, "", "bel"},
        {0x27a0, 0, false, "yd", "yard"},
        {0x27a2, 0, false, "in", "inch inches"},
        {0x27a3, 0, false, "ft", "foot feet"},
        {0x27a4, 0, false, "mi", "mile"},
        {0x27a5, 0, false, "psi", "psi"},
        {0x27a6, 0, false, "km/h", "kph"},
        {0x27a7, 0, false, "mph", "mph"},
        {0x27a8, 0, false, "rpm", "rpm"},
        {0x27a9, 0, false, "cal", "calorie"},
        {0x27aa, 0, false, "kcal", "kilocalorie"},
        {0x27ab, -3, true, "Wh", ""},
        {0x27ac, 0, false, "°F degF", "fahrenheit"},
        {0x27ad, 0, false, "% pct", "percent percentage"},
        {0x27ae, 0, false, "‰", "permille"},
        {0x27af, 0, false, "bpm", "bpm"},
        {0x27b0, 0, true, "Ah", ""},
        {0x27b1, 0, false, "mg/dl mg/dL", ""},
        {0x27b2, 0, false, "mmol/l mmol/L", ""},
        {0x27b3, 0, false, "", "year"},
        {0x27b4, 0, false, "", "month"},
        {0x27b5, 0, false, "1/m3 1/m³", ""},
        {0x27b6, 0, true, "W/m2 W/m²", ""},
        {0x27b8, 0, false, "lb", "pound"},
        {0x27be, 0, false, "lm/W", ""},
        {0x27bf, 0, true, "lmh", ""},
        {0x27c0, 0, true, "lxh", ""},
        {0x27c1, 0, true, "g/s", ""},
        {0x27c2, 0, true, "l/s L/s", ""},
        {0x27c3, 0, false, "dB", "decibel"},
        {0x27c4, 0, false, "ppm", "ppm"},
        {0x27c5, 0, false, "ppb", "ppb"},
};

static const struct {
        const char *symbols, *word;
        int8_t exponent;
} prefixes[] = {
        {"p", "pico", -12},
        {"n", "nano", -9},
        {"u µ μ", "micro", -6}, /* U+00B5 and U+03BC */
        {"m", "milli", -3},
        {"c", "centi", -2},
        {"d", "deci", -1},
        {"h", "hecto", 2},
        {"k", "kilo", 3},
        {"M", "mega", 6},
        {"G", "giga", 9},
};

static bool is_symbol(const char *symbols, const char *name) {
        size_t size = strlen(name);

        for (; *symbols; symbols += strspn(symbols, " ")) {
                size_t length = strcspn(symbols, " ");

                if (length == size && strncmp(symbols, name, size) == 0)
                        return true;
                symbols += length;
        }
        return false;
}

static bool is_word(const char *words, const char *name) {
        size_t size = strlen(name);

        for (; *words; words += strspn(words, " ")) {
                size_t length = strcspn(words, " ");

                if (size >= length && strncasecmp(words, name, length) == 0 &&
                        (size == length || strcasecmp(name + length, "s") == 0))
                        return true;
                words += length;
        }
        return false;
}

static bool find(Unit *ret, const char *name, bool words, int prefix) {
        for (size_t i = 0; i < ELEMENTS(units); i++) {
                if (prefix != 0 && !units[i].prefixes)
                        continue;
                if (words ? is_word(units[i].words, name) : is_symbol(units[i].symbols, name)) {
                        *ret = (Unit){units[i].number, units[i].exponent + prefix};
                        return true;
                }
        }
        return false;
}

/* What stands behind one of the prefix's symbols, or NULL. */
static const char *skip_symbol(const char *symbols, const char *name) {
        for (; *symbols; symbols += strspn(symbols, " ")) {
                size_t length = strcspn(symbols, " ");

                if (strncmp(symbols, name, length) == 0)
                        return name + length;
                symbols += length;
        }
        return NULL;
}

bool unit_find(Unit *ret, const char *name) {
        /* The acid of a pool, which the SIG has no number for, and not picohenry. */
        if (strcmp(name, "pH") == 0)
                return false;
        if (find(ret, name, false, 0) || find(ret, name, true, 0))
                return true;
        for (size_t i = 0; i < ELEMENTS(prefixes); i++) {
                const char *rest = skip_symbol(prefixes[i].symbols, name);
                size_t length = strlen(prefixes[i].word);

                if (rest && find(ret, rest, false, prefixes[i].exponent))
                        return true;
                if (strncasecmp(prefixes[i].word, name, length) == 0 &&
                        find(ret, name + length, true, prefixes[i].exponent))
                        return true;
        }
        return false;
}
