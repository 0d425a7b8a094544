"""A spored and a BlueZ that misbehaves on command: sporesim, with its faults."""

import os
import socket
import subprocess
import sys

from harness import Story
from simulation.sporesim import Sporesim

ADAPTER = {"Address": "AA:BB:CC:DD:EE:00", "Alias": "box", "Modalias": "usb:v1D6Bp0246d0542",
           "Powered": "yes"}
DEVICE = "/org/bluez/hci0/dev_11_22_33_44_55_66"
APPLICATION = "/spored/application"
ADVERTISEMENT = "/spored/advertisement"
FAILED = "org.bluez.Error.Failed"
REGISTRATIONS = ("RegisterApplication", "UnregisterApplication", "RegisterAdvertisement",
                 "UnregisterAdvertisement")

# Two services; what notifies does so at once on subscribing only where that is said.
PROFILE = """[service alpha]
uuid = 12345678-1234-5678-1234-56789abc0000

[characteristic count]
uuid = 12345678-1234-5678-1234-56789abc0001
flags = read notify
type = u16

[characteristic level]
uuid = 12345678-1234-5678-1234-56789abc0002
flags = read notify
type = u8
notify_on_subscribe = no

[characteristic alarm]
uuid = 12345678-1234-5678-1234-56789abc0003
flags = read write indicate
security = open
type = u8 max=9
notify_on_subscribe = no

[characteristic blob]
uuid = 12345678-1234-5678-1234-56789abc0004
flags = read write write-without-response
security = open
value = 0102030405

[descriptor note]
characteristic = count
uuid = 2901
value = "how many"

[descriptor origin]
characteristic = count
uuid = 12345678-1234-5678-1234-56789abc0005
value = hex:00ff

[service beta]
uuid = 12345678-1234-5678-1234-56789abc0010

[characteristic order]
uuid = 12345678-1234-5678-1234-56789abc0011
flags = write
security = open
on_write = forward
type = u8

[characteristic raw]
uuid = 12345678-1234-5678-1234-56789abc0012
flags = read notify

[advertisement]
services = alpha
"""

# The bus takes the number of the process that connects. Hello is the first message of a connection:
# destination and path, interface and member.
CONNECT = r"""
import os, socket, struct, sys

def field(code, kind, text):
    value = struct.pack("<I", len(text)) + text.encode() + b"\0"
    entry = bytes([code, 1]) + kind.encode() + b"\0" + value
    return entry + bytes(-len(entry) % 8)

bus = socket.socket(fileno=int(sys.argv[1]))
bus.connect(sys.argv[2])
bus.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
assert bus.recv(1000).startswith(b"OK")
driver = "org.freedesktop.DBus"
fields = (field(1, "o", "/org/freedesktop/DBus") + field(2, "s", driver) +
          field(3, "s", "Hello") + field(6, "s", driver)).rstrip(b"\0") + b"\0"
message = b"l\1\0\1" + struct.pack("<III", 0, 1, len(fields)) + fields
bus.sendall(b"BEGIN\r\n" + message + bytes(-len(message) % 8))
assert bus.recv(1000)
bus.detach()
"""


class Bluez(Sporesim):
    """sporesim on this bus, without an adapter and without the name org.bluez at first."""

    def __init__(self, address, version="5.66"):
        super().__init__("--bluez", version, "--bare", "--trace", "--bus", address)

    def answer_of(self, member, *words):
        """Makes it call spored. What else happens meanwhile goes on waiting."""
        self.command(*words)
        while not any(e.fits("reply", {"to": member}) for e in self.waiting):
            self.waiting.append(self.read_event())
        return self.take("reply", to=member)[0]

    def sync(self):
        """Afterwards everything that spored has sent so far waits here, also if it has ended."""
        self.answer_of("Ping", "call", "/", "org.freedesktop.DBus.Peer", "Ping")

    def wait_call(self, member, **wanted):
        return self.wait("call", member=member, **wanted)

    def calls(self, *members):
        """The members of the calls that wait, in order."""
        return [e["member"] for e in self.waiting if e.word == "call" and e["member"] in members]

    def values(self):
        """What was notified since the last time, as (characteristic, hex)."""
        self.sync()
        return [(e["path"].rsplit("/", 1)[1], e["Value"]) for e in self.take("signal")]

    def wait_values(self, n):
        found = []
        while len(found) < n:
            event = self.wait("signal")
            found.append((event["path"].rsplit("/", 1)[1], event["Value"]))
        return found

    def registered(self):
        """How many applications and advertisements it has, in words."""
        self.command("state")
        state = self.take("state")[-1]
        return state["applications"], state["advertisements"]

    def add_adapter(self, name="hci0", how="adapter", **properties):
        merged = {**ADAPTER, **properties}
        typed = {k.split(":")[0] for k in merged if ":" in k}
        self.command(how, name, *(f"{k}={v}" for k, v in merged.items() if k not in typed))


