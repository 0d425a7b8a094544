"""Advertisements that BlueZ refuses, releases, or has no room for, and several of them."""

import unittest

from bluez import FAILED, BluezStory

NOT_PARSED = "Failed to parse advertisement."
NOT_REGISTERED = "Failed to register advertisement"
LADDER = ("-o", "advertisement.appearance=temperature_sensor",
          "-o", "advertisement.ladder=appearance services")
SECOND = "[advertisement beacon]\ntype = broadcast\nname = Second\n"


class Advertising(BluezStory):

    def refuse(self, *texts):
        self.bluez.add_adapter()
        for text in texts:
            self.bluez.command("once", "RegisterAdvertisement", "error", FAILED, text)
        self.bluez.command("own")

    def told(self):
        """What the last advertisement that was read says."""
        self.bluez.sync()
        return self.bluez.take("advertisement")[-1]

    def heard(self, name):
        self.bluez.command("phone", "scan", "name=" + name)
        return self.bluez.take("phone")[-1]

    def with_second(self):
        with open(self.profile, "a", encoding="utf-8") as profile:
            profile.write(SECOND)

    def test_what_cannot_be_parsed_is_tried_with_less(self):
        self.refuse(NOT_PARSED)
        process = self.launch(*LADDER)
        self.wait_on_air()
        shown = self.told()
        self.assertNotIn("Appearance", shown)
        self.assertIn("ServiceUUIDs", shown)
        self.assertIn("so it is tried without appearance", self.log_of(process))

    def test_the_next_bluez_gets_to_see_all_of_it(self):
        self.refuse(NOT_PARSED)
        self.launch(*LADDER)
        self.wait_on_air()
        self.assertNotIn("Appearance", self.told())
        self.bluez.command("restart")
        self.wait_status("bluetoothd is not running")
        self.wait_on_air()
        self.assertIn("Appearance", self.told())

    def test_what_the_kernel_refuses_once_is_tried_as_it_is(self):
        self.refuse(NOT_REGISTERED)
        self.launch(*LADDER)
        self.wait_on_air()
        self.assertIn("Appearance", self.told())

    def test_without_a_ladder_it_stays_as_it_is(self):
        self.refuse(NOT_PARSED)
        self.launch("-o", "advertisement.appearance=temperature_sensor")
        self.wait_on_air()
        self.assertIn("Appearance", self.told())

    def test_why_one_of_two_is_not_on_the_air(self):
        self.with_second()
        self.bluez.add_adapter()
        self.bluez.command("answer", "RegisterAdvertisement", "error", FAILED, "no room")
        self.bluez.command("own")
        self.launch()
        self.wait_status("BlueZ refuses the advertisement: no room")
        self.until(lambda: [(a["on_air"], a["why"]) for a in self.status()["advertisements"]] ==
                   [(False, "BlueZ refuses it: no room")] * 2)

    def test_what_the_adapter_cannot_is_not_shown_to_bluez(self):
        process = self.ready_to_register("-o", "advertisement.secondary_channel=2M")
        self.wait_status("the advertisement is not sent: the adapter has no secondary channel 2M")
        status = self.status()
        self.assertFalse(status["on_air"])
        self.assertEqual(status["advertisements"][0]["why"],
                         "the adapter has no secondary channel 2M")
        self.until(lambda: self.bluez.registered() == ("1", "0"))
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterAdvertisement"), [])
        self.assertIn("the advertisement is not sent: the adapter has no", self.log_of(process))

    def test_what_the_adapter_cannot_is_left_out_by_the_ladder(self):
        self.put_on_air("-o", "advertisement.secondary_channel=2M",
                        "-o", "advertisement.ladder=secondary_channel")
        self.assertNotIn("SecondaryChannel", self.told())
        self.assertEqual(self.status()["advertisements"][0]["left_out"], "secondary_channel")

    def test_two_at_once(self):
        self.with_second()
        self.put_on_air("-o", "advertisement.name=First")
        self.assertEqual(self.heard("First")["connectable"], "yes")
        self.assertEqual(self.heard("Second")["connectable"], "no")
        self.assertEqual(self.bluez.registered(), ("1", "2"))

    def test_where_there_is_room_for_one_the_first_is_on_the_air(self):
        self.with_second()
        self.bluez.add_adapter()
        self.bluez.command("controller", "hci0", "instances=1")
        self.bluez.command("own")
        process = self.launch("-o", "advertisement.name=First")
        self.wait_on_air()
        self.heard("First")
        self.assertEqual(self.bluez.registered(), ("1", "1"))
        self.assertEqual([(a["on_air"], a["why"]) for a in self.status()["advertisements"]],
                         [(True, None), (False, "the adapter takes no more advertisements")])
        self.assertIn("takes 1 advertisement", self.log_of(process))

    def test_one_whose_time_is_over_stays_off(self):
        self.put_on_air("-o", "advertisement.timeout=1s", "-o", "advertisement.name=Brief")
        self.heard("Brief")
        self.wait_status("its timeout has ended the advertisement")
        stands = self.status()["advertisements"][0]
        self.assertTrue(stands["over"])
        self.assertEqual(stands["why"], "its timeout has ended it")
        self.assertEqual(self.bluez.registered(), ("1", "0"))
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterAdvertisement"), ["RegisterAdvertisement"])
        reply = self.connect().call(op="advertise", name="Again")
        self.assertTrue(reply.get("ok"), reply)
        self.heard("Again")
        self.wait_on_air()

    def test_one_that_is_released_before_is_registered_again(self):
        self.put_on_air("-o", "advertisement.timeout=1h")
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.bluez.command("call", "/spored/advertisement", "org.bluez.LEAdvertisement1",
                           "Release")
        self.bluez.wait_call("RegisterAdvertisement")
        self.wait_on_air()


