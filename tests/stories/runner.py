"""Tells the stories in one world, in order, and prints TAP."""

import pathlib
import signal
import time
import traceback

from . import (access, activation, adapter, advertising, bleak, bluetoothd, bonds, centrals,
               connections, cycles, declarations, figures, flood, gatt, handles, many,
               notifications, pairing, pieces, policies, profiles, reload, renamed, second, sense,
               service, sockets, table, values, verdicts, writes)

MODULES = (advertising, renamed, table, values, writes, verdicts, notifications, policies, centrals,
           connections, gatt, declarations, access, pairing, bonds, sockets, handles, profiles,
           many, sense, bluetoothd, adapter, cycles, activation, reload, second, service, bleak,
           pieces, flood, figures)
HELPERS = {"__init__", "mushpi", "peer", "runner", "served", "spored", "world"}
LIMIT = 120  # seconds for one story that does not say how long it lasts


class TooLong(Exception):
    """A story took longer than it may."""


class Story:
    """One function story_*; `skip` is why it is not told in a world, or None."""

    def __init__(self, name, function, world_name):
        self.name, self.function = name, function
        self.module = function.__module__.rpartition(".")[2]
        self.limit = max(LIMIT, getattr(function, "lasts", 0))
        self.title = " ".join(function.__doc__.split())
        only, why = getattr(function, "only_in", (world_name, None))
        self.skip = f"only in the {only}: {why}" if only != world_name else None

    def fits(self, pattern):
        """A whole module's name, or a part of a story's name or title; or several of them with |
        between."""
        return any(part == self.module or part in self.name or part in self.title
                   for part in pattern.split("|"))


def find_stories(pattern, world_name):
    """In the order in which they stand in their files."""
    files = {f.stem for f in pathlib.Path(__file__).parent.glob("*.py")}
    forgotten = files - HELPERS - {m.__name__.rpartition(".")[2] for m in MODULES}
    assert not forgotten, f"these files are in no list: {forgotten}"
    found = (Story(name, function, world_name) for module in MODULES
             for name, function in vars(module).items() if name.startswith("story_"))
    return [story for story in found if story.fits(pattern)]


def comment(text):
    for line in text.rstrip().splitlines():
        print("#", line)


def passes(world, story):
    """True if it does; what is wrong is printed."""
    def on_alarm(*_):
        raise TooLong(f"not done after {story.limit} s")

    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(story.limit)
    try:
        world.make_ready()
        story.function(world)
        return True
    except Exception:  # pylint: disable=broad-except
        comment(traceback.format_exc())
        return False
    finally:
        signal.alarm(0)


def tell(world, number, story):
    """Prints its line and returns whether it is as it should be."""
    if story.skip:
        print(f"ok {number} - {story.title} # SKIP {story.skip}", flush=True)
        return True
    begin = time.monotonic()
    cursor = world.log.cursor()
    passed = passes(world, story)
    if not passed:
        comment("\n".join(world.log.since(cursor).splitlines()[-60:]))
    print(f"{'ok' if passed else 'not ok'} {number} - {story.title} "
          f"({time.monotonic() - begin:.1f} s)", flush=True)
    return passed


def run(world, pattern=""):
    """The exit status."""
    stories = find_stories(pattern, world.name)
    print(f"1..{len(stories)}", flush=True)
    results = [tell(world, number, story) for number, story in enumerate(stories, 1)]
    # A pattern may be meant for other tests.
    return 0 if all(results) and (results or pattern) else 1
