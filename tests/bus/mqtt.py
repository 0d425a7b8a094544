"""A broker for the recipes, at a Unix socket: MQTT 3.1.1 without sessions, wildcards or
acknowledgements. Debian's mosquitto would start a service of its own where it is installed."""

import socket
import socketserver
import struct
import threading

CONNECT, CONNACK, PUBLISH, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = (
    1, 2, 3, 8, 9, 12, 13, 14)


def packet(kind, body=b"", flags=0):
    length, rest = b"", len(body)
    while True:
        rest, digit = rest // 128, rest % 128
        length += bytes([digit | (0x80 if rest else 0)])
        if not rest:
            return bytes([kind << 4 | flags]) + length + body


def text(body):
    """The string that body begins with, and what is behind it."""
    size, = struct.unpack_from(">H", body)
    return body[2:2 + size], body[2 + size:]


class Session(socketserver.StreamRequestHandler):
    """One client, in a thread of its own."""

    def setup(self):
        super().setup()
        self.topics = set()
        self.sending = threading.Lock()

    def receive(self):
        """Kind, flags and body of the next packet; None at the end."""
        head = self.rfile.read(1)
        if not head:
            return None
        size = shift = 0
        while True:
            digit = self.rfile.read(1)[0]
            size |= (digit & 0x7f) << shift
            shift += 7
            if not digit & 0x80:
                return head[0] >> 4, head[0] & 15, self.rfile.read(size)

    def send(self, *arguments):
        with self.sending:
            self.wfile.write(packet(*arguments))

    def subscribe(self, body):
        topic, rest = text(body[2:])
        assert rest == b"\0", "one topic, and no acknowledgement"
        self.topics.add(topic)
        self.server.subscribed(self)
        self.send(SUBACK, body[:2] + b"\0")

    def handle(self):
        while (received := self.receive()):
            kind, flags, body = received
            if kind == CONNECT:
                self.send(CONNACK, b"\0\0")
            elif kind == SUBSCRIBE:
                self.subscribe(body)
            elif kind == PUBLISH:
                assert not flags & 6, "without acknowledgement"
                self.server.publish(text(body)[0], body)
            elif kind == PINGREQ:
                self.send(PINGRESP)
            elif kind == DISCONNECT:
                return

    def finish(self):
        self.server.gone(self)
        super().finish()


class Broker(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path):
        super().__init__(path, Session)
        self.path, self.sessions, self.ended = path, [], 0
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def subscribed(self, session):
        with self.changed:
            self.sessions.append(session)
            self.changed.notify_all()

    def gone(self, session):
        with self.changed:
            if session in self.sessions:
                self.sessions.remove(session)
            self.ended += 1
            self.changed.notify_all()

    def publish(self, topic, body):
        with self.changed:
            to = [s for s in self.sessions if topic in s.topics]
        for session in to:
            session.send(PUBLISH, body)

    def wait_subscribed(self, limit):
        with self.changed:
            assert self.changed.wait_for(lambda: self.sessions, limit), "nobody subscribes"

    def wait_ended(self, sessions, limit):
        """So many in all: what they have published is passed on."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.ended >= sessions, limit), "nobody ends"

    def end(self):
        self.shutdown()
        with self.changed:
            for session in self.sessions:
                session.connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
