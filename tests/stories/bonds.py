"""Phones that have bonded, leave and return."""

import contextlib

from . import gatt, mushpi, sockets
from .notifications import numbers, take_until
from .peer import set_env
from .world import ADAPTER, HCI0, wait_until

ENV = mushpi.ENV_MEASUREMENTS
# The profile has nothing that demands a bond; a phone may want one all the same.
AGENT = "[agent]\ncapability = NoInputNoOutput\n"


def device_path(central):
    return f"{HCI0[1]}/dev_{central.address.replace(':', '_')}"


def forget(world, central):
    """BlueZ removes it, with its bond."""
    world.bus("call", *HCI0, ADAPTER, "RemoveDevice", "o", device_path(central))


@contextlib.contextmanager
def bonded(world, count=1, profile=None, **how):
    """That many centrals that are connected and bonded; their bonds end with the story."""
    how = how or {"name": mushpi.NAME}
    with world.spored.configured(AGENT, profile=profile):
        centrals = [world.central() for _ in range(count)]
        try:
            for central in centrals:
                central.connect(**how).bond()
            yield centrals
        finally:
            for central in centrals:
                central.disconnect()
            known = world.bus("tree", "--list", "org.bluez").split()
            for central in centrals:
                if device_path(central) in known:
                    forget(world, central)


def subscribe(central):
    """To env_measurements; the current value has come."""
    subscription = central.subscribe(ENV)
    subscription.get()
    return subscription


def back(central):
    """It connects again and writes nothing: what comes for its subscription."""
    central.connect(name=mushpi.NAME)
    assert central.read_ccc(ENV) == 1
    return central.listen(ENV)


def assert_told(peer, first, *subscriptions):
    """Three values reach each of them, once. What was sent before may come late."""
    for number in range(first, first + 3):
        set_env(peer, number)
    for subscription in subscriptions:
        told = [n for n in take_until(subscription, first + 2) if n >= first]
        assert told == list(range(first, first + 3)), told


def is_subscribed(world):
    return world.spored.counters("env_measurements")["subscribed"]


def story_returns(world):
    """a bonded phone that returns is notified without writing its CCC, each time"""
    with bonded(world) as (central,), world.peer() as peer:
        set_env(peer, 0)
        subscribe(central)
        for number in (10, 20):
            central.disconnect()
            assert set_env(peer, number - 5)
            assert is_subscribed(world)
            assert_told(peer, number, back(central))


def story_returns_and_writes_the_same(world):
    """a bonded phone that returns and writes its CCC as it was is notified of each value once"""
    with bonded(world) as (central,), world.peer() as peer:
        set_env(peer, 0)
        subscribe(central)
        central.disconnect()
        told = back(central)
        central.write_ccc(ENV, 1)
        assert_told(peer, 10, told)
        central.unsubscribe(ENV)
        wait_until(lambda: not is_subscribed(world), "nobody is subscribed")


def story_two_bonded(world):
    """of two bonded phones one leaves, then the other, then they return in that order: whoever is
    there is notified"""
    with bonded(world, 2) as (one, other), world.peer() as peer:
        set_env(peer, 0)
        subscribe(one)
        second = subscribe(other)
        one.disconnect()
        assert_told(peer, 10, second)
        other.disconnect()
        first = back(one)
        assert_told(peer, 20, first)
        assert_told(peer, 30, first, back(other))


def story_bonded_and_not(world):
    """a bonded phone and one that is not: the bonded one leaves, then the other; the bonded one is
    notified when it returns, and when the other has come back too"""
    with bonded(world) as (one,), world.peer() as peer, world.central() as other:
        set_env(peer, 0)
        subscribe(one)
        second = subscribe(other.connect(name=mushpi.NAME))
        one.disconnect()
        assert_told(peer, 10, second)
        other.disconnect()
        assert is_subscribed(world)
        first = back(one)
        assert_told(peer, 20, first)
        second = subscribe(other.connect(name=mushpi.NAME))
        assert_told(peer, 30, first, second)


def story_not_bonded_leaves_first(world):
    """one that is not bonded leaves while a bonded phone is there, which is notified on, and when
    it returns"""
    with bonded(world) as (one,), world.peer() as peer, world.central() as other:
        set_env(peer, 0)
        first = subscribe(one)
        subscribe(other.connect(name=mushpi.NAME))
        other.disconnect()
        assert_told(peer, 10, first)
        one.disconnect()
        assert_told(peer, 20, back(one))


