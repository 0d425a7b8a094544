"""What a phone is told without asking."""

from . import gatt, mushpi
from .peer import env_request, set_env
from .world import wait_until

WINDOW = 32  # the default
UNPACED = "[queue]\nrate = 0\n"
DEEP = UNPACED + "depth = 2048\n"


def numbers(values):
    """The numbers that set_env() put into the values."""
    return [int.from_bytes(value[:2], "little") for value in values]


def assert_adds_up(counters):
    """Every value that was published went one way, and only one."""
    dropped = sum(counters["dropped"].values())
    assert counters["published"] == counters["sent"] + dropped + counters["coalesced"] + \
        counters["pending"], counters


def settled(world, characteristic="env_measurements"):
    """The counters of a characteristic once nothing waits any more."""
    return wait_until(
        lambda: (c := world.spored.counters(characteristic)) and c["pending"] == 0 and c,
        "nothing is pending")


def subscribe(central):
    """Connects, subscribes to env_measurements and takes the current value."""
    central.connect(name=mushpi.NAME)
    subscription = central.subscribe(mushpi.ENV_MEASUREMENTS)
    subscription.get()
    return subscription


def take_until(subscription, last):
    """The numbers of the values up to the one that carries the number last."""
    told = []
    while told[-1:] != [last]:
        told += numbers([subscription.get()])
    return told


def story_current_value_at_once(world):
    """turning the CCC on delivers the current value at once"""
    with world.peer() as peer, world.central() as central, world.central() as second:
        value = set_env(peer, 451)
        central.connect(name=mushpi.NAME)
        assert central.subscribe(mushpi.ENV_MEASUREMENTS).get() == value
        assert central.read_ccc(mushpi.ENV_MEASUREMENTS) == 1
        second.connect(name=mushpi.NAME)
        assert second.subscribe(mushpi.ENV_MEASUREMENTS).get() == value


def story_set_says_whether_somebody_listens(world):
    """the answer to a set says whether somebody is subscribed"""
    with world.peer() as peer, world.central() as central:
        assert not peer.set("env_measurements", co2_ppm=1)["subscribed"]
        subscribe(central)
        assert peer.set("env_measurements", co2_ppm=2)["subscribed"]
        central.unsubscribe(mushpi.ENV_MEASUREMENTS)
        wait_until(lambda: not peer.set("env_measurements", co2_ppm=3)["subscribed"],
                   "nobody is subscribed")


def story_a_thousand_in_order(world):
    """with a depth of 2048 and no rate, 1000 values reach a subscribed central whole and in order,
    and the counters add up"""
    with world.spored.configured(DEEP), world.peer() as peer, world.central() as central:
        subscription = subscribe(central)
        before = settled(world)
        sent = [set_env(peer, number) for number in range(1000)]
        assert subscription.take(1000) == sent
        after = settled(world)
        assert_adds_up(after)
        assert after["published"] - before["published"] == 1000, (before, after)
        assert after["sent"] - before["sent"] == 1000, (before, after)
        assert sum(after["dropped"].values()) == 0, after


def story_a_thousand_at_once(world):
    """with the default depth of 64 and no rate, of 1000 values set as fast as the socket takes them
    those that are sent arrive, whole and in order, the last among them"""
    with world.spored.configured(UNPACED), world.peer() as peer, world.central() as central:
        subscription = subscribe(central)
        before = settled(world)
        requests, expected = zip(*(env_request(number) for number in range(1000)))
        peer.send(requests)
        assert all(peer.receive().get("ok") for _ in requests)
        arrived = [subscription.get()]
        while arrived[-1] != expected[-1]:
            arrived.append(subscription.get())
        after = settled(world)
        world.figure("of 1000 values at once, depth 64, arrived", len(arrived))
        left = iter(expected)
        assert all(value in left for value in arrived), numbers(arrived)
        assert_adds_up(after)
        assert after["published"] - before["published"] == 1000, (before, after)
        assert after["sent"] - before["sent"] == len(arrived), (before, after, len(arrived))
        central.read(mushpi.ENV_MEASUREMENTS)
        assert subscription.is_empty(), subscription.get()


