"""What a phone reads."""

from central import att

from . import mushpi
from .peer import Refused


def story_env_measurements_read_as_they_were_set(world):
    """env_measurements reads as the 12 bytes that were set"""
    world.sporectl("set", "env_measurements", "co2_ppm=450", "temperature_c=22.5",
                   "humidity_pct=65", "light_raw=42", "uptime_ms=123456")
    with world.central() as central:
        value = central.connect(name=mushpi.NAME).read(mushpi.ENV_MEASUREMENTS)
    assert value.hex() == "c201e1008a022a0040e20100", value.hex()


def story_negative_and_large_values(world):
    """a temperature below zero and large values read as the app decodes them"""
    world.sporectl("set", "env_measurements", "co2_ppm=812", "temperature_c=-5.3",
                   "humidity_pct=90.5", "light_raw=1023", "uptime_ms=3600000")
    with world.central() as central:
        value = central.connect(name=mushpi.NAME).read(mushpi.ENV_MEASUREMENTS)
    assert value.hex() == "2c03cbff8903ff0380ee3600", value.hex()


def story_a_value_out_of_range_is_clamped(world):
    """a measurement beyond its type reads as the nearest that fits"""
    world.sporectl("set", "env_measurements", "co2_ppm=70000", "temperature_c=-9999",
                   "humidity_pct=-1", "light_raw=65536", "uptime_ms=5000000000")
    with world.central() as central:
        value = central.connect(name=mushpi.NAME).read(mushpi.ENV_MEASUREMENTS)
    assert value.hex() == "ffff00800000ffffffffffff", value.hex()


def story_unnamed_fields_keep_their_value(world):
    """a field that a set does not name keeps its value"""
    with world.peer() as peer, world.central() as central:
        central.connect(name=mushpi.NAME)
        peer.set("actuator_status", actuators=["FAN"], fan_reason=10, mist_reason=30)
        peer.set("actuator_status", mist_reason=31)
        value = central.read(mushpi.ACTUATOR_STATUS)
    assert value.hex() == "02000a1f0000", value.hex()


def story_initial_values(world):
    """before anybody has set anything the declared defaults are read"""
    world.spored.restart()
    with world.central() as central:
        central.connect(name=mushpi.NAME)
        values = {uuid: central.read(uuid).hex() for uuid in (
            mushpi.ENV_MEASUREMENTS, mushpi.CONTROL_TARGETS, mushpi.STAGE_STATE,
            mushpi.STATUS_FLAGS)}
    assert values == {
        mushpi.ENV_MEASUREMENTS: "00" * 12,
        mushpi.CONTROL_TARGETS: "c8001801bc02881300000000000000",
        mushpi.STAGE_STATE: "000101000000000e0000",
        mushpi.STATUS_FLAGS: "00000000"}, values


def story_long_read(world):
    """a long value is read whole at the smallest MTU, piece by piece"""
    text = '{"species":"Shiitake","stage":"Fruiting","note":"' + "x" * 200 + '"}'
    with world.peer() as peer, world.central(mtu=23) as central:
        peer.request("set", characteristic="stage_thresholds", value=text)
        central.connect(name=mushpi.NAME)
        first = central.read_once(mushpi.STAGE_THRESHOLDS)
        assert first == text.encode()[:22], first
        assert central.read_blob(mushpi.STAGE_THRESHOLDS, 100) == text.encode()[100:122]
        assert central.read_blob(mushpi.STAGE_THRESHOLDS, len(text)) == b""
        whole = central.read(mushpi.STAGE_THRESHOLDS)
    assert whole == text.encode(), whole


def story_longest_value(world):
    """a value of 512 bytes, the longest there is, is read whole"""
    text = "".join(chr(ord("a") + i % 26) for i in range(512))
    with world.peer() as peer, world.central() as central:
        peer.request("set", characteristic="stage_thresholds", value=text)
        value = central.connect(name=mushpi.NAME).read(mushpi.STAGE_THRESHOLDS)
        try:
            peer.request("set", characteristic="stage_thresholds", value=text + "x")
            assert False, "513 bytes were taken"
        except Refused:
            pass
    assert value == text.encode(), value


def story_offset_past_the_end(world):
    """an offset past the end is refused with ATT 0x07"""
    with world.peer() as peer, world.central(mtu=23) as central:
        peer.request("set", characteristic="stage_thresholds", value="y" * 50)
        central.connect(name=mushpi.NAME)
        try:
            central.read_blob(mushpi.STAGE_THRESHOLDS, 51)
            assert False, "the read succeeded"
        except att.AttError as error:
            assert error.code == att.INVALID_OFFSET, error


def story_write_only_value_refuses_a_read(world):
    """a value that may only be written refuses a read"""
    with world.central() as central:
        central.connect(name=mushpi.NAME)
        try:
            central.read(mushpi.OVERRIDE_BITS)
            assert False, "the read succeeded"
        except att.AttError as error:
            assert error.code == att.READ_NOT_PERMITTED, error
