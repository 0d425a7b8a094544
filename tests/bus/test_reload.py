"""Another configuration while one is served, by SIGHUP and by a program: in place, or not at all."""

import os
import unittest

from bluez import BluezStory
from reloading import MORE, Reloading
from test_bluez_policies import Stopped
from test_bluez_verdicts import Handled


class InPlace(Reloading):

    def test_a_subscriber_is_served_on(self):
        self.put_on_air()
        self.subscribe("level")
        self.set("level", 1)
        self.assertEqual(self.bluez.wait_values(1), [("level", "01")])
        self.expect_reloaded("[characteristic level]\npolicy = coalesce\nrate = 5\nburst = 50\n"
                             "priority = high\n[queue]\nrate = 1000\nwindow = 3\n",
                             ["[queue] rate", "[queue] window", "[characteristic level] policy",
                              "[characteristic level] priority", "[characteristic level] rate",
                              "[characteristic level] burst"])
        self.set("level", 2)
        self.assertEqual(self.bluez.wait_values(1), [("level", "02")])
        self.expect("level", published=2, sent=2)
        self.expect_nothing_registered()

    def test_watches_and_handlers_stay(self):
        self.put_on_air()
        watcher, handler = self.connect(), self.connect()
        self.assertTrue(watcher.call(op="watch", events=["write"], characteristics=["blob"])["ok"])
        self.assertTrue(handler.call(op="handle", characteristic="order")["ok"])
        self.expect_reloaded("[queue]\ndepth = 3\n", ["[queue] depth"])
        self.write("blob", "aa")
        self.assertEqual(watcher.receive()["hex"], "aa")
        self.write("order", "05")
        self.assertEqual(handler.receive()["hex"], "05")

    def test_unhandled_and_on_write_count_at_once(self):
        self.put_on_air()
        self.expect_reloaded("[characteristic blob]\non_write = forward\n"
                             "[characteristic alarm]\nunhandled = refuse\n",
                             ["[characteristic alarm] unhandled", "[characteristic blob] on_write"])
        self.write("blob", "aa")
        self.assertEqual(self.peer.call(op="get", characteristic="blob")["hex"], "0102030405")
        self.assertIn("error", self.write("alarm", "01"))

    def test_a_new_initial_value_is_for_what_nobody_has_set(self):
        self.put_on_air()
        self.subscribe("raw")
        self.set("level", 9)
        self.expect_reloaded("[characteristic raw]\nvalue = 0a0b\n"
                             "[characteristic level]\nvalue = 3\n",
                             ["[characteristic level] value", "[characteristic raw] value"])
        self.assertEqual(self.read("raw")["hex"], "0a0b")
        self.assertEqual(self.bluez.wait_values(1), [("raw", "0a0b")])
        self.assertEqual(self.read("level")["hex"], "09")

    def test_ages(self):
        self.put_on_air("-o", "count.max_age=20ms")
        watcher = self.connect()
        self.assertTrue(watcher.call(op="watch", events=["stale"])["ok"])
        self.expect_reloaded("[characteristic level]\nmax_age = 20ms\non_stale = refuse\n",
                             ["[characteristic level] max_age", "[characteristic level] on_stale"])
        while (event := watcher.receive())["characteristic"] != "level":
            pass
        self.assertTrue(event["stale"])
        self.assertIn("error", self.read("level"))
        self.expect_reloaded("[characteristic level]\nmax_age = 1h\n",
                             ["[characteristic level] max_age", "[characteristic level] on_stale"])
        while (event := watcher.receive())["characteristic"] != "level":
            pass
        self.assertFalse(event["stale"])
        self.assertNotIn("error", self.read("level"))

    def test_the_log_level(self):
        process = self.put_on_air()
        self.expect_reloaded("[daemon]\nlog_level = error\n", ["[daemon] log_level"])
        self.connect().call(op="advertise", name="Other")
        self.wait_on_air("as Other")
        self.expect_reloaded("", ["[daemon] log_level"])
        self.connect().call(op="advertise", name="Third")
        self.wait_on_air("as Third")
        log = self.log_of(process)
        self.assertNotIn("as Other", log)
        self.assertIn("as Third", log)

    def test_persist_begins_and_ends(self):
        kept = os.path.join(self.folder, "values")
        self.put_on_air("-o", "persist.file=" + kept, "-o", "persist.interval=1s")
        self.set("level", 7)
        self.set("count", 8)
        self.expect_reloaded("[characteristic level]\npersist = yes\n",
                             ["[characteristic level] persist"])
        self.until(lambda: os.path.exists(kept))
        with open(kept, encoding="ascii") as file:
            self.assertEqual(file.read(), "spored-values 1\nlevel 07\n")
        self.expect_reloaded("", ["[characteristic level] persist"])
        self.until(lambda: os.path.getsize(kept) == len("spored-values 1\n"))

    def test_metrics_go_to_another_file(self):
        one, two = (os.path.join(self.folder, name) for name in ("one", "two"))
        self.put_on_air()
        self.expect_reloaded(f"[metrics]\nfile = {one}\n", ["[metrics] file"])
        self.until(lambda: os.path.exists(one))
        self.expect_reloaded(f"[metrics]\nfile = {two}\ninterval = 1s\n",
                             ["[metrics] file", "[metrics] interval"])
        self.until(lambda: os.path.exists(two))
        self.assertFalse(os.path.exists(one))

    def test_metrics_that_are_being_written_leave_nothing_behind(self):
        """Some are, when the next reload comes."""
        self.put_on_air()
        for number in range(30):
            self.reload(f"[metrics]\nfile = {self.folder}/metrics{number % 2}\n")
        self.reload("")
        self.until(lambda: not any("metrics" in name for name in os.listdir(self.folder)))
        self.reload(f"[metrics]\nfile = {self.folder}/metrics0\n")
        self.until(lambda: os.path.exists(self.folder + "/metrics0"))

    def test_what_an_option_sets_no_file_changes(self):
        self.put_on_air("-o", "queue.depth=3")
        self.expect_reloaded("[queue]\ndepth = 5\nrate = 7\n", in_place=["[queue] rate"])

    def test_nothing_changes_nothing(self):
        self.put_on_air()
        self.expect_reloaded("# only a comment\n[queue]\ndepth = 64\n")
        self.expect_nothing_registered()
        self.assertEqual(self.status()["reloads"], 1)

    def test_what_means_the_same_is_not_registered_anew(self):
        self.put_on_air()
        self.expect_reloaded("[characteristic level]\nuuid = 12345678-1234-5678-1234-56789ABC0002\n")
        self.expect_nothing_registered()

    def test_restart(self):
        self.put_on_air()
        for _ in range(2):
            self.expect_reloaded(f"[socket]\npath = {self.folder}/other\n[limits]\nverdicts = 3\n",
                                 restart=["[socket] path", "[limits] verdicts"])
        self.assertTrue(self.connect().call(op="status")["ok"])
        self.assertFalse(os.path.exists(self.folder + "/other"))
        self.expect_nothing_registered()


