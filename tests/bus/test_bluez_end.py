"""How spored leaves, and a bus that is lost while phones listen."""

import contextlib
import os
import signal
import unittest

from bluez import BluezStory
from harness import LIMIT

LEAVING = ("UnregisterAdvertisement", "UnregisterApplication")
BOTH = "the application and the advertisement, on hci0"
LEFT_BOTH = f"left registered: {BOTH} (no answer from bluetoothd)"


class End(BluezStory):

    def tell(self, process):
        process.send_signal(signal.SIGTERM)
        self.wait_notify(lambda text: "STOPPING=1" in text)

    def ended(self, process):
        _, log = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0, log.decode())
        return log.decode()

    def test_the_advertisement_leaves_before_the_application(self):
        process = self.put_on_air("-o", "daemon.shutdown_timeout=60s")
        self.bluez.command("answer", "UnregisterAdvertisement", "hold")
        self.tell(process)
        self.bluez.wait_call("UnregisterAdvertisement", path="/org/bluez/hci0",
                             object="/spored/advertisement")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*LEAVING), [])
        self.bluez.command("reply", "UnregisterAdvertisement", "ok")
        self.bluez.wait_call("UnregisterApplication", path="/org/bluez/hci0",
                             object="/spored/application")
        self.assertNotIn("left registered", self.ended(process))

    def test_an_error_on_the_way_out_does_not_hold_it_up(self):
        process = self.put_on_air("-o", "daemon.shutdown_timeout=60s")
        for member in LEAVING:
            self.bluez.command("answer", member, "error", "org.bluez.Error.DoesNotExist")
        self.tell(process)
        self.assertNotIn("left registered", self.ended(process))
        self.bluez.wait_call("UnregisterApplication")

    def test_a_second_signal_ends_it_at_once(self):
        process = self.put_on_air("-o", "daemon.shutdown_timeout=60s")
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        self.tell(process)
        self.bluez.wait_call("UnregisterAdvertisement")
        process.send_signal(signal.SIGTERM)
        log = self.ended(process)
        self.assertIn("told twice", log)
        self.assertIn(LEFT_BOTH, log)

    def test_in_the_middle_of_registering_it_takes_back_what_bluez_may_hold(self):
        self.bluez.command("answer", "RegisterApplication", "hold")
        process = self.ready_to_register("-o", "daemon.shutdown_timeout=60s")
        self.bluez.wait("listed")
        self.tell(process)
        self.bluez.wait_call("UnregisterApplication", object="/spored/application")
        self.assertNotIn("left registered", self.ended(process))
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterAdvertisement", *LEAVING), [])

    def test_with_nothing_registered_it_ends_without_a_call(self):
        self.bluez.command("own")
        process = self.launch("-o", "daemon.shutdown_timeout=60s")
        self.wait_status("there is no Bluetooth adapter")
        self.tell(process)
        self.assertNotIn("left registered", self.ended(process))
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*LEAVING), [])

    def test_a_bluez_that_leaves_on_the_way_out_does_not_hold_it_up(self):
        process = self.put_on_air("-o", "daemon.shutdown_timeout=60s")
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        self.tell(process)
        self.bluez.wait_call("UnregisterAdvertisement")
        self.assertEqual(self.bluez.end(), 0)
        self.ended(process)


