"""An air that can be slow: an adapter as a relay between the kernel and one of btvirt's
controllers. It holds back the events that say that packets of a central have gone, and what
follows a connect or the begin of a scan."""

import collections
import os
import selectors
import socket
import struct
import threading
import time

from central.hci import ACL, COMMAND, EVENT, SOCKET

VENDOR = 0xFF  # of /dev/vhci: what is not HCI
# Events, sub-events of the last, and commands.
DISCONNECTION_COMPLETE, COMMAND_COMPLETE, COMPLETED_PACKETS, LE_META = 0x05, 0x0E, 0x13, 0x3E
CONNECTION_COMPLETE = (0x01, 0x0A)  # the second is the enhanced one
ADVERTISING_REPORT, REMOTE_FEATURES = 0x02, 0x04
READ_BUFFER_SIZE, READ_ADDRESS = (0x2002, 0x2060), 0x1009
# Address, parameters, data, scan response, on or off.
ADVERTISING = (0x2005, 0x2006, 0x2008, 0x2009, 0x200A)
# btvirt's controllers have room for one packet, and one that is held back would stop everybody's.
ROOM = 8
HEADERS = {ACL: 5, EVENT: 3}


def split(data):
    """The whole packets at the begin of a stream, and what is left."""
    packets = []
    while data and len(data) >= HEADERS[data[0]]:
        size = struct.unpack_from("<H", data, 3)[0] if data[0] == ACL else data[2]
        end = HEADERS[data[0]] + size
        if len(data) < end:
            break
        packets.append(data[:end])
        data = data[end:]
    return packets, data


class Link:
    """A connection, and how many of its packets have gone without the kernel's being told."""

    def __init__(self, address):
        self.address, self.held, self.due = address, 0, 0.0


class Air:
    """Makes an adapter, and takes it away again when it is closed. settling: seconds after which
    the two ends of a new link know each other's features, and a scan hears somebody. The kernel
    lets nobody use a link before; without a pause, which a radio has, bluetoothd uses it before it
    has heard that it is there, and the kernel drops a report before it has noted that it scans.
    address: what the kernel takes for the controller's; None: its own."""

    def __init__(self, settling=0.0, address=None):
        self._address = bytes.fromhex(address.replace(":", ""))[::-1] if address else None
        self._controller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._controller.connect(SOCKET)
        # Last: the kernel makes a controller of one that stays open, told of or not.
        self._host = os.open("/dev/vhci", os.O_RDWR | os.O_CLOEXEC)
        self._wake, self._woken = socket.socketpair()
        self._orders = collections.deque()
        self._links, self._paces, self._partial = {}, {}, b""
        self._advertising = []
        self._settling, self._late = settling, collections.deque()  # (when it is due, packet)
        os.write(self._host, bytes([VENDOR, 0]))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._orders.append(None)
        self._wake.send(b"\0")
        self._thread.join()
        for end in (self._controller, self._wake, self._woken):
            end.close()
        os.close(self._host)

    def slow(self, central, seconds):
        """A central takes one packet in that time at most; 0: as many as there are."""
        self._orders.append((central.address, seconds))
        self._wake.send(b"\0")

    def forget(self):
        self._advertising = []

    def advertising(self):
        """What the kernel has told the controller of advertising, in pairs of opcode and
        parameters, since the last forget()."""
        return list(self._advertising)

    def _run(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self._host, selectors.EVENT_READ, self._from_host)
            selector.register(self._controller, selectors.EVENT_READ, self._from_controller)
            selector.register(self._woken, selectors.EVENT_READ, self._take_orders)
            while all([key.data() for key, _ in selector.select(self._patience())]):
                self._let_go()

    def _from_host(self):
        packet = os.read(self._host, 4096)
        if packet[0] != VENDOR:
            self._controller.sendall(packet)
        if packet[0] == COMMAND:
            opcode = struct.unpack_from("<H", packet, 1)[0]
            if opcode in ADVERTISING:
                self._advertising.append((opcode, packet[4:]))
        return True

    def _from_controller(self):
        data = self._controller.recv(65536)
        packets, self._partial = split(self._partial + data)
        for packet in packets:
            packet = self._look_at(packet)
            if packet:
                pause = self._settling if self._settles(packet) else 0.0
                self._late.append((time.monotonic() + pause, packet))
        return bool(data)

    def _take_orders(self):
        self._woken.recv(4096)
        while self._orders:
            order = self._orders.popleft()
            if order is None:
                return False
            address, seconds = order
            self._paces[address] = seconds
            for link in self._links.values():
                link.due = 0.0
        return True

    def _look_at(self, packet):
        """What the kernel gets of it now, or None."""
        if packet[0] != EVENT:
            return packet
        if packet[1] == COMPLETED_PACKETS:
            return self._hold_back(packet)
        if packet[1] == COMMAND_COMPLETE:
            return self._look_at_answer(packet)
        if packet[1] == DISCONNECTION_COMPLETE:
            self._links.pop(struct.unpack_from("<H", packet, 4)[0], None)
        elif packet[1] == LE_META and packet[3] in CONNECTION_COMPLETE:
            handle, _, _, address = struct.unpack_from("<HBB6s", packet, 5)
            self._links[handle] = Link(":".join(f"{byte:02X}" for byte in reversed(address)))
        return packet

    @staticmethod
    def _settles(packet):
        return packet[:2] == bytes([EVENT, LE_META]) and packet[3] in (
            ADVERTISING_REPORT, REMOTE_FEATURES)

    def _look_at_answer(self, packet):
        opcode, status = struct.unpack_from("<HB", packet, 4)
        if opcode in READ_BUFFER_SIZE and status == 0:
            return packet[:9] + bytes([ROOM]) + packet[10:]
        if opcode == READ_ADDRESS and status == 0 and self._address:
            return packet[:7] + self._address
        return packet

    def _hold_back(self, packet):
        """btvirt tells of one connection at a time."""
        handle, count = struct.unpack_from("<HH", packet, 4)
        link = self._links.get(handle)
        if link is None or not self._paces.get(link.address):
            return packet
        link.held += count
        return None

    def _patience(self):
        due = [link.due for link in self._links.values() if link.held]
        if self._late:
            due.append(self._late[0][0])
        return max(min(due) - time.monotonic(), 0) if due else None

    def _let_go(self):
        now = time.monotonic()
        # In order: what comes behind one that is late is late too.
        while self._late and self._late[0][0] <= now:
            os.write(self._host, self._late.popleft()[1])
        for handle, link in self._links.items():
            while link.held and link.due <= now:
                os.write(self._host, struct.pack("<BBBBHH", EVENT, COMPLETED_PACKETS, 5, 1,
                                                 handle, 1))
                link.held -= 1
                link.due = now + self._paces[link.address]
