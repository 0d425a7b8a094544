/* The pairing agent at AGENT_PATH (org.bluez.Agent). It has neither display nor keyboard: it says
 * yes to what needs none ("just works") and rejects the rest. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

typedef struct Agent Agent;

typedef struct AgentEvents {
        /* A central asks, by the path of its device. */
        bool (*may_pair)(const char *path, void *userdata);
        /* BlueZ has dropped it. */
        void (*released)(void *userdata);
} AgentEvents;

int agent_new(Agent **ret, sd_bus *bus, const AgentEvents *events, void *userdata);
Agent *agent_free(Agent *agent);
