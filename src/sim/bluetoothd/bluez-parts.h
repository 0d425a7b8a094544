/* The parts of the simulated bluetoothd. All of them belong to one Bluez, which only bluez.c makes
 * and ends. */
#pragma once

#include "bluez/names.h"
#include "loop/bus-source.h"
#include "sim/bluetoothd/advertisement-data.h"
#include "sim/bluetoothd/bluez.h"
#include "sim/bluetoothd/faults.h"
#include "sim/bluetoothd/property.h"

#define DBUS_INTROSPECTABLE "org.freedesktop.DBus.Introspectable"

#define BLUEZ_ERROR_INVALID_ARGUMENTS "org.bluez.Error.InvalidArguments"
#define BLUEZ_ERROR_DOES_NOT_EXIST    "org.bluez.Error.DoesNotExist"

#define OWNER_SIZE         256 /* D-Bus allows no longer name */
#define OBJECT_PATH_SIZE   96  /* of ours */
#define ADDRESS_SIZE       18
#define ADAPTERS_SIM_MAX   4
#define DEVICES_SIM_MAX    32
#define REGISTRATIONS_MAX  32
#define AGENTS_MAX         8
#define HELD_MAX           32
#define PAIRINGS_MAX       DEVICES_SIM_MAX
#define PROPERTIES_SIM_MAX 24
#define INSTANCES_MAX      5 /* advertisements of most controllers */

/* HCI */
#define REASON_TIMEOUT          0x08
#define REASON_REMOTE           0x13
#define REASON_REMOTE_POWER_OFF 0x15
#define REASON_LOCAL            0x16

/* An adapter that the script has named. Unplugged, it keeps its properties. */
typedef struct AdapterObject {
        char path[OBJECT_PATH_SIZE]; /* "": no such adapter */
        bool plugged;
        bool silent;      /* it is about to go off: nothing is on the air any more */
        bool auto_enable; /* was powered when bluetoothd ended */
        bool in_set;      /* main.conf has a coordinated set, for its rsi */
        bool extended;    /* its controller has extended advertising */
        bool astray;      /* the kernel goes on with an advertisement that was taken back */
        unsigned instances_max;
        Property properties[PROPERTIES_SIM_MAX];
        size_t n_properties;
        char interfaces[PROPERTY_TEXT_SIZE]; /* separated by commas; org.bluez. is left out */
} AdapterObject;

/* A central that bluetoothd knows. */
typedef struct DeviceObject {
        Bluez *bluez;
        char address[ADDRESS_SIZE];       /* "": free */
        char adapter[PROPERTY_TEXT_SIZE]; /* the address under which bonds are filed */
        bool shown;                       /* the object is on the bus */
        bool connected, bonded, resolved;
        unsigned instance;     /* of the advertisement by which it came; 0: another program's */
        bool cutting;          /* the end of its link was told, and is due */
        bool loaded;           /* from what is stored, and not back since */
        bool stale;            /* its link is of a bluetoothd that was killed, and ends soon */
        struct ev_timer timer; /* until it is resolved, or forgotten */
} DeviceObject;

typedef enum RegistrationState {
        REGISTRATION_ASKING, /* the application what it registers */
        REGISTRATION_HELD,   /* the script says when it goes on */
        REGISTRATION_DONE,
} RegistrationState;

/* An application or an advertisement. */
typedef struct Registration {
        Bluez *bluez;
        char *owner; /* NULL: free */
        char *path;
        bool advertisement;
        unsigned instance; /* of an advertisement: which of the kernel's it is, from 1 */
        RegistrationState state;
        AdapterObject *adapter;
        Rule rule;               /* how the call is answered */
        sd_bus_message *call;    /* NULL: nobody waits */
        sd_bus_message *listing; /* what the application has said */
        sd_bus_slot *slot;
        AdvertisementData data;
        struct ev_timer timeout, discoverable_timeout; /* of an advertisement */
} Registration;

