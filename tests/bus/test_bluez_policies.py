"""A queue whose BlueZ has stopped taking, under each policy: a depth of 4, and ten sets."""

import json
import unittest

from bluez import BluezStory

TEN = range(1, 11)
PUT_TIMEOUT = 60  # seconds, the longest there is
BLOCKED = ("-o", "level.policy=block", "-o", f"level.put_timeout={PUT_TIMEOUT}s")


class Stopped(BluezStory):
    """The window is used up by another characteristic, and stays so until speak()."""

    def stopped(self, *arguments):
        process = self.put_on_air("-o", "queue.window=1", "-o", "level.depth=4", *arguments)
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("raw")
        self.subscribe("level")
        self.peer.call(op="set", characteristic="raw", hex="00")
        self.assertEqual(self.bluez.values(), [("raw", "00")])
        return process

    def send_sets(self, peer, values):
        """Without waiting for the answers."""
        for value in values:
            peer.send(json.dumps(dict(op="set", characteristic="level", value=value)).encode()
                      + b"\n")

    @staticmethod
    def answers(peer, n):
        """At the end of put_timeout each is tried once more: what comes only then comes too late."""
        peer.socket.settimeout(PUT_TIMEOUT / 2)
        return [answer.get("error", "ok") for answer in (peer.receive() for _ in range(n))]

    def ten_sets(self):
        self.send_sets(self.peer, TEN)
        return self.answers(self.peer, 10)

    def value(self):
        return self.connect().call(op="get", characteristic="level")["value"]

    def wait_waiting(self, n):
        peer = self.connect()
        self.until(lambda: peer.call(op="status")["waiting"] == n)

    def expect_sets(self, sets, refused):
        row = self.counters("level")
        self.assertEqual((row["sets"], row["sets_refused"]), (sets, refused))


class Policies(Stopped):

    def test_drop_oldest_drops_six(self):
        self.stopped("-o", "level.policy=drop_oldest")
        self.assertEqual(self.ten_sets(), ["ok"] * 10)
        self.expect("level", published=10, overwritten=6, pending=4)
        self.expect_sets(10, 0)
        self.speak()
        self.assertEqual(self.bluez.wait_values(4), self.numbers("level", [7, 8, 9, 10]))
        self.expect("level", published=10, overwritten=6, sent=4)

    def test_drop_newest_refuses_six(self):
        self.stopped("-o", "level.policy=drop_newest")
        self.assertEqual(self.ten_sets(), ["ok"] * 4 + ["queue_full"] * 6)
        self.assertEqual(self.value(), 4)
        self.expect("level", published=4, pending=4)
        self.expect_sets(4, 6)
        self.speak()
        self.assertEqual(self.bluez.wait_values(4), self.numbers("level", [1, 2, 3, 4]))
        self.set("level", 11)
        self.assertEqual(self.bluez.wait_values(1), self.numbers("level", [11]))

    def test_coalesce_keeps_one(self):
        self.stopped("-o", "level.policy=coalesce")
        self.assertEqual(self.ten_sets(), ["ok"] * 10)
        self.expect("level", published=10, coalesced=9, pending=1)
        self.speak()
        self.assertEqual(self.bluez.wait_values(1), self.numbers("level", [10]))
        self.expect("level", published=10, coalesced=9, sent=1)

    def test_block_refuses_six_when_their_time_is_up(self):
        self.stopped("-o", "level.policy=block", "-o", "level.put_timeout=20ms")
        self.assertEqual(self.ten_sets(), ["ok"] * 4 + ["queue_full"] * 6)
        self.assertEqual(self.value(), 4)
        self.expect("level", published=4, pending=4)
        self.expect_sets(4, 6)

    def test_block_serves_others_while_one_waits(self):
        self.stopped(*BLOCKED)
        self.send_sets(self.peer, TEN)
        self.assertEqual(self.answers(self.peer, 4), ["ok"] * 4)
        self.wait_waiting(1)
        other = self.connect()
        self.assertTrue(other.call(op="set", characteristic="count", value=7)["ok"])
        self.assertEqual(other.call(op="get", characteristic="level")["value"], 4)
        self.expect("level", published=4, pending=4)
        self.speak()
        self.assertEqual(self.answers(self.peer, 6), ["ok"] * 6)
        self.assertEqual(self.bluez.wait_values(10), self.numbers("level", TEN))
        self.expect("level", published=10, sent=10)
        self.expect_sets(10, 0)

    def test_block_has_room_when_the_subscriber_leaves(self):
        self.stopped(*BLOCKED)
        self.send_sets(self.peer, TEN)
        self.wait_waiting(1)
        self.ask("level", "StopNotify")
        self.assertEqual(self.answers(self.peer, 10), ["ok"] * 10)
        self.expect("level", published=4, gone=4)

    def test_block_has_room_when_bluez_leaves(self):
        self.stopped(*BLOCKED)
        self.send_sets(self.peer, TEN)
        self.wait_waiting(1)
        self.bluez.command("disown")
        self.assertEqual(self.answers(self.peer, 10), ["ok"] * 10)
        self.expect("level", published=4, gone=4)

    def test_block_has_room_when_the_bus_is_lost(self):
        self.stopped(*BLOCKED)
        self.send_sets(self.peer, TEN)
        self.wait_waiting(1)
        self.bus.stop()
        self.assertEqual(self.answers(self.peer, 10), ["ok"] * 10)
        self.expect("level", published=4, gone=4)

    def test_block_serves_those_who_wait_in_their_order(self):
        self.stopped(*BLOCKED)
        self.set("level", 1, 2, 3, 4)
        others = [self.connect() for _ in range(4)]
        for n, other in enumerate(others):
            self.send_sets(other, [10 + n])
            self.wait_waiting(n + 1)
        self.speak()
        for other in others:
            self.assertEqual(self.answers(other, 1), ["ok"])
        self.assertEqual(self.bluez.wait_values(8),
                         self.numbers("level", [1, 2, 3, 4, 10, 11, 12, 13]))

    def test_a_write_of_a_central_never_waits(self):
        self.stopped("-o", "alarm.policy=block", "-o", "alarm.depth=1", "-o",
                     "alarm.put_timeout=60s")
        self.subscribe("alarm")
        self.set("alarm", 1)
        self.assertNotIn("error", self.write("alarm", "02"))
        self.expect("alarm", published=2, overwritten=1, pending=1)
        self.speak()
        self.assertEqual(self.bluez.wait_values(1), self.numbers("alarm", [2]))


