#include "bluez/agent.h"

#include "bluez/device.h"
#include "bluez/names.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by Pairing. */
struct Agent {
        sd_bus_slot *slot;
        const AgentEvents *events;
        void *userdata;
};

static int method_release(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Agent *a = userdata;

        int r = sd_bus_reply_method_return(m, NULL);
        a->events->released(a->userdata);
        return r;
}

/* Every call that is about a device begins with its path. */
static int read_device(
        sd_bus_message *m, const char **ret_path, char address[static DEVICE_ADDRESS_SIZE]) {
        int r = sd_bus_message_read(m, "o", ret_path);
        if (r >= 0)
                device_address(address, *ret_path);
        return r;
}

/* What needs somebody who reads a number, types one, or knows the service. */
static int method_reject(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        char address[DEVICE_ADDRESS_SIZE];
        const char *path;

        int r = read_device(m, &path, address);
        if (r < 0)
                return r;
        log_info("%s asks for %s, and is rejected: nobody is there to answer", address,
                sd_bus_message_get_member(m));
        return sd_bus_reply_method_errorf(
                m, BLUEZ_ERROR_REJECTED, "spored has neither display nor keyboard");
}

static int method_request_authorization(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const Agent *a = userdata;
        char address[DEVICE_ADDRESS_SIZE];
        const char *path;

        int r = read_device(m, &path, address);
        if (r < 0)
                return r;
        if (!a->events->may_pair(path, a->userdata)) {
                log_info("%s may not pair: it is on no adapter of ours", path);
                return sd_bus_reply_method_errorf(
                        m, BLUEZ_ERROR_REJECTED, "spored does not serve on this adapter");
        }
        log_info("%s may pair (just works)", address);
        return sd_bus_reply_method_return(m, NULL);
}

/* Nothing is ever under way: every call is answered at once. */
static int method_cancel(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return sd_bus_reply_method_return(m, NULL);
}

static const sd_bus_vtable agent_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Release", "", "", method_release, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("RequestPinCode", "o", "s", method_reject, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("DisplayPinCode", "os", "", method_reject, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("RequestPasskey", "o", "u", method_reject, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("DisplayPasskey", "ouq", "", method_reject, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("RequestConfirmation", "ou", "", method_reject, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("RequestAuthorization", "o", "", method_request_authorization,
                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("AuthorizeService", "os", "", method_reject, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Cancel", "", "", method_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

int agent_new(Agent **ret, sd_bus *bus, const AgentEvents *events, void *userdata) {
        Agent *a = calloc(1, sizeof(*a));
        if (!a)
                return -ENOMEM;

        a->events = events;
        a->userdata = userdata;
        int r = sd_bus_add_object_vtable(bus, &a->slot, AGENT_PATH, BLUEZ_AGENT, agent_vtable, a);
        if (r < 0) {
                agent_free(a);
                return r;
        }
        *ret = a;
        return 0;
}

Agent *agent_free(Agent *agent) {
        if (!agent)
                return NULL;
        sd_bus_slot_unref(agent->slot);
        free(agent);
        return NULL;
}
