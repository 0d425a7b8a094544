"""MushPi's BLE backend over spored: the seven methods of its backend contract, for the profile
"mushpi". spored has the queue, its policy and the phones; this has MushPi's own serializers and
calls its callbacks. Needs spored.py and the standard library.

    backend = mushpi_backend.SporedBackend()
    backend.set_callbacks({"get_sensor_data": read_sensors, "set_control_targets": apply})
    backend.start()
    backend.notify("env_measurements")

No method waits for spored or for a callback but stop(), which waits for the thread as long as
MUSHPI_BLE_SHUTDOWN_TIMEOUT_MS says (1500). The callbacks are called in one thread of the backend's:
get_* when a value is sent, set_* and apply_overrides for the writes of phones. Depth and policy of
the queue are spored's: its profile heeds MUSHPI_BLE_QUEUE_MAX_SIZE and its like.

get_status()["metrics"] counts as MushPi does. published: notifications handed to BlueZ, in all and
by priority (critical_published and so on); coalesced; dropped: by spored's policy, refused by it,
or never sent because too many waited in here, of that critical_dropped and low_dropped;
slow_publishes. They are a few seconds old at most; spored's part counts for all its programs.
"""

import collections
import json
import logging
import math
import os
import select
import socket
import struct
import threading
import time

import spored

__all__ = ["SporedBackend"]

logger = logging.getLogger(__name__)

WAITING_MAX = 1024      # notifies that spored has not been told of
UNANSWERED_MAX = 32     # sets that it has not answered
STATUS_INTERVAL = 5.0   # seconds

MODES = ("FULL", "SEMI", "MANUAL")
LIGHT_MODES = ("off", "on", "cycle")
SPECIES = {1: "Oyster", 2: "Shiitake", 3: "Lion's Mane", 99: "Custom"}
STAGES = {1: "Incubation", 2: "Pinning", 3: "Fruiting"}
OVERRIDES = {"light_override": 0, "fan_override": 1, "mist_override": 2, "heater_override": 3,
             "disable_automation": 7, "emergency_stop": 15}
PRIORITIES = {"env_measurements": "critical", "actuator_status": "critical",
              "status_flags": "high", "control_targets": "medium", "stage_state": "medium"}
ACTUATORS = ("light", "fan", "mist", "heater")
REASONS = ("fan_reason", "mist_reason", "light_reason", "heater_reason")
THRESHOLDS = ("temp_min", "temp_max", "rh_min", "rh_max", "co2_max", "light_min", "light_max",
              "light", "expected_days")


# --- serializers: little-endian, packed. What does not fit is clamped, what is no number is 0.

def _whole(value, low, high):
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return max(low, 0)
    if math.isnan(number):
        return max(low, 0)
    return low if number < low else high if number > high else round(number)


def _u8(value):
    return _whole(value, 0, 0xff)


def _u16(value):
    return _whole(value, 0, 0xffff)


def _i16(value):
    return _whole(value, -0x8000, 0x7fff)


def _u32(value):
    return _whole(value, 0, 0xffffffff)


def _tenths(value):
    try:
        return float(value) * 10
    except (TypeError, ValueError, OverflowError):
        return 0


def _member(data, name, default=None):
    """MushPi's callbacks give dicts, or objects with attributes."""
    if isinstance(data, collections.abc.Mapping):
        return data.get(name, default)
    return getattr(data, name, default)


def pack_env(data, uptime_ms):
    return struct.pack("<HhHHI", _u16(_member(data, "co2")),
                       _i16(_tenths(_member(data, "temperature"))),
                       _u16(_tenths(_member(data, "humidity"))), _u16(_member(data, "light")),
                       _u32(uptime_ms))


def pack_control_targets(data):
    light = _member(data, "light", "off")
    if isinstance(light, bool):
        light = "on" if light else "off"
    times = light if isinstance(light, collections.abc.Mapping) else {}
    mode = str(times.get("mode", "off") if times else light).lower()
    number = LIGHT_MODES.index(mode) if mode in LIGHT_MODES else 0
    on, off = (times.get("on_min"), times.get("off_min")) if mode == "cycle" else (0, 0)
    return struct.pack("<hhHHBHHH", _i16(_tenths(_member(data, "temp_min", 20))),
                       _i16(_tenths(_member(data, "temp_max", 28))),
                       _u16(_tenths(_member(data, "rh_min", 70))),
                       _u16(_member(data, "co2_max", 5000)), number, _u16(on), _u16(off), 0)


