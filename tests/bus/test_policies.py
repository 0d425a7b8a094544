"""What is not queued, and what waits for nobody: unchanged values and wills."""

import os
import unittest

from bluez import BluezStory


class Unchanged(BluezStory):

    def test_a_value_that_is_as_before_is_taken_and_not_notified(self):
        self.put_on_air("-o", "level.notify_on_change=yes")
        self.subscribe("level")
        self.set("level", 0, 0, 5, 5, 5)
        self.assertEqual(self.set("level", 6)["seq"], 6)
        self.assertEqual(self.bluez.wait_values(3), self.numbers("level", [0, 5, 6]))
        row = self.counters("level")
        self.assertEqual((row["sets"], row["unchanged"]), (6, 3))
        self.expect("level", published=3, sent=3)

    def test_it_is_notified_where_nothing_else_is_said(self):
        self.put_on_air()
        self.subscribe("level")
        self.set("level", 5, 5)
        self.assertEqual(self.bluez.wait_values(2), self.numbers("level", [5, 5]))

    def test_it_needs_no_room(self):
        self.put_on_air("-o", "level.notify_on_change=yes", "-o", "level.policy=drop_newest",
                        "-o", "level.depth=1", "-o", "queue.window=1")
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("level")
        self.set("level", 1, 2, 2)
        self.assertEqual(self.peer.call(op="set", characteristic="level", value=3)["error"],
                         "queue_full")


class Wills(BluezStory):

    def leave_will(self, value):
        """A producer with a will, which then goes."""
        producer = self.connect()
        reply = producer.call(op="will", values=[{"characteristic": "level", "value": value}])
        self.assertTrue(reply["ok"], reply)
        return producer

    def test_it_is_set_and_notified(self):
        self.put_on_air()
        self.subscribe("level")
        producer = self.leave_will(9)
        self.assertEqual(self.bluez.values(), [])
        producer.close()
        self.assertEqual(self.bluez.wait_values(1), self.numbers("level", [9]))
        self.assertEqual(self.counters("level")["sets"], 1)
        self.assertEqual(self.status()["wills"], 1)

    def test_it_overwrites_what_is_full(self):
        self.put_on_air("-o", "level.policy=block", "-o", "level.put_timeout=60s",
                        "-o", "level.depth=1", "-o", "queue.window=1")
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("raw")
        self.subscribe("level")
        self.peer.call(op="set", characteristic="raw", hex="00")
        self.set("level", 1)
        self.leave_will(9).close()
        self.until(lambda: self.peer.call(op="get", characteristic="level")["value"] == 9)
        self.expect("level", published=2, overwritten=1, pending=1)
        self.speak()
        self.assertEqual(self.bluez.wait_values(2)[-1:], self.numbers("level", [9]))

    def test_it_makes_a_stale_value_fresh(self):
        self.put_on_air("-o", "level.max_age=20ms")
        self.until(lambda: self.peer.call(op="get", characteristic="level")["stale"])
        watcher = self.connect()
        self.assertTrue(watcher.call(op="watch", events=["stale"])["ok"])
        self.leave_will(9).close()
        while watcher.receive()["stale"]:
            pass
        self.assertEqual(self.peer.call(op="get", characteristic="level")["value"], 9)

    def test_it_is_none_when_spored_itself_ends(self):
        values = os.path.join(self.folder, "values")
        process = self.put_on_air("-o", "level.persist=yes", "-o", "persist.file=" + values)
        self.set("level", 1)
        self.leave_will(9)
        self.log_of(process)
        with open(values, encoding="ascii") as f:
            self.assertEqual(f.read(), "spored-values 1\nlevel 01\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
