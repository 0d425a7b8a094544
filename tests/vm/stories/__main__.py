"""Runs the stories in order and prints TAP. Usage: python3 -m stories [PATTERN]"""

import pathlib
import signal
import sys
import time
import traceback

from . import (access, adapter, advertising, bluetoothd, figures, gatt, notifications, producer,
               service, table, values, writes)
from .spored import Spored

MODULES = (advertising, table, values, writes, notifications, gatt, access, producer, bluetoothd,
           adapter, service, figures)
LIMIT = 120  # seconds for one story


class TooLong(Exception):
    """A story took longer than LIMIT."""


def find_stories(pattern):
    """(name, title, function), in the order in which they stand in their files."""
    files = {f.stem for f in pathlib.Path(__file__).parent.glob("*.py")}
    helpers = {"__init__", "__main__", "bluez", "mushpi", "sensor", "served", "spored"}
    forgotten = files - helpers - {m.__name__.rpartition(".")[2] for m in MODULES}
    assert not forgotten, f"these files are in no list: {forgotten}"
    for module in MODULES:
        for name, function in vars(module).items():
            if not name.startswith("story_"):
                continue
            title = " ".join(function.__doc__.split())
            if pattern in name or pattern in title:
                yield name, title, function


def comment(text):
    for line in text.rstrip().splitlines():
        print("#", line)


def run_story(spored, function):
    """True if it passed; what is wrong is printed."""
    def on_alarm(*_):
        raise TooLong(f"not done after {LIMIT} s")

    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(LIMIT)
    try:
        spored.make_ready()
        function(spored)
        return True
    except Exception:  # pylint: disable=broad-except
        comment(traceback.format_exc())
        return False
    finally:
        signal.alarm(0)


def main():
    stories = list(find_stories(sys.argv[1] if len(sys.argv) > 1 else ""))
    print(f"1..{len(stories)}")
    spored = Spored()
    failed = 0
    for number, (_, title, function) in enumerate(stories, 1):
        begin = time.monotonic()
        cursor = spored.journal_cursor()
        passed = run_story(spored, function)
        if not passed:
            comment("\n".join(spored.journal_since(cursor).splitlines()[-60:]))
            failed += 1
        print(f"{'ok' if passed else 'not ok'} {number} - {title} "
              f"({time.monotonic() - begin:.1f} s)")
    return 1 if failed or not stories else 0


if __name__ == "__main__":
    sys.exit(main())
