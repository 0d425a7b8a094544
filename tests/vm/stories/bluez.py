"""bluetoothd and its adapter, as others than spored use them."""

import contextlib
import json
import os
import signal

from .spored import Spored, run

ADAPTER = "org.bluez.Adapter1"
ADVERTISING = "org.bluez.LEAdvertisingManager1"
HCI0 = ("org.bluez", "/org/bluez/hci0")


def get(name, interface=ADAPTER):
    """A property of hci0."""
    answer = run("busctl", "--json=short", "get-property", *HCI0, interface, name)
    return json.loads(answer)["data"]


def put(name, kind, value, user="root"):
    """Sets a property of hci0's Adapter1. Any local user may."""
    run("runuser", "-u", user, "--", "busctl", "set-property", *HCI0, ADAPTER, name, kind, value)


@contextlib.contextmanager
def standing_still():
    """bluetoothd is there and does nothing."""
    pid = int(Spored.show("MainPID", "bluetooth.service"))
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