typedef struct Agent {
        char *owner; /* NULL: free */
        char *path;
        int64_t rank; /* the highest is the default */
} Agent;

/* A call that waits for the script or for the clock. */
typedef struct Held {
        Bluez *bluez;
        sd_bus_message *call;       /* NULL: free */
        Registration *registration; /* that goes on with the answer; NULL: none, or it is gone */
        struct ev_timer timer;
} Held;

typedef struct Pairing {
        Bluez *bluez;
        char address[ADDRESS_SIZE]; /* "": free */
        GattAnswer answer;
        void *userdata;
        sd_bus_slot *slot; /* of the call to the agent */
        Agent *agent;      /* NULL: it is not asked any more */
        uint8_t error;
        struct ev_timer timer; /* answers from the loop */
} Pairing;

typedef struct HeardEntry {
        Heard heard;
        AdapterObject *adapter;
        unsigned instance;
        bool connectable;
        Uuid services[ADVERTISED_UUIDS_MAX];
        AdPacket data, response;
        char name[PROPERTY_TEXT_SIZE];
        char address[PROPERTY_TEXT_SIZE];
} HeardEntry;

struct Bluez {
        struct ev_loop *loop;
        BluezParameters parameters;
        const BluezEvents *events;
        void *userdata;
        bool quiet; /* events are not told: it is being made or ended */

        sd_bus *bus;       /* NULL: bluetoothd does not run */
        BusSource *source; /* NULL: it does not read the bus */
        sd_bus_slot *filter, *naming;
        Step *naming_step;     /* waits for the bus's word about the name */
        bool killed;           /* the last bluetoothd, and the kernel has not noticed */
        bool owner;            /* of org.bluez, or it has asked for it */
        struct ev_timer links; /* cut some time after a kill */
        sd_bus *stranger;      /* another connection, from its first use */
        BusSource *stranger_source;

        char application[OWNER_SIZE]; /* who called last */
        bool direct;                  /* signals go to the application alone */
        bool rfkill;
        bool agrees; /* another program's agent says yes to every pairing */
        char advertised[ADVERTISED_NAME_MAX + 1]; /* by another program; "": nothing */

        Faults faults;
        AdapterObject adapters[ADAPTERS_SIM_MAX];
        DeviceObject devices[DEVICES_SIM_MAX];
        Registration registrations[REGISTRATIONS_MAX];
        Agent agents[AGENTS_MAX];
        Held held[HELD_MAX];
        Pairing pairings[PAIRINGS_MAX];
        HeardEntry heard[REGISTRATIONS_MAX + 1];
        size_t n_heard;
};

/* bluez.c: life. What is gone with bluetoothd is gone at once. */
/* step is answered when the bus has answered; NULL: nobody waits. */
int bluez_start(Bluez *b, Step *step);
int bluez_stop(Bluez *b);
int bluez_kill(Bluez *b);
/* replace: whoever owns it loses it. Else it is wrong if somebody does. */
int bluez_own(Bluez *b, Step *step, bool replace);
int bluez_disown(Bluez *b, Step *step);
int bluez_set_deaf(Bluez *b, bool deaf);
/* What is on the air may have changed. */
void bluez_refresh_heard(Bluez *b);

/* adapter-object.c */
/* The one of this name, or a new one of this name with a controller's usual properties. NULL:
 * there are too many, or it is no name. */
