"""Centrals that have bonded, leave and return."""

from .table import SOCKET, Characteristic, Refusal, Service
from .witness import ADAPTER, ADVERTISEMENT_PATH, AGENT_PATH, HCI0

TABLE = Service("main", (
    Characteristic("told", "read notify", b"t"),
    Characteristic("streamed", "read notify", b"s", notify=SOCKET),
    Characteristic("indicated", "read indicate", b"i"),
    Characteristic("refused", "read notify", b"r",
                   notify=Refusal("org.bluez.Error.NotSupported", "no")),
    Characteristic("secret", "encrypt-read encrypt-write", b"secret"),
    Characteristic("told secret", "read notify encrypt-notify", b"ts")), handle=0x100)


def bonded(stage, *labels):
    """A witness with an agent, and bonded centrals."""
    witness = stage.serve(TABLE, agent=True)
    players = stage.connected(*labels)
    for player in players:
        player.bond()
        witness.wait(f"{player.label} Paired=yes")
    return witness, *players


def remove(witness, player):
    witness.call(HCI0, ADAPTER, "RemoveDevice", "o",
                 (witness.device_path(player.central.address),), label="RemoveDevice")
    witness.wait(f"{player.label} goes")


def story_pairing(stage):
    """pairing, with what the agent is asked; a bonded central reads what is encrypted"""
    witness = stage.serve(TABLE, agent=True)
    central, = stage.connected("A")
    stage.step("before")
    central.read("secret")
    stage.step("it bonds")
    central.bond()
    witness.wait("A Paired=yes")
    stage.step("afterwards")
    central.read("secret")
    central.write("secret", b"1")
    central.ccc("told secret", 1)
    stage.step("it leaves")
    central.leave()
    stage.step("it returns")
    central.connect()
    central.read("secret")
    central.read_ccc("told secret")


def story_pairing_without_agent(stage):
    """pairing is refused without an agent"""
    stage.serve(TABLE)
    central, = stage.connected("A")
    stage.step("it wants to bond")
    central.bond()


def story_pairing_again(stage):
    """a central that has lost its key wants to bond again, before and after its device was
    removed"""
    witness, central = bonded(stage, "A")
    stage.step("it leaves")
    central.leave()
    stage.step("it returns without its key")
    central.forget()
    central.connect()
    central.bond()
    stage.step("its device is removed")
    remove(witness, central)
    central.wait_cut()
    stage.step("it bonds again")
    central.connect()
    central.bond()
    witness.wait("A Paired=yes")
    central.read("secret")


def story_bonded_phone_returns(stage):
    """a bonded phone leaves subscribed and returns without writing its CCCs"""
    witness, central = bonded(stage, "A")
    names = ("told", "streamed", "refused")
    stage.step("it subscribes")
    for name in names:
        central.ccc(name, 1)
        stage.sync()
    central.ccc("indicated", 2)
    stage.step("it leaves")
    central.leave()
    stage.step("while it is away")
    for name in names:
        witness.emit(name, b"away")
    witness.send("streamed", b"away")
    stage.step("it returns")
    central.connect()
    for name in (*names, "indicated"):
        central.read_ccc(name)
    for name in names:
        stage.step(f"{name} by signal")
        witness.emit(name, b"1")
    stage.step("streamed by socket")
    witness.send("streamed", b"2")
    stage.step("an indication")
    witness.emit("indicated", b"3")
    for name in names:
        stage.step(f"the same CCC of {name} again")
        central.ccc(name, 1)
        stage.sync()
        witness.emit(name, b"4")
    stage.step("streamed by socket")
    witness.send("streamed", b"5")
    for name in names:
        stage.step(f"CCC of {name} to 0, then 1")
        central.ccc(name, 0)
        stage.sync()
        central.ccc(name, 1)
        stage.sync()
        witness.emit(name, b"6")
    stage.step("streamed by socket")
    witness.send("streamed", b"7")
    stage.step("it ends everything")
    for name in (*names, "indicated"):
        central.ccc(name, 0)
        stage.sync()
    stage.step("it leaves")
    central.leave()


def story_bonded_and_unbonded(stage):
    """a bonded and an unbonded central are subscribed, and leave one after the other"""
    witness, bonded_one = bonded(stage, "A")
    other, = stage.connected("B")
    stage.step("both subscribe")
    for central in (bonded_one, other):
        for name in ("told", "streamed"):
            central.ccc(name, 1)
            stage.sync()
    stage.step("the bonded one leaves")
    bonded_one.leave()
    stage.step("values")
    witness.emit("told", b"1")
    for number in range(witness.given("streamed")):
        stage.step(f"socket {number}")
        witness.send("streamed", bytes([number]), number)
    stage.step("the other leaves")
    other.leave()
    stage.step("the bonded one returns")
    bonded_one.connect()
    witness.emit("told", b"2")
    witness.emit("streamed", b"3")
    stage.step("it ends it")
    bonded_one.ccc("told", 0)
    bonded_one.ccc("streamed", 0)


