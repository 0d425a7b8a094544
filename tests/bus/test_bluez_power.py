"""An adapter that is off, is switched on, or cannot be."""

import unittest

from bluez import ADVERTISEMENT, FAILED, REGISTRATIONS, BluezStory


class Power(BluezStory):

    def test_off_is_said_and_left_alone(self):
        # The refusals are the clock: powering on has the same first pause.
        self.bluez.command("answer", "RegisterApplication", "error", FAILED)
        self.ready_to_register(Powered="no")
        self.wait_status("hci0 is powered off")
        members = [self.bluez.wait("call")["member"] for _ in range(6)]
        self.assertEqual(members, ["GetManagedObjects"] + ["RegisterApplication"] * 5)
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.bluez.command("change", "hci0", "Powered=yes")
        self.wait_on_air()
        self.bluez.command("change", "hci0", "Powered=no")
        self.wait_status("hci0 is powered off")

    def test_the_advertisement_waits_for_the_power(self):
        self.ready_to_register(Powered="no")
        self.bluez.wait("listed")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS), [])
        self.bluez.command("change", "hci0", "Powered=yes")
        self.bluez.wait_call("RegisterAdvertisement")
        self.wait_on_air()
        self.assertEqual(self.bluez.calls("RegisterApplication", "UnregisterApplication"), [])

    def test_power_on_is_done_on_request_and_again_whoever_switches_it_off(self):
        self.ready_to_register("-o", "bluez.power_on=yes", Powered="no")
        self.bluez.wait_call("Set", path="/org/bluez/hci0", Powered="yes")
        self.wait_on_air()
        self.bluez.command("change", "hci0", "Powered=no")
        self.bluez.wait_call("Set", Powered="yes")
        self.wait_on_air()

    def test_a_blocked_adapter_is_told_with_the_way_out_and_tried_again(self):
        self.bluez.command("answer", "Set", "error", FAILED, "Failed")
        self.ready_to_register("-o", "bluez.power_on=yes", Powered="no")
        self.wait_status("cannot be powered on: Failed; rfkill unblock bluetooth; else look at")
        self.assertTrue(self.status()["fix"].startswith("rfkill unblock bluetooth"))
        for _ in range(3):
            self.bluez.wait_call("Set", Powered="yes")
        self.bluez.command("answer", "Set", "ok")
        self.wait_on_air()

    def test_after_one_that_is_gone_the_next_is_powered_on(self):
        self.bluez.command("answer", "Set", "error", FAILED, "Busy")
        self.ready_to_register("-o", "bluez.power_on=yes", Powered="no")
        self.wait_status("Busy")
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.bluez.sync()
        self.bluez.take("call")
        self.bluez.add_adapter("hci1", how="plug", Powered="no")
        self.assertEqual(self.bluez.wait_call("Set")["path"], "/org/bluez/hci1")

    def held_set(self):
        """A call to power it on is under way; the next one will be carried out."""
        self.bluez.command("answer", "Set", "hold")
        self.ready_to_register("-o", "bluez.power_on=yes", Powered="no")
        self.bluez.wait_call("Set")
        self.bluez.command("answer", "Set", "ok")

    def test_a_yes_that_is_not_followed_by_power_is_asked_for_again(self):
        self.held_set()
        self.bluez.command("reply", "Set", "odd")
        self.bluez.wait_call("Set", Powered="yes")
        self.wait_on_air()

    def test_on_and_off_while_being_powered_on_is_powered_on_again(self):
        self.held_set()
        self.bluez.command("change", "hci0", "Powered=yes")
        self.wait_on_air()
        self.bluez.command("change", "hci0", "Powered=no")
        self.wait_status("hci0 is being powered on")
        self.bluez.command("reply", "Set", "odd")
        self.bluez.wait_call("Set", Powered="yes")
        self.wait_on_air()

    def switch(self, power):
        self.bluez.command("change", "hci0", "Powered=" + power)
        if power == "yes":
            self.wait_on_air()
        else:
            self.wait_status("hci0 is powered off")

    def registrations(self):
        """What was called since the last time."""
        self.bluez.sync()
        return [e["member"] for e in self.bluez.take("call") if e["member"] in REGISTRATIONS]

    def test_off_and_on_leaves_alone_what_is_registered(self):
        self.put_on_air()
        self.registrations()
        self.switch("no")
        self.switch("yes")
        self.assertEqual(self.registrations(), [])

    def advertising(self):
        """The advertisement is being registered when the adapter is switched off."""
        self.bluez.command("answer", "RegisterAdvertisement", "hold")
        self.ready_to_register()
        self.bluez.wait("advertisement")
        self.registrations()
        self.switch("no")
        self.bluez.command("answer", "RegisterAdvertisement", "ok")

    def test_off_while_the_advertisement_is_being_registered(self):
        self.advertising()
        self.bluez.command("change", "hci0", "Powered=yes")
        self.wait_status("being registered with BlueZ")
        self.bluez.command("reply", "RegisterAdvertisement", "ok")
        self.wait_on_air()
        self.assertEqual(self.registrations(), [])
        self.assertEqual(self.bluez.registered(), ("1", "1"))

    def test_an_advertisement_that_the_switch_spoils_waits_for_the_power(self):
        self.advertising()
        self.bluez.command("reply", "RegisterAdvertisement", "error", FAILED, "not powered")
        self.assertEqual(self.registrations(), [])
        self.switch("yes")
        self.assertEqual(self.registrations(), ["RegisterAdvertisement"])
        self.assertEqual(self.bluez.registered(), ("1", "1"))

    def test_what_is_released_while_it_is_off_waits_for_the_power(self):
        # The attempts to power it on are the clock: they have the same pauses.
        self.bluez.command("answer", "Set", "error", FAILED, "Busy")
        self.put_on_air("-o", "bluez.power_on=yes")
        self.registrations()
        self.bluez.command("change", "hci0", "Powered=no")
        self.bluez.answer_of("Release", "call", ADVERTISEMENT, "org.bluez.LEAdvertisement1",
                             "Release")
        members = [self.bluez.wait("call")["member"] for _ in range(5)]
        self.assertEqual(members, ["Set"] * 5)
        self.switch("yes")
        self.assertEqual(self.registrations(), ["RegisterAdvertisement"])

    def test_a_pause_between_two_attempts_ends_with_the_power(self):
        self.bluez.command("answer", "RegisterAdvertisement", "error", FAILED, "too many")
        self.ready_to_register("-o", "bluez.retry_min=1h", "-o", "bluez.retry_max=1h")
        self.wait_status("too many")
        self.switch("no")
        self.bluez.command("answer", "RegisterAdvertisement", "ok")
        self.switch("yes")


