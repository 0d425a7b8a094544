/* Cleanup at the end of a scope: _cleanup_(fn) calls fn(&variable). */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(fn) __attribute__((cleanup(fn)))

/* Defines func##p(T *p) for use with _cleanup_; func frees a T and takes NULL. */
#define DEFINE_CLEANUP(type, func)                                                                 \
        static inline void func##p(type *p) {                                                      \
                if (*p)                                                                            \
                        func(*p);                                                                  \
        }                                                                                          \
        struct func##_needs_a_semicolon

static inline void cleanup_freep(void *p) {
        free(*(void **)p);
}
static inline void cleanup_closep(const int *fd) {
        if (*fd >= 0)
                close(*fd);
}
static inline void cleanup_fclosep(FILE **f) {
        if (*f)
                fclose(*f);
}

#define _cleanup_free_   _cleanup_(cleanup_freep)
#define _cleanup_close_  _cleanup_(cleanup_closep)
#define _cleanup_fclose_ _cleanup_(cleanup_fclosep)

/* Hands ownership over: yields the pointer and leaves NULL behind. */
#define STEAL(p)                                                                                   \
        ({                                                                                         \
                __typeof__(p) _stolen = (p);                                                       \
                (p) = NULL;                                                                        \
                _stolen;                                                                           \
        })

/* Likewise for a descriptor, with -1. */
#define STEAL_FD(fd)                                                                               \
        ({                                                                                         \
                int _stolen = (fd);                                                                \
                (fd) = -1;                                                                         \
                _stolen;                                                                           \
        })

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
