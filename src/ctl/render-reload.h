/* The answer to reload as text for people. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* What has changed, and what has not. -EPROTO: the answer makes no sense. */
int render_reload(FILE *out, const json_t *answer);
/* The configuration has errors, which render_problems() prints, a line each. */
bool render_is_invalid(const json_t *answer);
void render_problems(FILE *out, const json_t *answer);