def story_a_standing_bluetoothd_blocks_nobody(world):
    """while bluetoothd stands still every set is answered, the oldest values are dropped, and
    the newest arrive in order afterwards"""
    with world.peer() as peer, world.central() as central:
        subscription = subscribe(central)
        with world.bluetoothd.standing_still():
            for number in range(1, 501):
                set_env(peer, number)
            standing = world.spored.counters("env_measurements")
        assert_adds_up(standing)
        assert standing["pending"] > 0, standing
        assert standing["dropped"]["overwritten"] > 0, standing
        heard = take_until(subscription, 500)
        assert heard == sorted(set(heard)), heard
        assert len(heard) < 500, len(heard)
        after = settled(world)
        assert_adds_up(after)
        assert after["sent"] >= len(heard), (after, len(heard))


def story_coalesce(world):
    """with coalesce, of 500 values set while bluetoothd stands still the last arrives, after no
    more than a window of older ones"""
    # A rate would let one more go now and then: what fills up is the window.
    with gatt.served(world, UNPACED), world.peer() as peer, world.central() as central:
        central.connect(service=gatt.TOLD)
        subscription = central.subscribe(gatt.COALESCED)
        subscription.get()
        before = settled(world, "coalesced")
        with world.bluetoothd.standing_still():
            for number in range(1, 501):
                peer.request("set", characteristic="coalesced", value=number / 100)
            standing = world.spored.counters("coalesced")
        assert_adds_up(standing)
        assert standing["pending"] == 1, standing
        heard = take_until(subscription, 500)
        assert heard == sorted(set(heard)), heard
        assert len(heard) <= WINDOW + 1, heard
        after = settled(world, "coalesced")
        assert_adds_up(after)
        assert after["sent"] - before["sent"] == len(heard), (before, after, heard)
        assert after["coalesced"] - before["coalesced"] == 500 - len(heard), (before, after)


def story_two_centrals(world):
    """two centrals at once get every value, and one that leaves does not disturb the other"""
    with world.peer() as peer, world.central() as one, world.central(mtu=23) as two:
        set_env(peer, 0)
        first, second = subscribe(one), subscribe(two)
        for number in range(1, 51):
            set_env(peer, number)
        # The second's arrival brings the first the current value once more.
        assert [n for n in take_until(first, 50) if n] == list(range(1, 51))
        assert [n for n in take_until(second, 50) if n] == list(range(1, 51))
        two.disconnect()
        for number in range(51, 101):
            set_env(peer, number)
        assert take_until(first, 100) == list(range(51, 101))
        # And one that comes back takes part again.
        again = subscribe(two)
        set_env(peer, 101)
        assert take_until(first, 101)[-1] == 101
        assert take_until(again, 101)[-1] == 101


def story_after_unsubscribing_nothing_arrives(world):
    """after the CCC is turned off nothing arrives, and turned on again everything"""
    with world.peer() as peer, world.central() as central:
        silent = subscribe(central)
        central.unsubscribe(mushpi.ENV_MEASUREMENTS)
        set_env(peer, 7)
        # Whatever was on its way has come before the answer to a read.
        central.read(mushpi.ENV_MEASUREMENTS)
        assert silent.is_empty()
        subscription = central.subscribe(mushpi.ENV_MEASUREMENTS)
        assert numbers([subscription.get()]) == [7]
        set_env(peer, 8)
        assert numbers([subscription.get()]) == [8]


def story_characteristics_do_not_mix(world):
    """each characteristic notifies its own subscribers only"""
    with world.peer() as peer, world.central() as central:
        env = subscribe(central)
        status = central.subscribe(mushpi.STATUS_FLAGS)
        status.get()
        peer.set("status_flags", status=["SENSOR_ERROR", "STAGE_READY", "CONNECTIVITY"])
        set_env(peer, 9)
        assert status.get().hex() == "15000000"
        assert numbers([env.get()]) == [9]
        central.read(mushpi.STATUS_FLAGS)
        assert status.is_empty() and env.is_empty()


def story_indications_are_confirmed(world):
    """each indication that a central confirms is counted as confirmed"""
    with gatt.served(world), world.peer() as peer, world.central() as central:
        central.connect(service=gatt.TOLD)
        subscription = central.subscribe(gatt.INDICATED, indicate=True)
        subscription.get_indication()
        for number in range(1, 6):
            peer.request("set", characteristic="indicated", value=number)
            assert subscription.get_indication() == number.to_bytes(2, "little")
        counters = wait_until(
            lambda: (c := world.spored.counters("indicated")) and c["confirmed"] >= 6 and c,
            "six are confirmed")
        assert counters["confirmed"] == counters["sent"] == 6, counters
        assert_adds_up(counters)
