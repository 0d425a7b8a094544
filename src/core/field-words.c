/* The words of a field's declaration. */
#include "core/field-words.h"

#include "core/field.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Kinds of types, for what an attribute fits. */
enum {
        FITS_UNSIGNED = 1 << CLASS_UNSIGNED,
        FITS_SIGNED = 1 << CLASS_SIGNED,
        FITS_BOOL = 1 << CLASS_BOOL,
        FITS_UTF8 = 1 << CLASS_UTF8,
        FITS_BYTES = 1 << CLASS_BYTES,
        FITS_INTEGER = FITS_UNSIGNED | FITS_SIGNED,
        FITS_NUMBER = FITS_INTEGER | 1 << CLASS_FLOAT | 1 << CLASS_MEDFLOAT,
        FITS_ELEMENT = FITS_NUMBER | FITS_BOOL,
};

static const struct {
        const char *name;
        unsigned fits;
} attributes[_ATTRIBUTE_MAX] = {
        [ATTRIBUTE_SCALE] = {"scale", FITS_INTEGER},
        [ATTRIBUTE_OFFSET] = {"offset", FITS_INTEGER},
        [ATTRIBUTE_MIN] = {"min", FITS_NUMBER},
        [ATTRIBUTE_MAX] = {"max", FITS_NUMBER},
        [ATTRIBUTE_UNIT] = {"unit", FITS_NUMBER},
        [ATTRIBUTE_DEFAULT] = {"default", FITS_ELEMENT | FITS_UTF8 | FITS_BYTES},
        [ATTRIBUTE_CLAMP] = {"clamp", FITS_NUMBER},
        [ATTRIBUTE_SIZE] = {"size", FITS_BYTES},
        [ATTRIBUTE_SIZE_MAX] = {"size_max", FITS_UTF8 | FITS_BYTES},
        [ATTRIBUTE_ENUM] = {"enum", FITS_INTEGER},
        [ATTRIBUTE_NAMES] = {"names", FITS_INTEGER},
        [ATTRIBUTE_BITS] = {"bits", FITS_UNSIGNED},
        [ATTRIBUTE_ENDIAN] = {"endian", FITS_NUMBER},
        [ATTRIBUTE_COUNT] = {"count", FITS_ELEMENT},
        [ATTRIBUTE_COUNT_MAX] = {"count_max", FITS_ELEMENT},
        [ATTRIBUTE_JSON] = {"json", FITS_UTF8},
};

/* Pairs that contradict each other. */
static const struct {
        Attribute one, other;
} conflicts[] = {
        {ATTRIBUTE_SIZE, ATTRIBUTE_SIZE_MAX},
        {ATTRIBUTE_ENUM, ATTRIBUTE_NAMES},
        {ATTRIBUTE_ENUM, ATTRIBUTE_BITS},
        {ATTRIBUTE_NAMES, ATTRIBUTE_BITS},
        /* These stand for numbers alone, not for quantities. */
        {ATTRIBUTE_ENUM, ATTRIBUTE_SCALE},
        {ATTRIBUTE_BITS, ATTRIBUTE_SCALE},
        {ATTRIBUTE_ENUM, ATTRIBUTE_OFFSET},
        {ATTRIBUTE_BITS, ATTRIBUTE_OFFSET},
        /* The list already says what is legal. */
        {ATTRIBUTE_ENUM, ATTRIBUTE_MIN},
        {ATTRIBUTE_ENUM, ATTRIBUTE_MAX},
        {ATTRIBUTE_ENUM, ATTRIBUTE_CLAMP},
        {ATTRIBUTE_BITS, ATTRIBUTE_MIN},
        {ATTRIBUTE_BITS, ATTRIBUTE_MAX},
        {ATTRIBUTE_BITS, ATTRIBUTE_CLAMP},
        {ATTRIBUTE_COUNT, ATTRIBUTE_COUNT_MAX},
        /* A comma would be between bits and between elements. */
        {ATTRIBUTE_BITS, ATTRIBUTE_COUNT},
        {ATTRIBUTE_BITS, ATTRIBUTE_COUNT_MAX},
};

void field_words_done(FieldWords *words) {
        free(words->pad_size);
        for (size_t i = 0; i < _ATTRIBUTE_MAX; i++)
                free(words->values[i]);
}

static bool is_attribute(const char *word) {
        for (size_t i = 0; i < _ATTRIBUTE_MAX; i++)
                if (parse_same_word(attributes[i].name, word))
                        return true;
        return false;
}

/* What is mostly meant by a word without an attribute. last is the word before, or NULL. */
static const char *hint_at_spaces(const char *word, const char *last) {
        size_t size = last ? strlen(last) : 0;

        if (*word == '=' || is_attribute(word) || (size > 0 && last[size - 1] == '='))
                return "; no spaces around '='";
        if (*word == ',' || (size > 0 && last[size - 1] == ','))
                return "; no spaces in a list";
        if (last && strncasecmp(last, "unit=", strlen("unit=")) == 0)
                return "; a unit is one word";
        return "";
}

static void refuse_attribute(const char *word, char why[static FORMAT_WHY_SIZE]) {
        size_t used;

        field_why(why, "unknown attribute \"%.40s\"; known:", word);
        for (size_t i = 0; i < _ATTRIBUTE_MAX; i++) {
                used = strlen(why);
                (void)snprintf(why + used, FORMAT_WHY_SIZE - used, " %s", attributes[i].name);
        }
}