class Power(BluezStory):
    version = "5.82"

    def with_set(self, *words):
        self.bluez.add_adapter()
        for word in words:
            self.bluez.command("controller", "hci0", word)
        self.bluez.command("own")
        self.launch("-o", "advertisement.include_rsi=yes", "-o", "advertisement.name=Set")
        self.wait_on_air()
        self.bluez.command("phone", "scan", "name=Set")
        return bytes.fromhex(self.bluez.take("phone")[-1]["data"])

    def test_the_coordinated_set_is_said(self):
        self.assertIn(b"\x07\x2e", self.with_set("set"))
        self.assertNotIn("not_taken", self.status()["advertisements"][0])

    def test_without_one_it_is_not_taken(self):
        self.assertNotIn(b"\x07\x2e", self.with_set())
        self.assertEqual(self.status()["advertisements"][0]["not_taken"], "include_rsi")

    def test_the_power_that_bluez_has_set_is_told(self):
        self.bluez.add_adapter()
        self.bluez.command("controller", "hci0", "extended")
        self.bluez.command("own")
        self.launch("-o", "bluez.version=5.82", "-o", "advertisement.tx_power=4")
        self.wait_on_air()
        peer = self.connect()
        self.until(lambda: peer.call(op="status")["advertisements"][0].get("tx_power") == 4)

    def test_a_beacon_on_a_secondary_channel_has_no_name(self):
        self.bluez.add_adapter()
        self.bluez.command("controller", "hci0", "extended")
        self.bluez.command("own")
        self.launch("-o", "bluez.version=5.82", "-o", "advertisement.name=Shed",
                    "-o", "advertisement.secondary_channel=1M", "-o", "limits.centrals=1",
                    "-o", "limits.at_centrals=beacon")
        self.wait_on_air()
        self.bluez.sync()
        self.assertEqual(self.bluez.take("advertisement")[-1]["LocalName"], "Shed")
        self.bluez.command("phone", "connect")
        told = self.bluez.wait("advertisement")
        self.assertEqual(told["Type"], "broadcast")
        self.assertNotIn("LocalName", told)
        self.until(lambda: self.bluez.registered() == ("1", "1"))
        self.until(lambda: self.status()["advertisements"][0]["on_air"])
        status = self.status()["advertisements"][0]
        self.assertEqual((status["on_air"], status["connectable"], status["why"]),
                         (True, False, "as many centrals are connected as may be: nobody can "
                          "connect"))
        self.bluez.command("phone", "disconnect")
        told = self.bluez.wait("advertisement")
        self.assertEqual((told["Type"], told["LocalName"]), ("peripheral", "Shed"))
        self.until(lambda: self.bluez.registered() == ("1", "1"))

    def test_a_power_that_the_adapter_does_not_reach_is_said(self):
        self.bluez.add_adapter()
        self.bluez.command("controller", "hci0", "extended")
        self.bluez.command("own")
        process = self.launch("-o", "bluez.version=5.82", "-o", "advertisement.tx_power=high")
        self.wait_on_air()
        peer = self.connect()
        self.until(lambda: peer.call(op="status")["advertisements"][0].get("tx_power") == 7)
        self.assertIn("does not reach a tx_power of 8 dBm: 7 dBm is asked for",
                      self.log_of(process))


if __name__ == "__main__":
    unittest.main(verbosity=2)
