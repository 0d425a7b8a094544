"""A value that nobody sets any more: told once, by event, log, status and metrics."""

import unittest

from bluez import BluezStory

AGE = ("-o", "level.max_age=20ms")


class Staleness(BluezStory):

    def begin(self, *arguments):
        """Afterwards level is stale, and the watcher hears of what follows."""
        self.process = self.put_on_air(*AGE, *arguments)
        self.watcher = self.connect()
        self.assertTrue(self.watcher.call(op="watch", events=["stale"])["ok"])
        self.until(lambda: self.get("level")["stale"])
        # Whether the event came before or after the watcher is not known.
        self.set("level", 1)
        while self.watcher.receive()["stale"]:
            pass
        return self.wait_stale()

    def get(self, name):
        return self.peer.call(op="get", characteristic=name)

    def wait_stale(self):
        """The event after the one that said it to be fresh."""
        event = self.watcher.receive()
        self.assertEqual((event["event"], event["characteristic"], event["stale"]),
                         ("stale", "level", True))
        return event

    def test_an_event_tells_it_with_the_age_and_one_when_it_is_fresh_again(self):
        self.assertGreaterEqual(self.begin()["age_s"], 0.02)
        self.assertEqual(self.get("level")["value"], 1)
        self.set("level", 2)
        event = self.watcher.receive()
        self.assertEqual((event["characteristic"], event["stale"]), ("level", False))
        self.wait_stale()

    def test_the_log_says_each_change_once(self):
        self.begin()
        stales = self.counters("level")["stales"]
        log = self.log_of(self.process)
        self.assertEqual(log.count("level is stale: nobody has set it for "), stales, log)
        self.assertEqual(log.count("level is fresh again"), stales - 1, log)
        self.assertNotIn("count is stale", log)

    def test_status_and_metrics_have_it(self):
        self.begin()
        row = self.counters("level")
        self.assertTrue(row["stale"])
        self.assertGreaterEqual(row["stales"], 2)
        self.assertFalse(self.counters("count")["stale"])
        text = self.peer.call(op="metrics")["text"]
        self.assertIn('spored_stale{characteristic="level"} 1\n', text)
        self.assertIn('spored_stale{characteristic="count"} 0\n', text)
        self.assertIn('spored_stales_total{characteristic="level"} %d\n' % row["stales"], text)

    def test_the_initial_value_takes_its_place_and_is_notified(self):
        self.put_on_air(*AGE, "-o", "level.on_stale=default")
        self.subscribe("level")
        self.set("level", 7)
        self.assertEqual(self.bluez.wait_values(2), self.numbers("level", [7, 0]))
        found = self.get("level")
        self.assertEqual((found["value"], found["stale"], found["seq"]), (0, True, 2))

    def test_without_a_bluetoothd_it_is_told_too(self):
        self.launch(*AGE)
        self.peer = self.connect()
        self.until(lambda: self.get("level")["stale"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