class Left(BluezStory):
    """Its own time ends it, with 0, and it says what BlueZ still has."""

    # No other time does.
    options = (*BluezStory.options, "-o", "bluez.call_timeout=10min",
               "-o", "bluez.register_timeout=10min")

    def tell(self, process):
        process.send_signal(signal.SIGTERM)
        status = process.wait(LIMIT)
        log = process.stderr.read().decode()
        self.assertEqual(status, 0, log)
        return log

    def left(self, process, what):
        """Nothing else, and once."""
        log = self.tell(process)
        self.assertEqual([line for line in log.splitlines() if "left registered" in line],
                         [f"spored: warning: left registered: {what} (no answer from bluetoothd)"])

    def nothing_left(self, process):
        self.assertNotIn("left registered", self.tell(process))

    @contextlib.contextmanager
    def standing_still(self, process):
        os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process.pid, signal.SIGCONT)

    def test_on_air_with_a_bluez_that_does_not_answer(self):
        process = self.put_on_air()
        for member in LEAVING:
            self.bluez.command("answer", member, "never")
        self.left(process, BOTH)

    def test_on_air_with_a_bluez_that_has_stopped(self):
        process = self.put_on_air("-o", "bluez.ping_interval=30s")
        with self.standing_still(self.bluez.process):
            self.left(process, BOTH)

    def test_on_air_with_a_bus_that_has_stopped(self):
        process = self.put_on_air()
        with self.standing_still(self.bus.process):
            self.left(process, BOTH)

    def test_an_advertisement_that_was_taken_back_is_not_named(self):
        process = self.put_on_air()
        self.bluez.command("answer", "UnregisterApplication", "never")
        self.left(process, "the application, on hci0")

    def test_an_agent_is_named(self):
        process = self.put_on_air("-o", "agent.capability=NoInputNoOutput")
        self.bluez.command("answer", "UnregisterAgent", "never")
        self.left(process, "the agent, on hci0")

    def test_all_of_it(self):
        process = self.put_on_air("-o", "agent.capability=NoInputNoOutput")
        with self.standing_still(self.bluez.process):
            self.left(process, "the agent, the application and the advertisement, on hci0")

    def leave_nothing_back(self):
        for leaving in LEAVING:
            self.bluez.command("answer", leaving, "never")

    def test_an_application_that_is_being_registered_may_be_there(self):
        self.bluez.command("answer", "RegisterApplication", "hold")
        process = self.ready_to_register()
        self.bluez.wait("listed")
        self.leave_nothing_back()
        self.left(process, "the application, on hci0")

    def test_an_advertisement_that_is_being_registered_may_be_there(self):
        self.bluez.command("answer", "RegisterAdvertisement", "hold")
        process = self.ready_to_register()
        self.bluez.wait("advertisement")
        self.leave_nothing_back()
        self.left(process, BOTH)

    def test_bluetoothd_has_not_even_told_its_objects(self):
        self.bluez.command("answer", "GetManagedObjects", "never")
        process = self.ready_to_register()
        self.wait_status("bluetoothd has not answered yet")
        self.nothing_left(process)

    def test_refused(self):
        self.bluez.command("answer", "RegisterApplication", "error", "org.bluez.Error.Failed", "no")
        process = self.ready_to_register()
        self.wait_status("BlueZ refuses the application")
        with self.standing_still(self.bluez.process):
            self.nothing_left(process)

    def test_without_bluetoothd(self):
        process = self.launch()
        self.wait_status("bluetoothd is not running")
        self.nothing_left(process)

    def test_without_a_bus(self):
        process = self.put_on_air()
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        self.nothing_left(process)

    def test_a_bus_that_has_stopped_before_it_has_answered(self):
        with self.standing_still(self.bus.process):
            process = self.launch()
            self.nothing_left(process)

    def test_a_program_that_does_not_read_holds_nothing_up(self):
        process = self.put_on_air("-o", "limits.peer_bytes=4k")
        self.peer.send(b'{"op":"status"}\n' * 2000)
        self.assertTrue(self.connect().call(op="status")["ok"])
        self.nothing_left(process)

    def test_a_log_that_nobody_reads_holds_nothing_up(self):
        process = self.put_on_air()
        # Each is refused and logged.
        while self.peer.call(op="status")["log_dropped"] == 0:
            for _ in range(50):
                self.write("alarm", "ff")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), 0)
        process.stderr.read()


class Bus(BluezStory):

    def test_a_lost_bus_ends_the_subscriptions_and_all_comes_back(self):
        self.put_on_air("-o", "queue.window=1")
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("level")
        self.set("level", 1, 2)
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        reply = self.peer.call(op="set", characteristic="level", value=3)
        self.assertEqual((reply["ok"], reply["subscribed"]), (True, False))
        row = self.counters("level")
        self.assertEqual((row["published"], row["sent"], row["dropped"]["gone"]), (2, 1, 1))
        self.bus.start()
        self.bluez = self.another_bluez()
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.wait_on_air()
        self.subscribe("level")
        self.set("level", 4)
        self.assertEqual(self.bluez.values(), [("level", "04")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
