"""Makes a right profile wrong. Each damage changes its lines and returns which one must be named,
counted from 0."""

import re


def _find(rng, lines, pattern):
    """The number of one of the lines that match."""
    return rng.choice([at for at, line in enumerate(lines) if re.match(pattern, line)])


def _section_of(lines, at):
    """The number of the line that begins its section."""
    while not lines[at].startswith("["):
        at -= 1
    return at


def _keys_of(lines, at):
    """The numbers of the keys of the section that begins there."""
    for number in range(at + 1, len(lines)):
        if lines[number].startswith("["):
            return
        if re.match(r"\w+ =", lines[number]):
            yield number


def _insert(rng, lines, section, text):
    at = _find(rng, lines, section) + 1
    lines.insert(at, text)
    return at


def _replace(rng, lines, pattern, text):
    """The value of one key, without what it goes on with."""
    at = _find(rng, lines, pattern)
    lines[at] = lines[at].split(" =")[0] + " = " + text
    while at + 1 < len(lines) and lines[at + 1].startswith(" "):
        del lines[at + 1]
    return at


def section_twice(rng, lines):
    lines += ["", lines[_find(rng, lines, r"\[(service|characteristic|descriptor) ")]]
    return len(lines) - 1


def key_twice(rng, lines):
    at = _find(rng, lines, r"(uuid|flags|value|type|size) = ")
    lines.insert(at, lines[at].split(" =")[0] + " = 1")
    while lines[at + 1].startswith(" "):
        at += 1
    return at + 1


def unknown_flag(rng, lines):
    flag = rng.choice(["raed", "read,write", "read notfiy", "all"])
    return _replace(rng, lines, "flags = ", flag)


def flags_missing(rng, lines):
    """A descriptor's have a default."""
    begin = _find(rng, lines, r"\[characteristic ")
    del lines[next(at for at in _keys_of(lines, begin) if lines[at].startswith("flags = "))]
    return begin


def uuid_missing(rng, lines):
    at = _find(rng, lines, "uuid = ")
    begin = _section_of(lines, at)
    del lines[at]
    return begin


def no_uuid(rng, lines):
    return _replace(rng, lines, "uuid = ", rng.choice(
        ["2A6", "2A6G", "0x2a6e1", "12345678-1234-5678-1234", "123456789abc", "00000000-0000"]))


def reserved_service(rng, lines):
    at = _find(rng, lines, r"\[service ")
    at = next(number for number in _keys_of(lines, at) if lines[number].startswith("uuid"))
    lines[at] = "uuid = " + rng.choice(["1800", "0x1801", "00001801-0000-1000-8000-00805f9b34fb"])
    return at


def reserved_descriptor(rng, lines):
    owner = lines[_find(rng, lines, r"\[characteristic ")].split()[1].rstrip("]")
    lines += ["", "[descriptor more]", f"characteristic = {owner}", "value = x",
              "uuid = " + rng.choice(["2900", "2902", "0x2903"])]
    return len(lines) - 1


def same_uuid(rng, lines):
    """Of two descriptors, whatever the way in which it is written."""
    owner = lines[_find(rng, lines, r"\[characteristic ")].split()[1].rstrip("]")
    for name, uuid in (("one_more", "2a0b"), ("another", rng.choice(["0x2A0B", "00002a0b"]))):
        lines += ["", f"[descriptor {name}]", f"characteristic = {owner}", f"uuid = {uuid}"]
    return len(lines) - 1


def nobodys_descriptor(rng, lines):
    lines += ["", "[descriptor more]", "uuid = 2905", "value = x", "characteristic = nobody"]
    return len(lines) - 1


def unknown_key(rng, lines):
    return _insert(rng, lines, r"\[(service|characteristic|descriptor) ", "colour = green")


def unknown_section(rng, lines):
    lines += ["", f"[{rng.choice(['nowhere', 'service', 'characteristik x', 'queue y'])}]",
              "uuid = 2a6e"]
    return len(lines) - 2


def bad_name(rng, lines):
    name = rng.choice(["Upper", "with space", "9th", "two__", "end_", "", "a.b", "queue", "x" * 41])
    lines += ["", f"[characteristic {name}]", "uuid = 2a6e", "flags = read"]
    return len(lines) - 3


