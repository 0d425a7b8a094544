"""Programs set faster than the air carries."""

import contextlib

from .centrals import LONG, TEXT
from .figures import process_status
from .notifications import UNPACED, assert_adds_up, settled
from .world import machine_only

SECONDS_A_PACKET = 1 / 20  # of the slow air; the default rate is 15 a second
SIZE = 180  # one packet of the controller's, with its headers
SETS, PACED_SETS, AT_ONCE = 5000, 15000, 100
BLOCKING = UNPACED + "policy = block\ndepth = 256\nput_timeout = 60s\n"
MEMORY = "the simulated bluetoothd's memory says nothing of the real one's"
# KiB. Two backlogs of thousands of values of 180 bytes are above 2 MiB.
FLAT, GROWN = 512, 1536


def resident(pid):
    """In KiB."""
    return int(process_status(pid)["VmRSS"].split()[0])


def flood(peer, numbers):
    """Sets them as fast as the socket takes them; every set is answered well."""
    for first in range(0, len(numbers), AT_ONCE):
        some = numbers[first:first + AT_ONCE]
        peer.send([{"op": "set", "characteristic": "text",
                    "hex": (n.to_bytes(4, "big") * (SIZE // 4)).hex()} for n in some])
        for _ in some:
            answer = peer.receive()
            assert answer.get("ok"), answer


def take_until(subscription, last):
    """The numbers of the values up to this one."""
    told = []
    while told[-1:] != [last]:
        told.append(int.from_bytes(subscription.get()[:4], "big"))
    return told


@contextlib.contextmanager
def one_slow(world, drop_in=None):
    """A peer and the subscriptions of two centrals, the first of them on slow air."""
    with world.slow_air() as air, world.spored.configured(drop_in, profile="long.conf"), \
            world.peer() as peer, world.central() as slow, world.central() as fast:
        told = []
        for central in (slow, fast):
            told.append(central.connect(service=LONG).subscribe(TEXT))
            # What comes for the new subscriber goes to both: before the flood.
            central.read(TEXT)
        flood(peer, [0])
        for subscription in told:
            take_until(subscription, 0)
        air.slow(slow, SECONDS_A_PACKET)
        yield peer, *told


@contextlib.contextmanager
def growth_of_bluetoothd(world, ret):
    """Appends by how many KiB its resident memory has grown meanwhile."""
    pid = world.bluetoothd.pid
    before = resident(pid)
    yield
    ret.append(resident(pid) - before)
    assert world.bluetoothd.pid == pid


@machine_only(MEMORY)
def story_a_flood(world):
    """while one central's air is slow a flood of sets leaves bluetoothd's memory as it was, at the
    default rate, and both centrals get every value that was sent, the newest among them"""
    grown = []
    with one_slow(world) as (peer, slow, fast):
        before = settled(world, "text")["sent"]
        with growth_of_bluetoothd(world, grown):
            flood(peer, range(1, PACED_SETS + 1))
            counters = settled(world, "text")
        sent = counters["sent"] - before
        for subscription in (fast, slow):
            told = take_until(subscription, PACED_SETS)
            assert len(told) == sent and told == sorted(told), (sent, told)
    world.figure(f"{PACED_SETS} sets at the default rate, slow air",
                 f"{sent} sent, bluetoothd grew by {grown[0]} KiB")
    assert_adds_up(counters)
    assert grown[0] < FLAT, grown


@machine_only(MEMORY)
def story_a_flood_without_a_rate(world):
    """with pacing off a smaller flood makes bluetoothd grow, and the other central waits too"""
    grown = []
    with one_slow(world, BLOCKING) as (peer, slow, fast):
        with growth_of_bluetoothd(world, grown):
            flood(peer, range(1, SETS + 1))
            counters = settled(world, "text")
        arrived = [subscription.count() for subscription in (slow, fast)]
    world.figure(f"{SETS} sets with pacing off, slow air",
                 f"bluetoothd grew by {grown[0]} KiB; until then {arrived[0]} had reached the slow "
                 f"central and {arrived[1]} the other")
    assert not any(counters["dropped"].values()), counters
    assert grown[0] > GROWN, grown
