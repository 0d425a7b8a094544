"""A bus that does not answer, or not well, or goes and comes back again and again."""

import os
import socket
import unittest

from bluez import BluezStory
from driver import LIMITS, Driver, descriptors, well
from harness import LIMIT, UNDER_VALGRIND, has_its_own_memory

SOON = ("-o", "bluez.call_timeout=100ms")
WAITS = "STATUS=not on air: the bus has not answered yet"


class Driven(BluezStory):

    with_bus = False

    def another_bluez(self):
        """There is no bus that it could be on."""

    def drive(self, *arguments, **how):
        self.driver = Driver(self.bus.path, **how)
        self.addCleanup(self.driver.close)
        return self.launch(*arguments)

    def wait_calls(self, member, number):
        self.driver.wait(lambda: self.driver.calls.count(member) >= number, LIMIT)

    def wait_connections(self, number):
        self.driver.wait(lambda: len(self.driver.connections) >= number, LIMIT)

    def get_well(self):
        self.driver.answers = well()
        self.wait_status("bluetoothd is not running")


class Unanswered(Driven):

    def assert_serves_and_ends(self, process):
        self.assertEqual(self.status()["why"], "the bus has not answered yet")
        peer = self.connect()
        self.assertTrue(peer.call(op="set", characteristic="level", value=7)["ok"])
        self.assertEqual(peer.call(op="get", characteristic="level")["value"], 7)
        self.end_well(process)

    def test_a_bus_that_says_nothing_holds_nothing_up(self):
        process = self.drive(*SOON, knows=False)
        self.wait_connections(1)
        self.assert_serves_and_ends(process)

    def test_nor_does_one_that_does_not_greet(self):
        process = self.drive("-o", "bluez.call_timeout=60s")
        self.wait_connections(1)
        self.assert_serves_and_ends(process)

    def test_nor_one_that_does_not_know_who_bluez_is(self):
        process = self.drive("-o", "bluez.call_timeout=60s", **well(GetNameOwner=None))
        self.wait_calls("GetNameOwner", 1)
        self.assert_serves_and_ends(process)

    def test_nor_one_that_takes_no_more_connections(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, \
                socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            listener.bind(self.bus.path)
            listener.listen(0)
            other.connect(self.bus.path)
            self.launch()
            self.wait_status("there is no D-Bus bus")
            self.assertTrue(self.connect().call(op="set", characteristic="level", value=7)["ok"])


class Again(Driven):
    """What was not answered, or refused, is asked again."""

    def test_without_a_greeting_it_connects_anew(self):
        self.drive(*SOON, Hello=None)
        self.wait_connections(3)
        self.get_well()

    def test_without_knowing_the_owner_it_asks_again(self):
        # Long enough for the greeting, on a slow machine too.
        self.drive("-o", "bluez.call_timeout=1s", **well(GetNameOwner=None))
        self.wait_calls("GetNameOwner", 1)
        connections = len(self.driver.connections)
        self.wait_calls("GetNameOwner", 3)
        self.get_well()
        self.assertEqual(len(self.driver.connections), connections)

    def test_what_the_bus_will_not_tell_it_asks_again(self):
        self.drive(**well(GetNameOwner=Exception(LIMITS)))
        self.wait_calls("GetNameOwner", 3)
        self.get_well()
        self.assertEqual(len(self.driver.connections), 1)

    def test_an_answer_that_makes_no_sense_is_none(self):
        self.drive(**well(GetNameOwner=""))
        self.wait_calls("GetNameOwner", 3)
        self.get_well()

    def test_without_its_match_rules_it_connects_anew(self):
        self.drive(**well(AddMatch=Exception(LIMITS)))
        self.wait_connections(3)
        self.get_well()


def resident(pid):
    """In KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


class Often(Driven):

    TIMES = 100 if UNDER_VALGRIND else 1000
    GROWTH = 512  # KiB

    def hang_up(self, times):
        for _ in range(times):
            self.driver.hang_up()
            self.wait_status("there is no D-Bus bus")
            self.wait_status("bluetoothd is not running")

    def figures(self, process):
        # What it has told the service manager with is closed by then.
        self.peer.call(op="status")
        return descriptors(process.pid), resident(process.pid)

    def test_a_thousand_connections_leave_nothing_behind(self):
        process = self.drive(**well())
        self.wait_status("bluetoothd is not running")
        self.peer = self.connect()
        self.hang_up(self.TIMES // 10)
        before = self.figures(process)
        self.hang_up(self.TIMES)
        after = self.figures(process)
        self.assertEqual(after[0], before[0])
        if not has_its_own_memory():
            self.assertLess(after[1] - before[1], self.GROWTH)


class Restarts(BluezStory):
    """Of the bus, and bluetoothd with it."""

    TIMES = 20

    def rules(self):
        stats = self.busctl("--json=short", "call", "org.freedesktop.DBus",
                            "/org/freedesktop/DBus", "org.freedesktop.DBus.Debug.Stats",
                            "GetAllMatchRules")
        return stats.stdout.count("org.bluez") if stats.returncode == 0 else 0

    def restart(self):
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        self.assertFalse(self.set("level", 0)["subscribed"])
        self.bus.start()
        self.bluez.end()
        self.bluez = self.another_bluez()
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.wait_on_air()

    def assert_served(self, value):
        self.bluez.sync()
        self.assertEqual(self.bluez.registered(), ("1", "1"))
        self.bluez.waiting.clear()
        self.subscribe("level")
        self.set("level", value)
        self.assertEqual(self.bluez.values(), [("level", f"{value:02x}")])

    def figures(self):
        self.peer.call(op="status")
        return descriptors(self.process.pid), self.rules()

    def test_a_bus_that_is_restarted_is_served_on_each_time(self):
        self.process = self.put_on_air()
        self.assert_served(0)
        before = self.figures()
        for number in range(1, self.TIMES):
            self.restart()
            self.assert_served(number)
        self.assertEqual(self.figures(), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
