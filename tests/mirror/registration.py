"""How an application is registered, and what is refused."""

from .table import MARKER, Characteristic, Refusal, Service

PLAIN = Service("main", (Characteristic("plain", "read", b"plain"),))


def story_order_of_registration(stage):
    """agent, application, advertisement: what is asked before each answer"""
    witness = stage.witness()
    stage.step("the agent")
    witness.agree()
    witness.agent("RequestDefaultAgent")
    stage.step("the application")
    witness.register(PLAIN, MARKER)
    stage.step("the advertisement")
    witness.advertise()
    stage.step("all of them are taken back")
    witness.unadvertise()
    witness.unregister()
    witness.agent("UnregisterAgent")


def story_registered_twice(stage):
    """the same application, advertisement and agent once more, and what is not there taken back"""
    witness = stage.serve(PLAIN, agent=True)
    stage.step("once more")
    witness.register()
    witness.advertise()
    witness.agree()
    stage.step("they are served all the same")
    central = stage.central("A").connect()
    central.read("plain")
    central.leave()
    stage.step("taken back twice")
    for _ in range(2):
        witness.unadvertise()
        witness.unregister()
        witness.agent("UnregisterAgent")
    stage.step("what never was")
    witness.unadvertise("/nothing")
    witness.unregister("/nothing")
    witness.agent("RequestDefaultAgent", "/nothing")


def story_agents(stage):
    """agents: capabilities, and two on one connection"""
    witness = stage.witness()
    stage.step("an unknown capability")
    witness.agree("Telepathy")
    stage.step("an empty capability")
    witness.agree("")
    stage.step("another agent of the same program")
    witness.agree("DisplayOnly", "/another")
    stage.step("taken back")
    witness.agent("UnregisterAgent")
    witness.agent("UnregisterAgent", "/another")


REFUSED = {
    "an application without objects": (),
    "a service that is 1800": (Service("GAP", PLAIN.characteristics),),
    "a service that is 1801": (Service("GATT", PLAIN.characteristics),),
    "a service without characteristics": (Service("main"),),
    "an unknown flag": (Service("main", (Characteristic("plain", "read fast"),)),),
    "no flags": (Service("main", (Characteristic("plain", ""),)),),
    "a characteristic without Flags":
        (Service("main", (Characteristic("plain", "", extra={"Flags": None}),)),),
    "a characteristic without UUID":
        (Service("main", (Characteristic("plain", "read", extra={"UUID": None}),)),),
    "a characteristic whose UUID is none":
        (Service("main", (Characteristic("plain", "read", uuid="plain"),)),),
    "a characteristic of a service that is not there":
        (Service("main", (Characteristic("plain", "read",
                                         extra={"Service": ("o", "/elsewhere")}),)),),
    "a service without UUID": (Service("main", PLAIN.characteristics, extra={"UUID": None}),),
    "a service whose UUID is none": (Service("main", PLAIN.characteristics, uuid="main"),),
    "a service without Primary":
        (Service("main", PLAIN.characteristics, extra={"Primary": None}),),
}


def story_refused_applications(stage):
    """applications that are refused, and those that look odd and are taken"""
    witness = stage.witness()
    for number, (title, services) in enumerate(REFUSED.items()):
        stage.step(title)
        root = f"/odd{number}"
        if services:
            witness.register(*services, root=root)
        else:
            witness.register_empty(root)
    stage.step("an object manager that answers with an error")
    witness.answer("/refusing", "GetManagedObjects",
                   Refusal("org.freedesktop.DBus.Error.Failed", "not now"))
    witness.register(root="/refusing")
    stage.step("what is left of them")
    for number in range(len(REFUSED)):
        witness.unregister(f"/odd{number}")
    witness.unregister("/refusing")


def story_refused_then_registered(stage):
    """an application that was refused is taken once it is right, and nothing of the refused one
    is served"""
    witness = stage.witness()
    stage.step("refused: the second service has an unknown flag")
    first = Service("first", (Characteristic("plain", "read", b"first"),))
    witness.register(first, Service("second", (Characteristic("odd", "read fast"),)))
    stage.step("right")
    witness.withdraw()
    stage.register(witness, first)
    witness.advertise()
    stage.step("discovered")
    stage.uuids.add("second")
    central = stage.central("A").connect()
    central.discover()


def story_two_applications(stage):
    """two applications on one connection and one on another: all are served, and one that leaves
    takes only its own with it"""
    witness = stage.serve(PLAIN)
    other = stage.witness("other")
    stage.step("another object manager on the same connection")
    second = Service("second", (Characteristic("of second", "read notify", b"second"),))
    third = Service("third", (Characteristic("of third", "read notify", b"third"),))
    stage.register(witness, second, root="/second")
    stage.step("the same path on another connection")
    stage.register(other, third)
    stage.step("all are served")
    central = stage.central("A").connect()
    central.discover()
    for name in ("plain", "of second", "of third"):
        central.read(name)
    for name in ("of second", "of third"):
        central.ccc(name, 1)
    stage.step("both notify")
    witness.emit("of second", b"2")
    other.emit("of third", b"3")
    stage.step("the other leaves the bus")
    other.close()
    stage.sync()
    central.discover()
    central.read("plain")
    central.read("of second")
    stage.step("the second is taken back")
    witness.unregister("/second")
    central.discover()
    central.read("plain")


def story_application_leaves_with_a_central(stage):
    """an application that leaves the bus while a central is subscribed, and comes back"""
    table = Service("main", (Characteristic("told", "read notify", b"told"),), handle=0x100)
    witness = stage.serve(table)
    central = stage.central("A").connect()
    central.ccc("told", 1)
    stage.step("it leaves")
    other = stage.witness("next")
    witness.close()
    stage.marker_served = False
    stage.sync()
    central.read("told")
    stage.step("it comes back")
    stage.register(other, table)
    stage.step("the central goes on")
    central.read("told")
    central.read_ccc("told")
    other.emit("told", b"unheard")
    stage.step("the central subscribes")
    central.ccc("told", 1)
    other.emit("told", b"heard")


def story_service_changed(stage):
    """what an unbonded central that is subscribed to Service Changed is told when applications
    come and go"""
    witness = stage.serve(PLAIN)
    central = stage.central("A").connect()
    stage.step("it subscribes")
    central.ccc("service changed", 2)
    central.read_ccc("service changed")
    stage.step("another application")
    witness.register(Service("second", (Characteristic("of second", "read"),), handle=0x200),
                     root="/second")
    stage.step("it goes")
    witness.unregister("/second")


story_service_changed.fresh = True