class Waiting(Reloading, Stopped):

    def test_what_waits_elsewhere_stays(self):
        self.stopped("-o", "level.policy=drop_oldest")
        self.set("level", 1, 2, 3, 4)
        self.expect("level", published=4, pending=4)
        self.expect_reloaded("[characteristic raw]\ndepth = 5\n", ["[characteristic raw] depth"])
        self.expect("level", published=4, pending=4)
        self.speak()
        self.assertEqual(self.bluez.wait_values(4), self.numbers("level", [1, 2, 3, 4]))

    def stopped_by_file(self, text):
        self.drop_in("[characteristic level]\ndepth = 4\n" + text)
        self.put_on_air("-o", "queue.window=1")
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("raw")
        self.subscribe("level")
        self.peer.call(op="set", characteristic="raw", hex="00")
        self.assertEqual(self.bluez.values(), [("raw", "00")])

    def test_what_has_no_room_is_counted(self):
        self.stopped_by_file("")
        self.set("level", 1, 2, 3, 4)
        self.expect_reloaded("[characteristic level]\ndepth = 2\n",
                             ["[characteristic level] depth"])
        self.expect("level", published=4, overwritten=2, pending=2)
        self.expect_reloaded("[characteristic level]\ndepth = 2\npolicy = coalesce\n",
                             ["[characteristic level] policy"])
        self.expect("level", published=4, overwritten=2, coalesced=1, pending=1)
        self.speak()
        self.assertEqual(self.bluez.wait_values(1), self.numbers("level", [4]))
        self.expect("level", published=4, overwritten=2, coalesced=1, sent=1)

    def test_who_waits_goes_on_waiting(self):
        self.stopped_by_file("policy = block\nput_timeout = 60s\n")
        self.send_sets(self.peer, range(1, 11))
        self.wait_waiting(1)
        self.expect_reloaded("[characteristic level]\ndepth = 4\npolicy = block\n"
                             "put_timeout = 50s\npriority = high\n",
                             ["[characteristic level] put_timeout",
                              "[characteristic level] priority"])
        self.wait_waiting(1)
        self.expect("level", published=4, pending=4)
        self.speak()
        self.assertEqual(self.answers(self.peer, 10), ["ok"] * 10)
        self.assertEqual(self.bluez.wait_values(10), self.numbers("level", range(1, 11)))

    def test_more_room_is_used_at_once(self):
        self.stopped_by_file("policy = block\nput_timeout = 60s\n")
        self.send_sets(self.peer, range(1, 11))
        self.wait_waiting(1)
        self.expect_reloaded("[characteristic level]\ndepth = 20\npolicy = block\n"
                             "put_timeout = 60s\n", ["[characteristic level] depth"])
        self.assertEqual(self.answers(self.peer, 10), ["ok"] * 10)
        self.expect("level", published=10, pending=10)

    def test_another_policy_lets_them_go(self):
        self.stopped_by_file("policy = block\nput_timeout = 60s\n")
        self.send_sets(self.peer, range(1, 11))
        self.wait_waiting(1)
        self.reload("[characteristic level]\ndepth = 4\npolicy = drop_newest\n")
        self.assertEqual(self.answers(self.peer, 10), ["ok"] * 4 + ["queue_full"] * 6)

    def test_a_shorter_put_timeout_is_for_who_waits_too(self):
        self.stopped_by_file("policy = block\nput_timeout = 60s\n")
        self.send_sets(self.peer, range(1, 6))
        self.wait_waiting(1)
        self.reload("[characteristic level]\ndepth = 4\npolicy = block\nput_timeout = 20ms\n")
        self.assertEqual(self.answers(self.peer, 5), ["ok"] * 4 + ["queue_full"])

    def test_a_set_of_what_is_gone_is_answered(self):
        self.stopped_by_file("policy = block\nput_timeout = 60s\n")
        self.send_sets(self.peer, range(1, 6))
        self.wait_waiting(1)
        self.reload("[characteristic level]\nenable = no\n")
        self.assertEqual(self.answers(self.peer, 5), ["ok"] * 4 + ["unknown_characteristic"])

    def test_a_set_waits_on_through_another_table(self):
        """Nobody is subscribed afterwards, so there is room."""
        self.stopped_by_file("policy = block\nput_timeout = 60s\n")
        self.send_sets(self.peer, range(1, 6))
        self.wait_waiting(1)
        self.reload("[characteristic level]\ndepth = 4\npolicy = block\nput_timeout = 60s\n" + MORE)
        self.assertEqual(self.answers(self.peer, 5), ["ok"] * 5)
        self.expect("level", published=4, gone=4)


