"""How a phone finds spored."""

import contextlib
import struct
import threading

from . import mushpi
from .centrals import connected
from .renamed import PARAMETERS
from .world import assert_stays, machine_only, wait_until

OTHER = "MushPi-OysterPinning"
LIMITED, DISCOVERABLE, LE_ONLY = 1, 2, 4  # Core Specification Supplement, Part A, 1.3
# AD types: Assigned Numbers, 2.3
FLAGS, UUIDS_16, UUIDS_128, NAME, TX_POWER, SOLICIT_16, DATA_16, APPEARANCE, URI, COMPANY = (
    1, 3, 7, 9, 0x0A, 0x14, 0x16, 0x19, 0x24, 0xFF)
SILENT = "[advertisement]\nadvertise = no\nname = Silent\n"


def story_found_by_service_uuid(world):
    """it is found by its service UUID"""
    found = world.central().scan(service=mushpi.SERVICE)
    assert found.services == {mushpi.SERVICE}, found.services


def story_found_by_name(world):
    """it is found by its name"""
    found = world.central().scan(name=mushpi.NAME)
    assert found.name == mushpi.NAME, found.name


def story_discoverable(world):
    """it is discoverable to everybody, or not if the profile says so"""
    assert world.central().scan(name=mushpi.NAME).flags == DISCOVERABLE | LE_ONLY
    with world.spored.configured("[advertisement]\ndiscoverable = no\n"):
        assert world.central().scan(name=mushpi.NAME).flags == LE_ONLY


def story_discoverable_for_a_while(world):
    """with a discoverable_timeout it is discoverable for a limited time, and not once that is over,
    but still heard"""
    with world.spored.configured("[advertisement]\ndiscoverable_timeout = 1h\n"):
        assert world.central().scan(name=mushpi.NAME).flags == LIMITED | LE_ONLY
    with world.spored.configured("[advertisement]\ndiscoverable_timeout = 2s\n"):
        wait_until(lambda: not (world.central().scan(name=mushpi.NAME).flags or 0) &
                   (DISCOVERABLE | LIMITED), "it is no longer discoverable")
        assert world.spored.status()["on_air"]


def story_status_says_on_air(world):
    """sporectl says that it is on air, as what, where and with which BlueZ"""
    line = world.sporectl("status").splitlines()[0]
    assert line == f"on air as {mushpi.NAME} (hci0, BlueZ {world.version})", line


def story_found_again_after_a_connection(world):
    """it is found again after a central has connected and left"""
    with world.central() as central:
        central.connect(name=mushpi.NAME)
    with world.central() as central:
        central.connect(service=mushpi.SERVICE)


def story_another_name(world):
    """another name is advertised, once, while a subscribed central is served on, and outlives a
    restart of bluetoothd"""
    try:
        with world.central() as central:
            values = central.connect(name=mushpi.NAME).subscribe(mushpi.ENV_MEASUREMENTS)
            values.get()
            world.sporectl("advertise", OTHER)
            wait_until(lambda: world.adapter.get("Alias") == OTHER, "the adapter has the name")
            world.spored.wait_on_air()
            wait_until(lambda: world.adapter.advertisements() == 1, "one is registered")
            world.sporectl("set", "env_measurements", "co2_ppm=700")
            assert values.get()[:2] == (700).to_bytes(2, "little")
        assert world.central().scan(name=OTHER).services == {mushpi.SERVICE}
        world.bluetoothd.restart()
        world.spored.wait_on_air()
        assert world.central().scan(name=OTHER).services == {mushpi.SERVICE}
    finally:
        world.spored.restart()


def story_mtu_517(world):
    """a central that offers an MTU of 517 gets 517"""
    with world.central(mtu=517) as central:
        central.connect(name=mushpi.NAME)
        assert central.mtu == 517, central.mtu


def story_mtu_23(world):
    """a central that offers the smallest MTU gets 23"""
    with world.central(mtu=23) as central:
        central.connect(name=mushpi.NAME)
        assert central.mtu == 23, central.mtu


