"""A producer that reads this machine, and a phone that reads the producer."""

import contextlib
import pathlib
import struct
import subprocess
import sys

from central.central import Central

from .sensor import Thermometer
from .spored import GUEST

NAME = "Guest"
BASE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6b8"
LOAD, MEMORY, UPTIME, SENSORS = BASE + "01", BASE + "02", BASE + "03", BASE + "04"


@contextlib.contextmanager
def producing(spored):
    """spored serves the guest's profile and the producer fills it."""
    with spored.configured(profile=spored.install_profile("guest.conf")):
        producer = subprocess.Popen([sys.executable, str(GUEST / "producer.py"), "--interval=0.5"])
        try:
            yield
            assert producer.poll() is None, "the producer has ended"
        finally:
            producer.terminate()
            producer.wait(30)


def uptime():
    return float(pathlib.Path("/proc/uptime").read_text(encoding="ascii").split()[0])


def load():
    words = pathlib.Path("/proc/loadavg").read_text(encoding="ascii").split()
    return [float(word) for word in words[:3]]


def memory_available():
    text = pathlib.Path("/proc/meminfo").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if "MemAvailable" in line)


def wait_told(values, expected):
    """Takes notified values until one says so; the number of sensors and tenths of a degree."""
    told = []
    while told[-1:] != [expected]:
        assert len(told) < 20, (told, expected)
        told.append(struct.unpack("<Bh", values.get()))


def story_a_producer_reads_the_machine(spored):
    """load, memory and uptime of the machine reach a central as /proc has them"""
    with producing(spored), Central() as central:
        central.connect(name=NAME)
        subscription = central.subscribe(UPTIME)
        subscription.get()  # what was there before
        begin = uptime()
        # What is read after this point can take one more value that was read before it.
        subscription.get()
        told = struct.unpack("<I", subscription.get())[0] / 1000
        assert begin - 0.02 <= told <= uptime() + 0.02, (begin, told, uptime())
        averages = [raw / 100 for raw in struct.unpack("<3H", central.read(LOAD))]
        assert all(abs(a - b) < 0.5 for a, b in zip(averages, load())), (averages, load())
        kilobytes = struct.unpack("<I", central.read(MEMORY))[0]
        assert abs(kilobytes - memory_available()) < 65536, (kilobytes, memory_available())


def story_a_producer_reads_the_sensors(spored):
    """a sensor's file in sysfs reaches a central, and what the sensor says next too"""
    thermometer = Thermometer()
    thermometer.set(23.5)
    assert thermometer.celsius() == 23.5, thermometer.celsius()
    files = [*pathlib.Path("/sys/class/hwmon").glob("hwmon*/temp*_input"),
             *pathlib.Path("/sys/class/thermal").glob("thermal_zone*/temp")]
    with producing(spored), Central() as central:
        central.connect(name=NAME)
        values = central.subscribe(SENSORS)
        wait_told(values, (len(files), 235))
        thermometer.set(-4)
        wait_told(values, (len(files), -40))
