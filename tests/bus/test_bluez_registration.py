"""How spored comes on air, whatever BlueZ does."""

import unittest

from bluez import ADVERTISEMENT, APPLICATION, FAILED, REGISTRATIONS, BluezStory
from harness import PROFILE as MUSHPI


class Start(BluezStory):

    def setUp(self):
        super().setUp()
        self.told = []

    def wait_notify(self, wanted):
        def note(text):
            self.told.append(text)
            return wanted(text)
        return super().wait_notify(note)

    def test_nothing_says_that_a_bluetoothd_that_is_there_is_not_running(self):
        process = self.ready_to_register("-o", "daemon.log_level=debug")
        self.wait_on_air()
        log = self.stop(process)[1]
        told = [text for text in self.told if "STATUS=" in text]
        self.assertIn("bluetoothd is there", log)
        for text in (*told, log):
            self.assertNotIn("bluetoothd is not", text)


class Registration(BluezStory):

    def listing(self, bluez=None):
        """What the application lists at the next registration, in order."""
        bluez = bluez or self.bluez
        bluez.wait_call("RegisterApplication", object=APPLICATION)
        objects = []
        while True:
            while not bluez.waiting:
                bluez.waiting.append(bluez.read_event())
            event = bluez.waiting.pop(0)
            if event.word == "listed":
                self.assertEqual(event["error"], "none")
                return objects
            if event.word == "object":
                objects.append(event)

    def test_objects_are_listed_in_the_order_of_the_profile(self):
        self.ready_to_register()
        objects = self.listing()
        short = [(o["path"].removeprefix(APPLICATION), o["interface"]) for o in objects]
        self.assertEqual(short, [
            ("/alpha", "GattService1"),
            ("/alpha/count", "GattCharacteristic1"),
            ("/alpha/count/note", "GattDescriptor1"),
            ("/alpha/count/origin", "GattDescriptor1"),
            ("/alpha/level", "GattCharacteristic1"),
            ("/alpha/alarm", "GattCharacteristic1"),
            ("/alpha/blob", "GattCharacteristic1"),
            ("/beta", "GattService1"),
            ("/beta/order", "GattCharacteristic1"),
            ("/beta/raw", "GattCharacteristic1"),
        ])
        self.assertEqual(objects[0]["UUID"], "12345678-1234-5678-1234-56789abc0000")
        self.assertEqual(objects[0]["Primary"], "yes")
        self.assertEqual(objects[1]["Service"], APPLICATION + "/alpha")
        self.assertEqual(objects[1]["Flags"], "read,notify")
        self.assertEqual(objects[2]["UUID"], "00002901-0000-1000-8000-00805f9b34fb")
        self.assertEqual(objects[2]["Characteristic"], APPLICATION + "/alpha/count")
        self.assertEqual(objects[5]["Flags"], "read,write,indicate")
        self.assertEqual(objects[6]["Flags"], "read,write,write-without-response")

    def test_the_list_is_the_same_at_every_registration(self):
        self.bluez.command("once", "RegisterApplication", "error", FAILED)
        self.ready_to_register()
        first = self.listing()
        self.assertEqual(self.listing(), first)
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        self.bluez.command("own")
        self.assertEqual(self.listing(), first)

    def test_the_advertisement_waits_for_the_application(self):
        self.bluez.command("answer", "RegisterApplication", "hold")
        self.ready_to_register()
        self.bluez.wait_call("RegisterApplication", path="/org/bluez/hci0", object=APPLICATION)
        self.bluez.wait("listed")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.assertIn("being registered with BlueZ on hci0", self.status()["why"])
        self.bluez.command("reply", "RegisterApplication", "ok")
        self.bluez.wait_call("RegisterAdvertisement", path="/org/bluez/hci0", object=ADVERTISEMENT)
        self.wait_on_air("as box (hci0, BlueZ 5.66)")
        status = self.status()
        self.assertEqual((status["on_air"], status["adapter"], status["address"], status["bluez"]),
                         (True, "hci0", "AA:BB:CC:DD:EE:00", "5.66"))

    def test_an_advertisement_without_a_name_shows_the_adapters(self):
        self.ready_to_register()
        shown = self.bluez.wait("advertisement")
        self.assertEqual(shown["Type"], "peripheral")
        self.assertEqual(shown["ServiceUUIDs"], "12345678-1234-5678-1234-56789abc0000")
        self.assertEqual(shown["Includes"], "local-name")
        self.assertNotIn("LocalName", shown)

    def test_an_advertisement_with_a_name_shows_it(self):
        self.ready_to_register("-o", "advertisement.name=Shed 1")
        shown = self.bluez.wait("advertisement")
        self.assertEqual(shown["LocalName"], "Shed 1")
        self.assertNotIn("Includes", shown)

    def test_a_refused_application_is_tried_again_and_the_status_has_bluezs_words(self):
        self.bluez.command("answer", "RegisterApplication", "error", FAILED, "no room left")
        self.ready_to_register()
        self.wait_status("BlueZ refuses the application: no room left")
        for _ in range(3):
            self.bluez.wait_call("RegisterApplication")
        self.assertIn("no room left", self.status()["why"])
        self.assertEqual(self.bluez.calls("RegisterAdvertisement", "UnregisterApplication"), [])
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.wait_on_air()
        self.assertIsNone(self.status()["why"])

    def test_a_refused_advertisement_does_not_move_the_application(self):
        self.bluez.command("answer", "RegisterAdvertisement", "error", FAILED, "too many")
        self.ready_to_register()
        self.wait_status("BlueZ refuses the advertisement: too many")
        for _ in range(2):
            self.bluez.wait_call("RegisterAdvertisement")
        self.bluez.command("answer", "RegisterAdvertisement", "ok")
        self.wait_on_air()
        self.assertEqual(self.bluez.calls("RegisterApplication", "UnregisterApplication"), [])

    def test_a_refusal_without_words_is_told_by_its_name(self):
        self.bluez.command("answer", "RegisterApplication", "error", FAILED)
        self.ready_to_register()
        self.wait_status("BlueZ refuses the application: " + FAILED)

    def test_control_characters_of_bluez_do_not_reach_the_status(self):
        self.bluez.command("answer", "RegisterApplication", "error", FAILED, "no\nroom")
        self.ready_to_register()
        text = self.wait_status("BlueZ refuses the application")
        self.assertTrue(text.isprintable(), repr(text))

    def test_what_exists_already_is_unregistered_first(self):
        self.bluez.command("once", "RegisterApplication", "error",
                           "org.bluez.Error.AlreadyExists", "Already Exists")
        self.bluez.command("once", "RegisterAdvertisement", "error",
                           "org.bluez.Error.AlreadyExists", "Already Exists")
        self.bluez.command("once", "UnregisterAdvertisement", "error",
                           "org.bluez.Error.DoesNotExist", "Does Not Exist")
        self.ready_to_register()
        self.wait_on_air()
        self.bluez.sync()
        calls = [(e["member"], e["object"]) for e in self.bluez.take("call")
                 if e["member"] in REGISTRATIONS]
        self.assertEqual(calls, [
            ("RegisterApplication", APPLICATION), ("UnregisterApplication", APPLICATION),
            ("RegisterApplication", APPLICATION), ("RegisterAdvertisement", ADVERTISEMENT),
            ("UnregisterAdvertisement", ADVERTISEMENT), ("RegisterAdvertisement", ADVERTISEMENT)])

    def test_without_an_answer_it_is_unregistered_and_tried_again(self):
        self.bluez.command("once", "RegisterApplication", "never")
        self.ready_to_register("-o", "bluez.register_timeout=1s")
        self.wait_on_air()
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterApplication", "UnregisterApplication"),
                         ["RegisterApplication", "UnregisterApplication", "RegisterApplication"])

    def test_a_released_advertisement_is_registered_again(self):
        self.put_on_air()
        self.bluez.wait_call("RegisterAdvertisement")
        reply = self.bluez.answer_of("Release", "call", ADVERTISEMENT,
                                     "org.bluez.LEAdvertisement1", "Release")
        self.assertNotIn("error", reply)
        self.bluez.wait_call("RegisterAdvertisement")
        self.wait_on_air()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])

    def test_without_advertising_only_the_name_is_set(self):
        self.ready_to_register("-o", "advertisement.advertise=no",
                               "-o", "advertisement.name=Shed 1")
        self.bluez.wait_call("Set", path="/org/bluez/hci0", Alias="Shed 1")
        self.wait_on_air("as Shed 1")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterAdvertisement"), [])


