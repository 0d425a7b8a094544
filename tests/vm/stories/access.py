"""Who may call spored on the bus."""

import subprocess

from central.central import Central

from . import mushpi

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


def story_calls_of_others_are_refused(spored):
    """calls from others than bluetoothd, root's too, are refused and counted"""
    name = spored.bus_names()[spored.pid]
    before = spored.status()["calls_refused"]
    with Central() as central:
        value = central.connect(name=mushpi.NAME).read(mushpi.CONTROL_TARGETS)
        for call in CALLS:
            done = subprocess.run(["busctl", "call", name, *call], capture_output=True, text=True,
                                  timeout=30, check=False)
            assert done.returncode, f"{call} was answered: {done.stdout[:200]}"
            assert "only BlueZ may call" in done.stderr or "Access denied" in done.stderr, \
                (call, done.stderr)
        assert central.read(mushpi.CONTROL_TARGETS) == value
    assert spored.status()["calls_refused"] == before + len(CALLS), spored.status()
    assert spored.status()["on_air"]
