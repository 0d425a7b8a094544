"""The profiles that ship beside mushpi, as a central and a program meet them."""

import contextlib
import struct

SIG = "0000{}-0000-1000-8000-00805f9b34fb"

ENVIRONMENTAL_SENSING, TEMPERATURE = SIG.format("181a"), SIG.format("2a6e")
HUMIDITY, PRESSURE = SIG.format("2a6f"), SIG.format("2a6d")
CO2, DEW_POINT = SIG.format("2b8c"), SIG.format("2a7b")
BATTERY, BATTERY_LEVEL = SIG.format("180f"), SIG.format("2a19")
NUS = "6e40000{}-b5a3-f393-e0a9-e50e24dcca9e"
UART, RX, TX = NUS.format(1), NUS.format(2), NUS.format(3)

SWITCHED_ON = "[characteristic co2]\nenable = yes\n[characteristic dew_point]\nenable = yes\n"


@contextlib.contextmanager
def connected(world, profile, service, drop_in=None):
    """spored serves the profile, and a central that looked for its service is connected."""
    with world.spored.configured(drop_in, shipped=profile), world.central() as central:
        assert central.scan(service=service).services == {service}
        yield central.connect(service=service)


def flags(central, service):
    """What a discovery finds in the service: the flags of each UUID."""
    found = [s for s in central.discover().services if s.uuid == service]
    assert len(found) == 1, found
    return {c.uuid: c.flags for c in found[0].characteristics}


def number(layout, value):
    return struct.unpack(layout, value)[0]


def story_environmental_sensing(world):
    """environmental-sensing is found, and what is set is read and notified as the SIG has it"""
    with connected(world, "environmental-sensing", ENVIRONMENTAL_SENSING) as central, \
            world.peer() as peer:
        assert flags(central, ENVIRONMENTAL_SENSING) == dict.fromkeys(
            (TEMPERATURE, HUMIDITY, PRESSURE), {"read", "notify"})
        for uuid, name, before, value, layout, raw in (
                (TEMPERATURE, "temperature", "0080", -4.25, "<h", -425),
                (HUMIDITY, "humidity", "ffff", 61.5, "<H", 6150),
                (PRESSURE, "pressure", "00000000", 101325, "<I", 1013250)):
            assert central.read(uuid).hex() == before, (name, central.read(uuid).hex())
            subscription = central.subscribe(uuid)
            assert subscription.get().hex() == before
            peer.request("set", characteristic=name, value=value)
            assert number(layout, subscription.get()) == raw, name
            assert number(layout, central.read(uuid)) == raw, name
        peer.request("set", characteristic="humidity", value=100.3)
        assert number("<H", central.read(HUMIDITY)) == 10000
        peer.request("set", characteristic="temperature", value="unknown")
        assert central.read(TEMPERATURE).hex() == "0080"
        assert peer.request("get", characteristic="temperature")["value"] == "unknown"


def story_environmental_sensing_in_full(world):
    """what environmental-sensing has switched off is there when it is switched on"""
    with connected(world, "environmental-sensing", ENVIRONMENTAL_SENSING, SWITCHED_ON) as central, \
            world.peer() as peer:
        assert set(flags(central, ENVIRONMENTAL_SENSING)) == {
            TEMPERATURE, HUMIDITY, PRESSURE, CO2, DEW_POINT}
        assert central.read(CO2).hex() == "ffff"
        peer.request("set", characteristic="co2", value=700)
        peer.request("set", characteristic="dew_point", value=-3)
        assert (central.read(CO2).hex(), central.read(DEW_POINT).hex()) == ("bc02", "fd")


def story_battery(world):
    """battery is found, its level is read, and notified when it changes"""
    with connected(world, "battery", BATTERY) as central, world.peer() as peer:
        assert flags(central, BATTERY) == {BATTERY_LEVEL: {"read", "notify"}}
        peer.request("set", characteristic="battery_level", value=80)
        subscription = central.subscribe(BATTERY_LEVEL)
        assert subscription.get() == b"\x50"
        for unchanged, changed, told in ((80, 79, b"\x4f"), (79, 140, b"\x64")):
            peer.request("set", characteristic="battery_level", value=unchanged)
            peer.request("set", characteristic="battery_level", value=changed)
            assert subscription.get() == told
        assert central.read(BATTERY_LEVEL) == b"\x64"


def story_nordic_uart(world):
    """nordic-uart is found; what a phone writes reaches a program, whose answer reaches the phone"""
    with connected(world, "nordic-uart", UART) as central, world.peer() as peer, \
            world.spored.watching("rx") as program:
        assert flags(central, UART) == {
            RX: {"write", "write-without-response"}, TX: {"notify"}}
        peer.request("set", characteristic="tx", hex=b"before".hex())
        subscription = central.subscribe(TX)
        central.write(RX, b"acknowledged\n")
        assert bytes.fromhex(program.receive()["hex"]) == b"acknowledged\n"
        central.write_command(RX, b"not acknowledged\n")
        event = program.receive()
        assert bytes.fromhex(event["hex"]) == b"not acknowledged\n", event
        assert event["device"] == central.address, event
        for piece in range(20):
            peer.request("set", characteristic="tx", hex=(b"%19d\n" % piece).hex())
        told = b"".join(subscription.get() for _ in range(20))
        assert told.split() == [b"%d" % piece for piece in range(20)], told
