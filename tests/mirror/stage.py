"""Where a story plays: a world, its witnesses and its centrals, and the transcript of it all."""

import contextlib
import time

from .program import BusError
from .table import MARKER, uuid_of, name_of
from .transcript import WAIT, Transcript, spell
from .witness import ADAPTER, ADVERTISING_MANAGER, DEVICE, GATT_MANAGER, HCI0, \
    NAME, OBJECT_MANAGER, PROPERTIES, ROOT, Witness

DEVICE_NAME = uuid_of("device name")
STAYS_OFF = 10  # seconds without power after which nobody will switch it on any more


class Player:
    """A central that writes down what it does and what it gets. It knows attributes by name, and
    keeps the table that it has discovered last, as a phone does."""

    def __init__(self, stage, label, central):
        self.label = label
        self.central = central
        self._stage = stage
        self._table = None
        self._handles = {}
        self._early = None  # what arrives while it connects
        central.on_value = self._on_value

    @property
    def connected(self):
        return self.central.connected

    def connect(self, discover=True, told=True, name=NAME):
        """Connects and discovers in silence. told: the witness sees it."""
        self._early = []
        self.central.connect(name=name)
        self.note(f"connected, MTU {self.central.mtu}")
        early, self._early = self._early, None
        for text in early:
            self.note(text)
        if told:
            self._stage.wait_for(f"{self.label} … Connected=yes")
        if self._table is not None:
            self.central.table = self._table
        elif discover:
            self._discover()
        return self

    def leave(self, reason=0x13, told=True):
        self.central.disconnect(reason)
        self.note("left")
        if told:
            self._stage.wait_for(f"{self.label} Connected=no")

    def wait_cut(self, told=True):
        """told: with the reason."""
        reason = self.central.wait_disconnected()
        self.note(f"cut, reason 0x{reason:02x}" if told else "cut")

    def heard(self, name=NAME, service=None, connectable=None):
        """Scans for the advertisement and writes down what it says; if asked to, not before it is
        one that can be connected to, or cannot."""
        end = time.monotonic() + WAIT
        peer = self.central.scan(name=name, service=service and uuid_of(service))
        while connectable is not None and peer.connectable != connectable \
                and time.monotonic() < end:
            peer = self.central.scan(name=name, service=service and uuid_of(service))
        services = " ".join(sorted(name_of(uuid) for uuid in peer.services))
        flags = "none" if peer.flags is None else f"0x{peer.flags:02x}"
        self.note(f"hears {peer.name}, flags {flags}, services {services or 'none'}, "
                  f"{'connectable' if peer.connectable else 'not connectable'}")
        self.note(f"data {peer.data.hex()}")
        if name is not None:  # which was in the scan response; else nobody has waited for that
            self.note(f"response {peer.response.hex()}")

    def discover(self, absolute=False):
        """Writes the table down: the witnesses' services with handles from their own start, or
        all services with the handles that they have."""
        self._discover()
        for service in self.central.table.services:
            name = name_of(service.uuid)
            if not absolute and service.uuid not in self._stage.uuids:
                continue
            base = 0 if absolute else service.start
            self.note(f"service {name}: {self._at(service.start, base)} to "
                      f"{self._at(service.end, base)}")
            for characteristic in service.characteristics:
                self.note(f"  {name_of(characteristic.uuid)}: declaration "
                          f"{self._at(characteristic.declaration, base)} value "
                          f"{self._at(characteristic.handle, base)} properties "
                          f"0x{characteristic.properties:02x}")
                for uuid, handle in characteristic.descriptors.items():
                    self.note(f"    {name_of(uuid)}: {self._at(handle, base)}")

    def where(self, *names):
        """Absolute value handles."""
        for name in names:
            handle = self.central.table.characteristic(uuid_of(name)).handle
            self.note(f"{name} is at 0x{handle:04x}")

    def read(self, name):
        return self._do(f"reads {name}", lambda: self.central.read(uuid_of(name)))

    def read_once(self, name):
        return self._do(f"reads {name} once", lambda: self.central.read_once(uuid_of(name)))

    def read_blob(self, name, offset):
        return self._do(f"reads {name} from {offset}",
                        lambda: self.central.read_blob(uuid_of(name), offset))

    def read_descriptor(self, name, descriptor):
        return self._do(f"reads {descriptor} of {name}", lambda: self.central.read_descriptor(
            uuid_of(name), uuid_of(descriptor)))

    def write_descriptor(self, name, descriptor, value):
        self._do(f"writes {spell(value)} to {descriptor} of {name}",
                 lambda: self.central.write_descriptor(uuid_of(name), uuid_of(descriptor), value))

    def write(self, name, value):
        self._do(f"writes {spell(value)} to {name}",
                 lambda: self.central.write(uuid_of(name), value))

    def command(self, name, value):
        self._do(f"commands {spell(value)} to {name}",
                 lambda: self.central.write_command(uuid_of(name), value))

    def ccc(self, name, value):
        """Writes the CCC."""
        self._do(f"CCC of {name} to {value}",
                 lambda: self.central.write_ccc(uuid_of(name), value))

    def read_ccc(self, name):
        self._do(f"CCC of {name}", lambda: self.central.read_ccc(uuid_of(name)))

    def bond(self):
        self._do("bonds", self.central.bond)

    def forget(self):
        """Loses the key of its bond."""
        self.central.forget()

    def note(self, text):
        self._stage.transcript.add(self.label, text)

    def flush(self):
        """Reads, so that what was sent before has arrived. bluetoothd sends an indication only when
        the one before was confirmed, so after one that came there is to be another read."""
        indicated = None
        while indicated != self._indicated():
            indicated = self._indicated()
            self._read_something()

    def _indicated(self):
        return sum(text.startswith("is indicated")
                   for text in self._stage.transcript.arrived(self.label))

    def _read_something(self):
        known = self.central.table and {c.uuid for s in self.central.table.services
                                        for c in s.characteristics}
        uuid = uuid_of("marker")
        if not known or uuid not in known or not self._stage.marker_served:
            uuid = DEVICE_NAME
        try:
            self.central.read_once(uuid)
        except TimeoutError:
            raise
        except Exception:  # pylint: disable=broad-except
            pass  # an error answers too, and a link that went down is the story's to tell

    def _discover(self):
        self._table = self.central.discover()
        self._handles = {c.handle: name_of(c.uuid) for s in self._table.services
                         for c in s.characteristics}

    @staticmethod
    def _at(handle, base):
        return f"+{handle - base}" if base else f"0x{handle:04x}"

    def _do(self, what, action):
        try:
            result = action()
        except Exception as error:  # pylint: disable=broad-except
            code = getattr(error, "code", None)
            outcome = type(error).__name__ if code is None else f"error 0x{code:02x}"
            self.note(f"{what}: {outcome}")
            return None
        if isinstance(result, bytes):
            self.note(f"{what}: {spell(result)}")
        else:
            self.note(f"{what}: {'done' if result is None else result}")
        return result

    def _on_value(self, where, value, confirmed):
        """where is a handle, or the UUID."""
        name = name_of(where) if isinstance(where, str) else \
            self._handles.get(where, f"0x{where:04x}")
        text = f"is {'indicated' if confirmed else 'notified'} {name} {spell(value)}"
        if self._early is None:
            self.note(text)
        else:
            self._early.append(text)


