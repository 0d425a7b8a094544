"""A reload while it is off the air or on the way there, and many of them."""

import os
import signal
import unittest
from random import Random

from harness import has_its_own_memory
from reloading import MORE, Reloading
from simulation.sporesim import UNDER_VALGRIND

POLICIES = ("drop_oldest", "drop_newest", "coalesce", "block")


class Away(Reloading):

    def test_off_the_air(self):
        """The adapter comes later, and finds what was loaded last."""
        self.bluez.command("own")
        self.process = self.launch()
        self.peer = self.connect()
        self.reload(MORE)
        self.reload(MORE + "[queue]\ndepth = 5\n")
        self.bluez.add_adapter(how="plug")
        self.wait_on_air()
        self.set("extra", 1)

    def test_without_bluetoothd(self):
        self.put_on_air()
        self.bluez.command("disown")
        self.wait_status("not on air")
        self.reload(MORE)
        self.reload("[advertisement]\nname = Later\n")
        self.bluez.command("own")
        self.wait_on_air("as Later")

    def test_without_a_bus(self):
        self.put_on_air()
        self.bluez.end()
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        for text in ("[queue]\ndepth = 5\n", MORE, "[advertisement]\nname = Later\n"):
            self.assertTrue(self.reload(text)["ok"])
        self.bus.start()
        self.bluez = self.another_bluez()
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.wait_on_air("as Later")

    def test_while_a_call_is_under_way(self):
        """The answer to the old registration is void."""
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.bluez.command("answer", "RegisterApplication", "hold")
        self.process = self.launch()
        self.peer = self.connect()
        self.bluez.wait("listed")
        self.reload(MORE)
        self.bluez.wait_call("UnregisterApplication")
        self.bluez.wait("listed")
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.bluez.command("reply", "RegisterApplication", "ok")
        self.wait_on_air()
        self.set("extra", 1)

    def test_quick_ones_come_to_the_last(self):
        self.put_on_air()
        for i in range(5):
            self.drop_in((MORE if i % 2 == 0 else "") + f"[queue]\ndepth = {i + 2}\n")
            self.process.send_signal(signal.SIGHUP)
            self.assertTrue(self.reload()["ok"])
        self.set("extra", 1)
        self.wait_on_air()
        self.until(lambda: self.bluez.registered() == ("1", "1"))

    def test_while_stopping(self):
        self.put_on_air()
        self.bluez.command("answer", "UnregisterAdvertisement", "hold")
        self.process.send_signal(signal.SIGTERM)
        self.wait_notify(lambda text: "STOPPING=1" in text)
        self.process.send_signal(signal.SIGHUP)
        _, log = self.process.communicate(timeout=60)
        self.assertEqual(self.process.returncode, 0, log)


class Deactivated(Reloading):
    """Off the air, or on the way there."""

    # Far longer than anything here takes.
    options = (*Reloading.options, "-o", "daemon.shutdown_timeout=60s")

    def tell(self, operation):
        reply = self.once(op=operation)
        self.assertTrue(reply.get("ok"), reply)

    def leave(self, *arguments):
        """It is being taken back, and BlueZ does not answer."""
        self.put_on_air(*arguments)
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        self.tell("deactivate")
        self.bluez.wait_call("UnregisterAdvertisement")

    def wait_off(self):
        self.wait_status("deactivated by a program; sporectl activate")

    def test_it_stays_off_and_comes_back_with_what_was_loaded_last(self):
        self.put_on_air()
        self.tell("deactivate")
        self.wait_off()
        for text in ("[queue]\ndepth = 5\n", MORE, MORE + "[advertisement]\nname = Later\n"):
            self.assertTrue(self.reload(text)["ok"])
            self.assertEqual(self.status()["why"], "deactivated by a program")
        self.bluez.sync()
        self.assertEqual(self.bluez.registered(), ("0", "0"))
        self.tell("activate")
        self.wait_on_air("as Later")
        self.set("extra", 1)

    def expect_off_at_once(self, text):
        """The connection to the bus is given up, and with it all that BlueZ has of it."""
        self.leave()
        self.assertTrue(self.reload(text)["ok"])
        self.until(lambda: self.status()["why"] == "deactivated by a program")
        self.bluez.sync()
        self.assertEqual(self.bluez.registered(), ("0", "0"))

    def test_on_the_way_a_reload_ends_it(self):
        self.expect_off_at_once("[queue]\ndepth = 5\n")

    def test_on_the_way_another_table_ends_it(self):
        self.expect_off_at_once(MORE)

    def expect_back(self, text):
        """At once, and not to be dropped when the time for leaving is over."""
        self.leave("-o", "daemon.shutdown_timeout=500ms")
        self.tell("activate")
        self.assertTrue(self.reload(text)["ok"])
        self.wait_on_air()
        self.forget_calls()
        self.bluez.command("pause", "0.6")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterApplication"), [])
        self.assertEqual(self.bluez.registered(), ("1", "1"))

    def test_activated_on_the_way_a_reload_brings_it_back(self):
        self.expect_back("[queue]\ndepth = 5\n")

    def test_activated_on_the_way_another_table_brings_it_back(self):
        self.expect_back(MORE)


