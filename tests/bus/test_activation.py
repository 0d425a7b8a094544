"""Sockets that somebody else listens on, as systemd does: who connects before spored runs is
answered when it does, or told why not."""

import fcntl
import os
import socket
import subprocess
import unittest

from harness import PROFILE, Peer, Story, spored_command
from simulation.sporesim import LIMIT

# systemd says whom it means by the process, which is known only once there is one; and it passes
# the sockets from 3 on.
EXEC = """import os, sys
for i, fd in enumerate(map(int, sys.argv[1].split(","))):
    os.dup2(fd, 3 + i)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execvp(sys.argv[2], sys.argv[2:])"""


def listen(path, kind=socket.SOCK_STREAM):
    """A socket far above those that are passed on."""
    listener = socket.socket(socket.AF_UNIX, kind)
    listener.bind(path)
    if kind == socket.SOCK_STREAM:
        listener.listen()
    with listener:
        return fcntl.fcntl(listener, fcntl.F_DUPFD_CLOEXEC, 100)


class ActivationStory(Story):

    with_bus = False

    def setUp(self):
        super().setUp()
        # Not where spored would listen by itself.
        self.place = os.path.join(self.folder, "main.sock")
        self.main = self.listen(self.place)

    def listen(self, path, **options):
        fd = listen(path, **options)
        self.addCleanup(os.close, fd)
        return fd

    def peer(self, path=None):
        peer = Peer(path or self.place)
        self.addCleanup(peer.close)
        return peer

    def start(self, *arguments, sockets=None, profile=PROFILE):
        """Does not wait."""
        sockets = sockets or {"spored.socket": self.main}
        fds = list(sockets.values())
        command = ["python3", "-c", EXEC, ",".join(map(str, fds)),
                   *spored_command("-o", "bluez.bus=" + self.bus.address, *arguments, profile)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, pass_fds=fds,
                                   env=self.environment({"LISTEN_FDS": str(len(fds)),
                                                         "LISTEN_FDNAMES": ":".join(sockets)}))
        self.addCleanup(self.end, process)
        return process

    def launch_activated(self, *arguments, **options):
        process = self.start(*arguments, **options)
        self.addCleanup(self.end_well, process)
        self.wait_notify(lambda text: "READY=1" in text)
        return process


class Activation(ActivationStory):

    def test_who_came_before_is_served(self):
        peer = self.peer()
        peer.send(b'{"op":"status"}\n')
        self.launch_activated()
        self.assertTrue(peer.receive()["ok"])
        self.assertFalse(os.path.exists(self.socket_path))

    def test_the_socket_outlives_spored_and_the_next_one_serves_it(self):
        inode = os.stat(self.place).st_ino
        self.assertEqual(self.stop(self.launch_activated())[0], 0)
        self.assertEqual(os.stat(self.place).st_ino, inode)
        peer = self.peer()
        peer.send(b'{"op":"status"}\n')
        self.launch_activated()
        self.assertTrue(peer.receive()["ok"])
        self.assertEqual(os.stat(self.place).st_ino, inode)

    def test_the_second_may_only_read(self):
        path = os.path.join(self.folder, "read.sock")
        self.launch_activated(sockets={"read-only": self.listen(path), "spored.socket": self.main})
        request = {"op": "set", "characteristic": "env_measurements", "fields": {"co2_ppm": 450}}
        reader = self.peer(path)
        self.assertTrue(reader.call(op="status")["ok"])
        self.assertEqual(reader.call(**request)["error"], "not_permitted")
        self.assertTrue(self.peer().call(**request)["ok"])

    def test_only_the_second(self):
        path = os.path.join(self.folder, "read.sock")
        self.launch_activated(sockets={"read-only": self.listen(path)})
        self.assertEqual(self.peer(path).call(op="handle", characteristic="x")["error"],
                         "not_permitted")
        self.assertTrue(self.connect().call(op="status")["ok"])

    def test_what_is_not_expected_is_closed_and_said(self):
        other = self.listen(os.path.join(self.folder, "other.sock"))
        datagram = self.listen(os.path.join(self.folder, "datagram.sock"), kind=socket.SOCK_DGRAM)
        process = self.launch_activated(sockets={"other.socket": other, "spored.socket": datagram})
        self.assertTrue(self.connect().call(op="status")["ok"])
        status, log = self.stop(process)
        self.assertEqual(status, 0)
        self.assertIn('the socket "other.socket" from systemd is closed: nothing of this name is '
                      "expected", log)
        self.assertIn('the socket "spored.socket" from systemd is closed: it is no Unix stream '
                      "socket that listens", log)


class TurnedAway(ActivationStory):
    """An answer for those who wait; without one systemd would start spored for them for ever."""

    def told(self, peers, process, status):
        _, log = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, status, log)
        details = set()
        for peer in peers:
            answer = peer.receive()
            self.assertEqual(answer["error"], "unavailable")
            details.add(answer["detail"])
            self.assertEqual(peer.lines.read(), b"")
        self.assertEqual(len(details), 1)
        return details.pop()

    def test_where_it_stands_aside(self):
        peers = [self.peer() for _ in range(3)]
        detail = self.told(peers, self.start("-o", "daemon.serve=no"), 0)
        self.assertEqual(detail, "spored stands aside: [daemon] serve = no")

    def test_where_the_configuration_has_an_error(self):
        path = os.path.join(self.folder, "read.sock")
        sockets = {"spored.socket": self.main, "read-only": self.listen(path)}
        peers = [self.peer(), self.peer(path)]
        detail = self.told(peers, self.start("-o", "queue.depth=nonsense", sockets=sockets), 78)
        self.assertEqual(detail, "the configuration of spored has an error")

    def test_where_another_place_is_taken(self):
        path = os.path.join(self.folder, "read.sock")
        self.listen(path)
        peer = self.peer()
        detail = self.told([peer], self.start("-o", "socket.read_only_path=" + path), 1)
        self.assertEqual(detail, "spored cannot start: its log says why")

    def test_who_has_sent_something_is_told_too(self):
        peer = self.peer()
        peer.send(b'{"op":"status"}\n')
        process = self.start("-o", "daemon.serve=no")
        process.communicate(timeout=LIMIT)
        self.assertEqual(peer.receive()["error"], "unavailable")


if __name__ == "__main__":
    unittest.main(verbosity=2)
