"""A peripheral's table as its central discovers it (Core specification, volume 3, part G)."""

import collections
import struct

PRIMARY_SERVICE, SECONDARY_SERVICE, INCLUDE, CHARACTERISTIC = 0x2800, 0x2801, 0x2802, 0x2803
CCC = 0x2902

PROPERTIES = {
    "broadcast": 0x01, "read": 0x02, "write-without-response": 0x04, "write": 0x08,
    "notify": 0x10, "indicate": 0x20, "authenticated-signed-writes": 0x40, "extended": 0x80,
}


def uuid_text(data):
    """The text of a UUID as it stands in packets, little-endian, 2 or 16 bytes."""
    if len(data) == 2:
        return f"0000{struct.unpack('<H', data)[0]:04x}-0000-1000-8000-00805f9b34fb"
    text = data[::-1].hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Characteristic:
    """handle is that of the value; ccc is None without one."""

    def __init__(self, declaration, properties, handle, uuid):
        self.declaration, self.properties, self.handle, self.uuid = \
            declaration, properties, handle, uuid
        self.ccc, self.descriptors = None, {}

    @property
    def flags(self):
        return {name for name, bit in PROPERTIES.items() if self.properties & bit}


# Where one service says that it includes another, start to end.
Include = collections.namedtuple("Include", "handle start end uuid")


class Service:
    def __init__(self, start, end, uuid, primary=True):
        self.start, self.end, self.uuid, self.primary = start, end, uuid, primary
        self.characteristics, self.includes = [], []


class Table:
    """Every service with what it includes, its characteristics and their descriptors, in handle
    order."""

    def __init__(self, att):
        self.services = [
            Service(*struct.unpack("<HH", entry[:4]), uuid_text(entry[4:]), primary)
            for kind, primary in ((PRIMARY_SERVICE, True), (SECONDARY_SERVICE, False))
            for entry in att.read_by_group_type(1, 0xFFFF, kind)]
        self.services.sort(key=lambda service: service.start)
        for service in self.services:
            self._discover_includes(att, service)
            self._discover_characteristics(att, service)

    def service(self, uuid):
        """The service, or None."""
        return next((s for s in self.services if s.uuid == uuid), None)

    def characteristic(self, uuid):
        for service in self.services:
            for characteristic in service.characteristics:
                if characteristic.uuid == uuid:
                    return characteristic
        raise LookupError(f"the peripheral has no characteristic {uuid}")

    def _discover_includes(self, att, service):
        """A long UUID is not in the answer, so it is the included service's own."""
        for entry in att.read_by_type(service.start, service.end, INCLUDE):
            handle, start, end = struct.unpack("<HHH", entry[:6])
            uuid = next((s.uuid for s in self.services if s.start == start), None)
            service.includes.append(Include(handle, start, end, uuid))

    @staticmethod
    def _discover_characteristics(att, service):
        for entry in att.read_by_type(service.start, service.end, CHARACTERISTIC):
            declaration, properties, handle = struct.unpack("<HBH", entry[:5])
            service.characteristics.append(
                Characteristic(declaration, properties, handle, uuid_text(entry[5:])))
        ends = [c.declaration - 1 for c in service.characteristics[1:]] + [service.end]
        for characteristic, end in zip(service.characteristics, ends):
            if characteristic.handle == end:
                continue
            for handle, uuid in att.find_information(characteristic.handle + 1, end):
                characteristic.descriptors[uuid_text(uuid)] = handle
                if uuid == struct.pack("<H", CCC):
                    characteristic.ccc = handle
