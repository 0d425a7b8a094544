"""A central of sporesim's, with the interface of the one on HCI (tests/vm/central/central.py)."""

import itertools
import types

from central import att, gatt
from central import central as hci
from central.hci import REMOTE_USER

from .sporesim import Wrong

WAIT = 30


def full(uuid):
    return f"0000{uuid}-0000-1000-8000-00805f9b34fb" if len(uuid) == 4 else uuid


def number(text):
    return int(text, 16)


class Advertiser:
    """A peripheral that was heard."""

    def __init__(self, event):
        self.name = event.get("name")
        self.services = {full(uuid) for uuid in event.get("services", "").split(",") if uuid}
        self.flags = number(event["flags"]) if "flags" in event else None
        self.address = event.get("address")
        self.connectable = event.get("connectable") == "yes"
        self.data = bytes.fromhex(event.get("data", ""))
        self.response = bytes.fromhex(event.get("response", ""))


class Table(gatt.Table):
    """The peripheral's table, out of the events of a discovery."""

    def __init__(self, events):
        self.services = []
        for event in events:
            uuid = full(event["uuid"])
            if event.words[1] == "service":
                service = gatt.Service(number(event["handle"]), number(event["end"]), uuid,
                                       event.get("primary") != "no")
                self.services.append(service)
            elif event.words[1] == "include":
                service.includes.append(gatt.Include(
                    number(event["handle"]), number(event["service"]), number(event["end"]), uuid))
            elif event.words[1] == "characteristic":
                characteristic = gatt.Characteristic(
                    number(event["declaration"]), number(event["properties"]),
                    number(event["handle"]), uuid)
                service.characteristics.append(characteristic)
            else:
                handle = characteristic.descriptors[uuid] = number(event["handle"])
                if uuid == full(f"{gatt.CCC:04x}"):
                    characteristic.ccc = handle


class Subscription(hci.Subscription):
    """The values that arrive for one characteristic, in order. They come while events are read."""

    def __init__(self, simulator, uuid):
        super().__init__(types.SimpleNamespace(uuid=uuid))
        self._simulator = simulator

    def _next(self, timeout):
        try:
            self._simulator.pump(lambda: not self.is_empty(), timeout)
        except TimeoutError:
            raise TimeoutError(f"no value of {self.characteristic.uuid} in {timeout} s") from None
        return super()._next(0)