def unpack_control_targets(data):
    low, high, humidity, co2, mode, on, off, _ = struct.unpack("<hhHHBHHH", data)
    light = {"mode": LIGHT_MODES[mode] if mode < len(LIGHT_MODES) else "off"}
    if mode == 2:
        light.update(on_min=on, off_min=off)
    return {"temp_min": low / 10, "temp_max": high / 10, "rh_min": humidity / 10, "co2_max": co2,
            "light": light}


def _number_of(names, name):
    return next((number for number, known in names.items() if known == name), 0)


def pack_stage_state(data):
    mode = _member(data, "mode", 0)
    if isinstance(mode, str):
        mode = MODES.index(mode.upper()) if mode.upper() in MODES else 0
    species = _member(data, "species_id") or _number_of(SPECIES, _member(data, "species"))
    stage = _member(data, "stage_id") or _number_of(STAGES, _member(data, "stage"))
    return struct.pack("<BBBIHB", _u8(mode), _u8(species), _u8(stage),
                       _u32(_member(data, "stage_start_ts")), _u16(_member(data, "expected_days")),
                       0)


def unpack_stage_state(data):
    mode, species, stage, start, days, _ = struct.unpack("<BBBIHB", data)
    return {"mode": MODES[mode] if mode < len(MODES) else "MANUAL",
            "species": SPECIES.get(species, "Unknown"), "stage": STAGES.get(stage, "Unknown"),
            "stage_start_ts": start, "expected_days": days}


def pack_status_flags(flags):
    return struct.pack("<HH", _u16(flags), 0)


def pack_actuator_status(data):
    bits = sum(1 << bit for bit, name in enumerate(ACTUATORS) if _member(data, name))
    return struct.pack("<H4B", bits, *(_u8(_member(data, name)) for name in REASONS))


def unpack_override_bits(data):
    bits, = struct.unpack("<H", data)
    return {**{name: bool(bits >> bit & 1) for name, bit in OVERRIDES.items()}, "raw_bits": bits}


def pack_stage_thresholds(species, stage, thresholds):
    answer = {"species": species, "stage": stage}
    answer.update(thresholds or {"error": "Stage not found"})
    return json.dumps(answer, separators=(",", ":")).encode()


# --- the backend

