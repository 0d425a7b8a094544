/* Rules of a script: how the calls of one member are answered. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULES_MAX        16
#define RULE_MEMBER_SIZE 64
#define RULE_TEXT_SIZE   256

typedef enum Answer {
        ANSWER_OK,
        ANSWER_ODD,   /* a reply of another type */
        ANSWER_ERROR, /* with the rule's error and text */
        ANSWER_HOLD,  /* until the script says how */
        ANSWER_LATE,  /* as ok, after delay_usec */
        ANSWER_NEVER,
} Answer;

typedef struct Rule {
        char member[RULE_MEMBER_SIZE]; /* "": free */
        Answer answer;
        char error[RULE_MEMBER_SIZE], text[RULE_TEXT_SIZE];
        uint64_t delay_usec;
        bool once;
} Rule;

typedef struct Faults {
        Rule rules[RULES_MAX];
} Faults;

/* words: MEMBER HOW [ERROR [TEXT]], or MEMBER late SECONDS. -EINVAL. */
int rule_parse(Rule *ret, size_t n, char **words);
/* A rule that always holds replaces the one before. -ENOBUFS: there are too many. */
int faults_add(Faults *faults, const Rule *rule);
/* The oldest of those that hold once, which is then over; else the one that always holds; else
 * ANSWER_OK. */
Rule faults_take(Faults *faults, const char *member);