def story_advertise_no(world):
    """with advertise = no nothing is advertised, but the adapter has the name"""
    with world.spored.configured(SILENT):
        wait_until(lambda: world.adapter.get("Alias") == "Silent", "the adapter has the name")
        assert world.adapter.advertisements() == 0
        try:
            heard = world.central().scan(timeout=world.a_while)
            assert False, f"{heard.name} is advertised"
        except TimeoutError:
            pass


def story_advertise_no_serves(world):
    """with advertise = no a central that connects by another program's advertisement is served"""
    with world.spored.configured(SILENT), world.advertising(), world.central() as central:
        table = central.connect().discover()
        assert table.service(mushpi.SERVICE), [s.uuid for s in table.services]
        assert len(central.read(mushpi.ENV_MEASUREMENTS)) == 12


def structure(kind, *contents):
    """One structure of an advertisement."""
    data = b"".join(contents)
    return bytes([1 + len(data), kind]) + data


def uuid_128(text):
    return bytes.fromhex(text.replace("-", ""))[::-1]


GENERAL = structure(FLAGS, bytes([DISCOVERABLE | LE_ONLY]))
MUSHPI = structure(UUIDS_128, uuid_128(mushpi.SERVICE)) + GENERAL


def story_bytes(world):
    """what a phone hears is the service and the flags, and the name in the scan response, byte for
    byte"""
    heard = world.central().scan(name=mushpi.NAME)
    assert heard.connectable
    assert heard.data == MUSHPI, heard.data.hex()
    assert heard.response == structure(NAME, mushpi.NAME.encode()), heard.response.hex()


def story_all_that_fits(world):
    """services, data of a company, of a service and of another type, the appearance and the name
    are heard, byte for byte"""
    with world.spored.configured("""[advertisement]
name = Everything
services = 180f 181a
manufacturer_data = 0x0059: 01 02 03
service_data = 180f: 64
data = 0x24: 16 41
appearance = 0x0541
"""):
        heard = world.central().scan(name="Everything")
        data = (structure(UUIDS_16, b"\x0f\x18\x1a\x18") +
                structure(COMPANY, b"\x59\x00\x01\x02\x03") +
                structure(DATA_16, b"\x0f\x18\x64") + structure(APPEARANCE, b"\x41\x05") +
                structure(URI, b"\x16A") + GENERAL)
        assert heard.data == data, heard.data.hex()
        assert heard.response == structure(NAME, b"Everything"), heard.response.hex()


def story_what_is_looked_for_and_the_power(world):
    """services that are looked for are heard, and with what power it sends"""
    with world.spored.configured("""[advertisement]
name = Seeker
services = 180f
solicit = 1805 1806
include_tx_power = yes
"""):
        heard = world.central().scan(name="Seeker")
        assert structure(SOLICIT_16, b"\x05\x18\x06\x18") in heard.data, heard.data.hex()
        assert bytes([2, TX_POWER]) in heard.data, heard.data.hex()


def story_the_scan_response(world):
    """what is for the scan response is heard in it, or, before BlueZ 5.80, is said to be missing"""
    with world.spored.configured("""[advertisement]
name = Asked
scan_response_services = 180f
scan_response_manufacturer_data = 0x0059: 01 02
scan_response_service_data = 180f: 64
"""):
        heard = world.central().scan(name="Asked")
        assert heard.data == MUSHPI, heard.data.hex()
        said = (structure(UUIDS_16, b"\x0f\x18"), structure(COMPANY, b"\x59\x00\x01\x02"),
                structure(DATA_16, b"\x0f\x18\x64"))
        stands = world.spored.status()["advertisements"][0]
        if world.version_number >= (5, 80):
            assert all(each in heard.response for each in said), heard.response.hex()
            assert "not_taken" not in stands, stands
        else:
            assert not any(each in heard.response for each in said), heard.response.hex()
            assert stands["not_taken"].startswith("scan_response"), stands


