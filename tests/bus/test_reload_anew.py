"""A reload with another table, advertisement or agent, which BlueZ is told anew."""

import unittest

from bluez import REGISTRATIONS, path_of
from reloading import MORE, Reloading
from test_bluez_handles import Listings

ANEW = ["UnregisterAdvertisement", "UnregisterApplication", "RegisterApplication",
        "RegisterAdvertisement"]


class Anew(Reloading):

    def wait_registrations(self, n):
        calls = []
        while len(calls) < n:
            event = self.bluez.wait("call")
            if event["member"] in (*REGISTRATIONS, "RegisterAgent", "UnregisterAgent"):
                calls.append(event["member"])
        return calls

    def test_a_service_at_the_end(self):
        self.put_on_air()
        self.set("level", 7)
        self.expect_reloaded(MORE, anew=["[service gamma]", "[characteristic extra]"])
        self.assertEqual(self.wait_registrations(4), ANEW)
        self.wait_on_air()
        self.set("extra", 3)
        self.assertEqual(self.read("level")["hex"], "07")
        self.assertEqual(self.counters("level")["sets"], 1)

    def test_subscriptions_end_and_can_begin_again(self):
        self.put_on_air()
        self.subscribe("level")
        watcher = self.connect()
        self.assertTrue(watcher.call(op="watch", events=["connection"])["ok"])
        self.reload(MORE)
        self.assertEqual(watcher.receive()["event"], "unsubscribed")
        self.wait_on_air()
        self.set("level", 1)
        self.subscribe("level")
        self.set("level", 2)
        self.assertEqual(self.bluez.wait_values(1), [("level", "02")])
        self.expect("level", published=1, sent=1)

    def test_counters_add_up(self):
        self.put_on_air()
        self.subscribe("level")
        self.set("level", 1)
        self.bluez.wait_values(1)
        self.reload(MORE)
        self.wait_on_air()
        self.subscribe("level")
        self.set("level", 2)
        self.bluez.wait_values(1)
        self.expect("level", published=2, sent=2)

    def test_who_watches_what_is_gone_is_told(self):
        self.put_on_air()
        watcher, handler, everything = (self.connect() for _ in range(3))
        watcher.call(op="watch", characteristics=["blob", "order"])
        handler.call(op="handle", characteristic="alarm")
        everything.call(op="watch")
        self.reload("[characteristic blob]\nenable = no\n[characteristic alarm]\nenable = no\n")
        self.assertEqual(watcher.receive(), {"event": "gone", "characteristic": "blob"})
        self.assertEqual(handler.receive(), {"event": "gone", "characteristic": "alarm"})
        self.wait_on_air()
        self.write("order", "05")
        self.assertEqual(watcher.receive()["characteristic"], "order")
        self.assertEqual(everything.receive()["characteristic"], "order")
        self.assertEqual(self.status()["handlers"], 0)
        self.assertEqual(self.peer.call(op="get", characteristic="blob")["error"],
                         "unknown_characteristic")

    def test_who_watches_everything_hears_what_is_new(self):
        self.put_on_air()
        everything = self.connect()
        everything.call(op="watch")
        self.reload(MORE + "[characteristic knob]\n"
                    "uuid = 12345678-1234-5678-1234-56789abc0022\nflags = write\n"
                    "security = open\nsize = 1\n")
        self.wait_on_air()
        self.bluez.answer_of("WriteValue", "write", "/spored/application/gamma/knob", "0a")
        self.assertEqual(everything.receive()["characteristic"], "knob")

    def test_a_value_that_does_not_fit_any_more_is_the_initial_one(self):
        self.put_on_air()
        self.set("level", 7)
        self.set("count", 300)
        self.expect_reloaded("[characteristic level]\ntype = u8 max=5\n"
                             "[characteristic count]\ntype = u16 max=1000\n",
                             anew=["[characteristic count] type", "[characteristic level] type"])
        self.assertEqual(self.peer.call(op="get", characteristic="level")["value"], 0)
        self.assertEqual(self.peer.call(op="get", characteristic="count")["value"], 300)

    def test_the_advertisement_alone(self):
        self.put_on_air()
        self.subscribe("level")
        self.expect_reloaded("[advertisement]\nname = Fresh\n", anew=["[advertisement] name"])
        self.assertEqual(self.wait_registrations(2),
                         ["RegisterAdvertisement", "UnregisterAdvertisement"])
        self.wait_on_air("as Fresh")
        self.set("level", 2)
        self.assertEqual(self.bluez.wait_values(1), [("level", "02")])
        self.assertEqual(self.bluez.registered()[1], "1")

    def test_what_of_the_advertisement_the_adapter_cannot_is_said(self):
        process = self.put_on_air()
        self.reload("[advertisement]\ntx_power = 4\n")
        self.assertEqual(self.status()["advertisements"][0]["not_taken"], "tx_power")
        self.assertIn("do not take tx_power", self.log_of(process))

    def test_no_advertisement_any_more_and_again(self):
        self.put_on_air()
        self.reload("[advertisement]\nadvertise = no\n")
        self.assertEqual(self.wait_registrations(1), ["UnregisterAdvertisement"])
        self.bluez.sync()
        self.assertEqual(self.bluez.registered(), ("1", "0"))
        self.assertTrue(self.status()["on_air"])
        self.reload("")
        self.assertEqual(self.wait_registrations(1), ["RegisterAdvertisement"])

    def test_one_advertisement_more_is_another_table(self):
        self.put_on_air()
        self.subscribe("level")
        self.expect_reloaded("[advertisement beacon]\ntype = broadcast\n",
                             anew=["[advertisement beacon]"])
        self.assertEqual(self.wait_registrations(5), [*ANEW, "RegisterAdvertisement"])
        self.wait_on_air()
        self.until(lambda: self.bluez.registered() == ("1", "2"))
        self.assertFalse(self.counters("level")["subscribed"])

    def test_a_name_that_a_program_has_given_stays(self):
        self.put_on_air()
        self.connect().call(op="advertise", name="Given")
        self.wait_on_air("as Given")
        self.wait_registrations(2)
        self.forget_calls()
        self.reload("[advertisement]\nappearance = 0x0300\n")
        self.assertEqual(self.wait_registrations(2),
                         ["RegisterAdvertisement", "UnregisterAdvertisement"])
        self.reload(MORE + "[advertisement]\nappearance = 0x0300\n")
        self.assertEqual(self.wait_registrations(4), ANEW)
        self.wait_on_air("as Given")
        self.expect_nothing_registered()
        self.assertEqual(self.bluez.calls("Set"), [])
        self.reload(MORE + "[advertisement]\nname = Filed\n")
        self.wait_on_air("as Filed")

    def test_what_is_being_unregistered_is_not_called_again(self):
        self.put_on_air()
        self.bluez.command("answer", "UnregisterAdvertisement", "hold")
        self.reload("[advertisement]\nname = Fresh\n")
        self.assertEqual(self.wait_registrations(2),
                         ["RegisterAdvertisement", "UnregisterAdvertisement"])
        self.bluez.command("answer", "UnregisterAdvertisement", "ok")
        self.reload(MORE + "[advertisement]\nname = Fresh\n")
        self.assertEqual(self.wait_registrations(4), ANEW)
        self.bluez.command("reply", "UnregisterAdvertisement", "ok")
        self.wait_on_air("as Fresh")
        self.until(lambda: self.bluez.registered() == ("1", "1"))

    def test_the_agent_alone(self):
        self.put_on_air()
        self.subscribe("level")
        self.expect_reloaded("[agent]\ncapability = NoInputNoOutput\n",
                             anew=["[agent] capability"])
        self.assertEqual(self.wait_registrations(1), ["RegisterAgent"])
        self.reload("")
        self.assertEqual(self.wait_registrations(1), ["UnregisterAgent"])
        self.set("level", 2)
        self.assertEqual(self.bluez.wait_values(1), [("level", "02")])

    def test_another_order_is_another_table(self):
        self.put_on_air()
        with open(self.profile, encoding="utf-8") as file:
            text = file.read()
        beta, rest = text.index("[service beta]"), text.index("[advertisement]")
        with open(self.profile, "w", encoding="utf-8") as file:
            file.write(text[beta:rest] + text[:beta] + text[rest:])
        self.expect_reloaded(None, anew=["the order of the sections"])
        self.assertEqual(self.wait_registrations(4), ANEW)
        self.wait_on_air()

    def test_of_nothing_something(self):
        with open(self.profile, encoding="utf-8") as file:
            text = file.read()
        with open(self.profile, "w", encoding="utf-8") as file:
            file.write("[queue]\ndepth = 3\n")
        self.process = self.ready_to_register()
        self.peer = self.connect()
        self.assertIn("nothing is declared", self.status()["why"])
        with open(self.profile, "w", encoding="utf-8") as file:
            file.write(text)
        self.assertTrue(self.reload()["ok"])
        self.wait_on_air()
        self.set("level", 1)
        self.assertEqual(self.read("level")["hex"], "01")


