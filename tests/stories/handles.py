"""Handles, which phones keep."""

from . import mushpi
from .peer import set_env

TIMES = 10


def handles(table):
    """Of the service: its range, then declaration, value and descriptors of each characteristic."""
    service = table.service(mushpi.SERVICE)
    return (service.start, service.end,
            [(c.uuid, c.declaration, c.handle, c.descriptors) for c in service.characteristics])


def story_handles_outlive_spored(world):
    """ten restarts of spored, every second by kill -9, leave the handles as they are: a connected
    central goes on with the table that it knows, and bluetoothd and the link stay"""
    bluetoothd = world.bluetoothd.pid
    with world.central() as central:
        kept = handles(central.connect(name=mushpi.NAME).discover())
        for number in range(TIMES):
            if number % 2:
                world.spored.restart()
            else:
                world.spored.kill()
                world.spored.wait_on_air()
            with world.peer() as peer:
                value = set_env(peer, number)
                assert central.read(mushpi.ENV_MEASUREMENTS) == value
                assert central.subscribe(mushpi.ENV_MEASUREMENTS).get() == value
            found = handles(central.discover())
            assert found == kept, (number, found, kept)
        assert central.connected, "a restart has cut the link"
    assert world.bluetoothd.pid == bluetoothd, "bluetoothd has crashed"


def story_handles_outlive_bluetoothd(world):
    """ten restarts of bluetoothd, every second by kill -9, leave the handles as they are"""
    with world.central() as central:
        kept = handles(central.connect(name=mushpi.NAME).discover())
    pid = world.spored.pid
    for number in range(TIMES):
        if number % 2:
            world.bluetoothd.restart()
        else:
            world.bluetoothd.kill()
            world.bluetoothd.start()
        world.spored.wait_on_air()
        with world.central() as central:
            found = handles(central.connect(name=mushpi.NAME).discover())
        assert found == kept, (number, found, kept)
    assert world.spored.pid == pid, "spored was started again"
