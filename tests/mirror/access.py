"""What a central reads and writes, and what the application is asked."""

from .table import SOCKET, Characteristic, Descriptor, Refusal, Service

FAILED = "org.bluez.Error.Failed"
LONG = bytes(range(256)) * 2
ERRORS = tuple((f"org.bluez.Error.{name}", "no") for name in (
    "Failed", "NotSupported", "NotAuthorized", "InvalidValueLength", "InvalidOffset", "InProgress",
    "ImproperlyConfigured", "NotPermitted", "InvalidArguments", "DoesNotExist", "AlreadyExists",
    "NotReady", "Rejected", "Unheard")) + tuple((FAILED, text) for text in (
        "0x80", "0x81", "0x9f", "128", "159", "0x7f", "0xa0", "160", "0", "", "0x80 extra", " 0x80",
        "x80", "0x", "-1", "0x180", "80")) + (
    ("org.freedesktop.DBus.Error.Failed", "0x80"),
    ("org.freedesktop.DBus.Error.UnknownMethod", "no"),
    ("com.example.Error", "no"))


def story_errors_on_a_write(stage):
    """errors on a write, all names and texts"""
    witness = stage.serve(Service("main", (Characteristic("written", "read write"),)))
    central, = stage.connected("A")
    stage.step("none")
    central.write("written", b"1")
    for name, text in ERRORS:
        stage.step(f'{name} "{text}"')
        witness.answer("written", "WriteValue", Refusal(name, text))
        central.write("written", b"1")


def story_errors_on_a_read(stage):
    """errors on a read, all names and texts"""
    witness = stage.serve(Service("main", (Characteristic("plain", "read"),)))
    central, = stage.connected("A")
    for name, text in ERRORS:
        stage.step(f'{name} "{text}"')
        witness.answer("plain", "ReadValue", Refusal(name, text))
        central.read("plain")


def story_short_reads(stage):
    """reads of what fits, of nothing, and from an offset"""
    stage.serve(Service("main", (Characteristic("plain", "read", b"plain"),
                                 Characteristic("empty", "read", b""))))
    for label, mtu in (("A", 517), ("B", 23)):
        central = stage.central(label, mtu).connect()
        stage.step(f"MTU {mtu}")
        central.read("plain")
        central.read("empty")
        for offset in (1, 4, 5, 6):
            central.read_blob("plain", offset)


def story_long_reads(stage):
    """a value longer than one packet is read in pieces"""
    witness = stage.serve(Service("main", (Characteristic("long", "read", LONG),)))
    for label, mtu in (("A", 517), ("B", 100), ("C", 23)):
        central = stage.central(label, mtu).connect()
        stage.step(f"512 bytes, MTU {mtu}")
        central.read("long")
        stage.step(f"once, MTU {mtu}")
        central.read_once("long")
        stage.step(f"exactly one packet, MTU {mtu}")
        witness.set("long", LONG[:mtu - 1])
        central.read("long")
        witness.set("long", LONG)
        central.leave()


def story_more_than_a_value_may_have(stage):
    """an application that gives more than 512 bytes"""
    stage.serve(Service("main", (Characteristic("long", "read", LONG + b"more"),)))
    central, = stage.connected("A")
    stage.step("read")
    central.read("long")


def story_an_offset_that_is_refused(stage):
    """an application that refuses the second piece"""
    witness = stage.serve(Service("main", (Characteristic("long", "read", LONG),)))
    central, = stage.connected("A", mtu=23)
    stage.step("from 22")
    witness.answer("long", "ReadValue", Refusal("org.bluez.Error.InvalidOffset", "no"))
    central.read_blob("long", 22)


def story_writes(stage):
    """writes that fit one packet, with several MTUs"""
    stage.serve(Service("main", (Characteristic("written", "write"),)))
    for label, mtu in (("A", 517), ("B", 23), ("C", 185)):
        central = stage.central(label, mtu).connect()
        stage.step(f"MTU {mtu}")
        central.write("written", b"")
        central.write("written", b"\x01\x02")
        central.write("written", LONG[:mtu - 3])
        central.leave()


