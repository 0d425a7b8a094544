/* The words of a script that are bluetoothd's. */
#include "bluez/names.h"
#include "sim/bluetoothd/bluez-parts.h"
#include "sim/event.h"
#include "sim/words.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Says whether bluetoothd runs as it should for a command. */
static bool runs(const Bluez *b, Step *step, bool wanted) {
        if ((b->bus != NULL) == wanted)
                return true;
        step_wrong(step, wanted ? "bluetoothd does not run" : "bluetoothd runs already");
        return false;
}

static int read_switch(bool *ret, Step *step, const char *word) {
        int r = parse_bool(ret, word);

        if (r < 0)
                step_wrong(step, "%.40s is neither on nor off", word);
        return r;
}

static int command_own(void *userdata, Step *step, size_t n, char **words) {
        if (n > 0 && strcmp(words[0], "replace") != 0) {
                step_wrong(step, "%.40s is not replace: own [replace]", words[0]);
                return -EINVAL;
        }
        return runs(userdata, step, true) ? bluez_own(userdata, step, n > 0) : -ENOTCONN;
}

static int command_disown(void *userdata, Step *step, size_t n, char **words) {
        return runs(userdata, step, true) ? bluez_disown(userdata, step) : -ENOTCONN;
}

static AdapterObject *take_adapter(Bluez *b, Step *step, const char *name) {
        AdapterObject *a = adapter_object_take(b, name);

        if (!a)
                step_wrong(step, "%.40s is no adapter's name, or one too many: there may be %d",
                        name, ADAPTERS_SIM_MAX);
        return a;
}

/* Properties are taken only if all of them are good. */
static int put_properties(AdapterObject *a, Step *step, size_t n, char **words) {
        Property property;
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++)
                r = property_read(&property, step, words[i]);
        for (size_t i = 0; i < n && r >= 0; i++) {
                (void)property_parse(&property, words[i]);
                r = adapter_object_put(a, &property);
        }
        return r;
}

/* It is listed from now on, after those that are there. */
static int command_adapter(void *userdata, Step *step, size_t n, char **words) {
        AdapterObject *a = take_adapter(userdata, step, words[0]);
        int r = a ? put_properties(a, step, n - 1, words + 1) : -EINVAL;

        if (r < 0)
                return r;
        a->plugged = true;
        bluez_refresh_heard(userdata);
        return 0;
}

/* The same, and tells of it. */
static int command_plug(void *userdata, Step *step, size_t n, char **words) {
        AdapterObject *a = take_adapter(userdata, step, words[0]);
        int r = a ? put_properties(a, step, n - 1, words + 1) : -EINVAL;

        if (r >= 0)
                r = adapter_object_plug(userdata, a);
        return r < 0 ? r : 0;
}

static AdapterObject *find_plugged(Bluez *b, Step *step, const char *name) {
        AdapterObject *a = adapter_object_find(b, name);

        if (a && a->plugged)
                return a;
        step_wrong(step, "there is no adapter %.40s", name);
        return NULL;
}

static int command_unplug(void *userdata, Step *step, size_t n, char **words) {
        AdapterObject *a = find_plugged(userdata, step, words[0]);

        if (!a)
                return -ENODEV;
        int r = adapter_object_unplug(userdata, a);
        return r < 0 ? r : 0;
}

/* Of what is said of it: extended advertising, and how many advertisements it takes. */
static int command_controller(void *userdata, Step *step, size_t n, char **words) {
        static const char instances[] = "instances=";
        AdapterObject *a = find_plugged(userdata, step, words[0]);
        uint64_t number;

        if (!a)
                return -ENODEV;
        if (strcmp(words[1], "extended") == 0) {
                a->extended = true;
        } else if (strcmp(words[1], "set") == 0) {
                a->in_set = true;
        } else if (strncmp(words[1], instances, strlen(instances)) == 0 &&
                   parse_unsigned(&number, words[1] + strlen(instances), 0, INSTANCES_MAX) == 0) {
                a->instances_max = (unsigned)number;
        } else {
                step_wrong(step, "%.40s: extended, set, or instances=0 to %d", words[1],
                        INSTANCES_MAX);
                return -EINVAL;
        }
        advertising_manager_emit(userdata, a);
        return 0;
}

static int command_change(void *userdata, Step *step, size_t n, char **words) {
        AdapterObject *a = find_plugged(userdata, step, words[0]);
        Property property;

        if (!a)
                return -ENODEV;
        int r = property_read(&property, step, words[1]);
        if (r >= 0)
                r = adapter_object_change(userdata, a, &property);
        return r < 0 ? r : 0;
}

