"""Which handles a table gets."""

from .table import Characteristic, Descriptor, Service

HERE = 0x100


def told(name, **keys):
    return Characteristic(name, "read notify", name.encode(), **keys)


def show(stage, *services, title, absolute=True, root="/mirror", witness=None):
    """Registers a table and writes down what a central discovers."""
    stage.step(title)
    witness = witness or stage.witness()
    stage.register(witness, *services, root=root)
    if not any("RegisterAdvertisement" in e for e in stage.transcript.seen(witness.label)):
        witness.advertise()
    central = stage.central("A")
    central.connect()
    central.discover(absolute)
    central.leave()
    return witness


def story_a_fresh_table(stage):
    """all that a fresh bluetoothd serves, with the first application's table"""
    show(stage, Service("main", (
        told("first", descriptors=(Descriptor("user description", value=b"the first"),)),
        Characteristic("second", "read write indicate", b"2"),
        Characteristic("third", "read reliable-write writable-auxiliaries", b"3", descriptors=(
            Descriptor("user description", value=b"the third"), Descriptor("own", value=b"own"))),
        Characteristic("fourth", "write-without-response"),
    )), Service("next", (Characteristic("fifth", "read broadcast", b"5"),)),
         title="discovered")


story_a_fresh_table.fresh = True


def story_handles_move_up(stage):
    """unpinned handles move up with each registration"""
    service = Service("main", (told("first"), told("second")))
    witness = stage.witness()
    witness.advertise()
    for title in ("the first registration", "the second", "the third"):
        stage.step(title)
        stage.register(witness, service)
        central = stage.central("A").connect()
        central.where("first", "second", "marker")
        central.leave()
        witness.unregister()


story_handles_move_up.fresh = True


def story_pinned(stage):
    """pinned handles stay over a new registration"""
    service = Service("main", (
        told("first", handle=HERE + 2, descriptors=(Descriptor("user description"),)),
        Characteristic("second", "read write", b"2", handle=HERE + 6)), handle=HERE)
    witness = stage.witness()
    witness.advertise()
    for title in ("the first registration", "the second"):
        stage.step(title)
        stage.register(witness, service)
        central = stage.central("A").connect()
        central.discover(absolute=True)
        central.leave()
        witness.unregister()


story_pinned.fresh = True


def story_only_the_service_pinned(stage):
    """with only the service pinned the characteristics follow it"""
    show(stage, Service("main", (told("first"), told("second")), handle=HERE), title="discovered")


story_only_the_service_pinned.fresh = True


def refused(stage, *services):
    stage.step("it is registered")
    stage.witness().register(*services)


def story_characteristics_pinned_alone(stage):
    """characteristics pinned without their service"""
    refused(stage, Service("main", (told("first", handle=HERE + 2),
                                    told("second", handle=HERE + 5))))


def story_pinned_with_a_gap(stage):
    """a gap between pinned characteristics"""
    refused(stage, Service("main", (told("first", handle=HERE + 2),
                                    told("second", handle=HERE + 9)), handle=HERE))


def story_pinned_too_close(stage):
    """a characteristic pinned onto the one before it"""
    refused(stage, Service("main", (told("first", handle=HERE + 2),
                                    told("second", handle=HERE + 4)), handle=HERE))


def story_pinned_to_the_declaration(stage):
    """a characteristic pinned to its declaration's handle"""
    refused(stage, Service("main", (told("first", handle=HERE + 1),), handle=HERE))


def story_pinned_onto_another(stage):
    """a service pinned onto one that is there"""
    witness = stage.witness()
    service = Service("main", (told("first"),), handle=HERE)
    witness.register(service)
    stage.step("another application, one handle further")
    witness.register(Service("next", (told("second"),), handle=HERE + 1), root="/next")
    stage.step("onto bluetoothd's own")
    witness.register(Service("low", (told("third"),), handle=2), root="/low")


def story_pinned_by_two_programs(stage):
    """two programs pin the same handles: the second is refused, and the first one's service
    disappears"""
    service = Service("main", (told("first"), told("second")), handle=HERE)
    show(stage, service, title="the first program")
    stage.step("the second program")
    other = stage.witness("next")
    other.register(service, root="/next")
    stage.step("discovered")
    central = stage.central("B").connect()
    central.discover(absolute=True)
    central.leave()
    # The real one crashes when the first program ends, so it is killed before: that is no orderly
    # end, which might touch what is broken.
    stage.step(None)
    stage.marker_served = False
    stage.world.kill()
    other.wait("org.bluez is gone")
    stage.world.start()
    stage.wait_ready(other)


story_pinned_by_two_programs.fresh = True


def story_unpinned_after_pinned(stage):
    """what is not pinned comes after the highest that was"""
    witness = stage.witness()
    witness.advertise()
    stage.step("discovered")
    stage.register(witness, Service("main", (told("first"),), handle=0x300))
    stage.register(witness, Service("low", (told("second"),), handle=HERE),
                   Service("next", (told("third"),)), root="/next")
    central = stage.central("A").connect()
    central.where("first", "second", "third")


story_unpinned_after_pinned.fresh = True


def story_handles_that_are_asked_for(stage):
    """Handle = 0 asks bluetoothd to say which handle it gives"""
    witness = stage.witness()
    stage.step("it is registered")
    stage.register(witness, Service("main", (told("first", handle=0), told("second", handle=0)),
                                    handle=0))


story_handles_that_are_asked_for.fresh = True