class Systemd(Reloading):

    def test_it_is_told_of_each_reload(self):
        self.put_on_air()
        self.drop_in("[queue]\nrate = much\n")
        self.process.send_signal(signal.SIGHUP)
        text = self.wait_notify(lambda text: "RELOADING=1" in text)
        self.assertIn("MONOTONIC_USEC=", text)
        self.wait_notify(lambda text: "READY=1" in text)


class Many(Reloading):
    """Two hundred reloads with valid changes at random, under load."""

    RELOADS = 40 if UNDER_VALGRIND else 200
    GROWTH = 1024  # KiB

    def change(self, random):
        """Some of each kind; what is subscribed and counted stays in all of them."""
        text = f"[queue]\ndepth = {random.randint(1, 200)}\nrate = 0\nwindow = 64\n"
        text += f"[characteristic level]\npolicy = {random.choice(POLICIES)}\n"
        text += f"priority = {random.choice(('low', 'high'))}\nput_timeout = 50ms\n"
        if random.random() < 0.1:
            text += MORE
        if random.random() < 0.1:
            text += f"[advertisement]\nname = n{random.randint(0, 9)}\n"
        return text

    def figures(self):
        """Descriptors, KiB, and match rules of its connection, once those who left are gone."""
        self.until(lambda: self.peer.call(op="status")["peers"] == 1)
        fds = len(os.listdir(f"/proc/{self.process.pid}/fd"))
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        return fds, resident, self.rules()

    def rules(self):
        stats = self.busctl("call", "org.freedesktop.DBus", "/org/freedesktop/DBus",
                            "org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules")
        self.assertEqual(stats.returncode, 0, stats.stderr)
        return stats.stdout.count("org.bluez")

    def go_on(self, random, n):
        for _ in range(n):
            reply = self.reload(self.change(random))
            self.assertTrue(reply.get("ok"), reply)
            for value in range(5):
                answer = self.peer.call(op="set", characteristic="level", value=value)
                self.assertIn(answer.get("error", "queue_full"), "queue_full")

    def settle(self):
        """On the air, subscribed, and a value comes."""
        self.reload("[queue]\nrate = 0\n[characteristic level]\npolicy = coalesce\n")
        self.until(lambda: self.status()["on_air"])
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.subscribe("level")
        self.set("level", 77)
        while ("level", "4d") not in self.bluez.wait_values(1):
            pass
        row = self.counters("level")
        self.assertEqual(row["published"], row["sent"] + sum(row["dropped"].values()) +
                         row["coalesced"] + row["pending"], row)

    def test_nothing_grows_and_values_arrive(self):
        random = Random(6)
        self.put_on_air()
        self.subscribe("level")
        # As many before: an allocator grows for a while, and more so with a sanitizer.
        self.go_on(random, self.RELOADS)
        self.settle()
        before = self.figures()
        self.go_on(random, self.RELOADS)
        self.settle()
        after = self.figures()
        self.assertEqual((after[0], after[2]), (before[0], before[2]))
        if not has_its_own_memory():
            self.assertLess(after[1] - before[1], self.GROWTH)


if __name__ == "__main__":
    unittest.main(verbosity=2)
