"""What goes by sockets instead of signals and calls, and what becomes of it when centrals leave."""

import contextlib

from .notifications import UNPACED, assert_adds_up, settled
from .world import wait_until

BASE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6c0"
SERVICE = BASE + "00"
STREAMED, CURRENT, INDICATED, EITHER, BULK = (f"{BASE}{n:02x}" for n in range(1, 6))
DEPTH = 8


def has_sockets(world):
    """The version's sockets are used for notifications."""
    return world.version != "5.72"


def is_shared(world):
    """One socket is everybody's."""
    return world.version == "5.66"


def each_by_socket(world):
    return has_sockets(world) and not is_shared(world)


@contextlib.contextmanager
def serving(world, drop_in=UNPACED):
    with world.spored.configured(drop_in, profile="sockets.conf"), world.peer() as peer:
        yield peer


def connected(world, **how):
    return world.central(**how).connect(service=SERVICE)


def ways(world, characteristic="streamed"):
    """Who is served by what: the devices with sockets, and None for the signal."""
    return [w["device"] for w in world.spored.counters(characteristic)["ways"]]


def wait_ways(world, *devices, characteristic="streamed"):
    """Waits until these are served, each by a socket, and who is None by the signal."""
    wait_until(lambda: ways(world, characteristic) == list(devices),
               f"{characteristic} is served by {devices}")


def wait_served(world, *centrals, characteristic="streamed"):
    """Waits until these are served as the version allows for that many that have just come."""
    if each_by_socket(world):
        wait_ways(world, *(c.address for c in centrals), characteristic=characteristic)
    elif is_shared(world):
        wait_ways(world, centrals[0].address, characteristic=characteristic)
    else:
        wait_ways(world, None, characteristic=characteristic)


def subscribe(central, uuid, **how):
    """The subscription, once spored has been asked for it: before it is asked for the value."""
    subscription = central.subscribe(uuid, **how)
    central.read(uuid)
    return subscription


def stream(peer, numbers):
    for number in numbers:
        peer.request("set", characteristic="streamed", hex=number.to_bytes(2, "little").hex())


def take(subscription, count):
    return [int.from_bytes(value[:2], "little") for value in subscription.take(count)]


def assert_hears(peer, subscription, numbers):
    """What is set now arrives once, whole and in order, with nothing before it."""
    stream(peer, numbers)
    told = take(subscription, len(numbers))
    assert told == list(numbers), told


def assert_silent(central, subscription, uuid=STREAMED):
    """What was on its way has come before the answer to a read."""
    central.read(uuid)
    assert subscription.is_empty(), subscription.get()


def story_one_central(world):
    """one central is told 300 values by socket, where the version has usable ones, whole and in
    order; ends it; and subscribes again"""
    with serving(world) as peer, connected(world) as central:
        for _ in range(3):
            told = subscribe(central, STREAMED)
            wait_served(world, central)
            for start in range(0, 300, 50):
                assert_hears(peer, told, range(start, start + 50))
            assert_silent(central, told)
            central.unsubscribe(STREAMED)
            stream(peer, [300])
            assert_silent(central, told)
        counters = settled(world, "streamed")
        assert_adds_up(counters)
        assert counters["dropped"]["overwritten"] == counters["dropped"]["stalled"] == 0, counters


def story_a_way_counts_its_own(world):
    """the counters of each way add up, and their sum is the characteristic's"""
    with serving(world) as peer, connected(world) as one, connected(world) as two:
        first = subscribe(one, STREAMED)
        wait_served(world, one)
        assert_hears(peer, first, range(10))
        second = subscribe(two, STREAMED)
        if each_by_socket(world):
            wait_ways(world, one.address, two.address)
        stream(peer, range(10, 15))
        assert take(first, 5) == take(second, 5) == list(range(10, 15))
        counters = settled(world, "streamed")
        for way in counters["ways"]:
            assert_adds_up(way)
        sent = [way["sent"] for way in counters["ways"]]
        assert sent == ([15, 5] if each_by_socket(world) else [15]), counters
        assert counters["sent"] == sum(sent), counters


