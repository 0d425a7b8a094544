"""The world with a real bluetoothd and virtual controllers: the inside of the virtual machine."""

import contextlib
import pathlib
import struct
import subprocess

from central.central import Central

UNIT = "bluetooth.service"
DROP_IN = pathlib.Path("/run/systemd/system/bluetooth.service.d/mirror.conf")
# The kernel's struct rfkill_event: index, type, operation, soft, hard.
RFKILL_EVENT = struct.Struct("=IBBBB")
RFKILL_TYPE_BLUETOOTH, RFKILL_OP_CHANGE_ALL = 2, 3


def rfkill(block):
    with open("/dev/rfkill", "wb", buffering=0) as device:
        device.write(RFKILL_EVENT.pack(0, RFKILL_TYPE_BLUETOOTH, RFKILL_OP_CHANGE_ALL, block, 0))


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: status {done.returncode}\n{done.stdout}")
    return done.stdout


class RealWorld:
    """One bluetoothd for all stories."""

    bus_address = "unix:path=/run/dbus/system_bus_socket"
    may_stay_off = True

    def __init__(self):
        self.version = run("bluetoothctl", "--version").split()[-1]

    def __enter__(self):
        # Newer units start it again after a kill; a story does that itself.
        DROP_IN.parent.mkdir(parents=True, exist_ok=True)
        DROP_IN.write_text("[Service]\nRestart=no\n", encoding="ascii")
        run("systemctl", "daemon-reload")
        return self

    def __exit__(self, *_):
        DROP_IN.unlink()
        run("systemctl", "daemon-reload")

    @staticmethod
    def central(mtu):
        return Central(mtu=mtu)

    @staticmethod
    def wait_until(transcript, text):
        transcript.wait_any(text)

    @staticmethod
    def make_ready(fresh):
        """Whatever the story before has left: there is an adapter, and bluetoothd runs."""
        if subprocess.run(["systemctl", "is-active", "--quiet", "btvirt.service"],
                          check=False).returncode:
            RealWorld.plug()
        run("systemctl", "restart" if fresh else "start", UNIT)

    @staticmethod
    def start():
        run("systemctl", "start", UNIT)

    @staticmethod
    def stop():
        run("systemctl", "stop", UNIT)

    @staticmethod
    def restart():
        run("systemctl", "restart", UNIT)

    @staticmethod
    def kill():
        """It stays dead until start()."""
        run("systemctl", "kill", "--signal=SIGKILL", UNIT)

    @staticmethod
    def unplug():
        run("systemctl", "stop", "btvirt.service")

    @staticmethod
    def plug():
        run("systemd-run", "--quiet", "--unit=btvirt", "btvirt", "-L", "-l1", "-s")

    @staticmethod
    @contextlib.contextmanager
    def blocked():
        rfkill(True)
        try:
            yield
        finally:
            rfkill(False)
