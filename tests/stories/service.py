"""spored as a service of the system."""

import os
import signal
import time

from . import mushpi
from .figures import woken_in
from .peer import set_env
from .served import assert_served, survived
from .world import WAIT, machine_only, run, wait_until

HOUR = 3600
PATIENCE = 10  # of systemd's watchdog, in seconds
LOOK, STORM = 3, 50  # seconds, and a number of wake-ups that is far from any of a storm


def stop(world, what):
    """Stops the service, tells and returns the seconds that it took. It must succeed."""
    begin = time.monotonic()
    world.spored.stop()
    seconds = time.monotonic() - begin
    world.figure(f"a stop, {what}", f"{seconds * 1000:.0f} ms")
    return seconds


def wait_journal(world, cursor, text):
    """What a process has logged last can be behind its end."""
    wait_until(lambda: text in world.log.since(cursor), f"the journal says: {text}")


def story_stop(world):
    """a stop takes under two seconds, succeeds, and the service is gone from the air and
    from the table of a central that is connected, because spored has unregistered it"""
    cursor = world.log.cursor()
    with world.central() as central:
        table = central.connect(service=mushpi.SERVICE).discover()
        assert table.service(mushpi.SERVICE)
        central.subscribe(mushpi.ENV_MEASUREMENTS)
        seconds = stop(world, "a central being connected")
        table = central.discover()
        assert not table.service(mushpi.SERVICE), "the service is still in the table"
        assert table.services, "bluetoothd's own services are gone too"
    wait_journal(world, cursor, "unregistered from BlueZ")
    assert seconds < 2, seconds
    try:
        world.central().scan(service=mushpi.SERVICE, timeout=world.a_while)
        assert False, "it is still advertised"
    except TimeoutError:
        pass


def story_stop_while_bluetoothd_stands_still(world):
    """while bluetoothd stands still a stop succeeds after shutdown_timeout, and the
    journal names what is left registered"""
    cursor = world.log.cursor()
    with world.bluetoothd.standing_still():
        seconds = stop(world, "bluetoothd standing still")
    wait_journal(world, cursor, "left registered: the application")
    assert 1.5 <= seconds < 4, seconds


def assert_stands_aside(world, cursor):
    """It was started, has said why it ends, and is nowhere."""
    world.spored.assert_ended_well()
    wait_journal(world, cursor, "standing aside")
    said = world.log.since(cursor)
    assert "on air" not in said and "listening on" not in said, said
    if world.name == "machine":
        # There the socket is systemd's: who connects starts it once more, and is told.
        with world.peer() as peer:
            assert peer.receive()["error"] == "unavailable"
        world.spored.assert_ended_well()
    else:
        assert not world.spored.socket.exists()


def story_stands_aside(world):
    """with serve = no a start succeeds, and it says why it ends and stays off the bus"""
    cursor = world.log.cursor()
    with world.spored.configured("[daemon]\nserve = no\n", on_air=False):
        assert_stands_aside(world, cursor)


def story_stands_aside_for_bluezero(world):
    """with MUSHPI_BLE_BACKEND=bluezero in its environment it stands aside as well"""
    cursor = world.log.cursor()
    with world.spored.environment("MUSHPI_BLE_BACKEND", "bluezero"):
        world.spored.restart(on_air=False)
        assert_stands_aside(world, cursor)


@machine_only("its socket is systemd's")
def story_started_by_who_connects(world):
    """stopped alone, the service is started by the next program that connects, which finds the same
    socket file and is served"""
    inode = world.spored.socket.stat().st_ino
    run("systemctl", "stop", "spored.service")
    assert not world.spored.is_active()
    with world.peer() as peer:
        value = set_env(peer, 321)
    assert world.spored.is_active()
    assert world.spored.socket.stat().st_ino == inode
    world.spored.wait_on_air()
    with world.central() as central:
        assert central.connect(name=mushpi.NAME).read(mushpi.ENV_MEASUREMENTS) == value


def told_and_stale(peer, watching, subscription, number):
    """A value is the next that arrives, and becomes stale."""
    value = set_env(peer, number)
    assert subscription.get() == value
    while not watching.receive()["stale"]:
        pass


@machine_only("the clock of those who test is not set")
def story_clock_is_set(world):
    """while the clock is set an hour back, or forth, and then right again, each value arrives once
    and becomes stale, spored sleeps, and a bluetoothd that restarts is served again"""
    with world.spored.configured("[characteristic env_measurements]\nmax_age = 1s\n"), \
            survived(world):
        for seconds in (-HOUR, HOUR):
            with world.peer() as peer, world.peer() as watching, world.central() as central:
                central.connect(service=mushpi.SERVICE)
                subscription = central.subscribe(mushpi.ENV_MEASUREMENTS)
                subscription.get()
                watching.request("watch", events=["stale"], characteristics=["env_measurements"])
                with world.clock_set(seconds):
                    told_and_stale(peer, watching, subscription, 1)
                    woken = woken_in(world.spored.pid, LOOK)
                    assert woken < STORM, woken
                told_and_stale(peer, watching, subscription, 2)
            with world.clock_set(seconds):
                world.bluetoothd.restart()
                world.spored.wait_on_air()
                assert_served(world)


@machine_only("its watchdog is systemd's")
def story_it_stands_still(world):
    """one that stands still is ended by systemd's watchdog and started again, and is served"""
    with world.spored.watchdog(PATIENCE):
        cursor, stopped = world.log.cursor(), world.spored.pid
        os.kill(stopped, signal.SIGSTOP)
        wait_until(lambda: world.spored.pid not in (0, stopped), "it was started again",
                   timeout=2 * PATIENCE + WAIT)
        world.allow_crash(cursor, "spored.service")
        world.spored.wait_on_air()
        assert_served(world)


@machine_only("its user is the unit's")
def story_runs_without_privileges(world):
    """the service runs as its own user, without capabilities"""
    with open(f"/proc/{world.spored.pid}/status", encoding="ascii") as file:
        status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
    assert status["Uid"].split()[0] != "0", status["Uid"]
    assert int(status["CapEff"], 16) == 0, status["CapEff"]
    assert status["NoNewPrivs"].strip() == "1", status["NoNewPrivs"]


def story_wrong_configuration(world):
    """a wrong configuration is refused with status 78 and the place of the mistake"""
    cursor = world.log.cursor()
    world.spored.drop_in("[queue]\ndepth = many\n")
    assert world.spored.restart_refused() == 78
    wait_journal(world, cursor, "story.conf:2: [queue] depth:")


def story_stays_up(world):
    """an idle peer, a broken line and a peer that vanishes leave the service as it was"""
    pid = world.spored.pid
    with world.peer() as idle, world.peer() as broken:
        broken.send_raw(b"{\n")
        assert "error" in broken.receive()
        broken.send_raw(b'{"op":"set"')
        broken.close()
        assert idle.request("status")["on_air"]
    assert world.spored.pid == pid
