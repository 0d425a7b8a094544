"""MushPi's backend over spored: its formats, its callbacks, and that it never holds MushPi up."""

import itertools
import json
import os
import signal
import threading
import types
import unittest
import unittest.mock

import mushpi_backend as mushpi
from bluez import APPLICATION, BluezStory
from harness import LIMIT, PROFILE


def hexed(data):
    return data.hex(" ")


class Formats(unittest.TestCase):
    """Against vectors that were computed from the description of the formats."""

    def env(self, co2, temperature, humidity, light, uptime):
        data = {"co2": co2, "temperature": temperature, "humidity": humidity, "light": light}
        packed = mushpi.pack_env(data, uptime)
        self.assertEqual(mushpi.pack_env(types.SimpleNamespace(**data), uptime), packed)
        return hexed(packed)

    def test_env(self):
        self.assertEqual(self.env(450, 22.5, 65.0, 42, 123456),
                         "c2 01 e1 00 8a 02 2a 00 40 e2 01 00")
        self.assertEqual(self.env(812, -5.3, 90.5, 1023, 3600000),
                         "2c 03 cb ff 89 03 ff 03 80 ee 36 00")
        self.assertEqual(self.env(1e9, -1e9, -1, 1 << 70, 1 << 33),
                         "ff ff 00 80 00 00 ff ff ff ff ff ff")

    def test_what_is_no_number_is_zero(self):
        for bad in (None, "x", float("nan"), [], {}):
            self.assertEqual(self.env(bad, bad, bad, bad, 0), hexed(bytes(12)))
        self.assertEqual(self.env(float("inf"), float("-inf"), 0, 0, 0)[:11], "ff ff 00 80")
        self.assertEqual(mushpi.pack_env({}, 0), bytes(12))

    def test_control_targets(self):
        self.assertEqual(hexed(mushpi.pack_control_targets({})),
                         "c8 00 18 01 bc 02 88 13 00 00 00 00 00 00 00")
        targets = {"temp_min": 18.0, "temp_max": 22.0, "rh_min": 90.0, "co2_max": 1000,
                   "light": {"mode": "cycle", "on_min": 960, "off_min": 480}}
        packed = mushpi.pack_control_targets(targets)
        self.assertEqual(hexed(packed), "b4 00 dc 00 84 03 e8 03 02 c0 03 e0 01 00 00")
        self.assertEqual(mushpi.unpack_control_targets(packed), targets)
        for light, byte in (("on", 1), (True, 1), (False, 0), ({"mode": "on"}, 1), ("fog", 0)):
            self.assertEqual(mushpi.pack_control_targets({"light": light})[8], byte)

    def test_stage_state(self):
        stage = {"mode": "SEMI", "species": "Oyster", "stage": "Pinning",
                 "stage_start_ts": 1762776000, "expected_days": 5}
        packed = mushpi.pack_stage_state(stage)
        self.assertEqual(hexed(packed), "01 01 02 c0 d3 11 69 05 00 00")
        self.assertEqual(mushpi.unpack_stage_state(packed), stage)
        self.assertEqual(mushpi.pack_stage_state({**stage, "mode": 1, "species_id": 1,
                                                  "stage_id": 2}), packed)
        unknown = mushpi.unpack_stage_state(bytes([9, 9, 9, 0, 0, 0, 0, 0, 0, 0]))
        self.assertEqual((unknown["mode"], unknown["species"], unknown["stage"]),
                         ("MANUAL", "Unknown", "Unknown"))

    def test_bits(self):
        self.assertEqual(hexed(mushpi.pack_status_flags(0x15)), "15 00 00 00")
        overrides = mushpi.unpack_override_bits(bytes.fromhex("8780"))
        self.assertEqual(overrides.pop("raw_bits"), 0x8087)
        self.assertEqual({name for name, on in overrides.items() if on},
                         {"light_override", "fan_override", "mist_override", "disable_automation",
                          "emergency_stop"})
        self.assertEqual(hexed(mushpi.pack_actuator_status(
            {"light": True, "fan": False, "mist": True, "fan_reason": 10, "mist_reason": 300})),
            "05 00 0a ff 00 00")


