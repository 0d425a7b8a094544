"""sporesense reads this machine, and a phone reads what it has set."""

import contextlib
import pathlib
import struct

NAME = "Guest"
BASE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6b8"
LOAD, MEMORY, UPTIME, TEMPERATURE = BASE + "01", BASE + "02", BASE + "03", BASE + "04"


@contextlib.contextmanager
def sensing(world, drop_in=None):
    """spored serves the guest's profile and sporesense fills it."""
    with world.spored.configured(drop_in, profile="guest.conf"), world.sporesense():
        yield


@contextlib.contextmanager
def measuring(world, celsius):
    """A thermometer that is read, and a central that is connected."""
    thermometer = world.thermometer()
    thermometer.set(celsius)
    assert thermometer.celsius() == celsius, thermometer.celsius()
    with sensing(world, f"[source temperature]\nfile = {thermometer.pattern}\n"), \
            world.central() as central:
        yield thermometer, central.connect(name=NAME)


def uptime():
    return float(pathlib.Path("/proc/uptime").read_text(encoding="ascii").split()[0])


def load():
    return float(pathlib.Path("/proc/loadavg").read_text(encoding="ascii").split()[0])


def memory_available():
    text = pathlib.Path("/proc/meminfo").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if "MemAvailable" in line)


def wait_told(values, celsius):
    """Takes notified values until one says so."""
    told = []
    while told[-1:] != [celsius]:
        assert len(told) < 20, (told, celsius)
        told.append(struct.unpack("<h", values.get())[0] / 10)


def story_the_machine_itself(world):
    """load, memory and uptime of the machine reach a central as /proc has them"""
    with sensing(world), world.central() as central:
        central.connect(name=NAME)
        subscription = central.subscribe(UPTIME)
        subscription.get()  # what was there before
        begin = uptime()
        # What is read after this point can take one more value that was read before it.
        subscription.get()
        told = struct.unpack("<I", subscription.get())[0] / 1000
        assert begin - 0.02 <= told <= uptime() + 0.02, (begin, told, uptime())
        average = struct.unpack("<H", central.read(LOAD))[0] / 100
        assert abs(average - load()) < 0.5, (average, load())
        kilobytes = struct.unpack("<I", central.read(MEMORY))[0]
        assert abs(kilobytes - memory_available()) < 65536, (kilobytes, memory_available())


def story_a_sensor(world):
    """a sensor's file reaches a central, and what the sensor says next too"""
    with measuring(world, 23.5) as (thermometer, central):
        values = central.subscribe(TEMPERATURE)
        wait_told(values, 23.5)
        thermometer.set(-4)
        wait_told(values, -4)


def story_a_sensor_after_a_restart(world):
    """after a restart of spored the sensor's value is set again"""
    with measuring(world, 23.5) as (thermometer, central):
        wait_told(central.subscribe(TEMPERATURE), 23.5)
        thermometer.set(30)
        world.spored.restart()
        central.discover()
        wait_told(central.subscribe(TEMPERATURE), 30)
