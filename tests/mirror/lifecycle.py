"""bluetoothd, the adapter and the links come and go."""

from .table import SOCKET, Characteristic, Service
from .witness import ADAPTER, ADVERTISEMENT_PATH, ADVERTISING_MANAGER, AGENT_PATH, DEVICE, HCI0

TABLE = Service("main", (
    Characteristic("told", "read notify", b"t"),
    Characteristic("streamed", "read notify", b"s", notify=SOCKET),
    Characteristic("written", "write-without-response", write=SOCKET)))


def subscribed(stage):
    """A witness with everything, and a central with every kind of subscription."""
    witness = stage.serve(TABLE, agent=True)
    central, = stage.connected("A")
    central.ccc("told", 1)
    central.ccc("streamed", 1)
    central.command("written", b"w")
    witness.wait("of written")
    return witness, central


def registered_anew(stage, witness):
    """What is still there, and a central that comes anew."""
    stage.step("the agent once more")
    witness.agree()
    stage.step("the application once more")
    stage.register(witness, TABLE)
    stage.step("the advertisement once more")
    witness.advertise()
    stage.step("a central comes")
    central = stage.central("B").connect()
    central.discover()
    central.ccc("told", 1)
    stage.sync()
    witness.emit("told", b"again")
    stage.sync()
    central.read("told")


def story_bluetoothd_stops(stage):
    """bluetoothd is stopped orderly, started, and everything is registered anew"""
    witness, central = subscribed(stage)
    stage.step("it stops")
    stage.marker_served = False
    stage.world.stop()
    witness.wait("org.bluez is gone")
    witness.wait("of streamed: hung up", "of written: hung up")
    central.wait_cut()
    for what in ("StopNotify told", f"Release to {AGENT_PATH}", f"Release to {ADVERTISEMENT_PATH}"):
        witness.expect_order(what, "hci0 goes: Adapter1", "org.bluez is gone")
    stage.step("it starts", ordered=False)
    stage.world.start()
    stage.wait_ready(witness)
    registered_anew(stage, witness)


def story_bluetoothd_is_killed(stage):
    """bluetoothd is killed, started, and everything is registered anew"""
    witness, central = subscribed(stage)
    stage.step("it is killed")
    stage.marker_served = False
    stage.world.kill()
    witness.wait("org.bluez is gone")
    witness.wait("of streamed: hung up", "of written: hung up")
    central.wait_cut()
    stage.step("it starts", ordered=False)
    stage.world.start()
    stage.wait_ready(witness)
    registered_anew(stage, witness)


def story_adapter_is_unplugged(stage):
    """the adapter is unplugged and plugged in, and everything is registered anew"""
    witness, central = subscribed(stage)
    stage.step("it is unplugged", ordered=False)
    stage.marker_served = False
    stage.world.unplug()
    witness.wait("hci0 goes … Adapter1")
    witness.wait("of streamed: hung up", "of written: hung up")
    central.wait_cut()
    for what in ("StopNotify told", "hci0 Powered=no", "A goes: Device1",
                 f"Release to {ADVERTISEMENT_PATH}"):
        witness.expect_order(what, "hci0 goes: Adapter1")
    stage.step("it is plugged in", ordered=False)
    stage.world.plug()
    stage.wait_ready(witness)
    registered_anew(stage, witness)


def story_power_off_and_on(stage):
    """the adapter is switched off and on while a central is subscribed; registrations stay"""
    witness, central = subscribed(stage)
    stage.step("off", ordered=False)
    witness.put(HCI0, ADAPTER, "Powered", "b", False)
    witness.wait("hci0 Powered=no", "StopNotify told")
    witness.wait("of streamed: hung up")
    central.wait_cut(told=False)
    witness.get(HCI0, ADVERTISING_MANAGER, "ActiveInstances")
    stage.step("off once more")
    witness.put(HCI0, ADAPTER, "Powered", "b", False)
    stage.step("on")
    witness.put(HCI0, ADAPTER, "Powered", "b", True)
    witness.wait("hci0 Powered=yes")
    witness.get(HCI0, ADVERTISING_MANAGER, "ActiveInstances")
    stage.step("a central comes")
    other = stage.central("B").connect()
    other.discover()
    other.ccc("told", 1)
    other.ccc("streamed", 1)
    stage.sync()
    stage.step("values")
    witness.emit("told", b"again")
    stage.sync()
    witness.send("streamed", b"again")
    stage.step("everything once more")
    witness.register()
    witness.advertise()


