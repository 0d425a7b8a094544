"""What it costs. Printed for the reader; only waking up without cause is judged."""

import ctypes
import statistics
import time

from . import mushpi
from .world import machine_only, wait_until

FIGURES = "figures are of a real bluetoothd"
EPOLL_WAIT = ("232", "281")  # epoll_wait and epoll_pwait on x86-64


def process_status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)


@machine_only(FIGURES)
def story_reads(world):
    """500 reads are all answered; their latency is a figure"""
    latencies = []
    with world.central() as central:
        central.connect(name=mushpi.NAME).discover()
        for _ in range(500):
            begin = time.perf_counter()
            assert len(central.read_once(mushpi.ENV_MEASUREMENTS)) == 12
            latencies.append((time.perf_counter() - begin) * 1000)
    cuts = statistics.quantiles(latencies, n=100)
    world.figure("read latency", f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms")


def wake_ups(pid):
    """How often it has gone to sleep of its own will until now."""
    return int(process_status(pid)["voluntary_ctxt_switches"])


def patience(pid):
    """The milliseconds for which it waits for an event at most, -1 for ever; 0 if it is busy."""
    with open(f"/proc/{pid}/syscall", encoding="ascii") as file:
        words = file.read().split()
    if words[0] not in EPOLL_WAIT:
        return 0
    return ctypes.c_int32(int(words[4], 16) & 0xFFFFFFFF).value


def woken_in(pid, seconds):
    """How often it wakes up in a time in which nobody wants anything of it."""
    before = wake_ups(pid)
    time.sleep(seconds)  # idleness is what is measured
    return wake_ups(pid) - before


@machine_only(FIGURES)
def story_idle(world):
    """an idle spored sleeps: no wake-up in 10 seconds"""
    # A bluetoothd that has just started has no device to forget meanwhile, and tells nothing.
    world.bluetoothd.stop()
    world.spored.wait_off_air()
    world.bluetoothd.start()
    world.spored.wait_on_air()
    pid = world.spored.pid
    world.figure("resident memory", process_status(pid)["VmRSS"].strip())
    wait_until(lambda: woken_in(pid, 1) == 0, "the start is over")
    woken = woken_in(pid, 10)
    world.figure("wake-ups in 10 idle seconds", woken)
    assert woken == 0, woken


@machine_only(FIGURES)
def story_no_wake_up_in_sight(world):
    """an idle spored has asked for no wake-up within a day"""
    wait_until(lambda: not 0 <= patience(world.spored.pid) < 24 * 3600 * 1000, "it waits for a day")


@machine_only(FIGURES)
def story_idle_with_a_subscriber(world):
    """with a silent subscriber it sleeps as well: fewer than 5 wake-ups in 10 seconds"""
    pid = world.spored.pid
    with world.central() as central:
        central.connect(name=mushpi.NAME).subscribe(mushpi.ENV_MEASUREMENTS).get()
        woken = woken_in(pid, 10)
    world.figure("wake-ups in 10 seconds with a silent subscriber", woken)
    assert woken < 5, woken
