"""How spored leaves, and a bus that is lost while phones listen."""

import signal
import unittest

from bluez import BluezStory
from harness import LIMIT

LEAVING = ("UnregisterAdvertisement", "UnregisterApplication")


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

    def test_a_bluez_that_never_answers_does_not_hold_it_up(self):
        process = self.put_on_air("-o", "daemon.shutdown_timeout=200ms")
        for member in LEAVING:
            self.bluez.command("answer", member, "never")
        self.tell(process)
        self.assertIn("left registered: the application and the advertisement, on hci0 (no answer", self.ended(process))

    def test_a_second_signal_ends_it_at_once(self):
        process = self.put_on_air("-o", "daemon.shutdown_timeout=60s")
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        self.tell(process)
        self.bluez.wait_call("UnregisterAdvertisement")
        process.send_signal(signal.SIGTERM)
        self.assertIn("told twice", self.ended(process))

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