def story_long_writes(stage):
    """a write that is longer than a packet is prepared, and told once"""
    witness = stage.serve(Service("main", (Characteristic("written", "read write"),
                                           Characteristic("both",
                                                          "write write-without-response"))))
    central, = stage.connected("A", mtu=100)
    stage.step("300 bytes")
    central.write("written", LONG[:300])
    stage.step("512 bytes")
    central.write("written", LONG)
    stage.step("to what takes commands too")
    central.write("both", LONG[:300])
    stage.step("refused")
    witness.answer("written", "WriteValue", Refusal(FAILED, "0x85"))
    central.write("written", LONG[:300])
    stage.step("refused, to what takes commands too")
    witness.answer("both", "WriteValue", Refusal(FAILED, "0x85"))
    central.write("both", LONG[:300])
    stage.step("afterwards")
    witness.answer("written", "WriteValue", None)
    central.write("written", b"short")


def story_too_long_a_write(stage):
    """more than 512 bytes"""
    stage.serve(Service("main", (Characteristic("written", "write"),)))
    central, = stage.connected("A", mtu=100)
    stage.step("513 bytes")
    central.write("written", LONG + b"!")
    stage.step("afterwards")
    central.write("written", b"short")


def story_commands(stage):
    """writes without response"""
    witness = stage.serve(Service("main", (
        Characteristic("commanded", "write-without-response"),
        Characteristic("both", "write write-without-response"),
        Characteristic("written", "write"), Characteristic("plain", "read", b"plain"))))
    central, = stage.connected("A")
    for name in ("commanded", "both", "written", "plain"):
        stage.step(f"commands to {name}")
        central.command(name, b"\x01")
        central.command(name, b"\x02")
    stage.step("longer than a packet that was agreed")
    central.command("commanded", LONG[:514])
    stage.step("write requests")
    for name in ("commanded", "both", "written", "plain"):
        central.write(name, b"\x03")
    stage.step("errors are lost where commands are taken")
    for name in ("commanded", "both", "written"):
        witness.answer(name, "WriteValue", Refusal(FAILED, "0x85"))
        central.write(name, b"\x04")
        central.command(name, b"\x05")


def story_what_is_not_permitted(stage):
    """reads and writes that the flags do not allow"""
    stage.serve(Service("main", (
        Characteristic("plain", "read", b"plain", descriptors=(
            Descriptor("user description", "read", b"description"),
            Descriptor("written one", "read write", b"w"), Descriptor("hidden", "write"))),
        Characteristic("written", "write"), Characteristic("told", "notify"))))
    central, = stage.connected("A")
    stage.step("characteristics")
    central.read("written")
    central.write("plain", b"1")
    central.read("told")
    central.write("told", b"1")
    stage.step("descriptors")
    central.read_descriptor("plain", "user description")
    central.write_descriptor("plain", "user description", b"1")
    central.read_descriptor("plain", "written one")
    central.write_descriptor("plain", "written one", b"12")
    central.read_descriptor("plain", "hidden")
    central.write_descriptor("plain", "hidden", b"1")


def story_errors_of_descriptors(stage):
    """errors on reads and writes of a descriptor"""
    witness = stage.serve(Service("main", (Characteristic("plain", "read", descriptors=(
        Descriptor("own", "read write", b"own"),)),)))
    central, = stage.connected("A")
    for name, text in ((FAILED, "0x85"), (FAILED, "no"), ("org.bluez.Error.NotPermitted", "no"),
                       ("org.bluez.Error.InvalidValueLength", "no"), ("com.example.Error", "no")):
        stage.step(f'{name} "{text}"')
        for member in ("ReadValue", "WriteValue"):
            witness.answer("own", member, Refusal(name, text))
        central.read_descriptor("plain", "own")
        central.write_descriptor("plain", "own", b"1")


def story_ccc_values(stage):
    """what a CCC takes"""
    stage.serve(Service("main", (
        Characteristic("notified", "notify"), Characteristic("indicated", "indicate"),
        Characteristic("either", "notify indicate"))))
    central, = stage.connected("A")
    for name in ("notified", "indicated", "either"):
        for value in (0, 3, 2, 1, 4, 0x100, 0x101, 0):
            stage.step(f"CCC of {name} to {value}")
            central.ccc(name, value)
            central.read_ccc(name)


