"""The kernel's simulated SMBus with a few chips on it, for the kernel's own drivers."""

import ctypes
import fcntl
import os
import pathlib

from stories.world import run, wait_until

DEVICES = pathlib.Path("/sys/bus/i2c/devices")
CHIPS = (0x48, 0x5a)
I2C_SLAVE_FORCE, I2C_SMBUS = 0x0706, 0x0720  # linux/i2c-dev.h
WRITE, WORD_DATA = 0, 3  # linux/i2c.h


class _Transfer(ctypes.Structure):
    """struct i2c_smbus_ioctl_data."""

    _fields_ = [("read_write", ctypes.c_uint8), ("command", ctypes.c_uint8),
                ("size", ctypes.c_uint32), ("data", ctypes.c_void_p)]


class Chip:
    """One chip, with the driver of this name while it is plugged."""

    def __init__(self, driver, address):
        run("modprobe", "i2c-dev")
        run("modprobe", "i2c-stub", "chip_addr=" + ",".join(map(str, CHIPS)))
        run("modprobe", driver)
        self._driver, self._address = driver, address
        self._adapter = next(path.parent for path in DEVICES.glob("i2c-*/name")
                             if "stub" in path.read_text(encoding="ascii"))
        number = self._adapter.name.removeprefix("i2c-")
        self._client = DEVICES / f"{number}-{address:04x}"
        if not self._client.exists():
            self.plug()

    def plug(self):
        new = f"{self._driver} {self._address:#x}"
        (self._adapter / "new_device").write_text(new, encoding="ascii")

    def unplug(self):
        """Its files go with it, and so does their number."""
        (self._adapter / "delete_device").write_text(f"{self._address:#x}", encoding="ascii")

    def file(self, pattern):
        """The one of its files that matches."""
        return wait_until(lambda: next(self._client.glob(pattern), None), f"it has {pattern}")

    def write_word(self, register, number):
        """As SMBus has it, the low byte first."""
        word = ctypes.c_uint16(number)
        transfer = _Transfer(WRITE, register, WORD_DATA, ctypes.addressof(word))
        device = os.open(f"/dev/{self._adapter.name}", os.O_RDWR)
        try:
            fcntl.ioctl(device, I2C_SLAVE_FORCE, self._address)
            fcntl.ioctl(device, I2C_SMBUS, transfer)
        finally:
            os.close(device)
