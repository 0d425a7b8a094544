"""What the kernel tells of an adapter, by its management socket (bluez doc/mgmt-api.txt)."""

import ctypes
import os
import socket
import struct

BLUETOOTH, HCI, CONTROL = 31, 1, 3  # of linux/bluetooth: family, protocol, channel
NO_DEVICE = 0xFFFF
ADVERTISING_ADDED, ADVERTISING_REMOVED = 0x0023, 0x0024


class Instances:
    """The advertisements that an adapter has, of whomever; made while it has none. They are counted
    by the events, because the command that reads them leaves out those whose number is higher than
    there are (Linux net/bluetooth/mgmt.c, read_adv_features())."""

    def __init__(self, index=0):
        self._index, self._held = index, set()
        self._socket = socket.socket(BLUETOOTH, socket.SOCK_RAW | socket.SOCK_CLOEXEC, HCI)
        # Python knows no channels.
        address = struct.pack("=HHH", BLUETOOTH, NO_DEVICE, CONTROL)
        if ctypes.CDLL(None, use_errno=True).bind(self._socket.fileno(), address, len(address)):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._socket.setblocking(False)

    def close(self):
        self._socket.close()

    def count(self):
        """How many there are now."""
        try:
            while True:
                self._take(self._socket.recv(1024))
        except BlockingIOError:
            return len(self._held)

    def _take(self, message):
        event, index, _ = struct.unpack_from("<HHH", message)
        if index == self._index and event == ADVERTISING_ADDED:
            self._held.add(message[6])
        elif index == self._index and event == ADVERTISING_REMOVED:
            self._held.discard(message[6])
