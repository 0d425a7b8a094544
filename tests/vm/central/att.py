"""The Attribute Protocol, client side, over one link (Core specification, volume 3, part F)."""

import queue
import struct
import threading

from .hci import Disconnected

CHANNEL = 4
WAIT = 30  # seconds; the protocol's own limit for a transaction

INVALID_HANDLE, READ_NOT_PERMITTED, WRITE_NOT_PERMITTED = 0x01, 0x02, 0x03
INVALID_OFFSET, NOT_FOUND, INVALID_LENGTH = 0x07, 0x0A, 0x0D
REQUEST_NOT_SUPPORTED, INSUFFICIENT_ENCRYPTION = 0x06, 0x0F

ERROR, MTU_REQUEST, MTU_RESPONSE = 0x01, 0x02, 0x03
FIND_INFORMATION, FIND_BY_TYPE_VALUE, READ_BY_TYPE = 0x04, 0x06, 0x08
READ, READ_BLOB, READ_BY_GROUP_TYPE = 0x0A, 0x0C, 0x10
WRITE, PREPARE_WRITE, EXECUTE_WRITE, WRITE_COMMAND = 0x12, 0x16, 0x18, 0x52
NOTIFICATION, INDICATION, CONFIRMATION = 0x1B, 0x1D, 0x1E


class AttError(Exception):
    """The server refused a request."""

    def __init__(self, request, handle, code):
        super().__init__(
            f"ATT error 0x{code:02x} to request 0x{request:02x} on handle 0x{handle:04x}")
        self.request, self.handle, self.code = request, handle, code


