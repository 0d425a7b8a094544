"""A bluetoothd that is there and does not answer."""

import contextlib
import os
import signal
import unittest

from bluez import REGISTRATIONS, BluezStory

SILENT = "STATUS=not on air: bluetoothd has not answered for"


class Pulse(BluezStory):

    options = (*BluezStory.options, "-o", "bluez.call_timeout=1s")
    asked_soon = ("-o", "bluez.ping_interval=100ms")

    @contextlib.contextmanager
    def standing_still(self):
        os.kill(self.bluez.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.bluez.process.pid, signal.SIGCONT)

    def wait_silent(self):
        return self.wait_status(SILENT)

    def test_it_is_said_and_programs_are_served(self):
        process = self.put_on_air(*self.asked_soon)
        self.subscribe("level")
        with self.standing_still():
            self.wait_silent()
            status = self.status()
            self.assertFalse(status["on_air"])
            self.assertRegex(status["why"], "^bluetoothd has not answered for [0-9]+ s$")
            self.assertEqual(status["fix"], "systemctl restart bluetooth")
            self.assertGreater(status["silent_s"], 0)
            self.assertIn("systemctl restart bluetooth", self.ctl("status").stdout)
            self.set("level", 7)
            self.assertEqual(self.peer.call(op="get", characteristic="level")["value"], 7)
        self.wait_on_air()
        self.assertIsNone(self.status()["silent_s"])
        self.assertEqual(self.bluez.wait_values(1), [("level", "07")])
        self.assertEqual(self.bluez.registered(), ("1", "1"))
        self.assertEqual(self.log_of(process).count("bluetoothd has not answered for"), 1)

    def test_who_watches_the_status_is_told_once_of_each(self):
        self.put_on_air(*self.asked_soon)
        self.assertTrue(self.peer.call(op="watch", events=["status"])["ok"])
        with self.standing_still():
            self.assertIn("has not answered", self.peer.receive()["why"])
            # Its seconds are counted meanwhile.
            first = self.wait_silent()
            self.wait_notify(lambda text: SILENT in text and text != first)
        self.assertTrue(self.peer.receive()["on_air"])

    def test_it_is_asked_once(self):
        self.bluez.command("answer", "Ping", "hold")
        self.put_on_air(*self.asked_soon)
        first = self.wait_silent()
        self.wait_notify(lambda text: SILENT in text and text != first)
        self.bluez.take("call", member="Ping")
        self.wait_notify(lambda text: SILENT in text and text != first)
        self.assertEqual(self.bluez.calls("Ping"), [])
        self.bluez.command("answer", "Ping", "ok")
        self.bluez.command("reply", "Ping", "ok")
        self.wait_on_air()

    def test_it_is_asked_again_in_its_interval_whatever_time_it_has_to_answer(self):
        self.put_on_air("-o", "bluez.ping_interval=20ms", "-o", "bluez.call_timeout=10min")
        for _ in range(3):
            self.bluez.wait_call("Ping")

    def test_what_the_notifier_asks_is_enough(self):
        self.put_on_air("-o", "bluez.ping_interval=1h", "-o", "queue.window=1")
        self.subscribe("level")
        with self.standing_still():
            self.set("level", 1)
            self.wait_silent()
        self.wait_on_air()

    def test_no_calls_pile_up_and_it_is_registered_when_it_goes_on(self):
        self.bluez.command("once", "RegisterApplication", "never")
        self.ready_to_register(*self.asked_soon, "-o", "bluez.register_timeout=1s",
                               "-o", "bluez.retry_min=1h", "-o", "bluez.retry_max=1h")
        self.bluez.wait("listed")
        with self.standing_still():
            # The end of that call comes after a second, and the end of the one that clears it
            # after another.
            self.wait_seconds(3)
        self.wait_on_air()
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [
            "UnregisterApplication", "RegisterApplication", "RegisterAdvertisement"])
        self.assertEqual(self.bluez.registered(), ("1", "1"))

    def objects_asked_for(self, *arguments):
        """By one that finds it standing still, for seconds: how often."""
        self.bluez.add_adapter()
        self.bluez.command("own")
        with self.standing_still():
            self.launch(*self.asked_soon, *arguments)
            self.wait_seconds(3)
        self.wait_on_air()
        self.bluez.sync()
        return len(self.bluez.calls("GetManagedObjects"))

    def test_its_objects_are_asked_for_when_it_goes_on(self):
        self.assertEqual(self.objects_asked_for("-o", "bluez.retry_min=1h",
                                                "-o", "bluez.retry_max=1h"), 2)

    def test_and_not_again_and_again_before(self):
        # Once more before it counts as silent.
        self.assertLessEqual(self.objects_asked_for(), 3)

    def wait_seconds(self, number):
        """It has been silent for so many more."""
        text = self.wait_silent()
        for _ in range(number):
            seconds = self.seconds(text)
            text = self.wait_notify(lambda new: SILENT in new and self.seconds(new) > seconds)

    @staticmethod
    def seconds(text):
        return int(text.split(SILENT)[1].split()[0])

    def test_one_that_is_asked_for_nothing_is_not_suspected(self):
        self.put_on_air()
        self.assertIsNone(self.status()["silent_s"])
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("Ping"), [])

    def test_another_one_has_a_fresh_start(self):
        self.bluez.command("answer", "Ping", "hold")
        self.put_on_air(*self.asked_soon)
        self.wait_silent()
        self.assertEqual(self.bluez.end(), 0)
        self.wait_status("bluetoothd is not running")
        self.bluez = self.another_bluez()
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.wait_on_air()


if __name__ == "__main__":
    unittest.main(verbosity=2)
