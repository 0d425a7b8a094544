"""The world that is sporesim."""

import contextlib
import itertools

from simulation.central import Central
from simulation.sporesim import Sporesim


class SimWorld:
    """One process of sporesim; a context manager that ends it."""

    may_stay_off = False

    def __init__(self, version):
        self.version = version
        self._sporesim = Sporesim("--bluez", version)
        self._numbers = itertools.count(1)
        self.bus_address = self._sporesim.wait("bus")["address"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        status = self._sporesim.end()
        if status:
            raise RuntimeError(f"sporesim has ended with {status}")

    def central(self, mtu):
        # A static random address, as a phone without privacy has.
        address = f"C0:DE:00:00:00:{next(self._numbers):02X}"
        return Central(self._sporesim, mtu, address)

    def wait_until(self, transcript, text):
        """Its centrals' events come only when somebody reads them."""
        self._sporesim.pump(lambda: transcript.has(text))

    def make_ready(self, fresh):
        """It is as new."""

    def start(self):
        self._sporesim.command("start")

    def stop(self):
        self._sporesim.command("stop")

    def restart(self):
        self._sporesim.command("restart")

    def kill(self):
        """It stays dead until start()."""
        self._sporesim.command("kill")

    def unplug(self):
        self._sporesim.command("unplug", "hci0")

    def plug(self):
        self._sporesim.command("plug", "hci0")

    @contextlib.contextmanager
    def blocked(self):
        self._sporesim.command("rfkill", "on")
        try:
            yield
        finally:
            self._sporesim.command("rfkill", "off")