class Stage:
    """A story's own; a context manager that leaves the world as it was."""

    def __init__(self, world):
        self.world = world
        self.transcript = Transcript()
        self.uuids = set()
        self.marker_served = False
        self._witnesses = []
        self._players = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for player in self._players:
            with contextlib.suppress(Exception):
                player.central.disconnect()
        for witness in self._witnesses:
            witness.close()

    @property
    def version(self):
        return tuple(int(word) for word in self.world.version.split("."))

    def step(self, title, ordered=True):
        """Ends the step before and begins another."""
        self.sync()
        self.transcript.begin(title, ordered)

    def end(self):
        self.sync()
        return self.transcript.text()

    def witness(self, label="witness"):
        witness = Witness(self.world.bus_address, self.transcript, self._name_device, label)
        self._witnesses.append(witness)
        return witness

    def serve(self, *services, agent=False):
        """A witness whose table, with the marker, is registered and advertised."""
        witness = self.witness()
        self.register(witness, *services)
        witness.advertise()
        if agent:
            witness.agree()
        trouble = [line for line in self.transcript.seen(witness.label) if ".Error." in line]
        assert not trouble, trouble
        return witness

    def register(self, witness, *services, root=ROOT):
        """Registers a table and the marker."""
        self.uuids |= {service.uuid or uuid_of(service.name) for service in services}
        witness.register(*services, MARKER, root=root)
        self.marker_served = True

    def central(self, label, mtu=517):
        player = Player(self, label, self.world.central(mtu))
        self._players.append(player)
        return player

    def connected(self, *labels, mtu=517):
        """Centrals that are connected and have discovered."""
        return [self.central(label, mtu).connect() for label in labels]

    def wait_for(self, *texts):
        """Waits until the first witness that is there has seen it."""
        for witness in self._witnesses:
            if witness.on_bus:
                witness.wait(*texts)
                return

    def settle(self, text):
        """Waits until somebody has seen it."""
        self.world.wait_until(self.transcript, text)

    def sync(self):
        """Waits until everything that is under way has arrived: signals and calls of witnesses at
        bluetoothd, its calls at the witnesses, its packets at the centrals."""
        self._ask_bluez()
        for player in self._players:
            if player.connected:
                player.flush()
        self._ask_bluez()
        for witness in self._witnesses:
            if witness.on_bus:
                witness.fence()

    def wait_ready(self, witness, power=False):
        """Waits until bluetoothd is there and hci0 is complete and powered; power: switches it
        on. So does the real world after a while: a bluetoothd that starts tries it once, and when
        the machine is busy the kernel is still switching off."""
        begin = time.monotonic()
        while time.monotonic() < begin + WAIT:
            late = self.world.may_stay_off and time.monotonic() > begin + STAYS_OFF
            with contextlib.suppress(BusError):
                hci0 = witness.call("/", OBJECT_MANAGER, "GetManagedObjects")[0].get(HCI0, {})
                if {ADAPTER, GATT_MANAGER, ADVERTISING_MANAGER} <= set(hci0):
                    if hci0[ADAPTER]["Powered"][1]:
                        return
                    if power or late:
                        witness.call(HCI0, PROPERTIES, "Set", "ssv",
                                     (ADAPTER, "Powered", ("b", True)))
            time.sleep(0.05)
        raise TimeoutError("hci0 is not there or not powered")

    def clear(self, fresh=False):
        """Before a story: no device, the adapter on; with fresh also a new bluetoothd."""
        self.world.make_ready(fresh)
        witness = Witness(self.world.bus_address, Transcript(), lambda address: None)
        try:
            self.wait_ready(witness, power=True)
            self._remove_devices(witness)
        finally:
            witness.close()

    def _remove_devices(self, witness):
        objects = witness.call("/", OBJECT_MANAGER, "GetManagedObjects")[0]
        for path in [p for p, interfaces in objects.items() if DEVICE in interfaces]:
            with contextlib.suppress(BusError):
                witness.call(HCI0, ADAPTER, "RemoveDevice", "o", (path,))

    def _ask_bluez(self):
        for witness in self._witnesses:
            if witness.on_bus:
                with contextlib.suppress(BusError):
                    witness.call(HCI0, PROPERTIES, "Get", "ss", (ADAPTER, "Address"))

    def _name_device(self, address):
        return next((p.label for p in self._players if p.central.address == address), None)
