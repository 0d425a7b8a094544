"""A virtual LE controller: HCI packets over a socket of btvirt's."""

import queue
import socket
import struct
import threading

SOCKET = "/tmp/bt-server-le"  # every connection is a fresh controller
WAIT = 15  # seconds that any answer may take on a loaded machine

COMMAND, ACL, EVENT = 1, 2, 4

RESET = 0x0C03
SET_EVENT_MASK = 0x0C01
READ_ADDRESS = 0x1009
DISCONNECT = 0x0406
LE_SET_EVENT_MASK = 0x2001
LE_READ_BUFFER_SIZE = 0x2002
LE_SET_RANDOM_ADDRESS = 0x2005
LE_SET_ADVERTISING_PARAMETERS = 0x2006
LE_SET_ADVERTISING_ENABLE = 0x200A
LE_SET_SCAN_PARAMETERS = 0x200B
LE_SET_SCAN_ENABLE = 0x200C
LE_CREATE_CONNECTION = 0x200D
LE_CREATE_CONNECTION_CANCEL = 0x200E
LE_ENABLE_ENCRYPTION = 0x2019

PUBLIC, RANDOM = 0, 1

# Kinds of advertising reports.
ADV_IND, ADV_DIRECT_IND, ADV_SCAN_IND, ADV_NONCONN_IND, SCAN_RESPONSE = range(5)

# Error codes of the specification, volume 1, part F.
TIMEOUT, REMOTE_USER, FAILED_TO_ESTABLISH = 0x08, 0x13, 0x3E


class HciError(Exception):
    """The controller answered with an error status."""

    def __init__(self, what, status):
        super().__init__(f"{what}: HCI status 0x{status:02x}")
        self.status = status


class Disconnected(Exception):
    """The link went down."""

    def __init__(self, reason):
        super().__init__(f"disconnected, HCI reason 0x{reason:02x}")
        self.reason = reason


class Report:
    """One advertising report or scan response; kind as in the specification, volume 4, part E,
    7.7.65.2."""

    def __init__(self, kind, address_type, address, data):
        self.kind, self.address_type, self.address, self.data = kind, address_type, address, data