def story_encrypted_only(stage):
    """what asks for encryption refuses a central that has not bonded"""
    stage.serve(Service("main", (
        Characteristic("secret", "encrypt-read", b"secret"),
        Characteristic("written secret", "encrypt-write"),
        Characteristic("authenticated", "encrypt-authenticated-read", b"a"),
        Characteristic("told secret", "read notify encrypt-notify", b"t"))))
    central, = stage.connected("A")
    stage.step("discovered")
    central.discover()
    stage.step("read and written")
    central.read("secret")
    central.write("written secret", b"1")
    central.read("authenticated")
    central.read("told secret")
    stage.step("subscribed")
    central.ccc("told secret", 1)


def story_acquired_writes(stage):
    """writes that go to an acquired socket"""
    witness = stage.serve(Service("main", (
        Characteristic("streamed", "write-without-response", write=SOCKET),
        Characteristic("streamed too", "write write-without-response", write=SOCKET),
        Characteristic("streamed writes", "write", write=SOCKET))))
    central, = stage.connected("A")
    stage.step("commands")
    central.command("streamed", b"\x01")
    witness.wait("socket 0 of streamed: 01")
    central.command("streamed", b"\x02")
    central.command("streamed", b"\x03")
    witness.wait("socket 0 of streamed: 03")
    stage.step("requests to what takes commands too")
    central.write("streamed too", b"\x01")
    witness.wait("socket 0 of streamed too: 01")
    central.write("streamed too", b"\x02")
    central.command("streamed too", b"\x03")
    witness.wait("socket 0 of streamed too: 03")
    stage.step("requests only")
    central.write("streamed writes", b"\x01")
    central.write("streamed writes", b"\x02")
    stage.step("the central leaves")
    central.leave()
    # What begins a socket that is acquired anew is garbage in newer versions.
    stage.step(None)
    central.connect()
    for name in ("streamed", "streamed too"):
        central.command(name, b"\x04")
        stage.sync()
    stage.step("it has returned, and writes")
    for name in ("streamed", "streamed too"):
        central.command(name, b"\x05")
        witness.wait(f"of {name}: 05")


def story_acquired_write_of_two(stage):
    """two centrals write where the socket is acquired"""
    witness = stage.serve(Service("main", (
        Characteristic("streamed", "write-without-response", write=SOCKET),)))
    first, second = stage.connected("A", "B")
    stage.step("the first writes")
    first.command("streamed", b"\x01")
    witness.wait("of streamed: 01")
    stage.step("the second writes")
    second.command("streamed", b"\x02")
    stage.sync()
    stage.step("the first leaves")
    first.leave()
    stage.step("the second writes on")
    second.command("streamed", b"\x03")


def story_acquired_write_refused(stage):
    """AcquireWrite that is refused"""
    not_supported, failed = Refusal("org.bluez.Error.NotSupported", "no"), Refusal(FAILED, "no")
    odd = Refusal("com.example.Error", "no")
    names = ("streamed", "streamed too", "both", "both too", "odd", "both odd")
    stage.serve(Service("main", (
        Characteristic(names[0], "write-without-response", write=not_supported),
        Characteristic(names[1], "write-without-response", write=failed),
        Characteristic(names[2], "write write-without-response", write=not_supported),
        Characteristic(names[3], "write write-without-response", write=failed),
        Characteristic(names[4], "write-without-response", write=odd),
        Characteristic(names[5], "write write-without-response", write=odd))))
    central, = stage.connected("A")
    for name in names:
        stage.step(f"commands to {name}")
        for number in range(3):
            central.command(name, bytes([number]))
            stage.sync()
    for name in ("both", "odd"):
        stage.step(f"a request to {name}")
        central.write(name, b"\x03")
    stage.step("the central leaves and returns")
    central.leave()
    central.connect()
    for name in names:
        stage.step(f"commands to {name}")
        central.command(name, b"\x04")


def story_acquired_write_closed(stage):
    """the application closes its socket for writes"""
    witness = stage.serve(Service("main", (
        Characteristic("streamed", "write-without-response", write=SOCKET),)))
    central, = stage.connected("A")
    stage.step("a command")
    central.command("streamed", b"\x01")
    witness.wait("socket 0 of streamed: 01")
    stage.step("the socket is closed")
    witness.shut("streamed")
    stage.step("another command")
    central.command("streamed", b"\x02")
    witness.wait("socket 1 of streamed: 02")
