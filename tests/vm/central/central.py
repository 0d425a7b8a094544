"""Central: what a phone does. Scan, connect, discover, read, write, subscribe, leave."""

import itertools
import queue
import struct
import threading
import time

from .att import Att
from .gatt import Table, uuid_text
from .hci import (ADV_DIRECT_IND, ADV_IND, FAILED_TO_ESTABLISH, PUBLIC, RANDOM, REMOTE_USER,
                  SCAN_RESPONSE, Controller, HciError)
from .smp import Smp

WAIT = 30


class Ranks:
    """Who holds which connection handle on the peripheral's controller, counted from the lowest
    that btvirt gives (42 or 1, by its version). btvirt takes the lowest free one on each side but
    tells both sides the initiator's, so the two must be equal."""

    def __init__(self):
        self._holders = {}
        self._lock = threading.Lock()

    def take(self, holder):
        """The lowest rank that no other central holds; a link that went down holds none."""
        with self._lock:
            self._holders = {r: c for r, c in self._holders.items() if not c.is_down}
            rank = next(r for r in itertools.count() if r not in self._holders)
            self._holders[rank] = holder
            return rank

    def give_back(self, rank, holder):
        with self._lock:
            if self._holders.get(rank) is holder:
                del self._holders[rank]


class Advertiser:
    """A peripheral that was heard, with what its advertisement and its scan response say."""

    def __init__(self, address_type, address):
        self.address_type, self.address = address_type, address
        self.name, self.services, self.flags = None, set(), None
        self.connectable, self.data, self.response = False, b"", b""

    def add(self, report):
        """What one report says. An advertisement with other bytes is another one, of which the
        scan response is still to come."""
        if report.kind == SCAN_RESPONSE:
            self.response = report.data
        else:
            if report.data != self.data:
                self.name, self.services, self.flags = None, set(), None
                self.response = b""
            self.data = report.data
            self.connectable = report.kind in (ADV_IND, ADV_DIRECT_IND)
        self._read(report.data)

    def _read(self, data):
        at = 0
        while at < len(data) and data[at]:
            kind, value = data[at + 1], data[at + 2:at + 1 + data[at]]
            if kind == 0x01:
                self.flags = value[0]
            elif kind in (0x02, 0x03):
                self.services |= {uuid_text(value[i:i + 2]) for i in range(0, len(value), 2)}
            elif kind in (0x06, 0x07):
                self.services |= {uuid_text(value[i:i + 16]) for i in range(0, len(value), 16)}
            elif kind in (0x08, 0x09):
                self.name = value.decode()
            at += 1 + data[at]

    def matches(self, name, service):
        return (name is None or self.name == name) and (service is None or service in self.services)


class Subscription:
    """The values that arrive for one characteristic, in order."""

    def __init__(self, characteristic):
        self.characteristic = characteristic
        self._values = queue.SimpleQueue()

    def put(self, value, confirmed):
        self._values.put((value, confirmed))

    def get(self, timeout=WAIT):
        """The next value."""
        return self._next(timeout)[0]

    def get_indication(self, timeout=WAIT):
        """The next value, which must have come as an indication."""
        value, confirmed = self._next(timeout)
        assert confirmed, f"{value.hex()} came as a notification"
        return value

    def take(self, count, timeout=WAIT):
        """That many values. Each may take as long as timeout."""
        return [self.get(timeout) for _ in range(count)]

    def count(self):
        """How many have come and wait."""
        return self._values.qsize()

    def is_empty(self):
        return self._values.empty()

    def _next(self, timeout):
        try:
            return self._values.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError(f"no value of {self.characteristic.uuid} in {timeout} s") from None


