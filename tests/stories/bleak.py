"""A phone that others wrote: bleak, as a second central beside our own."""

from . import mushpi
from .notifications import numbers
from .peer import set_env
from .table import CCC
from .world import machine_only, wait_until
from .writes import is_application_error, refused

bleak_only = machine_only("bleak goes through a real bluetoothd and its kernel")
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


def take_until(told, last):
    """The numbers that came, up to this one."""
    heard = []
    while heard[-1:] != [last]:
        heard += numbers([told.get(timeout=30)])
    return heard


def notify_both(world, peer, phone, central):
    """Notifies bleak and our own central, which are connected, of 1 to 50. What each has heard
    until the last one, without repeated zeros."""
    set_env(peer, 0)
    theirs = phone.connect(mushpi.SERVICE).subscribe(mushpi.ENV_MEASUREMENTS)
    central.connect(name=mushpi.NAME)
    ours = central.subscribe(mushpi.ENV_MEASUREMENTS)
    assert phone.read(mushpi.ENV_MEASUREMENTS) == central.read(mushpi.ENV_MEASUREMENTS)
    for number in range(1, 51):
        set_env(peer, number)
    wait_until(lambda: world.spored.counters("env_measurements")["pending"] == 0, "all are sent")
    set_env(peer, 51)
    heard = [[n for n in take_until(told, 51) if n] for told in (theirs, ours)]
    return theirs, ours, heard


def several_channels(world):
    """BlueZ uses EATT unless it is told not to, and bleak goes through one that has it."""
    return tuple(int(part) for part in world.version.split(".")) < (5, 67)


@bleak_only
def story_bleak_and_our_own(world):
    """bleak and our own central are connected at once: both read, both are notified of every value,
    in order where BlueZ uses one channel, and neither is disturbed when the other leaves"""
    sent = list(range(1, 52))
    with world.peer() as peer, world.bleak() as phone, world.central() as central:
        theirs, ours, heard = notify_both(world, peer, phone, central)
        assert heard[1] == sent, heard
        assert (sorted(heard[0]) if several_channels(world) else heard[0]) == sent, heard
        central.disconnect()
        set_env(peer, 52)
        assert numbers([theirs.get(timeout=30)]) == [52]
        central.connect(name=mushpi.NAME)
        ours = central.subscribe(mushpi.ENV_MEASUREMENTS)
        assert numbers([ours.get(), theirs.get(timeout=30)]) == [52, 52]
        phone.disconnect()
        set_env(peer, 53)
        assert numbers([ours.get()]) == [53]


@bleak_only
def story_one_channel(world):
    """with Channels = 1 in main.conf bleak hears every value in order, whichever version"""
    with world.bluetoothd.configured("\n[GATT]\nChannels = 1\n"):
        world.spored.wait_on_air()
        with world.peer() as peer, world.bleak() as phone, world.central() as central:
            _, _, heard = notify_both(world, peer, phone, central)
            assert heard == [list(range(1, 52))] * 2, heard
