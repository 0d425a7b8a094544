"""Keys that are said to be taken in place are in effect at once."""

import json
import os
import subprocess
import sys
import unittest

from bluez import FAILED
from harness import LIMIT
from reloading import Reloading

NOBODY = 65534
# Connects as nobody in a group, and asks for a name.
STRANGER = """
import os, socket, sys
path, group, user = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.setgroups([])
os.setgid(group)
os.setuid(user)
peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
peer.connect(path)
lines = peer.makefile("rb")
for _ in sys.stdin:
    peer.sendall(b'{"op":"advertise","name":"Given"}\\n')
    print(lines.readline().decode(), end="", flush=True)
"""


class Keys(Reloading):
    """What is to change is in a file, because what is given on the command line stays."""

    options = ()
    # Longer than anything is waited for here.
    patient = ("[daemon]\nshutdown_timeout = 200ms\n[bluez]\nretry_min = 10ms\nretry_max = 20ms\n"
               "ping_interval = 0\ncall_timeout = 10min\nregister_timeout = 10min\n"
               "adapter_wait = 10min\n")

    def setUp(self):
        super().setUp()
        self.drop_in(self.patient, name="a")

    def reload_to(self, text):
        """Later files win."""
        reply = self.reload(text)
        self.assertTrue(reply.get("ok"), reply)
        self.assertEqual((reply["anew"], reply["restart"]), ([], []))
        self.assertNotEqual(reply["in_place"], [])


class OfBluez(Keys):

    def test_ping_interval(self):
        self.put_on_air()
        self.reload_to("[bluez]\nping_interval = 20ms\n")
        self.bluez.wait_call("Ping")

    def test_a_ping_interval_that_runs(self):
        self.drop_in("[bluez]\nping_interval = 1h\n", name="b")
        self.put_on_air()
        self.reload_to("[bluez]\nping_interval = 20ms\n")
        self.bluez.wait_call("Ping")

    def test_call_timeout(self):
        self.put_on_air()
        self.bluez.command("answer", "Ping", "hold")
        self.reload_to("[bluez]\nping_interval = 20ms\ncall_timeout = 100ms\n")
        self.wait_status("bluetoothd has not answered for")
        self.bluez.command("answer", "Ping", "ok")
        self.bluez.command("reply", "Ping", "ok")
        self.wait_on_air()

    def test_register_timeout(self):
        self.put_on_air()
        self.reload_to("[bluez]\nregister_timeout = 1s\n")
        self.bluez.command("once", "RegisterApplication", "never")
        self.bluez.command("restart")
        self.wait_status("bluetoothd is not running")
        self.wait_on_air()

    def test_the_pauses(self):
        self.drop_in("[bluez]\nretry_min = 1h\nretry_max = 1h\n", name="b")
        self.put_on_air()
        self.reload_to("[bluez]\nretry_min = 10ms\nretry_max = 20ms\n")
        self.bluez.command("once", "RegisterApplication", "error", FAILED, "no")
        self.bluez.command("restart")
        self.wait_status("BlueZ refuses the application")
        self.wait_on_air()

    def test_power_on(self):
        self.put_on_air()
        self.bluez.command("power", "hci0", "off")
        self.wait_status("hci0 is powered off")
        self.reload_to("[bluez]\npower_on = yes\n")
        self.wait_on_air()

    def test_adapter_wait(self):
        self.put_on_air()
        self.bluez.add_adapter("hci1", how="plug", Address="AA:BB:CC:DD:EE:01")
        self.bluez.command("unplug", "hci0")
        self.wait_status("hci0 is gone, and waited for")
        self.reload_to("[bluez]\nadapter_wait = 0\n")
        self.wait_on_air("as box (hci1")


class OfTheDaemon(Keys):

    def test_shutdown_timeout(self):
        self.drop_in("[daemon]\nshutdown_timeout = 60s\n", name="b")
        process = self.put_on_air()
        self.reload_to("[daemon]\nshutdown_timeout = 200ms\n")
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        process.terminate()
        self.bluez.wait_call("UnregisterAdvertisement")
        self.assertEqual(process.wait(LIMIT / 2), 0)


    def test_an_interval_of_persist_that_runs(self):
        kept = os.path.join(self.folder, "values")
        self.drop_in("[persist]\ninterval = 1h\n[characteristic level]\npersist = yes\n", name="b")
        self.put_on_air("-o", "persist.file=" + kept)
        self.set("level", 7)
        self.reload_to("[persist]\ninterval = 1s\n")
        self.until(lambda: os.path.exists(kept))

    def test_an_interval_of_metrics_that_runs(self):
        path = os.path.join(self.folder, "metrics")
        self.drop_in(f"[metrics]\nfile = {path}\ninterval = 1h\n", name="b")
        self.put_on_air()
        self.until(lambda: os.path.exists(path))
        os.unlink(path)
        self.reload_to("[metrics]\ninterval = 1s\n")
        self.until(lambda: os.path.exists(path))


class OfTheSocket(Keys):

    def test_lines_of_who_connects_later(self):
        self.put_on_air()
        self.reload_to("[limits]\nline_bytes = 2k\n")
        line = b'{"op":"status"' + b" " * 5000 + b"}\n"
        self.peer.send(line)
        self.assertEqual(self.peer.receive().get("ok"), True)
        later = self.connect()
        later.send(line)
        self.assertEqual(later.receive()["error"], "too_long")

    def test_fewer_peers_end_none_that_is_there(self):
        self.put_on_air()
        there = [self.connect() for _ in range(3)]
        for peer in there:
            self.assertTrue(peer.call(op="status")["ok"])
        self.reload_to("[limits]\npeers = 2\n")
        self.assertEqual(self.connect().receive()["error"], "too_many")
        for peer in there:
            self.assertTrue(peer.call(op="status")["ok"])

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_another_admin_group_counts_for_who_is_connected(self):
        self.drop_in("[socket]\nmode = 666\n", name="b")
        self.put_on_air()
        os.chmod(self.folder, 0o711)
        group = os.getgid()
        with subprocess.Popen([sys.executable, "-c", STRANGER, self.socket_path, str(group),
                               str(NOBODY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, bufsize=1) as stranger:
            def ask():
                stranger.stdin.write("\n")
                return json.loads(stranger.stdout.readline())

            self.assertEqual(ask()["error"], "not_permitted")
            self.reload_to(f"[socket]\nadmin_group = {group_name(group)}\n")
            self.assertTrue(ask().get("ok"))
            self.reload_to("")
            self.assertEqual(ask()["error"], "not_permitted")
            stranger.stdin.close()


class Centrals(Keys):

    def test_a_maximum_and_what_then(self):
        self.put_on_air()
        self.bluez.command("phone", "connect")
        self.wait_status("1 central")
        self.reload_to("[limits]\ncentrals = 1\n")
        self.until(lambda: self.bluez.registered() == ("1", "0"))
        self.reload_to("[limits]\ncentrals = 1\nat_centrals = go_on\n")
        self.until(lambda: self.bluez.registered() == ("1", "1"))
        self.reload_to("[limits]\ncentrals = 1\nat_centrals = stop\n")
        self.until(lambda: self.bluez.registered() == ("1", "0"))
        self.reload_to("[limits]\ncentrals = 2\n")
        self.until(lambda: self.bluez.registered() == ("1", "1"))


def group_name(gid):
    with open("/etc/group", encoding="utf-8") as file:
        return next(line.split(":")[0] for line in file if line.split(":")[2] == str(gid))


if __name__ == "__main__":
    unittest.main(verbosity=2)