class Owners(BluezStory):
    """BlueZ goes, comes back, and is replaced."""

    def test_the_late_answer_of_an_owner_that_was_replaced_is_void(self):
        self.bluez.command("answer", "RegisterApplication", "hold")
        self.ready_to_register()
        self.bluez.wait("listed")
        second = self.another_bluez()
        second.command("answer", "RegisterApplication", "hold")
        second.add_adapter()
        second.command("own", "replace")
        second.wait("listed")
        self.bluez.command("reply", "RegisterApplication", "ok")
        self.bluez.sync()
        second.sync()
        self.assertFalse(self.status()["on_air"])
        self.assertEqual(second.calls(*REGISTRATIONS), [])
        second.command("reply", "RegisterApplication", "ok")
        self.wait_on_air()
        self.assertEqual(second.calls("RegisterApplication"), [])

    def test_a_new_owner_gets_everything_anew_and_the_old_one_nothing(self):
        self.put_on_air()
        self.subscribe("level")
        self.assertTrue(self.set("level", 1)["subscribed"])
        self.bluez.values()
        second = self.another_bluez()
        second.add_adapter("hci3")
        second.command("own", "replace")
        second.wait_call("RegisterApplication", path="/org/bluez/hci3")
        second.wait_call("RegisterAdvertisement", path="/org/bluez/hci3")
        self.wait_on_air("as box (hci3")
        self.assertFalse(self.set("level", 2)["subscribed"])
        self.refused(self.read("level"), "org.freedesktop.DBus.Error.AccessDenied")
        self.assertEqual(self.bluez.take("signal"), [])
        self.assertEqual(self.read("level", bluez=second)["hex"], "02")

    def test_what_an_owner_that_was_replaced_still_says_is_ignored(self):
        self.put_on_air()
        second = self.another_bluez()
        second.add_adapter()
        second.command("own", "replace")
        second.wait_call("RegisterAdvertisement")
        self.wait_on_air()
        # What is sent to it alone reaches it although it listens to the owner only.
        self.bluez.command("direct")
        self.bluez.command("change", "hci0", "Powered=no")
        self.bluez.command("unplug", "hci0")
        self.bluez.command("plug", "hci0")
        self.bluez.sync()
        status = self.status()
        self.assertEqual((status["on_air"], status["adapter"]), (True, "hci0"))
        second.sync()
        self.assertEqual(second.calls(*REGISTRATIONS), [])

    def test_a_refusal_of_the_owner_before_is_forgotten(self):
        self.bluez.command("answer", "RegisterApplication", "error", FAILED, "no room left")
        self.ready_to_register()
        self.wait_status("no room left")
        second = self.another_bluez()
        second.command("answer", "RegisterApplication", "hold")
        second.add_adapter()
        second.command("own", "replace")
        second.wait("listed")
        self.assertEqual(self.status()["why"], "being registered with BlueZ on hci0")

    def test_bluez_leaves_while_a_registration_is_under_way(self):
        self.bluez.command("answer", "RegisterApplication", "hold")
        self.ready_to_register()
        self.bluez.wait("listed")
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.bluez.command("own")
        self.wait_on_air()

    def asked_again(self, why):
        self.ready_to_register()
        for _ in range(3):
            self.bluez.wait_call("GetManagedObjects")
        self.assertIn(why, self.status()["why"])
        self.bluez.command("answer", "GetManagedObjects", "ok")
        self.wait_on_air()
        self.assertIsNone(self.status()["why"])

    def test_objects_that_are_refused_are_asked_for_again(self):
        self.bluez.command("answer", "GetManagedObjects", "error", FAILED, "ask later")
        self.asked_again("bluetoothd does not list its objects: ask later")

    def test_objects_that_make_no_sense_are_asked_for_again(self):
        self.bluez.command("answer", "GetManagedObjects", "odd")
        self.asked_again("bluetoothd does not list its objects")

    def test_the_service_manager_hears_that_the_objects_are_refused(self):
        self.bluez.command("answer", "GetManagedObjects", "error", FAILED, "ask later")
        self.ready_to_register()
        self.wait_status("ask later")

    def test_objects_that_are_never_listed_are_asked_for_again(self):
        self.bluez.command("once", "GetManagedObjects", "never")
        self.ready_to_register("-o", "bluez.call_timeout=100ms")
        self.wait_on_air()
        self.bluez.sync()
        self.assertGreaterEqual(len(self.bluez.calls("GetManagedObjects")), 2)


