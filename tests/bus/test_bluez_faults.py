"""What BlueZ can do to spored, and how patient spored is then."""

import json
import os
import select
import socket
import subprocess
import unittest

from bluez import FAILED, REGISTRATIONS, BluezStory
from harness import LIMIT

NO_RETRY = ("-o", "bluez.retry_min=1h", "-o", "bluez.retry_max=1h")
ALL_INTERFACES = "Adapter1,GattManager1,LEAdvertisingManager1"
REQUESTS = 50


class LateAnswers(BluezStory):

    def registrations(self):
        self.bluez.sync()
        return self.bluez.calls(*REGISTRATIONS)

    def test_a_late_answer_is_waited_for(self):
        self.bluez.command("answer", "RegisterApplication", "late", "0.2")
        self.bluez.command("answer", "RegisterAdvertisement", "late", "0.2")
        self.put_on_air()
        self.assertEqual(self.registrations(), ["RegisterApplication", "RegisterAdvertisement"])

    def test_an_answer_after_its_time_leaves_one_application(self):
        self.bluez.command("once", "RegisterApplication", "late", "1.2")
        self.put_on_air("-o", "bluez.register_timeout=1s")
        self.assertEqual(self.registrations(), [
            "RegisterApplication", "UnregisterApplication", "RegisterApplication",
            "RegisterAdvertisement"])
        self.bluez.command("pause", "0.3")
        self.assertEqual(self.bluez.registered(), ("1", "1"))
        self.assertTrue(self.status()["on_air"])

    def test_an_advertisement_that_is_never_answered_is_tried_again(self):
        self.bluez.command("once", "RegisterAdvertisement", "never")
        self.put_on_air("-o", "bluez.register_timeout=1s")
        self.assertEqual(self.registrations(), [
            "RegisterApplication", "RegisterAdvertisement", "UnregisterAdvertisement",
            "RegisterAdvertisement"])
        self.assertEqual(self.bluez.registered(), ("1", "1"))


class OtherIndex(BluezStory):
    """An adapter goes and comes back as another."""

    def test_auto_takes_it_under_another_index(self):
        self.put_on_air()
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.bluez.add_adapter("hci1", how="plug")
        self.wait_on_air("as box (hci1")
        self.assertEqual(self.bluez.registered(), ("1", "1"))

    def test_an_address_is_found_under_another_index(self):
        self.put_on_air("-o", "bluez.adapter=AA:BB:CC:DD:EE:00")
        self.bluez.command("unplug", "hci0")
        self.wait_status("AA:BB:CC:DD:EE:00 is not there")
        self.bluez.add_adapter("hci1", how="plug")
        self.wait_on_air("as box (hci1")

    def test_a_name_is_not_found_under_another_index(self):
        self.put_on_air("-o", "bluez.adapter=hci0")
        self.bluez.command("unplug", "hci0")
        self.wait_status("adapter hci0 is not there")
        self.bluez.sync()
        self.bluez.take("call")
        self.bluez.add_adapter("hci1", how="plug", Address="AA:BB:CC:DD:EE:01")
        self.wait_status("adapter hci0 is not there, but others are")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.bluez.add_adapter("hci0", how="plug")
        self.wait_on_air("as box (hci0")


