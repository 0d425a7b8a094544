"""Which handles and flags BlueZ is told, and what happens when it refuses them."""

import unittest

from bluez import APPLICATION, FAILED, PROFILE, BluezStory

NO_ENTRY = "Failed to create entry in database"
GIVEN_UP = "BlueZ refuses the pinned handles"


class Listings(BluezStory):

    def listing(self, bluez=None):
        """The objects that the application lists at the next registration."""
        bluez = bluez or self.bluez
        bluez.wait_call("RegisterApplication")
        objects = []
        while True:
            event = bluez.waiting.pop(0) if bluez.waiting else bluez.read_event()
            if event.word == "listed":
                return objects
            if event.word == "object":
                objects.append(event)

    def handles(self, bluez=None):
        """{the object: its handle, or None} of the next registration."""
        return {o["path"].removeprefix(APPLICATION + "/"): o["Handle"] if "Handle" in o else None
                for o in self.listing(bluez)}

    def assert_told(self, handles):
        self.assertNotIn(None, handles.values(), handles)

    def assert_not_told(self, handles):
        self.assertEqual(set(handles.values()), {None}, handles)


class Handles(Listings):

    def refuse(self, text=NO_ENTRY):
        self.bluez.command("answer", "RegisterApplication", "error", FAILED, text)

    def test_each_object_tells_its_own(self):
        self.ready_to_register()
        self.assertEqual(self.handles(), {
            "alpha": "256", "alpha/count": "258", "alpha/count/note": "260",
            "alpha/count/origin": "261", "alpha/level": "263", "alpha/alarm": "266",
            "alpha/blob": "269", "beta": "270", "beta/order": "272", "beta/raw": "274"})
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "pinned")

    def test_they_are_the_same_after_a_restart(self):
        process = self.ready_to_register()
        first = self.handles()
        self.wait_on_air()
        self.stop(process)
        self.launch()
        self.assertEqual(self.handles(), first)

    def test_none_where_bluez_is_to_choose(self):
        self.ready_to_register("-o", "bluez.handles=auto")
        self.assert_not_told(self.handles())
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "unpinned")

    def test_after_some_refusals_bluez_chooses_them(self):
        self.refuse()
        process = self.ready_to_register()
        for _ in range(3):
            self.assert_told(self.handles())
        self.assert_not_told(self.handles())
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "unpinned")
        self.assertEqual(self.log_of(process).count(GIVEN_UP), 1)

    def test_as_many_as_are_wanted(self):
        self.refuse()
        self.ready_to_register("-o", "bluez.handle_tries=1")
        self.assert_told(self.handles())
        self.assert_not_told(self.handles())

    def test_what_is_in_the_way_for_a_while_changes_nothing(self):
        self.bluez.command("once", "RegisterApplication", "error", FAILED, NO_ENTRY)
        self.bluez.command("once", "RegisterApplication", "error", FAILED, NO_ENTRY)
        process = self.ready_to_register()
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "pinned")
        self.assertNotIn(GIVEN_UP, self.log_of(process))

    def test_another_reason_to_refuse_changes_nothing(self):
        self.refuse("No valid service object found")
        self.ready_to_register()
        for _ in range(6):
            self.assert_told(self.handles())
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "pinned")

    def test_the_next_bluetoothd_is_told_them_again(self):
        self.refuse()
        self.ready_to_register("-o", "bluez.handle_tries=1")
        self.assert_told(self.handles())
        self.assert_not_told(self.handles())
        second = self.another_bluez()
        second.add_adapter()
        second.command("own", "replace")
        self.assert_told(self.handles(second))
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "pinned")

    def test_the_adapter_that_comes_back_is_told_them_again(self):
        self.bluez.command("once", "RegisterApplication", "error", FAILED, NO_ENTRY)
        self.ready_to_register("-o", "bluez.handle_tries=1")
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "unpinned")
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.bluez.command("plug", "hci0")
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "pinned")

    def test_a_version_that_takes_no_others_is_told_them_for_ever(self):
        self.refuse()
        process = self.ready_to_register("-o", "bluez.version=5.75", "-o", "bluez.handle_tries=2")
        for _ in range(6):
            self.assert_told(self.handles())
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "pinned")
        log = self.log_of(process)
        self.assertEqual(log.count("takes none but pinned ones"), 1, log)

    def test_who_may_still_have_them_is_why_they_are_given_up(self):
        """A process that has ended does not leave the bus: see test_bluez_predecessor.py."""
        self.corpse()
        process = self.ready_to_register("-o", "bluez.predecessor_timeout=200ms")
        self.assert_not_told(self.handles())
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "unpinned")
        self.assertIn("it may still have the pinned handles", self.log_of(process))


