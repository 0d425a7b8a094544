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

    def dies_under_it(self, bluez, member="RegisterApplication"):
        """Each life of bluetoothd ends while the application, or another, is being registered."""
        bluez.wait_call(member)
        bluez.command("kill")
        self.wait_status("bluetoothd is not running")
        bluez.command("start")

    def test_a_bluetoothd_that_dies_of_it_is_asked_once_in_each_life(self):
        self.bluez.command("answer", "RegisterApplication", "hold")
        self.ready_to_register()
        for _ in range(MANY):
            self.dies_under_it(self.bluez)
            self.assertEqual(self.bluez.calls("RegisterApplication", "UnregisterApplication"), [])
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.bluez.command("restart")
        self.wait_on_air()
        self.peer = self.connect()
        self.wait_registered()
        self.assert_notifies(1)

    def dies_of(self, *members):
        """Of the first; and then of the next, the first being no trouble any more."""
        for member in members:
            self.bluez.command("answer", member, "hold")
        self.ready_to_register("-o", "agent.capability=NoInputNoOutput")
        for member in members:
            for _ in range(5):
                self.dies_under_it(self.bluez, member)
            self.bluez.command("answer", member, "ok")
            self.bluez.command("restart")
        self.wait_on_air()
        self.peer = self.connect()
        self.wait_registered()
        self.assert_notifies(1)

    def test_whatever_it_dies_of_all_is_registered_in_the_end(self):
        self.dies_of("RegisterAgent", "RequestDefaultAgent", "RegisterApplication",
                     "RegisterAdvertisement")

    def test_also_of_telling_its_objects(self):
        self.dies_of("GetManagedObjects")

    def test_the_next_one_is_left_in_peace_for_a_while(self):
        self.bluez.command("answer", "RegisterApplication", "hold")
        self.ready_to_register("-o", "bluez.retry_min=1h", "-o", "bluez.retry_max=1h")
        self.dies_under_it(self.bluez)
        self.wait_status("being registered with BlueZ on hci0")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])

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
