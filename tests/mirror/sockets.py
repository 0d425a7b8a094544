"""Notifications and indications by acquired sockets."""

from .table import SOCKET, Characteristic, Refusal, Service

TABLE = Service("main", (
    Characteristic("streamed", "read notify", b"s", notify=SOCKET),
    Characteristic("indicated", "read indicate", b"i", notify=SOCKET),
    Characteristic("either", "read notify indicate", b"e", notify=SOCKET)))


def story_one_central_by_socket(stage):
    """one central subscribes, hears by socket, ends it and comes back"""
    witness = stage.serve(TABLE)
    central, = stage.connected("A")
    stage.step("subscribed")
    central.ccc("streamed", 1)
    stage.step("packets")
    witness.send("streamed", b"1")
    witness.send("streamed", b"2")
    stage.step("by signal, while the socket is open")
    witness.emit("streamed", b"3")
    stage.step("many")
    for number in range(10):
        witness.send("streamed", bytes([number]))
    stage.step("unsubscribed")
    central.ccc("streamed", 0)
    witness.wait("socket 0 of streamed: hung up")
    stage.step("on the closed socket")
    witness.send("streamed", b"4")
    stage.step("subscribed again")
    central.ccc("streamed", 1)
    stage.sync()
    witness.send("streamed", b"5")
    stage.step("the same CCC once more")
    central.ccc("streamed", 1)
    stage.sync()
    witness.send("streamed", b"6")
    stage.step("it leaves")
    central.leave()
    witness.wait("socket 1 of streamed: hung up")
    stage.step("it returns and subscribes")
    central.connect()
    central.read_ccc("streamed")
    central.ccc("streamed", 1)
    stage.sync()
    witness.send("streamed", b"7")


def story_sizes_by_socket(stage):
    """packets longer than the MTU takes"""
    witness = stage.serve(TABLE)
    for label, mtu in (("A", 517), ("B", 23)):
        central = stage.central(label, mtu).connect()
        stage.step(f"subscribed, MTU {mtu}")
        central.ccc("streamed", 1)
        for size in (20, 21, 509, 512, 513, 514, 515):
            stage.step(f"{size} bytes, MTU {mtu}")
            witness.send("streamed", bytes([size & 0xFF]) * size)
        stage.step("it leaves")
        central.leave()
        witness.wait("hung up")


def send_to_all(stage, witness, name, count, prefix):
    """A packet to each socket that was ever given out, each in a step of its own."""
    for number in range(count):
        stage.step(f"{prefix}: a packet on socket {number}")
        witness.send(name, bytes([number]), number)
    stage.step(f"{prefix}: a signal")
    witness.emit(name, b"signal")


def story_two_centrals_by_socket(stage):
    """two centrals: who hears what, and what becomes of the second when the first leaves"""
    witness = stage.serve(TABLE)
    first, second = stage.connected("A", "B")
    stage.step("the first subscribes")
    first.ccc("streamed", 1)
    stage.step("the second subscribes")
    second.ccc("streamed", 1)
    stage.sync()
    count = witness.given("streamed")
    send_to_all(stage, witness, "streamed", count, "both")
    stage.step("the first leaves")
    first.leave()
    send_to_all(stage, witness, "streamed", count, "the first has left")
    stage.step("the second rewrites its CCC")
    second.ccc("streamed", 1)
    stage.step("the second writes 0, then 1")
    second.ccc("streamed", 0)
    second.ccc("streamed", 1)
    stage.sync()
    count = witness.given("streamed")
    send_to_all(stage, witness, "streamed", count, "subscribed anew")
    stage.step("the first returns and subscribes")
    first.connect()
    first.ccc("streamed", 1)
    stage.sync()
    count = witness.given("streamed")
    send_to_all(stage, witness, "streamed", count, "both again")


def story_the_second_leaves(stage):
    """two centrals by socket: the second leaves, then the first"""
    witness = stage.serve(TABLE)
    first, second = stage.connected("A", "B")
    stage.step("both subscribe")
    first.ccc("streamed", 1)
    stage.sync()
    second.ccc("streamed", 1)
    stage.sync()
    count = witness.given("streamed")
    stage.step("the second leaves")
    second.leave()
    send_to_all(stage, witness, "streamed", count, "the second has left")
    stage.step("the first ends it")
    first.ccc("streamed", 0)
    stage.step("the first leaves")
    first.leave()


def story_three_by_socket(stage):
    """three centrals by socket: the middle one ends it, then the last, then the first leaves"""
    witness = stage.serve(TABLE)
    players = stage.connected("A", "B", "C")
    stage.step("all subscribe")
    for player in players:
        player.ccc("streamed", 1)
        stage.sync()
    count = witness.given("streamed")
    stage.step("the second ends it")
    players[1].ccc("streamed", 0)
    send_to_all(stage, witness, "streamed", count, "two left")
    stage.step("the third leaves")
    players[2].leave()
    send_to_all(stage, witness, "streamed", count, "one left")
    stage.step("the first leaves")
    players[0].leave()


def story_confirmed_by_socket(stage):
    """indications that are sent by socket, and how they are confirmed"""
    witness = stage.serve(TABLE)
    central, = stage.connected("A")
    stage.step("subscribed")
    central.ccc("indicated", 2)
    stage.step("a packet")
    witness.send("indicated", b"1")
    stage.settle("is indicated indicated 31")
    stage.step("three in a row")
    for number in range(2, 5):
        witness.send("indicated", bytes([number]))
    stage.settle("is indicated indicated 04")
    stage.step("by signal")
    witness.emit("indicated", b"2")
    stage.settle("is indicated indicated 32")
    stage.step("unsubscribed")
    central.ccc("indicated", 0)