class Backend(BluezStory):

    def setUp(self):
        super().setUp()
        self.profile = PROFILE
        self.backend = mushpi.SporedBackend(self.socket_path)
        self.addCleanup(self.backend.stop)
        self.co2 = itertools.count(0)

    def ask(self, name, member):
        return self.bluez.answer_of(member, "call", f"{APPLICATION}/mushpi/{name}",
                                    "org.bluez.GattCharacteristic1", member)

    def write(self, name, data, *options):
        return self.bluez.answer_of("WriteValue", "write", f"{APPLICATION}/mushpi/{name}", data,
                                    *options)

    def status(self):
        """Over one connection: it is asked for again and again."""
        return self.peer.call(op="status")

    def sensors(self):
        return {"co2": next(self.co2), "temperature": 21, "humidity": 80, "light": 5}

    def started(self, callbacks, sent):
        """The backend is connected, and these characteristics have their values."""
        self.backend.set_callbacks(callbacks)
        self.assertTrue(self.backend.initialize())
        self.assertTrue(self.backend.start())
        for name in sent:
            self.until(lambda name=name: self.counters(name)["sets"] == 1)

    def stalled(self, *options):
        """bluetoothd takes nothing any more; then MushPi notifies ten times."""
        self.put_on_air("-o", "queue.window=1", "-o", "queue.notify_on_subscribe=no",
                        "-o", "queue.log_slow_publish=0", "-o", "env_measurements.depth=4",
                        *options)
        self.bluez.command("answer", "Ping", "hold")
        self.started({"get_sensor_data": self.sensors}, ["env_measurements"])
        self.subscribe("status_flags")
        self.subscribe("env_measurements")
        self.peer.call(op="set", characteristic="status_flags", hex="00000000")
        self.assertEqual(len(self.bluez.values()), 1)
        for _ in range(10):
            self.backend.notify("env_measurements")

    def expect_metrics(self, **wanted):
        """All of them: those by priority too, of which the first is a high one's."""
        wanted = {"published": 0, "coalesced": 0, "dropped": 0, "slow_publishes": 0, **wanted}
        wanted.update(high_published=1, critical_published=wanted["published"] - 1,
                      medium_published=0, low_published=0, low_dropped=0,
                      critical_dropped=wanted["dropped"])
        found = {}

        def same():
            found.update(self.backend.get_status()["metrics"])
            return found == wanted

        try:
            self.until(same)
        except AssertionError:
            self.assertEqual(found, wanted)

    def expect_sent(self, co2):
        """After all: these values arrive, and stop() returns though more could come."""
        self.speak()
        got = [value[:4] for _, value in self.bluez.wait_values(len(co2))]
        self.assertEqual(got, [n.to_bytes(2, "little").hex() for n in co2])
        self.backend.stop()
        self.assertFalse(self.backend.get_status()["thread_alive"])

    def test_drop_oldest(self):
        self.stalled("-o", "env_measurements.policy=drop_oldest")
        self.expect_metrics(published=1, dropped=6)
        self.expect_sent([7, 8, 9, 10])

    def test_drop_newest(self):
        self.stalled("-o", "env_measurements.policy=drop_newest")
        self.expect_metrics(published=1, dropped=6)
        self.expect_sent([1, 2, 3, 4])

    def test_coalesce(self):
        self.stalled("-o", "env_measurements.policy=coalesce")
        self.expect_metrics(published=1, coalesced=9)
        self.expect_sent([10])

    def test_block(self):
        self.stalled("-o", "env_measurements.policy=block",
                     "-o", "env_measurements.put_timeout=20ms")
        self.expect_metrics(published=1, dropped=6)
        self.expect_sent([1, 2, 3, 4])

    def test_stop_while_all_is_stalled(self):
        self.stalled("-o", "env_measurements.policy=block",
                     "-o", "env_measurements.put_timeout=60s")
        self.until(lambda: self.status()["waiting"] == 1)
        self.backend.stop()
        self.assertFalse(self.backend.get_status()["thread_alive"])
        # Begun anew, nothing waits any more for the answers of before.
        self.backend.set_callbacks({})
        self.backend.start()
        self.assertEqual(self.backend._unanswered, 0)  # pylint: disable=protected-access

    def test_slow_publishes(self):
        self.stalled("-o", "queue.log_slow_publish=10ms", "-o", "env_measurements.policy=coalesce")
        self.until(lambda: self.counters("env_measurements")["coalesced"] == 9)
        self.until(lambda: self.counters("env_measurements")["age_s"] > 0.02)
        self.speak()
        self.until(lambda: self.counters("env_measurements")["slow"] == 1)
        # On a slow machine the first one, of the other characteristic, was slow too.
        self.expect_metrics(published=2, coalesced=9,
                            slow_publishes=1 + self.counters("status_flags")["slow"])

    def test_a_spored_that_has_stopped_holds_nobody_up(self):
        process = self.put_on_air()
        self.started({"get_sensor_data": self.sensors}, ["env_measurements"])
        process.send_signal(signal.SIGSTOP)
        try:
            for _ in range(5000):
                self.backend.notify("env_measurements")
        finally:
            process.send_signal(signal.SIGCONT)
        # None is lost without being counted.
        self.until(lambda: self.counters("env_measurements")["sets"] - 1
                   + self.backend.metrics()["dropped"] == 5000)
        self.assertGreater(self.backend.metrics()["dropped"], 0)

    def test_one_status_is_asked_for_at_a_time(self):
        process = self.put_on_air()
        self.backend.start()
        self.until(lambda: self.backend.get_status()["connected"])
        process.send_signal(signal.SIGSTOP)
        asked = unittest.mock.Mock(wraps=self.backend._ask_status)  # pylint: disable=W0212
        self.backend._ask_status = asked
        try:
            self.until(lambda: self.backend.get_status() and asked.call_count > 20)
            waiting = self.backend._client._unanswered  # pylint: disable=W0212
            self.assertLessEqual(len(waiting), 1 + len(mushpi.WRITERS))
        finally:
            process.send_signal(signal.SIGCONT)
        self.until(lambda: self.backend.get_status()["why"] is None)

    def test_a_callback_that_stops_it(self):
        self.put_on_air()
        stopped = threading.Event()

        def stop():
            self.backend.stop()
            stopped.set()

        self.backend.set_callbacks({"get_sensor_data": stop})
        self.backend.start()
        self.assertTrue(stopped.wait(LIMIT))
        self.until(lambda: not self.backend.get_status()["thread_alive"])
        self.backend.set_callbacks({})
        self.assertTrue(self.backend.start())
        self.until(lambda: self.backend.get_status()["connected"])

    def test_a_callback_that_hangs(self):
        go_on, called = threading.Event(), threading.Event()
        self.addCleanup(go_on.set)

        def hang():
            called.set()
            go_on.wait(LIMIT)

        self.put_on_air()
        self.backend.set_callbacks({"get_sensor_data": hang})
        self.backend.start()
        self.assertTrue(called.wait(LIMIT))
        for _ in range(2000):
            self.backend.notify("env_measurements")
        with unittest.mock.patch.dict(os.environ, {"MUSHPI_BLE_SHUTDOWN_TIMEOUT_MS": "50"}):
            with self.assertLogs("mushpi_backend", "WARNING"):
                self.backend.stop()
            with self.assertLogs("mushpi_backend", "ERROR"):
                self.assertFalse(self.backend.start())      # not a second thread

    def test_values_and_status(self):
        self.put_on_air()
        self.started({
            "get_sensor_data": lambda: {"co2": 450, "temperature": 22.5},
            "get_control_data": lambda: {"fan": True, "fan_reason": 31},
            "get_control_targets": lambda: {"co2_max": 900},
            "get_stage_data": lambda: {"mode": 2, "species": "Shiitake", "stage": "Fruiting"},
            "get_status_flags": lambda: 4,
            "get_stage_thresholds": lambda species, stage: {"temp_min": 1},
        }, mushpi.PACKERS)
        got = {name: self.peer.call(op="get", characteristic=name) for name in mushpi.PACKERS}
        self.assertTrue(got["env_measurements"]["hex"].startswith("c201e1000000"))
        self.assertEqual(got["actuator_status"]["hex"], "02001f000000")
        self.assertEqual(got["control_targets"]["fields"]["co2_max_ppm"], 900)
        self.assertEqual(got["stage_state"]["fields"]["species"], "Shiitake")
        self.assertEqual(got["status_flags"]["hex"], "04000000")
        self.assertEqual(json.loads(got["stage_thresholds"]["value"]),
                         {"species": "Oyster", "stage": "Incubation", "temp_min": 1})
        self.until(lambda: self.backend.get_status()["on_air"])
        status = self.backend.get_status()
        for name in ("initialized", "started", "connected", "dbus_connected", "objects_exported",
                     "adv_enable", "thread_alive", "loop_running"):
            self.assertIs(status[name], True, name)

    def test_writes_reach_their_callbacks(self):
        heard = []

        def note(name):
            return lambda *data: heard.append((name, *data))

        self.put_on_air()
        self.started({"set_control_targets": note("targets"), "set_stage_state": note("stage"),
                      "apply_overrides": note("overrides"), "set_stage_thresholds": note("changed"),
                      "get_stage_thresholds": lambda *selected: {"co2_max": 1}},
                     ["stage_thresholds"])
        self.until(lambda: self.status()["handlers"] == 4)
        self.write("control_targets", "b400dc008403e80302c003e0010000")
        self.write("stage_state", "010102c0d31169050000")
        self.write("override_bits", "0280")
        self.write("stage_thresholds", b'{"species":"Oyster","stage":"Pinning","co2_max":7}'.hex())
        self.write("stage_thresholds", b'{"species":"Shiitake","stage":"Fruiting"}'.hex())
        self.until(lambda: len(heard) == 4)
        self.assertEqual([name for name, *_ in heard], ["targets", "stage", "overrides", "changed"])
        self.assertEqual(heard[0][1]["temp_max"], 22.0)
        self.assertEqual(heard[1][1]["stage"], "Pinning")
        self.assertTrue(heard[2][1]["emergency_stop"])
        self.assertEqual(heard[3][1:], ("Oyster", "Pinning", {"co2_max": 7}))
        # What was selected last is what is read next.
        self.until(lambda: "Shiitake" in self.peer.call(
            op="get", characteristic="stage_thresholds")["value"])

    def test_a_bad_write_or_callback_ends_nothing(self):
        heard = []

        def fail(*_):
            raise RuntimeError("a bug of MushPi's")

        self.put_on_air()
        with self.assertLogs("mushpi_backend", "WARNING") as logs:
            self.started({"get_sensor_data": fail, "set_stage_state": fail,
                          "set_control_targets": heard.append, "apply_overrides": heard.append}, [])
            self.until(lambda: self.status()["handlers"] == 4)
            self.write("stage_state", "010102c0d31169050000")
            self.write("stage_thresholds", b"hello".hex())
            self.write("control_targets", "dc00b4008403e80302c003e0010000")   # low above high
            self.write("override_bits", "0100")
            self.until(lambda: heard)
        self.assertEqual([data["raw_bits"] for data in heard], [1])
        self.assertEqual(len([line for line in logs.output if "a bug of MushPi's" in line]), 2)
        self.backend.notify("nothing")

    def test_the_name(self):
        self.put_on_air()
        stage = {}
        self.started({"get_stage_data": lambda: stage or None}, [])
        self.backend.update_advertising_name()
        self.until(lambda: self.status()["name"] == "MushPi-Init")
        stage.update(species="Lion's Mane", stage="Pinning")
        self.backend.update_advertising_name()
        self.until(lambda: self.status()["name"] == "MushPi-LionsManePinning")
        self.backend.update_advertising_name("MushPi-Error")
        self.until(lambda: self.status()["name"] == "MushPi-Error")

    def test_before_spored_and_after_its_restart(self):
        self.backend.set_callbacks({"get_sensor_data": lambda: {"co2": 7}})
        self.backend.start()
        process = self.put_on_air()
        self.until(lambda: self.counters("env_measurements")["sets"] == 1)
        self.stop(process)
        self.launch()
        self.peer = self.connect()
        self.until(lambda: self.counters("env_measurements")["sets"] == 1)
        self.until(lambda: self.status()["handlers"] == 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