/* Said of a device, whether or not there is one. */
static int command_device(void *userdata, Step *step, size_t n, char **words) {
        Property properties[PROPERTIES_SIM_MAX];
        size_t n_properties = 0;

        for (size_t i = 1; i < n && n_properties < PROPERTIES_SIM_MAX; i++) {
                int r = property_read(&properties[n_properties++], step, words[i]);
                if (r < 0)
                        return r;
        }
        int r = object_emit_changed(userdata, words[0], BLUEZ_DEVICE, properties, n_properties);
        return r < 0 ? r : 0;
}

static int read_rule(Rule *ret, Step *step, size_t n, char **words) {
        int r = rule_parse(ret, n, words);

        if (r < 0)
                step_wrong(step,
                        "behind %.60s stands ok, odd, error NAME [TEXT], hold, "
                        "late SECONDS or never",
                        words[0]);
        return r;
}

static int add_rule(Bluez *b, Step *step, bool once, size_t n, char **words) {
        Rule rule;
        int r = read_rule(&rule, step, n, words);

        if (r < 0)
                return r;
        rule.once = once;
        r = faults_add(&b->faults, &rule);
        if (r < 0)
                step_wrong(step, "there are more than %d rules", RULES_MAX);
        return r;
}

static int command_answer(void *userdata, Step *step, size_t n, char **words) {
        return add_rule(userdata, step, false, n, words);
}

static int command_once(void *userdata, Step *step, size_t n, char **words) {
        return add_rule(userdata, step, true, n, words);
}

static int command_reply(void *userdata, Step *step, size_t n, char **words) {
        Rule rule;
        int r = read_rule(&rule, step, n, words);

        if (r < 0)
                return r;
        if (held_calls_answer(userdata, &rule) > 0)
                return 0;
        step_wrong(step, "no %.60s is held", words[0]);
        return -ENOENT;
}

static int command_read(void *userdata, Step *step, size_t n, char **words) {
        return raw_call_run(userdata, step, "read", false, n, words);
}

static int command_write(void *userdata, Step *step, size_t n, char **words) {
        return raw_call_run(userdata, step, "write", false, n, words);
}

static int command_write_descriptor(void *userdata, Step *step, size_t n, char **words) {
        return raw_call_run(userdata, step, "write-descriptor", false, n, words);
}

static int command_call(void *userdata, Step *step, size_t n, char **words) {
        return raw_call_run(userdata, step, "call", false, n, words);
}

static int command_stranger(void *userdata, Step *step, size_t n, char **words) {
        return raw_call_run(userdata, step, words[0], true, n - 1, words + 1);
}

static int command_deaf(void *userdata, Step *step, size_t n, char **words) {
        return runs(userdata, step, true) ? bluez_set_deaf(userdata, true) : -ENOTCONN;
}

static int command_hear(void *userdata, Step *step, size_t n, char **words) {
        return runs(userdata, step, true) ? bluez_set_deaf(userdata, false) : -ENOTCONN;
}

static int command_direct(void *userdata, Step *step, size_t n, char **words) {
        Bluez *b = userdata;

        b->direct = true;
        return 0;
}

static int command_start(void *userdata, Step *step, size_t n, char **words) {
        const Bluez *b = userdata;

        /* With --bare there is a connection, but no bluetoothd yet. */
        if (b->owner && !runs(b, step, false))
                return -EALREADY;
        return bluez_start(userdata, step);
}

static int command_stop(void *userdata, Step *step, size_t n, char **words) {
        return runs(userdata, step, true) ? bluez_stop(userdata) : -ENOTCONN;
}

static int command_kill(void *userdata, Step *step, size_t n, char **words) {
        return runs(userdata, step, true) ? bluez_kill(userdata) : -ENOTCONN;
}

static int command_restart(void *userdata, Step *step, size_t n, char **words) {
        (void)bluez_stop(userdata);
        return bluez_start(userdata, step);
}

static int command_power(void *userdata, Step *step, size_t n, char **words) {
        AdapterObject *a = find_plugged(userdata, step, words[0]);
        Bluez *b = userdata;
        bool on;

        if (!a)
                return -ENODEV;
        int r = read_switch(&on, step, words[1]);
        if (r < 0)
                return r;
        if (on && b->rfkill) {
                step_wrong(step, "rfkill is on");
                return -ERFKILL;
        }
        r = adapter_object_power(b, a, on);
        return r < 0 ? r : 0;
}

static int block(Bluez *b, AdapterObject *a) {
        bool on = adapter_object_is(a, "Powered");

        if (on == !b->rfkill)
                power_state_tell(b, a);
        else if (b->bus && !b->rfkill)
                power_state_tell_passing(b, a, true);
        return b->bus || b->rfkill ? adapter_object_power(b, a, !b->rfkill) : 0;
}

