"""Off the air and back on it by a program, in one process."""

import json
import os
import signal
import unittest

from bluez import BluezStory
from harness import has_its_own_memory
from simulation.sporesim import UNDER_VALGRIND
from test_bluez_policies import BLOCKED, Stopped, TEN

OFF = "STATUS=not on air: deactivated by a program; sporectl activate"
CYCLES, WARM = (20, 5) if UNDER_VALGRIND else (100, 20)
BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.Debug.Stats")


def fds(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def resident(process):
    """In KiB."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


class Deactivated(BluezStory):

    # Whoever is asked to unregister has all the time, unless a test says otherwise.
    options = (*BluezStory.options, "-o", "daemon.shutdown_timeout=60s")

    def launch(self, *arguments, **options):
        process = super().launch(*arguments, **options)
        self.administrator = self.connect()
        return process

    def tell(self, operation):
        reply = self.administrator.call(op=operation)
        self.assertTrue(reply.get("ok"), reply)

    def wait_off(self):
        self.wait_notify(lambda text: OFF in text)

    def deactivate(self):
        self.tell("deactivate")
        self.wait_off()

    def activate(self):
        self.tell("activate")
        self.wait_on_air()

    def bus_stats(self):
        """What the bus itself keeps: connections and matches, of all together."""
        done = self.busctl("--json=short", "call", *BUS, "GetStats")
        self.assertEqual(done.returncode, 0, done.stderr)
        stats = json.loads(done.stdout)["data"][0]
        return {k: stats[k]["data"] for k in ("ActiveConnections", "MatchRules", "BusNames")}

    def assert_nothing_registered(self):
        self.bluez.sync()
        self.assertEqual(self.bluez.registered(), ("0", "0"))


class Cycles(Deactivated):

    def serve(self, number):
        """A subscriber gets what is set, and writes what a program is told of."""
        self.subscribe("level")
        self.assertTrue(self.set("level", number % 256)["subscribed"])
        self.assertEqual(self.bluez.wait_values(1), [("level", f"{number % 256:02x}")])
        self.assertNotIn("error", self.write("blob", f"{number % 256:02x}"))
        event = self.watcher.receive()
        self.assertEqual((event["event"], event["hex"]), ("write", f"{number % 256:02x}"))

    def cycle(self, number):
        self.deactivate()
        self.assertFalse(self.set("level", number % 256)["subscribed"])
        self.activate()
        self.assertEqual(self.bluez.registered(), ("1", "1"))
        self.serve(number)
        self.bluez.waiting.clear()

    def test_a_hundred_leave_nothing_behind(self):
        process = self.put_on_air()
        self.watcher = self.connect()
        self.assertTrue(self.watcher.call(op="watch", events=["write"])["ok"])
        for number in range(WARM):
            self.cycle(number)
        before = fds(process), self.bus_stats()
        kilobytes = resident(process)
        for number in range(WARM, CYCLES):
            self.cycle(number)
        # A connection that was closed may linger for a moment, on either side.
        self.until(lambda: (fds(process), self.bus_stats()) == before)
        # One bus connection is more than this.
        if not has_its_own_memory():
            self.assertLess(resident(process), kilobytes + 256)
        row = self.counters("level")
        self.assertEqual(row["published"], row["sent"])
        self.assertEqual(row["sent"], CYCLES)

    def test_agent_application_and_advertisement_go_and_the_connection_with_them(self):
        self.put_on_air("-o", "agent.capability=NoInputNoOutput")
        self.bluez.sync()
        self.bluez.waiting.clear()
        connections = self.bus_stats()["ActiveConnections"]
        self.deactivate()
        self.bluez.sync()
        leaving = ("UnregisterAdvertisement", "UnregisterApplication", "UnregisterAgent")
        self.assertEqual(self.bluez.calls(*leaving), list(leaving))
        self.until(lambda: self.bus_stats()["ActiveConnections"] == connections - 1)
        self.activate()
        self.assertEqual(self.bluez.registered(), ("1", "1"))

    def test_it_is_said_and_can_be_asked_for_twice(self):
        self.put_on_air()
        for _ in range(2):
            self.tell("deactivate")
        self.wait_off()
        status = self.status()
        self.assertEqual((status["on_air"], status["why"], status["fix"]),
                         (False, "deactivated by a program", "sporectl activate"))
        self.assertEqual(self.ctl("deactivate").returncode, 0)
        self.assertEqual(self.ctl("activate").returncode, 0)
        self.wait_on_air()
        self.assertEqual(self.ctl("activate").returncode, 0)
        self.assertTrue(self.status()["on_air"])

    def test_the_name_and_the_values_are_as_before(self):
        self.put_on_air()
        self.assertTrue(self.peer.call(op="advertise", name="Shed")["ok"])
        self.set("level", 7)
        self.deactivate()
        refused = self.peer.call(op="advertise", name="x")
        self.assertEqual((refused["error"], refused["detail"]),
                         ("unavailable", "the name is not taken: deactivated by a program; "
                          "sporectl activate"))
        self.set("count", 300)
        self.tell("activate")
        self.wait_on_air("as Shed")
        self.assertEqual(self.read("level")["hex"], "07")
        self.assertEqual(self.read("count")["hex"], "2c01")

    def test_a_started_spored_goes_on_the_air(self):
        process = self.put_on_air()
        self.deactivate()
        self.assertEqual(self.stop(process)[0], 0)
        self.launch()
        self.wait_on_air()

    def test_stopped_while_it_is_off_it_ends_at_once(self):
        process = self.put_on_air()
        self.deactivate()
        status, log = self.stop(process)
        self.assertEqual(status, 0, log)
        self.assertNotIn("left registered", log)

    def test_without_a_profile_it_cannot_be(self):
        empty = os.path.join(self.folder, "empty.conf")
        with open(empty, "w", encoding="ascii"):
            pass
        self.launch(profile=empty)
        reply = self.connect().call(op="deactivate")
        self.assertEqual((reply["error"], reply["detail"]),
                         ("unavailable", "nothing is declared to serve; set profile = NAME in "
                          f"[daemon] of {empty}, or declare a [service] there"))


class InEachState(Deactivated):
    """Of the registration, and of what a central or a program waits for."""

    def test_while_the_application_is_being_registered(self):
        self.bluez.command("answer", "RegisterApplication", "hold")
        self.ready_to_register()
        self.bluez.wait("listed")
        self.tell("deactivate")
        self.bluez.wait_call("UnregisterApplication")
        self.wait_off()
        self.assert_nothing_registered()
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.activate()

    def test_while_the_advertisement_is_being_registered(self):
        self.bluez.command("answer", "RegisterAdvertisement", "hold")
        self.ready_to_register()
        self.bluez.wait("advertisement")
        self.deactivate()
        self.assert_nothing_registered()
        self.bluez.command("answer", "RegisterAdvertisement", "ok")
        self.activate()

    def test_while_it_is_refused(self):
        self.bluez.command("answer", "RegisterApplication", "error", "org.bluez.Error.Failed", "no")
        self.ready_to_register()
        self.wait_status("BlueZ refuses the application")
        self.deactivate()
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.activate()

    def test_while_bluetoothd_is_away(self):
        self.put_on_air()
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        self.deactivate()
        self.bluez.command("own")
        self.assert_nothing_registered()
        self.activate()

    def test_while_the_adapter_is_away(self):
        self.put_on_air()
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.deactivate()
        self.bluez.add_adapter(how="plug")
        self.activate()

    def test_while_the_bus_is_away(self):
        self.put_on_air()
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        self.deactivate()
        self.bus.start()
        self.bluez = self.another_bluez()
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.activate()

    def test_bluetoothd_leaves_on_the_way(self):
        self.put_on_air()
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        self.tell("deactivate")
        self.bluez.wait_call("UnregisterAdvertisement")
        self.wait_status("being deactivated by a program")
        self.assertEqual(self.bluez.end(), 0)
        self.wait_off()

    def test_the_bus_leaves_on_the_way(self):
        self.put_on_air()
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        self.tell("deactivate")
        self.bluez.wait_call("UnregisterAdvertisement")
        self.bus.stop()
        self.wait_off()

    def test_bluetoothd_that_does_not_answer_is_left_and_said(self):
        process = self.put_on_air("-o", "daemon.shutdown_timeout=200ms")
        os.kill(self.bluez.process.pid, signal.SIGSTOP)
        try:
            self.deactivate()
        finally:
            os.kill(self.bluez.process.pid, signal.SIGCONT)
        self.assert_nothing_registered()
        self.activate()
        self.assertEqual(self.bluez.registered(), ("1", "1"))
        self.assertIn("left registered: the application and the advertisement, on hci0",
                      self.log_of(process))

    def test_activated_on_the_way_it_comes_back(self):
        self.put_on_air()
        self.bluez.command("answer", "UnregisterAdvertisement", "hold")
        self.tell("deactivate")
        self.bluez.wait_call("UnregisterAdvertisement")
        self.tell("activate")
        self.wait_status("not on air: activated by a program, and still unregistering")
        status = self.status()
        self.assertEqual((status["on_air"], status["why"]), (
            False, "activated by a program, and still unregistering from before"))
        self.bluez.command("answer", "UnregisterAdvertisement", "ok")
        self.bluez.command("reply", "UnregisterAdvertisement", "ok")
        self.bluez.wait_call("RegisterAdvertisement")
        self.wait_on_air()
        self.assertEqual(self.bluez.registered(), ("1", "1"))

    def test_stopped_on_the_way_it_ends_with_what_is_left(self):
        process = self.put_on_air()
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        self.tell("deactivate")
        self.bluez.wait_call("UnregisterAdvertisement")
        process.send_signal(signal.SIGTERM)
        self.wait_notify(lambda text: "STOPPING=1" in text)
        status, log = self.stop(process)
        self.assertEqual(status, 0)
        self.assertIn("told twice", log)
        self.assertIn("left registered: the application and the advertisement", log)


class WithAWaitingCentral(Deactivated):

    options = (*Deactivated.options, "-o", "alarm.verdict=handler", "-o",
               "socket.handler_timeout=500ms")

    def test_a_write_that_waits_for_a_verdict_is_refused_at_once(self):
        self.put_on_air()
        handler = self.connect()
        self.assertTrue(handler.call(op="handle", characteristic="alarm")["ok"])
        self.bluez.command("write", "/spored/application/alpha/alarm", "07")
        number = handler.receive()["number"]
        self.tell("deactivate")
        self.assertIn("error", self.bluez.wait("reply", to="WriteValue"))
        self.wait_off()
        reply = handler.call(op="verdict", number=number, accept=True)
        self.assertEqual(reply["error"], "expired")
        row = self.counters("alarm")
        self.assertEqual((row["writes"], row["writes_refused"]), (0, 1))


class WithQueues(Deactivated, Stopped):
    """A central is subscribed and nothing goes to it any more."""

    def test_what_waits_is_gone_and_counted(self):
        self.stopped()
        self.set("level", 1, 2, 3)
        self.deactivate()
        self.expect("level", published=3, gone=3)
        self.assertFalse(self.counters("level")["subscribed"])
        self.set("level", 4)
        self.bluez.command("answer", "Ping", "ok")
        self.activate()
        self.subscribe("level")
        self.set("level", 5)
        self.assertEqual(self.bluez.values(), [("level", "05")])
        self.expect("level", published=4, sent=1, gone=3)

    def test_who_waits_for_room_has_it(self):
        self.stopped(*BLOCKED)
        self.send_sets(self.peer, TEN)
        self.wait_waiting(1)
        self.deactivate()
        self.assertEqual(self.answers(self.peer, 10), ["ok"] * 10)
        self.expect("level", published=4, gone=4)

    def test_who_waits_for_room_has_it_also_if_bluetoothd_has_stopped(self):
        self.stopped(*BLOCKED, "-o", "daemon.shutdown_timeout=200ms")
        self.send_sets(self.peer, TEN)
        self.wait_waiting(1)
        os.kill(self.bluez.process.pid, signal.SIGSTOP)
        try:
            self.deactivate()
            self.assertEqual(self.answers(self.peer, 10), ["ok"] * 10)
        finally:
            os.kill(self.bluez.process.pid, signal.SIGCONT)
        self.expect("level", published=4, gone=4)


if __name__ == "__main__":
    # Those of the module that this one builds on are told there.
    unittest.main(verbosity=2, defaultTest=["Cycles", "InEachState", "WithAWaitingCentral",
                                            "WithQueues"])
