/* Runs a fuzz target over the files of its corpus, without a fuzzer: a plain test. */
#include "target.h"

#include "util/cleanup.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define INPUT_MAX (1024 * 1024)

static bool run_file(const char *folder, const char *name) {
        static uint8_t data[INPUT_MAX];
        _cleanup_free_ char *path = NULL;
        _cleanup_fclose_ FILE *file = NULL;

        if (asprintf(&path, "%s/%s", folder, name) < 0)
                return false;
        file = fopen(path, "re");
        if (!file)
                return false;
        size_t size = fread(data, 1, sizeof(data), file);
        return !ferror(file) && LLVMFuzzerTestOneInput(data, size) == 0;
}

static int is_input(const struct dirent *entry) {
        return entry->d_name[0] != '.';
}

int main(int argc, char **argv) {
        struct dirent **entries;
        int n = argc == 2 ? scandir(argv[1], &entries, is_input, alphasort) : -1;
        int bad = 0;

        if (n < 0) {
                fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
                return 1;
        }
        for (int i = 0; i < n; i++) {
                bad += !run_file(argv[1], entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
        printf("%d inputs, %d bad\n", n, bad);
        return n > 0 && bad == 0 ? 0 : 1;
}
