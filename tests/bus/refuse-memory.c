/* Preloaded into spored: one allocation is refused. Which one is told in a file that both have
 * mapped, REFUSE_MEMORY, in three numbers. Two are written by the test alone: the which-th it is, 0
 * being none, and a number of the order, by which it is counted anew. The third is the order that
 * was carried out last. Those of libraries are left out, which end the process then (libev), trip
 * over what they have left half done (sd-bus) or go on as if nothing had been (jansson); what libc
 * takes for spored counts. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAMES 12

typedef struct Shared {
        volatile int64_t nth, order, refused;
} Shared;

static Shared *shared;
static int64_t order, counted;
static bool counting;
static void *(*real_malloc)(size_t size);
static void *(*real_calloc)(size_t n, size_t size);
static void *(*real_realloc)(void *old, size_t size);
/* dlsym() itself may take memory. */
static char early[4096];
static size_t early_used;

static void *take_early(size_t size) {
        void *taken = early + early_used;

        early_used += (size + 15) / 16 * 16;
        return early_used <= sizeof(early) ? taken : NULL;
}

__attribute__((constructor)) static void start(void) {
        const char *path = getenv("REFUSE_MEMORY");
        void *frames[FRAMES];
        int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

        real_malloc = dlsym(RTLD_NEXT, "malloc");
        real_calloc = dlsym(RTLD_NEXT, "calloc");
        real_realloc = dlsym(RTLD_NEXT, "realloc");
        /* The first time it takes memory. */
        (void)backtrace(frames, FRAMES);
        if (fd < 0)
                return;
        void *mapped = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        shared = mapped != MAP_FAILED ? mapped : NULL;
        (void)close(fd);
}

static bool is_between(const char *file) {
        static const char *const names[] = {"refuse-memory", "/libc.so"};

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if (strstr(file, names[i]))
                        return true;
        return false;
}

/* It is the program's own code that asks, perhaps through libc. */
static bool is_spored(void *const *frames, int n) {
        for (int i = 0; i < n; i++) {
                Dl_info info;

                if (!dladdr(frames[i], &info) || !info.dli_fname)
                        return false;
                if (!is_between(info.dli_fname))
                        return !strstr(info.dli_fname, ".so");
        }
        return false;
}

static bool refuses(void) {
        void *frames[FRAMES];

        if (!shared || shared->nth == 0 || counting)
                return false;
        if (order != shared->order)
                counted = 0;
        order = shared->order;
        /* What is called here is let through. */
        counting = true;
        counted += is_spored(frames, backtrace(frames, FRAMES));
        counting = false;
        if (counted != shared->nth || shared->refused == order)
                return false;
        shared->refused = order;
        errno = ENOMEM;
        return true;
}

void *malloc(size_t size) {
        if (!real_malloc)
                return take_early(size);
        return refuses() ? NULL : real_malloc(size);
}

void *calloc(size_t n, size_t size) {
        if (!real_calloc)
                return take_early(n * size);
        return refuses() ? NULL : real_calloc(n, size);
}

void *realloc(void *old, size_t size) {
        return refuses() ? NULL : real_realloc(old, size);
}

void *reallocarray(void *old, size_t n, size_t size) {
        size_t all;

        if (__builtin_mul_overflow(n, size, &all)) {
                errno = ENOMEM;
                return NULL;
        }
        return realloc(old, all);
}
