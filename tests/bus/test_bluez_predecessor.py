"""A process that has ended, and that the bus still has: BlueZ keeps what it has registered."""

import os
import socket
import subprocess
import sys
import unittest
from unittest import mock

import harness
from bluez import CONNECT, BluezStory
from harness import BUS_CONFIG

NOBODY = 65534
# Has the adapter, gives it up when it is told to, and lives on, still on the bus.
HOLD = CONNECT + r"""
probe = socket.socket(socket.AF_UNIX)
probe.connect(sys.argv[2])
probe.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
name = b"\0spored/" + probe.recv(1000).split()[1] + b"/hci0"
probe.close()
claim = socket.socket(socket.AF_UNIX)
claim.bind(name)
claim.listen()
print("held", flush=True)
sys.stdin.readline()
claim.close()
sys.stdin.readline()
"""

# Runs a program whose numbers of processes are others than the bus knows, as in a container.
CONTAINER = r"""#!{python}
import ctypes, os, signal, sys
assert ctypes.CDLL(None).unshare(0x20000000) == 0
child = os.fork()
if child == 0:
    os.execv({program!r}, sys.argv)
signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def has_containers():
    """Whether we may make one."""
    command = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x20000000) != 0)"
    return subprocess.run([sys.executable, "-c", command], check=False).returncode == 0


class Predecessor(BluezStory):

    def test_a_successor_waits_until_it_has_left_the_bus(self):
        corpse, _ = self.corpse()
        self.ready_to_register()
        self.wait_status("the process that served before must leave the bus first")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterApplication"), [])
        corpse.close()
        self.wait_on_air()

    def test_it_waits_for_all_of_them(self):
        first, second = self.corpse()[0], self.corpse()[0]
        process = self.ready_to_register("-o", "daemon.log_level=debug")
        self.wait_status("must leave the bus first")
        first.close()
        self.bluez.sync()
        self.assertFalse(self.status()["on_air"])
        second.close()
        self.wait_on_air()
        self.assertEqual(self.log_of(process).count("waiting for it to leave"), 1)

    def test_one_that_does_not_leave_is_not_waited_for_for_ever(self):
        _, pid = self.corpse()
        process = self.ready_to_register("-o", "bluez.predecessor_timeout=200ms")
        self.wait_on_air()
        self.assertIn(f"process {pid} has ended, but does not leave the bus", self.log_of(process))

    def test_who_lives_is_not_waited_for(self):
        """sporesim is on the bus, and so is this stranger."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            with subprocess.Popen([sys.executable, "-c", CONNECT + "input()",
                                   str(connection.fileno()), self.bus.path],
                                  stdin=subprocess.PIPE, pass_fds=[connection.fileno()]) as child:
                process = self.ready_to_register()
                self.wait_on_air()
                self.assertNotIn("must leave", self.log_of(process))
                child.communicate(b"\n")

    def holder(self):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(connection.close)
        child = subprocess.Popen([sys.executable, "-c", HOLD, str(connection.fileno()),
                                  self.bus.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 pass_fds=[connection.fileno()])
        self.addCleanup(child.communicate)
        self.assertEqual(child.stdout.readline(), b"held\n")
        return child

    def test_one_that_gives_the_adapter_up_and_lives_on_is_waited_for_once(self):
        child = self.holder()
        process = self.ready_to_register("-o", "bluez.predecessor_timeout=200ms")
        self.wait_status("served by another spored")
        child.stdin.write(b"\n")
        child.stdin.flush()
        self.wait_status("must leave the bus first")
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "pinned")
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        self.bluez.command("own")
        self.wait_on_air()
        log = self.log_of(process)
        self.assertEqual(log.count("waiting for it to leave"), 1, log)
        self.assertNotIn("does not leave the bus", log)

    def test_it_is_looked_for_anew_for_the_next_bluetoothd(self):
        self.put_on_air()
        corpse, _ = self.corpse()
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        self.bluez.command("own")
        self.wait_status("must leave the bus first")
        corpse.close()
        self.wait_on_air()

    def test_bluetoothd_leaves_while_it_is_waited_for(self):
        corpse, _ = self.corpse()
        self.ready_to_register()
        self.wait_status("must leave the bus first")
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        corpse.close()
        self.bluez.command("own")
        self.wait_on_air()


class Container(BluezStory):

    @unittest.skipUnless(has_containers(), "no rights to make a container")
    def test_nobody_is_found_where_processes_have_other_numbers(self):
        """There all that are on the bus seem to have ended."""
        program = os.path.join(self.folder, "spored")
        with open(program, "w", encoding="utf-8") as f:
            f.write(CONTAINER.format(python=sys.executable, program=harness.SPORED))
        os.chmod(program, 0o755)
        with mock.patch.object(harness, "SPORED", program):
            process = self.ready_to_register()
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "pinned")
        self.assertNotIn("waiting for it to leave", self.log_of(process))


class Strangers(BluezStory):
    """Other users' programs are on the bus too."""

    bus_config = BUS_CONFIG.replace('<allow own="*"/>', '<allow own="*"/>\n    <allow user="*"/>')

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_a_connection_that_outlives_another_users_process_is_not_waited_for(self):
        """A program that goes into the background after it has connected."""
        os.chmod(self.folder, 0o711)
        _, pid = self.corpse(f"import os, socket, struct; os.setuid({NOBODY})\n")
        process = self.ready_to_register()
        self.wait_on_air()
        self.assertEqual(self.status()["handles"], "pinned")
        log = self.log_of(process)
        self.assertNotIn(f"process {pid}", log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
