"""As many characteristics as a profile may well have."""

from .world import wait_until

MANY = 200
SERVICE = "9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6a000"


def uuid_of(number):
    return f"9d3f1c5e-6a0b-4a52-8f7e-2c41d0a6{0xa001 + number:04x}"


def drop_in(count):
    return "".join([f"[service many]\nuuid = {SERVICE}\n"] + [
        f"[characteristic number_{n}]\nuuid = {uuid_of(n)}\nflags = read notify\ntype = u16\n"
        f"value = {n}\nnotify_on_subscribe = no\n" for n in range(count)])


def story_each_of_many(world):
    """200 characteristics are discovered, and the first, one in the middle and the last are read
    and notified"""
    with world.spored.configured(drop_in(MANY), profile="gatt.conf"), world.peer() as peer, \
            world.central() as central:
        service = central.connect().discover().service(SERVICE)
        assert [c.uuid for c in service.characteristics] == [uuid_of(n) for n in range(MANY)]
        for number in (0, MANY // 2, MANY - 1):
            assert central.read(uuid_of(number)) == number.to_bytes(2, "little"), number
            subscription = central.subscribe(uuid_of(number))
            wait_until(lambda: f"number_{number}" in world.spored.subscribed(), "it is subscribed")
            peer.request("set", characteristic=f"number_{number}", value=4660)
            assert subscription.get() == b"\x34\x12", number
