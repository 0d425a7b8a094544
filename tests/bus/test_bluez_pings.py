"""A bus that does not let spored ping BlueZ."""

import json
import select
import subprocess
import unittest

from bluez import APPLICATION, BluezStory
from harness import BUS_CONFIG, LIMIT

PEER = "org.freedesktop.DBus.Peer"


class Pings(BluezStory):

    bus_config = BUS_CONFIG.replace("</policy>", f"""
    <deny send_interface="{PEER}" send_member="Ping" send_path="/"/>
  </policy>""")

    def mark(self):
        """A Ping that is let through, of BlueZ to spored: also a round trip."""
        self.bluez.answer_of("Ping", "call", APPLICATION, PEER, "Ping")

    def setUp(self):
        super().setUp()
        # Who asks for the bus's messages gets also those that the bus refuses.
        self.monitor = subprocess.Popen(
            ["busctl", "--address=" + self.bus.address, "--json=short",
             "--match=type='method_call',member='Ping'", "monitor"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        self.addCleanup(self.end, self.monitor)

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        (process.stderr or process.stdout).close()

    def next_ping(self):
        """The path of the next Ping that was sent."""
        if not select.select([self.monitor.stdout], [], [], LIMIT)[0]:
            raise AssertionError("there are no more Pings")
        return json.loads(self.monitor.stdout.readline())["path"]

    def ping_refused(self, *arguments):
        """On air, one value is sent, another waits for the window, and the monitor is there."""
        self.put_on_air("-o", "queue.window=1", *arguments)
        self.subscribe("level")
        while not select.select([self.monitor.stdout], [], [], 0)[0]:
            self.mark()
        self.set("level", 1, 2)

    def test_one_that_is_refused_at_once_is_not_repeated_at_once(self):
        self.ping_refused("-o", "bluez.retry_min=1h", "-o", "bluez.retry_max=1h")
        while self.next_ping() != "/":
            pass
        for _ in range(50):
            self.mark()
        paths = [self.next_ping() for _ in range(50)]
        self.assertLessEqual(paths.count("/"), 2)
        self.assertEqual(self.counters("level")["pending"], 1)

    def test_one_that_is_refused_says_nothing_of_bluetoothd(self):
        self.ping_refused("-o", "bluez.ping_interval=10ms", "-o", "bluez.call_timeout=100ms")
        # Beside those of the notifier, which waits an hour after the first.
        for _ in range(20):
            while self.next_ping() != "/":
                pass
        status = self.status()
        self.assertTrue(status["on_air"], status["why"])

    def test_one_that_is_refused_is_repeated(self):
        self.ping_refused()
        refused = 0
        while refused < 3:
            refused += self.next_ping() == "/"


if __name__ == "__main__":
    unittest.main(verbosity=2)
