"""How a phone finds spored."""

from central.central import Central

from . import mushpi
from .spored import run


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
