"""Reloads at random, right ones and broken ones, among everything else that happens: the process
lives and grows by nothing, its counters add up, what was set stays set, and in the end it serves
what a spored that is started with the last good configuration serves. The same ones each time;
--seed N for another first one, --count N for more, --steps N for longer ones."""

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import unittest

from bluez import BluezStory
from central import att
from harness import SPORED
from simulation.central import Central
from simulation.sporesim import UNDER_VALGRIND, Wrong

UUID = "12345678-1234-5678-1234-56789abc00"
SERVICES = {f"{UUID}{end}" for end in ("00", "10", "20")}
FIRST_SEED, COUNT = 1, 1 if UNDER_VALGRIND else 3
STEPS = 40 if UNDER_VALGRIND else 60  # of each of the rounds
ROUNDS = 3
GROWTH = 1024  # KiB, of the last rounds
NOTIFIED = ("level", "count", "raw")
OPTIONAL = ("count", "raw", "alarm", "blob", "order")
REGISTER = ("RegisterApplication", "RegisterAdvertisement", "UnregisterAdvertisement",
            "UnregisterApplication")
MORE = f"""[service gamma]
uuid = {UUID}20
[characteristic extra]
uuid = {UUID}21
flags = read notify
type = u8
"""
# In a drop-in of their own. Each has an error, whatever else there is.
BROKEN = (
    "[queue]\nrate = much\n", "[nonsense]\n", "[queue]\nnothing = 1\n",
    "[characteristic level]\ndepth = 0\n", "[characteristic level]\ntype = u9\n",
    "[characteristic lost]\nflags = read\n", "[socket]\nadmin_group = no-such-group-here\n",
    "[characteristic raw]\nenable = yes\ndepth = 10000\n", "[queue\n",
)


class Options:
    seed, count, steps = FIRST_SEED, COUNT, STEPS


class Wanted:
    """A configuration, as a drop-in. One that is changed in place is another in its tunables."""

    def __init__(self, rng, folder):
        self.rng, self.folder = rng, folder
        self.off, self.more, self.narrow = set(), False, False
        self.name = self.capability = self.metrics = None
        self.persists = set()
        self.tune()

    def tune(self):
        rng = self.rng
        self.tunables = {
            "daemon": [f"log_level = {rng.choice(('error', 'info', 'debug'))}"],
            "queue": [f"depth = {rng.randint(1, 100)}", "rate = 0",
                      f"window = {rng.randint(1, 64)}",
                      f"notify_on_subscribe = {rng.choice(('yes', 'no'))}"]}
        for name in NOTIFIED:
            lines = self.tunables[f"characteristic {name}"] = [
                f"min_interval = {rng.choice((0, 0, 1))}ms",
                f"policy = {rng.choice(('drop_oldest', 'drop_newest', 'coalesce', 'block'))}",
                f"priority = {rng.choice(('low', 'critical'))}", "put_timeout = 20ms",
                f"stall_after = {rng.choice(('100ms', '1h'))}",
                f"max_age = {rng.choice(('0', '20ms', '1h'))}",
                f"notify_on_change = {rng.choice(('yes', 'no'))}"]
            if rng.random() < 0.3:
                lines.append(f"depth = {rng.randint(1, 50)}")

    def change(self):
        """One thing, or several."""
        rng = self.rng
        for _ in range(rng.choice((1, 1, 3))):
            what = rng.randrange(12)
            if what <= 5:
                self.tune()
            elif what == 6:
                self.off ^= {rng.choice(OPTIONAL)}
            elif what == 7:
                self.more = not self.more
            elif what == 8:
                self.narrow = not self.narrow
            elif what == 9:
                self.name = rng.choice((None, "one", "another", "a name that is rather long"))
                self.capability = rng.choice((None, "none", "NoInputNoOutput"))
            else:
                self.persists ^= {rng.choice(NOTIFIED)}
                self.metrics = rng.choice((None, "metrics", "figures"))

    def text(self):
        sections = {name: list(lines) for name, lines in self.tunables.items()}
        for name in sorted(self.off):
            sections.setdefault(f"characteristic {name}", []).append("enable = no")
        for name in sorted(self.persists):
            sections[f"characteristic {name}"].append("persist = yes")
        if self.narrow:
            sections["characteristic level"].append("type = u8 max=50")
        if self.name:
            sections["advertisement"] = [f"name = {self.name}"]
        if self.capability:
            sections["agent"] = [f"capability = {self.capability}"]
        if self.metrics:
            sections["metrics"] = [f"file = {self.folder}/{self.metrics}", "interval = 1s"]
        return "".join(f"[{name}]\n" + "".join(line + "\n" for line in lines)
                       for name, lines in sections.items()) + (MORE if self.more else "")

    def has(self, name):
        return self.more if name == "extra" else name not in self.off

    def fits(self, name, value):
        return name != "level" or not self.narrow or value[0] <= 50