def story_blocked(stage):
    """rfkill blocks the adapter: it goes off, cannot be switched on, and stays off afterwards"""
    witness = stage.serve(TABLE)
    stage.step("blocked")
    with stage.world.blocked():
        witness.wait("hci0 Powered=no")
        stage.step("switched on in vain")
        witness.put(HCI0, ADAPTER, "Powered", "b", True)
        stage.step("unblocked")
    witness.wait("hci0 Powered=yes")
    witness.get(HCI0, ADAPTER, "Powered")
    stage.step("on")
    witness.put(HCI0, ADAPTER, "Powered", "b", True)
    stage.wait_ready(witness)
    stage.step("a central comes")
    stage.central("A").connect().read("told")


def story_registered_while_off(stage):
    """an application that is registered while the adapter is off is served when it is on"""
    witness = stage.witness()
    stage.step("off")
    witness.put(HCI0, ADAPTER, "Powered", "b", False)
    witness.wait("hci0 Powered=no")
    stage.step("registered")
    stage.register(witness, TABLE)
    stage.step("on")
    witness.put(HCI0, ADAPTER, "Powered", "b", True)
    witness.wait("hci0 Powered=yes")
    witness.advertise()
    stage.step("a central comes")
    stage.central("A").connect().read("told")


def story_links_end(stage):
    """how links end, as the application sees it"""
    witness = stage.serve(TABLE)
    first, second = stage.central("A"), stage.central("B")
    stage.step("a central comes")
    first.connect()
    first.ccc("told", 1)
    stage.step("it leaves")
    first.leave()
    stage.step("it comes again")
    first.connect()
    first.read_ccc("told")
    stage.step("it is lost")
    first.leave(0x08)
    stage.step("another comes")
    second.connect()
    stage.step("bluetoothd is asked to cut it")
    witness.call(witness.device_path(second.central.address), DEVICE, "Disconnect",
                 label="Disconnect")
    second.wait_cut()
    witness.wait("B Connected=no")
    stage.step("it comes again")
    second.connect()
    stage.step("its device is removed")
    witness.call(HCI0, ADAPTER, "RemoveDevice", "o",
                 (witness.device_path(second.central.address),), label="RemoveDevice")
    second.wait_cut()
    witness.wait("B goes")
    stage.step("it comes again")
    second.connect()
    second.read("told")


def story_link_is_cut_with_subscriptions(stage):
    """a link with every kind of subscription is lost"""
    witness, central = subscribed(stage)
    stage.step("lost")
    central.leave(0x08)
    witness.wait("StopNotify told")
    witness.wait("of streamed: hung up")


def story_no_such_object(stage):
    """calls for what is not there"""
    witness = stage.witness()
    stage.step("an adapter that is not there")
    witness.call("/org/bluez/hci7", ADAPTER, "RemoveDevice", "o", ("/org/bluez/hci7/dev_0",),
                 label="RemoveDevice")
    witness.get("/org/bluez/hci7", ADAPTER, "Powered")
    stage.step("a device that is not there")
    witness.call(HCI0, ADAPTER, "RemoveDevice", "o", (f"{HCI0}/dev_00_00_00_00_00_01",),
                 label="RemoveDevice")
    witness.call(f"{HCI0}/dev_00_00_00_00_00_01", DEVICE, "Disconnect", label="Disconnect")
    stage.step("properties")
    witness.get(HCI0, ADAPTER, "Nothing")
    witness.put(HCI0, ADAPTER, "Address", "s", "x")
    witness.put(HCI0, ADAPTER, "Powered", "s", "x")
    witness.get(HCI0, ADAPTER, "Modalias")
