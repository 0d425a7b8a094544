"""Drives sporesim: commands go in, events come out (sporesim(1))."""

import collections
import itertools
import os
import select
import shlex
import subprocess
import time

SPORESIM = os.environ.get("SPORESIM", "sporesim")
UNDER_VALGRIND = os.environ.get("SPORED_VALGRIND") == "yes"
LIMIT = 240 if UNDER_VALGRIND else 60  # seconds for anything that is waited for


class Wrong(AssertionError):
    """A command was not carried out."""


class Event(dict):
    """One line: words, and keys with values."""

    def __init__(self, line):
        parts = shlex.split(line)
        self.words = list(itertools.takewhile(lambda part: "=" not in part, parts))
        self.word = self.words[0]
        super().__init__(pair.split("=", 1) for pair in parts[len(self.words):])

    def fits(self, word, wanted):
        return self.word == word and all(self.get(k) == v for k, v in wanted.items())

    def __repr__(self):
        return " ".join(self.words) + " " + super().__repr__()


def quote(word):
    """As sporesim splits: a tab stands for a line feed."""
    return '"%s"' % str(word).replace("\n", "\t")


class Sporesim:
    """One process. Events wait in `waiting` until they are taken, but those whose first word is in
    `listeners` go there."""

    def __init__(self, *options):
        self.process = subprocess.Popen([SPORESIM, *options, "--script", "-"], bufsize=0,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lines, self.partial = collections.deque(), b""
        self.waiting, self.listeners = [], {}

    def read_line(self, timeout=LIMIT):
        """The next event as it was told."""
        end = time.monotonic() + timeout
        while not self.lines:
            left = max(end - time.monotonic(), 0)
            if not select.select([self.process.stdout], [], [], left)[0]:
                raise TimeoutError(f"sporesim says nothing more; waiting: {self.waiting}")
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                raise AssertionError("sporesim has ended")
            *whole, self.partial = (self.partial + data).split(b"\n")
            self.lines.extend(whole)
        return self.lines.popleft()

    def read_event(self, timeout=LIMIT):
        """The next event, whatever it is."""
        return Event(self.read_line(timeout).decode())

    def note(self, event):
        """Gives an event to its listener, or lets it wait."""
        self.listeners.get(event.word, self.waiting.append)(event)

    def pump(self, done, timeout=LIMIT):
        """Notes events until done() says so."""
        end = time.monotonic() + timeout
        while not done():
            self.note(self.read_event(max(end - time.monotonic(), 0)))

    def command(self, *words, timeout=LIMIT, wait=True):
        """Returns when it has been carried out; without wait, when it has begun."""
        line = " ".join(map(quote, words)) + ("" if wait else " &")
        self.process.stdin.write(line.encode() + b"\n")
        while (event := self.read_event(timeout)).word not in ("done", "wrong"):
            self.note(event)
        if event.word == "wrong":
            raise Wrong(f"{words}: {event['text']}")

    def wait(self, word, **wanted):
        """The next event that fits; those before it are dropped."""
        while True:
            while self.waiting:
                event = self.waiting.pop(0)
                if event.fits(word, wanted):
                    return event
            self.note(self.read_event())

    def take(self, word, **wanted):
        """All events that fit of those that wait; the others go on waiting."""
        taken = [e for e in self.waiting if e.fits(word, wanted)]
        self.waiting = [e for e in self.waiting if not e.fits(word, wanted)]
        return taken

    def end(self):
        """Returns its exit status: not 0 if a sanitizer has found something in it."""
        if self.process.stdin.closed:
            return self.process.returncode
        self.process.stdin.close()
        self.process.stdout.read()
        status = self.process.wait(LIMIT)
        self.process.stdout.close()
        return status
