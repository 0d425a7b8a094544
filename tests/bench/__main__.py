"""Measures, and prints a table."""

import os
import pathlib
import statistics
import sys

from simulation.process import Process
from simulation.world import Simulation
from harness import clean_environment
from stories import gatt

from . import many
from .ends import Relay, Spored

VERSION = "5.82"
LATENCIES, THROUGHPUT, ROUNDS = 2000, 5000, 5
DROP_IN = "[queue]\nrate = 0\npolicy = block\nput_timeout = 60s\n"

WHAT = f"""A program sets values of 12 bytes on a Unix socket, and one phone is notified of them.
BlueZ and the phone are sporesim's ({VERSION}), on a D-Bus of their own: no radio, no bluetoothd.
spored takes JSON, checks and answers each set, and queues under `block` with pacing off; nothing
may be dropped. The relay takes bytes, and only emits PropertiesChanged by sd-bus. Both are
measured in turn, {LATENCIES} values one at a time and {ROUNDS} rounds of {THROUGHPUT} at once.
CPU is of the process alone, for the values at once. What the simulator costs, and the reader of
what it tells, is in the times of both."""


def measure(end):
    """Values a second, and CPU seconds a value."""
    cpu = end.cpu()
    seconds = end.all_at_once(THROUGHPUT)
    return THROUGHPUT / seconds, (end.cpu() - cpu) / THROUGHPUT


def figures(latencies, rounds):
    """The rows of one column: p50 and p99 in ms, values a second, microseconds of CPU."""
    cuts = statistics.quantiles(latencies, n=100)
    return (cuts[49] * 1000, cuts[98] * 1000, statistics.median(r[0] for r in rounds),
            statistics.median(r[1] for r in rounds) * 1e6)


def show(spored, relay):
    rows = ("set to received, p50", "ms"), ("set to received, p99", "ms"), \
        ("values received", "a second"), ("CPU", "us a value")
    print(f"\n{'':22}{'spored':>12}{'bare relay':>12}{'':12}{'ratio':>7}")
    for (name, unit), ours, theirs in zip(rows, spored, relay):
        digits = 2 if ours < 100 else 0
        print(f"{name:22}{ours:12.{digits}f}{theirs:12.{digits}f} {unit:11}{ours / theirs:7.2f}")


def run(world, relay_socket):
    world.spored.start()
    with world.advertising(), world.central() as central, \
            world.spored.configured(DROP_IN, profile="gatt.conf"):
        environment = clean_environment(world.folder)
        process = Process("relay", [os.environ["BENCH_RELAY"], world.bus_address, relay_socket],
                          environment, world.log)
        assert process.ready.wait(30), "the relay is not ready: " + world.log.since(0)
        central.connect(service=gatt.TOLD)
        ends = [Spored(world, central), Relay(world, central, process, relay_socket)]
        # In turn: whatever else the machine does meets both.
        latencies = [[end.latency() for end in ends] for _ in range(LATENCIES)]
        rounds = [[measure(end) for end in ends] for _ in range(ROUNDS)]
        for end in ends:
            end.close()
        show(*map(figures, zip(*latencies), zip(*rounds)))


def main():
    print(WHAT)
    with Simulation(VERSION) as world:
        run(world, str(pathlib.Path(world.folder) / "relay.sock"))
    many.run()


sys.exit(main())
