"""What systemd hears of a spored that runs, and that it hears nothing of one that stands still."""

import os
import signal
import socket
import subprocess
import threading
import unittest

from bluez import BluezStory
from harness import LIMIT, PROFILE, Story, spored_command

FED = "WATCHDOG=1"
# As systemd sets it, who knows the process only when it is there.
EXEC = """import os, sys
os.environ["WATCHDOG_PID"] = str(os.getpid() + int(sys.argv[1]))
os.execvp(sys.argv[2], sys.argv[2:])"""


class Fed(BluezStory):

    def launch(self, *arguments, env=None, profile=None):
        return super().launch(*arguments, env={"WATCHDOG_USEC": "20000", **(env or {})},
                              profile=profile)

    def feeds(self, n=5):
        """Some that come from now on."""
        while not self.manager.messages.empty():
            self.manager.next()
        for _ in range(n):
            self.wait_notify(lambda text: text == FED)

    def test_while_it_is_idle(self):
        self.put_on_air()
        self.feeds()

    def test_while_there_is_much_to_do(self):
        self.put_on_air()
        self.subscribe("level")
        busy = threading.Event()

        def flood(peer):
            while not busy.is_set():
                peer.send(b'{"op":"set","characteristic":"level","value":7}\n' * 100)
                for _ in range(100):
                    peer.receive()

        threads = [threading.Thread(target=flood, args=(self.connect(),)) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            self.feeds(20)
        finally:
            busy.set()
            for thread in threads:
                thread.join()

    def test_whatever_becomes_of_bluetoothd_and_the_bus(self):
        self.put_on_air("-o", "bluez.ping_interval=20ms", "-o", "bluez.call_timeout=100ms")
        os.kill(self.bluez.process.pid, signal.SIGSTOP)
        try:
            self.wait_status("bluetoothd has not answered for")
            self.feeds()
        finally:
            os.kill(self.bluez.process.pid, signal.SIGCONT)
        os.kill(self.bus.process.pid, signal.SIGSTOP)
        try:
            self.feeds()
        finally:
            os.kill(self.bus.process.pid, signal.SIGCONT)
        self.assertEqual(self.bluez.end(), 0)
        self.wait_status("bluetoothd is not running")
        self.feeds()
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        self.feeds()

    def test_not_while_it_stands_still(self):
        process = self.put_on_air()
        self.feeds(1)
        process.send_signal(signal.SIGSTOP)
        self.assertTrue(os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1]))
        while not self.manager.messages.empty():
            self.manager.next()
        # What was on its way is before this.
        self.mark()
        self.bluez.command("pause", "0.2")
        self.assertTrue(self.manager.messages.empty())
        process.send_signal(signal.SIGCONT)
        self.feeds()

    def mark(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"MARK", self.manager.path)
        self.wait_notify(lambda text: text == "MARK")

    def test_the_status_says_how_many_centrals_there_are(self):
        self.put_on_air()
        self.bluez.command("phone", "connect")
        self.wait_on_air("as box (hci0, BlueZ 5.66); 1 central")
        self.bluez.command("tablet", "connect")
        self.wait_on_air("as box (hci0, BlueZ 5.66); 2 centrals")
        self.bluez.command("phone", "disconnect")
        self.bluez.command("tablet", "disconnect")
        self.wait_on_air("as box (hci0, BlueZ 5.66); no central")

    def test_the_status_says_that_it_is_stopping(self):
        process = self.put_on_air("-o", "daemon.shutdown_timeout=60s")
        self.bluez.command("answer", "UnregisterAdvertisement", "hold")
        process.send_signal(signal.SIGTERM)
        self.wait_status("stopping")
        self.feeds()
        self.bluez.command("answer", "UnregisterAdvertisement", "ok")
        self.bluez.command("reply", "UnregisterAdvertisement", "ok")
        self.assertEqual(process.wait(LIMIT), 0)


class Whose(Story):
    """WATCHDOG_PID says whom systemd means."""

    def heard(self, offset):
        """All that it says from its start to its end."""
        command = ["python3", "-c", EXEC, str(offset),
                   *spored_command("-o", "bluez.bus=" + self.bus.address, PROFILE)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE,
                                   env=self.environment({"WATCHDOG_USEC": "20000"}))
        self.addCleanup(self.end, process)
        heard = [self.manager.next()]
        while "bluetoothd is not running" not in heard[-1]:
            heard.append(self.manager.next())
        self.assertEqual(self.stop(process)[0], 0)
        while "STOPPING=1" not in heard[-1]:
            heard.append(self.manager.next())
        return heard

    def test_ones_own_watchdog_is_fed(self):
        self.assertIn(FED, self.heard(0))

    def test_that_of_another_process_is_not(self):
        self.assertNotIn(FED, self.heard(1))


class Unread(Story):
    """A systemd that does not read holds up nothing."""

    def test_it_serves_and_ends_and_tells_what_matters_later(self):
        path = os.path.join(self.folder, "unread")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as unread, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as filler:
            unread.bind(path)
            filler.setblocking(False)
            filled = 0
            try:
                while True:
                    filler.sendto(b"X", path)
                    filled += 1
            except BlockingIOError:
                pass
            process = subprocess.Popen(
                spored_command("-o", "bluez.bus=" + self.bus.address, PROFILE),
                stderr=subprocess.PIPE,
                env=self.environment({"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "20000"}))
            self.addCleanup(self.end, process)
            self.assertIn(b"listening on", process.stderr.readline())
            self.assertTrue(self.connect().call(op="status")["ok"])
            unread.settimeout(LIMIT)
            for _ in range(filled):
                self.assertEqual(unread.recv(100), b"X")
            self.assertEqual(unread.recv(1000), b"READY=1")
            self.assertTrue(self.connect().call(op="status")["ok"])
            # Full once more, by its own feeding.
            while process.poll() is None:
                try:
                    filler.sendto(b"X", path)
                except BlockingIOError:
                    break
            status, log = self.stop(process)
            self.assertEqual(status, 0, log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
