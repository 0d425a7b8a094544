"""What being served means for a phone."""

import contextlib

from . import mushpi
from .peer import set_env
from .world import wait_until


def assert_served(world):
    """A central finds it, reads, subscribes and is notified."""
    with world.peer() as peer, world.central() as central:
        value = set_env(peer, 500)
        central.connect(service=mushpi.SERVICE)
        assert central.read(mushpi.ENV_MEASUREMENTS) == value
        subscription = central.subscribe(mushpi.ENV_MEASUREMENTS)
        assert subscription.get() == value
        assert set_env(peer, 501) == subscription.get()


def assert_served_once(world):
    """There is no second table, and no second advertisement: of one that is put back where another
    was, for a central that leaves, only for a moment."""
    with world.central() as central:
        services = central.connect(service=mushpi.SERVICE).discover().services
    assert [s.uuid for s in services].count(mushpi.SERVICE) == 1, services
    # When a central has left, another may take the place of the one that it came by.
    wait_until(lambda: world.adapter.advertisements() == 1, "there is one advertisement")


@contextlib.contextmanager
def survived(world):
    """Served afterwards, by the same process."""
    pid, restarts = world.spored.pid, world.spored.restarts
    yield
    world.spored.wait_on_air()
    assert_served(world)
    assert (world.spored.pid, world.spored.restarts) == (pid, restarts)
