"""What being served means for a phone."""

import contextlib

from central.central import Central

from . import mushpi
from .spored import Peer, set_env


def assert_served():
    """A central finds it, reads, subscribes and is notified."""
    with Peer() as peer, Central() as central:
        value = set_env(peer, 500)
        central.connect(service=mushpi.SERVICE)
        assert central.read(mushpi.ENV_MEASUREMENTS) == value
        subscription = central.subscribe(mushpi.ENV_MEASUREMENTS)
        assert subscription.get() == value
        assert set_env(peer, 501) == subscription.get()


@contextlib.contextmanager
def survived(spored):
    """Served afterwards, by the same process."""
    pid, restarts = spored.pid, spored.show("NRestarts")
    yield
    spored.wait_on_air()
    assert_served()
    assert (spored.pid, spored.show("NRestarts")) == (pid, restarts)