def story_unbonded_one_unsubscribes(stage):
    """while a bonded subscriber is away an unbonded one unsubscribes and leaves"""
    witness, bonded_one = bonded(stage, "A")
    other, = stage.connected("B")
    stage.step("both subscribe")
    for central in (bonded_one, other):
        central.ccc("told", 1)
        stage.sync()
        central.ccc("indicated", 2)
        stage.sync()
    stage.step("the bonded one leaves")
    bonded_one.leave()
    stage.step("the other unsubscribes")
    other.ccc("told", 0)
    other.ccc("indicated", 0)
    stage.step("the other leaves")
    other.leave()
    stage.step("the bonded one returns")
    bonded_one.connect()
    witness.emit("told", b"1")
    stage.step("an indication")
    witness.emit("indicated", b"2")
    stage.step("the same CCC again")
    bonded_one.ccc("told", 1)
    stage.sync()
    witness.emit("told", b"3")
    stage.step("it ends it")
    bonded_one.ccc("told", 0)
    bonded_one.ccc("indicated", 0)


def story_removed_while_connected(stage):
    """of two subscribers that are connected the one that is bonded is removed, then the other"""
    witness, one = bonded(stage, "A")
    other, = stage.connected("B")
    stage.step("both subscribe")
    for player in (one, other):
        player.ccc("told", 1)
        stage.sync()
    for player in (one, other):
        stage.step(f"{player.label} is removed")
        remove(witness, player)
        player.wait_cut()
        stage.step("a value")
        witness.emit("told", b"1")


def story_bonded_after_a_restart(stage):
    """a bonded phone returns after bluetoothd was restarted"""
    witness, central = bonded(stage, "A")
    central.ccc("told", 1)
    central.ccc("service changed", 2)
    stage.step("bluetoothd is stopped")
    stage.marker_served = False
    stage.world.stop()
    witness.wait("org.bluez is gone")
    central.wait_cut()
    for path in (AGENT_PATH, ADVERTISEMENT_PATH):
        witness.expect_order(f"Release to {path}", "hci0 goes: Adapter1", "org.bluez is gone")
    stage.step("bluetoothd is started", ordered=False)
    stage.world.start()
    witness.wait("org.bluez is there")
    stage.wait_ready(witness)
    stage.step("registered anew")
    stage.register(witness, TABLE)
    witness.advertise()
    stage.step("it returns")
    central.connect()
    stage.sync()
    central.read_ccc("told")
    central.read_ccc("service changed")
    witness.emit("told", b"unheard")
    stage.step("it subscribes")
    central.ccc("told", 1)
    stage.sync()
    witness.emit("told", b"heard")


def story_bonded_after_an_unplug(stage):
    """a bonded phone returns after the adapter was unplugged and plugged in"""
    witness, central = bonded(stage, "A")
    central.ccc("told", 1)
    central.ccc("streamed", 1)
    stage.step("it is unplugged", ordered=False)
    stage.marker_served = False
    stage.world.unplug()
    witness.wait("hci0 goes … Adapter1", "of streamed: hung up")
    central.wait_cut()
    for what in ("hci0 Powered=no", "A goes: Device1", f"Release to {ADVERTISEMENT_PATH}"):
        witness.expect_order(what, "hci0 goes: Adapter1")
    stage.step("it is plugged in", ordered=False)
    stage.world.plug()
    stage.wait_ready(witness)
    stage.step("registered anew")
    stage.register(witness, TABLE)
    witness.advertise()
    stage.step("it returns")
    central.connect()
    central.read_ccc("told")
    witness.emit("told", b"unheard")
    stage.step("it leaves and returns")
    central.leave()
    central.connect()


def story_bonded_after_a_new_registration(stage):
    """a bonded phone that is connected, or away, while the application is registered anew"""
    witness, central, away = bonded(stage, "A", "B")
    for one in (central, away):
        one.ccc("told", 1)
        one.ccc("service changed", 2)
    stage.step("one leaves")
    away.leave()
    stage.step("taken back")
    stage.marker_served = False
    witness.unregister()
    stage.step("registered anew")
    stage.register(witness, TABLE)
    stage.step("the one that stayed")
    central.read_ccc("told")
    witness.emit("told", b"unheard")
    stage.step("the other returns")
    away.connect()
    stage.sync()
    away.read_ccc("told")
    away.read_ccc("service changed")
    witness.emit("told", b"unheard too")
    stage.step("both subscribe")
    for one in (central, away):
        one.ccc("told", 1)
        stage.sync()
    witness.emit("told", b"heard")


for story in (story_bonded_after_a_restart, story_bonded_after_a_new_registration):
    story.fresh = True


def story_power_with_a_bond(stage):
    """the adapter is switched off and on while a bonded phone is subscribed"""
    witness, central = bonded(stage, "A")
    central.ccc("told", 1)
    central.ccc("streamed", 1)
    stage.step("off", ordered=False)
    witness.put(HCI0, ADAPTER, "Powered", "b", False)
    witness.wait("hci0 Powered=no", "A Connected=no")
    central.wait_cut(told=False)
    stage.step("on")
    witness.put(HCI0, ADAPTER, "Powered", "b", True)
    witness.wait("hci0 Powered=yes")
    stage.step("it returns")
    central.connect()
    central.read_ccc("told")
    central.read_ccc("streamed")
    witness.emit("told", b"1")
    witness.emit("streamed", b"2")
