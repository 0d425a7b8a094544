"""A process that has ended, and that the bus still has: BlueZ keeps what it has registered."""

import socket
import subprocess
import sys
import unittest

from bluez import BluezStory

# The bus takes the number of the process that connects. Hello is the first message of a connection:
# destination and path, interface and member.
CONNECT = r"""
import os, socket, struct, sys

def field(code, kind, text):
    value = struct.pack("<I", len(text)) + text.encode() + b"\0"
    entry = bytes([code, 1]) + kind.encode() + b"\0" + value
    return entry + bytes(-len(entry) % 8)

bus = socket.socket(fileno=int(sys.argv[1]))
bus.connect(sys.argv[2])
bus.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
assert bus.recv(1000).startswith(b"OK")
driver = "org.freedesktop.DBus"
fields = (field(1, "o", "/org/freedesktop/DBus") + field(2, "s", driver) +
          field(3, "s", "Hello") + field(6, "s", driver)).rstrip(b"\0") + b"\0"
message = b"l\1\0\1" + struct.pack("<III", 0, 1, len(fields)) + fields
bus.sendall(b"BEGIN\r\n" + message + bytes(-len(message) % 8))
assert bus.recv(1000)
bus.detach()
"""


class Predecessor(BluezStory):

    def corpse(self):
        """A connection to the bus whose process has ended. Returns it and the process's number."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(connection.close)
        child = subprocess.Popen([sys.executable, "-c", CONNECT, str(connection.fileno()),
                                  self.bus.path], pass_fds=[connection.fileno()])
        self.assertEqual(child.wait(), 0)
        return connection, child.pid

    def test_a_successor_waits_until_it_has_left_the_bus(self):
        corpse, _ = self.corpse()
        self.ready_to_register()
        self.wait_status("the process that served before has ended and must leave the bus first")
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


if __name__ == "__main__":
    unittest.main(verbosity=2)
