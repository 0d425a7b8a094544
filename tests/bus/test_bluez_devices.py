"""What local programs hear of the devices that BlueZ tells of, in its order or in another."""

import unittest

from bluez import APPLICATION, BluezStory

HCI0, HCI1 = "/org/bluez/hci0", "/org/bluez/hci1"
# A phone that comes with an address of today, and tells its own while it pairs: the path stays.
PHONE = HCI0 + "/dev_4A_00_00_00_00_01"
TODAYS, OWN = "4A:00:00:00:00:01", "C0:00:00:00:00:09"
MEMO = """
[descriptor memo]
characteristic = blob
uuid = 12345678-1234-5678-1234-56789abc0006
flags = read write
security = open
value = 00
"""


class Devices(BluezStory):

    def setUp(self):
        super().setUp()
        with open(self.profile, "a", encoding="utf-8") as f:
            f.write(MEMO)
        self.put_on_air("-o", "limits.devices=4")
        self.watcher = self.connect()
        self.watcher.call(op="watch", events=["write", "descriptor-write", "connection"])

    def say(self, *properties, path=PHONE):
        self.bluez.command("device", path, *properties)

    def told(self):
        """What was heard of since the last time: a write to `order` ends it."""
        self.bluez.sync()
        self.assertNotIn("error", self.write("order", "07", "device=/nowhere"))
        events = []
        while not events or events[-1].get("characteristic") != "order":
            events.append(self.watcher.receive())
        return events[:-1]

    def devices(self):
        return self.peer.call(op="devices")["devices"]

    def test_a_phone_is_named_by_the_address_of_its_identity_in_all_that_follows(self):
        self.say("Connected=yes")
        self.say("Address=" + OWN, "AddressType=public")
        self.say("Bonded=yes")
        self.assertNotIn("error", self.write("blob", "01", "device=" + PHONE, "mtu:q=185"))
        self.assertNotIn("error", self.bluez.answer_of(
            "WriteValue", "write-descriptor", f"{APPLICATION}/alpha/blob/memo", "02",
            "device=" + PHONE))
        self.say("Connected=no")
        events = self.told()
        self.assertEqual([(e["event"], e["device"]) for e in events], [
            ("connected", TODAYS), ("address", OWN), ("bonded", OWN), ("mtu", OWN),
            ("write", OWN), ("descriptor-write", OWN), ("disconnected", OWN)])
        self.assertEqual(events[1]["was"], TODAYS)

    def test_a_call_comes_before_connected(self):
        self.say("Connected=yes")
        self.say("Connected=no")
        self.told()
        self.read("count", "device=" + PHONE, "mtu:q=64")
        self.say("Connected=yes")
        self.assertEqual(self.told(), [
            {"event": "connected", "device": TODAYS, "bonded": False},
            {"event": "mtu", "device": TODAYS, "mtu": 64}])

    def test_an_mtu_is_forgotten_by_whichever_address(self):
        self.subscribe("raw")
        self.say("Connected=yes")
        self.read("count", "device=" + PHONE, "mtu:q=23")
        self.say("Address=" + OWN)
        self.say("Connected=no")
        self.told()
        self.peer.call(op="set", characteristic="raw", hex="ab" * 100)
        self.assertEqual(self.bluez.values()[-1], ("raw", "ab" * 100))
        self.assertEqual(self.counters("raw")["cut"], 0)

    def test_who_was_connected_to_a_bluetoothd_is_gone_with_it(self):
        self.say("Connected=yes")
        self.assertEqual(self.told()[0]["event"], "connected")
        self.bluez.command("restart")
        self.wait_status("bluetoothd is not running")
        self.assertEqual(self.watcher.receive(), {"event": "disconnected", "device": TODAYS})
        self.wait_on_air()
        self.assertEqual(self.told(), [])
        self.assertEqual(self.devices(), [])

    def test_another_adapters_devices_are_not_ours(self):
        self.say("Connected=yes", path=HCI1 + "/dev_4A_00_00_00_00_02")
        self.assertEqual(self.told(), [])
        self.assertEqual(self.devices(), [])
        self.assertEqual(self.status()["connected"], 0)

    def test_a_thousand_that_come_and_leave_leave_no_trace(self):
        life = ["connected", "mtu", "disconnected"]
        for hundred in range(10):
            for number in range(100):
                path = f"{HCI0}/dev_4B_00_00_00_{hundred:02}_{number:02}"
                self.say("Connected=yes", path=path)
                self.read("count", "device=" + path, "mtu:q=185")
                self.say("Connected=no", path=path)
            self.assertEqual([e["event"] for e in self.told()], life * 100)
            self.bluez.waiting.clear()
        self.assertEqual(len(self.devices()), 4)
        status = self.status()
        self.assertEqual((status["connected"], status["devices_dropped"]), (0, 996))

    def test_a_name_cannot_spoil_a_line_or_a_terminal(self):
        name = "a\x1b[2J'}" + "\xe9" * 120
        self.say("Alias=" + name, "Connected=yes")
        event, = self.told()
        self.assertEqual(event["name"], name)
        self.assertEqual(self.devices()[0]["name"], name)
        table = self.ctl("devices").stdout
        self.assertIn(r"a\x1b[2J'}", table)
        self.assertNotIn("\x1b", table)

    def test_a_slow_watcher_is_cut_off_and_the_others_hear_all(self):
        slow = self.connect()
        slow.call(op="watch", events=["connection"])
        heard = 0
        while self.status()["peers_cut_off"] == 0:
            for _ in range(500):
                self.say("Connected=yes")
                self.say("Connected=no")
            heard += len(self.told())
            self.assertEqual(heard % 1000, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
