"""Values that are longer than a central's packet."""

import unittest

from bluez import DEVICE, BluezStory

COUNT = "12345678-1234-5678-1234-56789abc0001"
OTHER = "/org/bluez/hci0/dev_11_22_33_44_55_77"
FITS, LONG = "ab" * 20, "cd" * 21  # into the smallest MTU, 23; not


class Oversize(BluezStory):

    def begin(self, *arguments):
        process = self.put_on_air(*arguments)
        self.subscribe("raw")
        return process

    def set_raw(self, *values):
        for value in values:
            self.assertTrue(self.peer.call(op="set", characteristic="raw", hex=value)["ok"])

    def knows(self, mtu, device=DEVICE):
        """BlueZ names the MTU of a link when its central reads."""
        self.assertEqual(self.read("count", "device=" + device, f"mtu={mtu}")["hex"], "0000")

    def expect_dropped(self, dropped):
        self.assertEqual(self.counters("raw")["dropped"]["oversize"], dropped)

    def test_an_mtu_that_is_not_known_is_not_guessed(self):
        self.begin("-o", "raw.oversize=drop")
        self.set_raw("ab" * 512)
        self.assertEqual(self.bluez.values(), [("raw", "ab" * 512)])

    def test_send_counts_and_warns_once(self):
        process = self.begin()
        self.knows(23)
        self.set_raw(FITS)
        self.assertEqual(self.counters("raw")["cut"], 0)
        self.set_raw(LONG, LONG)
        self.assertEqual(self.bluez.values(), [("raw", FITS), ("raw", LONG), ("raw", LONG)])
        self.assertEqual(self.counters("raw")["cut"], 2)
        self.expect_dropped(0)
        self.assertEqual(self.log_of(process).count(
            "raw: a value of 21 bytes was notified, and a central with an MTU of 23 gets 20"), 1)

    def test_drop_counts_and_sends_what_fits(self):
        self.begin("-o", "raw.oversize=drop")
        self.knows(23)
        self.set_raw(LONG, FITS, LONG)
        self.assertEqual(self.bluez.values(), [("raw", FITS)])
        self.expect("raw", published=3, sent=1, oversize=2)
        self.assertEqual(self.counters("raw")["cut"], 0)

    def test_what_is_dropped_costs_no_token(self):
        self.begin("-o", "raw.oversize=drop", "-o", "queue.rate=0.001", "-o", "queue.burst=1")
        self.knows(23)
        self.set_raw(LONG, LONG, FITS)
        self.assertEqual(self.bluez.values(), [("raw", FITS)])

    def test_what_is_dropped_makes_room(self):
        self.begin("-o", "queue.window=1", "-o", "raw.oversize=drop", "-o", "raw.policy=block",
                   "-o", "raw.depth=1", "-o", "raw.put_timeout=60s")
        self.knows(23)
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("level")
        self.set("level", 1)
        for value in (LONG, LONG, LONG, FITS):
            self.peer.send(b'{"op":"set","characteristic":"raw","hex":"%s"}\n' % value.encode())
        self.assertIn("ok", self.peer.receive())
        other = self.connect()
        self.until(lambda: other.call(op="status")["waiting"] == 1)
        self.expect("raw", published=1, pending=1)
        self.speak()
        for _ in range(3):
            self.assertIn("ok", self.peer.receive())
        self.assertEqual(self.bluez.wait_values(2), [("level", "01"), ("raw", FITS)])
        self.expect("raw", published=4, sent=1, oversize=3)

    def test_the_smallest_counts(self):
        self.begin("-o", "raw.oversize=drop")
        self.knows(517)
        self.knows(23, OTHER)
        self.set_raw(LONG)
        self.expect_dropped(1)
        self.knows(24, OTHER)
        self.set_raw(LONG)
        self.expect_dropped(1)

    def test_writes_and_descriptors_name_it_too(self):
        self.begin("-o", "raw.oversize=drop")
        self.write("blob", "00", "device=" + DEVICE, "mtu=23")
        self.set_raw(LONG)
        self.expect_dropped(1)
        self.read("count/note", "device=" + DEVICE, "mtu=100", interface="GattDescriptor1")
        self.set_raw(LONG)
        self.expect_dropped(1)

    def test_an_mtu_without_a_device_is_nobodys(self):
        self.begin("-o", "raw.oversize=drop")
        self.read("count", "mtu=23")
        self.set_raw(LONG)
        self.expect_dropped(0)

    def connect_central(self):
        self.bluez.command("phone", "connect", "mtu=23")
        self.bluez.command("phone", "read", COUNT)
        self.set_raw(LONG)
        self.expect_dropped(1)

    def test_it_ends_with_the_link(self):
        self.begin("-o", "raw.oversize=drop")
        self.connect_central()
        self.bluez.command("phone", "disconnect")
        self.bluez.sync()
        self.set_raw(LONG)
        self.expect_dropped(1)

    def test_it_ends_with_the_link_of_a_bonded_central(self):
        self.begin("-o", "raw.oversize=drop")
        self.bluez.command("agent", "on")
        self.bluez.command("phone", "connect", "mtu=23")
        self.bluez.command("phone", "bond")
        self.bluez.command("phone", "disconnect")
        self.connect_central()
        self.bluez.command("phone", "disconnect")
        self.bluez.sync()
        self.set_raw(LONG)
        self.expect_dropped(1)

    def test_it_ends_with_bluez(self):
        self.begin("-o", "raw.oversize=drop")
        self.knows(23)
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        self.bluez.command("own")
        self.wait_on_air()
        self.subscribe("raw")
        self.set_raw(LONG)
        self.expect_dropped(0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