class Deciding(Reloading, Handled):

    options = (*BluezStory.options, "-o", "alarm.verdict=handler")

    def test_a_pending_verdict_survives(self):
        self.drop_in("[socket]\nhandler_timeout = 500ms\n")
        self.begin()
        number = self.write_pending("07")
        self.expect_reloaded("[socket]\nhandler_timeout = 500ms\n[queue]\ndepth = 7\n",
                             ["[queue] depth"])
        if self.decide(number, True).get("ok"):
            self.assertIsNone(self.answer())
            self.assertEqual(self.hex(), "07")
        else:
            # Half a second can be over on a machine that is busy.
            self.assertEqual(self.answer(), "0x83")

    def test_a_shorter_time_is_for_what_waits(self):
        self.drop_in("[socket]\nhandler_timeout = 500ms\n")
        self.begin()
        self.write_pending("07")
        self.reload("[socket]\nhandler_timeout = 10ms\n")
        self.assertEqual(self.answer(), "0x83")

    def test_another_table_decides_nothing_any_more(self):
        self.begin()
        number = self.write_pending("07")
        self.reload(MORE)
        self.assertEqual(self.decide(number, True)["error"], "expired")
        self.assertEqual(self.hex(), "00")
        self.wait_on_air()
        self.assertEqual(self.write_pending("08"), number + 1)


