"""Tells the stories in the simulation. Usage: python3 -m simulation [--bluez VERSION] [PATTERN]"""

import argparse
import sys

from stories import runner

from .world import Simulation


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bluez", default="5.82")
    parser.add_argument("pattern", nargs="?", default="")
    arguments = parser.parse_args()
    with Simulation(arguments.bluez) as world:
        return runner.run(world, arguments.pattern)


if __name__ == "__main__":
    sys.exit(main())
