"""Another name while spored serves."""

import unittest

from bluez import REGISTRATIONS, BluezStory


class Name(BluezStory):

    def advertise(self, name):
        reply = self.connect().call(op="advertise", name=name)
        self.assertTrue(reply.get("ok"), reply)

    def wait_name(self, name):
        self.wait_on_air("as " + name + " ")
        self.assertEqual(self.status()["name"], name)

    def heard(self, name, bluez=None):
        """A central hears it, and the adapter is called so."""
        (bluez or self.bluez).command("phone", "scan", "name=" + name)

    def test_a_central_hears_the_new_name(self):
        self.put_on_air("-o", "advertisement.name=Old")
        self.heard("Old")
        self.advertise("New")
        self.wait_name("New")
        self.heard("New")
        self.bluez.waiting.clear()
        self.bluez.command("phone", "connect", "name=New")
        self.bluez.command("phone", "read", "device_name")
        self.assertEqual(self.bluez.wait("phone", hex=b"New".hex())["hex"], b"New".hex())

    def rename_subscribed(self, *arguments):
        """A new name, while a central is subscribed."""
        self.put_on_air("-o", "advertisement.name=Old", *arguments)
        self.subscribe("level")
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.advertise("New")
        self.heard("New")

    def test_the_advertisement_alone_is_registered_anew(self):
        self.rename_subscribed()
        self.until(lambda: self.bluez.registered() == ("1", "1"))
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS),
                         ["RegisterAdvertisement", "UnregisterAdvertisement"])
        self.assertTrue(self.set("level", 1)["subscribed"])

    def test_a_version_that_can_is_told_the_name_alone(self):
        self.rename_subscribed("-o", "bluez.version=5.82")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.assertEqual(self.bluez.registered(), ("1", "1"))
        self.assertTrue(self.set("level", 1)["subscribed"])

    def test_what_of_it_does_not_fit_is_said(self):
        process = self.put_on_air("-o", "advertisement.name=Old")
        self.assertNotIn("name_shown", self.status()["advertisements"][0])
        self.advertise("a name of which the advertisement takes the beginning alone")
        told = self.status()["advertisements"][0]
        self.assertEqual((told["name_bytes"], told["name_shown"]), (59, 29))
        self.assertIn("advertisement: on air, 29 of the name's 59 bytes",
                      self.ctl("status").stdout)
        self.advertise("New")
        self.assertNotIn("name_shown", self.status()["advertisements"][0])
        _, log = self.stop(process)
        self.assertEqual(log.count("advertisement: name: 59 bytes, and 29 fit: scanners see no "
                                   "more of it"), 1)

    def test_one_without_a_name_is_told_none(self):
        self.bluez.add_adapter()
        self.bluez.command("own")
        process = self.launch("-o", "bluez.version=5.82", "-o", "advertisement.name=Old",
                              "-o", "advertisement.include_name=no")
        self.wait_on_air()
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.advertise("New")
        self.wait_name("New")
        self.bluez.wait_call("Set")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.assertNotIn("cannot be told", self.log_of(process))

    def test_it_is_on_the_air_while_the_new_one_is_being_registered(self):
        self.put_on_air("-o", "advertisement.name=Old")
        self.bluez.command("once", "RegisterAdvertisement", "hold")
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.advertise("New")
        self.bluez.wait("advertisement")
        self.assertTrue(self.status()["advertisements"][0]["on_air"])
        self.heard("Old")
        self.bluez.command("reply", "RegisterAdvertisement", "ok")
        self.heard("New")
        self.assertTrue(self.status()["advertisements"][0]["on_air"])

    def test_where_there_is_room_for_one_alone(self):
        self.bluez.add_adapter()
        self.bluez.command("controller", "hci0", "instances=1")
        self.bluez.command("own")
        self.launch("-o", "advertisement.name=Old")
        self.wait_on_air()
        self.heard("Old")
        self.advertise("New")
        self.heard("New")
        self.until(lambda: self.bluez.registered() == ("1", "1"))

    def test_a_first_name_takes_the_place_of_the_adapters(self):
        self.put_on_air()
        self.heard("box")
        self.assertIn("Includes", self.bluez.wait("advertisement"))
        self.advertise("New")
        self.wait_name("New")
        shown = self.bluez.wait("advertisement")
        self.assertEqual(shown["LocalName"], "New")
        self.assertNotIn("Includes", shown)
        self.heard("New")

    def test_the_last_of_many_stays(self):
        self.put_on_air()
        for number in range(20):
            self.advertise(f"Name{number}")
        self.wait_name("Name19")
        self.heard("Name19")
        self.until(lambda: self.bluez.registered() == ("1", "1"))
        self.heard("Name19")

    def test_it_outlives_bluetoothd(self):
        self.put_on_air("-o", "advertisement.name=Old")
        self.advertise("New")
        self.wait_name("New")
        self.bluez.command("restart")
        self.wait_status("bluetoothd is not running")
        self.wait_name("New")
        self.heard("New")

    def test_it_outlives_the_bus(self):
        self.put_on_air("-o", "advertisement.name=Old")
        self.advertise("New")
        self.wait_name("New")
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        self.bus.start()
        bluez = self.another_bluez()
        bluez.add_adapter()
        bluez.command("own")
        self.wait_name("New")
        self.heard("New", bluez)

    def test_while_the_first_one_is_being_registered(self):
        self.bluez.command("once", "RegisterAdvertisement", "hold")
        self.ready_to_register("-o", "advertisement.name=Old")
        # Only when it has been read is the call held.
        self.bluez.wait("advertisement")
        self.advertise("New")
        self.bluez.command("reply", "RegisterAdvertisement", "ok")
        self.wait_name("New")
        self.heard("New")

    def test_before_bluez_is_there(self):
        self.launch("-o", "advertisement.name=Old")
        self.advertise("New")
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.wait_name("New")
        self.heard("New")

    def test_without_advertising_the_alias_alone_changes(self):
        self.put_on_air("-o", "advertisement.advertise=no", "-o", "advertisement.name=Old")
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.advertise("New")
        self.bluez.wait_call("Set")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.assertEqual(self.status()["name"], "New")


if __name__ == "__main__":
    unittest.main(verbosity=2)
