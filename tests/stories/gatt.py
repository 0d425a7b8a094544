"""What a profile can declare and mushpi does not."""

from central import att

from .peer import Refused
from .world import wait_until
from .writes import is_application_error, refused

BASE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6b9"
SIG = "0000{}-0000-1000-8000-00805f9b34fb"
WRITTEN, LABELLED, COMMANDED = BASE + "10", BASE + "12", BASE + "11"
TOLD, PLAIN, COALESCED, INDICATED = BASE + "00", BASE + "02", SIG.format("2a6e"), BASE + "01"
USER_DESCRIPTION, CCC = SIG.format("2901"), SIG.format("2902")
ALIAS = "Shed-7"

# Each service with the places of its values and descriptors, counted from its own handle.
LAYOUT = [
    (WRITTEN, {2: LABELLED, 4: COMMANDED}),
    (TOLD, {2: PLAIN, 3: CCC, 5: COALESCED, 6: CCC, 7: USER_DESCRIPTION, 9: INDICATED, 10: CCC}),
]
FLAGS = {
    LABELLED: {"read", "write"}, COMMANDED: {"write-without-response"},
    PLAIN: {"read", "write", "notify"}, COALESCED: {"read", "notify"},
    INDICATED: {"read", "indicate"},
}


def served(world, drop_in=None):
    """spored serves this profile; its name is the adapter's."""
    return world.spored.configured(drop_in, profile="gatt.conf")


def layout(service):
    """As in LAYOUT."""
    places = {c.handle - service.start: c.uuid for c in service.characteristics}
    for characteristic in service.characteristics:
        places |= {handle - service.start: uuid
                   for uuid, handle in characteristic.descriptors.items()}
    return service.uuid, dict(sorted(places.items()))


def story_services_in_order(world):
    """two services, their characteristics and descriptors have the order and the handles of the
    declaration"""
    with served(world), world.central() as central:
        table = central.connect(service=TOLD).discover()
    services = [s for s in table.services if s.uuid in (WRITTEN, TOLD)]
    assert [layout(s) for s in services] == LAYOUT, [layout(s) for s in services]
    assert services[0].end < services[1].start, (services[0].end, services[1].start)


def story_flags(world):
    """each characteristic has exactly the declared flags"""
    with served(world), world.central() as central:
        table = central.connect(service=TOLD).discover()
        flags = {uuid: table.characteristic(uuid).flags for uuid in FLAGS}
    assert flags == FLAGS, flags


def story_found_by_alias(world):
    """without a name of its own it is found by the adapter's alias"""
    world.adapter.put("Alias", "s", ALIAS)
    with served(world):
        assert world.spored.status()["name"] == ALIAS, world.spored.status()
        found = world.central().scan(name=ALIAS)
        assert found.services == {TOLD}, found.services


def story_indications(world):
    """indications arrive one after the other, each confirmed by the central"""
    with served(world), world.peer() as peer, world.central() as central:
        peer.request("set", characteristic="indicated", value=1000)
        central.connect(service=TOLD)
        subscription = central.subscribe(INDICATED, indicate=True)
        assert central.read_ccc(INDICATED) == 2
        assert int.from_bytes(subscription.get_indication(), "little") == 1000
        for number in range(1001, 1021):
            peer.request("set", characteristic="indicated", value=number)
        told = [int.from_bytes(subscription.get_indication(), "little") for _ in range(20)]
        assert told == list(range(1001, 1021)), told
        # What BlueZ calls when a central has confirmed is not refused.
        assert world.spored.status()["calls_refused"] == 0, world.spored.status()


def story_command_arrives(world):
    """a write without response arrives at a watching program"""
    with served(world), world.spored.watching("commanded") as watcher, world.central() as central:
        central.connect(service=TOLD).write_command(COMMANDED, b"\x2a")
        event = watcher.receive()
        assert (event["value"], event["hex"]) == (42, "2a"), event
        assert event["device"] == central.address, event


def story_wrong_command_is_counted(world):
    """a write without response that is out of range is counted and told to nobody"""
    with served(world), world.spored.watching("commanded") as watcher, world.central() as central:
        central.connect(service=TOLD).write_command(COMMANDED, b"\x65")
        wait_until(lambda: world.spored.counters("commanded")["writes_refused"] == 1,
                   "it is counted")
        central.write_command(COMMANDED, b"\x64")
        assert watcher.receive()["value"] == 100


def story_descriptor(world):
    """a declared descriptor is read as its text"""
    with served(world), world.central() as central:
        text = central.connect(service=TOLD).read_descriptor(COALESCED, USER_DESCRIPTION)
    assert text == b"in the shed", text


def story_plain_bytes(world):
    """plain bytes go both ways up to size_max, and one more is refused"""
    most, more = bytes(range(20)), bytes(21)
    with served(world), world.peer() as peer, world.spored.watching("plain") as watcher, \
            world.central() as central:
        peer.request("set", characteristic="plain", hex=most.hex())
        assert central.connect(service=TOLD).read(PLAIN) == most
        try:
            peer.request("set", characteristic="plain", hex=more.hex())
            assert False, "21 bytes were taken"
        except Refused:
            pass
        code = refused(central, PLAIN, more)
        assert code == att.INVALID_LENGTH, hex(code)
        central.write(PLAIN, most[::-1])
        assert watcher.receive()["hex"] == most[::-1].hex()
        assert peer.request("get", characteristic="plain")["hex"] == most[::-1].hex()


def story_nothing_to_tell(world):
    """who subscribes to plain bytes that nobody has set is told nothing until somebody does"""
    with served(world), world.peer() as peer, world.central() as central:
        central.connect(service=TOLD)
        subscription = central.subscribe(PLAIN)
        # What was on its way has come before the answer to a read.
        assert central.read(PLAIN) == b""
        assert subscription.is_empty(), subscription.get()
        peer.request("set", characteristic="plain", hex="c0ffee")
        assert subscription.get().hex() == "c0ffee"


def story_text(world):
    """fields that are words and text are set, read and written as what they say"""
    with served(world), world.peer() as peer, world.spored.watching("labelled") as watcher, \
            world.central() as central:
        world.sporectl("set", "labelled", "colour=GREEN", "label=third row, Grüße")
        value = central.connect(service=TOLD).read(LABELLED)
        assert value == b"\x01" + "third row, Grüße".encode(), value
        fields = {"colour": "BLUE", "label": "höher"}
        central.write(LABELLED, b"\x02" + "höher".encode())
        assert watcher.receive()["fields"] == fields
        assert peer.request("get", characteristic="labelled")["fields"] == fields


def story_broken_text_is_refused(world):
    """a write whose text is not UTF-8 is refused with an application error"""
    with served(world), world.central() as central:
        code = refused(central.connect(service=TOLD), LABELLED, b"\x00\xff")
    assert is_application_error(code), hex(code)
