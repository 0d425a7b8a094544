"""What a story is told in. A world has

name              "machine" or "simulation"
version           of BlueZ, "5.66"
bus_address       the D-Bus address where org.bluez is
spored            the daemon under test, a Spored (spored.py). In the machine alone unasked(),
                  traced() and watchdog(seconds), context managers: it is neither fed to a watchdog
                  nor asks bluetoothd; why it wakes up (tests/vm/machine/tracer.py); how long systemd
                  waits to be fed
bluetoothd        start() stop() restart() kill() pid; standing_still() and stopped(), context
                  managers: it is there and does nothing; it is not there. In the machine alone
                  configured(text), likewise: with more in its main.conf
adapter           an Adapter (below)
log               cursor() and since(cursor): what spored, and who ran it, have said
central(mtu=517)  a central as tests/vm/central/central.py's; its errors are att.AttError and
                  TimeoutError
advertising()     a context manager: another program has a connectable advertisement
sporesense()      a context manager: it runs with spored's configuration
slow_air()        a context manager, in the machine alone: its slow(central, seconds) makes a
                  central take one packet in that time at most; advertising() is what its
                  controller was told of advertising since forget(), in pairs of opcode and
                  parameters
readiness()       a context manager: since when bluetoothd could serve, by time.monotonic()
bus_killed()      a context manager, in the machine alone: the bus and bluetoothd are gone
clock_set(seconds)  likewise: by how much it is moved
bleak()           a context manager, in the machine alone: a central that others wrote
                  (tests/vm/machine/bleak_central.py), with an adapter hci1 of its own
allow_crash(cursor, unit)  in the machine alone: that bluetoothd, or another, has crashed since is
                  no failure
thermometer()     set(celsius), celsius(), unplug(), plug(); pattern, which matches a file as sysfs
                  has it, and source, the other keys of a [source] for it
battery()         likewise: a context manager; set(percent)
infrared()        likewise, by IIO; in the machine alone
terminal()        likewise: open(number), a context manager, and set(number); in the machine alone
a_while           seconds in which what must not happen would have happened
"""

import abc
import json
import os
import subprocess
import time

from .peer import Peer

WAIT = 30
PAUSE = 0.02

ADAPTER = "org.bluez.Adapter1"
ADVERTISING = "org.bluez.LEAdvertisingManager1"
HCI0 = ("org.bluez", "/org/bluez/hci0")
DRIVER = ("org.freedesktop.DBus", "/org/freedesktop/DBus")


def only_in(world_name, why):
    """Marks a story that only one of the worlds can tell."""
    def mark(function):
        function.only_in = (world_name, why)
        return function
    return mark


def machine_only(why):
    return only_in("machine", why)


def simulation_only(why):
    return only_in("simulation", why)


def lasting(seconds):
    """Marks a story that may take longer than others."""
    def mark(function):
        function.lasts = seconds
        return function
    return mark


def clean_environment():
    """Ours for spored and sporesense by hand, which refuse the SPORED_ variables of the tests."""
    return {k: v for k, v in os.environ.items() if not k.startswith("SPORED_")}


def run(*words, check=True):
    """Runs a program and returns its output without the last newline."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=WAIT, check=False,
                          env=clean_environment())
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
        time.sleep(PAUSE)


def assert_stays(condition, what, seconds):
    """For what must not change by itself: asks again and again whether it is still so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert condition(), f"no longer: {what}"
        time.sleep(PAUSE)


class Adapter(abc.ABC):
    """hci0, as others than spored use it."""

    def __init__(self, world):
        self.world = world

    def get(self, name, interface=ADAPTER):
        """A property of its."""
        answer = self.world.bus("--json=short", "get-property", *HCI0, interface, name)
        return json.loads(answer)["data"]

    def put(self, name, kind, value, user="root"):
        """Sets a property of its Adapter1. Any local user may; a world without users does not
        look at user."""
        self.world.bus("set-property", *HCI0, ADAPTER, name, kind, value, user=user)

    def power(self, on):
        self.put("Powered", "b", "true" if on else "false")

    def advertisements(self):
        """How many are registered."""
        return self.get("ActiveInstances", ADVERTISING)

    @abc.abstractmethod
    def instances(self):
        """A context manager, to be entered while nothing is registered: a function that tells how
        many the kernel has, whoever has registered them."""

    def serves(self):
        """It is there, with all its interfaces."""
        objects = self.world.bus("call", "org.bluez", "/", "org.freedesktop.DBus.ObjectManager",
                                 "GetManagedObjects", check=False)
        return ADVERTISING in objects

    def is_powered(self):
        """Also while it is not there."""
        return "true" in self.world.bus("get-property", *HCI0, ADAPTER, "Powered", check=False)

    @abc.abstractmethod
    def blocked(self):
        """A context manager: rfkill blocks all adapters."""

    @abc.abstractmethod
    def replaced(self, name="hci0", address=None):
        """A context manager: unplugged, and another is there, with another address than the first
        unless one is said."""

    @abc.abstractmethod
    def unplug(self):
        pass

    @abc.abstractmethod
    def plug(self):
        pass


class World(abc.ABC):
    """What both worlds have in common."""

    sporectl_path, spored_path = "sporectl", "spored"

    @property
    def version_number(self):
        """To be compared: (5, 66)."""
        return tuple(int(part) for part in self.version.split("."))

    def make_ready(self):
        """Before each story: bluetoothd runs, mushpi is on the air and nobody is subscribed."""
        self.spored.drop_in(None)
        self.bluetoothd.start()
        self.spored.start(on_air=False)
        with self.peer() as peer:
            peer.request("activate")  # a story that has failed may have left it deactivated
        self.spored.wait_on_air()
        wait_until(lambda: not self.spored.subscribed(),
                   "the centrals of the story before are gone")

    @staticmethod
    def figure(name, value):
        """A measurement: told, never judged."""
        print(f"# figure: {name}: {value}")

    def peer(self):
        """A connection to spored's socket."""
        return Peer(self.spored.socket)

    def sporectl(self, *words, check=True):
        return run(self.sporectl_path, "--socket", self.spored.socket, *words, check=check)

    def check(self, profile):
        """What spored --check complains of in a profile that it takes."""
        done = subprocess.run([self.spored_path, "--check", str(profile)], timeout=WAIT,
                              capture_output=True, text=True, check=True, env=clean_environment())
        return done.stderr

    def try_bus(self, *words):
        """The finished process of busctl, on the bus where org.bluez is."""
        return subprocess.run(["busctl", "--address=" + self.bus_address, *words], timeout=WAIT,
                              capture_output=True, text=True, check=False)

    def bus(self, *words, check=True, user="root"):
        """What busctl prints."""
        del user
        return run("busctl", "--address=" + self.bus_address, *words, check=check)

    def match_rules(self, pid):
        """How many the bus keeps for a process."""
        answer = self.bus("--json=short", "call", *DRIVER, "org.freedesktop.DBus.Debug.Stats",
                          "GetAllMatchRules")
        rules = json.loads(answer)["data"][0]
        return sum(len(of_name) for name, of_name in rules.items()
                   if self.bus("call", *DRIVER, DRIVER[0], "GetConnectionUnixProcessID", "s", name,
                               check=False) == f"u {pid}")
