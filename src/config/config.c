/* Loads all sources in their order and keeps what comes out. */
#include "config/config.h"

#include "config/changes.h"
#include "config/dump.h"
#include "config/environment.h"
#include "config/files.h"
#include "config/merge.h"
#include "config/profile-builder.h"
#include "config/settings.h"
#include "config/value-sources.h"
#include "util/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Behind all files; far apart, for nobody counts the variables before. */
#define RANK_ENVIRONMENT (UINT_MAX / 4)
#define RANK_OVERRIDES   (UINT_MAX / 2)

struct Config {
        char *file;
        Sources sources; /* the origins of all entries point here */
        SectionList sections;
        PlainValues plain;
        Profile *profile; /* NULL: nothing to serve */
        ValueSources value_sources;
};

DEFINE_CLEANUP(Config *, config_free);

typedef struct Loader {
        const ConfigSources *from;
        Config *config;
        Files files;
        Problems problems;
} Loader;

/* Where the profile's name stands decides nothing but which one counts: it is always loaded first.
 * NULL: none is chosen. */
static const char *choose_profile(
        Loader *l, Origin *ret_origin, SourceKind *ret_kind, const char **ret_name) {
        static const char path[] = "daemon.profile=", variable[] = "SPORED_DAEMON_PROFILE";
        const char *choice = NULL;

        for (char *const *o = l->from->overrides; o && *o; o++)
                if (strncmp(*o, path, strlen(path)) == 0) {
                        choice = *o + strlen(path);
                        *ret_kind = SOURCE_OVERRIDE;
                        *ret_name = *o;
                }
        if (choice)
                return choice;
        choice = environment_get(l->from->environ_, variable);
        if (choice) {
                *ret_kind = SOURCE_ENVIRONMENT;
                *ret_name = variable;
                return choice;
        }
        return files_find_profile(&l->files, ret_origin);
}

static int read_profile(Loader *l) {
        const Key *key = keys_find(SECTION_DAEMON, "profile");
        SourceKind kind = SOURCE_FILE;
        const char *name = NULL, *choice;
        char why[KEY_WHY_SIZE];
        Origin origin = {0};

        choice = choose_profile(l, &origin, &kind, &name);
        /* What is no name is reported where the key is read. */
        if (!choice || *choice == '\0' || key_check(key, choice, why) != 0)
                return 0;
        if (name)
                origin.source = sources_add(&l->config->sources, kind,
                        kind == SOURCE_OVERRIDE ? RANK_OVERRIDES : RANK_ENVIRONMENT, name);
        if (!origin.source)
                return -ENOMEM;
        return files_read_profile(&l->files, choice, origin, &l->config->sources, &l->problems);
}

static int read_files(Loader *l) {
        Config *c = l->config;
        int r;

        c->file = strdup(l->from->file);
        if (!c->file)
                return -ENOMEM;
        r = files_read(&l->files, c->file, l->from->may_be_missing, &c->sources, &l->problems);
        return r < 0 ? r : read_profile(l);
}

static int merge_all(Loader *l) {
        Config *c = l->config;
        int r = 0;

        if (l->files.profile)
                r = merge_document(&c->sections, l->files.profile, true, &l->problems);
        for (size_t i = 0; i < l->files.n && r == 0; i++)
                r = merge_document(&c->sections, l->files.items[i], false, &l->problems);
        if (r == 0)
                r = environment_apply(&c->sections, l->from->environ_, RANK_ENVIRONMENT,
                        &c->sources, &l->problems);
        if (r == 0)
                r = overrides_apply(&c->sections, l->from->overrides, RANK_OVERRIDES, &c->sources,
                        &l->problems);
        return r;
}

/* Blames the main file, which need not be there. With an error there is more to serve than is
 * known. */
