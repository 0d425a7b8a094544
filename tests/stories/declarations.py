"""What few profiles declare."""

from central import att

SIG = "0000{}-0000-1000-8000-00805f9b34fb"
TOOL = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6ba00"
SEALED, OPEN, LIMIT = TOOL[:-1] + "1", TOOL[:-1] + "2", TOOL[:-1] + "3"
BATTERY, LEVEL = SIG.format("180f"), SIG.format("2a19")
EXTENDED, DESCRIPTION, CCC, PRESENTATION = (
    SIG.format(short) for short in ("2900", "2901", "2902", "2904"))

# By hand from the profile: where each service begins and ends, and what has which handle in it.
# The include declarations of the third have 0x040b and 0x040c.
LAYOUT = [
    (BATTERY, False, 0x0400, 0x0405,
     {0x0402: LEVEL, 0x0403: CCC, 0x0404: DESCRIPTION, 0x0405: PRESENTATION}),
    (BATTERY, False, 0x0406, 0x0408, {0x0408: LEVEL}),
    (TOOL, True, 0x0409, 0x0411,
     {0x040D: SEALED, 0x040F: OPEN, 0x0410: EXTENDED, 0x0411: LIMIT}),
]
# Encryption or a key is missing: what a central that has not paired is told.
UNPAIRED = (0x05, 0x0F)


def served(world):
    """spored serves this profile."""
    return world.spored.configured(profile="declarations.conf")


def layout(service):
    """As in LAYOUT."""
    places = {c.handle: c.uuid for c in service.characteristics}
    for characteristic in service.characteristics:
        places |= {handle: uuid for uuid, handle in characteristic.descriptors.items()}
    return service.uuid, service.primary, service.start, service.end, places


def code_of(request, *arguments):
    """The code with which a request is refused."""
    try:
        request(*arguments)
    except att.AttError as error:
        return error.code
    raise AssertionError(f"{request.__name__}{arguments} was taken")


def story_declared_table(world):
    """secondary services, two of them of one UUID, and what is included and described have the
    handles that the declaration gives"""
    with served(world), world.central() as central:
        table = central.connect(service=TOOL).discover()
    services = [s for s in table.services if s.uuid in (BATTERY, TOOL)]
    assert [layout(s) for s in services] == LAYOUT, [layout(s) for s in services]
    included = [(i.start, i.end) for i in services[2].includes]
    assert included == [(0x0400, 0x0405), (0x0406, 0x0408)], services[2].includes


def story_described(world):
    """the user description and the presentation format are read as the declaration says"""
    with served(world), world.central() as central:
        central.connect(service=TOOL)
        assert central.read(LEVEL) == b"\x46"
        text = central.read_descriptor(LEVEL, DESCRIPTION)
        assert text == b"the left one", text
        # u8, no exponent, percent (0x27ad), the SIG's namespace.
        presentation = central.read_descriptor(LEVEL, PRESENTATION)
        assert presentation.hex() == "0400ad27010000", presentation.hex()


def story_sealed(world):
    """what is declared with security = encrypt is neither read nor written without pairing, and
    the rest is"""
    with served(world), world.central() as central:
        central.connect(service=TOOL)
        assert code_of(central.read, SEALED) in UNPAIRED
        assert code_of(central.write, SEALED, b"\x01") in UNPAIRED
        assert central.read(OPEN) == b"\x00"


def story_descriptor_with_a_type(world):
    """a descriptor with a type takes what fits it, and is read back"""
    with served(world), world.central() as central:
        central.connect(service=TOOL)
        assert central.read_descriptor(OPEN, LIMIT) == b"\x32"
        central.write_descriptor(OPEN, LIMIT, b"\x64")
        assert central.read_descriptor(OPEN, LIMIT) == b"\x64"
        assert code_of(central.write_descriptor, OPEN, LIMIT, b"\x65") >= 0x80
        assert code_of(central.write_descriptor, OPEN, LIMIT, b"\x01\x02") == att.INVALID_LENGTH
        assert central.read_descriptor(OPEN, LIMIT) == b"\x64"
