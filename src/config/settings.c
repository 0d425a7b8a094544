/* Texts of the plain sections to values. */
#include "config/settings.h"

#include "config/lint.h"
#include "util/cleanup.h"
#include "util/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_key(PlainValues *values, const SectionList *sections, const Key *key) {
        const Section *section = section_list_find(sections, key->section, NULL);
        const char *text = section_value(section, key->name);
        char why[KEY_WHY_SIZE];
        int r = KEY_E_VALUE;

        if (text)
                r = key_read(key, text, values, why);
        /* A refused value has been reported where it was read. */
        if (r == KEY_E_VALUE)
                r = key_read(key, key->default_text, values, why);
        return r;
}

/* Blames the key that was set, the second if both were. */
static void check_retry(
        const PlainValues *values, const SectionList *sections, Problems *problems) {
        const Section *section = section_list_find(sections, SECTION_BLUEZ, NULL);
        const char *blamed = section_find(section, "retry_max") ? "retry_max" : "retry_min";

        if (values->settings.bluez.retry_max_usec >= values->settings.bluez.retry_min_usec)
                return;
        problems_add(problems, section_origin(section, blamed), section->label, blamed,
                "retry_max is below retry_min");
}

/* Files that spored makes at one path would replace each other. */
static void check_paths(
        const PlainValues *values, const SectionList *sections, Problems *problems) {
        const struct {
                SectionKind section;
                const char *key, *path;
        } files[] = {
                {SECTION_SOCKET, "path", values->settings.socket.path},
                {SECTION_SOCKET, "read_only_path", values->settings.socket.read_only_path},
                {SECTION_PERSIST, "file", values->settings.persist.file},
                {SECTION_METRICS, "file", values->settings.metrics.file},
        };

        for (size_t i = 0; i < ELEMENTS(files); i++)
                for (size_t j = 0; j < i; j++) {
                        const Section *section =
                                section_list_find(sections, files[i].section, NULL);

                        if (!files[i].path || !files[j].path ||
                                strcmp(files[i].path, files[j].path) != 0)
                                continue;
                        problems_add(problems, section_origin(section, files[i].key),
                                section->label, files[i].key, "the same path as %s of [%s]",
                                files[j].key, section_kind_name(files[j].section));
                }
}

/* Also where systemd has opened the socket and it is not used: a name that is wrong is no wish. */
static void check_groups(
        const PlainValues *values, const SectionList *sections, Problems *problems) {
        const Section *section = section_list_find(sections, SECTION_SOCKET, NULL);
        const struct {
                const char *key, *name;
        } groups[] = {
                {"group", values->settings.socket.group},
                {"admin_group", values->settings.socket.admin_group},
                {"read_only_group", values->settings.socket.read_only_group},
        };

        for (size_t i = 0; i < ELEMENTS(groups); i++) {
                gid_t group;
                int r = groups[i].name ? group_find(groups[i].name, &group) : 0;
                Origin origin = section_origin(section, groups[i].key);

                if (r == -ESRCH)
                        problems_add(problems, origin, section->label, groups[i].key,
                                "there is no group \"%s\"", groups[i].name);
                else if (r < 0)
                        problems_add(problems, origin, section->label, groups[i].key,
                                "cannot look for the group \"%s\": %s", groups[i].name,
                                strerror(-r));
        }
}

static void check_read_only(
        const PlainValues *values, const SectionList *sections, Problems *problems) {
        const Section *section = section_list_find(sections, SECTION_SOCKET, NULL);

        if (!values->settings.socket.read_only_group || values->settings.socket.read_only_path)
                return;
        problems_warn(problems, section_origin(section, "read_only_group"), section->label,
                "read_only_group", "without read_only_path there is no such socket");
}

int settings_build(PlainValues *values, const SectionList *sections, Problems *problems) {
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++) {
                int r;

                if (section_kind_may_have_name(keys[i].section))
                        continue;
                r = read_key(values, sections, &keys[i]);
                if (r < 0)
                        return r;
        }
        check_retry(values, sections, problems);
        check_paths(values, sections, problems);
        check_groups(values, sections, problems);
        check_read_only(values, sections, problems);
        lint_settings(&values->settings, sections, problems);
        return 0;
}

void settings_clear(PlainValues *values) {
        free(values->settings.bluez.bus);
        free(values->settings.bluez.adapter);
        free(values->settings.socket.path);
        free(values->settings.socket.group);
        free(values->settings.socket.admin_group);
        free(values->settings.socket.read_only_path);
        free(values->settings.socket.read_only_group);
        free(values->settings.persist.file);
        free(values->settings.metrics.file);
        free(values->profile);
        *values = (PlainValues){0};
}
