"""bluetoothd and the adapter go away and come back; spored stays."""

import contextlib

from central.central import Central

from . import bluez, mushpi
from .served import assert_served, survived
from .spored import Peer, run, set_env, wait_until


def story_bluetooth_restarts(spored):
    """after systemctl restart bluetooth it is served again by the same process"""
    with survived(spored), Central() as central:
        central.connect(name=mushpi.NAME).subscribe(mushpi.ENV_MEASUREMENTS)
        run("systemctl", "restart", "bluetooth.service")
        central.wait_disconnected()


def story_bluetooth_restarts_three_times(spored):
    """after each of three restarts in a row a central subscribes anew to the same process"""
    with survived(spored):
        for number in range(3):
            with Peer() as peer, Central() as central:
                value = set_env(peer, number)
                central.connect(name=mushpi.NAME)
                assert central.subscribe(mushpi.ENV_MEASUREMENTS).get() == value
                run("systemctl", "restart", "bluetooth.service")
                central.wait_disconnected()
                # Whoever connects while the adapter is off has a link with nobody.
                spored.wait_on_air()


def story_bluetooth_is_killed(spored):
    """after bluetoothd is killed and started it is served again by the same process"""
    with survived(spored), Central() as central:
        central.connect(name=mushpi.NAME).subscribe(mushpi.ENV_MEASUREMENTS)
        killed = spored.show("MainPID", "bluetooth.service")
        run("systemctl", "kill", "--signal=SIGKILL", "bluetooth.service")
        wait_until(lambda: spored.show("MainPID", "bluetooth.service") != killed,
                   "bluetoothd has ended")
        central.wait_disconnected()
        # Debian 12's unit does not come back by itself, later ones do.
        run("systemctl", "start", "bluetooth.service")


def story_sets_while_bluetoothd_is_gone(spored):
    """while bluetoothd is gone sets are answered, status says why, and the last value is
    served afterwards"""
    with survived(spored):
        run("systemctl", "stop", "bluetooth.service")
        wait_until(lambda: not spored.status()["on_air"], "spored is off air")
        assert spored.status()["why"], spored.status()
        with Peer() as peer:
            value = set_env(peer, 777)
        run("systemctl", "start", "bluetooth.service")
        spored.wait_on_air()
        with Central() as central:
            assert central.connect(name=mushpi.NAME).read(mushpi.ENV_MEASUREMENTS) == value


def story_bluetoothd_starts_later(spored):
    """started before bluetoothd it waits, and serves once bluetoothd is there"""
    run("systemctl", "stop", "spored.service", "bluetooth.service")
    # bluetooth.service is only wanted: without it spored starts all the same.
    run("systemctl", "mask", "--runtime", "bluetooth.service")
    try:
        run("systemctl", "start", "spored.service")
        assert not spored.status()["on_air"]
        pid = spored.pid
    finally:
        run("systemctl", "unmask", "--runtime", "bluetooth.service")
    run("systemctl", "start", "bluetooth.service")
    spored.wait_on_air()
    assert_served()
    assert spored.pid == pid


def unplug(spored):
    run("systemctl", "stop", "btvirt.service")
    wait_until(lambda: not spored.status()["on_air"], "spored is off air")


def plug():
    run("systemd-run", "--quiet", "--unit=btvirt", "btvirt", "-L", "-l1", "-s")


def story_adapter_is_unplugged(spored):
    """after the adapter was unplugged and plugged in it is served again by the same process"""
    with survived(spored):
        unplug(spored)
        plug()


def story_bluetoothd_answers_a_registration_too_late(spored):
    """after a bluetoothd that did not answer registrations goes on the service is served once, by
    the same process"""
    def managers_are_there():
        return "org.bluez.LEAdvertisingManager1" in run("busctl", "introspect", *bluez.HCI0,
                                                        check=False)

    with spored.configured("[bluez]\nregister_timeout = 1s\n"), survived(spored):
        bluetoothd = spored.show("MainPID", "bluetooth.service")
        cursor = spored.journal_cursor()
        unplug(spored)
        # Standing still itself, spored registers only when bluetoothd does so too.
        with contextlib.ExitStack() as stack:
            with bluez.standing_still("spored.service"):
                plug()
                wait_until(managers_are_there, "hci0 is back")
                stack.enter_context(bluez.standing_still())
            wait_until(lambda: "did not register the application" in spored.journal_since(cursor),
                       "a registration was not answered in time")
            assert "BlueZ refuses the application" in spored.status()["why"], spored.status()
        spored.wait_on_air()
        with Central() as central:
            services = central.connect(service=mushpi.SERVICE).discover().services
        assert [s.uuid for s in services].count(mushpi.SERVICE) == 1, services
        assert bluez.get("ActiveInstances", bluez.ADVERTISING) == 1
        assert spored.show("MainPID", "bluetooth.service") == bluetoothd, "bluetoothd has crashed"
