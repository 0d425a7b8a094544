"""A program that may refuse what a phone writes."""

import contextlib
import threading
import time

from central.hci import Disconnected, HciError

from .peer import Peer
from .world import machine_only, wait_until
from .writes import refused

SERVICE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bd00"
ASKED = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bd01"
UNHANDLED, REFUSED, NO_VERDICT = 0x81, 0x82, 0x83
TRIES, SECONDS = 40, 75  # whichever is over first


class Handler(threading.Thread):
    """Handles the characteristic on a connection of its own. decide(peer, event) is called for
    each write, in this thread."""

    def __init__(self, world, decide):
        super().__init__(daemon=True)
        self._decide, self.failed = decide, None
        self.peer = Peer(world.spored.socket)
        self.peer.request("handle", characteristic="asked")

    def run(self):
        try:
            while True:
                event = self.peer.receive()
                assert event["event"] == "write" and event["verdict"], event
                self._decide(self.peer, event)
        except (EOFError, OSError):
            pass  # closed, by either side
        except Exception as error:  # pylint: disable=broad-except
            self.failed = error


@contextlib.contextmanager
def handled(world, decide):
    handler = Handler(world, decide)
    handler.start()
    try:
        yield handler
    finally:
        handler.peer.shutdown()
        handler.join()
        handler.peer.close()
    if handler.failed:
        raise handler.failed


@contextlib.contextmanager
def asked(world):
    """A central that is connected to the profile."""
    with world.spored.configured(profile="verdict.conf"), world.central() as central:
        yield central.connect(service=SERVICE)


def verdict(accept, **members):
    """A decision."""
    def decide(peer, event):
        peer.request("verdict", number=event["number"], accept=accept, **members)
    return decide


def story_check_warns_of_verdicts(world):
    """--check takes verdict = handler, and warns of what bluetoothd makes of it"""
    said = world.check(world.spored.install("verdict.conf"))
    assert "warning" in said and "verdict" in said and "asked" in said, said


def story_a_handler_accepts(world):
    """what its handler accepts is stored and read"""
    with asked(world) as central, handled(world, verdict(True)):
        central.write(ASKED, b"\x05")
        assert central.read(ASKED) == b"\x05"


def story_a_handler_refuses(world):
    """what its handler refuses gets the handler's code, or 0x82, and nothing changes"""
    with asked(world) as central:
        with handled(world, verdict(False)):
            assert refused(central, ASKED, b"\x05") == REFUSED
        with handled(world, verdict(False, code=0x95)):
            assert refused(central, ASKED, b"\x06") == 0x95
        assert central.read(ASKED) == b"\0"
        assert world.spored.counters("asked")["writes_refused"] == 2


def story_no_handler(world):
    """with unhandled = refuse a write without a handler is refused with 0x81"""
    with asked(world) as central:
        assert refused(central, ASKED, b"\x05") == UNHANDLED
        assert central.read(ASKED) == b"\0"


def story_a_late_verdict(world):
    """a verdict that comes too late is answered `expired`: the write was refused with 0x83"""
    numbers = []
    with asked(world) as central:
        with handled(world, lambda _, event: numbers.append(event["number"])) as handler:
            assert refused(central, ASKED, b"\x05") == NO_VERDICT
            with world.peer() as other:
                other.send([{"op": "verdict", "number": numbers[0], "accept": True}])
                assert other.receive()["error"] == "expired"
            assert handler.is_alive()
        assert central.read(ASKED) == b"\0"
        assert world.spored.counters("asked")["verdicts_late"] == 1


def story_a_handler_goes_away(world):
    """a handler that ends while a write waits for it has refused it, with 0x83"""
    with asked(world) as central, handled(world, lambda peer, _: peer.shutdown()):
        assert refused(central, ASKED, b"\x05") == NO_VERDICT
        assert central.read(ASKED) == b"\0"


def leave_while_pending(world, central, heard):
    """A central writes and is gone before there is a verdict; the refusal of it comes later."""
    late = world.spored.counters("asked")["verdicts_late"]
    central.connect(service=SERVICE)
    central.discover()
    heard.clear()
    central.start_write(ASKED, b"\x05")
    assert heard.wait(30), "the handler was not asked"
    central.disconnect()
    wait_until(lambda: world.spored.counters("asked")["verdicts_late"] > late,
               "the verdict has expired")


@machine_only("the simulated bluetoothd does not crash")
def story_bluetoothd_crashes_on_verdicts(world):
    """bluetoothd crashes when centrals leave while a verdict is pending, as known; spored
    survives it and is served again"""
    heard, cursor = threading.Event(), world.log.cursor()
    with world.spored.configured(profile="verdict.conf"):
        spored, pid, tries = world.spored.pid, world.bluetoothd.pid, 0
        with handled(world, lambda *_: heard.set()), world.central() as central:
            end = time.monotonic() + SECONDS
            while world.bluetoothd.pid == pid and tries < TRIES and time.monotonic() < end:
                tries += 1
                try:
                    leave_while_pending(world, central, heard)
                except (Disconnected, HciError, TimeoutError):
                    # It is seen here a moment before systemd sees it.
                    wait_until(lambda: world.bluetoothd.pid != pid, "bluetoothd has crashed")
        crashed = world.bluetoothd.pid != pid
        world.figure("bluetoothd, centrals leaving while a verdict was pending",
                     f"{'crashed' if crashed else 'stood'} after {tries}")
        if crashed:
            world.allow_crash(cursor)
            # Debian 12's unit does not come back by itself, later ones do.
            world.bluetoothd.start()
        world.spored.wait_on_air()
        with handled(world, verdict(True)), world.central() as central:
            central.connect(service=SERVICE).write(ASKED, b"\x07")
            assert central.read(ASKED) == b"\x07"
        assert world.spored.pid == spored
