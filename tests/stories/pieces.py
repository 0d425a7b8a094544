"""Values in pieces: offsets, what is longer than a packet, descriptors, and writes that belong
together."""

from central import att

from .world import machine_only
from .writes import refused

BASE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bc0"
PIECES, BULK, MEMO, FIXED, LEFT, RIGHT = (BASE + digit for digit in "012345")
WHOLE = bytes(i % 251 for i in range(512))


def served(world):
    """spored serves this profile."""
    return world.spored.configured(profile="pieces.conf")


def code_of(request, *arguments):
    """The code with which a request is refused."""
    try:
        request(*arguments)
    except att.AttError as error:
        return error.code
    raise AssertionError(f"{request.__name__}{arguments} was taken")


def story_offsets(world):
    """a read goes on from an offset in the middle, finds nothing at the end, and is refused behind
    it"""
    with served(world), world.peer() as peer, world.central(mtu=23) as central:
        peer.request("set", characteristic="bulk", hex=WHOLE[:300].hex())
        central.connect(service=PIECES)
        assert central.read(BULK) == WHOLE[:300]
        assert central.read_blob(BULK, 100) == WHOLE[100:122], central.read_blob(BULK, 100)
        assert central.read_blob(BULK, 290) == WHOLE[290:300]
        assert central.read_blob(BULK, 300) == b""
        code = code_of(central.read_blob, BULK, 301)
        assert code == att.INVALID_OFFSET, hex(code)
        # A long read is one read.
        assert world.spored.counters("bulk")["reads"] == 1, world.spored.counters("bulk")


def most(world, in_pieces):
    """The longest value that can be written: BlueZ 5.66 counts handle and offset too."""
    header = 4 if in_pieces else 2
    return WHOLE[:512 - header] if world.spored.status()["bluez"] == "5.66" else WHOLE


def story_512_bytes_in_pieces(world):
    """512 bytes (508 on BlueZ 5.66) are written and read in pieces of the smallest packets, as one
    write; one more are refused and change nothing"""
    with served(world), world.spored.watching("bulk") as watcher, world.central(mtu=23) as central:
        value = most(world, in_pieces=True)
        central.connect(service=PIECES).write(BULK, value)
        assert watcher.receive()["hex"] == value.hex()
        assert central.read(BULK) == value
        code = refused(central, BULK, value + b"\0")
        assert code == att.INVALID_LENGTH, hex(code)
        assert central.read(BULK) == value
        central.write(BULK, b"\x2a")
        assert watcher.receive()["hex"] == "2a"


def story_512_bytes_in_one_request(world):
    """512 bytes (510 on BlueZ 5.66) are written in one request, and one more are refused"""
    with served(world), world.spored.watching("bulk") as watcher, \
            world.central(mtu=517) as central:
        value = most(world, in_pieces=False)
        central.connect(service=PIECES).write(BULK, value)
        assert watcher.receive()["hex"] == value.hex()
        assert central.read(BULK) == value
        code = refused(central, BULK, value + b"\0")
        assert code == att.INVALID_LENGTH, hex(code)
        assert central.read(BULK) == value


def story_nothing_is_a_value(world):
    """a write of no bytes is taken, told, and read back"""
    with served(world), world.spored.watching("bulk") as watcher, world.central() as central:
        central.connect(service=PIECES).write(BULK, b"\x01")
        assert watcher.receive()["hex"] == "01"
        central.write(BULK, b"")
        assert watcher.receive()["hex"] == ""
        assert central.read(BULK) == b""


def story_written_descriptor(world):
    """a descriptor that may be written keeps what is written, one that may not refuses, and a
    program that watches is told"""
    with served(world), world.peer() as watcher, world.central() as central:
        watcher.request("watch", events=["descriptor-write"])
        central.connect(service=PIECES)
        assert central.read_descriptor(BULK, MEMO).hex() == "0102030405"
        central.write_descriptor(BULK, MEMO, b"12345678")
        assert central.read_descriptor(BULK, MEMO) == b"12345678"
        event = watcher.receive()
        assert event == {"event": "descriptor-write", "characteristic": "bulk",
                         "descriptor": "memo", "device": central.address,
                         "hex": b"12345678".hex()}, event
        code = code_of(central.write_descriptor, BULK, MEMO, b"123456789")
        assert code == att.INVALID_LENGTH, hex(code)
        code = code_of(central.write_descriptor, BULK, FIXED, b"1")
        assert code == att.WRITE_NOT_PERMITTED, hex(code)
        assert central.read_descriptor(BULK, MEMO) == b"12345678"
        assert central.read_descriptor(BULK, FIXED) == b"as it is"
        counters = world.spored.counters("bulk")
        assert counters["descriptor_writes"] == 1, counters
        # BlueZ itself refuses the other one.
        assert counters["descriptor_writes_refused"] == 1, counters


@machine_only("the simulated central does not prepare writes of several values")
def story_reliable_write(world):
    """two values that are prepared together are written together, each as one write"""
    left, right = WHOLE[:40], WHOLE[40:70]
    with served(world), world.spored.watching() as watcher, world.central(mtu=23) as central:
        central.connect(service=PIECES).write_prepared((LEFT, left), (RIGHT, right))
        told = [watcher.receive() for _ in range(2)]
        assert [(e["characteristic"], e["hex"]) for e in told] == [
            ("left", left.hex()), ("right", right.hex())], told
        assert (central.read(LEFT), central.read(RIGHT)) == (left, right)


@machine_only("the simulated central does not prepare writes by themselves")
def story_prepared_and_given_up(world):
    """what was prepared and is given up is not written; a piece behind the value is refused when
    it is executed"""
    with served(world), world.central(mtu=23) as central:
        central.connect(service=PIECES).write(LEFT, b"kept")
        central.prepare_write(LEFT, 0, b"lost")
        central.execute_write(commit=False)
        assert central.read(LEFT) == b"kept"
        central.prepare_write(LEFT, 2, b"ep it")
        central.execute_write()
        assert central.read(LEFT) == b"keep it", central.read(LEFT)
        central.prepare_write(LEFT, 20, b"far")
        code = code_of(central.execute_write)
        assert code == att.INVALID_OFFSET, hex(code)
        assert central.read(LEFT) == b"keep it"
