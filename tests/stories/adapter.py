"""Which adapter, its power and its name."""

import unicodedata

from . import gatt
from .served import assert_served, survived
from .world import assert_stays, wait_until

KEEP_OFF = "[bluez]\npower_on = no\n"


def story_adapter_by_name(world):
    """adapter = hci0 is served on hci0"""
    with world.spored.configured("[bluez]\nadapter = hci0\n"):
        assert world.spored.status()["adapter"] == "hci0", world.spored.status()
        assert_served(world)


def story_adapter_by_address(world):
    """an adapter is found by its address"""
    address = world.adapter.get("Address")
    with world.spored.configured(f"[bluez]\nadapter = {address}\n"):
        status = world.spored.status()
        assert (status["adapter"], status["address"]) == ("hci0", address), status
        assert_served(world)


def story_adapter_is_not_there(world):
    """with an adapter that is not there status says so and what to do, and no other is taken"""
    with world.spored.configured("[bluez]\nadapter = hci7\n", on_air=False):
        fix = world.spored.wait_why("adapter hci7 is not there")
        assert "bluetoothctl list" in fix, fix
        assert world.adapter.advertisements() == 0


def story_power_on_at_the_start(world):
    """with power_on = yes an adapter that is off is switched on at the start"""
    world.spored.stop()
    world.adapter.power(False)
    world.spored.start()
    assert world.adapter.get("Powered") is True
    assert_served(world)


def story_no_power_on_at_the_start(world):
    """with power_on = no an adapter that is off stays off, and status says so and what to do"""
    world.spored.stop()
    world.adapter.power(False)
    with world.spored.configured(KEEP_OFF, on_air=False):
        fix = world.spored.wait_why("hci0 is powered off")
        assert "bluetoothctl power on" in fix and "power_on = yes" in fix, fix
        assert world.sporectl("status").startswith("not on air: hci0 is powered off; ")
        assert world.adapter.get("Powered") is False


def story_power_off_and_on_by_itself(world):
    """with power_on = yes an adapter that was switched off is switched on again, and served by
    the same process"""
    with survived(world):
        cursor = world.log.cursor()
        world.adapter.power(False)
        # The pause is too short to be sure of seeing it in status.
        wait_until(lambda: "not on air: hci0" in world.log.since(cursor), "it was off air")
        world.spored.wait_on_air()
        assert world.adapter.get("Powered") is True


def story_power_off_and_on_by_others(world):
    """with power_on = no an adapter that was switched off stays off until it is switched on, and
    is then served by the same process"""
    with world.spored.configured(KEEP_OFF), survived(world):
        world.adapter.power(False)
        world.spored.wait_why("hci0 is powered off")
        # The air tells nothing: a virtual controller advertises on when it is switched off.
        assert_stays(lambda: not world.adapter.get("Powered"), "hci0 is powered off", world.a_while)
        assert not world.spored.status()["on_air"]
        world.adapter.power(True)


def story_off_and_on_keeps_the_advertisement(world):
    """an adapter that was off advertises once when it is on again, and spored has registered
    nothing anew"""
    with world.spored.configured(KEEP_OFF):
        world.adapter.power(False)
        world.spored.wait_why("hci0 is powered off")
        cursor = world.log.cursor()
        world.adapter.power(True)
        world.spored.wait_on_air()
        assert_served(world)
        wait_until(lambda: "on air as" in world.log.since(cursor), "the journal says so")
        assert "registered with BlueZ" not in world.log.since(cursor)
        assert world.adapter.advertisements() == 1


def story_blocked_by_rfkill(world):
    """while rfkill blocks the adapter status says so and what to do, and once it is unblocked the
    same process switches it on and serves"""
    with survived(world):
        with world.adapter.blocked():
            # Before 5.73 bluetoothd says no more than that it failed.
            if world.version_number >= (5, 73):
                fix = world.spored.wait_why("hci0 is blocked by rfkill")
                assert fix == "rfkill unblock bluetooth", fix
            else:
                fix = world.spored.wait_why("the adapter cannot be powered on: ")
                assert fix.startswith("rfkill unblock bluetooth; else"), fix
            assert world.adapter.get("Powered") is False
        world.spored.wait_on_air()
        assert world.adapter.get("Powered") is True


def served_on(world):
    """The adapter and its address, once it is served."""
    world.spored.wait_on_air()
    assert_served(world)
    status = world.spored.status()
    return status["adapter"], status["address"]


def story_adapter_back_under_another_index(world):
    """an adapter that comes back under another index is known by its address, and served at once;
    so it is when it has its old index again"""
    with world.spored.configured("[bluez]\nadapter_wait = 10min\n"), survived(world):
        address = world.spored.status()["address"]
        with world.adapter.replaced("hci1", address):
            served = served_on(world)
            assert served == ("hci1", address), served
            cursor = world.log.cursor()
        wait_until(lambda: "not on air" in world.log.since(cursor), "it was off the air")
        served = served_on(world)
        assert served == ("hci0", address), served


def story_adapter_with_another_address(world):
    """an adapter that comes back with another address under its name is served, and the journal
    says what that means for bonds"""
    with survived(world):
        address, cursor = world.spored.status()["address"], world.log.cursor()
        with world.adapter.replaced():
            name, another = served_on(world)
            assert name == "hci0" and another != address, (name, another)
            assert f"hci0 has another address now, {another}" in world.log.since(cursor)
            cursor = world.log.cursor()
        wait_until(lambda: "not on air" in world.log.since(cursor), "it was off the air")
        served = served_on(world)
        assert served == ("hci0", address), served


def story_another_adapter(world):
    """an adapter that does not come back is waited for, then another one is served instead, and so
    it is the other way round"""
    with world.spored.configured("[bluez]\nadapter_wait = 1s\n"), survived(world):
        address, cursor = world.spored.status()["address"], world.log.cursor()
        with world.adapter.replaced("hci1"):
            name, another = served_on(world)
            assert name == "hci1" and another != address, (name, another)
            assert "hci0 has not come back: another" in world.log.since(cursor)
            cursor = world.log.cursor()
        wait_until(lambda: "not on air" in world.log.since(cursor), "it was off the air")
        served = served_on(world)
        assert served == ("hci0", address), served
        assert "hci1 has not come back: another" in world.log.since(cursor)


def story_alias_with_control_characters(world):
    """an alias with line breaks, which any user can set, reaches neither systemd's state nor the
    terminal"""
    with gatt.served(world):
        pid, lines = world.spored.pid, len(world.sporectl("status").splitlines())
        world.adapter.put("Alias", "s", "x\nSTOPPING=1\n\x1b[2Jy", user="nobody")
        wait_until(lambda: "STOPPING=1" in world.spored.status()["name"], "spored knows the alias")
        shown = world.sporectl("status")
        control = [c for c in shown if unicodedata.category(c) == "Cc" and c != "\n"]
        assert not control, shown
        assert len(shown.splitlines()) == lines, shown
        assert world.spored.is_active()
        assert len(world.spored.status_text.splitlines()) == 1, world.spored.status_text
        with world.peer() as peer, world.central() as central:
            peer.request("set", characteristic="indicated", value=513)
            assert central.connect(service=gatt.TOLD).read(gatt.INDICATED) == b"\x01\x02"
        assert world.spored.pid == pid
