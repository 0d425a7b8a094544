"""Why a process wakes up: all that it does, as strace tells it."""

import contextlib
import re
import subprocess
import threading

from stories.figures import ANSWERED, ASKED, FED
from stories.world import WAIT

WAITS = re.compile(r"epoll_p?wait\(")
# What it does with others; its further calls only lead there.
DOINGS = re.compile(r"(?:send|recv|read|write|accept)\w*\(.*\) = (?!-1 EAGAIN)", re.ASCII)
# A message of D-Bus begins with its order of bytes, little-endian, and its type; its field MEMBER.
CALL, RETURN, PING = r'"l\1', r'"l\2', r"\3\1s\0\4\0\0\0Ping\0"


def purposes(lines):
    """Of what was done in one turn, each; what is none of those above is told as it is."""
    doings = iter([line for line in lines if DOINGS.match(line)])
    for doing in doings:
        if doing.startswith("sendto(") and '"WATCHDOG=1"' in doing:
            yield FED
        elif doing.startswith("sendmsg(") and CALL in doing and PING in doing:
            yield ASKED
        elif doing.startswith("recvmsg(") and RETURN in doing:
            # What is behind its head is read apart.
            next(doings, None)
            yield ANSWERED
        else:
            yield doing


class Tracer:
    """Use traced(). A turn is what a process has done after a wake-up, a tuple of its purposes."""

    def __init__(self, pid):
        self._changed, self._turns, self._lines = threading.Condition(), [], None
        self._strace = subprocess.Popen(["strace", "-s", "300", "-p", str(pid)], text=True,
                                        stderr=subprocess.PIPE)
        said = self._strace.stderr.readline()
        assert "attached" in said, said
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for line in self._strace.stderr:
            if WAITS.match(line):
                self._end_turn()
            elif self._lines is not None:
                self._lines.append(line.strip())

    def _end_turn(self):
        """It has woken up again. The first turn has begun before it was looked at."""
        with self._changed:
            if self._lines is not None:
                self._turns.append(tuple(purposes(self._lines)))
            self._lines = []
            self._changed.notify_all()

    def wait(self, condition, what, timeout=4 * WAIT):
        """Until a condition on the turns that have ended gives something, which is returned."""
        with self._changed:
            found = self._changed.wait_for(lambda: condition(self._turns), timeout)
            if not found:
                raise TimeoutError(f"not within {timeout} s: {what}: {self._turns}")
            return found

    def close(self):
        self._strace.terminate()
        self._thread.join()
        self._strace.stderr.close()
        self._strace.wait()


def traced(pid):
    """A context manager."""
    return contextlib.closing(Tracer(pid))
