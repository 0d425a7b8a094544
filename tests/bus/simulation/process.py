"""A service as a child process, as its service manager sees it."""

import os
import pathlib
import selectors
import signal
import socket
import subprocess
import threading

from .sporesim import LIMIT


class Log:
    """What services have logged. Lines come in other threads."""

    def __init__(self):
        self.lines = []

    def cursor(self):
        return len(self.lines)

    def since(self, cursor):
        return "\n".join(self.lines[cursor:])


class Process:
    """One run of it, with what it logs and what it tells the service manager."""

    def __init__(self, name, command, environment, log):
        path = os.path.join(environment["XDG_RUNTIME_DIR"], f"{name}.notify")
        pathlib.Path(path).unlink(missing_ok=True)
        self.name, self.log, self.partial = name, log, b""
        self.told, self.ready = [], threading.Event()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(path)
        self.process = subprocess.Popen(command, env={**environment, "NOTIFY_SOCKET": path},
                                        stderr=subprocess.PIPE, bufsize=0)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def wait(self):
        """Its exit status; afterwards everything that it has said is there."""
        status = self.process.wait(LIMIT)
        self.reader.join(LIMIT)
        return status

    def end(self):
        """By signal; it must succeed."""
        self.process.send_signal(signal.SIGTERM)
        status = self.wait()
        assert status == 0, f"{self.name} has ended with {status}"

    def _read(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stderr, selectors.EVENT_READ, self._read_log)
            selector.register(self.notify, selectors.EVENT_READ, self._read_notify)
            more = True
            while more:
                more = all([key.data() for key, _ in selector.select()])
        self.notify.close()
        self.process.stderr.close()
        self.ready.set()

    def _read_log(self):
        data = os.read(self.process.stderr.fileno(), 65536)
        *lines, self.partial = (self.partial + data).split(b"\n")
        self.log.lines += [line.decode(errors="replace") for line in lines]
        return bool(data)

    def _read_notify(self):
        self.told += self.notify.recv(65536).decode(errors="replace").split("\n")
        if "READY=1" in self.told:
            self.ready.set()
        return True
