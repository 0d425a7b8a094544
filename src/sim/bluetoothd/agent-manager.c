/* AgentManager1: who says yes to a pairing. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"
#include "sim/event.h"
#include "util/cleanup.h"

#include <stdlib.h>
#include <string.h>

static Agent *find(Bluez *b, const char *owner) {
        for (Agent *a = b->agents; a < b->agents + AGENTS_MAX; a++)
                if (a->owner && strcmp(a->owner, owner) == 0)
                        return a;
        return NULL;
}

Agent *agent_manager_default(Bluez *b) {
        Agent *found = NULL;

        for (Agent *a = b->agents; a < b->agents + AGENTS_MAX; a++)
                if (a->owner && (!found || a->rank > found->rank))
                        found = a;
        return found;
}

size_t agent_manager_count(const Bluez *b) {
        size_t n = 0;

        for (size_t i = 0; i < AGENTS_MAX; i++)
                n += b->agents[i].owner != NULL;
        return n;
}

/* Behind all others; the first is the default. */
static int64_t last_rank(const Bluez *b) {
        int64_t rank = 0;

        for (size_t i = 0; i < AGENTS_MAX; i++)
                if (b->agents[i].owner && b->agents[i].rank <= rank)
                        rank = b->agents[i].rank - 1;
        return rank;
}

static void drop(Bluez *b, Agent *a) {
        pairings_lose_agent(b, a);
        free(a->path);
        free(a->owner);
        *a = (Agent){};
}

static bool is_capability(const char *text) {
        static const char *const known[] = {"", "DisplayOnly", "DisplayYesNo", "KeyboardOnly",
                "NoInputNoOutput", "KeyboardDisplay"};

        for (size_t i = 0; i < ELEMENTS(known); i++)
                if (strcmp(known[i], text) == 0)
                        return true;
        return false;
}

static Agent *add(Bluez *b, const char *owner, const char *path) {
        int64_t rank = last_rank(b);
        Agent *a = b->agents;

        while (a->owner)
                if (++a == b->agents + AGENTS_MAX)
                        return NULL;
        *a = (Agent){.owner = strdup(owner), .path = strdup(path), .rank = rank};
        if (a->owner && a->path)
                return a;
        drop(b, a);
        return NULL;
}

static int invalid(sd_bus_message *call) {
        return sd_bus_reply_method_errorf(
                call, BLUEZ_ERROR_INVALID_ARGUMENTS, "Invalid arguments in method call");
}

int agent_manager_method_register(Bluez *b, sd_bus_message *call) {
        const char *sender = sd_bus_message_get_sender(call), *path, *capability;

        int r = sd_bus_message_read(call, "os", &path, &capability);
        if (r < 0)
                return r;
        if (!sender || find(b, sender))
                return sd_bus_reply_method_errorf(
                        call, BLUEZ_ERROR_ALREADY_EXISTS, "Already Exists");
        if (!is_capability(capability))
                return invalid(call);
        if (!add(b, sender, path)) {
                event("failed", "text", "too many agents");
                return invalid(call);
        }
        adapter_objects_set_pairable(b, true);
        return sd_bus_reply_method_return(call, NULL);
}

/* The agent of the caller at this path, or NULL: answered. */
static Agent *take_agent(Bluez *b, sd_bus_message *call, int *ret) {
        const char *sender = sd_bus_message_get_sender(call), *path;

        *ret = sd_bus_message_read(call, "o", &path);
        Agent *a = *ret < 0 || !sender ? NULL : find(b, sender);
        if (a && strcmp(a->path, path) == 0)
                return a;
        if (*ret >= 0)
                *ret = sd_bus_reply_method_errorf(
                        call, BLUEZ_ERROR_DOES_NOT_EXIST, "Does Not Exist");
        return NULL;
}

int agent_manager_method_unregister(Bluez *b, sd_bus_message *call) {
        int r;
        Agent *a = take_agent(b, call, &r);

        if (!a)
                return r;
        drop(b, a);
        adapter_objects_set_pairable(b, agent_manager_default(b) != NULL);
        return sd_bus_reply_method_return(call, NULL);
}

int agent_manager_method_request_default(Bluez *b, sd_bus_message *call) {
        int r;
        Agent *a = take_agent(b, call, &r);

        if (!a)
                return r;
        const Agent *first = agent_manager_default(b);
        if (first && first != a)
                a->rank = first->rank + 1;
        return sd_bus_reply_method_return(call, NULL);
}

void agent_manager_drop_owner(Bluez *b, const char *owner) {
        Agent *a = find(b, owner);

        if (!a)
                return;
        drop(b, a);
        adapter_objects_set_pairable(b, agent_manager_default(b) != NULL);
}

void agent_manager_drop_all(Bluez *b, bool release) {
        for (Agent *a = b->agents; a < b->agents + AGENTS_MAX; a++) {
                if (!a->owner)
                        continue;
                if (release && b->bus)
                        object_send_call(b, a->owner, a->path, BLUEZ_AGENT, "Release");
                drop(b, a);
        }
}
