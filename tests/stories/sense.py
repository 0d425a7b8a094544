"""sporesense reads this machine, and a phone reads what it has set."""

import contextlib
import pathlib
import re
import struct

from central import att

from .world import machine_only, run

NAME = "Guest"
STALE = 0x84  # spored's own
HOURLY = "events = yes\ninterval = 1h\n"
BASE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6b8"
LOAD, MEMORY, UPTIME, TEMPERATURE = BASE + "01", BASE + "02", BASE + "03", BASE + "04"


@contextlib.contextmanager
def sensing(world, drop_in=None):
    """spored serves the guest's profile and sporesense fills it."""
    with world.spored.configured(drop_in, profile="guest.conf"), world.sporesense():
        yield


@contextlib.contextmanager
def reading(world, sensor, settings=""):
    """A sensor that is read, and a central that is connected."""
    source = f"[source temperature]\nfile = {sensor.pattern}\n{sensor.source}{settings}"
    with sensing(world, source), world.central() as central:
        yield central.connect(name=NAME)


@contextlib.contextmanager
def measuring(world, celsius, settings=""):
    """A thermometer likewise."""
    thermometer = world.thermometer()
    thermometer.set(celsius)
    assert thermometer.celsius() == celsius, thermometer.celsius()
    with reading(world, thermometer, settings) as central:
        yield thermometer, central


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


def wait_stale(peer, stale):
    """Takes the next event, which says whether temperature is."""
    event = peer.receive()
    assert (event["event"], event["stale"]) == ("stale", stale), event


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


def story_a_sensor_that_goes_and_comes_back(world):
    """the value of a sensor that is gone becomes stale, and is fresh when it is back"""
    age = f"[characteristic temperature]\nmax_age = {2 * world.a_while:g}s\non_stale = refuse\n"
    with measuring(world, 23.5, age) as (thermometer, central), world.peer() as peer:
        wait_told(central.subscribe(TEMPERATURE), 23.5)
        peer.request("watch", events=["stale"], characteristics=["temperature"])
        thermometer.unplug()
        try:
            wait_stale(peer, True)
            try:
                central.read(TEMPERATURE)
                assert False, "a stale value was read"
            except att.AttError as error:
                assert error.code == STALE, error
        finally:
            thermometer.plug()
        wait_stale(peer, False)
        assert central.read(TEMPERATURE) == struct.pack("<h", 235)


def story_a_battery_that_tells(world):
    """a battery that the kernel tells of is read at once, though it is read each hour"""
    with world.battery() as battery:
        battery.set(80)
        with reading(world, battery, HOURLY) as central:
            values = central.subscribe(TEMPERATURE)
            wait_told(values, 80)
            battery.set(79)
            wait_told(values, 79)


@machine_only("a file of sysfs that can be polled")
def story_a_file_that_is_polled(world):
    """a file of sysfs that is polled is read at once, though it is read each hour"""
    terminal = world.terminal()
    with terminal.open(5), terminal.open(6):
        terminal.set(5)
        with reading(world, terminal, HOURLY) as central:
            values = central.subscribe(TEMPERATURE)
            wait_told(values, 5)
            terminal.set(6)
            wait_told(values, 6)
        terminal.set(1)


@machine_only("the kernel's IIO")
def story_a_sensor_of_iio(world):
    """what a sensor of IIO measures reaches a central"""
    infrared = world.infrared()
    infrared.set(36.6)
    assert infrared.celsius() == 36.61, infrared.celsius()  # in steps of 0.02
    with reading(world, infrared) as central:
        values = central.subscribe(TEMPERATURE)
        wait_told(values, 36.6)
        infrared.set(-10)
        wait_told(values, -10)


@machine_only("the kernel's drivers")
def story_the_sensors_of_this_machine_are_found(world):
    """sporesense --discover finds what the kernel has, and its profile reads the same"""
    world.thermometer().set(23.5)
    world.infrared().set(36.6)
    with world.battery() as battery:
        battery.set(80)
        profile = pathlib.Path("/run/found.conf")
        profile.write_text(run("sporesense", "--discover"), encoding="utf-8")
        run("spored", "--check", str(profile))
        printed = run("sporesense", "--print", str(profile)).splitlines()
    for line in ("lm75_temp1 = 23.5 celsius", "mlx90614_temperature_ambient = 36.61 celsius",
                 "hid_story_battery.*_charge = 80 percent"):
        assert any(re.fullmatch(line, found) for found in printed), (line, printed)