class Central:
    """One central with one peripheral. Its controller is made anew at each connect, its address
    and its bond stay. Use as a context manager: a central that merely vanishes stays connected on
    the other side, for the virtual air has no supervision timeout."""

    ranks = Ranks()
    _numbers = itertools.count(1)

    def __init__(self, mtu=517):
        self.mtu = mtu  # offered, then agreed
        # Called with handle, value and whether it was an indication, for whatever arrives, in the
        # reader's thread; subscriptions do not depend on it.
        self.on_value = None
        self.table = None
        self._offered = mtu
        number = next(self._numbers)
        # A static random address: the two highest bits are set.
        self._address = struct.pack("<IH", number, 0xC0DE)
        self._key = None  # of the bond
        self._controller = self._companion = self._link = self._rank = None
        self._att = self._smp = None
        self._subscriptions = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.disconnect()

    @property
    def address(self):
        """As BlueZ writes it."""
        return ":".join(f"{byte:02X}" for byte in reversed(self._address))

    @property
    def connected(self):
        return self._link is not None and not self._link.down.is_set()

    @property
    def is_down(self):
        """There was a link and it ended."""
        return self._link is not None and self._link.down.is_set()

    def scan(self, name=None, service=None, timeout=WAIT):
        """Waits for an advertiser with this name and this service. TimeoutError says who else was
        heard."""
        controller = Controller(self._address)
        try:
            return self._listen(controller, timeout,
                                lambda a: a.matches(name, service), f"{name or service}")
        finally:
            controller.close()

    def connect(self, name=None, service=None, timeout=2 * WAIT):
        """Looks for the advertiser, connects, agrees on the MTU and encrypts if there is a bond.
        Tries again while it can: a peripheral that has just lost a link is silent for about two
        seconds."""
        assert not self.connected, "already connected"
        end = time.monotonic() + timeout
        self._open_controller()
        while True:
            try:
                left = max(end - time.monotonic(), 0.1)
                peer = self._listen(self._controller, left,
                                    lambda a: a.matches(name, service), f"{name or service}")
                self._link = self._controller.connect(peer.address_type, peer.address)
                break
            except (HciError, TimeoutError) as error:
                status = getattr(error, "status", FAILED_TO_ESTABLISH)
                if status != FAILED_TO_ESTABLISH or time.monotonic() > end:
                    self._close_controller()
                    raise
        # The channels are open before anything is asked, for the peer may speak first.
        self._att = Att(self._link, self._offered, self._on_value)
        self._smp = Smp(self._link, (RANDOM, self._address), (peer.address_type, peer.address))
        self.mtu = self._att.exchange_mtu()
        # Not before ATT is answered: a bluetoothd that has not yet taken up a link when it is
        # encrypted never serves it ("device_attach_att() bt_io_get: …").
        if self._key:
            self._controller.encrypt(self._link, self._key)
        return self

    def bond(self):
        """Pairs, encrypts and keeps the key for the next connect. SmpError if it is refused."""
        key = self._smp.pair()
        self._controller.encrypt(self._link, key)
        self._key = key

    def forget(self):
        """Drops the key; the other side keeps its own."""
        self._key = None

    def disconnect(self, reason=REMOTE_USER):
        """Leaves; a central that is not connected stays so."""
        if self.connected:
            self._controller.disconnect(self._link, reason)
        self._close_controller()

    def wait_disconnected(self, timeout=WAIT):
        """Waits until the peripheral has ended the link and returns the reason."""
        if not self._link.down.wait(timeout):
            raise TimeoutError("still connected")
        reason = self._link.reason
        self._close_controller()
        return reason

    def discover(self):
        """Reads the peripheral's whole table, keeps and returns it."""
        self.table = Table(self._att)
        return self.table

    def read(self, uuid):
        """The whole value of a characteristic."""
        return self._att.read_long(self._find(uuid).handle)

    def read_once(self, uuid):
        """What one read request gives."""
        return self._att.read(self._find(uuid).handle)

    def read_blob(self, uuid, offset):
        return self._att.read_blob(self._find(uuid).handle, offset)

    def read_descriptor(self, uuid, descriptor):
        return self._att.read_long(self._find(uuid).descriptors[descriptor])

    def write_descriptor(self, uuid, descriptor, value):
        self._att.write(self._find(uuid).descriptors[descriptor], value)

    def write(self, uuid, value):
        """Acknowledged; in pieces if it does not fit into one request."""
        handle = self._find(uuid).handle
        if len(value) > self.mtu - 3:
            self._att.write_long((handle, value))
        else:
            self._att.write(handle, value)

    def write_prepared(self, *writes):
        """Pairs of UUID and value, of any length, prepared and then executed together: a reliable
        write. The peripheral's echoes are compared."""
        self._att.write_long(*((self._find(uuid).handle, value) for uuid, value in writes))

    def prepare_write(self, uuid, offset, piece):
        self._att.prepare_write(self._find(uuid).handle, offset, piece)

    def execute_write(self, commit=True):
        """Ends what was prepared: written, or forgotten."""
        self._att.execute_write(commit)

    def start_write(self, uuid, value):
        """Acknowledged, but whoever calls this does not wait for it."""
        self._att.start_write(self._find(uuid).handle, value)

    def write_command(self, uuid, value):
        self._att.write_command(self._find(uuid).handle, value)

    def subscribe(self, uuid, indicate=False):
        """Turns the CCC on and returns the Subscription."""
        subscription = self.listen(uuid)
        self.write_ccc(uuid, 2 if indicate else 1)
        return subscription

    def listen(self, uuid):
        """The Subscription alone: a bonded central's CCC may stand from an earlier connection."""
        characteristic = self._find(uuid)
        subscription = self._subscriptions[characteristic.handle] = Subscription(characteristic)
        return subscription

    def unsubscribe(self, uuid):
        """Turns the CCC off. The subscription gets what comes all the same."""
        self.write_ccc(uuid, 0)

    def write_ccc(self, uuid, value):
        self._att.write(self._find(uuid).ccc, struct.pack("<H", value))

    def read_ccc(self, uuid):
        return struct.unpack("<H", self._att.read(self._find(uuid).ccc))[0]

    def _find(self, uuid):
        if self.table is None:
            self.discover()
        return self.table.characteristic(uuid)

    def _on_value(self, handle, value, confirmed):
        if self.on_value:
            self.on_value(handle, value, confirmed)
        subscription = self._subscriptions.get(handle)
        if subscription:
            subscription.put(value, confirmed)

    def _open_controller(self):
        """A controller whose next link gets the handle that the peripheral's will have: the ones
        below it are filled with links to a companion."""
        self._close_controller()
        self._rank = self.ranks.take(self)
        self._controller = Controller(self._address)
        if self._rank:
            self._companion = Controller()
        for _ in range(self._rank):
            self._companion.advertise()
            self._controller.connect(PUBLIC, self._companion.address)

    def _close_controller(self):
        for controller in (self._controller, self._companion):
            if controller:
                controller.close()
        if self._rank is not None:
            self.ranks.give_back(self._rank, self)
        self._controller = self._companion = self._link = self._rank = None
        self._att = self._smp = None
        self._subscriptions.clear()
        self.table = None

    @staticmethod
    def _listen(controller, timeout, matches, wanted):
        end = time.monotonic() + timeout
        heard = {}
        while True:
            controller.scan(True)
            try:
                pause = min(end, time.monotonic() + 2)
                while time.monotonic() < pause:
                    report = controller.reports.get(timeout=max(pause - time.monotonic(), 0.01))
                    advertiser = heard.setdefault(
                        report.address, Advertiser(report.address_type, report.address))
                    advertiser.add(report)
                    if matches(advertiser):
                        return advertiser
            except queue.Empty:
                pass  # scanning anew asks everybody again
            finally:
                controller.scan(False)
            if time.monotonic() >= end:
                names = ", ".join(str(a.name) for a in heard.values()) or "nobody"
                raise TimeoutError(f"{wanted} was not heard in {timeout:.0f} s; heard: {names}")
