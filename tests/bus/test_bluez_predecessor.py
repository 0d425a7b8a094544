"""A process that has ended, and that the bus still has: BlueZ keeps what it has registered."""

import socket
import subprocess
import sys
import unittest

from bluez import CONNECT, BluezStory

class Predecessor(BluezStory):

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
