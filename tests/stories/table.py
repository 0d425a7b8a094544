"""What a phone discovers."""

from . import mushpi

CCC = "00002902-0000-1000-8000-00805f9b34fb"


def discover(world):
    """(UUID, properties, descriptors) of the service's characteristics, in handle order."""
    with world.central() as central:
        service = central.connect(service=mushpi.SERVICE).discover().service(mushpi.SERVICE)
        assert service, "the service is not in the table"
        return [(c.uuid, c.properties, set(c.descriptors)) for c in service.characteristics]


def expected():
    return [(uuid, properties, {CCC} if properties & mushpi.NOTIFY else set())
            for uuid, properties in mushpi.TABLE]


def story_table(world):
    """the table is discovered in the declared order, with exactly the declared flags, and
    a CCC exactly where it notifies"""
    assert discover(world) == expected(), discover(world)


def story_table_is_the_same_after_a_restart(world):
    """the order is the same after a restart of spored"""
    for _ in range(2):
        world.spored.restart()
        assert discover(world) == expected(), discover(world)


def story_one_service_each(world):
    """a restart leaves no second copy of the service behind"""
    world.spored.restart()
    with world.central() as central:
        services = [s.uuid for s in central.connect(service=mushpi.SERVICE).discover().services]
    assert services.count(mushpi.SERVICE) == 1, services