class Controller:
    """One controller. A thread of its own reads, because btvirt throws away what does not fit
    into the socket; another writes data, because that waits for the reader to hear of room."""

    def __init__(self, random_address=None):
        self.reports = queue.SimpleQueue()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(SOCKET)
        self._sending = threading.Lock()
        self._commanding = threading.Lock()
        self._answers = queue.SimpleQueue()
        self._connections = queue.SimpleQueue()
        self._outgoing = queue.SimpleQueue()
        self._links = {}
        self._reader = threading.Thread(target=self._read_packets, daemon=True)
        self._reader.start()
        self._own_address_type = PUBLIC
        self._set_up(random_address)

    def _set_up(self, random_address):
        self.command(RESET)
        self.command(SET_EVENT_MASK, b"\xff" * 8)
        self.command(LE_SET_EVENT_MASK, b"\x1f" + bytes(7))
        self.address = self.command(READ_ADDRESS)[:6]
        size, packets = struct.unpack("<HB", self.command(LE_READ_BUFFER_SIZE)[:3])
        self.acl_size = size or 27
        self._credits = threading.Semaphore(packets or 1)
        self._writer = threading.Thread(target=self._write_fragments, daemon=True)
        self._writer.start()
        if random_address:
            self.command(LE_SET_RANDOM_ADDRESS, random_address)
            self.address, self._own_address_type = random_address, RANDOM

    def close(self):
        """Ends the controller; links that are still up stay up on the other side."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # btvirt is gone already
        self._outgoing.put(None)
        self._writer.join(WAIT)
        self._reader.join(WAIT)
        self._socket.close()

    def command(self, opcode, parameters=b""):
        """Sends a command and returns what its completion carries after the status."""
        with self._commanding:
            self._send(struct.pack("<BHB", COMMAND, opcode, len(parameters)) + parameters)
            while True:
                try:
                    answered, data = self._answers.get(timeout=WAIT)
                except queue.Empty:
                    raise TimeoutError(f"HCI command 0x{opcode:04x} was not answered") from None
                if answered is None:
                    raise ConnectionError("btvirt closed the controller")
                if answered == opcode:
                    break
        if data[0]:
            raise HciError(f"command 0x{opcode:04x}", data[0])
        return data[1:]

    def scan(self, enable):
        """Switches active scanning on or off. Reports come at once for whoever advertises now,
        and later for whoever starts."""
        if enable:
            self.command(LE_SET_SCAN_PARAMETERS,
                         struct.pack("<BHHBB", 1, 16, 16, self._own_address_type, 0))
        self.command(LE_SET_SCAN_ENABLE, bytes([enable, 0]))

    def advertise(self):
        """Advertises, connectable and without data, until somebody connects."""
        self.command(LE_SET_ADVERTISING_PARAMETERS, struct.pack(
            "<HHBBB6sBB", 0x20, 0x20, 0, self._own_address_type, 0, bytes(6), 7, 0))
        self.command(LE_SET_ADVERTISING_ENABLE, b"\x01")

    def connect(self, address_type, address, timeout=WAIT):
        """Connects and returns the Link. HciError, TimeoutError."""
        self.command(LE_CREATE_CONNECTION, struct.pack(
            "<HHBB6sBHHHHHH", 16, 16, 0, address_type, address, self._own_address_type,
            6, 6, 0, 200, 0, 0))
        try:
            status, link = self._connections.get(timeout=timeout)
        except queue.Empty:
            self.command(LE_CREATE_CONNECTION_CANCEL)
            raise TimeoutError("the connection was not completed") from None
        if status:
            raise HciError("connect", status)
        return link

    def disconnect(self, link, reason=REMOTE_USER):
        """Ends a link and waits until it is down."""
        self.command(DISCONNECT, struct.pack("<HB", link.handle, reason))
        if not link.down.wait(WAIT):
            raise TimeoutError("the link did not go down")

    def encrypt(self, link, key):
        """Encrypts a link with a key of Secure Connections. HciError: the other side has another
        key, or none."""
        self.command(LE_ENABLE_ENCRYPTION, struct.pack("<H8sH16s", link.handle, bytes(8), 0, key))
        try:
            status = link.encryption.get(timeout=WAIT)
        except queue.Empty:
            raise TimeoutError("the link was not encrypted") from None
        if status:
            raise HciError("encryption", status)

    def send_acl(self, link, packet):
        """Queues one L2CAP packet, in fragments as large as the controller takes. Never waits."""
        for start in range(0, len(packet), self.acl_size):
            fragment = packet[start:start + self.acl_size]
            flags = 0x1000 if start else 0x0000
            header = struct.pack("<BHH", ACL, link.handle | flags, len(fragment))
            self._outgoing.put(header + fragment)

    def _write_fragments(self):
        while (fragment := self._outgoing.get()) is not None:
            try:
                if not self._credits.acquire(timeout=WAIT):
                    raise TimeoutError("the controller completes no packets")
                self._send(fragment)
            except ConnectionError:
                return  # the reader has seen it too

    def _send(self, packet):
        with self._sending:
            self._socket.sendall(packet)

    def _receive(self, size):
        data = bytearray()
        while len(data) < size:
            try:
                piece = self._socket.recv(size - len(data))
            except ConnectionError:
                piece = b""
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)

    def _read_packets(self):
        try:
            while True:
                kind = self._receive(1)[0]
                if kind == EVENT:
                    code, size = self._receive(2)
                    self._on_event(code, self._receive(size))
                elif kind == ACL:
                    handle, size = struct.unpack("<HH", self._receive(4))
                    data = self._receive(size)
                    link = self._links.get(handle & 0x0FFF)
                    if link:
                        link.on_fragment((handle >> 12) & 3, data)
                else:
                    raise ValueError(f"H4 packet of kind {kind}")
        except EOFError:
            pass
        finally:
            self._answers.put((None, b""))
            for link in list(self._links.values()):
                link.on_down(TIMEOUT)

    def _on_event(self, code, data):
        if code == 0x0E:  # Command Complete
            self._answers.put((struct.unpack_from("<H", data, 1)[0], data[3:]))
        elif code == 0x0F:  # Command Status
            self._answers.put((struct.unpack_from("<H", data, 2)[0], data[:1]))
        elif code == 0x05:  # Disconnection Complete
            status, handle, reason = struct.unpack("<BHB", data[:4])
            link = self._links.pop(handle, None)
            if link and not status:
                link.on_down(reason)
        elif code in (0x08, 0x30):  # Encryption Change, Encryption Key Refresh Complete
            status, handle = struct.unpack("<BH", data[:3])
            if handle in self._links:
                self._links[handle].encryption.put(status)
        elif code == 0x13:  # Number Of Completed Packets
            for i in range(data[0]):
                for _ in range(struct.unpack_from("<H", data, 3 + 4 * i)[0]):
                    self._credits.release()
        elif code == 0x3E:
            self._on_le_event(data[0], data[1:])

    def _on_le_event(self, code, data):
        if code == 0x01:  # Connection Complete
            status, handle, role = struct.unpack("<BHB", data[:4])
            link = None
            if not status:
                link = self._links[handle] = Link(self, handle)
            if role == 0:
                self._connections.put((status, link))
        elif code == 0x02:  # Advertising Report, btvirt sends one at a time
            size = data[9]
            self.reports.put(Report(data[1], data[2], data[3:9], data[10:10 + size]))


class Link:
    """One connection: L2CAP packets out and in, fragmented as the controller wants it."""

    def __init__(self, controller, handle):
        self.handle = handle
        self.down = threading.Event()
        self.reason = None
        self.encryption = queue.SimpleQueue()  # the status of each change
        self._controller = controller
        self._channels = {}
        self._early = []  # packets that came before their channel was opened
        self._opening = threading.Lock()
        self._partial = bytearray()

    def open(self, channel, on_packet, on_down=None):
        """on_packet(payload) is called in the reader's thread for each packet of a channel, and
        on_down() when the link ends. What has come already is handed over at once: a request of
        bluetoothd's that is not answered ends the link 30 s later."""
        with self._opening:
            for payload in [p for c, p in self._early if c == channel]:
                on_packet(payload)
            self._early = [(c, p) for c, p in self._early if c != channel]
            self._channels[channel] = (on_packet, on_down or (lambda: None))

    def send(self, channel, payload):
        """Sends one L2CAP packet."""
        if self.down.is_set():
            raise Disconnected(self.reason)
        self._controller.send_acl(self, struct.pack("<HH", len(payload), channel) + payload)

    def on_fragment(self, flags, data):
        if flags != 1:  # 1 continues, 0 and 2 begin
            self._partial.clear()
        self._partial += data
        if len(self._partial) < 4:
            return
        size, channel = struct.unpack_from("<HH", self._partial)
        if len(self._partial) >= size + 4:
            payload = bytes(self._partial[4:size + 4])
            self._partial.clear()
            with self._opening:
                if channel not in self._channels:
                    self._early.append((channel, payload))
                    return
            self._channels[channel][0](payload)

    def on_down(self, reason):
        self.reason = reason
        self.encryption.put(reason)
        self.down.set()
        for _, on_down in self._channels.values():
            on_down()