class Stalled(Stopped):
    """What takes nothing for so long holds back nobody any more."""

    def takes(self, name, value):
        return "ok" in self.peer.call(op="set", characteristic=name, value=value)

    def test_drop_newest_goes_on_as_drop_oldest(self):
        self.stopped("-o", "level.policy=drop_newest", "-o", "level.stall_after=100ms")
        self.set("level", 1, 2, 3, 4)
        self.until(lambda: self.takes("level", 5))
        self.assertTrue(self.counters("level")["stalled"])
        self.expect("level", published=5, stalled=4, pending=1)
        self.set("level", 6, 7, 8, 9)
        self.expect("level", published=9, stalled=4, overwritten=1, pending=4)
        self.speak()
        self.assertEqual(self.bluez.wait_values(4), self.numbers("level", [6, 7, 8, 9]))
        self.assertFalse(self.counters("level")["stalled"])
        self.expect("level", published=9, stalled=4, overwritten=1, sent=4)

    def test_block_lets_all_through(self):
        self.stopped(*BLOCKED, "-o", "level.stall_after=100ms")
        self.assertEqual(self.ten_sets(), ["ok"] * 10)
        self.expect("level", published=10, stalled=4, overwritten=2, pending=4)
        self.assertEqual(self.value(), 10)

    def test_drop_oldest_and_coalesce_hold_back_nobody_and_do_not_stall(self):
        self.stopped("-o", "level.stall_after=100ms", "-o", "alarm.policy=drop_newest", "-o",
                     "alarm.depth=1", "-o", "alarm.stall_after=100ms")
        self.subscribe("alarm")
        self.set("level", *TEN)
        self.set("alarm", 1)
        self.until(lambda: self.takes("alarm", 2))
        self.set("level", 11)
        self.assertFalse(self.counters("level")["stalled"])
        self.expect("level", published=11, overwritten=7, pending=4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
