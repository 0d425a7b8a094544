"""The machine as a World."""

import contextlib
import subprocess

from central.central import Central
from stories import world
from stories.world import run

from .bluetoothd import Adapter, Bluetoothd
from .spored import Spored
from .systemd import Journal, systemctl
from .thermometer import Thermometer


class Machine(world.World):

    name = "machine"
    a_while = 3
    bus_address = "unix:path=/run/dbus/system_bus_socket"

    def __init__(self):
        self.version = run("bluetoothctl", "--version").split()[-1]
        self.bluetoothd, self.adapter = Bluetoothd(), Adapter(self)
        self.spored, self.log = Spored(), Journal()

    @staticmethod
    def central(mtu=517):
        return Central(mtu)

    @staticmethod
    @contextlib.contextmanager
    def advertising():
        other = subprocess.Popen(["bluetoothctl", "--timeout", "60", "advertise", "on"],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            yield
        finally:
            other.terminate()
            other.wait(world.WAIT)

    @staticmethod
    @contextlib.contextmanager
    def sporesense():
        systemctl("start", "sporesense.service")
        try:
            yield
        finally:
            systemctl("stop", "sporesense.service")

    @staticmethod
    def thermometer():
        return Thermometer()

    def bus(self, *words, check=True, user="root"):
        return run("runuser", "-u", user, "--", "busctl", *words, check=check)
