"""sporectl as a program that goes on: what it prints, line by line."""

import queue
import subprocess
import threading

from bluez import BluezStory
from harness import LIMIT, SPORECTL, Peer


class Printed:
    """The lines of a pipe, as they come."""

    def __init__(self, pipe):
        self.pipe, self.lines = pipe, queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def next(self):
        """The next line; None at the end, however often it is asked for."""
        line = self.lines.get(timeout=LIMIT)
        if line is None:
            self.lines.put(None)
        return line

    def wait(self, part):
        """The next line with this part; those before it are dropped."""
        seen = []
        while (line := self.next()) is not None:
            if part in line:
                return line
            seen.append(line)
        raise AssertionError(f"'{part}' was not printed, but {seen}")

    def rest(self):
        lines = []
        while (line := self.next()) is not None:
            lines.append(line)
        return lines

    def close(self):
        """Nobody reads any more. Only once the program has ended, or it may hang."""
        self.reader.join(LIMIT)
        self.pipe.close()

    def _read(self):
        for line in self.pipe:
            self.lines.put(line.decode().rstrip("\n"))
        self.lines.put(None)


class CtlStory(BluezStory):
    """Each test has a BlueZ with an adapter, and programs that it starts are ended."""

    def status(self):
        """Asked again and again: each peer goes at once."""
        peer = Peer(self.socket_path)
        try:
            return peer.call(op="status")
        finally:
            peer.close()

    def start(self, *arguments, **more):
        process = subprocess.Popen([SPORECTL, "--socket", self.socket_path, *arguments],
                                   env=self.environment(), stderr=subprocess.PIPE,
                                   **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                                      **more})
        self.addCleanup(self.end_program, process)
        process.errors = Printed(process.stderr)
        process.printed = Printed(process.stdout) if process.stdout else None
        return process

    @staticmethod
    def end_program(process):
        """Not killed: it would leave its children."""
        if process.poll() is None:
            process.terminate()
        process.wait(LIMIT)
        process.errors.close()
        if process.printed:
            process.printed.close()
        if process.stdin and not process.stdin.closed:
            process.stdin.close()

    def start_and_wait(self, *arguments, **more):
        """Until spored has answered its first request."""
        peer = self.connect()
        asked, before = 0, peer.call(op="status")["requests"]
        process = self.start(*arguments, **more)
        while peer.call(op="status")["requests"] - before <= (asked := asked + 1):
            self.assertIsNone(process.poll())
        return process

    def expect_end(self, process, status):
        self.assertEqual(process.wait(LIMIT), status)
        return process.errors.rest()
