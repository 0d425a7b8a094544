"""Advertisements: what is refused, and what a scanning central hears."""

from .table import Characteristic, Service, uuid_of
from .witness import ADAPTER, ADVERTISING_MANAGER, HCI0

PLAIN = Service("main", (Characteristic("plain", "read", b"plain"),))


def instances(witness):
    for name in ("ActiveInstances", "SupportedInstances"):
        witness.get(HCI0, ADVERTISING_MANAGER, name)


def story_what_can_be_advertised(stage):
    """what the adapter says it can advertise"""
    witness = stage.witness()
    stage.step("before anything is registered")
    instances(witness)
    for name in ("SupportedIncludes", "SupportedSecondaryChannels", "SupportedFeatures",
                 "SupportedCapabilities"):
        witness.get(HCI0, ADVERTISING_MANAGER, name)


def story_refused_advertisements(stage):
    """advertisements that are refused"""
    witness = stage.witness()
    uuids = ("as", [uuid_of("main")])
    for number, (title, properties) in enumerate({
            "no Type": {"Type": None},
            "a Type that is none": {"Type": ("s", "loud")},
            "LocalName, and local-name among Includes": {"Includes": ("as", ["local-name"])},
            "LocalName that is no text": {"LocalName": ("q", 1)},
            "ServiceUUIDs that are none": {"ServiceUUIDs": ("as", ["main"])},
            "ServiceUUIDs that are no array": {"ServiceUUIDs": ("s", "main")},
            "ManufacturerData without a byte": {"ManufacturerData": ("a{qv}", {1: ("ay", b"")})},
            "ServiceData without a byte":
                {"ServiceData": ("a{sv}", {uuid_of("main"): ("ay", b"")})},
            "a broadcast": {"Type": ("s", "broadcast"), "ServiceUUIDs": uuids},
    }.items()):
        stage.step(title)
        path = f"/odd{number}"
        witness.advertise(path, **properties)
        witness.unadvertise(path)
    stage.step("what is left")
    instances(witness)


def story_too_many_advertisements(stage):
    """as many advertisements as there may be, and one more"""
    witness = stage.witness()
    instances(witness)
    for number in range(6):
        stage.step(f"number {number}")
        witness.advertise(f"/advertisement{number}")
        instances(witness)
    stage.step("one is taken back, another is taken")
    witness.unadvertise("/advertisement1")
    witness.advertise("/advertisement5")
    instances(witness)


def story_advertisement_while_off(stage):
    """an advertisement that is registered while the adapter is off"""
    witness = stage.serve(PLAIN)
    stage.step("the adapter is switched off")
    witness.put(HCI0, ADAPTER, "Powered", "b", False)
    witness.wait("hci0 Powered=no")
    instances(witness)
    stage.step("another advertisement")
    witness.advertise("/another")
    instances(witness)
    stage.step("the adapter is switched on")
    witness.put(HCI0, ADAPTER, "Powered", "b", True)
    witness.wait("hci0 Powered=yes")
    instances(witness)
    stage.step("the first is heard")
    stage.central("A").heard()
    stage.step("another advertisement, now")
    witness.advertise("/another")
    instances(witness)


def story_what_is_heard(stage):
    """names, services and flags as a scanning central hears them"""
    witness = stage.witness()
    central = stage.central("A")
    for title, properties in {
            "a name": {},
            "a service of 128 bits": {"ServiceUUIDs": ("as", [uuid_of("main")])},
            "a service of 16 bits": {"ServiceUUIDs": ("as", [uuid_of("device information")])},
            "not discoverable": {"Discoverable": ("b", False)},
            "discoverable": {"Discoverable": ("b", True)},
    }.items():
        stage.step(title)
        witness.advertise(**properties)
        central.heard()
        witness.unadvertise()
    stage.step("without a name, by its service")
    witness.advertise(LocalName=None, ServiceUUIDs=("as", [uuid_of("main")]))
    central.heard(name=None, service="main")
    witness.unadvertise()
    stage.step("the adapter's own name")
    witness.put(HCI0, ADAPTER, "Alias", "s", "Mirrored")
    witness.advertise(LocalName=None, Includes=("as", ["local-name"]))
    central.heard("Mirrored")
    witness.unadvertise()
    witness.put(HCI0, ADAPTER, "Alias", "s", "")


def story_advertisement_of_another_program(stage):
    """two programs advertise; one that leaves the bus takes its own with it"""
    witness, other = stage.witness(), stage.witness("other")
    central = stage.central("A")
    stage.step("both")
    witness.advertise()
    other.advertise(LocalName=("s", "Other"))
    instances(witness)
    central.heard()
    stage.step("the other leaves")
    other.close()
    stage.sync()
    instances(witness)
    central.heard()


def story_advertisement_times_out(stage):
    """an advertisement whose time is up is released, and can be registered again"""
    witness = stage.witness()
    stage.step("for a second")
    witness.advertise(Timeout=("q", 1))
    witness.wait("Release")
    instances(witness)
    stage.step("once more")
    witness.advertise()
    instances(witness)


def story_advertisement_replaced_while_connected(stage):
    """an advertisement is replaced by another while a central is connected that came by it"""
    witness = stage.serve(PLAIN)
    uuids = ("as", [uuid_of("main")])
    stage.step("another in its place")
    central = stage.central("A").connect()
    witness.advertise("/second", ServiceUUIDs=uuids)
    witness.unadvertise()
    instances(witness)
    stage.step("the central leaves, and nobody can connect any more")
    central.leave()
    central.heard(name=None, service="main", connectable=False)
    stage.step("a third in its place")
    witness.advertise("/third", ServiceUUIDs=uuids)
    witness.unadvertise("/second")
    central.heard(service="main", connectable=True)
    stage.step("a central comes and leaves by it")
    central.connect()
    central.leave()
    central.heard(service="main", connectable=True)


def story_advertisement_that_changes(stage):
    """the name of an advertisement changes while it is registered, and while the adapter is off"""
    witness = stage.serve(PLAIN)
    if stage.version < (5, 74):
        return  # bluetoothd crashes of it (6b5447583)
    central = stage.central("A")
    stage.step("another name")
    witness.change_advertisement(LocalName=("s", "Changed"))
    central.heard("Changed")
    stage.step("another while it is off")
    witness.put(HCI0, ADAPTER, "Powered", "b", False)
    witness.wait("hci0 Powered=no")
    witness.change_advertisement(LocalName=("s", "Lost"))
    witness.put(HCI0, ADAPTER, "Powered", "b", True)
    witness.wait("hci0 Powered=yes")
    central.heard("Changed")
    stage.step("the next is told all")
    witness.change_advertisement(LocalName=("s", "Next"))
    central.heard("Next")
