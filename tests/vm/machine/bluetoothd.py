"""bluetoothd and its adapter."""

import contextlib
import pathlib
import struct

from central.hci import SOCKET
from stories import world
from stories.spored import standing_still
from stories.world import run, wait_until

from . import mgmt
from .air import VENDOR, Air
from .listening import listens
from .systemd import show, systemctl

UNIT = "bluetooth.service"
MAIN_CONF = pathlib.Path("/etc/bluetooth/main.conf")
# The kernel's struct rfkill_event: index, type, operation, soft, hard.
RFKILL_EVENT = struct.Struct("=IBBBB")
RFKILL_TYPE_BLUETOOTH, RFKILL_OP_CHANGE_ALL = 2, 3
RAW_DEVICE = 0x80  # asked for at /dev/vhci


class Bluetoothd:
    """The service."""

    @property
    def pid(self):
        return int(show("MainPID", UNIT))

    @staticmethod
    def start():
        systemctl("start", UNIT)

    @staticmethod
    def stop():
        systemctl("stop", UNIT)

    @staticmethod
    def restart():
        systemctl("restart", UNIT)

    def kill(self):
        """Debian 12's unit does not come back by itself, later ones do."""
        killed = self.pid
        systemctl("kill", "--signal=SIGKILL", UNIT)
        wait_until(lambda: self.pid != killed, "bluetoothd has ended")

    @contextlib.contextmanager
    def configured(self, text):
        """With something more in its main.conf."""
        before = MAIN_CONF.read_text(encoding="utf-8")
        MAIN_CONF.write_text(before + text, encoding="utf-8")
        self.restart()
        try:
            yield
        finally:
            MAIN_CONF.write_text(before, encoding="utf-8")
            self.restart()

    def standing_still(self):
        return standing_still(self.pid)

    @contextlib.contextmanager
    def stopped(self):
        """Not there, and not started with spored either, whose unit wants it."""
        self.stop()
        systemctl("mask", "--runtime", UNIT)
        try:
            yield
        finally:
            systemctl("unmask", "--runtime", UNIT)
            self.start()


def rfkill(block):
    """As the program rfkill, with block or unblock bluetooth."""
    with open("/dev/rfkill", "wb", buffering=0) as device:
        device.write(RFKILL_EVENT.pack(0, RFKILL_TYPE_BLUETOOTH, RFKILL_OP_CHANGE_ALL, block, 0))


@contextlib.contextmanager
def index_taken():
    """By a controller that bluetoothd does not see, because nobody else may use it."""
    with open("/dev/vhci", "r+b", buffering=0) as device:
        device.write(bytes([VENDOR, RAW_DEVICE]))
        wait_until(pathlib.Path("/sys/class/bluetooth/hci0").exists, "hci0 is taken")
        yield


class Adapter(world.Adapter):
    """btvirt's controller."""

    @contextlib.contextmanager
    def blocked(self):
        rfkill(True)
        try:
            yield
        finally:
            rfkill(False)

    @contextlib.contextmanager
    def instances(self):
        with contextlib.closing(mgmt.Instances()) as instances:
            yield instances.count

    def unplug(self):
        systemctl("stop", "btvirt.service")

    def plug(self):
        self._start_btvirt("-L", "-l1", "-s")

    @contextlib.contextmanager
    def replaced(self, name="hci0", address=None):
        with contextlib.ExitStack() as stack:
            self.unplug()
            stack.callback(self.plug)
            self.world.spored.wait_off_air()
            if name != "hci0":
                stack.enter_context(index_taken())
            stack.enter_context(self.relayed(address))
            yield

    @contextlib.contextmanager
    def relayed(self, address=None):
        """Plugged in, as a relay of ours that can be slow, and have another address."""
        pathlib.Path(SOCKET).unlink(missing_ok=True)
        self._start_btvirt("-L", "-s")
        try:
            wait_until(lambda: listens(SOCKET), "btvirt listens")
            with contextlib.closing(Air(address=address)) as air:
                yield air
        finally:
            self.unplug()

    @staticmethod
    def _start_btvirt(*words):
        run("systemd-run", "--quiet", "--unit=btvirt", "btvirt", *words)
