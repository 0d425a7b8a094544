#include "daemon/billboard.h"

#include "bluez/names.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Refusals of "Failed to register advertisement" before less is said: the kernel may be busy. */
#define REFUSALS_MAX 2

const char *billboard_title(const Billboard *b, char out[static ADVERTISEMENT_WHY_SIZE]) {
        const char *section = b->content.advertisement->section;

        (void)snprintf(out, ADVERTISEMENT_WHY_SIZE, "advertisement%s%.80s", section ? " " : "",
                section ? section : "");
        return out;
}

static int set_name(Billboard *b, const char *name) {
        char *copy = name ? strndup(name, b->content.plan.name_size) : NULL;

        if (name && !copy)
                return -ENOMEM;
        free(b->content.name);
        b->content.name = copy;
        return 0;
}

void billboard_show(Billboard *b, const char *name) {
        int r = set_name(b, name);

        for (size_t i = 0; i < 2 && r >= 0; i++)
                r = le_advertisement_renew(b->sides[i]);
        if (r < 0)
                log_error("BlueZ cannot be told what to advertise: %s", strerror(-r));
}

void billboard_plan(Billboard *b, const AdvertisementTask *task) {
        char title[ADVERTISEMENT_WHY_SIZE];

        b->refusals = 0;
        b->content.advertisement = task->advertisement;
        if (advertisement_plan(&b->content.plan, task, b->unfit) == ADVERTISEMENT_E_SIZE)
                log_error("the %s is not sent: %s", billboard_title(b, title), b->unfit);
        billboard_show(b, task->name);
}

/* What BlueZ cannot read, it will not be able to read later. */
static bool is_about_content(Billboard *b, const char *error, const char *text) {
        if (strcmp(error, BLUEZ_ERROR_FAILED) != 0)
                return false;
        return strcmp(text, BLUEZ_TEXT_NOT_PARSED) == 0 || ++b->refusals >= REFUSALS_MAX;
}

bool billboard_refused(
        Billboard *b, const AdvertisementTask *task, const char *error, const char *text) {
        const unsigned before = b->content.plan.left_out;
        char items[ADVERTISEMENT_ITEMS_SIZE], why[ADVERTISEMENT_WHY_SIZE];

        if (!is_about_content(b, error, text) ||
                advertisement_plan_next(&b->content.plan, task, why) != 0)
                return false;
        b->refusals = 0;
        billboard_show(b, task->name);
        advertisement_items_format(b->content.plan.left_out & ~before, items);
        log_warning("%s: BlueZ refuses it (%s), so it is tried without %s", billboard_title(b, why),
                text, items);
        return true;
}

void billboard_tell_name(const Billboard *b) {
        int r = 0;

        for (size_t i = 0; i < 2 && r >= 0; i++)
                r = le_advertisement_tell_name(b->sides[i]);
        if (r < 0)
                log_error("BlueZ cannot be told the name: %s", strerror(-r));
}

bool billboard_has_name(const Billboard *b) {
        const AdvertisementPlan *p = &b->content.plan;

        return advertisement_plan_says(p, b->content.advertisement, ADVERTISEMENT_ITEM_NAME) &&
               !(p->ignored & ADVERTISEMENT_ITEM_NAME);
}

bool billboard_cuts_name(const Billboard *b, const char *name) {
        return name && billboard_has_name(b) && b->content.plan.name_shown < strlen(name);
}

int billboard_init(Billboard *b, sd_bus *bus, size_t index, const AdvertisementTask *task,
        const LeAdvertisementEvents *events, void *userdata) {
        char path[ADVERTISEMENT_PATH_MAX], why[ADVERTISEMENT_WHY_SIZE];

        *b = (Billboard){.index = index, .content.advertisement = task->advertisement};
        (void)advertisement_plan(&b->content.plan, task, why);
        int r = set_name(b, task->name);
        for (unsigned side = 0; side < 2 && r >= 0; side++) {
                advertisement_path(index, side, path);
                r = le_advertisement_new(
                        &b->sides[side], bus, path, side, &b->content, events, userdata);
        }
        return r;
}

void billboard_clear(Billboard *b) {
        le_advertisement_free(b->sides[0]);
        le_advertisement_free(b->sides[1]);
        free(b->content.name);
}