AdapterObject *adapter_object_take(Bluez *b, const char *name);
AdapterObject *adapter_object_find(Bluez *b, const char *name);
/* The plugged one at a path; NULL. */
AdapterObject *adapter_object_at(Bluez *b, const char *path);
const Property *adapter_object_get(const AdapterObject *a, const char *name);
bool adapter_object_is(const AdapterObject *a, const char *name);
/* Only keeps it. -ENOBUFS: it has too many. */
int adapter_object_put(AdapterObject *a, const Property *property);
bool adapter_object_has(const AdapterObject *a, const char *interface);
void adapter_object_silence(Bluez *b, AdapterObject *a);
/* Keeps it, tells of it, and does what follows from it. */
int adapter_object_change(Bluez *b, AdapterObject *a, const Property *property);
int adapter_object_power(Bluez *b, AdapterObject *a, bool on);
int adapter_object_plug(Bluez *b, AdapterObject *a);
/* Everything that leaves the bus with it, in the real one's order. */
void adapter_object_withdraw(Bluez *b, AdapterObject *a);
int adapter_object_unplug(Bluez *b, AdapterObject *a);
/* A call of Properties.Set: what is carried out, and answered. */
int adapter_object_method_set(Bluez *b, AdapterObject *a, sd_bus_message *call);

/* power-state.c. properties has room for PROPERTIES_SIM_MAX; returns how many there are then: a
 * PowerState that a script has put stands. */
size_t power_state_put(const Bluez *b, const AdapterObject *a, Property *properties, size_t n);
void power_state_tell(Bluez *b, const AdapterObject *a);
/* It is asked for, and not done yet. */
void power_state_tell_passing(Bluez *b, const AdapterObject *a, bool on);

/* Whether it takes a pairing follows from there being an agent. */
void adapter_objects_set_pairable(Bluez *b, bool pairable);

/* device-object.c */
DeviceObject *device_object_find(Bluez *b, const char *address);
/* The one of this address, or a new one. NULL: there are too many. */
DeviceObject *device_object_take(Bluez *b, const char *address, const AdapterObject *adapter);
void device_object_connected(DeviceObject *d);
/* The shown one at a path; NULL. */
DeviceObject *device_object_at(Bluez *b, const char *path);
AdapterObject *device_object_adapter(const DeviceObject *d);
void device_object_path(const DeviceObject *d, char *out, size_t size);
size_t device_object_properties(const DeviceObject *d, Property out[PROPERTIES_SIM_MAX]);
/* Says what bluetoothd says of a link that has ended. */
void device_object_left(DeviceObject *d, uint8_t reason);
/* Links that have outlived their bluetoothd are cut. */
void device_objects_cut_stale(Bluez *b);
/* The bond and the object are gone; the link is cut. */
void device_object_forget(DeviceObject *d);
/* Says that all links of an adapter have ended; NULL: of all. */
void device_objects_say_left(Bluez *b, const AdapterObject *adapter);
/* The same, unless it is said, and ends them. */
void device_objects_cut(Bluez *b, const AdapterObject *adapter, uint8_t reason);
/* The objects of an adapter leave the bus, or come back for those that are bonded. */
void device_objects_hide(Bluez *b, const AdapterObject *adapter);
void device_objects_show(Bluez *b, const AdapterObject *adapter);
/* bluetoothd is gone, and nothing is said. Links stay for a while. */
void device_objects_lose(Bluez *b);
void device_object_set_bonded(DeviceObject *d);

/* objects.c: what is on the bus. properties has room for PROPERTIES_SIM_MAX. */
size_t object_properties(
        Bluez *b, const char *path, const char *interface, Property *properties, bool *ret_found);
int objects_reply(Bluez *b, sd_bus_message *call);
/* Signals. interfaces as in AdapterObject. */
int object_emit_added(Bluez *b, const char *path, const char *interfaces);
int object_emit_removed(Bluez *b, const char *path, const char *interfaces);
int object_emit_changed(
        Bluez *b, const char *path, const char *interface, const Property *properties, size_t n);
int object_emit_disconnected(Bluez *b, const char *path, const char *name, const char *text);
/* Interfaces of a device, and of what stands beside the adapters. */
extern const char device_interfaces[], manager_interfaces[];
/* Sends a call to an application and forgets it. */
void object_send_unanswered(Bluez *b, sd_bus_message *call);
void object_send_call(
        Bluez *b, const char *owner, const char *path, const char *interface, const char *member);