def out_of_bounds(rng, lines):
    key, value = rng.choice([("depth", "0"), ("depth", "4097"), ("depth", "-1"), ("depth", "many"),
                             ("min_interval", "2h"), ("rate", "-3"), ("burst", "0"),
                             ("max_age", "721h"), ("put_timeout", "61s"), ("policy", "newest"),
                             ("priority", "9"), ("notify_on_change", "perhaps")])
    at = _find(rng, lines, r"\[characteristic ")
    for number in reversed([n for n in _keys_of(lines, at) if lines[n].startswith(f"{key} =")]):
        del lines[number]
    lines.insert(at + 1, f"{key} = {value}")
    return at + 1


def _more(lines, *keys):
    lines += ["", "[service more]", "uuid = 1aaa", "[characteristic within]", "uuid = 2a6e",
              "flags = read", *keys]
    return len(lines) - 1


def bad_type(rng, lines):
    return _more(lines, "type = " + rng.choice(
        ["i99", "u8 scale=0", "u8 min=300", "u8 min=9 max=3", "pad x", "u8 enum=A,A",
         "utf8 scale=2", "u8 scale",
         "u16 color=red", "bytes size=513", "u8 default=256", "u8 enum=", "i8 bits=A:9",
         "u8 enum=A default=B", "bytes size=2 default=abc", "u8 min=1 min=2", ""]))


def bad_value(rng, lines):
    keys = rng.choice([["value = 0"], ["value = hex:0g"], ["size = 2", "value = 00"],
                       ["size_max = 2", "value = 010203"], ["type = u8", "value = 256"],
                       ["type = u8", "value = one"], ["type = u16", "value = hex:00"],
                       ["size = 0"], ["size_max = 513"], ["size = 2", "size_max = 2"]])
    return _more(lines, *keys)


def bad_include(rng, lines):
    first = lines[_find(rng, lines, r"\[service ")].split()[1].rstrip("]")
    name = rng.choice(["nobody", "more", "later", f"{first},{first}", f"{first} {first}"])
    lines += ["", "[service more]", "uuid = 1aaa", f"includes = {name}", "[service later]",
              "uuid = 1aab"]
    return len(lines) - 3


def bad_security(rng, lines):
    """A level that flags contradict, or one that is none."""
    word, flags = rng.choice([("open", "encrypt-read"), ("encrypt", "secure-read"),
                              ("encrypt", "broadcast"), ("closed", "read")])
    at = _more(lines, f"security = {word}")
    lines[at - 1] = f"flags = {flags}"
    return at


def bad_presentation(rng, lines):
    spec = rng.choice([["size = 2"], ["type = u8 scale=0.5"], ["type = u8 unit=furlongs"]])
    return _more(lines, *spec, "presentation = yes")


def bad_handles(rng, lines):
    """Its own section may be there."""
    at = next((n for n, line in enumerate(lines) if line.startswith("handles = ")), None)
    if at is None:
        lines += ["", "[bluez]", ""]
        at = len(lines) - 1
    lines[at] = "handles = " + rng.choice(["0", "0x1f", "0xff01", "0x10000", "none", "-1"])
    return at


def line_too_long(rng, lines):
    return _more(lines, "value = " + "00 " * rng.randint(70, 400))


def nothing_advertised(rng, lines):
    at = next((n for n, line in enumerate(lines) if line.startswith("services = ")), None)
    if at is None:
        at = lines.index("[advertisement]") + 1
        lines.insert(at, "")
    lines[at] = "services = " + rng.choice(["nobody", "180z", "1816,1817"])
    return at


DAMAGES = [section_twice, key_twice, unknown_flag, flags_missing, uuid_missing, no_uuid,
           reserved_service, reserved_descriptor, same_uuid, nobodys_descriptor, unknown_key,
           unknown_section, bad_name, out_of_bounds, bad_include, bad_security, bad_presentation,
           bad_handles, bad_type, bad_value, line_too_long, nothing_advertised]


def scramble(rng, text):
    """Bytes of it are changed, taken out, doubled or put in."""
    data = bytearray(text)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        size = rng.choice([1, 1, 4, 40])
        action = rng.randrange(4)
        if action == 0:
            data[at] = rng.choice(b"\0\n\r\t []=;#\"\\\xff\xc3" + bytes([rng.randrange(256)]))
        elif action == 1:
            del data[at:at + size]
        elif action == 2:
            data[at:at] = data[at:at + size]
        else:
            data[at:at] = rng.randbytes(size)
    return bytes(data)