static int warn_if_nothing(Loader *l) {
        Config *c = l->config;
        Origin origin = {0};
        bool any_service = false, is_there;

        if (c->profile || problems_count(&l->problems, false) > 0)
                return 0;
        for (size_t i = 0; i < c->sources.n && !origin.source; i++)
                if (strcmp(c->sources.items[i]->name, c->file) == 0)
                        origin.source = c->sources.items[i];
        for (size_t i = 0; i < c->sections.n; i++)
                any_service = any_service || c->sections.items[i]->kind == SECTION_SERVICE;
        is_there = origin.source != NULL;
        if (!is_there)
                origin.source = sources_add(&c->sources, SOURCE_FILE, FILES_RANK_MAIN, c->file);
        if (!origin.source)
                return -ENOMEM;
        problems_warn(&l->problems, origin, NULL, NULL, "%s%s: nothing would be served",
                is_there ? "" : "there is no such file, ",
                any_service        ? "every service is switched off"
                : c->plain.profile ? "no service is declared"
                                   : "no profile is chosen and no service is declared");
        return 0;
}

static int load(Loader *l) {
        Config *c = l->config;
        int r = section_list_init(&c->sections);

        if (r == 0)
                r = read_files(l);
        if (r == 0)
                r = merge_all(l);
        if (r == 0)
                r = settings_build(&c->plain, &c->sections, &l->problems);
        if (r == 0)
                r = profile_build(&c->profile, &c->sections, &c->plain, &l->problems);
        if (r == 0)
                r = value_sources_build(&c->value_sources, &c->sections, c->profile, &l->problems);
        if (r == 0)
                r = warn_if_nothing(l);
        return r < 0 ? r : l->problems.error;
}

int config_load(Config **ret, const ConfigSources *sources, FILE *problems, unsigned *ret_errors,
        unsigned *ret_warnings) {
        _cleanup_(config_freep) Config *config = calloc(1, sizeof(*config));
        Loader l = {.from = sources, .config = config};
        int r;

        *ret = NULL;
        if (!config)
                return -ENOMEM;
        r = load(&l);
        files_clear(&l.files);
        if (r == 0) {
                problems_write(&l.problems, problems);
                *ret_errors = problems_count(&l.problems, false);
                *ret_warnings = problems_count(&l.problems, true);
                if (*ret_errors == 0)
                        *ret = STEAL(config);
        }
        problems_clear(&l.problems);
        return r;
}

Config *config_free(Config *config) {
        if (!config)
                return NULL;
        value_sources_clear(&config->value_sources);
        profile_free(config->profile);
        settings_clear(&config->plain);
        section_list_clear(&config->sections);
        sources_clear(&config->sources);
        free(config->file);
        free(config);
        return NULL;
}

const char *config_file(const Config *config) {
        return config->file;
}

const Settings *config_settings(const Config *config) {
        return &config->plain.settings;
}

const Profile *config_profile(const Config *config) {
        return config->profile;
}

const ValueSource *config_value_sources(const Config *config, size_t *ret_n) {
        *ret_n = config->value_sources.n;
        return config->value_sources.items;
}

int config_compare(ConfigChanges *ret, const Config *running, const Config *loaded) {
        *ret = (ConfigChanges){0};
        return changes_find(ret, &running->sections, &loaded->sections);
}

int config_keep_running(
        Config *loaded, const Config *running, FILE *problems, unsigned *ret_errors) {
        Problems found = {0};
        int r = changes_keep(&loaded->sections, &running->sections);

        *ret_errors = 0;
        if (r < 0)
                return r;
        settings_clear(&loaded->plain);
        r = settings_build(&loaded->plain, &loaded->sections, &found);
        if (r == 0)
                r = found.error;
        if (r == 0) {
                *ret_errors = problems_count(&found, false);
                if (*ret_errors > 0)
                        problems_write(&found, problems);
        }
        problems_clear(&found);
        return r;
}

Profile *config_exchange_profile(Config *config, Profile *profile) {
        Profile *before = config->profile;

        value_sources_clear(&config->value_sources);
        config->profile = profile;
        return before;
}

void config_dump(const Config *config, FILE *out) {
        dump_sections(&config->sections, config->profile, out);
}