def story_the_current_value_at_once(world):
    """who subscribes is told the current value at once, by its own socket alone if it has one"""
    with serving(world) as peer, connected(world) as one, connected(world) as two:
        peer.request("set", characteristic="current", value=451)
        first = subscribe(one, CURRENT)
        assert take(first, 1) == [451]
        wait_served(world, one, characteristic="current")
        second = subscribe(two, CURRENT)
        if not is_shared(world):
            assert take(second, 1) == [451]
        if each_by_socket(world):
            assert_silent(one, first, CURRENT)


def two_hear(world, peer, one, two):
    """Two subscribe and are told the same."""
    first = subscribe(one, STREAMED)
    wait_served(world, one)
    second = subscribe(two, STREAMED)
    wait_served(world, one, two)
    stream(peer, range(20))
    assert take(first, 20) == take(second, 20) == list(range(20))
    return first, second


def story_the_first_leaves(world):
    """of two the first leaves, and the second is told everything once"""
    with serving(world) as peer, connected(world) as two:
        with connected(world) as one:
            _, second = two_hear(world, peer, one, two)
        assert_hears(peer, second, range(20, 60))
        assert_silent(two, second)
        with connected(world) as again:
            third = subscribe(again, STREAMED)
            wait_until(lambda: len(ways(world)) > 0, "it is served")
            stream(peer, range(60, 80))
            assert take(second, 20) == take(third, 20) == list(range(60, 80))
        assert_adds_up(settled(world, "streamed"))


def story_the_second_leaves(world):
    """of two the second leaves, bluetoothd closes the first one's socket too, and the first is told
    everything once"""
    with serving(world) as peer, connected(world) as one:
        with connected(world) as two:
            first, _ = two_hear(world, peer, one, two)
        assert_hears(peer, first, range(20, 60))
        assert_silent(one, first)
        one.unsubscribe(STREAMED)
        wait_until(lambda: not world.spored.counters("streamed")["subscribed"],
                   "nobody is subscribed")
        again = subscribe(one, STREAMED)
        wait_served(world, one)
        assert_hears(peer, again, range(60, 80))
        assert_adds_up(settled(world, "streamed"))


def story_one_leaves_a_bluetoothd_that_stands_still(world):
    """while bluetoothd stands still values are set and the second of two leaves: the first is told
    all of them once and in order, and so they are counted"""
    with serving(world) as peer, connected(world) as one, world.central() as two:
        two.connect(service=SERVICE)
        first, _ = two_hear(world, peer, one, two)
        with world.bluetoothd.standing_still():
            stream(peer, range(20, 30))
            two.disconnect()
        stream(peer, range(30, 40))
        assert take(first, 20) == list(range(20, 40))
        assert_silent(one, first)
        assert_adds_up(settled(world, "streamed"))


def story_values_while_one_leaves(world):
    """what is set while the second of two leaves is told to the first once and in order, whatever
    bluetoothd had read when it closed the first one's socket"""
    with serving(world) as peer, connected(world) as one, world.central() as two:
        two.connect(service=SERVICE)
        first, _ = two_hear(world, peer, one, two)
        stream(peer, range(20, 40))
        two.disconnect()
        stream(peer, range(40, 80))
        assert take(first, 60) == list(range(20, 80))
        assert_silent(one, first)
        assert_adds_up(settled(world, "streamed"))


def story_the_bonded_one_returns(world):
    """a bonded central that leaves subscribed is told everything when it returns without writing
    its CCC, and so is another that came meanwhile"""
    with serving(world) as peer, world.central() as bonded:
        bonded.connect(service=SERVICE)
        bonded.bond()
        told = subscribe(bonded, STREAMED)
        wait_served(world, bonded)
        assert_hears(peer, told, range(10))
        bonded.disconnect()
        if not is_shared(world):
            wait_ways(world, None)
        with connected(world) as other:
            others = subscribe(other, STREAMED)
            assert_hears(peer, others, [9])
            bonded.connect(service=SERVICE)
            assert bonded.read_ccc(STREAMED) == 1
            told = bonded.listen(STREAMED)
            stream(peer, range(10, 40))
            assert take(told, 30) == take(others, 30) == list(range(10, 40))
        bonded.unsubscribe(STREAMED)
        wait_until(lambda: not world.spored.counters("streamed")["subscribed"],
                   "nobody is subscribed")
        told = subscribe(bonded, STREAMED)
        wait_served(world, bonded)
        assert_hears(peer, told, range(40, 60))
        assert_adds_up(settled(world, "streamed"))
        bonded.unsubscribe(STREAMED)


