"""What spored stands on goes and comes back, again and again, and so does a central.

SPORED_CYCLES: how often (3)."""

import collections
import contextlib
import os
import pathlib
import statistics
import threading
import time

from . import mushpi
from .figures import process_status
from .peer import set_env
from .served import assert_served_once
from .world import lasting, wait_until

CYCLES = int(os.environ.get("SPORED_CYCLES", "3"))
SECONDS_EACH = 40
GROWTH_MAX = 512  # KiB, over all cycles but the first


def restart(world):
    world.bluetoothd.restart()


def kill(world):
    world.bluetoothd.kill()
    # Debian 12's unit does not come back by itself, later ones do.
    world.bluetoothd.start()


def unplug(world):
    world.adapter.unplug()
    world.spored.wait_off_air()
    world.adapter.plug()


def power_cycle(world):
    """Of bluetoothd and the controller, as when the whole machine is switched off and on; only
    spored does not notice."""
    world.bluetoothd.stop()
    world.adapter.unplug()
    world.spored.wait_off_air()
    world.adapter.plug()
    world.bluetoothd.start()


Change = collections.namedtuple("Change", "when on_air")


@contextlib.contextmanager
def changes(world):
    """When spored has said that it is no longer on the air, or that it is again."""
    told = []

    def listen(peer):
        with contextlib.suppress(EOFError):
            while True:
                on_air = peer.receive(timeout=None)["on_air"]
                told.append(Change(time.monotonic(), on_air))

    with world.peer() as peer:
        peer.request("watch", events=["status"])
        thread = threading.Thread(target=listen, args=(peer,), daemon=True)
        thread.start()
        try:
            yield told
        finally:
            peer.shutdown()
            thread.join()


def back_since(told):
    """When it came back on the air. Later changes are of something else."""
    off = max(number for number, change in enumerate(told) if not change.on_air)
    return told[off + 1].when


def served(world, number, central, peer):
    """It comes, reads and is notified."""
    value = set_env(peer, number)
    central.connect(service=mushpi.SERVICE)
    assert central.read(mushpi.ENV_MEASUREMENTS) == value
    told = central.subscribe(mushpi.ENV_MEASUREMENTS)
    assert told.get() == value
    value = set_env(peer, number + 1)
    assert told.get() == value


def cycle(world, happens, number):
    """While a central is there it goes and comes back. The seconds from when serving was possible
    again to when spored was on the air, and to when a central was served."""
    with world.peer() as peer, world.readiness() as readiness, changes(world) as told:
        with world.central() as central:
            served(world, number, central, peer)
            happens(world)
            wait_until(lambda: not all(change.on_air for change in told) and told[-1].on_air,
                       "it was off the air, and is on it again")
        with world.central() as central:
            served(world, number + 2, central, peer)
        end = time.monotonic()
        assert world.adapter.serves() and world.adapter.is_powered()
        return back_since(told) - readiness.since, end - readiness.since


def is_sanitized(pid):
    """Its memory is not its own then."""
    return "libasan" in pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")


def descriptors(pid):
    """Which, with what each is."""
    found = set()
    for path in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        # What was only open for a moment is gone by then.
        with contextlib.suppress(FileNotFoundError):
            found.add((path.name, os.readlink(path)))
    return found


def costs(world):
    """With one local program, when the others have gone. What it tells the service manager, by a
    socket for each time, does not count."""
    pid = world.spored.pid
    with world.peer() as peer:
        wait_until(lambda: peer.request("status")["peers"] == 1, "the others have gone")
        before = descriptors(pid)
        peer.request("status")
        return {"descriptors": len(before & descriptors(pid)),
                "match rules": world.match_rules(pid)}


def resident(world):
    """In KiB."""
    return int(process_status(world.spored.pid)["VmRSS"].split()[0])


@contextlib.contextmanager
def nothing_left(world, what):
    """The same process has no more afterwards, and bluetoothd no more of it."""
    pid, restarts = world.spored.pid, world.spored.restarts
    before, memory = costs(world), resident(world)
    yield
    grown = resident(world) - memory
    world.figure(f"{what}: grown by", f"{grown} KiB")
    assert costs(world) == before, (before, costs(world))
    assert grown <= GROWTH_MAX or world.name != "machine" or is_sanitized(pid), grown
    assert (world.spored.pid, world.spored.restarts) == (pid, restarts)
    assert_served_once(world)


def again_and_again(world, happens):
    """CYCLES times, and nothing is left of all but the first."""
    what = f"{CYCLES} times {happens.__name__}"
    pid, seconds = world.spored.pid, [cycle(world, happens, 10)]
    with nothing_left(world, what):
        for number in range(1, CYCLES):
            seconds.append(cycle(world, happens, 10 * (number + 1)))
    assert world.spored.pid == pid
    for name, column in zip(("on the air", "served"), zip(*seconds)):
        world.figure(f"{what}: from possible again to {name}",
                     f"median {statistics.median(column):.1f} s, most {max(column):.1f} s")


@lasting(CYCLES * SECONDS_EACH)
def story_restarted_again_and_again(world):
    """bluetoothd is restarted again and again: each time a central that comes back reads and is
    notified, and spored has grown by nothing"""
    again_and_again(world, restart)


@lasting(CYCLES * SECONDS_EACH)
def story_killed_again_and_again(world):
    """bluetoothd is killed and started again and again: each time a central that comes back reads
    and is notified, and spored has grown by nothing"""
    again_and_again(world, kill)


@lasting(CYCLES * SECONDS_EACH)
def story_unplugged_again_and_again(world):
    """the adapter is unplugged and plugged in again and again: each time a central that comes back
    reads and is notified, and spored has grown by nothing"""
    again_and_again(world, unplug)


@lasting(CYCLES * SECONDS_EACH)
def story_power_cycled_again_and_again(world):
    """bluetoothd and the controller go and come back together again and again: each time a central
    that comes back reads and is notified, and spored has grown by nothing"""
    again_and_again(world, power_cycle)
