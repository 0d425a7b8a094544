"""What an application exports, as data."""

import dataclasses
import zlib

SERVICE = "org.bluez.GattService1"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"
DESCRIPTOR = "org.bluez.GattDescriptor1"

_known = {
    "GAP": "1800", "GATT": "1801", "device information": "180a",
    "device name": "2a00", "appearance": "2a01", "service changed": "2a05",
    "central address resolution": "2aa6",
    "PnP ID": "2a50", "client features": "2b29", "database hash": "2b2a",
    "server features": "2b3a", "CCC": "2902", "extended properties": "2900",
    "user description": "2901",
}
_names = {f"0000{short}-0000-1000-8000-00805f9b34fb": name for name, short in _known.items()}


def uuid_of(name):
    """A known name's own UUID, else one that is made from the name."""
    if name in _known:
        return f"0000{_known[name]}-0000-1000-8000-00805f9b34fb"
    uuid = f"6d697272-6f72-4000-8000-0000{zlib.crc32(name.encode()):08x}"
    _names[uuid] = name
    return uuid


def name_of(uuid):
    return _names.get(uuid.lower(), uuid)


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An error that answers a call."""
    name: str
    text: str


# An answer of AcquireNotify and AcquireWrite: one end of a pair of sockets.
SOCKET = "socket"


@dataclasses.dataclass
class Descriptor:
    name: str
    flags: str = "read"
    value: bytes = b""
    uuid: str = None


@dataclasses.dataclass
class Characteristic:
    """notify and write: None leaves NotifyAcquired or WriteAcquired out, else what AcquireNotify
    and AcquireWrite are answered. extra: further properties, or others in place of these."""
    name: str
    flags: str
    value: bytes = b""
    handle: int = None
    notify: object = None
    write: object = None
    descriptors: tuple = ()
    uuid: str = None
    extra: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Service:
    name: str
    characteristics: tuple = ()
    handle: int = None
    uuid: str = None
    extra: dict = dataclasses.field(default_factory=dict)


# A central reads it to learn that everything before has arrived.
MARKER = Service("marker service", (Characteristic("marker", "read", b"marker"),))


def with_extra(properties, extra):
    """A property that is None in extra is left out."""
    properties.update(extra)
    return {name: value for name, value in properties.items() if value is not None}


def objects_of(root, services):
    """(path, interface, properties, declared) of every object, in order."""
    for number, service in enumerate(services):
        path = f"{root}/service{number}"
        properties = {"UUID": ("s", service.uuid or uuid_of(service.name)), "Primary": ("b", True)}
        if service.handle is not None:
            properties["Handle"] = ("q", service.handle)
        yield path, SERVICE, with_extra(properties, service.extra), service
        for at, characteristic in enumerate(service.characteristics):
            yield from _characteristic_objects(path, f"{path}/characteristic{at}", characteristic)


def _characteristic_objects(service_path, path, characteristic):
    properties = {
        "UUID": ("s", characteristic.uuid or uuid_of(characteristic.name)),
        "Service": ("o", service_path),
        "Flags": ("as", characteristic.flags.split()),
    }
    if characteristic.handle is not None:
        properties["Handle"] = ("q", characteristic.handle)
    if characteristic.notify is not None:
        properties["NotifyAcquired"] = ("b", False)
    if characteristic.write is not None:
        properties["WriteAcquired"] = ("b", False)
    yield path, CHARACTERISTIC, with_extra(properties, characteristic.extra), characteristic
    for at, descriptor in enumerate(characteristic.descriptors):
        yield (f"{path}/descriptor{at}", DESCRIPTOR, {
            "UUID": ("s", descriptor.uuid or uuid_of(descriptor.name)),
            "Characteristic": ("o", path),
            "Flags": ("as", descriptor.flags.split()),
        }, descriptor)
