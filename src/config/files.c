/* Opens and reads the files in their order. */
#include "config/files.h"

#include "config/suggest.h"
#include "util/ordinary-file.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

/* 0 with *ret NULL: not there or not readable, and errno says why in *ret_error. */
static int read_document(const char *path, unsigned rank, Sources *sources, Problems *problems,
        Document **ret, int *ret_error) {
        _cleanup_fclose_ FILE *file = NULL;
        const Source *source;
        int r;

        *ret = NULL;
        *ret_error = 0;
        r = ordinary_file_open(&file, path);
        if (r < 0) {
                *ret_error = -r;
                return r == -ENOMEM ? r : 0;
        }
        source = sources_add(sources, SOURCE_FILE, rank, path);
        if (!source)
                return -ENOMEM;
        r = document_new(ret, file, source, problems);
        if (r == -ENOMEM)
                return r;
        *ret_error = -r;
        return 0;
}

static int add_unreadable(
        const char *path, unsigned rank, int error, Sources *sources, Problems *problems) {
        const Source *source = sources_add(sources, SOURCE_FILE, rank, path);
        Origin origin = {.source = source};

        if (!source)
                return -ENOMEM;
        problems_add(
                problems, origin, NULL, NULL, "cannot be read: %s", ordinary_file_error(-error));
        return 0;
}

static int add_file(Files *files, const char *path, unsigned rank, bool may_be_missing,
        Sources *sources, Problems *problems) {
        Document **items = reallocarray(files->items, files->n + 1, sizeof(*items));
        Document *document;
        int r, error;

        if (!items)
                return -ENOMEM;
        files->items = items;
        r = read_document(path, rank, sources, problems, &document, &error);
        if (r < 0)
                return r;
        if (document)
                items[files->n++] = document;
        else if (error != ENOENT || !may_be_missing)
                return add_unreadable(path, rank, error, sources, problems);
        return 0;
}

static int is_drop_in(const struct dirent *entry) {
        size_t size = strlen(entry->d_name);

        return entry->d_name[0] != '.' && size > strlen(".conf") &&
               strcmp(entry->d_name + size - strlen(".conf"), ".conf") == 0;
}

/* By bytes: the same order under every locale. */
static int by_name(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_drop_ins(Files *files, const char *directory, Sources *sources, Problems *problems) {
        struct dirent **entries = NULL;
        int n = scandir(directory, &entries, is_drop_in, by_name), r = 0;

        if (n < 0 && (errno == ENOENT || errno == ENOTDIR))
                return 0;
        if (n < 0)
                return errno == ENOMEM ? -ENOMEM
                                       : add_unreadable(directory, FILES_RANK_MAIN + 1, errno,
                                                 sources, problems);
        for (int i = 0; i < n; i++) {
                _cleanup_free_ char *path = NULL;

                if (r == 0 && asprintf(&path, "%s/%s", directory, entries[i]->d_name) < 0)
                        r = -ENOMEM;
                if (r == 0)
                        r = add_file(files, path, FILES_RANK_MAIN + 1 + (unsigned)i, false, sources,
                                problems);
                free(entries[i]);
        }
        free(entries);
        return r;
}

int files_read(
        Files *files, const char *file, bool may_be_missing, Sources *sources, Problems *problems) {
        _cleanup_free_ char *directory = NULL;
        int r = add_file(files, file, FILES_RANK_MAIN, may_be_missing, sources, problems);

        if (r < 0)
                return r;
        if (asprintf(&directory, "%s.d", file) < 0)
                return -ENOMEM;
        return add_drop_ins(files, directory, sources, problems);
}

/* Which profiles there are beside choice. */
static void list_profiles(const char *choice, char out[static HINT_SIZE]) {
        struct dirent **entries = NULL;
        int n = scandir(SPORED_PROFILE_DIR, &entries, is_drop_in, by_name);
        Suggestion suggestion;

        suggestion_init(&suggestion, choice);
        for (int i = 0; i < n; i++) {
                entries[i]->d_name[strlen(entries[i]->d_name) - strlen(".conf")] = '\0';
                suggestion_offer(&suggestion, entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
        suggestion_format(&suggestion, out);
}

int files_read_profile(
        Files *files, const char *choice, Origin origin, Sources *sources, Problems *problems) {
        _cleanup_free_ char *path = NULL;
        char hint[HINT_SIZE] = "";
        int r, error;

        if (*choice == '/')
                path = strdup(choice);
        else if (asprintf(&path, "%s/%s.conf", SPORED_PROFILE_DIR, choice) < 0)
                path = NULL;
        if (!path)
                return -ENOMEM;
        r = read_document(path, FILES_RANK_PROFILE, sources, problems, &files->profile, &error);
        if (r < 0 || error == 0)
                return r;
        if (*choice != '/' && error == ENOENT)
                list_profiles(choice, hint);
        problems_add(problems, origin, "daemon", "profile", "%s cannot be read: %s%s", path,
                ordinary_file_error(-error), hint);
        return 0;
}

const char *files_find_profile(const Files *files, Origin *ret_origin) {
        for (size_t i = files->n; i > 0; i--) {
                const Document *d = files->items[i - 1];

                for (size_t j = 0; j < d->n_sections; j++) {
                        const DocumentSection *s = &d->sections[j];

                        for (size_t k = 0; strcmp(s->name, "daemon") == 0 && k < s->n_entries;
                                k++) {
                                if (strcmp(s->entries[k].key, "profile") != 0)
                                        continue;
                                ret_origin->source = d->source;
                                ret_origin->line = s->entries[k].line;
                                return s->entries[k].value;
                        }
                }
        }
        return NULL;
}

void files_clear(Files *files) {
        document_free(files->profile);
        for (size_t i = 0; i < files->n; i++)
                document_free(files->items[i]);
        free(files->items);
        *files = (Files){0};
}