class Another(BluezStory):
    """Others are there too, with adapter = auto."""

    OTHER = {"Address": "AA:BB:CC:DD:EE:01"}

    def crash(self):
        """bluetoothd comes back, and lists only the second adapter at first."""
        self.bluez.add_adapter("hci1", **self.OTHER)
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.bluez.command("kill")
        self.wait_status("bluetoothd is not running")
        self.bluez.command("unplug", "hci0")
        self.bluez.command("start")

    def test_after_a_crash_the_second_is_not_taken_for_the_first(self):
        self.put_on_air("-o", "bluez.adapter_wait=60s")
        self.crash()
        self.wait_status("hci0 is gone, and waited for")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.bluez.add_adapter(how="plug")
        self.wait_on_air("as box (hci0")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS),
                         ["RegisterApplication", "RegisterAdvertisement"])

    def test_but_it_is_taken_when_the_first_does_not_come_back(self):
        process = self.put_on_air("-o", "bluez.adapter_wait=100ms")
        self.crash()
        self.wait_on_air("as box (hci1")
        self.bluez.add_adapter(how="plug")
        self.bluez.sync()
        self.assertEqual(self.status()["adapter"], "hci1")
        self.assertIn("hci0 has not come back: another adapter is taken", self.log_of(process))

    def test_one_that_is_unplugged_is_waited_for(self):
        self.put_on_air("-o", "bluez.adapter_wait=60s")
        self.bluez.add_adapter("hci1", how="plug", **self.OTHER)
        self.bluez.command("unplug", "hci0")
        self.wait_status("hci0 is gone, and waited for")
        self.bluez.add_adapter("hci2", how="plug")
        self.wait_on_air("as box (hci2")

    def test_one_that_appears_before_its_managers_is_not_taken_at_once(self):
        self.put_on_air("-o", "bluez.adapter_wait=60s", "-o", "bluez.power_on=yes")
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.bluez.add_adapter("hci1", how="plug", Interfaces="Adapter1", Powered="no",
                               **self.OTHER)
        self.wait_status("hci0 is gone, and waited for")
        self.bluez.add_adapter("hci1", how="plug", Interfaces=ALL_INTERFACES, **self.OTHER)
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("Set", *REGISTRATIONS), [])
        self.bluez.add_adapter(how="plug")
        self.wait_on_air("as box (hci0")

    def test_unless_it_is_not_to_be(self):
        self.put_on_air("-o", "bluez.adapter_wait=0")
        self.bluez.add_adapter("hci1", how="plug", **self.OTHER)
        self.bluez.command("unplug", "hci0")
        self.wait_on_air("as box (hci1")

    def test_another_address_under_the_same_name_is_taken_and_said(self):
        process = self.put_on_air("-o", "bluez.adapter_wait=60s")
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.bluez.add_adapter(how="plug", **self.OTHER)
        self.wait_on_air("as box (hci0")
        self.assertIn("hci0 has another address now, AA:BB:CC:DD:EE:01", self.log_of(process))

    def test_an_address_means_no_other_under_the_same_name(self):
        self.put_on_air("-o", "bluez.adapter=AA:BB:CC:DD:EE:00")
        self.bluez.command("unplug", "hci0")
        self.wait_status("AA:BB:CC:DD:EE:00 is not there")
        self.bluez.sync()
        self.bluez.take("call")
        self.bluez.add_adapter(how="plug", **self.OTHER)
        self.wait_status("AA:BB:CC:DD:EE:00 is not there, but others are")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])

    def test_a_name_means_whatever_has_it(self):
        self.put_on_air("-o", "bluez.adapter=hci0")
        self.bluez.command("unplug", "hci0")
        self.wait_status("adapter hci0 is not there")
        self.bluez.add_adapter(how="plug", **self.OTHER)
        self.wait_on_air("as box (hci0")


class Managers(BluezStory):

    def test_the_advertising_manager_comes_later_than_the_other(self):
        self.put_on_air()
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.bluez.sync()
        self.bluez.take("call")
        self.bluez.add_adapter(how="plug", Interfaces="Adapter1,GattManager1")
        self.wait_status("hci0 cannot be a peripheral")
        self.bluez.add_adapter(how="plug", Interfaces=ALL_INTERFACES)
        self.wait_on_air()
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS),
                         ["RegisterApplication", "RegisterAdvertisement"])