class Central:
    """One central. Use as a context manager."""

    _numbers = itertools.count(1)

    def __init__(self, simulator, mtu=517, address=None):
        """The address stays, and is the simulator's choice if it is not given here."""
        self.name = f"central{next(self._numbers)}"
        self.mtu, self.address, self.table = mtu, address, None
        self.on_value = None  # called with UUID, value, and whether it was an indication
        self.connected, self.is_down = False, False
        self._offered, self._reason = mtu, None
        self._simulator = simulator
        self._answers, self._subscriptions = [], {}
        simulator.listeners[self.name] = self._on_event

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.disconnect()

    def scan(self, name=None, service=None, timeout=WAIT):
        """Waits for an advertiser with this name and this service. TimeoutError."""
        return Advertiser(self._listen("scan", name, service, timeout)[0])

    def connect(self, name=None, service=None, timeout=2 * WAIT):
        """Looks for the advertiser, connects and agrees on the MTU. TimeoutError."""
        assert not self.connected, "already connected"
        words = [f"mtu={self._offered}"] + ([f"address={self.address}"] if self.address else [])
        event = self._listen("connect", name, service, timeout, *words)[0]
        self.mtu, self.address = int(event["mtu"]), event["address"]
        self.connected, self.is_down, self.table = True, False, None
        return self

    def disconnect(self, reason=REMOTE_USER):
        """Leaves; a central that is not connected stays so."""
        if self.connected:
            self._ask("disconnect", f"0x{reason:02x}")
            self._close()

    def vanish(self):
        """Goes without a word: its link stays up for BlueZ until disconnect()."""
        self._ask("vanish")

    def slow(self, seconds):
        """Takes one value in that time at most."""
        self._ask("slow", seconds)

    def confirms(self, does):
        """Whether it confirms the indications that come from now on."""
        self._ask("confirm", "yes" if does else "no")

    def wait_disconnected(self, timeout=WAIT):
        """Waits until the peripheral has ended the link and returns the reason."""
        self._simulator.pump(lambda: not self.connected, timeout)
        return self._reason

    def bond(self):
        """Pairs, Just Works."""
        self._request(att.READ, "bond")

    def forget(self):
        """Drops its key; the other side keeps its own. The simulated ones have none to drop."""

    def discover(self):
        """Reads the peripheral's whole table, keeps and returns it."""
        self.table = Table(self._ask("discover"))
        return self.table

    def read(self, uuid):
        """The whole value of a characteristic."""
        return self._read("read", uuid)

    def read_once(self, uuid):
        """What one read request gives."""
        return self._read("read-once", uuid)

    def read_blob(self, uuid, offset):
        return self._read("read-once", uuid, offset)

    def read_descriptor(self, uuid, descriptor):
        return self._read("read", f"{uuid}/{descriptor}")

    def write(self, uuid, value):
        """Acknowledged; in pieces if it does not fit into one request."""
        self._request(att.WRITE, "write", uuid, value.hex())

    def write_descriptor(self, uuid, descriptor, value):
        self._request(att.WRITE, "write", f"{uuid}/{descriptor}", value.hex())

    def write_command(self, uuid, value):
        self._ask("command", uuid, value.hex())

    def subscribe(self, uuid, indicate=False):
        """Turns the CCC on and returns the Subscription."""
        subscription = self.listen(uuid)
        self._request(att.WRITE, "subscribe", uuid, *(["indicate"] if indicate else []))
        return subscription

    def listen(self, uuid):
        """The Subscription alone: a bonded central's CCC may stand from an earlier connection."""
        subscription = self._subscriptions[uuid] = Subscription(self._simulator, uuid)
        return subscription

    def unsubscribe(self, uuid):
        """Turns the CCC off. The subscription gets what comes all the same."""
        self._request(att.WRITE, "unsubscribe", uuid)

    def write_ccc(self, uuid, value):
        self._request(att.WRITE, "ccc", uuid, value)

    def read_ccc(self, uuid):
        return int(self._request(att.READ, "ccc", uuid)["value"])

    def _listen(self, what, name, service, timeout, *words):
        wanted = [f"{k}={v}" for k, v in (("name", name), ("service", service)) if v is not None]
        try:
            return self._ask(what, *wanted, *words, f"timeout={timeout}", wait=timeout + WAIT)
        except Wrong as wrong:
            raise TimeoutError(str(wrong)) from None

    def _read(self, what, *words):
        return bytes.fromhex(self._request(att.READ, what, *words)["hex"])

    def _request(self, opcode, *words):
        """The event that answers, or AttError."""
        event = self._ask(*words)[0]
        if "error" in event:
            raise att.AttError(opcode, 0, number(event["error"]))
        return event

    def _ask(self, *words, wait=2 * WAIT):
        """The events of this central that answer."""
        self._answers = []
        self._simulator.command(self.name, *words, timeout=wait)
        return self._answers

    def _on_event(self, event):
        if event.words[1] in ("notified", "indicated"):
            self._on_value(full(event["uuid"]), bytes.fromhex(event["hex"]),
                           event.words[1] == "indicated")
        elif event.words[1] == "disconnected":
            self._reason = number(event["reason"])
            self._close()
        else:
            self._answers.append(event)

    def _on_value(self, uuid, value, confirmed):
        if uuid in self._subscriptions:
            self._subscriptions[uuid].put(value, confirmed)
        if self.on_value:
            self.on_value(uuid, value, confirmed)

    def _close(self):
        self.connected, self.is_down, self.table = False, True, None
        self._subscriptions.clear()
