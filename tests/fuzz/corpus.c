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

int main(int argc, char **argv) {
        unsigned n = 0, bad = 0;
        DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;

        if (!folder) {
                fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
                return 1;
        }
        for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
                if (entry->d_name[0] == '.')
                        continue;
                n++;
                bad += !run_file(argv[1], entry->d_name);
        }
        closedir(folder);
        printf("%u inputs, %u bad\n", n, bad);
        return n > 0 && bad == 0 ? 0 : 1;
}
