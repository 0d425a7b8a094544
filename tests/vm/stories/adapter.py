"""Which adapter, its power and its name."""

import unicodedata

from central.central import Central

from . import bluez, gatt
from .served import assert_served, survived
from .spored import Peer, assert_stays, run, wait_until

KEEP_OFF = "[bluez]\npower_on = no\n"


def wait_why(spored, text):
    """Waits until status gives a reason that has this text in it, and returns what there is to do
    about it."""
    return wait_until(lambda: (s := spored.status()) and text in (s["why"] or "") and s["fix"],
                      f"status says why: {text}")


def power(on):
    bluez.put("Powered", "b", "true" if on else "false")


def story_adapter_by_name(spored):
    """adapter = hci0 is served on hci0"""
    with spored.configured("[bluez]\nadapter = hci0\n"):
        assert spored.status()["adapter"] == "hci0", spored.status()
        assert_served()


def story_adapter_by_address(spored):
    """an adapter is found by its address"""
    address = bluez.get("Address")
    with spored.configured(f"[bluez]\nadapter = {address}\n"):
        status = spored.status()
        assert (status["adapter"], status["address"]) == ("hci0", address), status
        assert_served()


def story_adapter_is_not_there(spored):
    """with an adapter that is not there status says so and what to do, and no other is taken"""
    with spored.configured("[bluez]\nadapter = hci7\n", on_air=False):
        fix = wait_why(spored, "adapter hci7 is not there")
        assert "bluetoothctl list" in fix, fix
        assert bluez.get("ActiveInstances", bluez.ADVERTISING) == 0


def story_power_on_at_the_start(spored):
    """with power_on = yes an adapter that is off is switched on at the start"""
    run("systemctl", "stop", "spored.service")
    power(False)
    run("systemctl", "start", "spored.service")
    spored.wait_on_air()
    assert bluez.get("Powered") is True
    assert_served()


def story_no_power_on_at_the_start(spored):
    """with power_on = no an adapter that is off stays off, and status says so and what to do"""
    run("systemctl", "stop", "spored.service")
    power(False)
    with spored.configured(KEEP_OFF, on_air=False):
        fix = wait_why(spored, "hci0 is powered off")
        assert "bluetoothctl power on" in fix and "power_on = yes" in fix, fix
        assert run("sporectl", "status").startswith("not on air: hci0 is powered off; ")
        assert bluez.get("Powered") is False


def story_power_off_and_on_by_itself(spored):
    """with power_on = yes an adapter that was switched off is switched on again, and served by
    the same process"""
    with survived(spored):
        cursor = spored.journal_cursor()
        power(False)
        # The pause is too short to be sure of seeing it in status.
        wait_until(lambda: "not on air: hci0" in spored.journal_since(cursor), "it was off air")
        spored.wait_on_air()
        assert bluez.get("Powered") is True


def story_power_off_and_on_by_others(spored):
    """with power_on = no an adapter that was switched off stays off until it is switched on, and
    is then served by the same process"""
    with spored.configured(KEEP_OFF), survived(spored):
        power(False)
        wait_why(spored, "hci0 is powered off")
        # The air tells nothing: a virtual controller advertises on when it is switched off.
        assert_stays(lambda: not bluez.get("Powered"), "hci0 is powered off")
        assert not spored.status()["on_air"]
        power(True)


def story_off_and_on_keeps_the_advertisement(spored):
    """an adapter that was off advertises once when it is on again, and spored has registered
    nothing anew"""
    with spored.configured(KEEP_OFF):
        power(False)
        wait_why(spored, "hci0 is powered off")
        cursor = spored.journal_cursor()
        power(True)
        spored.wait_on_air()
        assert_served()
        wait_until(lambda: "on air as" in spored.journal_since(cursor), "the journal says so")
        assert "registered with BlueZ" not in spored.journal_since(cursor)
        assert bluez.get("ActiveInstances", bluez.ADVERTISING) == 1


def story_blocked_by_rfkill(spored):
    """while rfkill blocks the adapter status says so and what to do, and once it is unblocked the
    same process switches it on and serves"""
    with survived(spored):
        with bluez.blocked():
            fix = wait_why(spored, "the adapter cannot be powered on: ")
            # bluetoothd says no more than that it failed.
            assert fix.startswith("rfkill unblock bluetooth"), fix
            assert bluez.get("Powered") is False
        spored.wait_on_air()
        assert bluez.get("Powered") is True


def story_alias_with_control_characters(spored):
    """an alias with line breaks, which any user can set, reaches neither systemd's state nor the
    terminal"""
    with gatt.served(spored):
        pid, lines = spored.pid, len(run("sporectl", "status").splitlines())
        bluez.put("Alias", "s", "x\nSTOPPING=1\n\x1b[2Jy", user="nobody")
        wait_until(lambda: "STOPPING=1" in spored.status()["name"], "spored knows the alias")
        shown = run("sporectl", "status")
        control = [c for c in shown if unicodedata.category(c) == "Cc" and c != "\n"]
        assert not control, shown
        assert len(shown.splitlines()) == lines, shown
        assert spored.show("ActiveState") == "active", spored.show("ActiveState")
        assert len(spored.show("StatusText").splitlines()) == 1, spored.show("StatusText")
        with Peer() as peer, Central() as central:
            peer.request("set", characteristic="indicated", value=513)
            assert central.connect(service=gatt.TOLD).read(gatt.INDICATED) == b"\x01\x02"
        assert spored.pid == pid
