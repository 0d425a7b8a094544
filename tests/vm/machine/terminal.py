"""Which virtual terminal is shown: a file of sysfs that can be polled, and has no uevent."""

import contextlib
import fcntl
import os
import pathlib

VT_ACTIVATE, VT_WAITACTIVE = 0x5606, 0x5607  # linux/vt.h


class Terminal:
    """The kernel's text consoles, which need no screen."""

    pattern = "/sys/class/tty/tty0/active"
    source = "scale = 1\nmatch = ^tty([0-9]+)\n"

    @contextlib.contextmanager
    def open(self, number):
        """It must be open to be shown."""
        with open(f"/dev/tty{number}", "wb", buffering=0):
            yield

    def set(self, number):
        device = os.open("/dev/tty0", os.O_RDWR | os.O_NOCTTY)
        try:
            fcntl.ioctl(device, VT_ACTIVATE, number)
            fcntl.ioctl(device, VT_WAITACTIVE, number)
        finally:
            os.close(device)
        shown = pathlib.Path(self.pattern).read_text(encoding="ascii")
        assert shown == f"tty{number}\n", shown