def story_not_bonded_unsubscribes(world):
    """while a bonded phone is away another that is not bonded unsubscribes: the bonded one is
    notified when it returns"""
    with bonded(world) as (one,), world.peer() as peer, world.central() as other:
        set_env(peer, 0)
        subscribe(one)
        subscribe(other.connect(name=mushpi.NAME))
        one.disconnect()
        other.unsubscribe(ENV)
        assert_told(peer, 10, back(one))


def story_bonded_and_indicated(world):
    """a bonded phone that was away while values were indicated is indicated the next ones when it
    returns, and confirms them"""
    with bonded(world, profile="gatt.conf", service=gatt.TOLD) as (central,), world.peer() as peer:
        subscription = central.subscribe(gatt.INDICATED, indicate=True)
        subscription.get_indication()
        central.disconnect()
        for number in range(1, 4):
            peer.request("set", characteristic="indicated", value=number)
        central.connect(service=gatt.TOLD)
        assert central.read_ccc(gatt.INDICATED) == 2
        subscription = central.listen(gatt.INDICATED)
        before = world.spored.counters("indicated")["confirmed"]
        told = []
        for number in range(10, 13):
            peer.request("set", characteristic="indicated", value=number)
            # What waited for its return comes first.
            while told[-1:] != [number]:
                told.append(int.from_bytes(subscription.get_indication(), "little"))
        assert [n for n in told if n >= 10] == [10, 11, 12], told
        wait_until(lambda: world.spored.counters("indicated")["confirmed"] >= before + 3,
                   "it has confirmed")


def story_power_off_and_on_with_a_bond(world):
    """after the adapter was off and on a bonded phone that returns is notified"""
    with bonded(world) as (central,), world.peer() as peer:
        set_env(peer, 0)
        subscribe(central)
        world.adapter.power(False)
        central.wait_disconnected()
        world.spored.wait_on_air()
        assert_told(peer, 10, back(central))


def story_a_bond_with_a_socket_is_removed(world):
    """when the one bonded subscriber of a stream is removed while it is away, nobody is subscribed
    and a program hears it"""
    if not sockets.each_by_socket(world):
        return
    with bonded(world, profile="sockets.conf", service=sockets.SERVICE) as (away,), \
            world.peer() as watcher:
        sockets.subscribe(away, sockets.STREAMED)
        sockets.wait_ways(world, away.address)
        away.disconnect()
        sockets.wait_ways(world, None)
        watcher.request("watch", events=["connection"], characteristics=["streamed"])
        forget(world, away)
        event = watcher.receive()
        assert event == {"event": "unsubscribed", "characteristic": "streamed",
                         "by": "signal"}, event
        assert not world.spored.counters("streamed")["subscribed"]


def story_a_bond_is_removed(world):
    """when bonded subscribers are removed, one that is away and one that is there, those who are
    left are notified, and who comes too"""
    with bonded(world, 2) as (away, there), world.peer() as peer, world.central() as other:
        set_env(peer, 0)
        subscribe(away)
        away.disconnect()
        told = subscribe(other.connect(name=mushpi.NAME))
        subscribe(there)
        forget(world, away)
        assert_told(peer, 10, told)
        forget(world, there)
        there.wait_disconnected()
        assert_told(peer, 20, told)
        there.forget()
        third = subscribe(there.connect(name=mushpi.NAME))
        assert_told(peer, 30, told, third)


def assert_must_write(world, central):
    """Its CCC is 0: it is told nothing before it has written it, and everything afterwards."""
    with world.peer() as peer:
        central.connect(name=mushpi.NAME)
        assert central.read_ccc(ENV) == 0
        silent = central.listen(ENV)
        assert not is_subscribed(world)
        set_env(peer, 100)
        # What was on its way has come before the answer to a read.
        central.read(ENV)
        assert silent.is_empty(), numbers([silent.get()])
        subscription = subscribe(central)
        assert_told(peer, 110, subscription)


def story_bluetoothd_restarts_with_a_bond(world):
    """after a restart of bluetoothd a bonded phone's CCC reads 0, and it is notified once it has
    written it"""
    with bonded(world) as (central,):
        subscribe(central)
        world.bluetoothd.restart()
        central.wait_disconnected()
        world.spored.wait_on_air()
        assert_must_write(world, central)


def story_spored_restarts_with_a_bond(world):
    """after a restart of spored, while it was away or connected, a bonded phone's CCC reads 0, and
    it is notified once it has written it"""
    with bonded(world) as (central,):
        subscribe(central)
        central.disconnect()
        world.spored.restart()
        assert_must_write(world, central)
        world.spored.restart()
        assert central.connected, "the restart has cut the link"
        central.discover()
        assert central.read_ccc(ENV) == 0
        central.disconnect()
        assert_must_write(world, central)
