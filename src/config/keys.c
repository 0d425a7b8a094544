/* The table of keys. */
#include "config/keys.h"

#include "config/key-types.h"
#include "config/key-words.h"
#include "core/handle-map.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <string.h>

#define KIB  UINT64_C(1024)
#define MIB  (1024 * KIB)
#define MSEC USEC_PER_MSEC
#define SEC  USEC_PER_SEC

/* Places in the structs. */
#define SETTING(member)        offsetof(PlainValues, settings.member)
#define PLAIN(member)          offsetof(PlainValues, member)
#define SERVICE(member)        offsetof(ServiceValues, member)
#define CHARACTERISTIC(member) offsetof(CharacteristicValues, member)
#define DESCRIPTOR(member)     offsetof(DescriptorValues, member)
#define ADVERTISEMENT(member)  offsetof(AdvertisementValues, member)
#define SOURCE(member)         offsetof(SourceValues, member)

/* A key of [characteristic] that has its default in [queue]. */
#define INHERITED(name, parse, member, ...)                                                        \
        {                                                                                          \
                SECTION_CHARACTERISTIC, name, parse, NULL, CHARACTERISTIC(member), ##__VA_ARGS__,  \
                        .reload = KEY_IN_PLACE,                                                    \
                        .description = "As in [queue], which is the default."                      \
        }

#define RATE_MAX 10000
#define AGE_MAX  (30 * 24 * 3600 * SEC)

