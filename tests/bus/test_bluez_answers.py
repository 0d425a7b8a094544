"""Each call that spored makes to BlueZ, answered in each way that there is: it ends on the air, with
everything registered once."""

import os
import unittest

from bluez import FAILED, BluezStory
from simulation.sporesim import UNDER_VALGRIND

ALREADY = "org.bluez.Error.AlreadyExists"
# What is called on the way to the air, in this order.
CALLS = ("GetManagedObjects", "RegisterAgent", "RequestDefaultAgent", "Set", "RegisterApplication",
         "RegisterAdvertisement")
ANSWERS = {
    "refused": ("error", FAILED, "not now"),
    "odd": ("odd",),
    "never": ("never",),
    "late": ("late", "0.1"),
    "too_late": ("late", "1.1"),
    "already_exists": ("error", ALREADY, "Already Exists"),
    "does_not_exist": ("error", "org.bluez.Error.DoesNotExist", "Does Not Exist"),
    "unknown_object": ("error", "org.freedesktop.DBus.Error.UnknownObject", "no such object"),
}
# What has no other end than its timeout, and is to be waited for here.
SHORT = ("-o", "bluez.register_timeout=1s", "-o", "bluez.call_timeout=500ms")
MORE = """[service gamma]
uuid = 12345678-1234-5678-1234-56789abc0020
[characteristic extra]
uuid = 12345678-1234-5678-1234-56789abc0021
flags = read
type = u8
"""
# One answer does not lead to more; a slow machine may lead to some.
CALLS_MAX = 6


class AnswersStory(BluezStory):

    options = (*BluezStory.options, "-o", "agent.capability=NoInputNoOutput",
               "-o", "advertisement.name=Shed 1", *SHORT)

    def state(self, bluez):
        bluez.command("state")
        state = bluez.take("state")[-1]
        return state["agents"], state["applications"], state["advertisements"]

    def assert_registered_once(self, bluez):
        """Now, and when all that was still on its way has come."""
        self.until(lambda: self.state(bluez) == ("1", "1", "1"))
        bluez.command("pause", "0.2")
        bluez.sync()
        self.assertEqual(self.state(bluez), ("1", "1", "1"))
        # With so short a call_timeout a slow bluetoothd counts as silent for a moment.
        self.until(lambda: self.status()["on_air"])


class Once(AnswersStory):

    def once(self, call, how):
        self.bluez.command("once", call, *ANSWERS[how])
        self.ready_to_register()
        self.bluez.wait_call(call)
        self.wait_on_air()
        self.assert_registered_once(self.bluez)
        self.assertLessEqual(self.bluez.calls(call).count(call), CALLS_MAX)

    def after_a_second_owner(self, call):
        """The answer of one that has been replaced is void, whatever it is."""
        self.bluez.command("answer", call, "hold")
        self.ready_to_register()
        self.bluez.wait_call(call)
        second = self.another_bluez()
        second.add_adapter()
        second.command("own", "replace")
        self.wait_on_air()
        self.bluez.command("reply", call, "ok")
        self.bluez.sync()
        self.assert_registered_once(second)
        for member in CALLS:
            if member.startswith("Register"):
                self.assertEqual(second.calls(member), [member])


class Refused(AnswersStory):
    """For as long as BlueZ will: what is not on the air says why, and what can go on does."""

    def never_ok(self, call, how, *arguments, **properties):
        self.bluez.command("answer", call, *ANSWERS[how])
        self.ready_to_register(*arguments, **properties)
        self.bluez.wait_call(call)

    def assert_on_air_all_the_same(self):
        self.wait_on_air()
        self.until(lambda: self.status()["on_air"])

    def agent(self, how):
        """It keeps nothing off the air, and is tried again."""
        self.never_ok("RegisterAgent", how)
        self.assert_on_air_all_the_same()
        self.bluez.wait_call("RegisterAgent")
        self.bluez.command("answer", "RegisterAgent", "ok")
        self.assert_registered_once(self.bluez)

    def test_a_default_agent_keeps_nothing_off_the_air(self):
        self.never_ok("RequestDefaultAgent", "refused")
        self.assert_on_air_all_the_same()
        self.assert_registered_once(self.bluez)

    def test_an_alias_keeps_nothing_off_the_air(self):
        self.never_ok("Set", "never")
        self.assert_on_air_all_the_same()

    def test_objects(self):
        self.never_ok("GetManagedObjects", "never")
        self.wait_status("bluetoothd does not list its objects: ")

    def test_an_application(self):
        self.never_ok("RegisterApplication", "never")
        self.wait_status("BlueZ refuses the application: ")

    def test_an_advertisement(self):
        self.never_ok("RegisterAdvertisement", "never")
        self.wait_status("BlueZ refuses the advertisement: ")

    def test_power(self):
        self.never_ok("Set", "never", "-o", "bluez.power_on=yes", Powered="no", Alias="Shed 1")
        self.wait_status("the adapter cannot be powered on: ")


