"""A profile from a seed."""

import random
import string
import uuid as uuids

from . import fields
from .model import Characteristic, Descriptor, Profile, Service

CHARACTERISTICS_MAX = 200
SIZE_MAX = 512
DEFAULT_BASE = 0x0100
LINE_BYTES = 80  # then the value goes on in the next line
BASE_UUID = "{:08x}-0000-1000-8000-00805f9b34fb"
# Short UUIDs that nothing of BlueZ's own and no rule of spored's claims.
SHORT = {"service": range(0x1870, 0x1900), "characteristic": range(0x2B40, 0x2C00),
         "descriptor": range(0x2910, 0x29F0)}
RESERVED_NAMES = {"daemon", "bluez", "queue", "socket", "persist", "metrics", "limits",
                  "advertisement", "environment"}
NAME_MAX = {"service": 40, "characteristic": 34, "descriptor": 38}  # of a line's 49


def continued(key, text):
    """The lines of a key whose value may be long. What looks like a key begins none."""
    lines, line = [], f"{key} ="
    for part in text.split(" "):
        if len((line + part).encode()) > LINE_BYTES and "=" not in part:
            lines.append(line)
            line = "   "
        line += " " + part
    return lines + [line]


def hex_lines(key, data, prefix=""):
    pieces = [data.hex()[at:at + 32] for at in range(0, 2 * len(data), 32)]
    return continued(key, " ".join([prefix + (pieces or [""])[0], *pieces[1:]]))


