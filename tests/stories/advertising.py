"""How a phone finds spored."""

from . import mushpi
from .world import wait_until

OTHER = "MushPi-OysterPinning"
DISCOVERABLE, LE_ONLY = 2, 4  # Core Specification Supplement, Part A, 1.3
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
            assert world.adapter.advertisements() == 1
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
