#include "core/bucket.h"

#include "util/clock.h"

#include <math.h>

void bucket_init(Bucket *bucket, Rate rate) {
        *bucket = (Bucket){.rate = rate, .tokens = rate.burst};
}

static double tokens_at(const Bucket *bucket, uint64_t now_usec) {
        double passed_usec = (double)(now_usec - bucket->filled_usec);

        return fmin(bucket->rate.burst,
                bucket->tokens + passed_usec * bucket->rate.per_second / USEC_PER_SEC);
}

/* One without a limit has counted nothing. */
void bucket_set_rate(Bucket *bucket, Rate rate, uint64_t now_usec) {
        double tokens = bucket->rate.per_second > 0 ? tokens_at(bucket, now_usec) : rate.burst;

        *bucket = (Bucket){
                .rate = rate,
                .tokens = fmin(tokens, rate.burst),
                .filled_usec = now_usec,
        };
}

uint64_t bucket_ready_usec(const Bucket *bucket, uint64_t now_usec) {
        double missing;

        if (bucket->rate.per_second <= 0)
                return now_usec;
        missing = 1 - tokens_at(bucket, now_usec);
        /* Rounded up, and a token that lacks less than a microsecond is there: or the timer that
         * waits for it would start again and again. */
        if (missing * USEC_PER_SEC < bucket->rate.per_second)
                return now_usec;
        return now_usec + (uint64_t)ceil(missing * USEC_PER_SEC / bucket->rate.per_second);
}

void bucket_take(Bucket *bucket, uint64_t now_usec) {
        if (bucket->rate.per_second <= 0)
                return;
        bucket->tokens = tokens_at(bucket, now_usec) - 1;
        bucket->filled_usec = now_usec;
}