def story_one_two_one(world):
    """a central that writes CCC 1, 2, 1 and 0 is told by each what is set, once, and leaves no
    trace for the next"""
    with serving(world) as peer:
        with connected(world) as central:
            told = subscribe(central, EITHER)
            number = 0
            for ccc in (1, 2, 1):
                central.write_ccc(EITHER, ccc)
                central.read(EITHER)
                wait_until(lambda: ways(world, "either"), "it is served")
                number += 1
                peer.request("set", characteristic="either", value=number)
                assert told.get() == number.to_bytes(2, "little")
                assert_silent(central, told, EITHER)
            central.unsubscribe(EITHER)
            peer.request("set", characteristic="either", value=99)
            assert_silent(central, told, EITHER)
        with connected(world) as central:
            told = subscribe(central, EITHER)
            central.read(EITHER)
            peer.request("set", characteristic="either", value=100)
            assert take(told, 1) == [100]
        assert_adds_up(settled(world, "either"))


def story_indications(world):
    """of 20 indications set at once each goes when the one before is confirmed, and all are
    counted"""
    with serving(world) as peer, connected(world) as central:
        told = subscribe(central, INDICATED, indicate=True)
        wait_served(world, central, characteristic="indicated")
        for number in range(20):
            peer.request("set", characteristic="indicated", value=number)
        heard = [int.from_bytes(told.get_indication(), "little") for _ in range(20)]
        assert heard == list(range(20)), heard
        counters = wait_until(
            lambda: (c := world.spored.counters("indicated")) and c["confirmed"] == 20 and c,
            "20 are confirmed")
        assert counters["sent"] == 20, counters
        assert_adds_up(counters)


def story_beyond_the_limit(world):
    """with sockets = 1 the second central makes all be served by the signal, and nobody misses or
    hears twice anything"""
    with serving(world, UNPACED + "[limits]\nsockets = 1\n") as peer, \
            connected(world) as one, connected(world) as two:
        first = subscribe(one, STREAMED)
        wait_served(world, one)
        stream(peer, range(10))
        second = subscribe(two, STREAMED)
        if not is_shared(world):
            wait_ways(world, None)
        stream(peer, range(10, 30))
        assert take(first, 30) == list(range(30))
        # Some of the first ten may not have gone yet when it subscribed.
        heard = take(second, 1)
        heard += take(second, 29 - heard[0])
        assert heard[0] <= 10 and heard == list(range(heard[0], 30)), heard
        assert_adds_up(settled(world, "streamed"))


def story_too_long_for_one(world):
    """with oversize = drop a value is dropped for the central whose packet does not hold it, and
    for it alone where it has a socket of its own"""
    drop = UNPACED + "[characteristic streamed]\noversize = drop\n"
    with serving(world, drop) as peer, connected(world, mtu=23) as small, \
            connected(world) as large:
        told_small, told_large = subscribe(small, STREAMED), subscribe(large, STREAMED)
        small.read(STREAMED)
        wait_served(world, small, large)
        for size in (21, 20):
            peer.request("set", characteristic="streamed", hex=f"{size:02x}" * size)
        assert told_small.get() == b"\x14" * 20
        if each_by_socket(world):
            assert told_large.get() == b"\x15" * 21
        assert told_large.get() == b"\x14" * 20
        assert world.spored.counters("streamed")["dropped"]["oversize"] == 1
        assert_adds_up(settled(world, "streamed"))