class Flags(Listings):

    def setUp(self):
        super().setUp()
        with open(self.profile, "w", encoding="utf-8") as f:
            f.write(PROFILE.replace("flags = read write indicate\nsecurity = open\n",
                                    "flags = read write encrypt-indicate encrypt-notify\n"))

    def flags(self, version):
        """Those of alarm, and what was logged about any."""
        process = self.ready_to_register("-o", "bluez.version=" + version)
        listed = next(o for o in self.listing() if o["path"].endswith("/alarm"))
        self.wait_on_air()
        log = self.log_of(process)
        return set(listed["Flags"].split(",")), [l for l in log.splitlines() if "the flag" in l]

    def test_what_this_version_knows_it_is_told(self):
        flags, told = self.flags("5.66")
        self.assertLessEqual({"encrypt-indicate", "encrypt-notify"}, flags)
        self.assertEqual(told, [])

    def subscribed(self, version):
        self.ready_to_register("-o", "bluez.version=" + version)
        self.wait_on_air()
        self.subscribe("alarm")
        return self.counters("alarm")["subscribed"]

    def test_where_it_is_protected_a_subscriber_is_notified(self):
        self.assertTrue(self.subscribed("5.66"))

    def test_who_may_lack_the_security_is_not_notified(self):
        self.assertFalse(self.subscribed("5.55"))

    def test_what_it_does_not_know_is_left_out_with_a_warning(self):
        flags, told = self.flags("5.55")
        self.assertEqual(flags, {"read", "write", "indicate", "notify"})
        self.assertEqual(len(told), 2, told)
        for flag in ("encrypt-indicate", "encrypt-notify"):
            line = next(l for l in told if flag in l)
            self.assertIn(f"characteristic alarm: BlueZ 5.55 does not know the flag {flag}", line)
            self.assertIn("none is notified", line)


class Writes(Listings):

    def told(self, version, *arguments):
        process = self.ready_to_register("-o", "bluez.version=" + version, *arguments)
        self.wait_on_air()
        return [l for l in self.log_of(process).splitlines() if "refuses writes" in l]

    def test_a_version_that_takes_no_512_bytes_is_said(self):
        told = self.told("5.66")
        self.assertEqual(len(told), 1, told)
        self.assertIn("characteristic blob: BlueZ 5.66 refuses writes of more than 510 bytes, or "
                      "of more than 508 in pieces", told[0])

    def test_from_the_first_size_on_that_it_refuses(self):
        self.assertEqual(len(self.told("5.66", "-o", "blob.size_max=509")), 1)
        self.assertEqual(self.told("5.66", "-o", "blob.size_max=508"), [])

    def test_one_that_does_is_not(self):
        self.assertEqual(self.told("5.82"), [])


class Versions(Listings):
    """What is said of the one that runs."""

    def told(self, version, *arguments, modalias="usb:v1D6Bp0246d0542"):
        process = self.ready_to_register("-o", "bluez.version=" + version, *arguments,
                                         Modalias=modalias)
        self.handles()
        return [l for l in self.log_of(process).splitlines()
                if "BlueZ" in l and "registered" not in l and "on air" not in l]

    def assert_told(self, told, *parts):
        for part in parts:
            self.assertEqual(len([l for l in told if part in l]), 1, (part, told))

    def test_of_one_that_the_tests_have_seen_nothing_but_what_it_cannot_do(self):
        told = self.told("auto")
        self.assert_told(told, "BlueZ 5.66 refuses writes", "BlueZ 5.66 does not tell why",
                         "BlueZ 5.66 uses several channels")
        self.assertEqual(len(told), 3, told)

    def test_an_adapter_that_comes_back_is_no_other_bluez(self):
        process = self.put_on_air()
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.bluez.command("plug", "hci0")
        self.wait_on_air()
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        self.bluez.command("own")
        self.wait_on_air()
        log = self.log_of(process)
        # Its unique name is the same as before, too.
        self.assertEqual(log.count("BlueZ 5.66 does not tell why"), 1, log)

    def test_registered_anew_it_is_no_other_bluez(self):
        process = self.put_on_air()
        self.peer.call(op="deactivate")
        self.wait_status("deactivated by a program")
        self.peer.call(op="activate")
        self.wait_on_air()
        log = self.log_of(process)
        self.assertEqual((log.count("BlueZ 5.66 does not tell why"),
                          log.count("BlueZ 5.66 uses several channels")), (1, 1), log)

    def test_of_the_newest_that_they_have_seen_nothing(self):
        self.assertEqual(self.told("5.87"), [])

    def test_one_that_they_have_not_seen(self):
        for version in ("5.72", "5.88"):
            self.assert_told(self.told(version), f"BlueZ {version} was not seen in the tests")

    def test_one_that_tells_no_version(self):
        self.assert_told(self.told("auto", modalias="usb:v1234p0246d0542"),
                         "BlueZ does not tell its version, and is taken for an old one",
                         "set version in [bluez]")

    def test_one_that_is_too_old(self):
        self.assert_told(self.told("5.55"), "BlueZ 5.55 is older than any that spored knows")

    def test_one_that_takes_none_but_pinned_handles(self):
        part = "BlueZ 5.75 refuses characteristics without pinned handles"
        self.assert_told(self.told("5.75", "-o", "bluez.handles=auto"), part)

    def test_and_is_told_them(self):
        told = self.told("5.75")
        self.assertNotIn("without pinned handles", "".join(told))


if __name__ == "__main__":
    unittest.main(verbosity=2)
