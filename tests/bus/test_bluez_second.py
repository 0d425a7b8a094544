"""A second spored: on the same adapter, and on the same socket."""

import os
import unittest

from bluez import BluezStory
from harness import Peer


class Second(BluezStory):

    def setUp(self):
        super().setUp()
        self.other_path = os.path.join(self.folder, "second.sock")

    def launch_second(self, *arguments):
        return self.launch("-o", "socket.path=" + self.other_path, *arguments)

    def status_of_second(self):
        peer = Peer(self.other_path)
        self.addCleanup(peer.close)
        return peer.call(op="status")

    def test_the_second_stays_off_the_air_and_says_who_has_the_adapter(self):
        first = self.put_on_air()
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.launch_second("-o", "bluez.power_on=yes", "-o", "advertisement.name=Second")
        self.wait_status("not on air: hci0 is served by another spored; "
                         f"stop process {first.pid}, or set adapter in [bluez] to another")
        status = self.status_of_second()
        self.assertFalse(status["on_air"])
        self.assertEqual(status["why"], "hci0 is served by another spored")
        self.bluez.command("change", "hci0", "Powered=no")
        self.bluez.sync()
        self.assertEqual([call for call in self.bluez.calls("Set", "RegisterApplication",
                                                            "RegisterAdvertisement")], [])

    def test_the_second_takes_over_when_the_first_ends(self):
        first = self.put_on_air()
        self.launch_second()
        self.wait_status("served by another spored")
        self.end_well(first)
        self.wait_on_air()
        self.assertTrue(self.status_of_second()["on_air"])

    def test_the_second_takes_over_when_the_first_is_killed(self):
        first = self.put_on_air()
        self.launch_second()
        self.wait_status("served by another spored")
        first.kill()
        first.communicate()
        first.returncode = 0
        self.wait_on_air()
        self.assertTrue(self.status_of_second()["on_air"])

    def test_the_first_keeps_the_adapter_while_bluetoothd_is_gone(self):
        self.put_on_air()
        self.launch_second()
        self.wait_status("served by another spored")
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        self.wait_status("bluetoothd is not running")
        self.bluez.command("own")
        self.wait_on_air()
        self.assertTrue(self.status()["on_air"])
        self.assertFalse(self.status_of_second()["on_air"])

    def test_a_second_on_another_adapter_is_on_air_too(self):
        self.bluez.add_adapter("hci1", Address="AA:BB:CC:DD:EE:01")
        self.put_on_air("-o", "bluez.adapter=hci0")
        self.launch_second("-o", "bluez.adapter=hci1")
        self.wait_on_air()
        self.assertEqual(self.status_of_second()["adapter"], "hci1")
        self.assertEqual(self.status()["adapter"], "hci0")

    def test_a_second_on_the_same_socket_ends_and_says_what_to_do(self):
        self.put_on_air()
        done = self.run_spored("-o", "bluez.bus=" + self.bus.address, self.profile)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("spored.sock", done.stderr)
        self.assertIn("stop it, or choose another place with -o socket.path=PATH", done.stderr)
        self.assertTrue(self.status()["on_air"])


if __name__ == "__main__":
    unittest.main()
