"""Pairing as its initiator: LE Secure Connections, Just Works (Core specification, volume 3,
part H). The kernel does the AES."""

import queue
import secrets
import socket

CHANNEL = 6
WAIT = 30  # seconds; the protocol's own limit for a step

PAIRING_REQUEST, PAIRING_RESPONSE, CONFIRM, RANDOM, FAILED = 0x01, 0x02, 0x03, 0x04, 0x05
PUBLIC_KEY, DHKEY_CHECK = 0x0C, 0x0D
CONFIRM_VALUE_FAILED, DHKEY_CHECK_FAILED = 0x04, 0x0B

# No input, no output; no out-of-band data; bonding with Secure Connections; keys of 16 bytes, none
# of them distributed: the long term key comes of the exchange.
NO_INPUT_NO_OUTPUT, NO_OOB, BONDING_SC = 0x03, 0x00, 0x09
FEATURES = bytes([NO_INPUT_NO_OUTPUT, NO_OOB, BONDING_SC, 16, 0, 0])

# The curve P-256 (FIPS 186-4, D.1.2.3).
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BASE = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)

F5_SALT = bytes.fromhex("6c888391aaf5a53860370bdb5a6083be")


class SmpError(Exception):
    """Pairing failed; code is the reason, ours or the peer's."""

    def __init__(self, code):
        super().__init__(f"pairing failed: reason 0x{code:02x}")
        self.code = code


def add(first, second):
    """The sum of two points; None is the point at infinity."""
    if first is None or second is None:
        return first or second
    (x1, y1), (x2, y2) = first, second
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    if first == second:
        slope = 3 * (x1 * x1 - 1) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def multiply(number, point):
    result = None
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def cmac(key, data):
    """AES-CMAC, most significant byte first."""
    with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET) as algorithm:
        algorithm.bind(("hash", "cmac(aes)"))
        algorithm.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, key)
        operation, _ = algorithm.accept()
        with operation:
            operation.sendall(data)
            return operation.recv(16)


def big(number):
    return number.to_bytes(32, "big")


def f4(first, second, key, z):
    return cmac(key, first + second + bytes([z]))


def f5(secret, first, second, addresses):
    """The key for the check and the long term key."""
    key = cmac(F5_SALT, secret)
    return tuple(cmac(key, bytes([counter]) + b"btle" + first + second + addresses + b"\x01\x00")
                 for counter in (0, 1))


def f6(key, first, second, features, addresses):
    # Authentication requirements first, then out-of-band, then input and output.
    return cmac(key, first + second + bytes(16) + features[2::-1] + addresses)


class Smp:
    """Pairing over one link. own and peer are (type, address as in packets)."""

    def __init__(self, link, own, peer):
        self._link = link
        self._own, self._peer = (bytes([kind]) + address[::-1] for kind, address in (own, peer))
        self._packets = queue.SimpleQueue()
        link.open(CHANNEL, self._packets.put, lambda: self._packets.put(None))

    def pair(self):
        """Returns the long term key as commands of HCI carry it. Encryption is the caller's. An
        agent may be asked on the other side. SmpError, TimeoutError, ConnectionError."""
        self._send(PAIRING_REQUEST, FEATURES)
        features = self._receive(PAIRING_RESPONSE)
        private = secrets.randbelow(ORDER - 1) + 1
        ours = multiply(private, BASE)
        self._send(PUBLIC_KEY, big(ours[0])[::-1] + big(ours[1])[::-1])
        key = self._receive(PUBLIC_KEY)
        theirs = tuple(int.from_bytes(part, "little") for part in (key[:32], key[32:]))
        confirm = self._receive(CONFIRM)[::-1]
        own_random = secrets.token_bytes(16)
        self._send(RANDOM, own_random[::-1])
        peer_random = self._receive(RANDOM)[::-1]
        if confirm != f4(big(theirs[0]), big(ours[0]), peer_random, 0):
            self._fail(CONFIRM_VALUE_FAILED)
        secret = big(multiply(private, theirs)[0])
        check_key, long_term_key = f5(secret, own_random, peer_random, self._own + self._peer)
        self._send(DHKEY_CHECK, f6(check_key, own_random, peer_random, FEATURES,
                                   self._own + self._peer)[::-1])
        check = self._receive(DHKEY_CHECK)[::-1]
        if check != f6(check_key, peer_random, own_random, features, self._peer + self._own):
            self._fail(DHKEY_CHECK_FAILED)
        return long_term_key[::-1]

    def _send(self, code, data):
        self._link.send(CHANNEL, bytes([code]) + data)

    def _receive(self, code):
        """The next packet with this code; others, such as a Security Request, ask for what is
        under way."""
        while True:
            try:
                packet = self._packets.get(timeout=WAIT)
            except queue.Empty:
                raise TimeoutError(f"SMP packet 0x{code:02x} did not come") from None
            if packet is None:
                raise ConnectionError("the link went down while pairing")
            if packet[0] == FAILED:
                raise SmpError(packet[1])
            if packet[0] == code:
                return packet[1:]

    def _fail(self, reason):
        self._send(FAILED, bytes([reason]))
        raise SmpError(reason)