def path_of(name):
    service = "beta" if name in ("order", "raw") else "alpha"
    return f"{APPLICATION}/{service}/{name}"


class BluezStory(Story):
    """Each test has a BlueZ too. It has no adapter and does not own its name yet."""

    version = "5.66"  # of BlueZ
    options = ("-o", "bluez.retry_min=10ms", "-o", "bluez.retry_max=20ms",
               "-o", "daemon.shutdown_timeout=200ms", "-o", "bluez.ping_interval=0")

    def setUp(self):
        super().setUp()
        self.profile = os.path.join(self.folder, "profile.conf")
        with open(self.profile, "w", encoding="utf-8") as f:
            f.write(PROFILE)
        self.bluez = self.another_bluez()

    def another_bluez(self):
        bluez = Bluez(self.bus.address, self.version)
        self.addCleanup(lambda: self.assertEqual(bluez.end(), 0))
        return bluez

    def corpse(self, first=""):
        """A connection to the bus whose process has ended. Returns it and the process's number."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(connection.close)
        child = subprocess.Popen([sys.executable, "-c", first + CONNECT, str(connection.fileno()),
                                  self.bus.path], pass_fds=[connection.fileno()])
        self.assertEqual(child.wait(), 0)
        return connection, child.pid

    def launch(self, *arguments, env=None, profile=None):
        """A later option wins over the story's own."""
        return super().launch(*self.options, *arguments, env=env, profile=profile or self.profile)

    def wait_on_air(self, part=""):
        """Not wait_status: "not on air" has the words too."""
        return self.wait_status("STATUS=on air " + part)

    def ready_to_register(self, *arguments, **properties):
        self.bluez.add_adapter(**properties)
        self.bluez.command("own")
        return self.launch(*arguments)

    def put_on_air(self, *arguments, **properties):
        process = self.ready_to_register(*arguments, **properties)
        self.wait_on_air()
        self.peer = self.connect()
        return process

    def status(self):
        return self.connect().call(op="status")

    def counters(self, name):
        return next(c for c in self.status()["characteristics"] if c["name"] == name)

    def expect(self, name, **wanted):
        """The counters of its queue; those that are not named are 0."""
        row = self.counters(name)
        found = {k: row[k] for k in ("published", "sent", "coalesced", "pending")}
        found.update(row["dropped"])
        self.assertEqual(found, {**dict.fromkeys(found, 0), **wanted})

    @staticmethod
    def numbers(name, values):
        """What wait_values() gives for these values of one byte."""
        return [(name, f"{v:02x}") for v in values]

    def speak(self):
        """Pings that were held are answered, and those that follow."""
        self.bluez.sync()
        self.bluez.command("answer", "Ping", "ok")
        self.bluez.command("reply", "Ping", "ok")

    def log_of(self, process):
        """Ends spored: what it has logged."""
        status, log = self.stop(process)
        self.assertEqual(status, 0, log)
        return log

    def set(self, name, *values):
        for value in values:
            reply = self.peer.call(op="set", characteristic=name, value=value)
            self.assertTrue(reply["ok"], reply)
        return reply

    def read(self, name, *options, bluez=None, interface="GattCharacteristic1"):
        return (bluez or self.bluez).answer_of("ReadValue", "read", path_of(name),
                                               "org.bluez." + interface, *options)

    def write(self, name, data, *options):
        return self.bluez.answer_of("WriteValue", "write", path_of(name), data, *options)

    def ask(self, name, member):
        return self.bluez.answer_of(member, "call", path_of(name),
                                    "org.bluez.GattCharacteristic1", member)

    def subscribe(self, name):
        self.assertNotIn("error", self.ask(name, "StartNotify"))

    def refused(self, reply, error, text=None):
        self.assertEqual(reply.get("error"), error, reply)
        if text is not None:
            self.assertEqual(reply["text"], text)
