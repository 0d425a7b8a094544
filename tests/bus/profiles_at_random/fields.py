"""Fields at random: how each is written in a profile, and the bytes of its default."""

import dataclasses
import string
import struct
from decimal import Decimal

SIZE_MAX = 512
INTEGERS = {f"{sign}{8 * size}": (size, sign == "i") for sign in "ui" for size in (1, 2, 4)}
SCALES = ["0.1", "0.01", "0.001", "0.5", "2", "10"]
# Assigned Numbers: format types, and units.
FORMATS = {"u8": 0x04, "u16": 0x06, "u32": 0x08, "i8": 0x0C, "i16": 0x0E, "i32": 0x10, "utf8": 0x19,
           "bytes": 0x1B}
UNITS = {"ppm": 0x27C4, "celsius": 0x272F, "lx": 0x2731, "percent": 0x27AD, "m/s": 0x2712}
UNITLESS = 0x2700
TEXT = string.ascii_letters + string.digits + " -.:/äß°Ωж漢"


def word(rng, most=12):
    """A name, as the file takes them."""
    letters = string.ascii_lowercase + string.digits
    size = rng.randint(0, most - 1)
    return rng.choice(string.ascii_lowercase) + "".join(rng.choices(letters, k=size))


def words(rng, count, most=12):
    found = []
    while len(found) < count:
        new = word(rng, most)
        if new not in found:
            found.append(new)
    return found


def text_of(rng, size_max, alphabet=TEXT):
    """UTF-8 that fits and that no reader of files trims."""
    text = "".join(rng.choices(alphabet, k=rng.randint(1, max(1, min(size_max, 40) // 3))))
    return text.strip() or "x"


@dataclasses.dataclass
class Field:
    """spec: what stands behind the name. text: the default for `value =`, None if there is no text
    form. data: the default's bytes."""
    spec: str
    data: bytes
    text: str = None
    size_max: int = 0

    def __post_init__(self):
        self.size_max = self.size_max or len(self.data)

    def presentation(self):
        """The bytes of descriptor 2904; None: it has no presentation format."""
        kind, *attributes = self.spec.split()
        given = dict(attribute.split("=", 1) for attribute in attributes if "=" in attribute)
        scale = Decimal(given.get("scale", "1"))
        exponent = scale.adjusted()
        if kind not in FORMATS or scale != Decimal(10) ** exponent:
            return None
        unit = UNITS[given["unit"]] if "unit" in given else UNITLESS
        return struct.pack("<BbHBH", FORMATS[kind], exponent, unit, 1, 0)


def integer(rng):
    name = rng.choice(list(INTEGERS))
    size, signed = INTEGERS[name]
    low = -(1 << 8 * size - 1) if signed else 0
    high = (1 << 8 * size - signed) - 1
    if not signed and rng.random() < 0.3:
        return labelled(rng, name, size)
    scale = Decimal(rng.choice(SCALES)) if rng.random() < 0.5 else None
    raw = rng.randint(low, high)
    spec = [name] + ([f"scale={scale}"] if scale else [])
    if rng.random() < 0.3:
        low, high = sorted((rng.randint(low, high), rng.randint(low, high)))
        raw = rng.randint(low, high)
        spec += [f"min={low * (scale or 1)}", f"max={high * (scale or 1)}"]
    if rng.random() < 0.3:
        spec.append("unit=" + rng.choice(list(UNITS)))
    if rng.random() < 0.2:
        spec.append("clamp=yes")
    return defaulted(rng, spec, raw, low, high, size, scale)


def defaulted(rng, spec, raw, low, high, size, scale):
    """With its default= or without: then it is zero, or the least that is legal."""
    text = f"{raw * (scale or 1)}"
    if rng.random() < 0.3:
        raw, text = (0 if low <= 0 <= high else low), None
    else:
        spec.append(f"default={text}")
    return Field(" ".join(spec), raw.to_bytes(size, "little", signed=low < 0), text)


def labelled(rng, name, size):
    """enum=, names= or bits=, whose default is the name of one or of several."""
    kind = rng.choice(["enum", "names", "bits"])
    numbers = sorted(rng.sample(range(8 * size if kind == "bits" else 200), rng.randint(1, 5)))
    labels = [label.upper() for label in words(rng, len(numbers), 6)]
    spec = f"{name} {kind}=" + ",".join(map("{}:{}".format, labels, numbers))
    if kind == "bits":
        chosen = rng.sample(range(len(numbers)), rng.randint(1, len(numbers)))
        value = sum(1 << numbers[at] for at in chosen)
        text = "|".join(labels[at] for at in chosen)
    else:
        at = rng.randrange(len(numbers))
        value, text = numbers[at], labels[at]
    return Field(f"{spec} default={text}", value.to_bytes(size, "little"), text)


def padding(rng, room):
    size = rng.randint(1, min(8, room))
    return Field(f"pad {size}", bytes(size))


def octets(rng, room, last):
    """bytes, of exactly one size but perhaps at the end."""
    size = rng.randint(1, min(room, 40))
    data = rng.randbytes(size)
    if last and rng.random() < 0.5:
        return Field(f"bytes size_max={size} default={data.hex()}", data, data.hex(), size)
    return Field(f"bytes size={size} default={data.hex()}", data, data.hex())


def utf8(rng, room):
    """A default within a specification is one word."""
    size = rng.randint(3, min(room, 60))
    text = text_of(rng, size, TEXT.replace(" ", ""))
    return Field(f"utf8 size_max={size} default={text}", text.encode(), text, size)


def field(rng, room, last):
    """One that fits; only the last may be of variable length."""
    kinds = [integer] * 6 + [lambda r: octets(r, room, last), lambda r: padding(r, room)]
    if last and room >= 3:
        kinds.append(lambda r: utf8(r, room))
    while True:
        made = rng.choice(kinds)(rng)
        if made.size_max <= room:
            return made


def single(rng):
    """For `type =`: padding alone is no value."""
    kinds = [integer] * 3 + [lambda r: octets(r, SIZE_MAX, True), lambda r: utf8(r, SIZE_MAX)]
    return rng.choice(kinds)(rng)


def several(rng):
    """What stands in [fields], as (name, Field)."""
    count, room, fields = rng.randint(1, 8), SIZE_MAX, []
    for at in range(count):
        if room < 4:
            break
        fields.append(field(rng, room, at == count - 1))
        room -= fields[-1].size_max
    if all(made.spec.startswith("pad ") for made in fields):
        fields[0] = integer(rng)
    return list(zip(words(rng, len(fields)), fields))