class Generator:

    def __init__(self, seed, most=CHARACTERISTICS_MAX):
        self.rng = random.Random(seed)
        self.profile = Profile(seed, f"at random {seed}")
        self._most, self._names, self._uuids = most, {}, {}

    def chance(self, probability):
        return self.rng.random() < probability

    def name(self, kind):
        """One that no other of its kind has."""
        taken = self._names.setdefault(kind, set(RESERVED_NAMES))
        letters = string.ascii_lowercase + string.digits + "_"
        while True:
            size = self.rng.randint(0, NAME_MAX[kind] - 1 if self.chance(0.1) else 10)
            name = fields.word(self.rng, 1) + "".join(self.rng.choices(letters, k=size))
            if "__" not in name and not name.endswith("_") and name not in taken:
                taken.add(name)
                return name

    def uuid(self, kind, among):
        """One that is not yet in `among`: how it may be written, and in full."""
        while True:
            form = self.rng.random()
            if form < 0.4:
                number = self.rng.choice(SHORT[kind])
                full = BASE_UUID.format(number)
                text = self.rng.choice(["{:04X}", "0x{:04x}", "{:08x}"]).format(number)
            elif form < 0.5:
                number = self.rng.randrange(1 << 16, 1 << 32)
                full, text = BASE_UUID.format(number), f"{number:08x}"
            else:
                full = str(uuids.UUID(int=self.rng.getrandbits(128)))
                text = self.rng.choice([full, full.upper()])
            if full not in among:
                among.add(full)
                return text, full

    def enabled(self, lines):
        """Now and then something is switched off."""
        if self.chance(0.95):
            return True
        lines.append("enable = no")
        return False

    def flags(self):
        names = ["read", "write", "notify", "indicate", "write-without-response"]
        chosen = [name for name in names if self.chance(0.4)] or ["read"]
        if self.chance(0.15):
            chosen.append("encrypt-" + self.rng.choice(["read", "write", "notify", "indicate"]))
        if self.chance(0.15):
            chosen.append(self.rng.choice(["reliable-write", "writable-auxiliaries", "broadcast",
                                           "authenticated-signed-writes", "extended-properties"]))
        self.rng.shuffle(chosen)
        return chosen

    def descriptor(self, owner, among):
        text, full = self.uuid("descriptor", among)
        made = Descriptor(self.name("descriptor"), full, b"",
                          [f"characteristic = {owner}", f"uuid = {text}"])
        made.enable = self.enabled(made.lines)
        flags = ["read"]
        if self.chance(0.3):
            flags = self.rng.sample(["read", "write", "encrypt-read", "encrypt-write"],
                                    self.rng.randint(1, 3))
            made.lines.append("flags = " + " ".join(flags))
        self.described(made, any(flag.endswith("write") for flag in flags))
        if not any(flag.endswith("read") for flag in flags):
            made.value = None
        return made

    def described(self, made, written):
        """The value of a descriptor."""
        data = self.rng.randbytes(self.rng.randint(0, SIZE_MAX if self.chance(0.1) else 30))
        kind = self.rng.choice(["text", "bytes", "type"])
        if kind == "text":
            text = fields.text_of(self.rng, 60)
            data = text.encode()
            made.lines.append(f'value = "{text}"')
        elif kind == "bytes":
            made.lines += hex_lines("value", data, "hex:")
            if written and self.chance(0.3):
                made.lines.append(f"size_max = {self.rng.randint(max(1, len(data)), SIZE_MAX)}")
        else:
            field = fields.single(self.rng)
            data = field.data
            made.lines += continued("type", field.spec)
        made.value = data

    def policy(self, lines, notifies):
        """How it queues, which a table does not show."""
        if notifies:
            lines.append(f"depth = {self.rng.randint(1, 64)}")
        if self.chance(0.3):
            lines.append("policy = " + self.rng.choice(
                ["drop_oldest", "drop-newest", "COALESCE", "block"]))
        if self.chance(0.2):
            lines.append("priority = " + self.rng.choice(["low", "normal", "high", "critical"]))
        if self.chance(0.1):
            lines += ["max_age = 700h", "on_stale = " + self.rng.choice(["keep", "default"])]

    def value(self, c):
        """Its kind of value, and what is there at the start."""
        kind = self.rng.choice(["fields", "type", "exact", "most", "nothing"])
        if kind == "fields":
            declared = fields.several(self.rng)
            c.fields = [line for name, field in declared for line in continued(name, field.spec)]
            c.value = b"".join(field.data for _, field in declared)
            if len(declared) == 1:
                self.present(c, declared[0][1])
        elif kind == "type":
            self.single(c)
        elif kind != "nothing":
            size = self.rng.randint(1, SIZE_MAX if self.chance(0.1) else 30)
            c.lines.append(f"size = {size}" if kind == "exact" else f"size_max = {size}")
            c.value = bytes(size) if kind == "exact" else b""
            if self.chance(0.7):
                c.value = self.rng.randbytes(size if kind == "exact" else
                                             self.rng.randint(0, size) or 1)
                c.lines += hex_lines("value", c.value, self.rng.choice(["", "hex:"]))

    def single(self, c):
        field = fields.single(self.rng)
        self.present(c, field)
        c.value = field.data
        c.lines += continued("type", field.spec)
        # The same value once more, or another way to say it.
        if field.text is not None and self.chance(0.3):
            c.lines += continued("value", field.text)
        elif self.chance(0.2):
            c.lines += hex_lines("value", c.value, "hex:")

    def present(self, c, field):
        if field.presentation() and self.chance(0.4):
            c.presentation = field.presentation()
            c.lines.append("presentation = yes")

    def protect(self, c):
        """Most say of their security what their flags do not contradict."""
        if self.chance(0.9):
            encrypted = any(flag.startswith("encrypt-") for flag in c.flags)
            c.security = "encrypt" if encrypted or self.chance(0.1) else "open"
            c.lines.append(f"security = {c.security}")

    def characteristic(self, among):
        text, full = self.uuid("characteristic", among)
        c = Characteristic(self.name("characteristic"), full, self.flags(), b"", [f"uuid = {text}"])
        c.lines += continued("flags", " ".join(c.flags))
        self.protect(c)
        if self.chance(0.2):
            c.description = fields.text_of(self.rng, 60)
            c.lines += continued("description", c.description)
        self.policy(c.lines, c.properties & 0x30)
        c.enable = self.enabled(c.lines)
        self.value(c)
        return c

    def describe(self, c):
        """Its descriptors stand anywhere in the file; their order is the file's."""
        taken = set()
        for _ in range(self.rng.choice([0, 0, 0, 1, 1, 2, 5])):
            descriptor = self.descriptor(c.name, taken)
            c.own.append(descriptor)
            self.profile.later += ["", f"[descriptor {descriptor.name}]", *descriptor.lines]

    def service(self, among, count):
        text, full = self.uuid("service", among)
        made = Service(self.name("service"), full, [f"uuid = {text}"])
        made.enable = self.enabled(made.lines)
        before = self.profile.services
        if self.chance(0.2):
            made.primary = False
            made.lines.append("primary = no")
        if before and self.chance(0.3):
            made.includes = self.rng.sample(before, self.rng.randint(1, min(4, len(before))))
            made.lines += continued("includes", " ".join(s.name for s in made.includes))
        taken = set()
        made.characteristics = [self.characteristic(taken) for _ in range(count)]
        for c in made.characteristics:
            self.describe(c)
        return made

    def advertise(self):
        """One that a phone finds: what is advertised must fit."""
        primary = [s for s in self.profile.services if s.enable and s.primary]
        self.profile.later += ["", "[advertisement]", f"name = {self.profile.name}"]
        if primary:
            chosen = self.rng.choice(primary)
            self.profile.later.append("services = " + self.rng.choice([chosen.name, chosen.uuid]))

    def handles(self):
        """Chosen by spored, by the file or by BlueZ."""
        self.profile.base = self.rng.choice(
            [DEFAULT_BASE, DEFAULT_BASE, self.rng.randrange(0x20, 0xA000), None])
        if self.profile.base == DEFAULT_BASE:
            return []
        base = "auto" if self.profile.base is None else f"0x{self.profile.base:04x}"
        return ["", "[bluez]", f"handles = {base}"]

    def make(self):
        left = self.rng.choice([self.rng.randint(1, 8), self.rng.randint(1, self._most),
                                self.rng.randint(self._most // 2, self._most)])
        self.profile.before += ["", "[limits]", "queue_bytes = 64M", *self.handles()]
        taken = set()
        while left > 0:
            count = min(left, self.rng.randint(1, 3 if self.chance(0.5) else 40))
            self.profile.services.append(self.service(taken, count))
            left -= count
        if not any(s.enable for s in self.profile.services):
            self.profile.services[0].enable = True
            self.profile.services[0].lines.remove("enable = no")
        self.advertise()
        return self.profile


def profile_of(seed, most=CHARACTERISTICS_MAX):
    """The same for the same seed."""
    return Generator(seed, most).make()
