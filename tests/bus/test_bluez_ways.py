"""Centrals that come, bond, subscribe, end it and leave at random while values are set, served by
sockets and by the signal: who is subscribed is told everything once, in order, and others nothing.
The orders are the same each time; --seed N for another first one, --count N for more."""

import argparse
import random
import sys
import unittest

from simulation.sporesim import LIMIT, UNDER_VALGRIND
from simulation.world import Simulation
from stories.notifications import assert_adds_up, settled
from stories.sockets import SERVICE, STREAMED

VERSIONS = ["5.66", "5.72", "5.82", "5.87"]
FIRST_SEED, COUNT, STEPS = 1, 2 if UNDER_VALGRIND else 10, 100
CENTRALS = 3
QUEUE = "[queue]\nrate = 0\nswitch_timeout = 200ms\ndepth = 1024\n"


class Options:
    seed, count = FIRST_SEED, COUNT


class Phone:
    """A central, and what it is to hear."""

    def __init__(self, central):
        self.central, self.subscribed, self.bonded, self.heard = central, False, False, []
        central.on_value = lambda uuid, value, _: self.heard.append(int.from_bytes(value, "little"))

    def hears(self):
        return self.central.connected and self.subscribed

    def come(self):
        if not self.central.connected:
            self.central.connect(service=SERVICE)
            self.central.read(STREAMED)

    def leave(self):
        self.central.disconnect()
        self.subscribed = self.subscribed and self.bonded

    def bond(self):
        if self.central.connected and not self.bonded:
            self.central.bond()
            self.bonded = True

    def subscribe(self):
        if self.central.connected and not self.subscribed:
            self.central.subscribe(STREAMED)
            self.central.read(STREAMED)
            self.subscribed = True

    def unsubscribe(self):
        if self.hears():
            self.central.unsubscribe(STREAMED)
            self.subscribed = False


class Run:
    """One random order."""

    def __init__(self, world, peer, phones, seed):
        self.world, self.peer, self.phones = world, peer, phones
        self.random, self.number, self.told = random.Random(seed), 0, []

    def set(self, count):
        for _ in range(count):
            self.peer.request("set", characteristic="streamed",
                              hex=self.number.to_bytes(2, "little").hex())
            self.number += 1

    def step(self):
        what = self.random.choice(["come", "leave", "subscribe", "subscribe", "unsubscribe", "bond",
                                   "set", "set", "set"])
        if what == "set":
            self.set(self.random.randrange(1, 6))
        else:
            which = self.random.randrange(CENTRALS)
            self.told.append(f"{which} {what}")
            getattr(self.phones[which], what)()
        for phone in self.phones:
            assert phone.heard == sorted(set(phone.heard)), phone.heard

    def check(self):
        """Once nothing waits, five values reach who is subscribed, and nobody else."""
        assert_adds_up(settled(self.world, "streamed"))
        for phone in self.phones:
            # What was on its way before it unsubscribed has come by then.
            if phone.central.connected:
                phone.central.read(STREAMED)
        quiet = [(p, len(p.heard)) for p in self.phones if not p.hears()]
        self.set(5)
        for phone in self.phones:
            if phone.hears():
                self.world.sporesim.pump(lambda p=phone: p.heard[-1:] == [self.number - 1], LIMIT)
                phone.central.read(STREAMED)
                assert phone.heard[-5:] == list(range(self.number - 5, self.number)), phone.heard
        for phone, count in quiet:
            assert len(phone.heard) == count, f"not subscribed: {phone.heard}"

    def go(self):
        for _ in range(STEPS):
            self.step()
            if self.random.randrange(12) == 0:
                self.check()
        self.check()


class Ways(unittest.TestCase):

    def go(self, world, seed, phones):
        limits = f"[limits]\nsockets = {[1, 2, 64][seed % 3]}\n"
        with world.spored.configured(QUEUE + limits, profile="sockets.conf"), world.peer() as peer:
            run = Run(world, peer, phones, seed)
            try:
                run.go()
            except (AssertionError, TimeoutError) as error:
                raise AssertionError(f"seed {seed}: {error}; {run.told[-30:]}") from error
            finally:
                for phone in phones:
                    phone.leave()

    def test_random_orders(self):
        for version in VERSIONS:
            for seed in range(Options.seed, Options.seed + Options.count):
                with self.subTest(version=version, seed=seed), Simulation(version) as world:
                    self.go(world, seed, [Phone(world.central()) for _ in range(CENTRALS)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=FIRST_SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    arguments, rest = parser.parse_known_args()
    Options.seed, Options.count = arguments.seed, arguments.count
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


if __name__ == "__main__":
    main()