INITIAL = {"level": "00", "count": "0000", "raw": "", "extra": "00", "alarm": "00",
           "blob": "0102030405"}


class AtRandom(BluezStory):
    maxDiff = None

    options = (*BluezStory.options, "-o", "persist.interval=1s")

    def begin(self, seed):
        self.rng = random.Random(f"reloads {seed}")
        self.kept = os.path.join(self.folder, "values")
        self.bluez.command("trace", "off")
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.process = self.launch("-o", "persist.file=" + self.kept)
        self.peer = self.connect()
        self.wanted = Wanted(self.rng, self.folder)
        self.good = self.bad = self.most_sent = 0
        self.values, self.published = {}, {}
        self.peers, self.phones = [], []
        self.active = self.owned = self.powered = True
        self.reload()

    # What is done.

    def put(self, text, name="change.conf"):
        """At once: who reads meanwhile reads the old one."""
        folder = self.profile + ".d"
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(path + ".new", path)

    def reload(self):
        self.put(self.wanted.text())
        reply = self.peer.call(op="reload")
        self.assertTrue(reply.get("ok"), (reply, self.wanted.text()))
        self.good += 1
        self.values = {name: value for name, value in self.values.items()
                       if self.wanted.has(name) and self.wanted.fits(name, value)}
        self.published = {name: n for name, n in self.published.items() if self.wanted.has(name)}

    def step_reload(self):
        self.wanted.change()
        self.reload()

    def step_broken(self):
        wanted = Wanted(self.rng, self.folder)
        for _ in range(5):
            wanted.change()
        self.put(wanted.text())
        way = self.rng.randrange(4)
        trap = self.profile + ".d/trap.conf"
        if way == 0:
            os.mkfifo(trap)
        elif way == 1:
            os.symlink("nowhere", trap)
        else:
            self.put(self.rng.choice(BROKEN), "trap.conf")
        reply = self.peer.call(op="reload")
        self.assertEqual(reply.get("error"), "invalid_config", (reply, wanted.text()))
        self.bad += 1
        os.unlink(trap)

    def step_storm(self):
        """In place, and in between with errors. Signals may be taken together."""
        for _ in range(self.rng.randint(1, 30)):
            self.wanted.tune()
            self.put(self.wanted.text())
            self.put(self.rng.choice(("", *BROKEN)), "trap.conf")
            self.process.send_signal(signal.SIGHUP)
        os.unlink(self.profile + ".d/trap.conf")
        self.reload()

    def random_value(self, name):
        if name == "raw":
            return self.rng.randbytes(self.rng.randrange(21))
        if name == "count":
            return self.rng.randbytes(2)
        return bytes([self.rng.randrange(51 if name == "level" and self.wanted.narrow else 256)])

    def step_set(self):
        for _ in range(self.rng.randint(1, 20)):
            name = self.rng.choice((*NOTIFIED, "extra"))
            value = self.random_value(name)
            reply = self.peer.call(op="set", characteristic=name, hex=value.hex())
            if not self.wanted.has(name):
                self.assertEqual(reply.get("error"), "unknown_characteristic", reply)
            elif reply.get("ok"):
                self.values[name] = value
            else:
                self.assertEqual(reply["error"], "queue_full", reply)

    def step_peers(self):
        if len(self.peers) > 3 or (self.peers and self.rng.random() < 0.3):
            self.peers.pop(self.rng.randrange(len(self.peers))).close()
            return
        peer = self.connect()
        self.peers.append(peer)
        name = self.rng.choice(("blob", "order", "alarm"))
        request = self.rng.choice((
            {"op": "watch"}, {"op": "watch", "characteristics": [name]},
            {"op": "watch", "events": ["status", "stale", "connection", "write"]},
            {"op": "handle", "characteristic": name}))
        reply = peer.call(**request)
        self.assertIn(reply.get("error", "ok"), ("ok", "busy", "unknown_characteristic"), reply)

    def may_be_on_air(self):
        return self.active and self.owned and self.powered

    def step_phone(self):
        """What it asks for may have gone since it has looked."""
        if len(self.phones) < 3 and self.may_be_on_air() and self.rng.random() < 0.7:
            self.until(lambda: self.peer.call(op="status")["on_air"])
            self.phones.append(Central(self.bluez).connect(service=f"{UUID}00"))
        for phone in list(self.phones):
            with contextlib.suppress(att.AttError, Wrong):
                self.let_do(phone)
            if not phone.connected:
                self.phones.remove(phone)

    def let_do(self, phone):
        what = self.rng.randrange(12)
        end = self.rng.choice(("01", "02", "12", "21"))
        if what <= 7:
            phone.discover()
            phone.subscribe(UUID + end)
        elif what == 8:
            phone.unsubscribe(UUID + end)
        elif what <= 10:
            phone.write(f"{UUID}11", b"\x05")
        else:
            phone.disconnect()

    def step_bluetoothd(self):
        what = self.rng.randrange(6)
        if what == 0:
            self.bluez.command("power", "hci0", "off" if self.powered else "on")
            self.powered = not self.powered
        elif what == 1:
            self.bluez.command("stop" if self.owned else "start")
            self.owned = not self.owned
        elif what == 2 and self.owned:
            self.bluez.command(self.rng.choice(("stop", "kill")))
            self.bluez.command("start")
        elif what == 3:
            self.bluez.command("answer", self.rng.choice(REGISTER), "error",
                               "org.bluez.Error.Failed", "no")
            self.step_reload()
            self.all_answered()
        elif what == 4:
            self.bluez.command("answer", self.rng.choice(REGISTER), "hold")
            self.step_reload()
            self.step_set()
            self.step_reload()
            self.all_answered()

    def all_answered(self):
        for member in REGISTER:
            self.bluez.command("answer", member, "ok")
            # Perhaps none is held.
            with contextlib.suppress(Wrong):
                self.bluez.command("reply", member, "ok")

    def step_window(self):
        """Nothing more is sent until a Ping is answered, or for as long as a call may take."""
        how = self.rng.choice(("hold", "ok"))
        self.bluez.command("answer", "Ping", how)
        if how == "ok":
            with contextlib.suppress(Wrong):
                self.bluez.command("reply", "Ping", "ok")

    def step_active(self):
        self.active = not self.active
        reply = self.peer.call(op="activate" if self.active else "deactivate")
        self.assertTrue(reply.get("ok"), reply)

    # What is to be true.

    def check_counters(self, row):
        self.assertEqual(row["published"], row["sent"] + sum(row["dropped"].values()) +
                         row["coalesced"] + row["pending"], row)
        for way in row["ways"]:
            self.check_counters({**way, "ways": []})

    def check(self):
        status = self.peer.call(op="status")
        self.assertGreaterEqual(status["reloads"], self.good)
        self.assertGreaterEqual(status["reloads_failed"], self.bad)
        rows = {row["name"]: row for row in status["characteristics"]}
        self.assertEqual(set(rows), {name for name in (*INITIAL, "order")
                                     if self.wanted.has(name)})
        for name in (*NOTIFIED, "extra"):
            if name not in rows:
                continue
            self.check_counters(rows[name])
            self.assertGreaterEqual(rows[name]["published"], self.published.get(name, 0))
            self.published[name] = rows[name]["published"]
            self.most_sent = max(self.most_sent, rows[name]["sent"])
            value = self.values.get(name, bytes.fromhex(INITIAL[name]))
            self.assertEqual(self.peer.call(op="get", characteristic=name)["hex"], value.hex())

    def come_back(self):
        if not self.owned:
            self.bluez.command("start")
        if not self.powered:
            self.bluez.command("power", "hci0", "on")
        self.owned = self.powered = True
        if not self.active:
            self.step_active()

    def settle(self):
        """On the air and alone, whatever was before."""
        while self.phones:
            self.phones.pop().disconnect()
        while self.peers:
            self.peers.pop().close()
        self.come_back()
        self.until(lambda: self.peer.call(op="status")["on_air"] and
                   self.peer.call(op="status")["peers"] == 1)
        self.bluez.waiting.clear()

    def figures(self):
        """Descriptors, match rules and KiB."""
        self.until(lambda: not os.path.exists(self.kept + ".tmp"))
        stats = json.loads(self.busctl(
            "--json=short", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus",
            "org.freedesktop.DBus.Debug.Stats", "GetStats").stdout)["data"][0]
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        return (len(os.listdir(f"/proc/{self.process.pid}/fd")), stats["MatchRules"]["data"],
                resident)

    @staticmethod
    def has_its_own_memory():
        with open(SPORED, "rb") as file:
            return UNDER_VALGRIND or b"__asan_init" in file.read()

    def served(self):
        """The table, the values that a central reads, and what else is told of it."""
        status = self.peer.call(op="status")
        with Central(self.bluez) as phone:
            table = phone.connect(service=f"{UUID}00").discover()
            services = [(s.uuid, s.start, s.end,
                         [(c.uuid, c.handle, c.properties, sorted(c.descriptors.items()))
                          for c in s.characteristics])
                        for s in table.services if s.uuid in SERVICES]
            values = {name: phone.read(UUID + end).hex()
                      for name, end in (("level", "02"), ("count", "01"))
                      if self.wanted.has(name) and name in self.wanted.persists}
        told = {key: status[key] for key in ("name", "handles", "bluez")}
        return services, values, told, status["agent"]["capability"]

    def check_the_end(self):
        """As one that is started with it serves, which has what was to be kept."""
        served = self.served()
        self.assertEqual({s[0] for s in served[0]},
                         SERVICES if self.wanted.more else SERVICES - {f"{UUID}20"})
        for name in ("metrics", "figures"):
            self.until(lambda n=name: os.path.exists(os.path.join(self.folder, n)) ==
                       (self.wanted.metrics == n))
        status, log = self.stop(self.process)
        self.assertEqual(status, 0, log)
        if self.wanted.persists or os.path.exists(self.kept):
            self.check_kept()
        # The last one may have been a broken one; and what the first has said is not the second's.
        self.put(self.wanted.text())
        while not self.manager.messages.empty():
            self.manager.next()
        self.process = self.launch("-o", "persist.file=" + self.kept)
        self.peer = self.connect()
        self.until(lambda: self.peer.call(op="status")["on_air"])
        self.assertEqual(self.served(), served)

    def check_kept(self):
        with open(self.kept, encoding="ascii") as file:
            kept = dict(line.split(" ") for line in file.read().splitlines()[1:])
        self.assertEqual(kept, {name: value.hex() for name, value in self.values.items()
                                if name in self.wanted.persists})

    def test_all_of_it(self):
        steps = (self.step_reload, self.step_reload, self.step_broken, self.step_storm,
                 self.step_set, self.step_set, self.step_set, self.step_peers, self.step_phone,
                 self.step_phone, self.step_phone, self.step_window, self.step_bluetoothd,
                 self.step_active)
        self.begin(self.seed)
        figures = []
        for _ in range(ROUNDS):
            for _ in range(Options.steps):
                step = self.rng.choice(steps)
                step()
                self.check()
                if self.rng.random() < 0.5:
                    self.come_back()
            self.settle()
            figures.append(self.figures())
        self.assertGreater(self.most_sent, 0)
        self.assertEqual(figures[-1][:2], figures[0][:2], figures)
        if not self.has_its_own_memory():
            self.assertLess(figures[-1][2] - figures[0][2], GROWTH, figures)
        self.check_the_end()


def load_tests(loader, tests, pattern):
    """One of each seed."""
    suite = unittest.TestSuite()
    for seed in range(Options.seed, Options.seed + Options.count):
        test = type(f"Seed{seed}", (AtRandom,), {"seed": seed})("test_all_of_it")
        suite.addTest(test)
    return suite


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=FIRST_SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--steps", type=int, default=STEPS)
    _, rest = parser.parse_known_args(namespace=Options)
    print(f"{Options.count} from seed {Options.seed} on, {Options.steps} steps a round",
          file=sys.stderr)
    unittest.main(argv=sys.argv[:1] + rest, verbosity=2)


if __name__ == "__main__":
    main()
