/* What the client has asked to be told. */
#include "client/interests.h"

#include "client/message.h"

#include <string.h>

static void interest_done(SporedInterest *interest) {
        json_decref(interest->request);
        free(interest->characteristic);
}

void spored_interests_done(SporedInterests *interests) {
        interest_done(&interests->watch);
        while (interests->handles) {
                SporedInterest *interest = interests->handles;

                interests->handles = interest->next;
                interest_done(interest);
                free(interest);
        }
}

SporedInterest *spored_interests_find(
        const SporedInterests *interests, const char *characteristic) {
        SporedInterest *interest = interests->handles;

        while (interest && strcmp(interest->characteristic, characteristic) != 0)
                interest = interest->next;
        return interest;
}

SporedInterest *spored_interests_handle(SporedInterests *interests, const char *characteristic) {
        SporedInterest *interest = spored_interests_find(interests, characteristic);

        if (interest)
                return interest;
        interest = calloc(1, sizeof(*interest));
        if (!interest)
                return NULL;
        interest->characteristic = strdup(characteristic);
        if (!interest->characteristic) {
                free(interest);
                return NULL;
        }
        interest->next = interests->handles;
        interests->handles = interest;
        return interest;
}

/* Whether text is one of the strings; if there are none: whether all are meant. */
static bool names(const json_t *strings, const char *text, bool otherwise) {
        if (!strings)
                return otherwise;
        for (size_t i = 0; i < json_array_size(strings); i++)
                if (strcmp(json_string_value(json_array_get(strings, i)), text) == 0)
                        return true;
        return false;
}

/* What a watch asks for by one word comes with several. */
static const char *kind_of(const char *event) {
        static const char *const connection[] = {"connected", "disconnected", "mtu", "address",
                "bonded", "subscribed", "unsubscribed"};

        for (size_t i = 0; i < ELEMENTS(connection); i++)
                if (strcmp(event, connection[i]) == 0)
                        return "connection";
        return event;
}

/* It comes without being asked for: to whoever has named the characteristic. */
static bool is_gone(const char *kind) {
        return strcmp(kind, "gone") == 0;
}

/* spored sends a write once to who both watches and handles. */
static bool is_watched(const SporedInterest *watch, const char *kind, const char *characteristic) {
        const json_t *request = watch->request;

        if (request && is_gone(kind))
                return characteristic &&
                       names(json_object_get(request, "characteristics"), characteristic, false);
        return request &&
               names(json_object_get(request, "events"), kind_of(kind),
                       strcmp(kind, "write") == 0) &&
               (!characteristic ||
                       names(json_object_get(request, "characteristics"), characteristic, true));
}

/* spored watches what is left; so does the next one, which would refuse a name that is no more. */
static void forget(SporedInterest *watch, const char *name) {
        json_t *left = json_object_get(watch->request, "characteristics");

        for (size_t i = json_array_size(left); i-- > 0;)
                if (strcmp(json_string_value(json_array_get(left, i)), name) == 0)
                        (void)json_array_remove(left, i);
        if (json_array_size(left) > 0)
                return;
        json_decref(watch->request);
        watch->request = NULL;
}

void spored_interests_event(
        SporedInterests *interests, SporedClient *client, const SporedMessage *event) {
        const char *kind = spored_message_string(event, "event");
        const char *characteristic = spored_message_string(event, "characteristic");
        bool handled = strcmp(kind, "write") == 0 || is_gone(kind);
        const SporedInterest *handle =
                characteristic && handled ? spored_interests_find(interests, characteristic) : NULL;
        /* Kept, because what is called may change them. */
        const SporedInterest watch = interests->watch;
        bool watched = is_watched(&watch, kind, characteristic);

        if (watched && is_gone(kind))
                forget(&interests->watch, characteristic);
        if (handle && handle->request)
                handle->called(client, event, handle->userdata);
        if (watched)
                watch.called(client, event, watch.userdata);
}
