"""Profiles made at random: what is declared is what a central finds. The same ones each time;
--seed N for another first one, --count N for more."""

import argparse
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from central import att
from harness import clean_environment, spored_command
from profiles_at_random.damage import DAMAGES, scramble
from profiles_at_random.generate import profile_of
from profiles_at_random.model import rows_of
from simulation.sporesim import LIMIT, UNDER_VALGRIND
from simulation.world import Simulation

VERSIONS = ["5.66", "5.72", "5.82", "5.87"]
FIRST_SEED, COUNT = 1, 4 if UNDER_VALGRIND else 24
SCRAMBLED = 8  # of each profile
SMALL = 12  # characteristics of those that are damaged
PROBLEM = re.compile(r"^(?P<file>\S+):(?P<line>\d+): ")


class Options:
    seed, count = FIRST_SEED, COUNT


def seeds():
    return range(Options.seed, Options.seed + Options.count)


class Served(unittest.TestCase):
    """Exported, discovered and read."""

    def found_as_declared(self, world, profile, rng):
        world.spored.configuration.write_text(profile.text(), encoding="utf-8")
        world.spored.start()
        with world.central(rng.choice([23, 100, 247, 517])) as central:
            table = central.connect(name=profile.name).discover()
            found = rows_of(table, {s.uuid for s in profile.services})
            rows, values = profile.table(profile.base or found[0].handle)
            self.assertEqual(found, rows)
            if "encrypt" in profile.text():
                central.bond()
            for handle, value in values.items():
                self.assertEqual(self.read(central, handle), value, hex(handle))

    @staticmethod
    def read(central, handle):
        """None: it may not be read."""
        try:
            return central.read(f"0x{handle:04x}")
        except att.AttError as error:
            if error.code != att.READ_NOT_PERMITTED:
                raise
            return None

    def test_what_is_declared_is_found(self):
        for seed in seeds():
            rng = random.Random(f"served {seed}")
            version = rng.choice(VERSIONS)
            with self.subTest(seed=seed, bluez=version), Simulation(version) as world:
                world.sporesim.command("agent", "on")
                self.found_as_declared(world, profile_of(seed), rng)


class Checked(unittest.TestCase):
    """--check of right ones and of wrong ones."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="spored-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def check(self, data):
        """Its exit status, and of each problem the line; each must name file and line."""
        path = self.folder / "random.conf"
        path.write_bytes(data)
        done = subprocess.run(spored_command("--check", path), timeout=LIMIT, capture_output=True,
                              env=clean_environment(self.folder), check=False)
        problems = []
        for line in done.stderr.decode(errors="replace").splitlines():
            place = PROBLEM.match(line)
            self.assertTrue(place and place["file"] == str(path), line)
            self.assertLessEqual(int(place["line"]), data.count(b"\n") + 1, line)
            if "warning: " not in line:
                problems.append((int(place["line"]), line))
        self.assertEqual(done.returncode, 78 if problems else 0, done)
        return problems

    def test_right_ones_are_right(self):
        for seed in seeds():
            with self.subTest(seed=seed):
                self.assertEqual(self.check(profile_of(seed).text().encode()), [])

    def test_a_wrong_line_is_named(self):
        """Each damage to a few of them."""
        for seed in seeds():
            rng = random.Random(f"damaged {seed}")
            damage = DAMAGES[seed % len(DAMAGES)]
            text = profile_of(seed, SMALL).text()
            # What is switched off may be wrong.
            lines = [line for line in text.splitlines() if line != "enable = no"]
            at = damage(rng, lines)
            with self.subTest(seed=seed, damage=damage.__name__):
                problems = self.check("\n".join(lines).encode() + b"\n")
                self.assertIn(at + 1, [line for line, _ in problems], problems)

    def test_rubbish_is_refused_or_taken_and_harms_nobody(self):
        for seed in seeds():
            rng = random.Random(f"scrambled {seed}")
            text = profile_of(seed, SMALL).text().encode()
            for at in range(SCRAMBLED):
                with self.subTest(seed=seed, at=at):
                    self.check(scramble(rng, text))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=FIRST_SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    _, rest = parser.parse_known_args(namespace=Options)
    print(f"{Options.count} profiles from seed {Options.seed} on", file=sys.stderr)
    unittest.main(argv=sys.argv[:1] + rest)


if __name__ == "__main__":
    main()
