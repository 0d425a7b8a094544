"""The machine as a World."""

import contextlib
import os
import signal
import subprocess
import time

from central.central import Central
from stories import world
from stories.world import run, wait_until

from .air import Air
from .battery import Battery
from .bleak_central import BleakCentral
from .bluetoothd import Adapter, Bluetoothd
from .readiness import readiness
from .spored import Spored
from .systemd import Journal, show, systemctl
from .terminal import Terminal
from .thermometer import Infrared, Thermometer


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

    def allow_crash(self, cursor, unit="bluetooth.service"):
        """The run's own look at the journal leaves these lines out."""
        crashes = [line for line in self.log.since(cursor).splitlines()
                   if f"{unit}: Main process exited" in line]
        assert crashes, "nobody has crashed"
        with open("expected-crashes", "a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in crashes)

    @contextlib.contextmanager
    def slow_air(self):
        self.adapter.unplug()
        self.spored.wait_off_air()
        try:
            with self.adapter.relayed() as air:
                self.spored.wait_on_air()
                yield air
            self.spored.wait_off_air()
        finally:
            self.adapter.plug()
        self.spored.wait_on_air()

    @staticmethod
    def readiness():
        return readiness()

    @contextlib.contextmanager
    def bus_killed(self):
        bus = show("MainPID", "dbus.service")
        os.kill(int(bus), signal.SIGKILL)
        try:
            # It ends without its bus.
            wait_until(lambda: not self.bluetoothd.pid, "bluetoothd is gone")
            yield
        finally:
            systemctl("start", "dbus.service")
            self.bluetoothd.start()

    @staticmethod
    @contextlib.contextmanager
    def clock_set(seconds):
        since, then = time.monotonic(), time.time()
        time.clock_settime(time.CLOCK_REALTIME, then + seconds)
        try:
            yield
        finally:
            time.clock_settime(time.CLOCK_REALTIME, then + time.monotonic() - since)

    @contextlib.contextmanager
    def bleak(self):
        with contextlib.closing(Air(settling=0.5)):
            wait_until(lambda: self._powered("hci1"), "hci1 is there and on")
            # 5.87 crashes when a scan's filter by UUID matches (mended by bluez 82af2beaf).
            pattern = "MushPi" if self.version == "5.87" else None
            with BleakCentral("hci1", pattern) as central:
                yield central
        wait_until(lambda: "/hci1" not in self.bus("tree", "org.bluez"), "hci1 is gone")

    def _powered(self, adapter):
        return "true" in self.bus("get-property", "org.bluez", f"/org/bluez/{adapter}",
                                  world.ADAPTER, "Powered", check=False)

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

    @staticmethod
    def infrared():
        return Infrared()

    @staticmethod
    def battery():
        return Battery()

    @staticmethod
    def terminal():
        return Terminal()

    def bus(self, *words, check=True, user="root"):
        # runuser takes longer than busctl.
        as_user = () if user == "root" else ("runuser", "-u", user, "--")
        return run(*as_user, "busctl", *words, check=check)
