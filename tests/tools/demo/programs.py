"""The programs that the demonstration starts, and what they say."""

import contextlib
import os
import selectors
import signal
import subprocess

WAIT = 10  # seconds for a program to end when it is told to


class Failed(Exception):
    """The demonstration cannot go on: the text is for the user."""


class Program:
    """A child process; its lines are read when there are some."""

    def __init__(self, name, *command, env=None):
        self.name = name
        self.log = []  # what it has said on standard error
        self._rest = {1: b"", 2: b""}
        try:
            # Whatever becomes of us, it ends with us.
            self.process = subprocess.Popen(("setpriv", "--pdeathsig", "TERM", *command),
                                            stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                            env=env, start_new_session=True)
        except OSError as error:
            raise Failed(f"{name} does not start: {error.strerror}") from None

    def read(self, stream):
        """The whole lines that have come on stream 1 or 2; None at its end."""
        pipe = self.process.stdout if stream == 1 else self.process.stderr
        data = os.read(pipe.fileno(), 65536)
        if not data:
            return None
        *lines, self._rest[stream] = (self._rest[stream] + data).split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def write(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def end(self):
        """By its id; it ends its own children."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


class Programs:
    """All of them, as one source of lines. Use as a context manager."""

    def __init__(self):
        self._selector = selectors.DefaultSelector()
        self._programs = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in reversed(self._programs):
            program.end()
        self._selector.close()

    def start(self, name, *command, env=None):
        program = Program(name, *command, env=env)
        self._programs.append(program)
        self._selector.register(program.process.stdout, selectors.EVENT_READ, (program, 1))
        self._selector.register(program.process.stderr, selectors.EVENT_READ, (program, 2))
        return program

    def lines(self, timeout):
        """(program, line) of what is said on standard output within timeout seconds."""
        said = []
        for key, _ in self._selector.select(timeout):
            program, stream = key.data
            lines = program.read(stream)
            if lines is None:
                self._selector.unregister(key.fileobj)
            elif stream == 1:
                said += [(program, line) for line in lines]
            else:
                program.log = (program.log + lines)[-20:]
        return said

    def check(self):
        """Failed if one has ended by itself."""
        for program in self._programs:
            status = program.process.poll()
            if status is not None:
                while self._selector.get_map() and self.lines(0):
                    pass
                said = "\n".join("    " + line for line in program.log[-8:])
                raise Failed(f"{program.name} has ended with status {status}:\n{said}")
