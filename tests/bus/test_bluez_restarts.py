"""bluetoothd ends and comes back in every way, often."""

import unittest

from bluez import REGISTRATIONS, BluezStory

MANY = 20


class Restarts(BluezStory):

    def wait_registered(self):
        """On air, with one application and one advertisement: so it stays then."""
        while self.bluez.registered() != ("1", "1"):
            self.wait_on_air()
        self.bluez.sync()
        self.bluez.waiting.clear()

    def assert_notifies(self, value):
        self.subscribe("level")
        self.assertTrue(self.set("level", value)["subscribed"])
        self.assertEqual(self.bluez.values(), [("level", f"{value:02x}")])

    def test_an_orderly_stop_ends_in_its_order_and_spored_lets_it(self):
        self.put_on_air()
        self.subscribe("level")
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.bluez.command("stop")
        self.wait_status("bluetoothd is not running")
        self.assertIn("Release", [e["member"] for e in self.bluez.take("calls")])
        self.assertEqual(self.bluez.calls("Set", *REGISTRATIONS), [])
        self.assertFalse(self.counters("level")["subscribed"])
        self.bluez.command("start")
        self.wait_on_air()
        self.wait_registered()
        self.assert_notifies(1)

    def test_it_comes_back_after_many_restarts(self):
        self.put_on_air()
        for number in range(MANY):
            self.bluez.command("restart")
            self.wait_status("bluetoothd is not running")
            self.wait_on_air()
            self.wait_registered()
            self.assert_notifies(number)

    def test_it_comes_back_after_many_deaths(self):
        self.put_on_air()
        for number in range(MANY):
            self.bluez.command("kill")
            self.wait_status("bluetoothd is not running")
            self.bluez.command("start")
            self.wait_on_air()
            self.wait_registered()
            self.assert_notifies(number)

    def test_it_comes_back_after_restarts_that_leave_no_time(self):
        self.put_on_air()
        for _ in range(MANY):
            self.bluez.command("restart")
        self.wait_registered()
        self.assert_notifies(1)

    def test_many_offs_and_ons_register_nothing_anew(self):
        self.put_on_air()
        self.bluez.sync()
        self.bluez.waiting.clear()
        for _ in range(MANY):
            self.bluez.command("power", "hci0", "off")
            self.bluez.command("power", "hci0", "on")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.assertEqual(self.bluez.registered(), ("1", "1"))
        self.wait_registered()
        self.assert_notifies(1)

    def test_many_unplugs_leave_one_application(self):
        self.put_on_air()
        for number in range(MANY):
            self.bluez.command("unplug", "hci0")
            self.bluez.command("plug", "hci0")
            if number % 4 == 0:
                self.wait_on_air()
        self.wait_registered()
        self.assert_notifies(1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