/* Unblocked, bluetoothd powers on what there is (bluez src/rfkill.c). */
static int command_rfkill(void *userdata, Step *step, size_t n, char **words) {
        Bluez *b = userdata;
        int r = read_switch(&b->rfkill, step, words[0]);

        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX && r >= 0; a++)
                if (a->plugged)
                        r = block(b, a);
        return r < 0 ? r : 0;
}

static int command_advertise(void *userdata, Step *step, size_t n, char **words) {
        Bluez *b = userdata;

        if (strlen(words[0]) > ADVERTISED_NAME_MAX) {
                step_wrong(step, "the name has more than %d bytes", ADVERTISED_NAME_MAX);
                return -ENAMETOOLONG;
        }
        bool was = *b->advertised != '\0';
        text_copy(b->advertised, sizeof(b->advertised), words[0]);
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++)
                if (was != (*b->advertised != '\0'))
                        advertising_manager_emit_instances(b, a);
        bluez_refresh_heard(b);
        return 0;
}

static int command_forget(void *userdata, Step *step, size_t n, char **words) {
        DeviceObject *d = device_object_find(userdata, words[0]);

        if (!d) {
                step_wrong(step, "there is no device %.40s", words[0]);
                return -ENOENT;
        }
        device_object_forget(d);
        return 0;
}

static int command_agent(void *userdata, Step *step, size_t n, char **words) {
        Bluez *b = userdata;

        return read_switch(&b->agrees, step, words[0]);
}

static int command_trace(void *userdata, Step *step, size_t n, char **words) {
        bool on;
        int r = read_switch(&on, step, words[0]);

        if (r >= 0)
                event_set_trace(on);
        return r;
}

static void add_count(const char *key, size_t n) {
        char text[24];

        (void)snprintf(text, sizeof(text), "%zu", n);
        event_add(key, text);
}

static int command_state(void *userdata, Step *step, size_t n, char **words) {
        char adapters[PROPERTY_TEXT_SIZE] = "";
        Bluez *b = userdata;

        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++) {
                size_t used = strlen(adapters);
                if (a->plugged)
                        (void)snprintf(adapters + used, sizeof(adapters) - used, "%s%s",
                                used ? "," : "", strrchr(a->path, '/') + 1);
        }
        event_begin("state");
        event_add("owner", b->owner ? "yes" : "no");
        event_add("adapters", adapters);
        add_count("applications", registrations_count(b, false, NULL));
        add_count("advertisements", registrations_count(b, true, NULL));
        add_count("agents", agent_manager_count(b));
        event_end();
        return 0;
}

const Command bluez_commands[] = {
        {"own", 0, 1, "own [replace]", command_own},
        {"disown", 0, 0, "disown", command_disown},
        {"adapter", 1, WORDS_MAX, "adapter NAME [PROPERTY]...", command_adapter},
        {"plug", 1, WORDS_MAX, "plug NAME [PROPERTY]...", command_plug},
        {"unplug", 1, 1, "unplug NAME", command_unplug},
        {"controller", 2, 2, "controller NAME extended|set|instances=NUMBER", command_controller},
        {"change", 2, 2, "change NAME PROPERTY", command_change},
        {"device", 2, WORDS_MAX, "device PATH PROPERTY...", command_device},
        {"answer", 2, 4, "answer MEMBER HOW [ERROR [TEXT]]", command_answer},
        {"once", 2, 4, "once MEMBER HOW [ERROR [TEXT]]", command_once},
        {"reply", 2, 4, "reply MEMBER HOW [ERROR [TEXT]]", command_reply},
        {"read", 2, WORDS_MAX, "read PATH INTERFACE [OPTION]...", command_read},
        {"write", 2, WORDS_MAX, "write PATH HEX [OPTION]...", command_write},
        {"write-descriptor", 2, WORDS_MAX, "write-descriptor PATH HEX [OPTION]...",
                command_write_descriptor},
        {"call", 3, WORDS_MAX, "call PATH INTERFACE MEMBER [ARGUMENT]...", command_call},
        {"stranger", 1, WORDS_MAX, "stranger read|write|call ...", command_stranger},
        {"deaf", 0, 0, "deaf", command_deaf},
        {"hear", 0, 0, "hear", command_hear},
        {"direct", 0, 0, "direct", command_direct},
        {"start", 0, 0, "start", command_start},
        {"stop", 0, 0, "stop", command_stop},
        {"kill", 0, 0, "kill", command_kill},
        {"restart", 0, 0, "restart", command_restart},
        {"power", 2, 2, "power NAME on|off", command_power},
        {"rfkill", 1, 1, "rfkill on|off", command_rfkill},
        {"advertise", 1, 1, "advertise NAME", command_advertise},
        {"forget", 1, 1, "forget ADDRESS", command_forget},
        {"agent", 1, 1, "agent on|off", command_agent},
        {"trace", 1, 1, "trace on|off", command_trace},
        {"state", 0, 0, "state", command_state},
        {},
};
