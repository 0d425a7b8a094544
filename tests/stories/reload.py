"""Another configuration while a phone is there."""

import contextlib
import json

from . import mushpi
from .world import machine_only, run

MORE = """[service later]
uuid = 9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bd00
[characteristic lately]
uuid = 9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bd01
flags = read
value = 2a
"""
LATELY = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6bd01"
KEEPS = "[characteristic status_flags]\npolicy = {policy}\ndepth = 16\n"


def reload(world, text, check=True):
    world.spored.drop_in(text)
    return world.sporectl("--json", "reload", check=check)


@contextlib.contextmanager
def as_before(world):
    """Afterwards nothing of it is left."""
    try:
        yield
    finally:
        reload(world, None)
        world.spored.wait_on_air()


def set_flags(world, number):
    world.sporectl("set", "status_flags", f"--hex={number:08x}")
    return bytes.fromhex(f"{number:08x}")


def story_a_reload_in_place_is_not_noticed(world):
    """what waits for a subscribed phone arrives through reloads that change rates and policies:
    nothing is missing, nothing comes twice, and the link stays"""
    with as_before(world), world.central() as central:
        reload(world, "[queue]\nrate = 1\n" + KEEPS.format(policy="drop_oldest"))
        central.connect(name=mushpi.NAME)
        subscription = central.subscribe(mushpi.STATUS_FLAGS)
        expected = [set_flags(world, number) for number in range(1, 5)]
        reload(world, "[queue]\nrate = 2\n" + KEEPS.format(policy="drop_newest"))
        expected += [set_flags(world, number) for number in range(5, 7)]
        reload(world, "[queue]\nrate = 0\n" + KEEPS.format(policy="drop_newest"))
        expected.append(set_flags(world, 7))
        seen = []
        while seen[-1:] != expected[-1:]:
            seen.append(subscription.get())
        assert [value for value in seen if value in expected] == expected, seen
        assert central.connected


def story_a_table_that_grows_is_discovered(world):
    """a service that a reload adds is found by whoever connects, and what was set before is read"""
    with as_before(world):
        world.sporectl("set", "status_flags", "--hex=00000008")
        reload(world, MORE)
        world.spored.wait_on_air()
        with world.central() as central:
            central.connect(name=mushpi.NAME)
            assert central.read(LATELY) == b"\x2a"
            assert central.read(mushpi.STATUS_FLAGS).hex() == "00000008"


def story_a_broken_file_changes_nothing(world):
    """a reload with an error leaves a subscribed phone as it is, and says what is wrong"""
    with as_before(world), world.central() as central:
        central.connect(name=mushpi.NAME)
        subscription = central.subscribe(mushpi.STATUS_FLAGS)
        answer = json.loads(reload(world, "[queue]\nrate = much\n", check=False))
        assert answer["error"] == "invalid_config", answer
        expected = set_flags(world, 2)
        while subscription.get() != expected:
            pass
        assert central.connected


@machine_only("its service manager is systemd")
def story_systemctl_reload(world):
    """systemctl reload loads the configuration anew and succeeds, or fails if that is wrong; the
    service stays active, and a subscribed phone is served on"""
    pid = world.spored.pid
    with as_before(world), world.central() as central:
        central.connect(name=mushpi.NAME)
        subscription = central.subscribe(mushpi.STATUS_FLAGS)
        reloads = world.spored.status()["reloads"]
        world.spored.drop_in("[queue]\nput_timeout = 70ms\n")
        run("systemctl", "reload", "spored.service")
        assert world.spored.status()["reloads"] == reloads + 1
        assert world.spored.is_active()
        world.spored.drop_in("[queue]\nrate = much\n")
        try:
            run("systemctl", "reload", "spored.service")
            assert False, "the reload of a broken file has succeeded"
        except RuntimeError:
            pass
        status = world.spored.status()
        assert status["reloads"] == reloads + 1
        assert "[queue] rate" in status["reload_failed"]["problem"], status["reload_failed"]
        assert world.spored.is_active() and world.spored.pid == pid
        expected = set_flags(world, 2)
        while subscription.get() != expected:
            pass
        assert central.connected
