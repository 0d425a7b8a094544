"""Who connects, subscribes and leaves, as local programs hear it."""

import contextlib
import json

from central.hci import REMOTE_USER, TIMEOUT

from . import mushpi, sockets
from .world import wait_until


def says_reasons(world):
    """BlueZ gives a reason from 5.83 on."""
    return world.version_number >= (5, 83)


@contextlib.contextmanager
def listening(world, *characteristics):
    """A peer that hears of connections, and of the subscriptions of these characteristics."""
    with world.peer() as peer:
        peer.request("watch", events=["connection"], characteristics=list(characteristics))
        yield peer


def expect(peer, event, **wanted):
    """The next event is this one; it has nothing more."""
    found = peer.receive()
    found.pop("name", None)  # of a device: BlueZ may have learned it
    assert found == {"event": event, **wanted}, found


def expect_left(world, peer, central, reason):
    said = {"reason": reason} if says_reasons(world) else {}
    expect(peer, "disconnected", device=central.address, **said)


def device_of(world, central):
    """What spored says of it, or None."""
    with world.peer() as peer:
        devices = peer.request("devices")["devices"]
    return next((d for d in devices if d["address"] == central.address), None)


def story_connection_events(world):
    """a program hears in order that a central connects, which MTU its link has, that it subscribes
    and unsubscribes, and that it leaves"""
    with listening(world, "env_measurements") as peer, world.central(mtu=185) as central:
        central.connect(name=mushpi.NAME)
        expect(peer, "connected", device=central.address, bonded=False)
        central.read(mushpi.ENV_MEASUREMENTS)
        expect(peer, "mtu", device=central.address, mtu=185)
        central.subscribe(mushpi.STATUS_FLAGS)  # not watched
        central.subscribe(mushpi.ENV_MEASUREMENTS)
        expect(peer, "subscribed", characteristic="env_measurements", by="signal")
        central.unsubscribe(mushpi.ENV_MEASUREMENTS)
        expect(peer, "unsubscribed", characteristic="env_measurements", by="signal")
        central.disconnect(REMOTE_USER)
        expect_left(world, peer, central, "remote")


def story_a_subscriber_leaves(world):
    """of two subscribers that leave without a word the second ends the subscription"""
    with listening(world, "env_measurements") as peer, world.central() as one, \
            world.central() as two:
        for central in (one, two):
            central.connect(name=mushpi.NAME)
            expect(peer, "connected", device=central.address, bonded=False)
            central.subscribe(mushpi.ENV_MEASUREMENTS)
            expect(peer, "subscribed", characteristic="env_measurements", by="signal")
        one.disconnect()
        expect_left(world, peer, one, "remote")
        two.disconnect()
        # Which of the two BlueZ tells first is its own affair.
        told = {event["event"]: event for event in (peer.receive(), peer.receive())}
        assert set(told) == {"disconnected", "unsubscribed"}, told
        assert told["disconnected"]["device"] == two.address, told


def story_a_socket_is_named(world):
    """with sockets a program hears who subscribes, after its coming and its MTU, and that its
    subscription ends before it leaves"""
    if not sockets.each_by_socket(world):
        return
    with sockets.serving(world), listening(world, "streamed") as peer:
        for _ in range(5):
            with sockets.connected(world, mtu=100) as central:
                expect(peer, "connected", device=central.address, bonded=False)
                subscription = {"characteristic": "streamed", "by": "socket",
                                "device": central.address}
                central.subscribe(sockets.STREAMED)
                expect(peer, "mtu", device=central.address, mtu=100)
                expect(peer, "subscribed", **subscription)
                central.disconnect()
                expect(peer, "unsubscribed", **subscription)
                expect_left(world, peer, central, "remote")


def story_a_lost_link_has_its_reason(world):
    """a central whose link is lost (0x08) is told as such where BlueZ gives reasons"""
    with listening(world) as peer, world.central() as central:
        central.connect(name=mushpi.NAME)
        expect(peer, "connected", device=central.address, bonded=False)
        central.disconnect(TIMEOUT)
        expect_left(world, peer, central, "timeout")


def story_devices(world):
    """sporectl devices shows a central that is connected, with the MTU of its link, and that it
    has left"""
    with world.central(mtu=64) as central:
        central.connect(name=mushpi.NAME)
        central.read(mushpi.ENV_MEASUREMENTS)
        found = wait_until(lambda: device_of(world, central), "it is listed")
        assert found["connected"] and not found["bonded"] and found["mtu"] == 64, found
        assert found["address_type"] == "random" and found["since_s"] >= 0, found
        assert world.spored.status()["connected"] == 1, world.spored.status()
        line = next(line for line in world.sporectl("devices").splitlines()
                    if line.startswith(central.address))
        assert line.split()[1:5] == ["random", "yes", "no", "64"], line
        answer = json.loads(world.sporectl("devices", "--json"))
        assert central.address in [d["address"] for d in answer["devices"]], answer
        central.disconnect()
        wait_until(lambda: not device_of(world, central)["connected"], "it has left")
        assert device_of(world, central)["mtu"] is None
        assert world.spored.status()["connected"] == 0, world.spored.status()


def story_bluetoothd_dies_with_a_central(world):
    """when bluetoothd is killed the central that was connected is told as gone, without a
    reason"""
    with listening(world) as peer, world.central() as central:
        central.connect(name=mushpi.NAME)
        expect(peer, "connected", device=central.address, bonded=False)
        world.bluetoothd.kill()
        expect(peer, "disconnected", device=central.address)
        world.bluetoothd.start()
        world.spored.wait_on_air()


def story_connected_before(world):
    """a central that is connected when spored starts is told of and listed"""
    with world.central() as central:
        central.connect(name=mushpi.NAME)
        world.spored.restart()
        found = wait_until(lambda: device_of(world, central), "it is listed")
        assert found["connected"], found