def story_what_is_passed_over(world):
    """it is said of the power on an adapter without extended advertising, and of the interval
    before BlueZ 5.77"""
    with world.spored.configured("[advertisement]\ntx_power = low\ninterval = 100ms 200ms\n"):
        stands = world.spored.status()["advertisements"][0]
        passed_over = "tx_power" if world.version_number >= (5, 77) else "tx_power, interval"
        assert stands["not_taken"] == passed_over, stands


@machine_only("the simulated air has no packets")
def story_interval(world):
    """the controller is told the interval, from BlueZ 5.77 on"""
    with world.slow_air() as air:
        air.forget()
        with world.spored.configured("[advertisement]\ninterval = 100ms 200ms\n"):
            world.central().scan(name=mushpi.NAME)
            told = [parameters for opcode, parameters in air.advertising() if opcode == PARAMETERS]
        # In units of 0.625 ms: Core Specification, Vol 4, Part E, 7.8.5.
        expected = (160, 320)
        is_told = struct.unpack_from("<HH", told[-1]) == expected
        assert is_told == (world.version_number >= (5, 77)), told[-1].hex()


def story_a_uuid_of_32_bits(world):
    """a UUID of 32 bits is heard in 128, which is what its place was counted as"""
    with world.spored.configured("[advertisement]\nname = Wide\nservices = 12345678\n"):
        heard = world.central().scan(name="Wide")
        data = structure(UUIDS_128, uuid_128("12345678-0000-1000-8000-00805f9b34fb")) + GENERAL
        assert heard.data == data, heard.data.hex()


def story_too_much(world):
    """what does not fit with all of it is advertised without what its ladder names first"""
    with world.spored.configured("""[advertisement]
name = Ladder
services = mushpi
manufacturer_data = 0x0059: 01 02 03 04 05 06 07 08 09 0a
appearance = 0x0541
ladder = manufacturer_data appearance
"""):
        heard = world.central().scan(name="Ladder")
        data = (structure(UUIDS_128, uuid_128(mushpi.SERVICE)) +
                structure(APPEARANCE, b"\x41\x05") + GENERAL)
        assert heard.data == data, heard.data.hex()
        stands = world.spored.status()["advertisements"][0]
        assert stands["left_out"] == "manufacturer_data", stands
        text = world.sporectl("status")
        assert "advertisement: on air, without manufacturer_data" in text.splitlines(), text


def story_long_name(world):
    """a name that does not fit is cut in the scan response"""
    with world.spored.configured("[advertisement]\nname = " + "x" * 40 + "\n"):
        heard = world.central().scan(name="x" * 29)
        assert heard.response == b"\x1e\x08" + b"x" * 29, heard.response.hex()
        assert world.adapter.get("Alias") == "x" * 40


def story_two_advertisements(world):
    """two advertisements are heard, one of which nobody can connect to"""
    with world.spored.configured("""[advertisement beacon]
type = broadcast
name = Beacon
manufacturer_data = 0x0059: 2a
"""):
        wait_until(lambda: world.adapter.advertisements() == 2, "both are registered")
        beacon = world.central().scan(name="Beacon")
        assert not beacon.connectable
        assert structure(COMPANY, b"\x59\x00\x2a") in beacon.data, beacon.data.hex()
        assert world.central().scan(name=mushpi.NAME).connectable
        with world.central() as central:
            assert central.connect(name=mushpi.NAME).read(mushpi.ENV_MEASUREMENTS)
    wait_until(lambda: world.adapter.advertisements() == 1, "one is registered")


@contextlib.contextmanager
def counting(world):
    """How many advertisements BlueZ has is asked for all the time; afterwards the list that it
    gives has all of the numbers."""
    seen, done = set(), threading.Event()

    def ask():
        while not done.is_set():
            seen.add(world.adapter.advertisements())

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def story_many_names(world):
    """many names, one right after the other, end in one advertisement with the last of them, and
    at no time is there none"""
    try:
        with counting(world) as seen:
            for number in range(10):
                world.sporectl("advertise", f"Name{number}")
            assert world.central().scan(name="Name9").data == MUSHPI
            wait_until(lambda: world.adapter.advertisements() == 1, "one is left")
        assert 0 not in seen, seen
        assert world.adapter.get("Alias") == "Name9"
        assert_stays(lambda: world.adapter.advertisements() == 1, "one is left", world.a_while)
    finally:
        world.spored.restart()


