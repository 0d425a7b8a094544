"""The daemon under test: its unit, its socket, its command line and its journal."""

import contextlib
import json
import pathlib
import socket
import subprocess
import time

SOCKET = "/run/spored/spored.sock"
CONFIGURATION = pathlib.Path("/etc/spored/spored.conf")
DROP_IN = pathlib.Path("/etc/spored/spored.conf.d/story.conf")
WAIT = 30


def run(*words, check=True):
    """Runs a program and returns its output without the last newline."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=WAIT, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")


def wait_until(condition, what, timeout=WAIT):
    """For what can only be asked: asks again until it is so, and returns what it gave."""
    end = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise TimeoutError(f"not within {timeout} s: {what}")
        time.sleep(0.05)


def figure(name, value):
    """A measurement: told, never judged."""
    print(f"# figure: {name}: {value}")


class Refused(Exception):
    """spored answered a request with an error."""

    def __init__(self, answer):
        super().__init__(answer.get("detail", answer["error"]))
        self.error = answer["error"]


class Peer:
    """One connection to spored's socket. Use as a context manager."""

    def __init__(self, path=SOCKET):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(WAIT)
        self._socket.connect(path)
        self._lines = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()

    def request(self, op, **members):
        """Sends one request and returns its answer. Refused if that is an error."""
        self._socket.sendall(json.dumps({"op": op, **members}).encode() + b"\n")
        answer = self.receive()
        if "error" in answer:
            raise Refused(answer)
        return answer

    def set(self, characteristic, **fields):
        return self.request("set", characteristic=characteristic, fields=fields)

    def receive(self, timeout=WAIT):
        """The next line: an answer or an event."""
        self._socket.settimeout(timeout)
        line = self._lines.readline()
        if not line:
            raise EOFError("spored closed the socket")
        return json.loads(line)


class Spored:
    """The service, as a story uses it."""

    def __init__(self):
        self._configure("mushpi")

    def make_ready(self):
        """Before each story: bluetoothd runs and mushpi is on the air."""
        DROP_IN.unlink(missing_ok=True)
        run("systemctl", "start", "bluetooth.service")
        self._start("start")
        self.wait_on_air()

    def wait_on_air(self):
        wait_until(lambda: self.status()["on_air"], "spored is on air")

    def restart(self):
        self._start("restart")
        self.wait_on_air()

    @staticmethod
    def _start(verb):
        # Stories start it more often than systemd allows a service that fails.
        run("systemctl", "reset-failed", "spored.service", check=False)
        run("systemctl", verb, "spored.service")

    @contextlib.contextmanager
    def configured(self, drop_in="", profile="mushpi"):
        """spored with another profile or with a drop-in, and as before afterwards."""
        self.drop_in(drop_in)
        self._configure(profile)
        try:
            self.restart()
            yield
        finally:
            DROP_IN.unlink(missing_ok=True)
            self._configure("mushpi")
            self.restart()

    @staticmethod
    def drop_in(text):
        """Writes a drop-in that lasts until the end of the story."""
        DROP_IN.parent.mkdir(exist_ok=True)
        DROP_IN.write_text(text)

    @staticmethod
    def _configure(profile):
        CONFIGURATION.parent.mkdir(exist_ok=True)
        CONFIGURATION.write_text(f"[daemon]\nprofile = {profile}\n")

    def status(self):
        with Peer() as peer:
            return peer.request("status")

    def counters(self, characteristic):
        """The counters of one characteristic, as status tells them."""
        return next(c for c in self.status()["characteristics"] if c["name"] == characteristic)

    @contextlib.contextmanager
    def watching(self, *characteristics):
        """A peer that is told of writes to these characteristics, or to all."""
        with Peer() as peer:
            members = {"characteristics": list(characteristics)} if characteristics else {}
            peer.request("watch", **members)
            yield peer

    @staticmethod
    def show(name, unit="spored.service"):
        """One property of a unit, as systemctl shows it."""
        return run("systemctl", "show", "--value", "--property", name, unit)

    @property
    def pid(self):
        return int(self.show("MainPID"))

    def bus_name(self):
        """Its unique name on the system bus."""
        for line in run("busctl", "list", "--no-legend", "--unique").splitlines():
            name, pid = line.split()[:2]
            if pid == str(self.pid):
                return name
        raise LookupError("spored is not on the system bus")

    @staticmethod
    def journal_cursor():
        shown = run("journalctl", "--quiet", "--lines=0", "--show-cursor")
        return shown.rpartition("cursor: ")[2]

    @staticmethod
    def journal_since(cursor):
        """The last lines of spored and of bluetoothd, and of what systemd says of them."""
        return run("journalctl", "--quiet", "--no-pager", "--output=short-monotonic", "--lines=40",
                   f"--after-cursor={cursor}", "--unit=spored.service", "--unit=bluetooth.service",
                   check=False)


def set_env(peer, number):
    """Sets env_measurements to a value that carries a number, and returns its 12 bytes."""
    peer.set("env_measurements", co2_ppm=number, temperature_c=21.4, humidity_pct=65.0,
             light_raw=42, uptime_ms=123456)
    return number.to_bytes(2, "little") + bytes.fromhex("d6008a022a0040e20100")
