"""The clock on the wall is set, back and forth, while spored runs: nothing that waits waits longer
for that, or shorter."""

import datetime
import os
import struct
import subprocess
import unittest

from bluez import FAILED, PROFILE, BluezStory
from driver import Driver, well
from harness import LIMIT

DAY, YEAR = 24 * 3600, 365 * 24 * 3600
LEVEL = "[characteristic level]\n"


class ClockStory(BluezStory):

    def setUp(self):
        super().setUp()
        self.clock = os.path.join(self.folder, "clock")
        self.set_clock(0)

    def environment(self, extra=None):
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return super().environment({"LD_PRELOAD": os.environ["SET_CLOCK_LIBRARY"],
                                    "SET_CLOCK": self.clock, "ASAN_OPTIONS": sanitizer,
                                    **(extra or {})})

    def set_clock(self, offset, monotonic=0):
        """They are so many seconds off from now on."""
        fd = os.open(self.clock, os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(fd, struct.pack("qq", offset, monotonic), 0)
        os.close(fd)


class Waiting(ClockStory):

    with_bus = False

    def another_bluez(self):
        """There is no bus that it could be on."""

    def test_a_bus_that_says_nothing_is_connected_to_anew(self):
        """sd-bus waits for minutes: they are over here when it is looked at next."""
        driver = Driver(self.bus.path, knows=False)
        self.addCleanup(driver.close)
        self.launch()
        driver.wait(lambda: driver.connections, LIMIT)
        # It waits by now.
        self.assertEqual(self.status()["why"], "the bus has not answered yet")
        driver.knows, driver.answers = True, well()
        self.set_clock(0, monotonic=600)
        self.status()
        self.wait_status("bluetoothd is not running")


class Clock(ClockStory):

    def test_the_clock_is_really_set(self):
        """Else the others would prove nothing."""
        self.set_clock(-20 * YEAR)
        shown = subprocess.run(["date", "+%Y"], env=self.environment(), check=True,
                               capture_output=True, text=True)
        self.assertLess(int(shown.stdout), datetime.date.today().year - 10)

    def back(self):
        self.set_clock(-DAY)

    def test_set_back_a_refused_application_is_tried_again(self):
        self.bluez.command("answer", "RegisterApplication", "error", FAILED)
        self.ready_to_register()
        self.bluez.wait_call("RegisterApplication")
        self.back()
        for _ in range(5):
            self.bluez.wait_call("RegisterApplication")
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.wait_on_air()

    def test_set_back_a_call_still_has_its_end(self):
        self.bluez.command("once", "RegisterApplication", "never")
        self.ready_to_register("-o", "bluez.register_timeout=1s")
        self.bluez.wait_call("RegisterApplication")
        self.back()
        self.bluez.wait_call("UnregisterApplication")
        self.wait_on_air()

    def test_set_back_values_keep_their_pace(self):
        self.put_on_air("-o", "queue.min_interval=50ms")
        self.subscribe("level")
        self.set("level", 1, 2, 3, 4)
        self.back()
        self.assertEqual(self.bluez.wait_values(4), self.numbers("level", (1, 2, 3, 4)))

    def test_set_back_a_bluetoothd_that_does_not_answer_is_noticed(self):
        self.bluez.command("answer", "Ping", "hold")
        self.put_on_air("-o", "bluez.ping_interval=100ms", "-o", "bluez.call_timeout=500ms")
        self.bluez.wait_call("Ping")
        self.back()
        self.wait_status("bluetoothd has not answered for")

    def test_set_back_a_lost_bus_is_looked_for(self):
        self.put_on_air()
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        self.back()
        self.bus.start()
        self.wait_status("bluetoothd is not running")

    def test_set_back_it_ends_in_its_time(self):
        process = self.put_on_air()
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        process.terminate()
        self.bluez.wait_call("UnregisterAdvertisement")
        self.back()
        self.assertEqual(process.wait(60), 0)

    def test_set_forth_nothing_is_older_or_given_up(self):
        with open(self.profile, "w", encoding="utf-8") as file:
            file.write(PROFILE.replace(LEVEL, LEVEL + "max_age = 1h\n"))
        self.bluez.command("once", "RegisterApplication", "hold")
        self.ready_to_register()
        self.peer = self.connect()
        self.set("level", 1)
        self.bluez.wait("listed")
        self.set_clock(YEAR)
        self.assertFalse(self.counters("level")["stale"])
        self.assertLess(self.status()["uptime_s"], DAY)
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("UnregisterApplication"), [])
        self.bluez.command("reply", "RegisterApplication", "ok")
        self.wait_on_air()


if __name__ == "__main__":
    unittest.main(verbosity=2)