class SporedBackend:
    """socket_path: None: where spored is looked for, see spored.paths()."""

    def __init__(self, socket_path=None):
        self._path = socket_path
        self._callbacks = {}
        self._initialized = self._started = self._ending = False
        self._thread = self._client = None
        self._lock = threading.RLock()
        self._waiting = collections.deque()     # names to send, and functions to call
        self._wake_ends = None
        self._unanswered = 0
        self._own_dropped = collections.Counter(dict.fromkeys(("low", *PRIORITIES.values()), 0))
        self._selected = ("Oyster", "Incubation")
        self._spored = {}                       # its last status
        self._status_due, self._status_asked = 0.0, False
        self._begin = time.monotonic()

    # --- the contract

    def initialize(self):
        self._initialized = True
        return True

    def start(self):
        """Connecting goes on in the background for as long as it takes: True."""
        if self._started:
            return True
        if self._thread and self._thread.is_alive():
            logger.error("the thread of before has not ended: a callback does not return")
            return False
        self._initialized = self._started = True
        self._ending = self._status_asked = False
        self._unanswered = 0
        self._begin = time.monotonic()
        self._wake_ends = socket.socketpair()
        for end in self._wake_ends:
            end.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="spored", daemon=True)
        self._thread.start()
        return True

    def stop(self):
        if not self._started:
            return
        self._started, self._ending = False, True
        self._wake()
        if self._thread is threading.current_thread():
            return  # a callback stops it: it ends when that returns
        self._thread.join(_shutdown_timeout())
        if self._thread.is_alive():
            logger.warning("the thread did not end in time: a callback does not return")

    def set_callbacks(self, callbacks):
        self._callbacks = dict(callbacks or {})
        if self._started:
            self._put(self._send_all)

    def notify(self, char_name, devices=None):
        """Sends the value that its callback gives when its turn comes. devices: not heeded,
        everybody who has subscribed gets it."""
        if char_name not in PACKERS:
            logger.warning("notify: there is no characteristic %r to send", char_name)
            return
        self._put(char_name)

    def update_advertising_name(self, name=None):
        """None: the prefix, species and stage, as "MushPi-OysterPinning". spored must be told in
        its configuration that this user may ([socket] admin_group)."""
        self._put(lambda: self._advertise(name))

    def get_status(self):
        client, thread = self._client, self._thread
        alive = bool(thread and thread.is_alive())
        connected = bool(client and client.connected)
        on_air = connected and bool(self._spored.get("on_air"))
        self._status_due = 0.0
        self._wake()
        return {
            "backend": "spored", "initialized": self._initialized, "started": self._started,
            "connected": connected, "on_air": on_air, "why": self._spored.get("why"),
            "dbus_connected": on_air, "objects_exported": on_air, "gatt_minimal": False,
            "adv_enable": _advertising_is_wanted(), "thread_alive": alive,
            "loop_running": alive, "uptime_s": round(time.monotonic() - self._begin, 1),
            "callbacks": sorted(self._callbacks), "metrics": self.metrics(),
        }

    def metrics(self):
        published, dropped = collections.Counter(), collections.Counter(self._own_dropped)
        rows = self._spored.get("characteristics", [])
        for row in rows:
            priority = PRIORITIES.get(row["name"], "low")
            published[priority] += row["sent"]
            dropped[priority] += sum(row["dropped"].values())
        return {"published": sum(published.values()), "dropped": sum(dropped.values()),
                "coalesced": sum(row["coalesced"] for row in rows),
                "slow_publishes": sum(row["slow"] for row in rows),
                **{f"{name}_published": published[name]
                   for name in ("critical", "high", "medium", "low")},
                **{f"{name}_dropped": dropped[name] for name in ("critical", "low")}}

    # --- from other threads

    def _put(self, what):
        with self._lock:
            if len(self._waiting) >= WAITING_MAX:
                self._drop(self._waiting.popleft())
            self._waiting.append(what)
        self._wake()

    def _drop(self, what):
        if not callable(what):
            with self._lock:
                self._own_dropped[PRIORITIES.get(what, "low")] += 1

    def _wake(self):
        try:
            if self._wake_ends:
                self._wake_ends[1].send(b"\0")
        except OSError:
            pass  # it is full, so it wakes already; or ended

    # --- in the thread

    def _run(self):
        try:
            with spored.Client(self._path, on_state=self._on_state,
                               on_refused=self._on_refused) as self._client:
                for name in WRITERS:
                    self._client.handle(name, self._on_write, wait=False)
                while not self._ending:
                    self._turn()
        except Exception:  # pylint: disable=broad-except
            logger.exception("the thread has ended")
        finally:
            for end in self._wake_ends:
                end.close()

    def _turn(self):
        times = [self._status_due - time.monotonic()] if self._client.connected else []
        times += [t for t in [self._client.due()] if t is not None]
        wake = self._wake_ends[0]
        readable, _, _ = select.select([self._client, wake], [], [],
                                       max(0.0, min(times)) if times else None)
        if wake in readable:
            wake.recv(4096)
        self._client.process()
        self._work()
        self._ask_status()

    def _work(self):
        while self._client.connected and self._unanswered < UNANSWERED_MAX and not self._ending:
            with self._lock:
                if not self._waiting:
                    return
                what = self._waiting.popleft()
            try:
                if callable(what):
                    what()
                else:
                    self._send(what)
            except spored.Disconnected:
                self._drop(what)
            except Exception:  # pylint: disable=broad-except
                logger.exception("%s: cannot be sent", what)

    def _send(self, name):
        data = PACKERS[name](self)
        if data is None:
            return
        self._client.send("set", lambda answer: self._on_set(name, answer), characteristic=name,
                          hex=data.hex())
        self._unanswered += 1

    def _send_all(self):
        """What phones may read: spored answers them from what it was told last."""
        for name in PACKERS:
            self._put(name)

    def _on_set(self, name, answer):
        self._unanswered -= 1
        if answer is None or answer.get("error") == "queue_full":
            self._drop(name)
        elif "error" in answer:
            logger.error("%s: %s", name, answer.get("detail") or answer["error"])

    def _advertise(self, name):
        self._client.send("advertise", self._on_refused, name=name or self._own_name())

    def _own_name(self):
        prefix = os.environ.get("MUSHPI_BLE_NAME_PREFIX", "").strip() or "MushPi"
        data = self._call("get_stage_data")
        if not data:
            return prefix + "-Init"
        species = str(_member(data, "species", "")).replace(" ", "").replace("'", "")
        return f"{prefix}-{species}{_member(data, 'stage', '')}"

    def _on_state(self, connected, why):
        if connected:
            logger.info("connected to spored")
            self._status_due = 0.0
            self._send_all()
        else:
            logger.warning("%s", why)

    @staticmethod
    def _on_refused(answer):
        if answer and "error" in answer:
            logger.error("spored refuses: %s", answer.get("detail") or answer["error"])

    def _ask_status(self):
        if self._client.connected and time.monotonic() >= self._status_due:
            self._status_due = time.monotonic() + STATUS_INTERVAL
            if not self._status_asked:  # one at a time: spored may not answer for long
                self._client.send("status", self._on_status)
            self._status_asked = True

    def _on_status(self, answer):
        self._status_asked = False
        if answer and "error" not in answer:
            self._spored = answer

    def _on_write(self, event):
        """False: it is refused, where the profile leaves that to its handler."""
        name = event["characteristic"]
        try:
            taken = WRITERS[name](self, bytes.fromhex(event["hex"]))
        except Exception:  # pylint: disable=broad-except
            logger.exception("%s: the write of %s failed", name, event.get("device"))
            taken = False
        if name in PACKERS:
            self._put(name)     # what holds now is what is read
        return taken

    # --- values and callbacks

    def _call(self, name, *arguments):
        callback = self._callbacks.get(name)
        return callback(*arguments) if callback else None

    def _env(self):
        data = self._call("get_sensor_data")
        uptime = (time.monotonic() - self._begin) * 1000
        return None if data is None else pack_env(data, uptime)

    def _control_targets(self):
        data = self._call("get_control_targets" if "get_control_targets" in self._callbacks
                          else "get_control_data")
        return None if data is None else pack_control_targets(data)

    def _packed(self, callback, pack):
        data = self._call(callback)
        return None if data is None else pack(data)

    def _stage_thresholds(self):
        if "get_stage_thresholds" not in self._callbacks:
            return None
        return pack_stage_thresholds(*self._selected,
                                     self._call("get_stage_thresholds", *self._selected))

    def _write_control_targets(self, data):
        targets = unpack_control_targets(data)
        if targets["temp_min"] >= targets["temp_max"]:
            logger.warning("control_targets: temp_min is not below temp_max: not applied")
            return False
        self._call("set_control_targets", targets)
        return True

    def _write_stage_state(self, data):
        self._call("set_stage_state", unpack_stage_state(data))
        return True

    def _write_override_bits(self, data):
        self._call("apply_overrides", unpack_override_bits(data))
        return True

    def _write_stage_thresholds(self, data):
        """A species and a stage select what is read next; with thresholds they are changed."""
        request = json.loads(data)
        self._selected = request["species"], request["stage"]
        if not any(name in request for name in THRESHOLDS):
            return True
        changed = {k: v for k, v in request.items() if k not in ("species", "stage")}
        return bool(self._call("set_stage_thresholds", *self._selected, changed))


PACKERS = {
    "env_measurements": SporedBackend._env,
    "control_targets": SporedBackend._control_targets,
    "stage_state": lambda self: self._packed("get_stage_data", pack_stage_state),
    "status_flags": lambda self: self._packed("get_status_flags", pack_status_flags),
    "actuator_status": lambda self: self._packed("get_control_data", pack_actuator_status),
    "stage_thresholds": SporedBackend._stage_thresholds,
}
WRITERS = {
    "control_targets": SporedBackend._write_control_targets,
    "stage_state": SporedBackend._write_stage_state,
    "override_bits": SporedBackend._write_override_bits,
    "stage_thresholds": SporedBackend._write_stage_thresholds,
}


def _shutdown_timeout():
    """In seconds. MushPi takes what is no number for the default."""
    text = os.environ.get("MUSHPI_BLE_SHUTDOWN_TIMEOUT_MS", "").strip()
    return (int(text) if text.isdigit() else 1500) / 1000


def _advertising_is_wanted():
    """As spored's profile reads it."""
    return os.environ.get("MUSHPI_BLE_ADV_ENABLE", "").strip().lower() not in ("0", "false", "no",
                                                                              "off")
