"""Two spored on one adapter."""

from . import mushpi


def story_a_second_spored_waits(world):
    """a second spored on the same adapter stays off the air, says who serves and what to do, and
    takes over when the first ends"""
    with world.spored.second() as second:
        fix = second.wait_why("hci0 is served by another spored")
        assert f"stop process {world.spored.pid}" in fix, fix
        with world.central() as central:
            services = central.connect(service=mushpi.SERVICE).discover().services
        assert [s.uuid for s in services].count(mushpi.SERVICE) == 1, services
        assert world.spored.status()["on_air"], world.spored.status()
        world.spored.stop()
        second.wait_on_air()
        with world.central() as central:
            central.connect(name=mushpi.NAME)
            assert len(central.read(mushpi.ENV_MEASUREMENTS)) == 12
    # Else the first would meet the second on its way out.
    assert world.adapter.advertisements() == 0
