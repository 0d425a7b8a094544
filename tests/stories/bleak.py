"""A phone that others wrote: bleak, as a second central beside our own."""

from . import mushpi
from .notifications import numbers
from .peer import set_env
from .table import CCC
from .world import machine_only
from .writes import is_application_error, refused

bleak_only = machine_only("bleak goes through a real bluetoothd and its kernel")
SENT = list(range(1, 51))
FLAGS = {mushpi.READ: "read", mushpi.WRITE: "write", mushpi.NOTIFY: "notify"}


def expected():
    """The service, as bleak tells it."""
    return [{"uuid": uuid,
             "properties": sorted(name for bit, name in FLAGS.items() if properties & bit),
             "descriptors": [CCC] if properties & mushpi.NOTIFY else []}
            for uuid, properties in mushpi.TABLE]


@bleak_only
def story_bleak_discovers(world):
    """bleak finds it by its service, discovers exactly what is declared, reads it, and spored stays
    on hci0"""
    with world.peer() as peer, world.bleak() as phone:
        value = set_env(peer, 812)
        services = phone.connect(mushpi.SERVICE).discover()
        found = [s["characteristics"] for s in services if s["uuid"] == mushpi.SERVICE]
        assert found == [expected()], found
        assert phone.read(mushpi.ENV_MEASUREMENTS) == value
        assert world.spored.status()["adapter"] == "hci0", world.spored.status()


@bleak_only
def story_bleak_writes(world):
    """what bleak writes arrives; what is refused gets its application error, and nothing changes"""
    too_hot = bytes.fromhex("b400f5018403e80302c003e0010000")  # 50.1 C
    with world.bleak() as phone, world.spored.watching() as watcher:
        phone.connect(mushpi.SERVICE)
        phone.write(mushpi.CONTROL_TARGETS, mushpi.CONTROL_EXAMPLE)
        assert watcher.receive()["fields"] == mushpi.CONTROL_EXAMPLE_FIELDS
        code = refused(phone, mushpi.CONTROL_TARGETS, too_hot)
        assert is_application_error(code), hex(code)
        assert phone.read(mushpi.CONTROL_TARGETS) == mushpi.CONTROL_EXAMPLE


def several_channels(world):
    """BlueZ uses EATT unless it is told not to, and bleak goes through one that has it."""
    return world.version_number < (5, 67)


def take(told, number):
    """So many numbers, but for the zeros: each new subscription, and bleak's own read, brings what
    is there once more."""
    heard = []
    while len(heard) < number:
        heard += [n for n in numbers([told.get(timeout=30)]) if n]
    return heard


def notify_both(peer, phone, central):
    """Connects both, and notifies them of 1 to 50. The subscriptions, and what each has heard."""
    set_env(peer, 0)
    theirs = phone.connect(mushpi.SERVICE).subscribe(mushpi.ENV_MEASUREMENTS)
    central.connect(name=mushpi.NAME)
    ours = central.subscribe(mushpi.ENV_MEASUREMENTS)
    assert phone.read(mushpi.ENV_MEASUREMENTS) == central.read(mushpi.ENV_MEASUREMENTS)
    for number in SENT:
        set_env(peer, number)
    return theirs, ours, [take(told, len(SENT)) for told in (theirs, ours)]


@bleak_only
def story_bleak_and_our_own(world):
    """bleak and our own central are connected at once: both read, both are notified of every value,
    in order where BlueZ uses one channel, and neither is disturbed when the other leaves"""
    with world.peer() as peer, world.bleak() as phone, world.central() as central:
        theirs, ours, heard = notify_both(peer, phone, central)
        assert heard[1] == SENT, heard
        assert (sorted(heard[0]) if several_channels(world) else heard[0]) == SENT, heard
        central.disconnect()
        set_env(peer, 51)
        assert numbers([theirs.get(timeout=30)]) == [51]
        central.connect(name=mushpi.NAME)
        ours = central.subscribe(mushpi.ENV_MEASUREMENTS)
        assert numbers([ours.get(), theirs.get(timeout=30)]) == [51, 51]
        phone.disconnect()
        set_env(peer, 52)
        assert numbers([ours.get()]) == [52]


@bleak_only
def story_one_channel(world):
    """with Channels = 1 in main.conf bleak hears every value in order, whichever version"""
    with world.bluetoothd.configured("\n[GATT]\nChannels = 1\n"):
        world.spored.wait_on_air()
        with world.peer() as peer, world.bleak() as phone, world.central() as central:
            *_, heard = notify_both(peer, phone, central)
            assert heard == [SENT, SENT], heard
