"""Who may call spored on the bus."""

import json

from . import mushpi

BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
APPLICATION = "/spored/application"
CHARACTERISTIC = APPLICATION + "/mushpi/control_targets"
CALLS = (
    (APPLICATION, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"),
    (CHARACTERISTIC, "org.bluez.GattCharacteristic1", "ReadValue", "a{sv}", "0"),
    (CHARACTERISTIC, "org.bluez.GattCharacteristic1", "WriteValue", "aya{sv}", "1", "0", "0"),
    (CHARACTERISTIC, "org.freedesktop.DBus.Properties", "GetAll", "s",
     "org.bluez.GattCharacteristic1"),
    ("/spored/advertisement", "org.bluez.LEAdvertisement1", "Release"),
)


def bus_name(world):
    """spored's unique name. busctl's own list has no processes where there are no cgroups."""
    for row in json.loads(world.bus("list", "--unique", "--json=short")):
        done = world.try_bus("call", "--json=short", *BUS, "GetConnectionUnixProcessID", "s",
                             row["name"])
        if done.returncode == 0 and json.loads(done.stdout)["data"] == [world.spored.pid]:
            return row["name"]
    raise AssertionError("spored is not on the bus")


def story_calls_of_others_are_refused(world):
    """calls from others than bluetoothd, root's too, are refused and counted"""
    name = bus_name(world)
    before = world.spored.status()["calls_refused"]
    with world.central() as central:
        value = central.connect(name=mushpi.NAME).read(mushpi.CONTROL_TARGETS)
        for call in CALLS:
            done = world.try_bus("call", name, *call)
            assert done.returncode, f"{call} was answered: {done.stdout[:200]}"
            assert "only BlueZ may call" in done.stderr or "Access denied" in done.stderr, \
                (call, done.stderr)
        assert central.read(mushpi.CONTROL_TARGETS) == value
    assert world.spored.status()["calls_refused"] == before + len(CALLS), world.spored.status()
    assert world.spored.status()["on_air"]
