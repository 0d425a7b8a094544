"""The simulation as a World."""

import contextlib
import os
import shutil
import tempfile
import time
import types

from harness import SPORECTL, SPORED, clean_environment
from stories import world

from .central import Central
from .process import Log, Process
from .spored import Spored
from .sporesim import Sporesim

SPORESENSE = os.environ["SPORESENSE"]


class Bluetoothd:
    """The simulated one. It runs from the start."""

    def __init__(self, simulator):
        self._simulator, self._runs = simulator, True

    @property
    def pid(self):
        """The simulator's: what crashes is that."""
        return self._simulator.process.pid

    def start(self):
        if not self._runs:
            self._simulator.command("start")
            self._runs = True

    def stop(self):
        self._simulator.command("stop")
        self._runs = False

    def restart(self):
        self._simulator.command("restart")

    def kill(self):
        self._simulator.command("kill")
        self._runs = False

    @contextlib.contextmanager
    def standing_still(self):
        self._simulator.command("deaf")
        try:
            yield
        finally:
            self._simulator.command("hear")

    @contextlib.contextmanager
    def stopped(self):
        self.stop()
        try:
            yield
        finally:
            self.start()


class Adapter(world.Adapter):

    def __init__(self, simulation, simulator):
        super().__init__(simulation)
        self._simulator = simulator

    @contextlib.contextmanager
    def blocked(self):
        self._simulator.command("rfkill", "on")
        try:
            yield
        finally:
            self._simulator.command("rfkill", "off")

    @contextlib.contextmanager
    def replaced(self, name="hci0", address="AA:BB:CC:DD:EE:99"):
        own = self.get("Address")
        self.unplug()
        self.world.spored.wait_off_air()
        self._simulator.command("plug", name, f"Address={address}")
        try:
            yield
        finally:
            self._simulator.command("unplug", name)
            self._simulator.command("plug", "hci0", f"Address={own}")

    @contextlib.contextmanager
    def instances(self):
        """The simulated kernel keeps none but those."""
        yield self.advertisements

    def unplug(self):
        self._simulator.command("unplug", "hci0")

    def plug(self):
        self._simulator.command("plug", "hci0")


class Sensor:
    """A file that stands for one of sysfs."""

    def __init__(self, path):
        self.path = path
        self.path.parent.mkdir(exist_ok=True)

    def set(self, number):
        """At once: half a file is no file of the kernel's."""
        new = self.path.with_name("new")
        new.write_text(f"{number}\n", encoding="ascii")
        new.rename(self.path)


class Thermometer:
    """As the kernel's driver has it, in thousandths of a degree."""

    source = "scale = 0.001\n"

    def __init__(self, folder):
        self.pattern = folder / "hwmon*" / "temp1_input"
        self._folder, self._number, self._kept = folder, 3, None
        self._file = Sensor(folder / "hwmon3" / "temp1_input")

    def set(self, celsius):
        self._file.set(round(celsius * 1000))

    def celsius(self):
        return int(self._file.path.read_text(encoding="ascii")) / 1000

    def unplug(self):
        self._kept = self._file.path.read_text(encoding="ascii")
        self._file.path.unlink()

    def plug(self):
        """Under another number."""
        self._number += 1
        self._file = Sensor(self._folder / f"hwmon{self._number}" / "temp1_input")
        self._file.set(self._kept.strip())


class Battery(Sensor):
    """Of a folder that is there already."""

    source = "scale = 1\n"

    def __init__(self, folder):
        super().__init__(folder / "capacity")
        self.pattern = self.path

    def __enter__(self):
        self.set(1)
        return self

    def __exit__(self, *_):
        self.path.unlink()


class Simulation(world.World):
    """Use as a context manager."""

    name = "simulation"
    a_while = 0.5
    sporectl_path, spored_path = SPORECTL, SPORED

    def __init__(self, version):
        self.version = version
        self.folder = tempfile.mkdtemp(prefix="spored-")
        self.sporesim = Sporesim("--bluez", version)
        self.bus_address = self.sporesim.wait("bus")["address"]
        self.bluetoothd, self.adapter = Bluetoothd(self.sporesim), Adapter(self, self.sporesim)
        self.log = Log()
        self.spored = Spored(self.folder, self.bus_address, self.log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Leaks and crashes show in the exit statuses."""
        try:
            self.spored.stop()
            status = self.sporesim.end()
            assert status == 0, f"sporesim has ended with {status}"
        finally:
            shutil.rmtree(self.folder)

    def central(self, mtu=517):
        return Central(self.sporesim, mtu)

    @contextlib.contextmanager
    def advertising(self):
        self.sporesim.command("advertise", "another")
        try:
            yield
        finally:
            self.sporesim.command("advertise", "")

    @contextlib.contextmanager
    def sporesense(self):
        command = [SPORESENSE, "--socket", self.spored.socket, self.spored.configuration]
        process = Process("sporesense", command, clean_environment(self.folder), self.log)
        try:
            yield
        finally:
            process.end()

    @staticmethod
    def readiness():
        """Figures are of the machine; here a cycle counts from its begin."""
        return contextlib.nullcontext(types.SimpleNamespace(since=time.monotonic()))

    def thermometer(self):
        return Thermometer(self.spored.folder)

    def battery(self):
        return Battery(self.spored.folder)

    @staticmethod
    def figure(name, value):
        """Costs are those of a real bluetoothd."""
