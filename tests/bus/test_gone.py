"""A characteristic that a reload takes away: who has asked for it is told, and nobody else."""

import itertools
import os
import subprocess
import unittest

import spored
from bluez import BluezStory
from harness import LIMIT, SPORECTL

WITHOUT = "[characteristic order]\nenable = no\n"
READ_ONLY = "[characteristic alarm]\nflags = read indicate\n"
REFUSED = 1     # the exit status


class Gone(BluezStory):

    def setUp(self):
        super().setUp()
        self.process = self.launch()

    def reload(self, text):
        folder = self.profile + ".d"
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "change.conf"), "w", encoding="utf-8") as file:
            file.write(text)
        reply = self.connect().call(op="reload")
        self.assertTrue(reply.get("ok"), reply)

    def asking(self, op, **members):
        peer = self.connect()
        reply = peer.call(op=op, **members)
        self.assertTrue(reply.get("ok"), reply)
        return peer

    def assert_told(self, peer, *names):
        """These alone: the next line is an answer."""
        for name in names:
            self.assertEqual(peer.receive(), {"event": "gone", "characteristic": name})
        self.assertIn("ok", peer.call(op="status"))

    def test_who_handles_it_or_has_named_it_is_told_once(self):
        handler = self.asking("handle", characteristic="order")
        named = self.asking("watch", events=["stale"], characteristics=["order", "level"])
        both = self.asking("watch", events=["write"], characteristics=["order"])
        self.assertTrue(both.call(op="handle", characteristic="alarm")["ok"])
        everything = self.asking("watch", events=["write", "stale"])
        other = self.asking("handle", characteristic="blob")
        self.reload(WITHOUT)
        for peer in (handler, named, both):
            self.assert_told(peer, "order")
        for peer in (everything, other):
            self.assert_told(peer)
        self.assertEqual(handler.call(op="handle", characteristic="order")["error"],
                         "unknown_characteristic")

    def test_of_one_that_cannot_be_written_its_handler_alone_is_told(self):
        handler = self.asking("handle", characteristic="alarm")
        named = self.asking("watch", events=["stale"], characteristics=["alarm"])
        self.reload(READ_ONLY)
        self.assert_told(handler, "alarm")
        self.assert_told(named)
        # It handles nothing any more, so there is nothing to be told of.
        self.reload(READ_ONLY + "[characteristic level]\nenable = no\n")
        self.assert_told(handler)

    def test_it_can_be_handled_when_it_is_there_again(self):
        handler = self.asking("handle", characteristic="order")
        self.reload(WITHOUT)
        self.assert_told(handler, "order")
        self.reload("")
        self.assertTrue(self.asking("handle", characteristic="order"))

    def test_a_python_program_is_told(self):
        heard, refused = [], []
        with spored.Client(self.socket_path, timeout=LIMIT, on_refused=refused.append) as client:
            client.watch("order", "level", events=("stale",), callback=heard.append)
            client.handle("order", self.fail)
            self.reload(WITHOUT)
            while not heard:
                client.wait()
            client.process()
            self.assertEqual(heard, [{"event": "gone", "characteristic": "order"}])
            self.assertEqual([(r["error"], r["characteristic"]) for r in refused],
                             [("gone", "order")])

    def start(self, *arguments):
        """Until spored has had its request, beside those by which it is asked here."""
        peer = self.connect()
        own = itertools.count(peer.call(op="status")["requests"] + 1)
        process = subprocess.Popen([SPORECTL, "--socket", self.socket_path, *arguments],
                                   env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.finish, process)
        self.until(lambda: peer.call(op="status")["requests"] > next(own))
        return process

    @staticmethod
    def finish(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def test_sporectl_handle_ends(self):
        process = self.start("handle", "order", "--", "cat")
        self.reload(WITHOUT)
        _, said = process.communicate(timeout=LIMIT)
        self.assertEqual((process.returncode, said),
                         (REFUSED, "sporectl: order: a reload has taken it away\n"))

    def test_sporectl_watch_goes_on_with_what_is_left(self):
        process = self.start("watch", "--events", "stale", "order", "level", "order")
        self.reload(WITHOUT)
        self.assertEqual(process.stdout.readline(),
                         "order is gone: a reload has taken it away\n")
        self.assertIsNone(process.poll())
        self.reload("")
        self.reload(WITHOUT + "[characteristic level]\nenable = no\n")
        said, why = process.communicate(timeout=LIMIT)
        self.assertEqual((process.returncode, said, why),
                         (REFUSED, "level is gone: a reload has taken it away\n",
                          "sporectl: nothing is left to watch\n"))

    def test_sporectl_watch_of_several_that_go_at_once(self):
        process = self.start("watch", "--events", "stale", "order", "level")
        self.reload(WITHOUT + "[characteristic level]\nenable = no\n")
        said, _ = process.communicate(timeout=LIMIT)
        self.assertEqual((process.returncode, sorted(said.splitlines())),
                         (REFUSED, ["level is gone: a reload has taken it away",
                                    "order is gone: a reload has taken it away"]))

    def until_asked(self, times):
        """By others than the one who looks, who is not told of the question itself."""
        peer, own = self.connect(), itertools.count()
        self.until(lambda: peer.call(op="status")["requests"] - next(own) >= times)

    def test_the_next_spored_is_asked_for_what_is_left(self):
        heard, refused = [], []
        process = self.start("watch", "--events", "stale", "order", "level")
        with spored.Client(self.socket_path, timeout=LIMIT, on_refused=refused.append) as client:
            client.watch("order", "level", events=("stale",), callback=heard.append)
            self.reload(WITHOUT)
            self.assertIn("order", process.stdout.readline())
            while not heard:
                client.wait()
            self.stop(self.process)
            while client.connected:
                client.wait()
            self.process = self.launch()
            while not client.connected:
                client.wait()
            client.status()
            self.until_asked(3)
            self.reload(WITHOUT + "[characteristic level]\nenable = no\n")
            while len(heard) < 2:
                client.wait()
        self.assertEqual([e["characteristic"] for e in heard], ["order", "level"])
        self.assertEqual(refused, [])
        said, _ = process.communicate(timeout=LIMIT)
        self.assertEqual((process.returncode, said),
                         (REFUSED, "level is gone: a reload has taken it away\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
