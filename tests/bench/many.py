"""What many characteristics cost, and many centrals: a read and a notification each."""

import contextlib
import json
import os
import pathlib
import socket
import statistics
import time

from harness import clean_environment
from simulation.process import Process
from simulation.world import Simulation

VERSION = "5.82"
FEW, MANY, CENTRALS = 1, 500, 8
READS, VALUES, ROUNDS = 400, 400, 15
SIZE = 12
SERVED, RELAYED = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6aa00", "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bb00"
WAIT = 60

WHAT = f"""Reads of {SIZE} bytes, and values that are set one at a time and notified to every phone,
of the last characteristic of a profile with {FEW} or {MANY}, all of which are subscribed to, with
1 phone or {CENTRALS} that take turns in reading. The rest is as above. CPU is of spored or the
relay alone; the times have what the simulator takes, which tells of one phone after the other."""


def profile(count):
    lines = ["[queue]", "rate = 0", "policy = block", "put_timeout = 60s",
             "notify_on_subscribe = no", "[service many]", f"uuid = {SERVED}"]
    for number in range(count):
        lines += [f"[characteristic number_{number}]",
                  f"uuid = {SERVED[:-4]}{0xaa01 + number:04x}", "flags = read notify",
                  f"size_max = {SIZE}"]
    return "\n".join([*lines, "[advertisement]", "services = many", ""])


class Program:
    """spored or the relay: its process, and where the last of its characteristics is."""

    def __init__(self, pid, path, characteristics, encode, answers):
        self.pid, self.handle, self._encode = pid, characteristics[-1].handle, encode
        self.uuid = characteristics[-1].uuid.encode()
        self._answers, self._number = answers, 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(WAIT)
        self._socket.connect(str(path))

    def close(self):
        self._socket.close()

    def cpu(self):
        """Seconds that the process has used until now."""
        with open(f"/proc/{self.pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e9

    def set(self):
        """The next value."""
        self._number += 1
        self._socket.sendall(self._encode(self._number.to_bytes(SIZE, "big")))

    def take_answer(self):
        if self._answers:
            data = self._socket.recv(65536)
            assert b'"ok":true' in data, data


class Place:
    """A simulation with so many characteristics and centrals. Use as a context manager."""

    def __init__(self, count, centrals):
        self._count, self._n_centrals = count, centrals
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        self._world = self._stack.enter_context(Simulation(VERSION))
        relay_socket = pathlib.Path(self._world.folder) / "relay.sock"
        self._world.spored.configuration.write_text(profile(self._count), encoding="utf-8")
        self._world.spored.start()
        relay = Process("relay", [os.environ["BENCH_RELAY"], self._world.bus_address, relay_socket,
                                  str(self._count)],
                        clean_environment(self._world.folder), self._world.log)
        assert relay.ready.wait(WAIT), "the relay is not ready: " + self._world.log.since(0)
        self._stack.callback(relay.wait)
        self._centrals = [self._stack.enter_context(self._world.central())
                          for _ in range(self._n_centrals)]
        for central in self._centrals:
            central.connect(service=SERVED).discover()
        self.programs = [
            self._program(SERVED, self._world.spored.pid, self._world.spored.socket, self._line,
                          True),
            self._program(RELAYED, relay.process.pid, relay_socket, bytes, False)]
        return self

    def __exit__(self, *exception):
        for program in self.programs:
            program.close()
        return self._stack.__exit__(*exception)

    def reads(self, program):
        """Seconds of each, and CPU seconds a read."""
        command = f"read-once 0x{program.handle:04x}"
        seconds, cpu = [], program.cpu()
        for at in range(READS):
            central = self._centrals[at % len(self._centrals)]
            begin = time.perf_counter()
            self._world.sporesim.command(central.name, *command.split())
            seconds.append(time.perf_counter() - begin)
        return seconds, (program.cpu() - cpu) / READS

    def notifications(self, program):
        """The same of values, until the last central has one."""
        seconds, cpu = [], program.cpu()
        for _ in range(VALUES):
            begin = time.perf_counter()
            program.set()
            self._wait_notified(program.uuid)
            seconds.append(time.perf_counter() - begin)
            program.take_answer()
        return seconds, (program.cpu() - cpu) / VALUES

    def _wait_notified(self, uuid):
        left = len(self._centrals)
        while left:
            line = self._world.sporesim.read_line(WAIT)
            left -= b" notified " in line and uuid in line

    def _line(self, value):
        return json.dumps({"op": "set", "characteristic": f"number_{self._count - 1}",
                           "hex": value.hex()}).encode() + b"\n"

    def _program(self, service, pid, path, encode, answers):
        """Every central subscribes to all of it."""
        found = self._centrals[0].table.service(service).characteristics
        assert len(found) == self._count, len(found)
        for central in self._centrals:
            for characteristic in found:
                self._world.sporesim.command(central.name, "subscribe",
                                             f"0x{characteristic.handle:04x}")
        return Program(pid, path, found, encode, answers)


def measure(places):
    """Of each of (place, program, what): the median in ms, and the CPU in us of the round that was
    disturbed least. In turn: whatever else the machine does meets all."""
    found = {}
    for _ in range(ROUNDS):
        for place in places:
            for name, program in zip(("spored", "bare relay"), place.programs):
                for what in ("reads", "notifications"):
                    seconds, cpu = getattr(place, what)(program)
                    found.setdefault((place, name, what), []).append((seconds, cpu))
    return {key: (statistics.median(s for seconds, _ in rounds for s in seconds) * 1e3,
                  min(cpu for _, cpu in rounds) * 1e6)
            for key, rounds in found.items()}


def show(places, figures):
    print(f"\n{'characteristics for phones':34}{f'{FEW} for 1':>10}{f'{MANY} for 1':>14}"
          f"{'ratio':>7}{f'{FEW} for {CENTRALS}':>14}{'ratio':>7}")
    for what in ("reads", "notifications"):
        for name in ("spored", "bare relay"):
            for at, unit in enumerate(("ms", "us CPU")):
                one, many, all_of_them = (figures[place, name, what][at] for place in places)
                print(f"{what + ', ' + name:26}{unit:>8}{one:10.2f}{many:14.2f}{many / one:7.2f}"
                      f"{all_of_them:14.2f}{all_of_them / one:7.2f}")


def run():
    print("\n" + WHAT)
    with contextlib.ExitStack() as stack:
        places = [stack.enter_context(Place(count, centrals))
                  for count, centrals in ((FEW, 1), (MANY, 1), (FEW, CENTRALS))]
        show(places, measure(places))
