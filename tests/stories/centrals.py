"""Several phones at once, phones that are lost, and phones of every MTU."""

import contextlib

from central.hci import TIMEOUT

from . import mushpi
from .notifications import take_until
from .peer import set_env
from .served import assert_served
from .world import simulation_only, wait_until

LONG = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6ba00"
TEXT = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6ba01"
NOTIFICATION_HEADER = 3


def subscribe(central):
    """To env_measurements; the current value has come."""
    subscription = central.subscribe(mushpi.ENV_MEASUREMENTS)
    subscription.get()
    return subscription


@contextlib.contextmanager
def connected(world, count, **how):
    """That many centrals, connected."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(world.central(**how)).connect(name=mushpi.NAME)
               for _ in range(count)]


def story_three_centrals(world):
    """three centrals at once get every value from their subscription on, the last of them one
    that subscribes late"""
    with world.peer() as peer, connected(world, 3) as (one, two, late):
        set_env(peer, 0)
        first, second = subscribe(one), subscribe(two)
        for number in range(1, 21):
            set_env(peer, number)
        # Who was there already is told the current value once more when another comes.
        assert take_until(first, 20)[-20:] == list(range(1, 21))
        assert take_until(second, 20) == list(range(1, 21))
        third = late.subscribe(mushpi.ENV_MEASUREMENTS)
        assert take_until(third, 20) == [20]
        for number in range(21, 41):
            set_env(peer, number)
        assert take_until(first, 40)[-20:] == list(range(21, 41))
        assert take_until(second, 40)[-20:] == list(range(21, 41))
        assert take_until(third, 40) == list(range(21, 41))


def story_restarts_with_centrals(world):
    """after each of two restarts of spored two centrals that have stayed connected find the
    service again and subscribe anew"""
    with connected(world, 2) as centrals:
        for number in range(2):
            for central in centrals:
                subscribe(central)
            world.spored.restart()
            with world.peer() as peer:
                value = set_env(peer, number)
                for central in centrals:
                    assert central.connected, "the restart has cut a link"
                    services = [s.uuid for s in central.discover().services]
                    assert services.count(mushpi.SERVICE) == 1, services
                    assert central.read(mushpi.ENV_MEASUREMENTS) == value
                    assert central.read_ccc(mushpi.ENV_MEASUREMENTS) == 0
                    assert central.subscribe(mushpi.ENV_MEASUREMENTS).get() == value
                    central.unsubscribe(mushpi.ENV_MEASUREMENTS)


def story_a_lost_link(world):
    """a subscriber whose link is lost (0x08) subscribes no longer, disturbs nobody, and is served
    again when it comes back"""
    with world.peer() as peer, connected(world, 2) as (lost, other):
        set_env(peer, 0)
        flags = lost.subscribe(mushpi.STATUS_FLAGS)
        flags.get()
        values = subscribe(other)
        lost.disconnect(TIMEOUT)
        wait_until(lambda: not peer.set("status_flags", status=[])["subscribed"],
                   "nobody is subscribed to status_flags")
        set_env(peer, 1)
        assert take_until(values, 1)[-1:] == [1]
        lost.connect(name=mushpi.NAME)
        assert lost.read_ccc(mushpi.STATUS_FLAGS) == 0
        lost.subscribe(mushpi.STATUS_FLAGS).get()
        assert peer.set("status_flags", status=[])["subscribed"]
    assert_served(world)


def assert_cut(world, mtu):
    """A value longer than a notification is told as far as it fits, and read whole."""
    text = bytes(range(256)) * 2
    with world.spored.configured(profile="long.conf"), world.peer() as peer, \
            world.central(mtu=mtu) as central:
        central.connect(service=LONG)
        assert central.mtu == mtu, central.mtu
        subscription = central.subscribe(TEXT)
        peer.request("set", characteristic="text", hex=text.hex())
        assert subscription.get() == text[:mtu - NOTIFICATION_HEADER]
        assert central.read(TEXT) == text


def story_notified_at_mtu_23(world):
    """at an MTU of 23 a notification carries the first 20 bytes of a long value"""
    assert_cut(world, 23)


def story_notified_at_mtu_185(world):
    """at an MTU of 185 a notification carries the first 182 bytes of a long value"""
    assert_cut(world, 185)


def story_notified_at_mtu_517(world):
    """at an MTU of 517 a notification carries the longest value whole"""
    assert_cut(world, 517)


def story_two_mtus_at_once(world):
    """of two subscribers with different MTUs each is told as much as fits into its own"""
    text = bytes(range(200))
    with world.spored.configured(profile="long.conf"), world.peer() as peer, \
            world.central(mtu=23) as small, world.central(mtu=185) as large:
        told = [c.connect(service=LONG).subscribe(TEXT) for c in (small, large)]
        peer.request("set", characteristic="text", hex=text.hex())
        assert [t.get() for t in told] == [text[:20], text[:182]]


def story_what_is_cut_is_counted(world):
    """what bluetoothd cuts for a central is counted once a read has told its MTU, and as long as it
    is connected"""
    def tell(byte, size):
        peer.request("set", characteristic="text", hex=f"{byte:02x}" * size)
        return told.get(), world.spored.counters("text")["cut"]

    with world.spored.configured(profile="long.conf"), world.peer() as peer:
        with world.central(mtu=23) as central:
            told = central.connect(service=LONG).subscribe(TEXT)
            assert tell(1, 21) == (b"\1" * 20, 0)
            central.read(TEXT)
            assert tell(2, 21) == (b"\2" * 20, 1)
            assert tell(3, 20) == (b"\3" * 20, 1)
        with world.central() as central:
            told = central.connect(service=LONG).subscribe(TEXT)
            told.get()
            central.read(TEXT)
            assert tell(4, 21) == (b"\4" * 21, 1)


def story_what_does_not_fit_is_dropped(world):
    """with oversize = drop a value that a central's packet does not hold is not sent, and
    counted"""
    drop = "[characteristic text]\noversize = drop\n"
    with world.spored.configured(drop, profile="long.conf"), world.peer() as peer, \
            world.central(mtu=23) as central:
        told = central.connect(service=LONG).subscribe(TEXT)
        central.read(TEXT)
        for size in (21, 20):
            peer.request("set", characteristic="text", hex="05" * size)
        assert told.get() == b"\5" * 20
        assert world.spored.counters("text")["dropped"]["oversize"] == 1


@simulation_only("in the machine who takes nothing fills the controller, and all wait")
def story_a_slow_subscriber(world):
    """a subscriber that takes nothing holds nobody back, and gets every value in order once it
    does"""
    with world.peer() as peer, connected(world, 2) as (slow, other):
        set_env(peer, 0)
        late, prompt = subscribe(slow), subscribe(other)
        slow.slow(3600)
        for number in range(1, 51):
            set_env(peer, number)
        assert take_until(prompt, 50) == list(range(1, 51))
        slow.slow(0)
        assert take_until(late, 50)[-50:] == list(range(1, 51))


@simulation_only("the machine's air has no supervision timeout, so the link would stay")
def story_a_vanished_subscriber(world):
    """a subscriber that vanishes without a word disturbs nobody, and subscribes no longer when
    its link is given up"""
    with world.peer() as peer, connected(world, 2) as (vanished, other):
        set_env(peer, 0)
        vanished.subscribe(mushpi.STATUS_FLAGS).get()
        values = subscribe(other)
        vanished.vanish()
        assert peer.set("status_flags", status=["STAGE_READY"])["subscribed"]
        set_env(peer, 1)
        assert take_until(values, 1)[-1:] == [1]
        vanished.disconnect(TIMEOUT)
        wait_until(lambda: not peer.set("status_flags", status=[])["subscribed"],
                   "nobody is subscribed to status_flags")