static const Key keys[] = {
        {SECTION_DAEMON, "profile", key_parse_profile, "", PLAIN(profile), .max = 180,
                .description = "A profile that ships, by its name, or the path of a file."},
        {SECTION_DAEMON, "serve", key_parse_bool, "yes", SETTING(daemon.serve),
                .reload = KEY_RESTART,
                .description = "no: stay off the bus, say so and end with success."},
        {SECTION_DAEMON, "shutdown_timeout", key_parse_time, "1500ms",
                SETTING(daemon.shutdown_timeout_usec), 100 * MSEC, 60 * SEC, .reload = KEY_IN_PLACE,
                .description = "The longest time from the signal to stop until the end."},
        {SECTION_DAEMON, "log_level", key_parse_word, "info", SETTING(daemon.log_level),
                .words = key_words_log_levels, .reload = KEY_IN_PLACE,
                .description = "error, warning, info or debug."},

        {SECTION_BLUEZ, "bus", key_parse_bus, "system", SETTING(bluez.bus), .max = 180,
                .reload = KEY_RESTART,
                .description = "The bus that BlueZ is on: system, or a D-Bus address with unix:."},
        {SECTION_BLUEZ, "adapter", key_parse_adapter, "auto", SETTING(bluez.adapter), .max = 17,
                .reload = KEY_RESTART,
                .description = "auto, a name such as hci0, or an adapter's address."},
        {SECTION_BLUEZ, "adapter_wait", key_parse_time, "10s", SETTING(bluez.adapter_wait_usec), 0,
                600 * SEC, .reload = KEY_IN_PLACE,
                .description = "With auto, how long one that has gone is waited for."},
        {SECTION_BLUEZ, "power_on", key_parse_bool, "no", SETTING(bluez.power_on),
                .reload = KEY_IN_PLACE,
                .description = "Keep the adapter powered on, whoever switches it off."},
        {SECTION_BLUEZ, "version", key_parse_version, "auto", SETTING(bluez.version),
                .description =
                        "The version of BlueZ that runs, where it hides its own; flags and sockets "
                        "follow from it."},
        {SECTION_BLUEZ, "handles", key_parse_handle, "0x0100", SETTING(bluez.handles),
                HANDLE_BASE_MIN, HANDLE_BASE_MAX,
                .description = "The first attribute handle of the profile; auto: BlueZ chooses."},
        {SECTION_BLUEZ, "call_timeout", key_parse_time, "5s", SETTING(bluez.call_timeout_usec),
                100 * MSEC, 600 * SEC, .reload = KEY_IN_PLACE,
                .description = "How long BlueZ may take for a call."},
        {SECTION_BLUEZ, "register_timeout", key_parse_time, "30s",
                SETTING(bluez.register_timeout_usec), 1 * SEC, 600 * SEC, .reload = KEY_IN_PLACE,
                .description = "The same for registering, which may take BlueZ 25 s."},
        {SECTION_BLUEZ, "ping_interval", key_parse_time, "30s", SETTING(bluez.ping_interval_usec),
                0, 3600 * SEC, .reload = KEY_IN_PLACE,
                .description = "How long BlueZ may say nothing before it is pinged; 0: for ever."},
        {SECTION_BLUEZ, "retry_min", key_parse_time, "500ms", SETTING(bluez.retry_min_usec),
                10 * MSEC, 3600 * SEC, .reload = KEY_IN_PLACE,
                .description = "The first pause before trying again; it doubles."},
        {SECTION_BLUEZ, "retry_max", key_parse_time, "30s", SETTING(bluez.retry_max_usec),
                10 * MSEC, 3600 * SEC, .reload = KEY_IN_PLACE,
                .description = "The longest pause; not below retry_min."},
        {SECTION_BLUEZ, "handle_tries", key_parse_unsigned, "3", SETTING(bluez.handle_tries), 1,
                1000, .reload = KEY_IN_PLACE,
                .description = "Refusals of pinned handles before BlueZ chooses them."},
        {SECTION_BLUEZ, "predecessor_timeout", key_parse_time, "10s",
                SETTING(bluez.predecessor_timeout_usec), 100 * MSEC, 600 * SEC,
                .reload = KEY_IN_PLACE,
                .description = "How long a process that has ended may stay on the bus."},

        {SECTION_AGENT, "capability", key_parse_word, "auto", SETTING(agent.capability),
                .words = key_words_agent_capabilities,
                .description = "Who may pair: auto, none or NoInputNoOutput."},

        {SECTION_QUEUE, "policy", key_parse_word, "drop_oldest", SETTING(queue.policy),
                .words = key_words_policies, .reload = KEY_IN_PLACE,
                .description = "What a full queue does: drop_oldest, drop_newest, coalesce or "
                               "block."},
        {SECTION_QUEUE, "depth", key_parse_count, "64", SETTING(queue.depth), 1, QUEUE_DEPTH_MAX,
                .reload = KEY_IN_PLACE,
                .description = "Values that may wait, for each characteristic."},
        {SECTION_QUEUE, "put_timeout", key_parse_time, "1s", SETTING(queue.put_timeout_usec), 0,
                60 * SEC, .reload = KEY_IN_PLACE,
                .description = "How long a set may wait for room under block."},
        {SECTION_QUEUE, "stall_after", key_parse_time, "10s", SETTING(queue.stall_after_usec),
                100 * MSEC, 3600 * SEC, .reload = KEY_IN_PLACE,
                .description = "Whoever sends nothing for so long holds back nobody."},
        {SECTION_QUEUE, "notify_on_subscribe", key_parse_bool, "yes",
                SETTING(queue.notify_on_subscribe), .reload = KEY_IN_PLACE,
                .description = "Send the current value to a new subscriber at once."},
        {SECTION_QUEUE, "notify_on_change", key_parse_bool, "no", SETTING(queue.notify_on_change),
                .reload = KEY_IN_PLACE,
                .description = "Do not notify a value that is as the one before."},
        {SECTION_QUEUE, "min_interval", key_parse_time, "0", SETTING(queue.min_interval_usec), 0,
                3600 * SEC, .reload = KEY_IN_PLACE,
                .description = "The shortest time between two notifications."},
        {SECTION_QUEUE, "priority", key_parse_word, "normal", SETTING(queue.priority),
                .words = key_words_priorities, .reload = KEY_IN_PLACE,
                .description = "Who goes first: low, normal, high or critical."},
        {SECTION_QUEUE, "oversize", key_parse_word, "send", SETTING(queue.oversize),
                .words = key_words_oversizes, .reload = KEY_IN_PLACE,
                .description = "What is longer than a packet: send (BlueZ cuts it) or drop."},
        {SECTION_QUEUE, "rate", key_parse_rate, "15", SETTING(queue.rate), .max = RATE_MAX,
                .reload = KEY_IN_PLACE,
                .description = "Notifications a second, of the adapter; 0: no limit."},
        {SECTION_QUEUE, "burst", key_parse_unsigned, "30", SETTING(queue.burst), 1, RATE_MAX,
                .reload = KEY_IN_PLACE,
                .description = "Notifications that may go at once after a pause."},
        {SECTION_QUEUE, "window", key_parse_unsigned, "32", SETTING(queue.window), 1, 1024,
                .reload = KEY_IN_PLACE,
                .description = "Signals sent before BlueZ must have answered a Ping."},
        {SECTION_QUEUE, "log_slow_publish", key_parse_time, "250ms",
                SETTING(queue.log_slow_publish_usec), 0, 3600 * SEC, .reload = KEY_IN_PLACE,
                .description = "A value that waits longer than this is logged; 0: never."},
        {SECTION_QUEUE, "confirm_timeout", key_parse_time, "30s",
                SETTING(queue.confirm_timeout_usec), 100 * MSEC, 3600 * SEC, .reload = KEY_IN_PLACE,
                .description = "How long an indication is waited for to be confirmed."},
        {SECTION_QUEUE, "switch_timeout", key_parse_time, "1s", SETTING(queue.switch_timeout_usec),
                1 * MSEC, 60 * SEC, .reload = KEY_IN_PLACE,
                .description = "How long values are held when sockets end (notify_by = socket)."},

        {SECTION_SOCKET, "path", key_parse_path, "", SETTING(socket.path), .max = 107,
                .reload = KEY_RESTART,
                .description = "The socket for local programs; empty: chosen by how it is run."},
        {SECTION_SOCKET, "group", key_parse_text, "", SETTING(socket.group), .max = 32,
                .reload = KEY_RESTART,
                .description = "The group that owns the socket; empty: the daemon's own."},
        {SECTION_SOCKET, "mode", key_parse_mode, "0660", SETTING(socket.mode),
                .reload = KEY_RESTART, .description = "The permissions of the socket, octal."},
        {SECTION_SOCKET, "admin_group", key_parse_text, "", SETTING(socket.admin_group), .max = 32,
                .reload = KEY_IN_PLACE,
                .description = "Whose members may administrate, beside root; empty: nobody's."},
        {SECTION_SOCKET, "read_only_path", key_parse_path, "", SETTING(socket.read_only_path),
                .max = 107, .reload = KEY_RESTART,
                .description = "A socket to look only; empty: there is none."},
        {SECTION_SOCKET, "read_only_group", key_parse_text, "", SETTING(socket.read_only_group),
                .max = 32, .reload = KEY_RESTART,
                .description = "The group that owns it; empty: the daemon's own."},
        {SECTION_SOCKET, "read_only_mode", key_parse_mode, "0666", SETTING(socket.read_only_mode),
                .reload = KEY_RESTART, .description = "The permissions of it, octal."},
        {SECTION_SOCKET, "handler_timeout", key_parse_time, "100ms",
                SETTING(socket.handler_timeout_usec), 10 * MSEC, 500 * MSEC, .reload = KEY_IN_PLACE,
                .description = "How long a central waits for a handler's verdict."},

        {SECTION_PERSIST, "file", key_parse_path, "", SETTING(persist.file), .max = 180,
                .reload = KEY_RESTART,
                .description = "Where values are kept; empty: chosen by how it is run."},
        {SECTION_PERSIST, "interval", key_parse_time, "10s", SETTING(persist.interval_usec),
                1 * SEC, 24 * 3600 * SEC, .reload = KEY_IN_PLACE,
                .description = "The shortest time between two writings of it."},

        {SECTION_METRICS, "file", key_parse_path, "", SETTING(metrics.file), .max = 180,
                .reload = KEY_IN_PLACE,
                .description = "Where the metrics are written; empty: nowhere."},
        {SECTION_METRICS, "interval", key_parse_time, "15s", SETTING(metrics.interval_usec),
                1 * SEC, 24 * 3600 * SEC, .reload = KEY_IN_PLACE,
                .description = "How often they are written."},

        {SECTION_LIMITS, "queue_bytes", key_parse_size, "1M", SETTING(limits.queue_bytes),
                .min = KIB, .max = 1024 * MIB, .reload = KEY_IN_PLACE,
                .description = "All queues together: depth times size; checked when loaded."},
        {SECTION_LIMITS, "peers", key_parse_count, "64", SETTING(limits.peers), 1, 1024,
                .reload = KEY_IN_PLACE,
                .description = "Local programs connected at the same time."},
        {SECTION_LIMITS, "line_bytes", key_parse_size, "64k", SETTING(limits.line_bytes), 2 * KIB,
                1 * MIB, .reload = KEY_IN_PLACE,
                .description = "The longest request of a local program."},
        {SECTION_LIMITS, "peer_bytes", key_parse_size, "256k", SETTING(limits.peer_bytes), 4 * KIB,
                64 * MIB, .reload = KEY_IN_PLACE,
                .description = "What may wait for a program that does not read."},
        {SECTION_LIMITS, "requests_per_turn", key_parse_unsigned, "16",
                SETTING(limits.requests_per_turn), 1, 1024, .reload = KEY_IN_PLACE,
                .description = "Requests of one program before others have their turn."},
        {SECTION_LIMITS, "verdicts", key_parse_count, "64", SETTING(limits.verdicts), 1, 1024,
                .reload = KEY_RESTART,
                .description = "Writes that wait for a handler's verdict at the same time."},
        {SECTION_LIMITS, "sockets", key_parse_count, "64", SETTING(limits.sockets), 1, 1024,
                .reload = KEY_IN_PLACE,
                .description = "Sockets that BlueZ is given (notify_by, write_by)."},
        {SECTION_LIMITS, "devices", key_parse_count, "64", SETTING(limits.devices), 1, 1024,
                .reload = KEY_RESTART,
                .description = "Devices that are kept in the list of devices, connected ones "
                               "first."},
        {SECTION_LIMITS, "centrals", key_parse_count, "0", SETTING(limits.centrals), 0, 64,
                .reload = KEY_IN_PLACE,
                .description = "Centrals connected at the same time; 0: as many as there may be."},
        {SECTION_LIMITS, "at_centrals", key_parse_word, "stop", SETTING(limits.at_centrals),
                .words = key_words_at_centrals, .reload = KEY_IN_PLACE,
                .description =
                        "What is advertised then: stop, beacon (nobody can connect), go_on."},

        {SECTION_ADVERTISEMENT, "enable", key_parse_bool, "yes", ADVERTISEMENT(enable),
                .description = "Of [advertisement NAME]; no: switch it off."},
        {SECTION_ADVERTISEMENT, "advertise", key_parse_bool, "yes", ADVERTISEMENT(advertise),
                .description = "Of [advertisement]; no: advertise nothing, only set the name."},
        {SECTION_ADVERTISEMENT, "type", key_parse_word, "peripheral", ADVERTISEMENT(type),
                .words = key_words_advertisement_types,
                .description = "peripheral, or broadcast: nobody can connect."},
        {SECTION_ADVERTISEMENT, "discoverable", key_parse_bool, "yes", ADVERTISEMENT(discoverable),
                .description = "To everybody; no: many scanners do not show it."},
        {SECTION_ADVERTISEMENT, "discoverable_timeout", key_parse_seconds, "0",
                ADVERTISEMENT(discoverable_timeout_usec), 0, UINT16_MAX *SEC,
                .description = "How long it is discoverable; 0: for ever."},
        {SECTION_ADVERTISEMENT, "name", key_parse_text, "", ADVERTISEMENT(name),
                .max = ADVERTISEMENT_NAME_MAX, .may_continue = true,
                .description =
                        "The name that phones see, also as the adapter's alias; empty: that."},
        {SECTION_ADVERTISEMENT, "include_name", key_parse_bool, "yes", ADVERTISEMENT(include_name),
                .description = "no: advertise no name."},
        {SECTION_ADVERTISEMENT, "services", key_parse_later, "", 0, .may_continue = true,
                .description = "What is advertised: names of services, or UUIDs."},
        {SECTION_ADVERTISEMENT, "solicit", key_parse_later, "", 0, .may_continue = true,
                .description = "Services that are looked for, likewise."},
        {SECTION_ADVERTISEMENT, "manufacturer_data", key_parse_later, "", 0, .may_continue = true,
                .description = "COMPANY: BYTES, several with commas between."},
        {SECTION_ADVERTISEMENT, "service_data", key_parse_later, "", 0, .may_continue = true,
                .description = "SERVICE: BYTES, likewise."},
        {SECTION_ADVERTISEMENT, "data", key_parse_later, "", 0, .may_continue = true,
                .description = "TYPE: BYTES, likewise: what has no key of its own."},
        {SECTION_ADVERTISEMENT, "appearance", key_parse_appearance, "", ADVERTISEMENT(appearance),
                .description = "What the device is: a number, or the SIG's name."},
        {SECTION_ADVERTISEMENT, "include_tx_power", key_parse_bool, "no",
                ADVERTISEMENT(include_tx_power), .description = "Say the transmitting power."},
        {SECTION_ADVERTISEMENT, "include_rsi", key_parse_bool, "no", ADVERTISEMENT(include_rsi),
                .description = "Say which coordinated set it belongs to."},
        {SECTION_ADVERTISEMENT, "tx_power", key_parse_tx_power, "auto", ADVERTISEMENT(tx_power),
                .description = "The power to ask for: auto, low, med, high or dBm."},
        {SECTION_ADVERTISEMENT, "interval", key_parse_interval, "auto", ADVERTISEMENT(interval),
                20 * MSEC, 10485 * SEC,
                .description = "Between two packets: auto, or from and to."},
        {SECTION_ADVERTISEMENT, "duration", key_parse_seconds, "0", ADVERTISEMENT(duration_usec), 0,
                UINT16_MAX *SEC, .description = "Its turn beside others; 0: as BlueZ chooses."},
        {SECTION_ADVERTISEMENT, "timeout", key_parse_seconds, "0", ADVERTISEMENT(timeout_usec), 0,
                UINT16_MAX *SEC, .description = "BlueZ ends it then; 0: never."},
        {SECTION_ADVERTISEMENT, "secondary_channel", key_parse_word, "none",
                ADVERTISEMENT(secondary_channel), .words = key_words_secondary_channels,
                .description = "For extended advertising: none, 1M, 2M or Coded."},
        {SECTION_ADVERTISEMENT, "scan_response_services", key_parse_later, "", 0,
                .may_continue = true,
                .description = "As services, in the scan response; BlueZ 5.80 and later."},
        {SECTION_ADVERTISEMENT, "scan_response_solicit", key_parse_later, "", 0,
                .may_continue = true, .description = "As solicit, likewise."},
        {SECTION_ADVERTISEMENT, "scan_response_manufacturer_data", key_parse_later, "", 0,
                .may_continue = true, .description = "As manufacturer_data, likewise."},
        {SECTION_ADVERTISEMENT, "scan_response_service_data", key_parse_later, "", 0,
                .may_continue = true, .description = "As service_data, likewise."},
        {SECTION_ADVERTISEMENT, "scan_response_data", key_parse_later, "", 0, .may_continue = true,
                .description = "As data, likewise."},
        {SECTION_ADVERTISEMENT, "ladder", key_parse_later, "", 0, .may_continue = true,
                .description = "What to leave out, one after the other, until it fits."},

        {SECTION_SERVICE, "enable", key_parse_bool, "yes", SERVICE(enable),
                .description = "no: switch the service off, with all in it."},
        {SECTION_SERVICE, "uuid", key_parse_uuid, NULL, SERVICE(uuid),
                .description = "36 characters, 4 or 8 hex digits, or the SIG's name of a service. "
                               "Required."},
        {SECTION_SERVICE, "primary", key_parse_bool, "yes", SERVICE(primary),
                .description = "no: a secondary service, which others include."},
        {SECTION_SERVICE, "includes", key_parse_later, "", 0, .may_continue = true,
                .description = "Names of services declared before this one."},

        {SECTION_CHARACTERISTIC, "enable", key_parse_bool, "yes", CHARACTERISTIC(enable),
                .description = "no: switch the characteristic off."},
        {SECTION_CHARACTERISTIC, "uuid", key_parse_uuid, NULL, CHARACTERISTIC(uuid),
                .description = "As of a service; a name is that of one of its kind. Required."},
        {SECTION_CHARACTERISTIC, "flags", key_parse_flags, NULL, CHARACTERISTIC(flags),
                .may_continue = true,
                .description = "What a central may do, in BlueZ's names. Required."},
        {SECTION_CHARACTERISTIC, "type", key_parse_later, NULL, 0, .may_continue = true,
                .description = "The only field; [fields] is for more than one."},
        {SECTION_CHARACTERISTIC, "value", key_parse_later, NULL, 0, .may_continue = true,
                .reload = KEY_IN_PLACE, .description = "The value before anybody has set one."},
        {SECTION_CHARACTERISTIC, "size", key_parse_count, NULL, CHARACTERISTIC(size), 1,
                VALUE_SIZE_MAX, .description = "Exact size of plain bytes."},
        {SECTION_CHARACTERISTIC, "size_max", key_parse_count, NULL, CHARACTERISTIC(size_max), 1,
                VALUE_SIZE_MAX, .description = "Largest size of plain bytes; 512 if not given."},
        {SECTION_CHARACTERISTIC, "security", key_parse_word, NULL, CHARACTERISTIC(security),
                .words = key_words_securities,
                .description = "What is asked of a central: open, encrypt, authenticate or "
                               "secure."},
        {SECTION_CHARACTERISTIC, "on_write", key_parse_word, "store", CHARACTERISTIC(on_write),
                .words = key_words_on_writes, .reload = KEY_IN_PLACE,
                .description = "store: a write becomes the value; forward: it is only told."},
        {SECTION_CHARACTERISTIC, "unhandled", key_parse_word, "accept", CHARACTERISTIC(unhandled),
                .words = key_words_unhandleds, .reload = KEY_IN_PLACE,
                .description = "A write that no program handles: accept or refuse."},
        {SECTION_CHARACTERISTIC, "verdict", key_parse_word, "spored", CHARACTERISTIC(verdict),
                .words = key_words_verdicts, .reload = KEY_IN_PLACE,
                .description = "Who decides about a legal write: spored or handler."},
        INHERITED("policy", key_parse_word, policy, .words = key_words_policies),
        INHERITED("depth", key_parse_count, depth, 1, QUEUE_DEPTH_MAX),
        INHERITED("put_timeout", key_parse_time, put_timeout_usec, 0, 60 * SEC),
        INHERITED("stall_after", key_parse_time, stall_after_usec, 100 * MSEC, 3600 * SEC),
        INHERITED("notify_on_subscribe", key_parse_bool, notify_on_subscribe),
        INHERITED("notify_on_change", key_parse_bool, notify_on_change),
        INHERITED("min_interval", key_parse_time, min_interval_usec, 0, 3600 * SEC),
        INHERITED("priority", key_parse_word, priority, .words = key_words_priorities),
        INHERITED("oversize", key_parse_word, oversize, .words = key_words_oversizes),
        {SECTION_CHARACTERISTIC, "rate", key_parse_rate, "0", CHARACTERISTIC(rate.per_second),
                .max = RATE_MAX, .reload = KEY_IN_PLACE,
                .description = "Its notifications a second, beside the adapter's; 0: no limit."},
        {SECTION_CHARACTERISTIC, "burst", key_parse_unsigned, "1", CHARACTERISTIC(rate.burst), 1,
                RATE_MAX, .reload = KEY_IN_PLACE,
                .description = "Of these, what may go at once after a pause."},
        {SECTION_CHARACTERISTIC, "max_age", key_parse_time, "0", CHARACTERISTIC(max_age_usec), 0,
                AGE_MAX, .reload = KEY_IN_PLACE,
                .description = "A value that nobody has set for so long is stale; 0: none."},
        {SECTION_CHARACTERISTIC, "on_stale", key_parse_word, "keep", CHARACTERISTIC(on_stale),
                .words = key_words_on_stales, .reload = KEY_IN_PLACE,
                .description = "A stale value: keep, default or refuse (reads)."},
        {SECTION_CHARACTERISTIC, "persist", key_parse_bool, "no", CHARACTERISTIC(persist),
                .reload = KEY_IN_PLACE, .description = "Keep the value when spored ends."},
        {SECTION_CHARACTERISTIC, "notify_by", key_parse_word, "signal", CHARACTERISTIC(notify_by),
                .words = key_words_notify_ways,
                .description = "The way of a notification through BlueZ: signal or socket."},
        {SECTION_CHARACTERISTIC, "write_by", key_parse_word, "call", CHARACTERISTIC(write_by),
                .words = key_words_write_ways,
                .description = "The way of a write through BlueZ: call or socket."},
        {SECTION_CHARACTERISTIC, "description", key_parse_text, "", CHARACTERISTIC(description),
                .max = VALUE_SIZE_MAX, .may_continue = true,
                .description = "The user description, 2901; empty: there is none."},
        {SECTION_CHARACTERISTIC, "presentation", key_parse_bool, "no", CHARACTERISTIC(presentation),
                .description = "Tell type, scale and unit of the only field, 2904."},

        {SECTION_DESCRIPTOR, "enable", key_parse_bool, "yes", DESCRIPTOR(enable),
                .description = "no: switch the descriptor off."},
        {SECTION_DESCRIPTOR, "characteristic", key_parse_later, NULL, 0,
                .description = "The characteristic that it describes. Required."},
        {SECTION_DESCRIPTOR, "uuid", key_parse_uuid, NULL, DESCRIPTOR(uuid),
                .description = "As of a service; a name is that of one of its kind. Required."},
        {SECTION_DESCRIPTOR, "flags", key_parse_descriptor_flags, "read", DESCRIPTOR(flags),
                .may_continue = true,
                .description = "What a central may do, in BlueZ's names for descriptors."},
        {SECTION_DESCRIPTOR, "security", key_parse_word, NULL, DESCRIPTOR(security),
                .words = key_words_securities, .description = "As of a characteristic."},
        {SECTION_DESCRIPTOR, "type", key_parse_later, NULL, 0, .may_continue = true,
                .description = "The only field, as of a characteristic."},
        {SECTION_DESCRIPTOR, "value", key_parse_later, NULL, 0, .may_continue = true,
                .description = "Text, or bytes as hex: behind the prefix; with type, its text "
                               "form."},
        {SECTION_DESCRIPTOR, "size_max", key_parse_count, NULL, DESCRIPTOR(size_max), 1,
                VALUE_SIZE_MAX, .description = "Largest size of a write; 512 if not given."},

        {SECTION_SOURCE, "enable", key_parse_bool, "yes", SOURCE(enable), .reload = KEY_SPORESENSE,
                .description = "no: the source is not read."},
        {SECTION_SOURCE, "file", key_parse_pattern, NULL, SOURCE(source.file), .max = 180,
                .reload = KEY_SPORESENSE,
                .description = "The file that is read; the first that matches *, ? and []. "
                               "Required."},
        {SECTION_SOURCE, "match", key_parse_match, "", SOURCE(source.match), .max = 100,
                .reload = KEY_SPORESENSE,
                .description = "The number is the first one in what the group of this regular "
                               "expression matches; empty: in the file."},
        {SECTION_SOURCE, "scale", key_parse_scale, "1", SOURCE(source.scale),
                .reload = KEY_SPORESENSE,
                .description = "The value is the number times this, plus offset."},
        {SECTION_SOURCE, "offset", key_parse_number, "0", SOURCE(source.offset),
                .reload = KEY_SPORESENSE, .description = "Added behind scale."},
        {SECTION_SOURCE, "interval", key_parse_time, "10s", SOURCE(source.interval_usec),
                100 * MSEC, 24 * 3600 * SEC, .reload = KEY_SPORESENSE,
                .description = "How often it is read."},
        {SECTION_SOURCE, "events", key_parse_bool, "no", SOURCE(source.events),
                .reload = KEY_SPORESENSE,
                .description = "Read also at once when the kernel tells that the file has "
                               "changed."},
        {SECTION_SOURCE, "debounce", key_parse_time, "0", SOURCE(source.debounce_usec), 0,
                3600 * SEC, .reload = KEY_SPORESENSE,
                .description = "A change is set when it has lasted so long; 0: at once."},
        {SECTION_SOURCE, "min_change", key_parse_amount, "0", SOURCE(source.min_change),
                .reload = KEY_SPORESENSE,
                .description = "A change smaller than this is none, in the value's unit; 0: every "
                               "change counts."},
        {SECTION_SOURCE, "target", key_parse_later, NULL, 0, .reload = KEY_SPORESENSE,
                .description = "What is set: CHARACTERISTIC or CHARACTERISTIC.FIELD. Required."},
};

const Key *keys_all(size_t *ret_n) {
        *ret_n = ELEMENTS(keys);
        return keys;
}

const Key *keys_find(SectionKind section, const char *name) {
        for (size_t i = 0; i < ELEMENTS(keys); i++)
                if (keys[i].section == section && strcmp(keys[i].name, name) == 0)
                        return &keys[i];
        return NULL;
}

const char *key_reload_name(KeyReload reload) {
        static const char *const names[_KEY_RELOAD_MAX] = {
                [KEY_ANEW] = "anew",
                [KEY_IN_PLACE] = "in place",
                [KEY_RESTART] = "restart",
                [KEY_SPORESENSE] = "sporesense",
        };

        return names[reload];
}

const Key *keys_inherited(const Key *key) {
        if (key->section != SECTION_CHARACTERISTIC || key->default_text)
                return NULL;
        return keys_find(SECTION_QUEUE, key->name);
}

int key_read(const Key *key, const char *text, void *values, char why[static KEY_WHY_SIZE]) {
        return key->parse(key, text, (char *)values + key->offset, why);
}

int key_check(const Key *key, const char *text, char why[static KEY_WHY_SIZE]) {
        return key->parse(key, text, NULL, why);
}
