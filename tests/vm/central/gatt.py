"""A peripheral's table as its central discovers it (Core specification, volume 3, part G)."""

import struct

PRIMARY_SERVICE, CHARACTERISTIC = 0x2800, 0x2803
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


class Service:
    def __init__(self, start, end, uuid):
        self.start, self.end, self.uuid = start, end, uuid
        self.characteristics = []


class Table:
    """Every primary service with its characteristics and their descriptors, in handle order."""

    def __init__(self, att):
        self.services = [
            Service(*struct.unpack("<HH", entry[:4]), uuid_text(entry[4:]))
            for entry in att.read_by_group_type(1, 0xFFFF, PRIMARY_SERVICE)]
        for service in self.services:
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