def story_nothing_at_all(world):
    """an empty value does not fit a socket; it is counted, and the next one arrives"""
    with serving(world) as peer, connected(world) as central:
        told = subscribe(central, STREAMED)
        wait_served(world, central)
        peer.request("set", characteristic="streamed", hex="")
        if not has_sockets(world):
            assert told.get() == b""
        assert_hears(peer, told, [9])
        oversize = world.spored.counters("streamed")["dropped"]["oversize"]
        assert oversize == int(has_sockets(world)), oversize


def story_a_new_bluetoothd(world):
    """after a restart of bluetoothd a central that subscribes anew is told by socket again"""
    with serving(world) as peer, world.central() as central:
        central.connect(service=SERVICE)
        told = subscribe(central, STREAMED)
        wait_served(world, central)
        assert_hears(peer, told, range(10))
        world.bluetoothd.restart()
        central.wait_disconnected()
        world.spored.wait_on_air()
        wait_until(lambda: not ways(world), "nobody is served")
        central.connect(service=SERVICE)
        told = subscribe(central, STREAMED)
        wait_served(world, central)
        assert_hears(peer, told, range(10, 30))
        assert_adds_up(settled(world, "streamed"))


def story_bluetoothd_stands_still(world):
    """while bluetoothd stands still a socket holds one value, then the queue fills, which counts
    what it drops; afterwards the rest arrives in order by the same socket"""
    with serving(world, UNPACED + f"depth = {DEPTH}\n") as peer, connected(world) as central:
        told = subscribe(central, STREAMED)
        wait_served(world, central)
        before = ways(world)
        number = 0
        with world.bluetoothd.standing_still():
            while world.spored.counters("streamed")["dropped"]["overwritten"] < DEPTH:
                number += 1
                stream(peer, [number])
            counters = world.spored.counters("streamed")
        out = number - 2 * DEPTH
        if has_sockets(world):
            assert (out, counters["sent"], counters["pending"]) == (1, 0, 1 + DEPTH), counters
        assert take(told, out + DEPTH) == [*range(1, out + 1),
                                           *range(number - DEPTH + 1, number + 1)]
        assert_adds_up(settled(world, "streamed"))
        assert ways(world) == before
        assert_hears(peer, told, range(10))


def story_writes_in_bulk(world):
    """500 writes without response arrive by socket, whole and in order; what is too long is counted
    and told to nobody"""
    with serving(world), world.spored.watching("bulk") as watcher, connected(world) as central:
        events = []
        # bluetoothd keeps the first by a pointer until it has the socket: what comes meanwhile
        # takes its place.
        central.write_command(BULK, b"\x01")
        assert watcher.receive()["hex"] == "01"
        # It drops what a socket of some 200 packets does not hold.
        for start in range(0, 500, 50):
            expected = [n.to_bytes(2, "little") * (1 + n % 100) for n in range(start, start + 50)]
            for value in expected:
                central.write_command(BULK, value)
            events += [watcher.receive() for _ in expected]
            assert [e["hex"] for e in events[start:]] == [value.hex() for value in expected]
        devices = {event["device"] for event in events}
        assert devices == {None if is_shared(world) else central.address}, devices
        central.write_command(BULK, bytes(301))
        central.write_command(BULK, b"\x2a")
        assert watcher.receive()["hex"] == "2a"
        counters = world.spored.counters("bulk")
        assert (counters["writes"], counters["writes_refused"]) == (502, 1), counters
        assert central.read(BULK) == b"\x2a"


def story_two_write(world):
    """two centrals write, one leaves, and the other goes on"""
    with serving(world), world.spored.watching("bulk") as watcher, connected(world) as one:
        with connected(world) as two:
            for number in range(10):
                for central in (one, two):
                    central.write(BULK, bytes([number]))
            heard = [watcher.receive()["hex"] for _ in range(20)]
            assert sorted(heard) == [f"{n:02x}" for n in range(10) for _ in range(2)], heard
        one.write(BULK, b"\xff")
        assert watcher.receive()["hex"] == "ff"
