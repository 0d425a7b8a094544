"""spored's socket, as a local program uses it."""

import json
import socket

WAIT = 30


class Refused(Exception):
    """spored answered a request with an error."""

    def __init__(self, answer):
        super().__init__(answer.get("detail", answer["error"]))
        self.error = answer["error"]


class Peer:
    """One connection. Use as a context manager."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(WAIT)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._lines.close()
        self._socket.close()

    def shutdown(self):
        """Ends the connection; who waits for a line in another thread gets EOFError."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def request(self, op, **members):
        """Sends one request and returns its answer. Refused if that is an error."""
        self.send([{"op": op, **members}])
        answer = self.receive()
        if "error" in answer:
            raise Refused(answer)
        return answer

    def set(self, characteristic, **fields):
        return self.request("set", characteristic=characteristic, fields=fields)

    def send(self, requests):
        """Sends requests as fast as the socket takes them; receive() gives an answer for each."""
        self.send_raw(b"".join(json.dumps(r).encode() + b"\n" for r in requests))

    def send_raw(self, data):
        self._socket.sendall(data)

    def receive(self, timeout=WAIT):
        """The next line: an answer or an event."""
        self._socket.settimeout(timeout)
        line = self._lines.readline()
        if not line:
            raise EOFError("spored closed the socket")
        return json.loads(line)


def env_request(number):
    """A request that sets env_measurements to a value that carries a number, and its 12 bytes."""
    fields = {"co2_ppm": number, "temperature_c": 21.4, "humidity_pct": 65.0, "light_raw": 42,
              "uptime_ms": 123456}
    return ({"op": "set", "characteristic": "env_measurements", "fields": fields},
            number.to_bytes(2, "little") + bytes.fromhex("d6008a022a0040e20100"))


def set_env(peer, number):
    """Sets env_measurements to a value that carries a number, and returns its 12 bytes."""
    request, value = env_request(number)
    peer.request(**request)
    return value