class Att:
    """Requests one at a time; values that the server sends by itself go to on_value(handle, value,
    confirmed) in the reader's thread. An indication is confirmed before on_value is called."""

    def __init__(self, link, mtu, on_value):
        self.mtu = 23
        self._offered = mtu
        self._link = link
        self._on_value = on_value
        self._responses = queue.SimpleQueue()
        self._requesting = threading.Lock()
        self._heard = threading.Event()
        link.open(CHANNEL, self._on_packet, self._on_down)

    def exchange_mtu(self):
        """Agrees on the MTU. What is sent right after a connect can get lost, so this gives the
        peer a moment to speak first, which it does not always, and asks again if need be."""
        self._heard.wait(0.2)
        for _ in range(10):
            try:
                response = self._request(struct.pack("<BH", MTU_REQUEST, self._offered), wait=3)
                break
            except TimeoutError:
                pass
        else:
            raise TimeoutError("the peer does not answer on ATT")
        self.mtu = max(23, min(self._offered, struct.unpack("<H", response[1:3])[0]))
        return self.mtu

    def read(self, handle):
        """One read: at most MTU - 1 bytes."""
        return self._request(struct.pack("<BH", READ, handle))[1:]

    def read_blob(self, handle, offset):
        return self._request(struct.pack("<BHH", READ_BLOB, handle, offset))[1:]

    def read_long(self, handle):
        """The whole value, by as many reads as it takes."""
        value = piece = self.read(handle)
        while len(piece) == self.mtu - 1:
            piece = self.read_blob(handle, len(value))
            value += piece
        return value

    def write(self, handle, value):
        self._request(struct.pack("<BH", WRITE, handle) + value)

    def start_write(self, handle, value):
        """A write request whose answer nobody waits for."""
        self._link.send(CHANNEL, struct.pack("<BH", WRITE, handle) + value)

    def write_command(self, handle, value):
        """Unacknowledged."""
        self._link.send(CHANNEL, struct.pack("<BH", WRITE_COMMAND, handle) + value)

    def prepare_write(self, handle, offset, piece):
        """Queues a piece at the server. What it says that it has queued is what was sent."""
        parameters = struct.pack("<HH", handle, offset) + piece
        echo = self._request(bytes([PREPARE_WRITE]) + parameters)[1:]
        assert echo == parameters, f"{parameters.hex()} was sent, {echo.hex()} is queued"

    def execute_write(self, commit=True):
        """Ends what was prepared: written, or forgotten."""
        self._request(bytes([EXECUTE_WRITE, commit]))

    def write_long(self, *writes):
        """Pairs of handle and value, prepared in pieces, then executed together, which is the
        reliable write; cancelled if a piece is refused."""
        step = self.mtu - 5
        try:
            for handle, value in writes:
                for offset in range(0, max(len(value), 1), step):
                    self.prepare_write(handle, offset, value[offset:offset + step])
        except AttError:
            self.execute_write(False)
            raise
        self.execute_write()

    def read_by_group_type(self, start, end, kind):
        return self._entries(READ_BY_GROUP_TYPE, start, end, struct.pack("<H", kind))

    def read_by_type(self, start, end, kind):
        return self._entries(READ_BY_TYPE, start, end, struct.pack("<H", kind))

    def find_by_type_value(self, start, end, kind, value):
        """Handle ranges of the groups whose attribute of this kind has this value."""
        found = []
        while start <= end:
            try:
                data = self._request(struct.pack("<BHHH", FIND_BY_TYPE_VALUE, start, end, kind)
                                     + value)[1:]
            except AttError as error:
                if error.code != NOT_FOUND:
                    raise
                break
            found += struct.iter_unpack("<HH", data)
            start = found[-1][1] + 1
        return found

    def find_information(self, start, end):
        """(handle, UUID bytes) of every attribute in the range."""
        found = []
        while start <= end:
            try:
                data = self._request(struct.pack("<BHH", FIND_INFORMATION, start, end))
            except AttError as error:
                if error.code != NOT_FOUND:
                    raise
                break
            step = 4 if data[1] == 1 else 18
            for at in range(2, len(data), step):
                found.append((struct.unpack_from("<H", data, at)[0], data[at + 2:at + step]))
            start = found[-1][0] + 1
        return found

    def _entries(self, opcode, start, end, kind):
        """The entries of equal size that a request by type yields, over as many as it takes. Each
        begins with its handle; with groups the end handle follows."""
        found = []
        while start <= end:
            try:
                data = self._request(struct.pack("<BHH", opcode, start, end) + kind)
            except AttError as error:
                if error.code != NOT_FOUND:
                    raise
                break
            step = data[1]
            found += [data[at:at + step] for at in range(2, len(data), step)]
            last = found[-1]
            start = struct.unpack_from("<H", last, 2 if opcode == READ_BY_GROUP_TYPE else 0)[0] + 1
        return found

    def _request(self, pdu, wait=WAIT):
        with self._requesting:
            self._link.send(CHANNEL, pdu)
            while True:
                try:
                    response = self._responses.get(timeout=wait)
                except queue.Empty:
                    raise TimeoutError(f"ATT request 0x{pdu[0]:02x} was not answered") from None
                if response is None:
                    self._responses.put(None)  # for whoever asks next
                    raise Disconnected(self._link.reason)
                # Another opcode answers a request that was given up.
                if response[0] == ERROR and response[1] == pdu[0]:
                    raise AttError(*struct.unpack("<BHB", response[1:5]))
                if response[0] == pdu[0] + 1:
                    return response

    def _on_down(self):
        self._responses.put(None)

    def _on_packet(self, pdu):
        self._heard.set()
        opcode = pdu[0]
        if opcode in (NOTIFICATION, INDICATION):
            if opcode == INDICATION:
                self._link.send(CHANNEL, bytes([CONFIRMATION]))
            self._on_value(struct.unpack_from("<H", pdu, 1)[0], pdu[3:], opcode == INDICATION)
        elif opcode & 1:
            self._responses.put(pdu)
        elif opcode == MTU_REQUEST:
            self._link.send(CHANNEL, struct.pack("<BH", MTU_RESPONSE, self._offered))
        elif opcode & 0x40 == 0 and opcode != CONFIRMATION:
            self._refuse(pdu)

    def _refuse(self, pdu):
        """bluetoothd looks at its peer's services too; this one has none."""
        search = pdu[0] in (FIND_INFORMATION, FIND_BY_TYPE_VALUE, READ_BY_TYPE, READ_BY_GROUP_TYPE)
        handle = struct.unpack_from("<H", pdu, 1)[0] if len(pdu) >= 3 else 0
        self._link.send(CHANNEL, struct.pack("<BBHB", ERROR, pdu[0], handle,
                                             NOT_FOUND if search else REQUEST_NOT_SUPPORTED))
