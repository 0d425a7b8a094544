"""Who goes first, how often, and what is late. Nothing is timed: a rate of one in a thousand
seconds, or an interval of an hour, lets nothing more through in any test."""

import unittest

from bluez import BluezStory

SLOWEST = "rate=0.001"


class Pacing(BluezStory):

    def subscribe_all(self, *names):
        for name in names:
            self.subscribe(name)

    def set_raw(self, *values):
        for value in values:
            self.assertTrue(self.peer.call(op="set", characteristic="raw", hex=value)["ok"])

    def test_the_highest_priority_goes_first_and_equals_take_turns(self):
        self.put_on_air("-o", "queue.window=1", "-o", "queue.notify_on_subscribe=no",
                        "-o", "level.priority=low", "-o", "alarm.priority=critical",
                        "-o", "count.notify_on_subscribe=no")
        self.subscribe_all("level", "alarm", "raw", "count")
        self.bluez.command("answer", "Ping", "hold")
        self.set("level", 1, 2, 3)
        self.set_raw("aa", "bb")
        self.set("count", 1, 2)
        self.set("alarm", 1, 2)
        self.assertEqual(self.bluez.values(), [("level", "01")])
        self.speak()
        self.assertEqual(self.bluez.wait_values(8), [
            ("alarm", "01"), ("alarm", "02"), ("raw", "aa"), ("count", "0100"), ("raw", "bb"),
            ("count", "0200"), ("level", "02"), ("level", "03")])

    def test_an_interval_holds_back_its_own_characteristic_alone(self):
        self.put_on_air("-o", "level.min_interval=1h")
        self.subscribe_all("level", "raw")
        self.set("level", 1, 2, 3)
        self.set_raw("aa", "bb")
        self.assertEqual(self.bluez.values(), [("level", "01"), ("raw", "aa"), ("raw", "bb")])
        self.expect("level", published=3, sent=1, pending=2)

    def test_what_an_interval_holds_back_follows(self):
        self.put_on_air("-o", "level.min_interval=10ms")
        self.subscribe("level")
        self.set("level", *range(1, 11))
        self.assertEqual(self.bluez.wait_values(10), self.numbers("level", range(1, 11)))
        self.expect("level", published=10, sent=10)

    def test_a_rate_of_its_own_lets_its_burst_through_and_no_more(self):
        self.put_on_air("-o", "level." + SLOWEST, "-o", "level.burst=2")
        self.subscribe_all("level", "raw")
        self.set("level", 1, 2, 3, 4, 5)
        self.set_raw("aa")
        self.assertEqual(self.bluez.values(), [("level", "01"), ("level", "02"), ("raw", "aa")])
        self.expect("level", published=5, sent=2, pending=3)

    def test_the_adapters_rate_counts_all_of_them(self):
        self.put_on_air("-o", "queue." + SLOWEST, "-o", "queue.burst=3")
        self.subscribe_all("level", "raw", "alarm")
        self.set("level", 1)
        self.set_raw("aa")
        self.set("alarm", 1, 2)
        self.set("level", 2)
        self.assertEqual(self.bluez.values(), [("level", "01"), ("raw", "aa"), ("alarm", "01")])
        self.expect("alarm", published=2, sent=1, pending=1)
        self.expect("level", published=2, sent=1, pending=1)

    def test_what_a_rate_holds_back_follows_in_order(self):
        self.put_on_air("-o", "queue.rate=200", "-o", "queue.burst=1", "-o", "level.rate=300")
        self.subscribe("level")
        self.set("level", *range(40))
        self.assertEqual(self.bluez.wait_values(40), self.numbers("level", range(40)))

    def test_the_rate_outlives_bluez(self):
        self.put_on_air("-o", "queue." + SLOWEST, "-o", "queue.burst=3")
        self.subscribe("level")
        self.set("level", 1, 2)
        self.assertEqual(self.bluez.values(), self.numbers("level", [1, 2]))
        self.bluez.command("restart")
        self.wait_status("bluetoothd is not running")
        self.wait_on_air()
        self.subscribe("level")
        self.set("level", 3, 4)
        self.assertEqual(self.bluez.values(), self.numbers("level", [3]))

    def test_without_a_rate_a_flood_goes_through(self):
        self.put_on_air("-o", "queue.rate=0", "-o", "queue.window=1024", "-o", "level.depth=4096",
                        "-o", "level.policy=block")
        self.subscribe("level")
        values = [i % 256 for i in range(3000)]
        self.set("level", *values)
        self.assertEqual(self.bluez.wait_values(3000), self.numbers("level", values))
        self.expect("level", published=3000, sent=3000)

    def test_a_backlog_goes_through_when_the_window_opens(self):
        self.put_on_air("-o", "queue.rate=0", "-o", "queue.window=1", "-o", "queue.depth=200")
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("level")
        self.set("level", *range(150))
        self.expect("level", published=150, sent=1, pending=149)
        self.speak()
        self.assertEqual(self.bluez.wait_values(150), self.numbers("level", range(150)))

    def test_what_one_ping_lets_through_is_more_than_goes_in_one_turn(self):
        self.put_on_air("-o", "queue.rate=0", "-o", "queue.window=200", "-o", "level.depth=512")
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("level")
        values = [i % 256 for i in range(400)]
        self.set("level", *values)
        self.assertEqual(self.bluez.wait_values(200), self.numbers("level", values[:200]))
        self.expect("level", published=400, sent=200, pending=200)
        self.bluez.command("reply", "Ping", "ok")
        self.assertEqual(self.bluez.wait_values(100), self.numbers("level", values[200:300]))
        self.assertEqual(self.bluez.values(), [])
        self.expect("level", published=400, sent=300, pending=100)


class Late(BluezStory):

    options = (*BluezStory.options, "-o", "queue.log_slow_publish=500ms")

    def test_what_waited_too_long_is_counted_and_logged_once(self):
        process = self.put_on_air("-o", "level.min_interval=600ms")
        self.subscribe("level")
        self.set("level", 1, 2, 3)
        self.assertEqual(self.bluez.wait_values(3), self.numbers("level", [1, 2, 3]))
        self.assertEqual(self.counters("level")["slow"], 2)
        lines = [line for line in self.log_of(process).splitlines() if "after it was set" in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], r"a value of level was published \d+ ms after it was set; "
                                   r"1 wait behind it")

    def test_what_goes_at_once_is_not(self):
        process = self.put_on_air()
        self.subscribe("level")
        self.set("level", 1, 2, 3)
        self.assertEqual(self.bluez.values(), self.numbers("level", [1, 2, 3]))
        self.assertEqual(self.counters("level")["slow"], 0)
        self.assertNotIn("after it was set", self.log_of(process))

    def test_zero_counts_nothing(self):
        self.put_on_air("-o", "queue.log_slow_publish=0", "-o", "level.min_interval=100ms")
        self.subscribe("level")
        self.set("level", 1, 2)
        self.assertEqual(self.bluez.wait_values(2), self.numbers("level", [1, 2]))
        self.assertEqual(self.counters("level")["slow"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
