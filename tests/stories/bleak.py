"""A phone that others wrote: bleak, as a second central beside our own."""

from . import mushpi
from .notifications import numbers
from .peer import set_env
from .table import CCC
from .world import machine_only
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


@bleak_only
def story_bleak_and_our_own(world):
    """bleak and our own central are connected at once: both read, both are notified of every value
    in order, and neither is disturbed when the other leaves"""
    with world.peer() as peer, world.bleak() as phone, world.central() as central:
        set_env(peer, 0)
        theirs = phone.connect(mushpi.SERVICE).subscribe(mushpi.ENV_MEASUREMENTS)
        central.connect(name=mushpi.NAME)
        ours = central.subscribe(mushpi.ENV_MEASUREMENTS)
        assert phone.read(mushpi.ENV_MEASUREMENTS) == central.read(mushpi.ENV_MEASUREMENTS)
        sent = list(range(1, 51))
        for number in sent:
            set_env(peer, number)
        # The second subscription has brought the first the current value once more.
        for told in (theirs, ours):
            heard = []
            while heard[-1:] != [50]:
                heard += numbers([told.get(timeout=30)])
            assert [n for n in heard if n] == sent, heard
        central.disconnect()
        set_env(peer, 51)
        assert numbers([theirs.get(timeout=30)]) == [51]
        central.connect(name=mushpi.NAME)
        ours = central.subscribe(mushpi.ENV_MEASUREMENTS)
        assert numbers([ours.get(), theirs.get(timeout=30)]) == [51, 51]
        phone.disconnect()
        set_env(peer, 52)
        assert numbers([ours.get()]) == [52]