class Blocked(BluezStory):
    """BlueZ says that it is rfkill that keeps it off."""

    version = "5.82"
    told = "hci0 is blocked by rfkill; rfkill unblock bluetooth"

    def test_it_is_told_with_the_way_out(self):
        process = self.put_on_air()
        self.bluez.command("rfkill", "on")
        self.wait_status(self.told)
        status = self.status()
        self.assertEqual((status["why"], status["fix"]),
                         ("hci0 is blocked by rfkill", "rfkill unblock bluetooth"))
        self.bluez.command("rfkill", "off")
        self.wait_on_air()
        self.assertIn(self.told, self.log_of(process))

    def test_an_attempt_to_power_it_on_is_no_other_reason(self):
        process = self.put_on_air("-o", "bluez.power_on=yes")
        self.bluez.command("rfkill", "on")
        for _ in range(3):
            self.bluez.wait_call("Set", Powered="yes")
        self.bluez.sync()
        status = self.status()
        self.assertEqual(status["why"], "hci0 is blocked by rfkill")
        self.bluez.command("rfkill", "off")
        self.wait_on_air()
        self.assertIn(self.told, self.log_of(process))

    def test_it_is_known_from_the_start(self):
        self.bluez.command("rfkill", "on")
        self.ready_to_register(Powered="no")
        self.wait_status(self.told)
        self.bluez.command("rfkill", "off")
        self.wait_on_air()

    def test_blocked_while_it_is_off(self):
        self.put_on_air()
        self.bluez.command("power", "hci0", "off")
        self.wait_status("hci0 is powered off")
        self.bluez.command("rfkill", "on")
        self.wait_status(self.told)
        self.bluez.command("rfkill", "off")
        self.wait_on_air()

    def test_a_broken_one_is_not_called_blocked(self):
        self.bluez.command("answer", "Set", "error", FAILED, "Failed")
        self.ready_to_register("-o", "bluez.power_on=yes", Powered="no")
        self.wait_status("cannot be powered on: Failed")
        self.bluez.command("answer", "Set", "ok")
        self.wait_on_air()


if __name__ == "__main__":
    unittest.main(verbosity=2)
