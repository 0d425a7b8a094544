"""What a phone writes."""

from central import att

from . import mushpi


def refused(central, uuid, value):
    """The code with which a write is refused."""
    try:
        central.write(uuid, value)
    except att.AttError as error:
        return error.code
    raise AssertionError(f"{value.hex()} was accepted")


def is_application_error(code):
    return 0x80 <= code <= 0x9F


def story_control_write_arrives_as_fields(world):
    """a control write arrives at a watching program as named fields, and is read back"""
    with world.spored.watching() as watcher, world.central() as central:
        central.connect(name=mushpi.NAME)
        central.write(mushpi.CONTROL_TARGETS, mushpi.CONTROL_EXAMPLE)
        event = watcher.receive()
        assert event["event"] == "write" and event["characteristic"] == "control_targets", event
        assert event["fields"] == mushpi.CONTROL_EXAMPLE_FIELDS, event
        assert event["hex"] == mushpi.CONTROL_EXAMPLE.hex(), event
        assert event["device"] == central.address, (event, central.address)
        value = central.read(mushpi.CONTROL_TARGETS)
        assert value == mushpi.CONTROL_EXAMPLE, value.hex()


def story_wrong_length_is_refused(world):
    """14 or 16 bytes where 15 belong are refused with ATT 0x0d, and nothing changes"""
    with world.spored.watching() as watcher, world.central() as central:
        central.connect(name=mushpi.NAME)
        central.write(mushpi.CONTROL_TARGETS, mushpi.CONTROL_EXAMPLE)
        watcher.receive()
        before = world.spored.counters("control_targets")["writes_refused"]
        for value in (mushpi.CONTROL_EXAMPLE[:14], mushpi.CONTROL_EXAMPLE + b"\0"):
            code = refused(central, mushpi.CONTROL_TARGETS, value)
            assert code == att.INVALID_LENGTH, hex(code)
        assert central.read(mushpi.CONTROL_TARGETS) == mushpi.CONTROL_EXAMPLE
        assert world.spored.counters("control_targets")["writes_refused"] == before + 2
        # The next thing that the watcher hears of is the next good write.
        central.write(mushpi.OVERRIDE_BITS, bytes.fromhex("0100"))
        event = watcher.receive()
        assert event["characteristic"] == "override_bits", event


def story_out_of_range_is_refused(world):
    """a value out of range is refused with an application error, and nothing changes"""
    too_hot = bytes.fromhex("b400f5018403e80302c003e0010000")  # 50.1 C
    wrong_mode = bytes.fromhex("b400dc008403e80303c003e0010000")  # light mode 3
    with world.spored.watching() as watcher, world.central() as central:
        central.connect(name=mushpi.NAME)
        central.write(mushpi.CONTROL_TARGETS, mushpi.CONTROL_EXAMPLE)
        watcher.receive()
        for value in (too_hot, wrong_mode):
            code = refused(central, mushpi.CONTROL_TARGETS, value)
            assert is_application_error(code), hex(code)
        assert central.read(mushpi.CONTROL_TARGETS) == mushpi.CONTROL_EXAMPLE
        central.write(mushpi.OVERRIDE_BITS, bytes.fromhex("0100"))
        event = watcher.receive()
        assert event["characteristic"] == "override_bits", event


def story_emergency_stop(world):
    """override bits with EMERGENCY_STOP are accepted and arrive by name"""
    with world.spored.watching("override_bits") as watcher, world.central() as central:
        central.connect(name=mushpi.NAME)
        central.write(mushpi.OVERRIDE_BITS, bytes.fromhex("8780"))
        event = watcher.receive()
        assert event["fields"]["overrides"] == [
            "LIGHT", "FAN", "MIST", "DISABLE_AUTO", "EMERGENCY_STOP"], event


def story_reserved_bits_are_refused(world):
    """override bits that mean nothing are refused with an application error"""
    with world.central() as central:
        central.connect(name=mushpi.NAME)
        code = refused(central, mushpi.OVERRIDE_BITS, bytes.fromhex("1000"))
        assert is_application_error(code), hex(code)


def story_read_only_value_refuses_a_write(world):
    """a value that may only be read refuses a write"""
    with world.central() as central:
        central.connect(name=mushpi.NAME)
        code = refused(central, mushpi.ENV_MEASUREMENTS, bytes(12))
        assert code == att.WRITE_NOT_PERMITTED, hex(code)


def story_long_write(world):
    """a write longer than the MTU arrives whole"""
    text = '{"species":"LionsMane","stage":"Pinning","temp_min":16.5,"rh_min":85}'
    with world.spored.watching("stage_thresholds") as watcher, world.central(mtu=23) as central:
        central.connect(name=mushpi.NAME)
        central.write(mushpi.STAGE_THRESHOLDS, text.encode())
        event = watcher.receive()
        assert event["value"] == text, event


def story_two_watchers_hear_the_same(world):
    """every watching program hears of a write, with the same number"""
    with world.spored.watching() as one, world.spored.watching() as two, world.central() as central:
        central.connect(name=mushpi.NAME)
        central.write(mushpi.OVERRIDE_BITS, bytes.fromhex("0200"))
        assert one.receive() == two.receive()