class Leaving(AnswersStory):
    """However the calls on the way out are answered, it ends well and in time."""

    def leaves(self, call, how):
        process = self.put_on_air()
        self.bluez.command("answer", call, *ANSWERS[how])
        self.end_well(process)
        self.bluez.wait_call(call)


class Name(AnswersStory):
    """The old advertisement is unregistered when the new one is there."""

    def renamed(self, how):
        self.put_on_air()
        self.bluez.command("once", "UnregisterAdvertisement", *ANSWERS[how])
        reply = self.connect().call(op="advertise", name="Shed 2")
        self.assertTrue(reply.get("ok"), reply)
        self.bluez.wait_call("UnregisterAdvertisement")
        self.bluez.command("phone", "scan", "name=Shed 2")
        self.until(lambda: self.status()["on_air"])


class Kept(AnswersStory):
    """What BlueZ was to give up and has kept, whatever it has answered, is in the way of what is
    registered at the same path later: it is cleared then, and nothing stands twice."""

    def kept_advertisement(self, how):
        self.put_on_air()
        self.bluez.command("once", "UnregisterAdvertisement", *ANSWERS[how])
        peer = self.connect()
        self.assertTrue(peer.call(op="advertise", name="Shed 2").get("ok"))
        self.bluez.wait_call("UnregisterAdvertisement")
        self.assertEqual(self.state(self.bluez), ("1", "1", "2"))
        # Its turn at the path that was kept.
        self.assertTrue(peer.call(op="advertise", name="Shed 3").get("ok"))
        self.assert_registered_once(self.bluez)
        self.bluez.command("phone", "scan", "name=Shed 3")

    def kept_application(self, how):
        self.put_on_air()
        folder = self.profile + ".d"
        os.mkdir(folder)
        with open(os.path.join(folder, "more.conf"), "w", encoding="utf-8") as file:
            file.write(MORE)
        self.bluez.command("once", "UnregisterApplication", *ANSWERS[how])
        reply = self.connect().call(op="reload")
        self.assertTrue(reply.get("ok"), reply)
        self.bluez.wait_call("UnregisterApplication")
        # When what is in the way has been told by AlreadyExists.
        self.bluez.wait_call("UnregisterApplication")
        self.assert_registered_once(self.bluez)


class Pings(AnswersStory):
    """They open the window for the next value."""

    def pinged(self, how):
        self.put_on_air("-o", "queue.window=1")
        self.bluez.command("once", "Ping", *ANSWERS[how])
        self.subscribe("level")
        self.set("level", 1, 2, 3)
        self.assertEqual(self.bluez.wait_values(3), self.numbers("level", (1, 2, 3)))


def story(method, *arguments):
    return lambda self: getattr(self, method)(*arguments)


# Valgrind looks at memory, and what differs in the words of an answer alone takes the same ways.
GIVEN = ("refused", "odd", "never", "too_late") if UNDER_VALGRIND else tuple(ANSWERS)

for member in CALLS:
    for answer in GIVEN:
        setattr(Once, f"test_{member}_{answer}", story("once", member, answer))
    setattr(Once, f"test_{member}_after_a_second_owner", story("after_a_second_owner", member))
for answer in GIVEN:
    if not answer.endswith("late"):
        setattr(Refused, f"test_an_agent_{answer}", story("agent", answer))
    setattr(Name, f"test_{answer}", story("renamed", answer))
    setattr(Pings, f"test_{answer}", story("pinged", answer))
    if "late" not in answer and answer != "does_not_exist":
        setattr(Kept, f"test_advertisement_{answer}", story("kept_advertisement", answer))
        setattr(Kept, f"test_application_{answer}", story("kept_application", answer))
    for member in ("UnregisterAgent", "UnregisterApplication", "UnregisterAdvertisement"):
        setattr(Leaving, f"test_{member}_{answer}", story("leaves", member, answer))


if __name__ == "__main__":
    unittest.main(verbosity=2)