class Patience(BluezStory):
    """Off the air it tries once, and then nothing until the next try is due: an hour here. What it
    sends to the bus is watched while it answers requests."""

    def setUp(self):
        super().setUp()
        self.monitor = subprocess.Popen(
            ["busctl", "--address=" + self.bus.address, "--json=short", "monitor"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        self.addCleanup(self.end_monitor)
        self.seen = b""
        while not select.select([self.monitor.stdout], [], [], 0)[0]:
            self.emit("Hello")

    def end_monitor(self):
        self.monitor.kill()
        self.monitor.wait()
        self.monitor.stdout.close()

    def next_message(self):
        while b"\n" not in self.seen:
            if not select.select([self.monitor.stdout], [], [], LIMIT)[0]:
                raise AssertionError("the bus is silent")
            self.seen += os.read(self.monitor.stdout.fileno(), 65536)
        line, self.seen = self.seen.split(b"\n", 1)
        return json.loads(line)

    def emit(self, name):
        """A signal that everybody sees."""
        self.busctl("emit", "/mark", "mark.Mark", name)

    def mark(self, number):
        """Returns the messages up to now."""
        name = f"Mark{number}"
        self.emit(name)
        messages = []
        while (message := self.next_message()).get("member") != name:
            messages.append(message)
        return messages

    def sent(self, process):
        """What spored sends to the bus while it answers requests, as (destination, member)."""
        listed = json.loads(self.busctl("list", "--unique", "--json=short").stdout)
        names = [row["name"] for row in listed if row["pid"] == process.pid]
        self.mark(1)
        for _ in range(REQUESTS):
            self.status()
        return [(m["destination"], m.get("member")) for m in self.mark(2)
                if m.get("sender") in names]

    def wait_application(self):
        """It is registered also while the adapter is off."""
        self.until(lambda: self.bluez.registered()[0] == "1")

    def assert_patient(self, process, status):
        self.wait_status(status)
        # Whatever belongs to this try.
        self.bluez.sync()
        self.assertEqual(self.sent(process), [])
        self.assertFalse(self.status()["on_air"])

    def test_with_a_refused_application(self):
        self.bluez.command("answer", "RegisterApplication", "error", FAILED, "no room")
        self.assert_patient(self.ready_to_register(*NO_RETRY), "no room")

    def test_with_a_refused_advertisement(self):
        self.bluez.command("answer", "RegisterAdvertisement", "error", FAILED, "too many")
        self.assert_patient(self.ready_to_register(*NO_RETRY), "too many")

    def test_with_refused_objects(self):
        self.bluez.command("answer", "GetManagedObjects", "error", FAILED, "ask later")
        self.assert_patient(self.ready_to_register(*NO_RETRY), "ask later")

    def test_with_objects_that_make_no_sense(self):
        self.bluez.command("answer", "GetManagedObjects", "odd")
        self.assert_patient(self.ready_to_register(*NO_RETRY), "does not list its objects")

    def test_with_an_adapter_that_cannot_be_powered_on(self):
        self.bluez.command("answer", "Set", "error", FAILED, "Failed")
        process = self.ready_to_register("-o", "bluez.power_on=yes", *NO_RETRY, Powered="no")
        # The first try has its pause too.
        self.wait_application()
        self.assert_patient(process, "hci0 is being powered on")

    def test_with_an_adapter_that_is_to_stay_off(self):
        process = self.ready_to_register(*NO_RETRY, Powered="no")
        self.wait_application()
        self.assert_patient(process, "hci0 is powered off")

    def test_with_an_adapter_that_is_not_there(self):
        process = self.ready_to_register("-o", "bluez.adapter=hci7", *NO_RETRY)
        self.assert_patient(process, "adapter hci7 is not there")

    def test_with_an_adapter_that_has_no_managers(self):
        process = self.ready_to_register(*NO_RETRY, Interfaces="Adapter1")
        self.assert_patient(process, "hci0 cannot be a peripheral")

    def test_without_an_adapter(self):
        self.bluez.command("own")
        self.assert_patient(self.launch(*NO_RETRY), "there is no Bluetooth adapter")

    def test_without_bluetoothd(self):
        process = self.put_on_air(*NO_RETRY)
        self.bluez.command("disown")
        self.assert_patient(process, "bluetoothd is not running")

    def test_beside_another_spored(self):
        self.put_on_air(*NO_RETRY)
        second = self.launch("-o", "socket.path=" + os.path.join(self.folder, "second.sock"),
                             *NO_RETRY)
        self.wait_status("served by another spored")
        self.bluez.sync()
        self.assertEqual(self.sent(second), [])


class NoBus(BluezStory):

    with_bus = False

    def another_bluez(self):
        """There is no bus that it could be on."""

    def test_a_bus_that_hangs_up_is_not_called_again_at_once(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(self.bus.path)
            listener.listen()
            self.launch(*NO_RETRY)
            listener.accept()[0].close()
            self.wait_status("there is no D-Bus bus")
            for _ in range(REQUESTS):
                self.status()
            self.assertEqual(select.select([listener], [], [], 0)[0], [])

    def test_a_bus_that_comes_later_is_found(self):
        self.launch()
        self.wait_status("there is no D-Bus bus")
        self.bus.start()
        self.wait_status("bluetoothd is not running")


if __name__ == "__main__":
    unittest.main(verbosity=2)
