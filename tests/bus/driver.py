"""A bus that goes as far as it is told: the part of dbus-daemon that a client meets first."""

import contextlib
import os
import socket
import struct
import threading

NAME = "org.freedesktop.DBus"
NO_OWNER = NAME + ".Error.NameHasNoOwner"
LIMITS = NAME + ".Error.LimitsExceeded"
METHOD_RETURN, ERROR = 2, 3
DESTINATION = ":1.1"


def align(data, size):
    return data + bytes(-len(data) % size)


def field(code, kind, value):
    return bytes([code, 1]) + kind.encode() + b"\0" + value


def text(value):
    return struct.pack("<I", len(value)) + value.encode() + b"\0"


def reply_to(serial, kind, error=None, body=None):
    """body: the one string in it."""
    fields = field(5, "u", struct.pack("<I", serial))
    if error:
        fields = align(fields, 8) + field(4, "s", text(error))
    fields = align(fields, 8) + field(6, "s", text(DESTINATION))
    fields = align(fields, 8) + field(7, "s", text(NAME))
    if body:
        fields = align(fields, 8) + field(8, "g", b"\1s\0")
    data = text(body) if body else b""
    head = struct.pack("<BBBBIII", ord("l"), kind, 0, 1, len(data), serial, len(fields))
    return align(head + fields, 8) + data


class Driver:
    """Listens at a path. `answers` says what becomes of each method: a word to answer with, "" for
    an empty answer, an Exception for an error of that name, None for none. Methods that are not
    named are not answered. Without `knows` not even the handshake is."""

    def __init__(self, path, knows=True, **answers):
        self.knows, self.answers = knows, answers
        self.calls, self.connections, self.ended = [], [], False
        self.changed = threading.Condition()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        with self.changed:
            self.ended = True
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.hang_up()

    def hang_up(self):
        """On all who are connected."""
        with self.changed:
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def wait(self, condition, limit):
        """Until it is so."""
        with self.changed:
            assert self.changed.wait_for(condition, limit), (len(self.connections), self.calls[-9:])

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self.listener.accept()[0]
                with self.changed:
                    self.connections.append(connection)
                    self.changed.notify_all()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, EOFError), connection, connection.makefile("rb") as file:
            if not self.knows:
                file.read()
                return
            file.read(1)
            while (line := file.readline().split()[:1]) not in ([], [b"BEGIN"]):
                answer = {b"AUTH": b"DATA", b"DATA": b"OK 0123456789abcdef0123456789abcdef",
                          b"NEGOTIATE_UNIX_FD": b"AGREE_UNIX_FD"}[line[0]]
                connection.sendall(answer + b"\r\n")
            while head := file.read(16):
                self._answer(connection, file, head)

    def _answer(self, connection, file, head):
        size, serial, fields_size = struct.unpack("<III", head[4:])
        fields = file.read(fields_size + -fields_size % 8)
        file.read(size)
        member = next(name for name in (*self.answers, "other") if name == "other" or
                      struct.pack("<I", len(name)) + name.encode() + b"\0" in fields)
        answer = self.answers.get(member)
        if isinstance(answer, Exception):
            connection.sendall(reply_to(serial, ERROR, error=str(answer)))
        elif answer is not None:
            connection.sendall(reply_to(serial, METHOD_RETURN, body=answer))
        with self.changed:
            self.calls.append(member)
            self.changed.notify_all()


def well(**other):
    """Of a bus that works, where nobody has the name org.bluez."""
    return {"Hello": DESTINATION, "AddMatch": "", "GetNameOwner": Exception(NO_OWNER), **other}


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
