"""bluetoothd and its adapter, as others than spored use them."""

import contextlib
import json
import os
import signal
import struct

from .spored import Spored, run

ADAPTER = "org.bluez.Adapter1"
ADVERTISING = "org.bluez.LEAdvertisingManager1"
HCI0 = ("org.bluez", "/org/bluez/hci0")
# The kernel's struct rfkill_event: index, type, operation, soft, hard.
RFKILL_EVENT = struct.Struct("=IBBBB")
RFKILL_TYPE_BLUETOOTH, RFKILL_OP_CHANGE_ALL = 2, 3


def get(name, interface=ADAPTER):
    """A property of hci0."""
    answer = run("busctl", "--json=short", "get-property", *HCI0, interface, name)
    return json.loads(answer)["data"]


def put(name, kind, value, user="root"):
    """Sets a property of hci0's Adapter1. Any local user may."""
    run("runuser", "-u", user, "--", "busctl", "set-property", *HCI0, ADAPTER, name, kind, value)


def rfkill(block):
    """As the program rfkill, with block or unblock bluetooth."""
    with open("/dev/rfkill", "wb", buffering=0) as device:
        device.write(RFKILL_EVENT.pack(0, RFKILL_TYPE_BLUETOOTH, RFKILL_OP_CHANGE_ALL, block, 0))


@contextlib.contextmanager
def blocked():
    """rfkill blocks all adapters."""
    rfkill(True)
    try:
        yield
    finally:
        rfkill(False)


@contextlib.contextmanager
def standing_still(unit="bluetooth.service"):
    """bluetoothd, or another service, is there and does nothing."""
    pid = int(Spored.show("MainPID", unit))
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