class Full(Reloading):
    """As many centrals as there may be: they stay connected while the table is another."""

    def test_it_is_not_advertised_to_more(self):
        self.put_on_air("-o", "limits.centrals=1")
        self.bluez.command("phone", "connect")
        self.bluez.wait_call("UnregisterAdvertisement")
        self.reload(MORE)
        self.bluez.wait_call("RegisterApplication")
        self.wait_status("1 central")
        self.until(lambda: self.bluez.registered()[0] == "1")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterAdvertisement"), [])
        self.bluez.command("phone", "disconnect")
        self.bluez.wait_call("RegisterAdvertisement")


class Counted(Reloading):

    def test_calls_that_were_refused_stay_counted(self):
        """Through another table and a connection that goes."""
        self.put_on_air()
        reply = self.bluez.answer_of("ReadValue", "stranger", "read", path_of("count"),
                                     "org.bluez.GattCharacteristic1")
        self.refused(reply, "org.freedesktop.DBus.Error.AccessDenied")
        self.assertEqual(self.status()["calls_refused"], 1)
        with open(self.profile, encoding="utf-8") as file:
            text = file.read()
        for profile in (text + MORE, text):
            with open(self.profile, "w", encoding="utf-8") as file:
                file.write(profile)
            self.assertTrue(self.reload()["ok"])
            self.assertEqual(self.status()["calls_refused"], 1)
        self.bus.stop()
        self.until(lambda: "there is no D-Bus bus" in self.status()["why"])
        self.assertTrue(self.reload(MORE)["ok"])
        self.assertEqual(self.status()["calls_refused"], 1)


class Pinned(Reloading, Listings):

    def test_a_service_at_the_end_moves_no_handle(self):
        self.ready_to_register()
        before = self.handles()
        self.wait_on_air()
        self.reload(MORE)
        after = self.handles()
        self.assertEqual({path: after[path] for path in before}, before)
        self.assertGreater(int(after["gamma"]), max(map(int, before.values())))


if __name__ == "__main__":
    unittest.main(verbosity=2)