def story_timeout(world):
    """one whose timeout is over is no longer heard, and begins anew with a name"""
    try:
        with world.spored.configured("[advertisement]\ntimeout = 2s\n", on_air=False):
            world.spored.wait_why("its timeout has ended the advertisement")
            assert world.adapter.advertisements() == 0
            text = world.sporectl("status")
            assert "advertisement: not on air: its timeout has ended it" in text.splitlines(), text
            assert_unheard(world)
            world.sporectl("advertise", OTHER)
            world.central().scan(name=OTHER)
    finally:
        world.spored.restart()


def limited(world, centrals, what):
    return world.spored.configured(f"[limits]\ncentrals = {centrals}\nat_centrals = {what}\n")


def assert_connectable(world):
    """Looks until one that can be connected to is heard."""
    wait_until(lambda: world.central().scan(name=mushpi.NAME).connectable,
               "one that can be connected to is heard")


def assert_beacon(world):
    """The same, which nobody can connect to."""
    def is_beacon():
        heard = world.central().scan(name=mushpi.NAME)
        return not heard.connectable and heard.services == {mushpi.SERVICE} and heard.flags == LE_ONLY

    wait_until(is_beacon, "a beacon is heard")


def assert_unheard(world):
    """Nothing is heard any more: what was heard last may still be on its way."""
    def is_unheard():
        try:
            world.central().scan(name=mushpi.NAME, timeout=world.a_while)
            return False
        except TimeoutError:
            return True

    wait_until(is_unheard, "nothing is heard")


def come_and_go(world, centrals, at_limit):
    """Looks after each central that comes or goes, until there are as many as there may be, and
    until there is none."""
    with contextlib.ExitStack() as stack:
        here = []
        for number in range(centrals):
            assert_connectable(world)
            here.append(stack.enter_context(world.central()).connect(name=mushpi.NAME))
            wait_until(lambda n=number: world.spored.status()["connected"] == n + 1, "it is told")
        at_limit(world)
        for central in here:
            assert central.read(mushpi.ENV_MEASUREMENTS)
            central.disconnect()
            assert_connectable(world)
        with world.central() as central:
            assert central.connect(name=mushpi.NAME).read(mushpi.ENV_MEASUREMENTS)
    assert_connectable(world)
    wait_until(lambda: world.adapter.advertisements() == 1, "one is registered")


def story_visible_while_connected(world):
    """without a maximum it is heard and can be connected to after each of three centrals has come
    and gone"""
    come_and_go(world, 3, assert_connectable)


def story_one_central_then_silence(world):
    """with centrals = 1 nothing is heard while one is connected, and it is heard when it has left"""
    with limited(world, 1, "stop"):
        come_and_go(world, 1, assert_unheard)


def story_two_centrals_then_silence(world):
    """with centrals = 2 it is heard beside the first, not beside the second, and again when one of
    them has left"""
    with limited(world, 2, "stop"):
        come_and_go(world, 2, assert_unheard)


def story_one_central_then_a_beacon(world):
    """with at_centrals = beacon it is heard while one is connected, but nobody can connect"""
    with limited(world, 1, "beacon"):
        come_and_go(world, 1, assert_beacon)


def story_two_centrals_then_a_beacon(world):
    """with centrals = 2 and at_centrals = beacon it is so beside the second"""
    with limited(world, 2, "beacon"):
        come_and_go(world, 2, assert_beacon)


def story_two_centrals_and_on(world):
    """with at_centrals = go_on it can be connected to beside the last one"""
    with limited(world, 2, "go_on"):
        come_and_go(world, 2, assert_connectable)


def story_a_restart_at_the_limit(world):
    """a bluetoothd that restarts while as many are connected as may be: it is heard again"""
    with limited(world, 1, "stop"):
        with connected(world, 1):
            assert_unheard(world)
            world.bluetoothd.restart()
            world.spored.wait_on_air()
            assert_connectable(world)
