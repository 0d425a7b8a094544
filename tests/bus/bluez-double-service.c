/* What the double is asked: rules for the answers, and registrations as bluetoothd does them. */
#include "bluez-double.h"

#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADVERTISEMENT "org.bluez.LEAdvertisement1"
#define PROPERTIES    "org.freedesktop.DBus.Properties"
#define OBJECTS       "org.freedesktop.DBus.ObjectManager"

static int reply_objects(Service *s, sd_bus_message *call) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_method_return(call, &m);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}");
        if (r >= 0)
                r = sd_bus_message_append(m, "{oa{sa{sv}}}", "/org/bluez", 1,
                        "org.bluez.AgentManager1", 1, "Powered", "s", "not an adapter's");
        for (AdapterObject *a = s->adapters; a < s->adapters + ADAPTERS_MAX && r >= 0; a++) {
                if (!a->plugged)
                        continue;
                r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
                if (r >= 0)
                        r = adapter_append(a, m);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_send(s->bus, m, NULL);
}

/* A property of Adapter1: as BlueZ, says to everybody what has changed. */
static int take_property(Service *s, sd_bus_message *call) {
        AdapterObject *a = service_adapter(s, strrchr(sd_bus_message_get_path(call), '/') + 1);
        const char *interface, *name, *text = NULL;
        Property property = {0};
        int yes = 0;

        (void)sd_bus_message_rewind(call, true);
        int r = sd_bus_message_read(call, "ss", &interface, &name);
        if (r >= 0 && sd_bus_message_read(call, "v", "b", &yes) < 0)
                r = sd_bus_message_read(call, "v", "s", &text);
        if (r < 0 || !a)
                return r < 0 ? r : -ENOENT;
        copy_text(property.name, sizeof(property.name), name);
        copy_text(property.value, sizeof(property.value), text ? text : yes ? "yes" : "no");
        property.type = text ? 's' : 'b';
        adapter_set(a, &property);
        return service_emit_changed(s, a, &property);
}

static int reply_ok(Service *s, sd_bus_message *call) {
        if (sd_bus_message_is_method_call(call, OBJECTS, "GetManagedObjects"))
                return reply_objects(s, call);
        int r = sd_bus_reply_method_return(call, NULL);
        if (r >= 0 && sd_bus_message_is_method_call(call, PROPERTIES, "Set"))
                r = take_property(s, call);
        return r;
}

static int answer(Service *s, sd_bus_message *call, const Rule *rule) {
        switch (rule->answer) {
        case ANSWER_OK:
                return reply_ok(s, call);
        case ANSWER_ODD:
                return sd_bus_reply_method_return(call, "s", "odd");
        case ANSWER_ERROR:
                return sd_bus_reply_method_error(
                        call, &SD_BUS_ERROR_MAKE_CONST(rule->error, rule->text));
        case ANSWER_HOLD:
                for (size_t i = 0; i < HELD_MAX; i++)
                        if (!s->held[i]) {
                                s->held[i] = sd_bus_message_ref(call);
                                return 0;
                        }
                return -ENOBUFS;
        case ANSWER_NEVER:
                break;
        }
        return 0;
}

unsigned service_answer_held(Service *s, const Rule *rule) {
        unsigned n = 0;

        for (size_t i = 0; i < HELD_MAX; i++) {
                if (!s->held[i] || strcmp(sd_bus_message_get_member(s->held[i]), rule->member) != 0)
                        continue;
                (void)answer(s, s->held[i], rule);
                s->held[i] = sd_bus_message_unref(s->held[i]);
                n++;
        }
        return n;
}

bool rule_parse(Rule *ret, size_t n, char **words) {
        static const char *const names[] = {
                [ANSWER_OK] = "ok",
                [ANSWER_ODD] = "odd",
                [ANSWER_ERROR] = "error",
                [ANSWER_HOLD] = "hold",
                [ANSWER_NEVER] = "never",
        };
        size_t answer_index = 0;

        if (n < 2)
                return false;
        *ret = (Rule){0};
        copy_text(ret->member, sizeof(ret->member), words[0]);
        while (answer_index < ELEMENTS(names) && strcmp(names[answer_index], words[1]) != 0)
                answer_index++;
        ret->answer = (Answer)answer_index;
        copy_text(ret->error, sizeof(ret->error), n > 2 ? words[2] : "");
        copy_text(ret->text, sizeof(ret->text), n > 3 ? words[3] : "");
        return answer_index < ELEMENTS(names);
}

bool service_add_rule(Service *s, const Rule *rule) {
        Rule *place = NULL;

        for (Rule *old = s->rules; old < s->rules + RULES_MAX; old++) {
                bool same = strcmp(old->member, rule->member) == 0 && !old->once && !rule->once;
                if (same || (!place && !*old->member))
                        place = old;
        }
        if (place)
                *place = *rule;
        return place != NULL;
}

/* The oldest that holds once, else the one that always holds. */
static Rule take_rule(Service *s, const char *member) {
        Rule found = {.answer = ANSWER_OK};

        for (Rule *rule = s->rules; rule < s->rules + RULES_MAX; rule++) {
                if (strcmp(rule->member, member) != 0)
                        continue;
                found = *rule;
                if (rule->once) {
                        *rule = (Rule){0};
                        break;
                }
        }
        return found;
}

