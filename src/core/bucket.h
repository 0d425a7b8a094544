/* A token bucket: how many at once, how many a second. */
#pragma once

#include "core/profile.h"

typedef struct Bucket {
        Rate rate;
        double tokens; /* at filled_usec */
        uint64_t filled_usec;
} Bucket;

/* Full at the start, whenever that is. */
void bucket_init(Bucket *bucket, Rate rate);
/* Another rate from now on: what has been taken stays taken. */
void bucket_set_rate(Bucket *bucket, Rate rate, uint64_t now_usec);
/* When there is a token: now_usec or later. */
uint64_t bucket_ready_usec(const Bucket *bucket, uint64_t now_usec);
/* Takes one, which is there. */
void bucket_take(Bucket *bucket, uint64_t now_usec);
