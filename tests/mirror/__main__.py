"""Plays each story on the real bluetoothd and on sporesim, and compares what is told.

Prints TAP: a difference is a failure. Usage: python3 -m mirror [PATTERN] [--world real|sim]"""

import argparse
import contextlib
import difflib
import inspect
import pathlib
import signal
import sys
import time
import traceback

from . import (access, advertising, bonds, handles, lifecycle, notifications, registration,
               sockets)
from .stage import Stage

MODULES = (registration, handles, advertising, access, notifications, sockets, lifecycle, bonds)
HELPERS = {"__init__", "__main__", "program", "real", "sim", "stage", "table", "transcript",
           "witness"}
LIMIT = 120  # seconds for one story in one world


class TooLong(BaseException):
    """A story took longer than LIMIT. No Exception, so that no story takes it for a trouble that
    it can go on with."""


def find_stories(pattern):
    """(name, title, function), in the order in which they stand in their files."""
    files = {f.stem for f in pathlib.Path(__file__).parent.glob("*.py")}
    forgotten = files - HELPERS - {m.__name__.rpartition(".")[2] for m in MODULES}
    assert not forgotten, f"these files are in no list: {forgotten}"
    for module in MODULES:
        for name, function in vars(module).items():
            if name.startswith("story_"):
                title = " ".join(inspect.getdoc(function).split())
                if any(part in name or part in title for part in pattern.split("|")):
                    yield name, title, function


def play(world, function):
    """The transcript of a story, and what went wrong in it or None."""
    def on_alarm(*_):
        raise TooLong(f"not done after {LIMIT} s")

    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(LIMIT)
    stage = Stage(world)
    try:
        with stage:
            stage.clear(fresh=getattr(function, "fresh", False))
            function(stage)
            return stage.end(), None
    except (Exception, TooLong):  # pylint: disable=broad-except
        return stage.transcript.text(hidden=True), traceback.format_exc()
    finally:
        signal.alarm(0)


def comment(text):
    for line in text.rstrip().splitlines():
        print("#", line)


def real_world():
    # Only the machine has a real one, with what it needs.
    from .real import RealWorld  # pylint: disable=import-outside-toplevel
    return RealWorld()


def sim_world(version):
    from .sim import SimWorld  # pylint: disable=import-outside-toplevel
    return SimWorld(version)


def simulate(version, function):
    """As play(), with a sporesim of its own: what it leaves behind is no other story's."""
    simulated = ""
    try:
        with sim_world(version) as sim:
            simulated, trouble = play(sim, function)
        return simulated, trouble
    except (OSError, RuntimeError, AssertionError):
        return simulated, traceback.format_exc()


def compare(real, function):
    """True if both worlds tell the same; what is different is printed."""
    version = real.version
    told, trouble = play(real, function)
    if trouble:
        comment(f"in the real world:\n{trouble}\n{told}")
        return False
    simulated, trouble = simulate(version, function)
    if trouble:
        comment(f"in the simulation:\n{trouble}")
    difference = list(difflib.unified_diff(told.splitlines(), simulated.splitlines(),
                                           f"bluetoothd {version}", f"sporesim --bluez {version}",
                                           n=12, lineterm=""))
    comment("\n".join(difference))
    return not trouble and not difference


def compare_all(real, stories):
    """Prints TAP. The number of stories that differ."""
    print(f"1..{len(stories)}")
    failed = 0
    for number, (_, title, function) in enumerate(stories, 1):
        begin = time.monotonic()
        passed = compare(real, function)
        failed += not passed
        print(f"{'ok' if passed else 'not ok'} {number} - {real.version} and sporesim tell the "
              f"same: {title} ({time.monotonic() - begin:.1f} s)")
    return failed


def tell(arguments, stories):
    """One world's transcripts, for a person. The number of stories that went wrong."""
    failed = 0
    with real_world() if arguments.world == "real" else contextlib.nullcontext() as real:
        for name, title, function in stories:
            begin = time.monotonic()
            told, trouble = play(real, function) if real else simulate(arguments.bluez, function)
            print(f"{name}: {title} ({time.monotonic() - begin:.1f} s)")
            print(told)
            if trouble:
                failed += 1
                comment(trouble)
    return failed


def main():
    parser = argparse.ArgumentParser(prog="mirror", description=__doc__)
    parser.add_argument("pattern", nargs="?", default="",
                        help="only stories whose name or title contains it")
    parser.add_argument("--world", choices=("real", "sim"),
                        help="play in this world only and print what is told")
    parser.add_argument("--bluez", default="5.82", metavar="VERSION",
                        help="of the simulation, with --world sim (5.82)")
    arguments = parser.parse_args()
    stories = list(find_stories(arguments.pattern))
    if arguments.world:
        return 1 if tell(arguments, stories) or not stories else 0
    with real_world() as real:
        # A pattern may be meant for other tests.
        return 1 if compare_all(real, stories) or not (stories or arguments.pattern) else 0


if __name__ == "__main__":
    sys.exit(main())