/* m is at a{oa{sa{sv}}}: one event for each interface of BlueZ's. */
static int tell_objects(sd_bus_message *m) {
        const char *path, *interface;
        int r = sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}")) > 0) {
                r = sd_bus_message_read(m, "o", &path);
                if (r >= 0)
                        r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
                while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
                        (void)sd_bus_message_read(m, "s", &interface);
                        if (strncmp(interface, "org.bluez.", 10) != 0) {
                                (void)sd_bus_message_skip(m, "a{sv}");
                        } else {
                                event_begin("object");
                                event_add("path", path);
                                event_add("interface", interface + 10);
                                (void)event_add_properties(m);
                                event_end();
                        }
                        r = sd_bus_message_exit_container(m);
                }
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r;
}

static int finish(Inquiry *q) {
        int r = answer(q->service, q->call, &q->rule);

        q->slot = sd_bus_slot_unref(q->slot);
        q->call = sd_bus_message_unref(q->call);
        return r;
}

static int on_objects(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const sd_bus_error *e = sd_bus_message_get_error(m);
        int r = e ? 0 : tell_objects(m);

        event("listed", "error", e ? e->name : r < 0 ? "malformed" : "none");
        return finish(userdata);
}

static int on_advertisement(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const sd_bus_error *e = sd_bus_message_get_error(m);

        event_begin("advertisement");
        if (e)
                event_add("error", e->name);
        else
                (void)event_add_properties(m);
        event_end();
        return finish(userdata);
}

/* bluetoothd reads what it is to register before it answers. */
static int inquire(Service *s, sd_bus_message *call, const char *object, const Rule *rule) {
        bool application = strcmp(sd_bus_message_get_member(call), "RegisterApplication") == 0;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Inquiry *q = s->inquiries;

        while (q->call)
                if (++q == s->inquiries + INQUIRIES_MAX)
                        return -ENOBUFS;
        int r = sd_bus_message_new_method_call(s->bus, &m, s->application, object,
                application ? OBJECTS : PROPERTIES, application ? "GetManagedObjects" : "GetAll");
        if (r >= 0 && !application)
                r = sd_bus_message_append(m, "s", ADVERTISEMENT);
        if (r >= 0)
                r = sd_bus_call_async(
                        s->bus, &q->slot, m, application ? on_objects : on_advertisement, q, 0);
        if (r >= 0) {
                q->service = s;
                q->call = sd_bus_message_ref(call);
                q->rule = *rule;
        }
        return r;
}

void service_done(Service *s) {
        for (size_t i = 0; i < HELD_MAX; i++)
                sd_bus_message_unref(s->held[i]);
        for (size_t i = 0; i < INQUIRIES_MAX; i++) {
                sd_bus_slot_unref(s->inquiries[i].slot);
                sd_bus_message_unref(s->inquiries[i].call);
        }
        sd_bus_close_unref(s->bus);
}

static void tell_call(sd_bus_message *m, const char **ret_object) {
        const char *name = NULL;

        *ret_object = NULL;
        event_begin("call");
        event_add("member", sd_bus_message_get_member(m));
        event_add("path", sd_bus_message_get_path(m));
        if (sd_bus_message_is_method_call(m, PROPERTIES, "Set") &&
                sd_bus_message_read(m, "ss", NULL, &name) > 0)
                (void)event_add_variant(name, m);
        else if (sd_bus_message_read(m, "o", ret_object) > 0)
                event_add("object", *ret_object);
        event_end();
}

static int on_call(Service *s, sd_bus_message *m) {
        const char *member = sd_bus_message_get_member(m), *object;
        Rule rule = take_rule(s, member);

        copy_text(s->application, sizeof(s->application), sd_bus_message_get_sender(m));
        tell_call(m, &object);
        int r = object && strncmp(member, "Register", 8) == 0 ? inquire(s, m, object, &rule)
                                                              : answer(s, m, &rule);
        if (r < 0)
                event("failed", member, strerror(-r));
        return 1;
}

/* PropertiesChanged of a characteristic. */
static void on_value(Service *s, sd_bus_message *m) {
        const char *destination = sd_bus_message_get_destination(m);

        event_begin("signal");
        event_add("path", sd_bus_message_get_path(m));
        event_add("to", destination ? "one" : "all");
        if (sd_bus_message_skip(m, "s") >= 0)
                (void)event_add_properties(m);
        event_end();
}

int service_on_message(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Service *s = userdata;
        const char *own = NULL, *sender = sd_bus_message_get_sender(m);
        uint8_t type = 0;

        (void)sd_bus_message_get_type(m, &type);
        (void)sd_bus_get_unique_name(s->bus, &own);
        if (type == SD_BUS_MESSAGE_METHOD_CALL)
                return on_call(s, m);
        if (sd_bus_message_is_signal(m, PROPERTIES, "PropertiesChanged") && sender && own &&
                strcmp(sender, own) != 0)
                on_value(s, m);
        return 0;
}