def story_confirmed_by_two(stage):
    """indications by socket to two centrals"""
    witness = stage.serve(TABLE)
    first, second = stage.connected("A", "B")
    stage.step("both subscribe")
    first.ccc("indicated", 2)
    stage.sync()
    second.ccc("indicated", 2)
    stage.sync()
    for number in range(witness.given("indicated")):
        stage.step(f"a packet on socket {number}")
        witness.send("indicated", bytes([number]), number)
        stage.settle(f"is indicated indicated {number:02x}")
        stage.settle(f"is indicated indicated {number:02x}")
    stage.step("one notified, one indicated")
    first.ccc("either", 1)
    stage.sync()
    second.ccc("either", 2)
    stage.sync()
    for number in range(witness.given("either")):
        stage.step(f"a packet on socket {number}")
        witness.send("either", bytes([number]), number)
        stage.settle(f" either {number:02x}")


def story_acquire_refused(stage):
    """AcquireNotify that is refused"""
    names = ("org.bluez.Error.NotSupported", "org.bluez.Error.Failed",
             "org.bluez.Error.NotPermitted", "org.freedesktop.DBus.Error.NoReply",
             "org.freedesktop.DBus.Error.UnknownMethod", "com.example.Error")
    table = Service("main", tuple(
        Characteristic(f"told {number}", "notify", notify=Refusal(name, "no"))
        for number, name in enumerate(names)))
    witness = stage.serve(table)
    first, second = stage.connected("A", "B")
    for number, name in enumerate(names):
        stage.step(name)
        first.ccc(f"told {number}", 1)
        first.read_ccc(f"told {number}")
        stage.step("a signal")
        witness.emit(f"told {number}", b"1")
    for number in (0, 1):
        stage.step(f"a second central, {names[number]}")
        second.ccc(f"told {number}", 1)
        stage.step("a signal")
        witness.emit(f"told {number}", b"2")
        stage.step("the first ends it")
        first.ccc(f"told {number}", 0)
    stage.step("the second leaves")
    second.leave()


def story_refused_then_given(stage):
    """the first AcquireNotify is refused with NotSupported, the second central's gets a socket"""
    witness = stage.serve(TABLE)
    first, second = stage.connected("A", "B")
    stage.step("refused")
    witness.answer("streamed", "AcquireNotify", Refusal("org.bluez.Error.NotSupported", "no"))
    first.ccc("streamed", 1)
    stage.step("given")
    witness.answer("streamed", "AcquireNotify", None)
    second.ccc("streamed", 1)
    stage.sync()
    send_to_all(stage, witness, "streamed", witness.given("streamed"), "both")


def story_given_then_refused(stage):
    """the first central has a socket, the second's AcquireNotify is refused with NotSupported"""
    witness = stage.serve(TABLE)
    first, second = stage.connected("A", "B")
    stage.step("given")
    first.ccc("streamed", 1)
    stage.step("refused")
    witness.answer("streamed", "AcquireNotify", Refusal("org.bluez.Error.NotSupported", "no"))
    second.ccc("streamed", 1)
    stage.sync()
    send_to_all(stage, witness, "streamed", witness.given("streamed"), "both")
    stage.step("the application closes its socket")
    witness.shut("streamed", 0)
    stage.step("a signal")
    witness.emit("streamed", b"3")
    stage.step("the first leaves")
    first.leave()
    stage.step("the second ends it")
    second.ccc("streamed", 0)


def story_one_two_one_by_socket(stage):
    """CCC 1, 2, 1 and 0 with a socket, then it leaves"""
    witness = stage.serve(TABLE)
    central, = stage.connected("A")
    for value in (1, 2, 1):
        stage.step(f"CCC {value}")
        central.ccc("either", value)
        stage.sync()
        for number in range(witness.given("either")):
            stage.step(f"CCC {value}: a packet on socket {number}")
            witness.send("either", bytes([number]), number)
    stage.step("CCC 0")
    central.ccc("either", 0)
    stage.step("it leaves")
    central.leave()
    stage.sync()
    send_to_all(stage, witness, "either", witness.given("either"), "it has left")


def story_the_application_closes(stage):
    """the application closes its socket while a central is subscribed"""
    witness = stage.serve(TABLE)
    central, = stage.connected("A")
    stage.step("subscribed")
    central.ccc("streamed", 1)
    stage.step("the socket is closed")
    witness.shut("streamed")
    stage.step("what the central knows")
    central.read_ccc("streamed")
    stage.step("a signal")
    witness.emit("streamed", b"1")
    stage.step("the same CCC once more")
    central.ccc("streamed", 1)
    stage.step("CCC 0, then 1")
    central.ccc("streamed", 0)
    central.ccc("streamed", 1)
    stage.sync()
    witness.send("streamed", b"2")
    stage.step("it leaves")
    central.leave()


def story_unregistered_with_sockets(stage):
    """the application is taken back while a central is subscribed by socket"""
    witness = stage.serve(TABLE)
    central, = stage.connected("A")
    stage.step("subscribed")
    central.ccc("streamed", 1)
    stage.step("taken back")
    stage.marker_served = False
    witness.unregister()
    stage.step("on the socket")
    witness.send("streamed", b"1")
