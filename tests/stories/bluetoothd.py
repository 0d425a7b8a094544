"""bluetoothd and the adapter go away and come back; spored stays."""

import contextlib

from . import mushpi
from .peer import set_env
from .served import assert_served, assert_served_once, survived
from .world import lasting, machine_only, wait_until

CRASHES = 5
SECONDS_EACH = 40


def story_bluetooth_restarts(world):
    """after a restart of bluetoothd it is served again by the same process"""
    with survived(world), world.central() as central:
        central.connect(name=mushpi.NAME).subscribe(mushpi.ENV_MEASUREMENTS)
        world.bluetoothd.restart()
        central.wait_disconnected()


def story_bluetooth_restarts_three_times(world):
    """after each of three restarts in a row a central subscribes anew to the same process"""
    with survived(world):
        for number in range(3):
            with world.peer() as peer, world.central() as central:
                value = set_env(peer, number)
                central.connect(name=mushpi.NAME)
                assert central.subscribe(mushpi.ENV_MEASUREMENTS).get() == value
                world.bluetoothd.restart()
                central.wait_disconnected()
                # Whoever connects while the adapter is off has a link with nobody.
                world.spored.wait_on_air()


def story_bluetooth_is_killed(world):
    """after bluetoothd is killed and started it is served again by the same process"""
    with survived(world), world.central() as central:
        central.connect(name=mushpi.NAME).subscribe(mushpi.ENV_MEASUREMENTS)
        world.bluetoothd.kill()
        central.wait_disconnected()
        # Debian 12's unit does not come back by itself, later ones do.
        world.bluetoothd.start()


def story_sets_while_bluetoothd_is_gone(world):
    """while bluetoothd is gone sets are answered, status says why, and the last value is
    served afterwards"""
    with survived(world):
        world.bluetoothd.stop()
        world.spored.wait_off_air()
        assert world.spored.status()["why"], world.spored.status()
        with world.peer() as peer:
            value = set_env(peer, 777)
        world.bluetoothd.start()
        world.spored.wait_on_air()
        with world.central() as central:
            assert central.connect(name=mushpi.NAME).read(mushpi.ENV_MEASUREMENTS) == value


def story_bluetoothd_starts_later(world):
    """started before bluetoothd it waits, and serves once bluetoothd is there"""
    world.spored.stop()
    with world.bluetoothd.stopped():
        world.spored.start(on_air=False)
        assert not world.spored.status()["on_air"]
        pid = world.spored.pid
    world.spored.wait_on_air()
    assert_served(world)
    assert world.spored.pid == pid


@lasting(CRASHES * SECONDS_EACH)
def story_bluetoothd_crashes_in_a_loop(world):
    """a bluetoothd that is killed five times, each time as soon as it is there, is served in the
    end, once, by the same process"""
    with survived(world):
        for _ in range(CRASHES):
            world.bluetoothd.kill()
            # Debian 12's unit does not come back by itself, later ones do.
            world.bluetoothd.start()
        world.spored.wait_on_air()
        assert_served_once(world)


def unplug(world):
    world.adapter.unplug()
    world.spored.wait_off_air()


def story_adapter_is_unplugged(world):
    """after the adapter was unplugged and plugged in it is served again by the same process"""
    with survived(world):
        unplug(world)
        world.adapter.plug()


def story_adapter_comes_late(world):
    """started without an adapter it says so and waits, and serves once one is plugged in"""
    world.spored.stop()
    world.adapter.unplug()
    world.spored.start(on_air=False)
    pid = world.spored.pid
    assert world.spored.wait_why("there is no Bluetooth adapter")
    world.adapter.plug()
    world.spored.wait_on_air()
    assert_served(world)
    assert world.spored.pid == pid


@machine_only("the bus of the simulation is sporesim's own; tests/bus restarts others")
def story_bus_is_killed(world):
    """when the bus is killed bluetoothd ends with it; programs are served meanwhile, and once both
    are back the same process is on the air again"""
    with survived(world), world.peer() as peer:
        cursor = world.log.cursor()
        with world.bus_killed():
            wait_until(lambda: "not on air" in world.log.since(cursor), "it was off the air")
            set_env(peer, 404)


def story_bluetoothd_answers_a_registration_too_late(world):
    """after a bluetoothd that did not answer registrations goes on the service is served once, by
    the same process"""
    with world.spored.configured("[bluez]\nregister_timeout = 1s\n"), survived(world):
        bluetoothd = world.bluetoothd.pid
        cursor = world.log.cursor()
        unplug(world)
        # Standing still itself, spored registers only when bluetoothd does so too.
        with contextlib.ExitStack() as stack:
            with world.spored.standing_still():
                world.adapter.plug()
                wait_until(world.adapter.serves, "hci0 is back")
                stack.enter_context(world.bluetoothd.standing_still())
            wait_until(lambda: "did not register the application" in world.log.since(cursor),
                       "a registration was not answered in time")
            assert "BlueZ refuses the application" in world.spored.status()["why"], \
                world.spored.status()
        world.spored.wait_on_air()
        assert_served_once(world)
        assert world.bluetoothd.pid == bluetoothd, "bluetoothd has crashed"
