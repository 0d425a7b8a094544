"""The daemon under test: its unit, its socket, its command line and its journal."""

import contextlib
import json
import pathlib
import shutil
import socket
import subprocess
import time

SOCKET = "/run/spored/spored.sock"
CONFIGURATION = pathlib.Path("/etc/spored/spored.conf")
DROP_IN = pathlib.Path("/etc/spored/spored.conf.d/story.conf")
UNIT_DROP_IN = pathlib.Path("/run/systemd/system/spored.service.d/story.conf")
GUEST = pathlib.Path("/share/guest")
# What these have said, and systemd of them.
JOURNAL = ("journalctl", "--quiet", "--no-pager", "--output=short-monotonic",
           "--unit=spored.service", "--unit=bluetooth.service")
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


def assert_stays(condition, what, seconds=2):
    """For what must not change by itself: asks again and again whether it is still so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert condition(), f"no longer: {what}"
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
        self.send([{"op": op, **members}])
        answer = self.receive()
        if "error" in answer:
            raise Refused(answer)
        return answer

    def set(self, characteristic, **fields):
        return self.request("set", characteristic=characteristic, fields=fields)

    def send(self, requests):
        """Sends requests as fast as the socket takes them; receive() gives an answer for each."""
        self._socket.sendall(b"".join(json.dumps(r).encode() + b"\n" for r in requests))

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

    def restart(self, on_air=True):
        """on_air: it can be served as it is configured, and that is waited for."""
        self._start("restart")
        if on_air:
            self.wait_on_air()

    @staticmethod
    def _start(verb):
        # Stories start it more often than systemd allows a service that fails.
        run("systemctl", "reset-failed", "spored.service", check=False)
        run("systemctl", verb, "spored.service")

    @contextlib.contextmanager
    def configured(self, drop_in="", profile="mushpi", on_air=True):
        """spored with another profile or with a drop-in, and as before afterwards."""
        self.drop_in(drop_in)
        self._configure(profile)
        try:
            self.restart(on_air)
            yield
        finally:
            DROP_IN.unlink(missing_ok=True)
            self._configure("mushpi")
            self.restart()

    @contextlib.contextmanager
    def environment(self, name, value):
        """The service gets a variable when it is started, and not afterwards."""
        UNIT_DROP_IN.parent.mkdir(parents=True, exist_ok=True)
        UNIT_DROP_IN.write_text(f"[Service]\nEnvironment={name}={value}\n")
        run("systemctl", "daemon-reload")
        try:
            yield
        finally:
            UNIT_DROP_IN.unlink()
            run("systemctl", "daemon-reload")

    @staticmethod
    def install_profile(name):
        """Installs one of the guest's profiles and returns its path."""
        CONFIGURATION.parent.mkdir(exist_ok=True)
        return shutil.copy(GUEST / name, CONFIGURATION.parent / name)

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

    @staticmethod
    def bus_names():
        """The unique names on the system bus of all processes called spored, by their PID."""
        clients = (line.split()[:3] for line in
                   run("busctl", "list", "--no-legend", "--unique").splitlines())
        return {int(pid): name for name, pid, process in clients if process == "spored"}

    @staticmethod
    def journal_cursor():
        # The same units as below: journalctl skips an entry that is not the cursor's.
        return run(*JOURNAL, "--lines=0", "--show-cursor").rpartition("cursor: ")[2]

    @staticmethod
    def journal_since(cursor):
        """What spored and bluetoothd have said since, and systemd of them."""
        return run(*JOURNAL, f"--after-cursor={cursor}", check=False)


def env_request(number):
    """A request that sets env_measurements to a value that carries a number, and its 12 bytes."""
    fields = {"co2_ppm": number, "temperature_c": 21.4, "humidity_pct": 65.0, "light_raw": 42,
              "uptime_ms": 123456}
    return ({"op": "set", "characteristic": "env_measurements", "fields": fields},
            number.to_bytes(2, "little") + bytes.fromhex("d6008a022a0040e20100"))


def set_env(peer, number):
    """Sets env_measurements to a value that carries a number, and returns its 12 bytes."""
    request, value = env_request(number)
    peer.request(**request)
    return value
