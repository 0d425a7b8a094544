"""Who may pair."""

import contextlib

from central import att
from central.smp import SmpError

from . import mushpi
from .connections import device_of, expect, listening
from .world import ADAPTER, HCI0, wait_until

SERVICE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bb00"
SECRET = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bb01"
NOT_SUPPORTED = 0x05  # Pairing Not Supported: Core Specification, Vol 3, Part H, 3.5.5
NO_AGENT = "[agent]\ncapability = none\n"


@contextlib.contextmanager
def forgotten(world, central):
    """BlueZ knows it no longer afterwards, nor its bond."""
    try:
        yield central
    finally:
        central.disconnect()
        path = f"{HCI0[1]}/dev_{central.address.replace(':', '_')}"
        world.bus("call", *HCI0, ADAPTER, "RemoveDevice", "o", path, check=False)


def refusal(central):
    """The code that pairing is refused with."""
    try:
        central.bond()
    except (SmpError, att.AttError) as error:
        return error.code
    raise AssertionError("it has paired")


def read_refusal(central):
    try:
        value = central.read(SECRET)
    except att.AttError as error:
        return error.code
    raise AssertionError(f"it was read: {value.hex()}")


def story_pairing(world):
    """a value that demands encryption is refused before pairing, and is read and notified after
    it"""
    with world.spored.configured(profile="paired.conf"), listening(world) as watcher, \
            world.peer() as peer, forgotten(world, world.central()) as central:
        assert world.spored.status()["agent"] == {
            "capability": "NoInputNoOutput", "registered": True, "why": None}
        peer.request("set", characteristic="secret", value=4711)
        central.connect(service=SERVICE)
        expect(watcher, "connected", device=central.address, bonded=False)
        assert read_refusal(central) == att.INSUFFICIENT_ENCRYPTION
        central.bond()
        expect(watcher, "bonded", device=central.address, bonded=True)
        assert central.read(SECRET) == (4711).to_bytes(2, "little")
        subscription = central.subscribe(SECRET)
        peer.request("set", characteristic="secret", value=4712)
        while subscription.get() != (4712).to_bytes(2, "little"):
            pass
        assert device_of(world, central)["bonded"], device_of(world, central)


def story_a_bonded_central_returns(world):
    """a central that has bonded reads what demands encryption when it is back, without pairing"""
    with world.spored.configured(profile="paired.conf"), \
            forgotten(world, world.central()) as central:
        central.connect(service=SERVICE).bond()
        central.disconnect()
        wait_until(lambda: not device_of(world, central)["connected"], "it has left")
        assert device_of(world, central)["bonded"], device_of(world, central)
        central.connect(service=SERVICE)
        assert len(central.read(SECRET)) == 2
        world.bluetoothd.restart()
        world.spored.wait_on_air()
        wait_until(lambda: world.spored.status()["agent"]["registered"], "the agent is there again")


def story_nobody_pairs_without_need(world):
    """with a profile that demands no security pairing is refused, and everything is read without
    it"""
    assert world.spored.status()["agent"]["capability"] == "none", world.spored.status()
    with world.central() as central:
        central.connect(name=mushpi.NAME)
        assert refusal(central) == NOT_SUPPORTED
        assert len(central.read(mushpi.ENV_MEASUREMENTS)) == 12


def story_no_agent(world):
    """without an agent pairing is refused, and what demands encryption stays closed"""
    with world.spored.configured(profile="paired.conf", drop_in=NO_AGENT), \
            world.central() as central:
        central.connect(service=SERVICE)
        assert refusal(central) == NOT_SUPPORTED
        assert read_refusal(central) == att.INSUFFICIENT_ENCRYPTION
