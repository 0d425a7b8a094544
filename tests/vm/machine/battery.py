"""A mouse with a battery, in user space: the kernel's HID driver shows it by power_supply."""

import errno
import glob
import os
import struct
import threading

from stories.world import run, wait_until

# linux/uhid.h
DESTROY, GET_REPORT, GET_REPORT_REPLY, CREATE2, INPUT2 = 1, 9, 10, 11, 12
EVENT_SIZE = 4380
BUS_VIRTUAL, VENDOR, PRODUCT = 6, 0xF055, 1
NAME = b"story"
# Device Class Definition for HID: a mouse whose report is x, y and the strength of its battery.
DESCRIPTOR = bytes((
    0x05, 0x01, 0x09, 0x02, 0xA1, 0x01,  # Generic Desktop, Mouse: application
    0x09, 0x30, 0x09, 0x31,  # X, Y
    0x15, 0x81, 0x25, 0x7F, 0x75, 0x08, 0x95, 0x02, 0x81, 0x06,  # -127 to 127, two bytes, relative
    0x05, 0x06, 0x09, 0x20,  # Generic Device Controls, Battery Strength
    0x15, 0x00, 0x25, 0x64, 0x95, 0x01, 0x81, 0x02,  # 0 to 100, one byte, absolute
    0xC0))


class Battery:
    """Appears in /sys/class/power_supply. Use as a context manager."""

    pattern = "/sys/class/power_supply/hid-story-battery*/capacity"  # later kernels number them
    source = "scale = 1\n"

    def __init__(self):
        run("modprobe", "uhid")
        run("modprobe", "hid-generic")
        self._device = os.open("/dev/uhid", os.O_RDWR)
        self._reader = threading.Thread(target=self._answer, daemon=True)

    def __enter__(self):
        self._write(CREATE2, struct.pack("<128s64s64sHHIIII4096s", NAME, b"", NAME, len(DESCRIPTOR),
                                         BUS_VIRTUAL, VENDOR, PRODUCT, 0, 0, DESCRIPTOR))
        self._reader.start()
        wait_until(self._found, "the kernel has a battery")
        return self

    def __exit__(self, *_):
        self._write(DESTROY, b"")
        wait_until(lambda: not self._found(), "the battery is gone")

    def set(self, percent):
        """In a report, as when the mouse is moved. The kernel tells of what has changed; it loses
        reports while it still looks for the driver."""
        def is_reported():
            self._write(INPUT2, struct.pack("<H4096s", 3, bytes((0, 0, percent))))
            return self._capacity() == percent

        wait_until(is_reported, f"the kernel has {percent} percent")

    def _found(self):
        return glob.glob(self.pattern)

    def _capacity(self):
        """None before the first report. Python's own files hide the EAGAIN of a new battery."""
        file = os.open(self._found()[0], os.O_RDONLY)
        try:
            return int(os.read(file, 100))
        except OSError:
            return None
        finally:
            os.close(file)

    def _write(self, kind, data):
        os.write(self._device, struct.pack("<I", kind) + data)

    def _answer(self):
        """The kernel asks for the report if there was none yet: it has to wait."""
        while True:
            kind, number = struct.unpack_from("<II", os.read(self._device, EVENT_SIZE))
            if kind == GET_REPORT:
                self._write(GET_REPORT_REPLY, struct.pack("<IHH", number, errno.EIO, 0))
