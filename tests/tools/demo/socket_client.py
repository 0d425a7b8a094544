"""spored's socket, as any local program uses it."""

import json
import socket
import time

from .programs import Failed

WAIT = 10


class Client:
    def __init__(self, path, programs):
        end = time.monotonic() + WAIT
        while True:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(WAIT)
            try:
                self.socket.connect(path)
                break
            except OSError as error:
                self.socket.close()
                programs.lines(0.1)
                programs.check()
                if time.monotonic() > end:
                    raise Failed(f"spored does not listen on {path}: {error}") from None
        self._data = b""

    def request(self, **members):
        """Sends one and returns its answer."""
        self.socket.sendall(json.dumps(members).encode() + b"\n")
        while b"\n" not in self._data:
            data = self.socket.recv(65536)
            if not data:
                raise Failed("spored has closed the socket")
            self._data += data
        line, self._data = self._data.split(b"\n", 1)
        return json.loads(line)

    def events(self):
        """What has come without having been asked for; never waits."""
        self.socket.setblocking(False)
        try:
            while data := self.socket.recv(65536):
                self._data += data
        except BlockingIOError:
            pass
        finally:
            self.socket.settimeout(WAIT)
        *lines, self._data = self._data.split(b"\n")
        return [json.loads(line) for line in lines]
