"""What the kernel says of an adapter, by its management socket (bluez doc/mgmt-api.txt)."""

import ctypes
import os
import socket
import struct

BLUETOOTH, HCI, CONTROL = 31, 1, 3  # of linux/bluetooth: family, protocol, channel
NO_DEVICE = 0xFFFF
READ_ADVERTISING_FEATURES = 0x003D
COMMAND_COMPLETE, COMMAND_STATUS = 0x0001, 0x0002


def command(opcode, index):
    """Asks, and returns what is answered after the status."""
    with socket.socket(BLUETOOTH, socket.SOCK_RAW | socket.SOCK_CLOEXEC, HCI) as control:
        # Python knows no channels.
        address = struct.pack("=HHH", BLUETOOTH, NO_DEVICE, CONTROL)
        if ctypes.CDLL(None, use_errno=True).bind(control.fileno(), address, len(address)):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        control.settimeout(30)
        control.send(struct.pack("<HHH", opcode, index, 0))
        while True:
            answer = control.recv(1024)
            event, _, _, answered, status = struct.unpack_from("<HHHHB", answer)
            if event in (COMMAND_COMPLETE, COMMAND_STATUS) and answered == opcode:
                if status:
                    raise OSError(f"management command 0x{opcode:04x}: status 0x{status:02x}")
                return answer[9:]


def advertising_instances(index=0):
    """The numbers of those that it has."""
    answer = command(READ_ADVERTISING_FEATURES, index)
    return list(answer[8:8 + answer[7]])
