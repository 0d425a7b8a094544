"""A real spored on a private bus, for stories that need no Bluetooth.

Nothing here sleeps: spored says by the notify protocol when it is ready and how it stands, and
every wait ends with the event or fails after LIMIT seconds."""

import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from simulation.sporesim import LIMIT, UNDER_VALGRIND

SPORED = os.environ["SPORED"]
SPORECTL = os.environ["SPORECTL"]
PROFILE = os.environ["MUSHPI_PROFILE"]
# An error in memory, or a leak, is the exit status 99.
VALGRIND = ("valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full",
            "--errors-for-leak-kinds=definite")

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="false"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def spored_command(*arguments):
    return [*(VALGRIND if UNDER_VALGRIND else ()), SPORED, *arguments]


def has_its_own_memory():
    """Valgrind's and a sanitizer's grows by itself; both tell of leaks at the end."""
    with open(SPORED, "rb") as file:
        return UNDER_VALGRIND or b"__asan_init" in file.read()


def clean_environment(folder, extra=None):
    """Ours without what spored would heed, its sockets being in the folder."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SPORED_", "MUSHPI_"))}
    for name in ("JOURNAL_STREAM", "NOTIFY_SOCKET"):
        kept.pop(name, None)
    return {**kept, "XDG_RUNTIME_DIR": str(folder), **(extra or {})}


class Bus:
    """A dbus-daemon of its own. Its address outlives it, so it can come back."""

    def __init__(self, folder, config):
        self.path = os.path.join(folder, "bus")
        self.address = "unix:path=" + self.path
        self.config = os.path.join(folder, "bus.conf")
        self.process = None
        with open(self.config, "w", encoding="ascii") as f:
            f.write(config.format(path=self.path))

    def start(self):
        self.process = subprocess.Popen(
            ["dbus-daemon", "--config-file=" + self.config, "--nofork", "--print-address"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if not self.process.stdout.readline():
            raise AssertionError("dbus-daemon did not start")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None
        if os.path.exists(self.path):
            os.unlink(self.path)


class Closed(AssertionError):
    """Of a connection to spored, by spored."""


class Peer:
    """One connection to spored's socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(LIMIT)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")

    def send(self, raw):
        self.socket.sendall(raw)

    def receive(self):
        line = self.lines.readline()
        if not line:
            raise Closed("spored has closed the connection")
        return json.loads(line)

    def call(self, **request):
        self.send(json.dumps(request).encode() + b"\n")
        return self.receive()

    def close(self):
        self.lines.close()
        self.socket.close()


class ServiceManager:
    """Hears what a service says by the notify protocol. A thread reads it, because a socket holds
    only a few messages, and then the service waits."""

    def __init__(self, path):
        self.path, self.messages = path, queue.SimpleQueue()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def next(self):
        return self.messages.get(timeout=LIMIT)

    def close(self):
        self.socket.shutdown(socket.SHUT_RD)
        self.reader.join(LIMIT)
        self.socket.close()

    def _read(self):
        while message := self.socket.recv(65536):
            self.messages.put(message.decode())


class Story(unittest.TestCase):
    """Each test has its own folder, bus and spored."""

    with_bus = True
    bus_config = BUS_CONFIG

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="spored-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.socket_path = os.path.join(self.folder, "spored.sock")
        self.manager = ServiceManager(os.path.join(self.folder, "notify"))
        self.addCleanup(self.manager.close)
        self.bus = Bus(self.folder, self.bus_config)
        self.addCleanup(self.bus.stop)
        if self.with_bus:
            self.bus.start()

    def environment(self, extra=None):
        notify = {"NOTIFY_SOCKET": self.manager.path}
        return clean_environment(self.folder, {**notify, **(extra or {})})

    def launch(self, *arguments, env=None, profile=PROFILE, **options):
        """Starts spored and waits until it says READY=1. The options are Popen's."""
        command = spored_command("-o", "bluez.bus=" + self.bus.address, *arguments, profile)
        process = subprocess.Popen(command, env=self.environment(env), stderr=subprocess.PIPE,
                                   **options)
        self.addCleanup(self.end, process)
        self.addCleanup(self.end_well, process)
        self.wait_notify(lambda text: "READY=1" in text)
        return process

    def end_well(self, process):
        """By signal, so that a leak or a crash shows in the exit status."""
        if process.poll() is None:
            status, log = self.stop(process)
            self.assertEqual(status, 0, log)

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stderr.close()

    def run_spored(self, *arguments, env=None):
        """A spored that is expected to end by itself."""
        return subprocess.run(spored_command(*arguments), env=self.environment(env), timeout=LIMIT,
                              capture_output=True, text=True, check=False)

    def wait_notify(self, wanted):
        """The next message to the service manager that `wanted` accepts."""
        while True:
            text = self.manager.next()
            if wanted(text):
                return text

    def wait_status(self, part):
        return self.wait_notify(lambda text: "STATUS=" in text and part in text)

    def connect(self):
        peer = Peer(self.socket_path)
        self.addCleanup(peer.close)
        return peer

    def until(self, done):
        """Asks again and again: for what no event tells."""
        end = time.monotonic() + LIMIT
        while not done():
            self.assertLess(time.monotonic(), end)

    def ctl(self, *arguments):
        return subprocess.run([SPORECTL, "--socket", self.socket_path, *arguments],
                              env=self.environment(), timeout=LIMIT, capture_output=True,
                              text=True, check=False)

    def stop(self, process, number=signal.SIGTERM):
        """Ends spored by a signal. Returns its exit status and what it logged."""
        process.send_signal(number)
        _, log = process.communicate(timeout=LIMIT)
        return process.returncode, log.decode()

    def busctl(self, *arguments):
        return subprocess.run(["busctl", "--address=" + self.bus.address, *arguments],
                              timeout=LIMIT, capture_output=True, text=True, check=False)
