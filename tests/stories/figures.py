"""What it costs. Printed for the reader; only waking up without cause is judged."""

import collections
import ctypes
import statistics
import time

from . import mushpi
from .world import lasting, machine_only, wait_until

FIGURES = "figures are of a real bluetoothd"
FED, ASKED, ANSWERED = "the watchdog is fed", "bluetoothd is asked", "bluetoothd answers"
FEED_SECONDS, PING_SECONDS = 15, 5  # the first is half the unit's WatchdogSec
DAY = 24 * 3600 * 1000  # in milliseconds
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


def settle(world):
    """A bluetoothd that has just started has no device to forget meanwhile, and tells nothing."""
    world.bluetoothd.stop()
    world.spored.wait_off_air()
    world.bluetoothd.start()
    world.spored.wait_on_air()


def wait_idle(pid):
    wait_until(lambda: woken_in(pid, 1) == 0, "the start is over")


def purposes(turns):
    """What it has woken up for, and how often."""
    return collections.Counter(purpose for turn in turns for purpose in turn)


def asked_twice(turns):
    """The turns from the first Ping on, once another one is answered and it was fed meanwhile."""
    first = next((n for n, turn in enumerate(turns) if ASKED in turn), len(turns))
    seen = purposes(turns[first:])
    done = seen[FED] and seen[ASKED] > 1 and ANSWERED in turns[-1]
    return turns[first:] if done else None


@machine_only(FIGURES)
@lasting(240)
def story_idle(world):
    """an idle spored wakes up to feed the watchdog and to ask bluetoothd, no more often than it is
    to, and for nothing else"""
    with world.spored.configured(f"[bluez]\nping_interval = {PING_SECONDS}s\n"):
        settle(world)
        pid = world.spored.pid
        world.figure("resident memory", process_status(pid)["VmRSS"].strip())
        begin = time.monotonic()
        with world.spored.traced() as tracer:
            turns = tracer.wait(asked_twice, "it is fed, and bluetoothd is asked")
        seconds, seen = time.monotonic() - begin, purposes(turns)
        world.figure(f"wake-ups in {seconds:.0f} idle seconds", f"{len(turns)}: {dict(seen)}")
        assert all(turns), f"it has woken up for nothing: {turns}"
        assert seen.keys() == {FED, ASKED, ANSWERED}, turns
        assert seen[ANSWERED] == seen[ASKED] <= seconds / PING_SECONDS + 1, turns
        assert seen[FED] <= seconds / FEED_SECONDS + 1, turns


@machine_only(FIGURES)
def story_not_idle(world):
    """who looks at why it wakes up sees a program that asks for its status"""
    def asked_by_a_program(turns):
        return any(r'{\"op\": \"status\"}' in purpose for purpose in purposes(turns))

    with world.spored.traced() as tracer:
        # The second time ends the turn of the first.
        for _ in range(2):
            world.spored.status()
        tracer.wait(asked_by_a_program, "the request is seen")


@machine_only(FIGURES)
def story_idle_and_unasked(world):
    """without a watchdog and with nobody to ask, an idle spored sleeps: no wake-up in 10 seconds,
    and none asked for within a day"""
    with world.spored.unasked():
        settle(world)
        pid = world.spored.pid
        wait_idle(pid)
        woken = woken_in(pid, 10)
        world.figure("wake-ups in 10 idle seconds, unasked", woken)
        assert woken == 0, woken
        assert not 0 <= patience(pid) < DAY, patience(pid)


@machine_only(FIGURES)
def story_idle_with_a_subscriber(world):
    """with a silent subscriber it sleeps as well: fewer than 5 wake-ups in 10 seconds"""
    with world.spored.unasked(), world.central() as central:
        central.connect(name=mushpi.NAME).subscribe(mushpi.ENV_MEASUREMENTS).get()
        woken = woken_in(world.spored.pid, 10)
    world.figure("wake-ups in 10 seconds with a silent subscriber, unasked", woken)
    assert woken < 5, woken
