#include "sim/bluetoothd/faults.h"

#include "sim/bluetoothd/property.h"
#include "sim/script.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static const char *const answers[] = {
        [ANSWER_OK] = "ok",
        [ANSWER_ODD] = "odd",
        [ANSWER_ERROR] = "error",
        [ANSWER_HOLD] = "hold",
        [ANSWER_LATE] = "late",
        [ANSWER_NEVER] = "never",
};

int rule_parse(Rule *ret, size_t n, char **words) {
        size_t i = 0;
        Rule rule = {};

        if (n < 2 || !*words[0] || strlen(words[0]) >= sizeof(rule.member))
                return -EINVAL;
        while (i < ELEMENTS(answers) && strcmp(answers[i], words[1]) != 0)
                i++;
        if (i == ELEMENTS(answers))
                return -EINVAL;
        text_copy(rule.member, sizeof(rule.member), words[0]);
        rule.answer = (Answer)i;
        if (rule.answer == ANSWER_LATE && (n < 3 || script_seconds(&rule.delay_usec, words[2]) < 0))
                return -EINVAL;
        if (rule.answer == ANSWER_ERROR && (n < 3 || sd_bus_interface_name_is_valid(words[2]) <= 0))
                return -EINVAL;
        text_copy(rule.error, sizeof(rule.error), n > 2 ? words[2] : "");
        text_copy(rule.text, sizeof(rule.text), n > 3 ? words[3] : "");
        *ret = rule;
        return 0;
}

int faults_add(Faults *faults, const Rule *rule) {
        Rule *place = NULL;

        for (Rule *old = faults->rules; old < faults->rules + RULES_MAX; old++) {
                bool same = strcmp(old->member, rule->member) == 0 && !old->once && !rule->once;
                if (same || (!place && !*old->member))
                        place = old;
                if (same)
                        break;
        }
        if (!place)
                return -ENOBUFS;
        *place = *rule;
        return 0;
}

Rule faults_take(Faults *faults, const char *member) {
        Rule found = {.answer = ANSWER_OK};

        for (Rule *rule = faults->rules; rule < faults->rules + RULES_MAX; rule++) {
                if (!*rule->member || strcmp(rule->member, member) != 0)
                        continue;
                found = *rule;
                if (rule->once) {
                        *rule = (Rule){};
                        break;
                }
        }
        return found;
}
