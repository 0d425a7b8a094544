"""What each policy does while bluetoothd takes nothing."""

import contextlib

from .notifications import assert_adds_up, settled
from .peer import Refused
from .world import assert_stays, lasting, wait_until

BASE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bc"
SERVICE = BASE + "00"
NAMES = {name: f"{BASE}{number:02x}" for number, name in enumerate(
    ("filler", "oldest", "newest", "latest", "blocked", "stalling"), 1)}
DEPTH, SETS = 8, 20
MINUTE = 60


def set_value(peer, name, number):
    """Whether it was taken, or the queue was full."""
    try:
        return peer.request("set", characteristic=name, value=number)["ok"]
    except Refused as refused:
        assert refused.error == "queue_full", refused
        return False


def set_many(peer, name, numbers):
    """Those that were taken; each was answered."""
    return [n for n in numbers if set_value(peer, name, n)]


def told(subscription, last):
    """The numbers that came, up to this one."""
    numbers = []
    while numbers[-1:] != [last]:
        numbers.append(int.from_bytes(subscription.get(), "little"))
    return numbers


def fill_window(world, peer):
    """Sets the filler until it has to wait: from now on nothing more is sent. Its last number."""
    number = 0
    while world.spored.counters("filler")["pending"] < DEPTH:
        number += 1
        assert set_value(peer, "filler", number)
    return number


def assert_counted(world, name, **wanted):
    counters = world.spored.counters(name)
    assert_adds_up(counters)
    flat = {**counters, **{f"dropped_{why}": n for why, n in counters["dropped"].items()}}
    assert {key: flat[key] for key in wanted} == wanted, (name, wanted, counters)


@contextlib.contextmanager
def subscribed(world):
    """A peer, and subscriptions by name."""
    with world.spored.configured(profile="policies.conf"), world.peer() as peer, \
            world.central() as central:
        central.connect(service=SERVICE)
        subscriptions = {name: central.subscribe(uuid) for name, uuid in NAMES.items()}
        # The central is answered before spored has heard of it.
        wait_until(lambda: set(world.spored.subscribed()) == set(NAMES), "all are subscribed")
        yield peer, subscriptions


def assert_waiting_peer_holds_up_nobody(world, peer):
    """A set that waits under block is answered when its time is up, and others at once."""
    with world.peer() as waiting:
        requests = [{"op": "set", "characteristic": "blocked", "value": n}
                    for n in range(1, DEPTH + 2)]
        waiting.send(requests)
        assert all(waiting.receive().get("ok") for _ in range(DEPTH))
        wait_until(lambda: world.spored.status()["waiting"] == 1, "a peer waits")
        taken = set_many(peer, "oldest", range(1, SETS + 1))
        assert taken == list(range(1, SETS + 1)), taken
        assert waiting.receive().get("error") == "queue_full"


def assert_stalled_goes_on(world, peer):
    """Refused while full, then found stalled: its backlog is dropped, and it is served as by
    drop_oldest. Returns the last number taken."""
    assert set_many(peer, "stalling", range(1, DEPTH + 1)) == list(range(1, DEPTH + 1))
    wait_until(lambda: set_value(peer, "stalling", 100), "it is found stalled")
    assert set_many(peer, "stalling", range(101, 111)) == list(range(101, 111))
    assert_counted(world, "stalling", stalled=True, pending=DEPTH, dropped_stalled=DEPTH,
                   dropped_overwritten=11 - DEPTH)
    return 110


@lasting(4 * MINUTE)
def story_a_minute_without_bluetoothd(world):
    """while bluetoothd stands still, a minute in the machine, every set is answered, each policy
    counts exactly and status says so; afterwards what waited arrives in order, under coalesce the
    newest"""
    with subscribed(world) as (peer, subscriptions):
        before = {name: world.spored.counters(name)["sent"] for name in NAMES}
        with world.bluetoothd.standing_still():
            filled = fill_window(world, peer)
            taken = set_many(peer, "newest", range(1, SETS + 1))
            assert taken == list(range(1, DEPTH + 1)), (filled, taken)
            assert len(set_many(peer, "latest", range(1, SETS + 1))) == SETS
            assert_waiting_peer_holds_up_nobody(world, peer)
            last = assert_stalled_goes_on(world, peer)
            assert "restart" in world.spored.wait_why("bluetoothd has not answered for")
            assert not world.spored.status()["on_air"]
            assert_stays(lambda: set_value(peer, "latest", SETS), "sets are answered",
                         MINUTE if world.name == "machine" else world.a_while)
            repeated = world.spored.counters("latest")["published"] - SETS
            assert_counted(world, "oldest", pending=DEPTH, dropped_overwritten=SETS - DEPTH, sent=0)
            assert_counted(world, "newest", pending=DEPTH, sets_refused=SETS - DEPTH, sent=0)
            assert_counted(world, "latest", pending=1, coalesced=SETS - 1 + repeated, sent=0)
            assert_counted(world, "blocked", pending=DEPTH, sets_refused=1, sent=0)
        world.spored.wait_on_air()
        assert told(subscriptions["filler"], filled)[-DEPTH:] == \
            list(range(filled - DEPTH + 1, filled + 1))
        assert told(subscriptions["oldest"], SETS) == list(range(SETS - DEPTH + 1, SETS + 1))
        for name in ("newest", "blocked"):
            assert told(subscriptions[name], DEPTH) == list(range(1, DEPTH + 1))
        assert told(subscriptions["latest"], SETS) == [SETS]
        assert told(subscriptions["stalling"], last) == list(range(last - DEPTH + 1, last + 1))
        for name in NAMES:
            assert_adds_up(settled(world, name))
        assert not world.spored.counters("stalling")["stalled"]
        assert not any(before.values()), before
