"""Off the air and back on it, without an end of the process."""

from . import mushpi
from .cycles import CYCLES as ROUNDS, nothing_left
from .peer import set_env
from .served import assert_served, survived
from .world import lasting, wait_until

CYCLES = 100
# After each of so many a central comes. A real one takes seconds for that.
LOOK = 1 if ROUNDS > 3 else 25
SECONDS_EACH = 6 if LOOK > 1 else 20


def deactivate(world):
    world.sporectl("deactivate")
    wait_until(lambda: world.spored.status()["why"] == "deactivated by a program", "it is off")
    assert world.spored.status()["fix"] == "sporectl activate"


def activate(world):
    world.sporectl("activate")
    world.spored.wait_on_air()


def story_deactivated(world):
    """deactivated, it is gone from the air and from the table of a central that is connected, and
    programs are served; activated, the same process serves what they have set meanwhile"""
    with survived(world), world.central() as central:
        central.connect(service=mushpi.SERVICE).subscribe(mushpi.ENV_MEASUREMENTS)
        deactivate(world)
        assert not central.discover().service(mushpi.SERVICE), "the service is still in the table"
        assert world.adapter.advertisements() == 0
        with world.peer() as peer:
            value = set_env(peer, 812)
        activate(world)
        wait_until(lambda: world.adapter.advertisements() == 1, "one is registered")
        central.discover()
        assert central.read(mushpi.ENV_MEASUREMENTS) == value


@lasting(CYCLES * SECONDS_EACH)
def story_a_hundred_times(world):
    """a hundred times off the air and back on it leave nothing behind, and the next central is
    served: each time, but in the machine each twenty-fifth, unless SPORED_CYCLES is more than 3"""
    look = LOOK if world.name == "machine" else 1
    with survived(world):
        deactivate(world)
        activate(world)
        assert_served(world)
        with nothing_left(world, f"{CYCLES} times deactivated and activated"):
            for number in range(CYCLES):
                deactivate(world)
                activate(world)
                if number % look == 0:
                    assert_served(world)


def story_deactivated_while_bluetoothd_stands_still(world):
    """while bluetoothd stands still it is off after shutdown_timeout and says what it has left;
    bluetoothd goes on, holds nothing of it any more, and serves it again when it is activated"""
    cursor = world.log.cursor()
    with survived(world):
        with world.bluetoothd.standing_still():
            deactivate(world)
        wait_until(lambda: "left registered: the application" in world.log.since(cursor),
                   "the journal says what is left")
        wait_until(lambda: world.adapter.advertisements() == 0, "nothing is advertised")
        activate(world)
        wait_until(lambda: world.adapter.advertisements() == 1, "one is registered")


def story_deactivated_it_restarts(world):
    """a restart of the service, deactivated or not, puts it on the air"""
    deactivate(world)
    world.spored.restart()
    assert_served(world)
