"""Start, stop, and a bus that comes and goes."""

import fcntl
import json
import os
import signal
import termios
import unittest

from harness import LIMIT, Story


class Life(Story):

    def test_sigterm_ends_it_with_0_and_removes_the_socket(self):
        process = self.launch()
        self.assertTrue(os.path.exists(self.socket_path))
        status, log = self.stop(process)
        self.assertEqual(status, 0, log)
        self.assertFalse(os.path.exists(self.socket_path))
        self.assertIn("STOPPING=1", self.wait_notify(lambda text: "STOPPING" in text))

    def test_sigint_ends_it_with_0(self):
        self.assertEqual(self.stop(self.launch(), signal.SIGINT)[0], 0)

    def test_status_says_that_bluetoothd_is_not_running_and_what_to_do(self):
        self.launch()
        self.wait_status("bluetoothd is not running")
        first = self.ctl("status").stdout.splitlines()[0]
        self.assertEqual(first, "not on air: bluetoothd is not running; systemctl start bluetooth")
        status = self.connect().call(op="status")
        self.assertFalse(status["on_air"])
        self.assertEqual(status["why"], "bluetoothd is not running")
        self.assertEqual(status["fix"], "systemctl start bluetooth")

    def test_the_bus_comes_back(self):
        self.launch("-o", "bluez.retry_max=1s")
        self.wait_status("bluetoothd is not running")
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        self.assertIn("no D-Bus bus", self.connect().call(op="status")["why"])
        self.bus.start()
        self.wait_status("bluetoothd is not running")

    def test_a_second_spored_on_the_socket_is_refused(self):
        first = self.launch()
        second = self.run_spored("-o", "bluez.bus=" + self.bus.address, os.environ["MUSHPI_PROFILE"])
        self.assertEqual(second.returncode, 1)
        self.assertIn("another program answers on " + self.socket_path, second.stderr)
        self.assertTrue(self.connect().call(op="status")["ok"])
        self.assertEqual(self.stop(first)[0], 0)

    def test_a_socket_left_by_kill_is_replaced(self):
        process = self.launch()
        process.kill()
        process.wait()
        self.assertTrue(os.path.exists(self.socket_path))
        self.launch()
        self.assertTrue(self.connect().call(op="status")["ok"])

    def test_stands_aside_for_bluezero(self):
        done = self.run_spored(os.environ["MUSHPI_PROFILE"], env={"MUSHPI_BLE_BACKEND": "bluezero"})
        self.assertEqual(done.returncode, 0)
        self.assertIn("standing aside", done.stderr)
        self.assertFalse(os.path.exists(self.socket_path))

    def test_without_a_profile_it_serves_the_socket_and_says_what_to_do(self):
        empty = os.path.join(self.folder, "empty.conf")
        with open(empty, "w", encoding="ascii"):
            pass
        self.launch(profile=empty)
        status = self.connect().call(op="status")
        self.assertEqual(status["why"], "nothing is declared to serve")
        self.assertIn(empty, status["fix"])
        self.assertEqual(status["characteristics"], [])


class Terminal(Story):
    """In a session of its own, whose terminal is ours to close."""

    def launch_in_terminal(self, signals=signal.SIG_DFL):
        ours, its = os.openpty()

        def take():
            os.setsid()
            fcntl.ioctl(its, termios.TIOCSCTTY)
            signal.signal(signal.SIGHUP, signals)

        try:
            return self.launch(stdin=its, preexec_fn=take), ours
        finally:
            os.close(its)

    def test_it_ends_with_its_terminal(self):
        process, terminal = self.launch_in_terminal()
        os.close(terminal)
        _, log = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0, log)
        self.assertIn(b"the terminal is gone", log)
        self.assertNotIn(b"reloading", log)

    def test_while_the_terminal_is_there_it_reloads(self):
        process, terminal = self.launch_in_terminal()
        self.addCleanup(os.close, terminal)
        process.send_signal(signal.SIGHUP)
        self.wait_notify(lambda text: "RELOADING=1" in text)
        self.assertTrue(self.connect().call(op="status")["ok"])

    def test_under_nohup_it_outlives_its_terminal(self):
        _, terminal = self.launch_in_terminal(signal.SIG_IGN)
        os.close(terminal)
        self.wait_notify(lambda text: "RELOADING=1" in text)
        self.assertTrue(self.connect().call(op="status")["ok"])


class Strangers(Story):

    def unique_name(self, process):
        """busctl's own list has no processes where there are no cgroups."""
        bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
        for row in json.loads(self.busctl("list", "--unique", "--json=short").stdout):
            done = self.busctl("call", "--json=short", *bus, "GetConnectionUnixProcessID", "s",
                               row["name"])
            if done.returncode == 0 and json.loads(done.stdout)["data"] == [process.pid]:
                return row["name"]
        raise AssertionError("spored is not on the bus")

    def test_a_call_from_anyone_but_bluez_is_refused_and_counted(self):
        process = self.launch()
        self.wait_status("bluetoothd is not running")
        name = self.unique_name(process)
        calls = [
            ("/spored/application", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"),
            ("/spored/application/mushpi/env_measurements", "org.bluez.GattCharacteristic1",
             "ReadValue", "a{sv}", "0"),
            ("/spored/application/mushpi/override_bits", "org.bluez.GattCharacteristic1",
             "WriteValue", "aya{sv}", "2", "0", "0", "0"),
            ("/spored/advertisement", "org.bluez.LEAdvertisement1", "Release"),
        ]
        for call in calls:
            done = self.busctl("call", name, *call)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("Access denied", done.stderr)
        status = self.connect().call(op="status")
        self.assertGreaterEqual(status["calls_refused"], len(calls))
        self.assertEqual([row["writes"] for row in status["characteristics"]], [0] * 7)
        # They are counted over all bus connections.
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        self.bus.start()
        self.wait_status("bluetoothd is not running")
        self.assertGreaterEqual(self.connect().call(op="status")["calls_refused"], len(calls))


if __name__ == "__main__":
    unittest.main(verbosity=2)
