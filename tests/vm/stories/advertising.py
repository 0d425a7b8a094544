"""How a phone finds spored."""

import subprocess

from central.central import Central

from . import bluez, mushpi
from .spored import run, wait_until

SILENT = "[advertisement]\nadvertise = no\nname = Silent\n"


def story_found_by_service_uuid(_spored):
    """it is found by its service UUID"""
    found = Central().scan(service=mushpi.SERVICE)
    assert found.services == {mushpi.SERVICE}, found.services


def story_found_by_name(_spored):
    """it is found by its name"""
    found = Central().scan(name=mushpi.NAME)
    assert found.name == mushpi.NAME, found.name


def story_status_says_on_air(_spored):
    """sporectl says that it is on air, as what, where and with which BlueZ"""
    version = run("bluetoothctl", "--version").split()[-1]
    line = run("sporectl", "status").splitlines()[0]
    assert line == f"on air as {mushpi.NAME} (hci0, BlueZ {version})", line


def story_found_again_after_a_connection(_spored):
    """it is found again after a central has connected and left"""
    with Central() as central:
        central.connect(name=mushpi.NAME)
    with Central() as central:
        central.connect(service=mushpi.SERVICE)


def story_mtu_517(_spored):
    """a central that offers an MTU of 517 gets 517"""
    with Central(mtu=517) as central:
        central.connect(name=mushpi.NAME)
        assert central.mtu == 517, central.mtu


def story_mtu_23(_spored):
    """a central that offers the smallest MTU gets 23"""
    with Central(mtu=23) as central:
        central.connect(name=mushpi.NAME)
        assert central.mtu == 23, central.mtu


def story_advertise_no(spored):
    """with advertise = no nothing is advertised, but the adapter has the name"""
    with spored.configured(SILENT):
        wait_until(lambda: bluez.get("Alias") == "Silent", "the adapter has the name")
        assert bluez.get("ActiveInstances", bluez.ADVERTISING) == 0
        try:
            heard = Central().scan(timeout=3)
            assert False, f"{heard.name} is advertised"
        except TimeoutError:
            pass


def story_advertise_no_serves(spored):
    """with advertise = no a central that connects by another program's advertisement is served"""
    with spored.configured(SILENT):
        other = subprocess.Popen(["bluetoothctl", "--timeout", "60", "advertise", "on"],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            with Central() as central:
                table = central.connect().discover()
                assert table.service(mushpi.SERVICE), [s.uuid for s in table.services]
                assert len(central.read(mushpi.ENV_MEASUREMENTS)) == 12
        finally:
            other.terminate()
            other.wait(30)
