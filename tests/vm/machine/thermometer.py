"""An LM75 thermometer: the kernel's own driver over the kernel's simulated SMBus chip."""

import ctypes
import fcntl
import os
import pathlib

from stories.world import run, wait_until

ADDRESS = 0x48
I2C_SLAVE_FORCE, I2C_SMBUS = 0x0706, 0x0720  # linux/i2c-dev.h
WRITE, WORD_DATA = 0, 3  # linux/i2c.h


class _Transfer(ctypes.Structure):
    """struct i2c_smbus_ioctl_data."""

    _fields_ = [("read_write", ctypes.c_uint8), ("command", ctypes.c_uint8),
                ("size", ctypes.c_uint32), ("data", ctypes.c_void_p)]


class Thermometer:
    """Appears in /sys/class/hwmon; says what it was told."""

    pattern = "/sys/class/hwmon/hwmon*/temp1_input"

    def __init__(self):
        run("modprobe", "i2c-dev")
        run("modprobe", "i2c-stub", f"chip_addr={ADDRESS:#x}")
        run("modprobe", "lm75")
        self.adapter = next(
            path.parent.name for path in pathlib.Path("/sys/bus/i2c/devices").glob("i2c-*/name")
            if "stub" in path.read_text(encoding="ascii"))
        bus = pathlib.Path("/sys/bus/i2c/devices") / self.adapter
        client = bus / f"{self.adapter.removeprefix('i2c-')}-{ADDRESS:04x}"
        if not client.exists():
            (bus / "new_device").write_text(f"lm75 {ADDRESS:#x}", encoding="ascii")
        self.path = wait_until(lambda: next(client.glob("hwmon/hwmon*/temp1_input"), None),
                               "the kernel has a thermometer")

    def set(self, celsius):
        """The chip's register 0: big-endian, in 1/256 of a degree, steps of a half."""
        raw = round(celsius * 2) << 7 & 0xFFFF
        word = ctypes.c_uint16(raw >> 8 | (raw & 0xFF) << 8)
        transfer = _Transfer(WRITE, 0, WORD_DATA, ctypes.addressof(word))
        device = os.open(f"/dev/{self.adapter}", os.O_RDWR)
        try:
            fcntl.ioctl(device, I2C_SLAVE_FORCE, ADDRESS)
            fcntl.ioctl(device, I2C_SMBUS, transfer)
        finally:
            os.close(device)

    def celsius(self):
        """What the driver's file says."""
        return int(self.path.read_text(encoding="ascii")) / 1000