class Broken(Reloading):

    def expect_unchanged(self):
        self.expect_nothing_registered()
        self.set("level", 5)
        self.assertEqual(self.bluez.wait_values(1), [("level", "05")])

    def test_the_caller_gets_the_problems_and_nothing_changes(self):
        self.put_on_air()
        self.subscribe("level")
        path = self.drop_in("[queue]\ndepth = 3\nrate = much\n[nonsense]\n")
        reply = self.reload()
        self.assertEqual(reply["error"], "invalid_config")
        self.assertEqual(reply["errors"], len(reply["problems"]), reply)
        self.assertTrue(reply["problems"][0].startswith(path + ":3: [queue] rate: "), reply)
        self.assertIn(reply["problems"][0], reply["detail"])
        check = self.run_spored("--check", *self.options, self.profile)
        self.assertEqual(check.stderr.splitlines(), reply["problems"])
        self.expect_unchanged()

    def test_a_file_that_is_being_written_ends_nothing(self):
        self.put_on_air()
        self.subscribe("level")
        for text in ("", "[queue]\ndepth = 3\n"):
            with open(self.profile, "w", encoding="utf-8") as file:
                file.write(text)
            reply = self.reload()
            self.assertEqual(reply["error"], "invalid_config")
            self.assertIn("no service is declared any more", reply["detail"])
        self.expect_unchanged()

    def test_status_tells_it_until_the_next_good_one(self):
        self.put_on_air()
        self.assertIsNone(self.status()["reload_failed"])
        path = self.drop_in("[queue]\nrate = much\n")
        self.hang_up()
        status = self.status()
        self.assertTrue(status["reload_failed"]["problem"].startswith(path + ":2: [queue] rate"))
        self.assertGreaterEqual(status["reload_failed"]["since_s"], 0)
        self.assertEqual((status["reloads"], status["reloads_failed"]), (0, 1))
        metrics = self.peer.call(op="metrics")["text"]
        self.assertIn("\nspored_reloads_failed_total 1\n", metrics)
        self.drop_in("[queue]\nrate = 20\n")
        self.hang_up()
        status = self.status()
        self.assertIsNone(status["reload_failed"])
        self.assertEqual((status["reloads"], status["reloads_failed"]), (1, 1))
        self.assertIn("\nspored_reloads_total 1\n", self.peer.call(op="metrics")["text"])
        log = self.log_of(self.process)
        self.assertIn(path + ":2: [queue] rate", log)
        self.assertIn("in place: [queue] rate", log)

    def test_a_warning_is_one_once(self):
        self.put_on_air()
        path = self.drop_in("[limits]\nat_centrals = go_on\n")
        reply = self.reload()
        self.assertEqual((reply["ok"], reply["warnings"]), (True, 1), reply)
        log = self.log_of(self.process)
        self.assertIn(f"warning: reload: {path}:2: [limits] at_centrals: with centrals = 0 it does "
                      "nothing\n", log)

    def test_many_problems_are_counted_and_not_all_told(self):
        self.put_on_air()
        self.drop_in("[queue]\n" + "".join(f"nothing{i} = 1\n" for i in range(300)))
        reply = self.reload()
        self.assertEqual((reply["errors"], len(reply["problems"])), (300, 100))
        self.assertIn("280 more", self.log_of(self.process))

    def expect_named(self, text, error):
        """Behind more warnings than are shown."""
        self.put_on_air()
        many = "".join(f"[characteristic spare{i}]\nuuid = 12345678-1234-5678-1234-56789abd{i:04x}\n"
                       "flags = write\nsize = 1\n" for i in range(120))
        reply = self.reload("[service spare]\nuuid = 12345678-1234-5678-1234-56789abdffff\n" +
                            many + text)
        self.assertEqual((reply["error"], reply["errors"]), ("invalid_config", 1))
        self.assertGreater(reply["warnings"], 100)
        self.assertIn(error, reply["problems"][0])
        self.assertIn(error, reply["detail"])
        self.assertIn(error, self.status()["reload_failed"]["problem"])
        log = self.log_of(self.process)
        self.assertIn("error: reload: " + reply["problems"][0] + "\n", log)
        self.assertEqual(log.count(reply["problems"][0]), 1, log)
        self.assertIn("error: not reloaded, nothing has changed: the configuration has 1 error\n",
                      log)

    def test_an_error_comes_before_the_warnings(self):
        self.expect_named("[queue]\nrate = much\n", "[queue] rate: ")

    def test_a_group_that_is_not_there_comes_before_the_warnings(self):
        self.expect_named("[socket]\nadmin_group = no-such-group-here\n",
                          'change.conf:484: [socket] admin_group: there is no group "no-such-group-here"')

    def test_what_is_kept_is_in_the_way(self):
        self.put_on_air("-o", "persist.file=" + self.folder + "/kept")
        reply = self.reload(f"[metrics]\nfile = {self.folder}/kept\n")
        self.assertEqual(reply["error"], "invalid_config")

    def test_a_pipe_is_not_waited_for(self):
        self.put_on_air()
        self.subscribe("level")
        folder = self.profile + ".d"
        os.mkdir(folder)
        os.mkfifo(folder + "/pipe.conf")
        reply = self.reload()
        self.assertEqual(reply["error"], "invalid_config")
        self.assertIn("pipe.conf: cannot be read: it is no ordinary file", reply["detail"])
        self.expect_unchanged()

    def test_the_file_is_gone(self):
        self.put_on_air()
        os.unlink(self.profile)
        self.assertEqual(self.reload()["error"], "invalid_config")
        self.assertTrue(self.status()["on_air"])

    def test_by_the_other_socket_it_is_not_permitted(self):
        path = os.path.join(self.folder, "look.sock")
        self.put_on_air("-o", "socket.read_only_path=" + path)
        self.socket_path = path
        self.assertEqual(self.reload()["error"], "not_permitted")


if __name__ == "__main__":
    unittest.main(verbosity=2)