/* calls.c: what applications ask. */
int calls_filter(sd_bus_message *m, void *userdata, sd_bus_error *error);
/* Answers as rule says; with ANSWER_OK what is asked is done. */
int calls_answer(Bluez *b, sd_bus_message *call, const Rule *rule);

/* held-calls.c */
int held_calls_add(Bluez *b, sd_bus_message *call, Registration *registration, const Rule *rule);
/* Answers all that are held of rule->member. Returns how many. */
unsigned held_calls_answer(Bluez *b, const Rule *rule);
/* The registration is gone; the call still waits. */
void held_calls_lose_registration(Bluez *b, const Registration *registration);
/* NULL: all. */
void held_calls_drop(Bluez *b, const char *owner);

/* registrations.c: what applications and advertisements have in common. */
/* A call of RegisterApplication or RegisterAdvertisement. */
int registration_begin(Bluez *b, sd_bus_message *call, const Rule *rule);
int registration_method_unregister(Bluez *b, sd_bus_message *call);
/* Goes on with what was held. */
int registration_continue(Registration *registration, const Rule *rule);
Registration *registration_find(Bluez *b, bool advertisement, const char *owner, const char *path);
/* Nothing is said to its owner. */
void registration_drop(Registration *registration);
/* Of an owner who has left the bus. */
void registrations_drop_owner(Bluez *b, const char *owner);
/* adapter NULL: all. release: advertisements are told. */
void registrations_drop_all(Bluez *b, const AdapterObject *adapter, bool release);
/* Of what is registered on an adapter; NULL: on all. */
size_t registrations_count(const Bluez *b, bool advertisement, const AdapterObject *adapter);

/* advertising-manager.c */
/* Takes what the program has said of its advertisement. *ret_text: BlueZ's, for Failed. */
int advertising_manager_take(Registration *registration, const char **ret_text);
/* Registered or about to be, by other programs too. */
size_t advertising_manager_active(const Bluez *b, const AdapterObject *adapter);
/* All of its properties, and those of them that change with each registration. */
void advertising_manager_emit(Bluez *b, const AdapterObject *adapter);
void advertising_manager_emit_instances(Bluez *b, const AdapterObject *adapter);
void advertising_manager_changed(Bluez *b, sd_bus_message *m);
size_t advertising_manager_properties(
        const Bluez *b, const AdapterObject *adapter, Property *properties);
/* Its time of being discoverable is over. */
void advertising_manager_hide(Registration *registration);
/* The lowest number that no advertisement of the adapter has. */
unsigned advertising_manager_number(const Bluez *b, const AdapterObject *adapter);
/* One is there, is gone or says other things: the kernel begins with all of them anew. */
void advertising_manager_reschedule(AdapterObject *adapter);
/* A central that came by this instance has left. */
void advertising_manager_left(Bluez *b, AdapterObject *adapter, unsigned instance);
/* Fills b->heard. */
void advertising_manager_hear(Bluez *b);

/* agent-manager.c */
int agent_manager_method_register(Bluez *b, sd_bus_message *call);
int agent_manager_method_unregister(Bluez *b, sd_bus_message *call);
int agent_manager_method_request_default(Bluez *b, sd_bus_message *call);
/* NULL: there is none. */
Agent *agent_manager_default(Bluez *b);
void agent_manager_drop_owner(Bluez *b, const char *owner);
/* bluetoothd ends; release: they are told. */
void agent_manager_drop_all(Bluez *b, bool release);
size_t agent_manager_count(const Bluez *b);

/* pairing.c */
/* Of a central that has left: it is told nothing. NULL: all. */
void pairings_drop(Bluez *b, const char *address);
/* The agent is gone: its pairings fail. */
void pairings_lose_agent(Bluez *b, const Agent *agent);

/* raw-call.c */
/* A property as a word of a script. -EINVAL: it is none, which is said of the step. */
int property_read(Property *ret, Step *step, const char *word);
/* The commands read, write and call, by name. As Command.run. */
int raw_call_run(Bluez *b, Step *step, const char *name, bool stranger, size_t n, char **words);
