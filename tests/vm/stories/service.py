"""spored as a service of the system."""

import time

from central.central import Central

from . import mushpi
from .spored import Peer, figure, run


def story_stop(spored):
    """systemctl stop takes under two seconds, succeeds, and the service is gone from the air and
    from the table of a central that is connected"""
    with Central() as central:
        table = central.connect(service=mushpi.SERVICE).discover()
        assert table.service(mushpi.SERVICE)
        central.subscribe(mushpi.ENV_MEASUREMENTS)
        begin = time.monotonic()
        run("systemctl", "stop", "spored.service")
        seconds = time.monotonic() - begin
        figure("systemctl stop, a central being connected", f"{seconds * 1000:.0f} ms")
        table = central.discover()
        assert not table.service(mushpi.SERVICE), "the service is still in the table"
        assert table.services, "bluetoothd's own services are gone too"
    assert spored.show("Result") == "success", spored.show("Result")
    assert spored.show("ExecMainStatus") == "0", spored.show("ExecMainStatus")
    assert seconds < 2, seconds
    try:
        Central().scan(service=mushpi.SERVICE, timeout=3)
        assert False, "it is still advertised"
    except TimeoutError:
        pass


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