class Adapters(BluezStory):

    def registered_on(self, name, *arguments):
        self.bluez.command("own")
        process = self.launch(*arguments)
        self.assertEqual(self.bluez.wait_call("RegisterApplication")["path"],
                         "/org/bluez/" + name)
        self.assertIn(f"({name},", self.wait_on_air())
        return process

    def test_auto_takes_the_lowest_whatever_the_order_of_the_list(self):
        self.bluez.add_adapter("hci1")
        self.bluez.add_adapter("hci0")
        self.registered_on("hci0")

    def test_auto_prefers_one_that_can_serve(self):
        self.bluez.add_adapter("hci0", Interfaces="Adapter1")
        self.bluez.add_adapter("hci1")
        self.registered_on("hci1")

    def test_a_second_adapter_does_not_move_the_service(self):
        self.bluez.add_adapter("hci1")
        self.registered_on("hci1")
        self.bluez.add_adapter("hci0", how="plug")
        self.bluez.sync()
        self.assertEqual(self.status()["adapter"], "hci1")
        self.assertEqual(self.bluez.calls("RegisterApplication"), [])

    def test_by_name(self):
        self.bluez.add_adapter("hci0")
        self.bluez.add_adapter("hci1")
        self.registered_on("hci1", "-o", "bluez.adapter=hci1")

    def test_by_address_in_any_case(self):
        self.bluez.add_adapter("hci0")
        self.bluez.add_adapter("hci1", Address="AA:BB:CC:DD:EE:0F")
        self.registered_on("hci1", "-o", "bluez.adapter=aa:bb:cc:dd:ee:0f")

    def test_one_that_is_not_there(self):
        self.ready_to_register("-o", "bluez.adapter=hci7")
        self.wait_status("adapter hci7 is not there, but others are")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.bluez.add_adapter("hci7", how="plug")
        self.wait_on_air("as box (hci7")

    def test_none_at_all(self):
        self.bluez.command("own")
        self.launch()
        self.wait_status("there is no Bluetooth adapter")

    def test_one_without_managers_cannot_be_a_peripheral(self):
        self.bluez.add_adapter(Interfaces="Adapter1,GattManager1")
        self.bluez.command("own")
        self.launch()
        self.wait_status("hci0 cannot be a peripheral")
        self.bluez.add_adapter(how="plug",
                               Interfaces="Adapter1,GattManager1,LEAdvertisingManager1")
        self.wait_on_air()

    def test_unplugged_and_back(self):
        self.put_on_air()
        self.subscribe("level")
        self.bluez.wait_call("RegisterAdvertisement")
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.assertFalse(self.set("level", 1)["subscribed"])
        self.bluez.command("plug", "hci0")
        self.bluez.wait_call("RegisterApplication")
        self.bluez.wait_call("RegisterAdvertisement")
        self.wait_on_air()

    def test_unplugged_while_a_registration_is_under_way(self):
        self.bluez.command("answer", "RegisterApplication", "hold")
        self.ready_to_register()
        self.bluez.wait("listed")
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.bluez.command("reply", "RegisterApplication", "ok")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.assertFalse(self.status()["on_air"])
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.bluez.command("plug", "hci0")
        self.wait_on_air()

    def test_properties_of_a_wrong_type_are_skipped(self):
        self.bluez.add_adapter("hci0", **{"Address:i": "5", "Alias:b": "yes", "Modalias:q": "7"})
        self.registered_on("hci0")
        status = self.status()
        self.assertEqual((status["adapter"], status["address"], status["bluez"]),
                         ("hci0", None, None))
        self.bluez.command("change", "hci0", "Powered:s=no")
        self.bluez.command("change", "hci0", "Address=AA:BB:CC:DD:EE:00")
        self.bluez.sync()
        status = self.status()
        self.assertEqual((status["on_air"], status["address"]), (True, "AA:BB:CC:DD:EE:00"))

    def test_without_a_name_none_is_told(self):
        self.bluez.add_adapter(**{"Alias:b": "yes"})
        self.bluez.command("own")
        self.launch()
        self.assertEqual(self.wait_on_air(), "STATUS=on air (hci0, BlueZ 5.66); no central")
        self.assertEqual(self.ctl("status").stdout.splitlines()[0], "on air (hci0, BlueZ 5.66)")

    def test_the_name_is_set_unless_it_is_right_already(self):
        self.bluez.add_adapter(Alias="MushPi-Init")
        self.bluez.command("own")
        process = self.launch(profile=MUSHPI)
        self.wait_on_air("as MushPi-Init")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("Set"), [])
        self.stop(process)
        self.bluez.add_adapter(Alias="other")
        self.launch(profile=MUSHPI)
        self.bluez.wait_call("Set", Alias="MushPi-Init")
        self.wait_on_air("as MushPi-Init")


if __name__ == "__main__":
    unittest.main(verbosity=2)
