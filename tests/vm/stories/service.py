"""spored as a service of the system."""

import pathlib
import time

from central.central import Central

from . import bluez, mushpi
from .spored import SOCKET, Peer, figure, run, wait_until


def stop(spored, what):
    """Stops the service, tells and returns the seconds that it took. It must succeed."""
    begin = time.monotonic()
    run("systemctl", "stop", "spored.service")
    seconds = time.monotonic() - begin
    figure(f"systemctl stop, {what}", f"{seconds * 1000:.0f} ms")
    assert spored.show("Result") == "success", spored.show("Result")
    assert spored.show("ExecMainStatus") == "0", spored.show("ExecMainStatus")
    return seconds


def wait_journal(spored, cursor, text):
    """What a process has logged last can be behind its end."""
    wait_until(lambda: text in spored.journal_since(cursor), f"the journal says: {text}")


def story_stop(spored):
    """systemctl stop takes under two seconds, succeeds, and the service is gone from the air and
    from the table of a central that is connected, because spored has unregistered it"""
    cursor = spored.journal_cursor()
    with Central() as central:
        table = central.connect(service=mushpi.SERVICE).discover()
        assert table.service(mushpi.SERVICE)
        central.subscribe(mushpi.ENV_MEASUREMENTS)
        seconds = stop(spored, "a central being connected")
        table = central.discover()
        assert not table.service(mushpi.SERVICE), "the service is still in the table"
        assert table.services, "bluetoothd's own services are gone too"
    wait_journal(spored, cursor, "unregistered from BlueZ")
    assert seconds < 2, seconds
    try:
        Central().scan(service=mushpi.SERVICE, timeout=3)
        assert False, "it is still advertised"
    except TimeoutError:
        pass


def story_stop_while_bluetoothd_stands_still(spored):
    """while bluetoothd stands still systemctl stop succeeds after shutdown_timeout, and the
    journal says that it left without unregistering"""
    cursor = spored.journal_cursor()
    with bluez.standing_still():
        seconds = stop(spored, "bluetoothd standing still")
    wait_journal(spored, cursor, "left without unregistering")
    assert 1.5 <= seconds < 4, seconds


def assert_stands_aside(spored, cursor):
    """It was started, has said why it ends, and is nowhere."""
    wait_until(lambda: spored.show("ActiveState") == "inactive", "it has ended")
    shown = [spored.show(name) for name in ("Result", "ExecMainStatus", "NRestarts", "MainPID")]
    assert shown == ["success", "0", "0", "0"], shown
    wait_journal(spored, cursor, "standing aside")
    assert not spored.bus_names(), spored.bus_names()
    assert not pathlib.Path(SOCKET).exists()


def story_stands_aside(spored):
    """with serve = no a start succeeds, and it says why it ends and stays off the bus"""
    cursor = spored.journal_cursor()
    with spored.configured("[daemon]\nserve = no\n", on_air=False):
        assert_stands_aside(spored, cursor)


def story_stands_aside_for_bluezero(spored):
    """with MUSHPI_BLE_BACKEND=bluezero in its environment it stands aside as well"""
    cursor = spored.journal_cursor()
    with spored.environment("MUSHPI_BLE_BACKEND", "bluezero"):
        spored.restart(on_air=False)
        assert_stands_aside(spored, cursor)


def story_runs_without_privileges(spored):
    """the service runs as its own user, without capabilities"""
    with open(f"/proc/{spored.pid}/status", encoding="ascii") as file:
        status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
    assert status["Uid"].split()[0] != "0", status["Uid"]
    assert int(status["CapEff"], 16) == 0, status["CapEff"]
    assert status["NoNewPrivs"].strip() == "1", status["NoNewPrivs"]


def story_wrong_configuration(spored):
    """a wrong configuration is refused with status 78 and the place of the mistake"""
    cursor = spored.journal_cursor()
    spored.drop_in("[queue]\ndepth = many\n")
    run("systemctl", "restart", "spored.service", check=False)
    assert spored.show("ExecMainStatus") == "78", spored.show("ExecMainStatus")
    assert spored.show("NRestarts") == "0", spored.show("NRestarts")
    journal = spored.journal_since(cursor)
    assert "story.conf:2: [queue] depth:" in journal, journal


def story_stays_up(spored):
    """an idle peer, a broken line and a peer that vanishes leave the service as it was"""
    pid = spored.pid
    with Peer() as idle, Peer() as broken:
        broken._socket.sendall(b"{\n")  # pylint: disable=protected-access
        assert "error" in broken.receive()
        broken._socket.sendall(b'{"op":"set"')  # pylint: disable=protected-access
        broken.__exit__()
        assert idle.request("status")["on_air"]
    assert spored.pid == pid
