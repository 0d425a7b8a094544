"""Who may pair: the agent, whatever BlueZ does with it."""

import unittest

from bluez import ADAPTER, DEVICE, FAILED, BluezStory

AGENT = "/spored/agent"
INVALID_ARGS = "org.freedesktop.DBus.Error.InvalidArgs"
CALLS = ("RegisterAgent", "RequestDefaultAgent", "UnregisterAgent", "RegisterApplication",
         "UnregisterApplication", "RegisterAdvertisement", "UnregisterAdvertisement")
WITH_AGENT = ("-o", "agent.capability=NoInputNoOutput")


class Agent(BluezStory):

    def agent(self):
        return self.peer.call(op="status")["agent"]

    def wait_registered(self):
        self.until(lambda: self.agent()["registered"])

    def test_a_profile_that_demands_nothing_has_none(self):
        self.put_on_air()
        self.assertEqual(self.agent(), {"capability": "none", "registered": False, "why": None})
        self.bluez.sync()
        self.assertEqual([c for c in self.bluez.calls(*CALLS) if "Agent" in c], [])

    def demand(self, old, new):
        with open(self.profile, encoding="utf-8") as f:
            text = f.read()
        self.assertIn(old, text)
        with open(self.profile, "w", encoding="utf-8") as f:
            f.write(text.replace(old, new, 1))

    def test_a_profile_that_demands_security_has_one(self):
        self.demand("flags = read notify", "flags = encrypt-read notify")
        self.put_on_air()
        self.wait_registered()
        self.assertEqual(self.agent()["capability"], "NoInputNoOutput")

    def test_none_means_none(self):
        self.demand("flags = read notify", "flags = encrypt-read notify")
        self.put_on_air("-o", "agent.capability=none")
        self.assertEqual(self.agent()["capability"], "none")

    def test_it_comes_first_and_leaves_last(self):
        process = self.put_on_air(*WITH_AGENT, "-o", "daemon.shutdown_timeout=60s")
        self.wait_registered()
        self.bluez.sync()
        calls = self.bluez.calls(*CALLS)
        self.assertEqual(calls[0], "RegisterAgent")
        self.assertIn("RequestDefaultAgent", calls)
        self.bluez.waiting.clear()
        self.assertNotIn("left registered", self.log_of(process))
        self.bluez.wait_call("UnregisterAdvertisement")
        self.bluez.wait_call("UnregisterApplication")
        self.bluez.wait_call("UnregisterAgent", path="/org/bluez", object=AGENT)

    def test_a_refused_agent_keeps_nothing_off_the_air(self):
        self.bluez.command("answer", "RegisterAgent", "error", FAILED, "no agents today")
        process = self.put_on_air(*WITH_AGENT)
        self.until(lambda: self.agent()["why"])
        self.assertEqual(self.agent(), {"capability": "NoInputNoOutput", "registered": False,
                                        "why": "no agents today"})
        self.assertTrue(self.status()["on_air"])
        self.bluez.command("answer", "RegisterAgent", "ok")
        self.wait_registered()
        self.assertIsNone(self.agent()["why"])
        self.assertEqual(self.log_of(process).count("did not register the agent"), 1)

    def test_an_agent_that_is_not_answered_keeps_nothing_off_the_air(self):
        self.bluez.command("answer", "RegisterAgent", "never")
        self.put_on_air(*WITH_AGENT)
        self.assertFalse(self.agent()["registered"])

    def test_one_that_is_not_the_default_is_registered(self):
        self.bluez.command("answer", "RequestDefaultAgent", "error", FAILED, "another is")
        process = self.put_on_air(*WITH_AGENT)
        self.wait_registered()
        self.assertIn("RequestDefaultAgent: another is", self.log_of(process))

    def test_one_that_is_there_already_is_registered_anew(self):
        self.bluez.command("once", "RegisterAgent", "error", "org.bluez.Error.AlreadyExists")
        self.put_on_air(*WITH_AGENT)
        self.bluez.wait_call("UnregisterAgent")
        self.bluez.wait_call("RegisterAgent")
        self.wait_registered()

    def test_without_an_adapter_there_is_none(self):
        self.bluez.command("own")
        self.launch(*WITH_AGENT)
        self.wait_status("there is no Bluetooth adapter")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterAgent"), [])
        self.bluez.command("plug", "hci0", *(f"{k}={v}" for k, v in ADAPTER.items()))
        self.wait_on_air()
        self.bluez.wait_call("RegisterAgent")

    def test_it_outlives_the_adapter(self):
        self.put_on_air(*WITH_AGENT)
        self.wait_registered()
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.bluez.command("unplug", "hci0")
        self.wait_status("there is no Bluetooth adapter")
        self.assertTrue(self.agent()["registered"])
        self.bluez.command("plug", "hci0")
        self.wait_on_air()
        self.bluez.sync()
        self.assertEqual([c for c in self.bluez.calls(*CALLS) if "Agent" in c], [])
        self.assertTrue(self.agent()["registered"])

    def test_a_release_is_answered_by_coming_again(self):
        self.put_on_air(*WITH_AGENT)
        self.wait_registered()
        self.bluez.sync()
        self.bluez.waiting.clear()
        reply = self.bluez.answer_of("Release", "call", AGENT, "org.bluez.Agent1", "Release")
        self.assertNotIn("error", reply)
        self.bluez.wait_call("RegisterAgent", path="/org/bluez", object=AGENT)
        self.wait_registered()

    def test_bluetoothd_restarts_and_it_is_there_again(self):
        self.put_on_air(*WITH_AGENT)
        self.wait_registered()
        for _ in range(5):
            self.bluez.command("restart")
            self.wait_status("bluetoothd is not running")
            self.wait_on_air()
            self.wait_registered()

    def test_nothing_is_under_way_that_could_be_cancelled(self):
        self.put_on_air(*WITH_AGENT)
        self.assertNotIn("error", self.bluez.answer_of("Cancel", "call", AGENT,
                                                       "org.bluez.Agent1", "Cancel"))

    def ask(self, member, *arguments):
        return self.bluez.answer_of(member, "call", AGENT, "org.bluez.Agent1", member,
                                    "device=" + DEVICE, *arguments)

    def test_it_agrees_to_what_needs_nobody_and_rejects_the_rest(self):
        process = self.put_on_air(*WITH_AGENT)
        self.assertNotIn("error", self.ask("RequestAuthorization"))
        for member, *arguments in (
                ("RequestPinCode",), ("DisplayPinCode", "pincode=12ab"), ("RequestPasskey",),
                ("DisplayPasskey", "passkey:u=123456", "entered:q=2"),
                ("RequestConfirmation", "passkey:u=123456"), ("AuthorizeService", "uuid=180d")):
            self.refused(self.ask(member, *arguments), "org.bluez.Error.Rejected")
        log = self.log_of(process)
        self.assertIn("11:22:33:44:55:66 may pair (just works)", log)
        self.assertIn("11:22:33:44:55:66 asks for RequestPasskey, and is rejected", log)
        self.assertNotIn("123456", log)

    def test_other_adapters_devices_do_not_pair_by_it(self):
        process = self.put_on_air(*WITH_AGENT)
        for path in ("/org/bluez/hci1/dev_11_22_33_44_55_66", "/org/bluez/hci01/dev_1", "/"):
            reply = self.bluez.answer_of("RequestAuthorization", "call", AGENT, "org.bluez.Agent1",
                                         "RequestAuthorization", "device=" + path)
            self.refused(reply, "org.bluez.Error.Rejected")
        log = self.log_of(process)
        self.assertIn("/org/bluez/hci1/dev_11_22_33_44_55_66 may not pair", log)
        self.assertNotIn("may pair (just works)", log)

    def test_nonsense_is_refused(self):
        self.put_on_air(*WITH_AGENT)
        for arguments in ((), ("device=text",), ("device:u=7",), ("device=/", "more=1")):
            for member in ("RequestAuthorization", "RequestPasskey"):
                self.refused(self.bluez.answer_of(member, "call", AGENT, "org.bluez.Agent1", member,
                                                  *arguments), INVALID_ARGS)
        self.refused(self.bluez.answer_of("Dance", "call", AGENT, "org.bluez.Agent1", "Dance"),
                     "org.freedesktop.DBus.Error.UnknownMethod")
        self.assertTrue(self.status()["on_air"])

    def test_strangers_get_no_word_of_it(self):
        self.put_on_air(*WITH_AGENT)
        self.wait_registered()
        for member, *arguments in (("Cancel",), ("Release",),
                                   ("RequestAuthorization", "device=" + DEVICE)):
            self.bluez.command("stranger", "call", AGENT, "org.bluez.Agent1", member, *arguments)
            reply = self.bluez.wait("reply", to=member)
            self.refused(reply, "org.freedesktop.DBus.Error.AccessDenied")
        self.assertTrue(self.agent()["registered"])
        self.assertEqual(self.status()["calls_refused"], 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
