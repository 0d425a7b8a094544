"""What is declared, and what a central must find of it."""

import dataclasses
import itertools

PROPERTIES = {"broadcast": 0x01, "read": 0x02, "write-without-response": 0x04, "write": 0x08,
              "notify": 0x10, "indicate": 0x20, "authenticated-signed-writes": 0x40,
              "extended-properties": 0x80, "reliable-write": 0x80, "writable-auxiliaries": 0x80}
# Those that demand security are the property that they protect.
PROPERTIES |= {f"{demand}-{what}": PROPERTIES[what]
               for demand in ("encrypt", "encrypt-authenticated", "secure")
               for what in ("read", "write", "notify", "indicate")}
EXTENDED, DESCRIPTION, CCC, PRESENTATION = (
    f"0000290{n}-0000-1000-8000-00805f9b34fb" for n in (0, 1, 2, 4))
WRITES = {"write", "write-without-response", "authenticated-signed-writes", "reliable-write"}


@dataclasses.dataclass
class Descriptor:
    """value: None if it may not be read."""
    name: str
    uuid: str
    value: bytes
    lines: list
    enable: bool = True


@dataclasses.dataclass
class Characteristic:
    """security: of `security =`, None without it. own: descriptors of its own, in their order."""
    name: str
    uuid: str
    flags: list
    value: bytes
    lines: list
    fields: list = None  # lines of [fields]
    enable: bool = True
    security: str = None
    description: str = None
    presentation: bytes = None
    own: list = dataclasses.field(default_factory=list)

    @property
    def properties(self):
        """A level of security protects writes by the flag of a write with response."""
        found = 0
        for flag in self.flags:
            found |= PROPERTIES[flag]
        if self.security == "encrypt" and WRITES.intersection(self.flags):
            found |= PROPERTIES["write"]
        return found

    def descriptors(self):
        """Of all of them the UUID and what is read; None: it is refused."""
        if self.properties & (PROPERTIES["notify"] | PROPERTIES["indicate"]):
            yield CCC, bytes(2)
        extended = ("reliable-write" in self.flags) + 2 * ("writable-auxiliaries" in self.flags)
        if extended:
            yield EXTENDED, bytes([extended, 0])
        if self.description:
            yield DESCRIPTION, self.description.encode()
        if self.presentation:
            yield PRESENTATION, self.presentation
        for descriptor in self.own:
            if descriptor.enable:
                yield descriptor.uuid, descriptor.value


@dataclasses.dataclass
class Service:
    name: str
    uuid: str
    lines: list
    enable: bool = True
    primary: bool = True
    includes: list = dataclasses.field(default_factory=list)
    characteristics: list = dataclasses.field(default_factory=list)

    def served(self):
        return [c for c in self.characteristics if c.enable]

    def included(self):
        return [s for s in self.includes if s.enable]


@dataclasses.dataclass(frozen=True)
class Row:
    """One attribute as a central finds it. uuid is that of what a service includes, too."""
    handle: int
    kind: str
    uuid: str
    end: int = 0          # of a service
    primary: bool = True  # of a service
    service: int = 0      # of an include: the first handle of what it includes
    properties: int = 0   # of a characteristic


class Profile:
    """services in their order; before and later: lines of the file around them; base: the first
    handle, None if BlueZ chooses."""

    def __init__(self, seed, name):
        self.seed, self.name, self.base = seed, name, None
        self.services, self.before, self.later = [], [], []

    def characteristics(self):
        """Those that are served."""
        return [c for s in self.services if s.enable for c in s.served()]

    def text(self):
        lines = [f"; seed {self.seed}", *self.before]
        for service in self.services:
            lines += ["", f"[service {service.name}]", *service.lines]
            for c in service.characteristics:
                lines += ["", f"[characteristic {c.name}]", *c.lines]
                if c.fields is not None:
                    lines += ["", f"[fields {c.name}]", *c.fields]
        return "\n".join(lines + self.later) + "\n"

    def table(self, base):
        """The rows from this handle on, and what is read at each handle (None: refused). By the
        profile alone: it knows nothing of spored."""
        places, rows, values = {}, [], {}
        handle = itertools.count(base)
        for service in filter(lambda s: s.enable, self.services):
            first, at = next(handle), len(rows)
            for other in service.included():
                start, end = places[other.name]
                rows.append(Row(next(handle), "include", other.uuid, end, service=start))
            for c in service.served():
                _, value = next(handle), next(handle)
                rows.append(Row(value, "characteristic", c.uuid, properties=c.properties))
                values[value] = c.value if c.properties & PROPERTIES["read"] else None
                last = value
                for uuid, data in c.descriptors():
                    last = next(handle)
                    rows.append(Row(last, "descriptor", uuid))
                    values[last] = data
            end = max([first] + [row.handle for row in rows[at:]])
            places[service.name] = first, end
            rows.insert(at, Row(first, "service", service.uuid, end, service.primary))
        return rows, values


def rows_of(table, uuids):
    """Of a discovered table the services with these UUIDs, as Profile.table() has them."""
    rows = []
    for service in table.services:
        if service.uuid not in uuids:
            continue
        rows.append(Row(service.start, "service", service.uuid, service.end, service.primary))
        rows += [Row(i.handle, "include", i.uuid, i.end, service=i.start)
                 for i in service.includes]
        for c in service.characteristics:
            assert c.declaration == c.handle - 1, (c.declaration, c.handle)
            rows.append(Row(c.handle, "characteristic", c.uuid, properties=c.properties))
            rows += [Row(handle, "descriptor", uuid) for uuid, handle in c.descriptors.items()]
    return sorted(rows, key=lambda row: row.handle)