/* word is "name=value". last is the word before, or NULL. */
static int add_attribute(
        FieldWords *words, char *word, const char *last, char why[static FORMAT_WHY_SIZE]) {
        char *value = strchr(word, '=');

        if (!value || value == word) {
                field_why(why, "\"%.60s\" is not of the form attribute=value%s", word,
                        hint_at_spaces(word, last));
                return -EINVAL;
        }
        *value++ = '\0';
        for (size_t i = 0; i < _ATTRIBUTE_MAX; i++) {
                if (!parse_same_word(attributes[i].name, word))
                        continue;
                if (words->values[i]) {
                        field_why(why, "%s is given twice", attributes[i].name);
                        return -EINVAL;
                }
                words->values[i] = strdup(value);
                return words->values[i] ? 0 : -ENOMEM;
        }
        refuse_attribute(word, why);
        return -EINVAL;
}

/* Other names for types: those of the SIG's specifications and of programming languages. */
static const struct {
        const char *theirs;
        FieldType type;
} foreign_types[] = {
        {"uint8", FIELD_U8},
        {"uint16", FIELD_U16},
        {"uint24", FIELD_U24},
        {"uint32", FIELD_U32},
        {"uint48", FIELD_U48},
        {"uint64", FIELD_U64},
        {"sint8", FIELD_I8},
        {"sint16", FIELD_I16},
        {"sint24", FIELD_I24},
        {"sint32", FIELD_I32},
        {"sint48", FIELD_I48},
        {"sint64", FIELD_I64},
        {"int8", FIELD_I8},
        {"int16", FIELD_I16},
        {"int32", FIELD_I32},
        {"int64", FIELD_I64},
        {"boolean", FIELD_BOOL},
        {"float", FIELD_F32},
        {"float32", FIELD_F32},
        {"double", FIELD_F64},
        {"float64", FIELD_F64},
        {"sfloat", FIELD_MEDFLOAT16},
        {"medfloat", FIELD_MEDFLOAT32},
        {"utf8s", FIELD_UTF8},
        {"string", FIELD_UTF8},
        {"text", FIELD_UTF8},
};

static void refuse_type(const char *type, char why[static FORMAT_WHY_SIZE]) {
        char known[FIELD_TYPE_LIST_SIZE];

        for (size_t i = 0; i < ELEMENTS(foreign_types); i++)
                if (parse_same_word(foreign_types[i].theirs, type)) {
                        field_why(why, "unknown type \"%s\"; did you mean \"%s\"?", type,
                                field_type_name(foreign_types[i].type));
                        return;
                }
        field_type_list(known);
        field_why(why, "unknown type \"%.40s\": %s", type, known);
}

static int read_type(FieldWords *words, const char **cursor, char why[static FORMAT_WHY_SIZE]) {
        _cleanup_free_ char *type = NULL;
        int r = parse_next_word(&type, cursor);

        if (r < 0)
                return r;
        if (!type || !field_type_from_name(&words->type, type)) {
                refuse_type(type ? type : "", why);
                return -EINVAL;
        }
        if (words->type != FIELD_PAD)
                return 0;
        r = parse_next_word(&words->pad_size, cursor);
        return r < 0 ? r : 0;
}

static int read_attributes(
        FieldWords *words, const char **cursor, char why[static FORMAT_WHY_SIZE]) {
        _cleanup_free_ char *last = NULL;

        for (;;) {
                _cleanup_free_ char *word = NULL, *copy = NULL;
                int r = parse_next_word(&word, cursor);

                if (r <= 0)
                        return r;
                copy = strdup(word);
                if (!copy)
                        return -ENOMEM;
                r = add_attribute(words, word, last, why);
                if (r < 0)
                        return r;
                free(last);
                last = STEAL(copy);
        }
}

static int check_words(const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        for (size_t i = 0; i < _ATTRIBUTE_MAX; i++)
                if (words->values[i] &&
                        !(attributes[i].fits & 1U << field_type_class(words->type))) {
                        field_why(why, "%s does not fit the type %s", attributes[i].name,
                                field_type_name(words->type));
                        return -EINVAL;
                }
        for (size_t i = 0; i < ELEMENTS(conflicts); i++)
                if (words->values[conflicts[i].one] && words->values[conflicts[i].other]) {
                        field_why(why, "%s and %s exclude each other",
                                attributes[conflicts[i].one].name,
                                attributes[conflicts[i].other].name);
                        return -EINVAL;
                }
        return 0;
}

int field_words_read(FieldWords *words, const char *spec, char why[static FORMAT_WHY_SIZE]) {
        int r = read_type(words, &spec, why);

        if (r == 0)
                r = read_attributes(words, &spec, why);
        return r == 0 ? check_words(words, why) : r;
}

int field_words_bool(
        const FieldWords *words, Attribute attribute, bool *ret, char why[static FORMAT_WHY_SIZE]) {
        const char *text = words->values[attribute];

        if (!text || parse_bool(ret, text) == 0)
                return 0;
        field_why(why, "%s: \"%s\" is neither yes nor no", attributes[attribute].name, text);
        return -EINVAL;
}

int field_words_number(const FieldWords *words, Attribute attribute, double *ret,
        char why[static FORMAT_WHY_SIZE]) {
        const char *text = words->values[attribute];

        if (!text)
                return 0;
        if (parse_number(ret, text) == 0)
                return 1;
        field_why(why, "%s: \"%.60s\" is not a number%s", attributes[attribute].name, text,
                field_number_hint(text));
        return -EINVAL;
}

const char *attribute_name(Attribute attribute) {
        return attributes[attribute].name;
}
