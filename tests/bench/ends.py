"""The two that are measured: how each is given a value, and how it is known to have arrived."""

import abc
import json
import socket
import threading
import time

from stories import gatt

RELAYED = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bb01"
SIZE = 12
WAIT = 60


def value_of(number):
    return number.to_bytes(SIZE, "big")


class End(abc.ABC):
    """A program on the local side, and what the phone hears of its values."""

    def __init__(self, world, central, uuid, pid, path):
        self._simulator, self._uuid, self._pid = world.sporesim, uuid.encode(), pid
        self._number = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(WAIT)
        self._socket.connect(path)
        central.subscribe(uuid)

    def close(self):
        self._socket.close()

    def cpu(self):
        """Seconds that the process has used until now."""
        with open(f"/proc/{self._pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e9

    def latency(self):
        """Seconds from a set to its value's being told by the phone."""
        self._number += 1
        data = self.encoded([self._number])
        begin = time.perf_counter()
        self._socket.sendall(data)
        self._wait_for(self._number)
        seconds = time.perf_counter() - begin
        self.take_answers(1)
        return seconds

    def all_at_once(self, count):
        """Seconds until the last of them is told; each must be, in order."""
        numbers = range(self._number + 1, self._number + count + 1)
        data = self.encoded(numbers)
        sender = threading.Thread(target=self._socket.sendall, args=(data,))
        answers = threading.Thread(target=self.take_answers, args=(count,))
        begin = time.perf_counter()
        sender.start()
        answers.start()
        for self._number in numbers:
            self._wait_for(self._number)
        seconds = time.perf_counter() - begin
        sender.join()
        answers.join()
        self.assert_nothing_lost()
        return seconds

    def _wait_for(self, number):
        """The next value of this one's must be that. Not as an Event, which takes time."""
        while True:
            line = self._simulator.read_line(WAIT)
            assert not line.startswith(b"dropped"), "nobody has read what the simulator told"
            if b" notified " in line and self._uuid in line:
                told = int(line.rpartition(b"hex=")[2], 16)
                assert told == number, f"{told} came in the place of {number}"
                return

    @abc.abstractmethod
    def encoded(self, numbers):
        """What is sent."""

    @abc.abstractmethod
    def take_answers(self, count):
        """Takes the answers to that many."""

    @abc.abstractmethod
    def assert_nothing_lost(self):
        """By its own account."""


class Spored(End):

    def __init__(self, world, central):
        super().__init__(world, central, gatt.PLAIN, world.spored.pid, str(world.spored.socket))
        self._spored = world.spored

    def encoded(self, numbers):
        return b"".join(json.dumps({"op": "set", "characteristic": "plain",
                                    "hex": value_of(n).hex()}).encode() + b"\n" for n in numbers)

    def take_answers(self, count):
        while count:
            data = self._socket.recv(65536)
            assert data and b'"error"' not in data, data
            count -= data.count(b"\n")

    def assert_nothing_lost(self):
        counters = self._spored.counters("plain")
        assert not any(counters["dropped"].values()), counters
        assert counters["sent"] == counters["published"], counters


class Relay(End):

    def __init__(self, world, central, process, path):
        super().__init__(world, central, RELAYED, process.process.pid, path)
        self._process = process

    def close(self):
        super().close()
        status = self._process.wait()
        assert status == 0, f"the relay has ended with {status}"

    def encoded(self, numbers):
        return b"".join(map(value_of, numbers))

    def take_answers(self, count):
        """There are none."""

    def assert_nothing_lost(self):
        """Each value was told, and it has no account."""
