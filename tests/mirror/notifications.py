"""Notifications and indications by signal."""

from .table import Characteristic, Service

TABLE = Service("main", (
    Characteristic("told", "read notify", b"t"), Characteristic("also told", "read notify", b"a"),
    Characteristic("indicated", "read indicate", b"i"),
    Characteristic("either", "read notify indicate", b"e")))


def story_one_central(stage):
    """one central subscribes, hears, and ends it"""
    witness = stage.serve(TABLE)
    central, = stage.connected("A")
    stage.step("before it subscribes")
    witness.emit("told", b"unheard")
    stage.step("subscribed")
    central.ccc("told", 1)
    central.read_ccc("told")
    stage.step("values")
    witness.emit("told", b"1")
    witness.emit("told", b"1")
    witness.emit("also told", b"unheard")
    witness.emit("told", b"")
    stage.step("many")
    for number in range(10):
        witness.emit("told", bytes([number]))
    stage.step("unsubscribed")
    central.ccc("told", 0)
    witness.emit("told", b"unheard")
    stage.step("the same CCC once more")
    central.ccc("told", 0)
    central.ccc("told", 1)
    central.ccc("told", 1)
    witness.emit("told", b"once")
    stage.step("it leaves subscribed")
    central.leave()
    stage.step("it returns")
    central.connect()
    central.read_ccc("told")
    witness.emit("told", b"unheard")


def story_start_and_stop_are_counted(stage):
    """StartNotify at each central's subscription, StopNotify at the last one's end"""
    witness = stage.serve(TABLE)
    first, second, third = stage.connected("A", "B", "C")
    for title, central in (("the first", first), ("the second", second), ("the third", third)):
        stage.step(f"{title} subscribes")
        central.ccc("told", 1)
        witness.emit("told", b"1")
    stage.step("the second ends it")
    second.ccc("told", 0)
    witness.emit("told", b"2")
    stage.step("the first leaves")
    first.leave()
    witness.emit("told", b"3")
    stage.step("the second subscribes again")
    second.ccc("told", 1)
    witness.emit("told", b"4")
    stage.step("the third ends it")
    third.ccc("told", 0)
    witness.emit("told", b"5")
    stage.step("the last leaves")
    second.leave()
    witness.emit("told", b"6")


def story_two_characteristics(stage):
    """two centrals, each subscribed to another characteristic, and one to both"""
    witness = stage.serve(TABLE)
    first, second = stage.connected("A", "B")
    stage.step("subscribed")
    first.ccc("told", 1)
    second.ccc("told", 1)
    second.ccc("also told", 1)
    stage.step("values")
    for number in range(5):
        witness.emit("told", bytes([number]))
        witness.emit("also told", bytes([0x10 + number]))
    stage.step("the one with both leaves")
    second.leave()
    witness.emit("told", b"still")


def story_sizes(stage):
    """long values are cut to what each central's MTU takes"""
    witness = stage.serve(TABLE)
    large, small = stage.connected("A"), stage.connected("B", mtu=23)
    large[0].ccc("told", 1)
    small[0].ccc("told", 1)
    for size in (20, 21, 100, 509, 512, 514, 515, 600):
        stage.step(f"{size} bytes")
        witness.emit("told", bytes([size & 0xFF]) * size)


def story_other_signals(stage):
    """PropertiesChanged that says something else"""
    witness = stage.serve(TABLE)
    other = stage.witness("other")
    other.export(TABLE)
    central, = stage.connected("A")
    stage.step("subscribed")
    central.ccc("told", 1)
    stage.step("another property")
    witness.emit_changed("told", {"Notifying": ("b", True)})
    stage.step("two properties")
    witness.emit_changed("told", {"Notifying": ("b", True), "Value": ("ay", b"two")})
    stage.step("Value is invalidated")
    witness.emit_changed("told", {}, ["Value"])
    stage.step("a value that is no bytes")
    witness.emit("told", ("s", "text"))
    stage.step("from another connection")
    other.emit("told", b"forged")
    stage.step("the right one again")
    witness.emit("told", b"right")


def story_indications(stage):
    """indications by signal, and how they are confirmed"""
    witness = stage.serve(TABLE)
    first, second = stage.connected("A", "B")
    stage.step("the first subscribes")
    first.ccc("indicated", 2)
    stage.step("a value")
    witness.emit("indicated", b"1")
    witness.wait("Confirm")
    stage.step("three in a row")
    for number in range(2, 5):
        witness.emit("indicated", bytes([number]))
    witness.wait("Confirm", "Confirm", "Confirm")
    stage.step("the second subscribes")
    second.ccc("indicated", 2)
    stage.step("a value for both")
    witness.emit("indicated", b"5")
    witness.wait("Confirm", "Confirm")
    stage.step("the first leaves")
    first.leave()
    stage.step("the second ends it")
    second.ccc("indicated", 0)


def story_notified_or_indicated(stage):
    """a characteristic that does both: one central chooses this, one that, one changes"""
    witness = stage.serve(TABLE)
    first, second = stage.connected("A", "B")
    stage.step("one each")
    first.ccc("either", 1)
    second.ccc("either", 2)
    stage.step("a value")
    witness.emit("either", b"1")
    witness.wait("Confirm")
    for value in (2, 1):
        stage.step(f"the first changes to {value}")
        first.ccc("either", value)
        first.read_ccc("either")
    stage.step("a value")
    witness.emit("either", b"2")
    witness.wait("Confirm")
    stage.step("the first ends it")
    first.ccc("either", 0)
    stage.step("the second ends it")
    second.ccc("either", 0)


def story_one_two_one(stage):
    """CCC 1, 2, 1 and 0 of one central"""
    witness = stage.serve(TABLE)
    central, = stage.connected("A")
    for value in (1, 2, 1, 0):
        stage.step(f"CCC {value}")
        central.ccc("either", value)
    stage.step("once more, and it leaves")
    for value in (1, 2, 1):
        central.ccc("either", value)
    central.leave()
    witness.fence()


def story_values_that_are_read(stage):
    """a value that was notified is not kept by bluetoothd: a read asks the application"""
    witness = stage.serve(TABLE)
    central, = stage.connected("A")
    stage.step("notified, then read")
    central.ccc("told", 1)
    witness.emit("told", b"notified")
    stage.sync()
    central.read("told")
