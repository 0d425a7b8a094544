/* Numbers that look random and are the same in each run (xorshift64). */
#pragma once

#include <stdint.h>

typedef struct Random {
        uint64_t state; /* not 0 */
} Random;

/* 0 to below - 1. */
static inline uint32_t random_below(Random *random, uint32_t below) {
        uint64_t x = random->state;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        random->state = x;
        return (uint32_t)((x >> 32) % below);
}
