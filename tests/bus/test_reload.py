"""Another configuration while one is served: by SIGHUP and by a program."""

import os
import signal
import unittest
from random import Random

from bluez import REGISTRATIONS, BluezStory, path_of
from harness import has_its_own_memory
from simulation.sporesim import UNDER_VALGRIND
from test_bluez_handles import Listings
from test_bluez_policies import Stopped
from test_bluez_verdicts import Handled

ANEW = ["UnregisterAdvertisement", "UnregisterApplication", "RegisterApplication",
        "RegisterAdvertisement"]
POLICIES = ("drop_oldest", "drop_newest", "coalesce", "block")
MORE = """[service gamma]
uuid = 12345678-1234-5678-1234-56789abc0020
[characteristic extra]
uuid = 12345678-1234-5678-1234-56789abc0021
flags = read notify
type = u8
"""


class Reloading(BluezStory):
    """What is changed is in a drop-in."""

    def drop_in(self, text, name="change"):
        folder = self.profile + ".d"
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name + ".conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def reload(self, text=None):
        if text is not None:
            self.drop_in(text)
        return self.once(op="reload")

    def once(self, **request):
        """By a connection of its own, which goes at once."""
        peer = self.connect()
        try:
            return peer.call(**request)
        finally:
            peer.close()

    def status(self):
        return self.once(op="status")

    def expect_reloaded(self, text, in_place=(), anew=(), restart=()):
        reply = self.reload(text)
        self.assertTrue(reply.get("ok"), reply)
        self.assertEqual((reply["in_place"], reply["anew"], reply["restart"]),
                         (list(in_place), list(anew), list(restart)))
        self.assertEqual(reply["changed"], len(in_place) + len(anew))
        return reply

    def expect_nothing_registered(self):
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS, "RegisterAgent", "UnregisterAgent"), [])

    def forget_calls(self):
        self.bluez.sync()
        self.bluez.waiting.clear()

    def put_on_air(self, *arguments, **properties):
        self.process = super().put_on_air(*arguments, **properties)
        self.forget_calls()
        return self.process

    def hang_up(self):
        """By signal: it is done once systemd has heard so."""
        self.process.send_signal(signal.SIGHUP)
        self.wait_notify(lambda text: "RELOADING=1" in text)
        self.wait_notify(lambda text: "READY=1" in text)


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
        self.assertNotIn("as Other", self.log_of(process))

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

    def test_a_smaller_depth_drops_the_oldest(self):
        self.stopped("-o", "level.policy=drop_oldest")
        # Given on the command line, depth cannot be changed by a file.
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
        self.assertIn("error: reload: " + reply["problems"][0], self.log_of(self.process))

    def test_an_error_comes_before_the_warnings(self):
        self.expect_named("[queue]\nrate = much\n", "[queue] rate: ")

    def test_a_group_that_is_not_there_comes_before_the_warnings(self):
        self.expect_named("[socket]\nadmin_group = no-such-group-here\n", "no-such-group-here")

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


class Anew(Reloading):

    def wait_registrations(self, n):
        calls = []
        while len(calls) < n:
            event = self.bluez.wait("call")
            if event["member"] in (*REGISTRATIONS, "RegisterAgent", "UnregisterAgent"):
                calls.append(event["member"])
        return calls

    def test_a_service_at_the_end(self):
        self.put_on_air()
        self.set("level", 7)
        self.expect_reloaded(MORE, anew=["[service gamma]", "[characteristic extra]"])
        self.assertEqual(self.wait_registrations(4), ANEW)
        self.wait_on_air()
        self.set("extra", 3)
        self.assertEqual(self.read("level")["hex"], "07")
        self.assertEqual(self.counters("level")["sets"], 1)

    def test_subscriptions_end_and_can_begin_again(self):
        self.put_on_air()
        self.subscribe("level")
        watcher = self.connect()
        self.assertTrue(watcher.call(op="watch", events=["connection"])["ok"])
        self.reload(MORE)
        self.assertEqual(watcher.receive()["event"], "unsubscribed")
        self.wait_on_air()
        self.set("level", 1)
        self.subscribe("level")
        self.set("level", 2)
        self.assertEqual(self.bluez.wait_values(1), [("level", "02")])
        self.expect("level", published=1, sent=1)

    def test_counters_add_up(self):
        self.put_on_air()
        self.subscribe("level")
        self.set("level", 1)
        self.bluez.wait_values(1)
        self.reload(MORE)
        self.wait_on_air()
        self.subscribe("level")
        self.set("level", 2)
        self.bluez.wait_values(1)
        self.expect("level", published=2, sent=2)

    def test_who_watches_what_is_gone_is_told(self):
        self.put_on_air()
        watcher, handler, everything = (self.connect() for _ in range(3))
        watcher.call(op="watch", characteristics=["blob", "order"])
        handler.call(op="handle", characteristic="alarm")
        everything.call(op="watch")
        self.reload("[characteristic blob]\nenable = no\n[characteristic alarm]\nenable = no\n")
        self.assertEqual(watcher.receive(), {"event": "gone", "characteristic": "blob"})
        self.assertEqual(handler.receive(), {"event": "gone", "characteristic": "alarm"})
        self.wait_on_air()
        self.write("order", "05")
        self.assertEqual(watcher.receive()["characteristic"], "order")
        self.assertEqual(everything.receive()["characteristic"], "order")
        self.assertEqual(self.status()["handlers"], 0)
        self.assertEqual(self.peer.call(op="get", characteristic="blob")["error"],
                         "unknown_characteristic")

    def test_who_watches_everything_hears_what_is_new(self):
        self.put_on_air()
        everything = self.connect()
        everything.call(op="watch")
        self.reload(MORE + "[characteristic knob]\n"
                    "uuid = 12345678-1234-5678-1234-56789abc0022\nflags = write\n"
                    "security = open\nsize = 1\n")
        self.wait_on_air()
        self.bluez.answer_of("WriteValue", "write", "/spored/application/gamma/knob", "0a")
        self.assertEqual(everything.receive()["characteristic"], "knob")

    def test_a_value_that_does_not_fit_any_more_is_the_initial_one(self):
        self.put_on_air()
        self.set("level", 7)
        self.set("count", 300)
        self.expect_reloaded("[characteristic level]\ntype = u8 max=5\n"
                             "[characteristic count]\ntype = u16 max=1000\n",
                             anew=["[characteristic count] type", "[characteristic level] type"])
        self.assertEqual(self.peer.call(op="get", characteristic="level")["value"], 0)
        self.assertEqual(self.peer.call(op="get", characteristic="count")["value"], 300)

    def test_the_advertisement_alone(self):
        self.put_on_air()
        self.subscribe("level")
        self.expect_reloaded("[advertisement]\nname = Fresh\n", anew=["[advertisement] name"])
        self.assertEqual(self.wait_registrations(2),
                         ["RegisterAdvertisement", "UnregisterAdvertisement"])
        self.wait_on_air("as Fresh")
        self.set("level", 2)
        self.assertEqual(self.bluez.wait_values(1), [("level", "02")])
        self.assertEqual(self.bluez.registered()[1], "1")

    def test_what_of_the_advertisement_the_adapter_cannot_is_said(self):
        process = self.put_on_air()
        self.reload("[advertisement]\ntx_power = 4\n")
        self.assertEqual(self.status()["advertisements"][0]["not_taken"], "tx_power")
        self.assertIn("do not take tx_power", self.log_of(process))

    def test_no_advertisement_any_more_and_again(self):
        self.put_on_air()
        self.reload("[advertisement]\nadvertise = no\n")
        self.assertEqual(self.wait_registrations(1), ["UnregisterAdvertisement"])
        self.bluez.sync()
        self.assertEqual(self.bluez.registered(), ("1", "0"))
        self.assertTrue(self.status()["on_air"])
        self.reload("")
        self.assertEqual(self.wait_registrations(1), ["RegisterAdvertisement"])

    def test_a_name_that_a_program_has_given_stays(self):
        self.put_on_air()
        self.connect().call(op="advertise", name="Given")
        self.wait_on_air("as Given")
        self.reload(MORE)
        self.wait_on_air("as Given")
        self.reload(MORE + "[advertisement]\nname = Filed\n")
        self.wait_on_air("as Filed")

    def test_the_agent_alone(self):
        self.put_on_air()
        self.subscribe("level")
        self.expect_reloaded("[agent]\ncapability = NoInputNoOutput\n",
                             anew=["[agent] capability"])
        self.assertEqual(self.wait_registrations(1), ["RegisterAgent"])
        self.reload("")
        self.assertEqual(self.wait_registrations(1), ["UnregisterAgent"])
        self.set("level", 2)
        self.assertEqual(self.bluez.wait_values(1), [("level", "02")])

    def test_another_order_is_another_table(self):
        self.put_on_air()
        with open(self.profile, encoding="utf-8") as file:
            text = file.read()
        beta, rest = text.index("[service beta]"), text.index("[advertisement]")
        with open(self.profile, "w", encoding="utf-8") as file:
            file.write(text[beta:rest] + text[:beta] + text[rest:])
        self.expect_reloaded(None, anew=["the order of the sections"])
        self.assertEqual(self.wait_registrations(4), ANEW)
        self.wait_on_air()

    def test_nothing_and_something(self):
        self.put_on_air()
        with open(self.profile, encoding="utf-8") as file:
            text = file.read()
        with open(self.profile, "w", encoding="utf-8") as file:
            file.write("[queue]\ndepth = 3\n")
        self.assertTrue(self.reload()["ok"])
        self.assertIn("nothing is declared", self.status()["why"])
        self.bluez.sync()
        self.until(lambda: self.bluez.registered() == ("0", "0"))
        with open(self.profile, "w", encoding="utf-8") as file:
            file.write(text)
        self.assertTrue(self.reload()["ok"])
        self.wait_on_air()
        self.set("level", 1)
        self.assertEqual(self.read("level")["hex"], "01")


class Full(Reloading):
    """As many centrals as there may be: they stay connected while the table is another."""

    def test_it_is_not_advertised_to_more(self):
        self.put_on_air("-o", "limits.centrals=1")
        self.bluez.command("phone", "connect")
        self.bluez.wait_call("UnregisterAdvertisement")
        self.reload(MORE)
        self.bluez.wait_call("RegisterApplication")
        self.wait_status("1 central")
        self.until(lambda: self.bluez.registered()[0] == "1")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterAdvertisement"), [])
        self.bluez.command("phone", "disconnect")
        self.bluez.wait_call("RegisterAdvertisement")


class Counted(Reloading):

    def test_calls_that_were_refused_stay_counted(self):
        """Through another table, none at all and a connection that goes."""
        self.put_on_air()
        reply = self.bluez.answer_of("ReadValue", "stranger", "read", path_of("count"),
                                     "org.bluez.GattCharacteristic1")
        self.refused(reply, "org.freedesktop.DBus.Error.AccessDenied")
        self.assertEqual(self.status()["calls_refused"], 1)
        with open(self.profile, encoding="utf-8") as file:
            text = file.read()
        for profile in (text + MORE, "", text):
            with open(self.profile, "w", encoding="utf-8") as file:
                file.write(profile)
            self.assertTrue(self.reload()["ok"])
            self.assertEqual(self.status()["calls_refused"], 1)


class Pinned(Reloading, Listings):

    def test_a_service_at_the_end_moves_no_handle(self):
        self.ready_to_register()
        before = self.handles()
        self.wait_on_air()
        self.reload(MORE)
        after = self.handles()
        self.assertEqual({path: after[path] for path in before}, before)
        self.assertGreater(int(after["gamma"]), max(map(int, before.values())))


class Away(Reloading):

    def test_off_the_air(self):
        """The adapter comes later, and finds what was loaded last."""
        self.bluez.command("own")
        self.process = self.launch()
        self.peer = self.connect()
        self.reload(MORE)
        self.reload(MORE + "[queue]\ndepth = 5\n")
        self.bluez.add_adapter(how="plug")
        self.wait_on_air()
        self.set("extra", 1)

    def test_without_bluetoothd(self):
        self.put_on_air()
        self.bluez.command("disown")
        self.wait_status("not on air")
        self.reload(MORE)
        self.reload("[advertisement]\nname = Later\n")
        self.bluez.command("own")
        self.wait_on_air("as Later")

    def test_without_a_bus(self):
        self.put_on_air()
        self.bluez.end()
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        for text in ("[queue]\ndepth = 5\n", MORE, "[advertisement]\nname = Later\n"):
            self.assertTrue(self.reload(text)["ok"])
        self.bus.start()
        self.bluez = self.another_bluez()
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.wait_on_air("as Later")

    def test_while_a_call_is_under_way(self):
        """The answer to the old registration is void."""
        self.bluez.add_adapter()
        self.bluez.command("own")
        self.bluez.command("answer", "RegisterApplication", "hold")
        self.process = self.launch()
        self.peer = self.connect()
        self.bluez.wait("listed")
        self.reload(MORE)
        self.bluez.wait_call("UnregisterApplication")
        self.bluez.wait("listed")
        self.bluez.command("answer", "RegisterApplication", "ok")
        self.bluez.command("reply", "RegisterApplication", "ok")
        self.wait_on_air()
        self.set("extra", 1)

    def test_quick_ones_come_to_the_last(self):
        self.put_on_air()
        for i in range(5):
            self.drop_in((MORE if i % 2 == 0 else "") + f"[queue]\ndepth = {i + 2}\n")
            self.process.send_signal(signal.SIGHUP)
            self.assertTrue(self.reload()["ok"])
        self.set("extra", 1)
        self.wait_on_air()
        self.until(lambda: self.bluez.registered() == ("1", "1"))

    def test_while_stopping(self):
        self.put_on_air()
        self.bluez.command("answer", "UnregisterAdvertisement", "hold")
        self.process.send_signal(signal.SIGTERM)
        self.wait_notify(lambda text: "STOPPING=1" in text)
        self.process.send_signal(signal.SIGHUP)
        _, log = self.process.communicate(timeout=60)
        self.assertEqual(self.process.returncode, 0, log)


class Deactivated(Reloading):
    """Off the air, or on the way there."""

    # Far longer than anything here takes.
    options = (*Reloading.options, "-o", "daemon.shutdown_timeout=60s")

    def tell(self, operation):
        reply = self.once(op=operation)
        self.assertTrue(reply.get("ok"), reply)

    def leave(self, *arguments):
        """It is being taken back, and BlueZ does not answer."""
        self.put_on_air(*arguments)
        self.bluez.command("answer", "UnregisterAdvertisement", "never")
        self.tell("deactivate")
        self.bluez.wait_call("UnregisterAdvertisement")

    def wait_off(self):
        self.wait_status("deactivated by a program; sporectl activate")

    def test_it_stays_off_and_comes_back_with_what_was_loaded_last(self):
        self.put_on_air()
        self.tell("deactivate")
        self.wait_off()
        for text in ("[queue]\ndepth = 5\n", MORE, MORE + "[advertisement]\nname = Later\n"):
            self.assertTrue(self.reload(text)["ok"])
            self.assertEqual(self.status()["why"], "deactivated by a program")
        self.bluez.sync()
        self.assertEqual(self.bluez.registered(), ("0", "0"))
        self.tell("activate")
        self.wait_on_air("as Later")
        self.set("extra", 1)

    def expect_off_at_once(self, text):
        """The connection to the bus is given up, and with it all that BlueZ has of it."""
        self.leave()
        self.assertTrue(self.reload(text)["ok"])
        self.until(lambda: self.status()["why"] == "deactivated by a program")
        self.bluez.sync()
        self.assertEqual(self.bluez.registered(), ("0", "0"))

    def test_on_the_way_a_reload_ends_it(self):
        self.expect_off_at_once("[queue]\ndepth = 5\n")

    def test_on_the_way_another_table_ends_it(self):
        self.expect_off_at_once(MORE)

    def expect_back(self, text):
        """At once, and not to be dropped when the time for leaving is over."""
        self.leave("-o", "daemon.shutdown_timeout=500ms")
        self.tell("activate")
        self.assertTrue(self.reload(text)["ok"])
        self.wait_on_air()
        self.forget_calls()
        self.bluez.command("pause", "0.6")
        self.bluez.sync()
        self.assertEqual(self.bluez.calls("RegisterApplication"), [])
        self.assertEqual(self.bluez.registered(), ("1", "1"))

    def test_activated_on_the_way_a_reload_brings_it_back(self):
        self.expect_back("[queue]\ndepth = 5\n")

    def test_activated_on_the_way_another_table_brings_it_back(self):
        self.expect_back(MORE)

    def test_on_the_way_with_nothing_to_come_back_to(self):
        self.leave()
        self.tell("activate")
        with open(self.profile, "w", encoding="utf-8") as file:
            file.write("[queue]\ndepth = 3\n")
        self.assertTrue(self.reload()["ok"])
        self.until(lambda: "nothing is declared" in self.status()["why"])
        self.bluez.sync()
        self.assertEqual(self.bluez.registered(), ("0", "0"))


class Systemd(Reloading):

    def test_it_is_told_of_each_reload(self):
        self.put_on_air()
        self.drop_in("[queue]\nrate = much\n")
        self.process.send_signal(signal.SIGHUP)
        text = self.wait_notify(lambda text: "RELOADING=1" in text)
        self.assertIn("MONOTONIC_USEC=", text)
        self.wait_notify(lambda text: "READY=1" in text)


class Many(Reloading):
    """Two hundred reloads with valid changes at random, under load."""

    RELOADS = 40 if UNDER_VALGRIND else 200
    GROWTH = 1024  # KiB

    def change(self, random):
        """Some of each kind; what is subscribed and counted stays in all of them."""
        text = f"[queue]\ndepth = {random.randint(1, 200)}\nrate = 0\nwindow = 64\n"
        text += f"[characteristic level]\npolicy = {random.choice(POLICIES)}\n"
        text += f"priority = {random.choice(('low', 'high'))}\nput_timeout = 50ms\n"
        if random.random() < 0.1:
            text += MORE
        if random.random() < 0.1:
            text += f"[advertisement]\nname = n{random.randint(0, 9)}\n"
        return text

    def figures(self):
        """Descriptors, KiB, and match rules of its connection, once those who left are gone."""
        self.until(lambda: self.peer.call(op="status")["peers"] == 1)
        fds = len(os.listdir(f"/proc/{self.process.pid}/fd"))
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        return fds, resident, self.rules()

    def rules(self):
        stats = self.busctl("call", "org.freedesktop.DBus", "/org/freedesktop/DBus",
                            "org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules")
        return stats.stdout.count("org.bluez") if stats.returncode == 0 else 0

    def go_on(self, random, n):
        for _ in range(n):
            reply = self.reload(self.change(random))
            self.assertTrue(reply.get("ok"), reply)
            for value in range(5):
                answer = self.peer.call(op="set", characteristic="level", value=value)
                self.assertIn(answer.get("error", "queue_full"), "queue_full")

    def settle(self):
        """On the air, subscribed, and a value comes."""
        self.reload("[queue]\nrate = 0\n[characteristic level]\npolicy = coalesce\n")
        self.until(lambda: self.status()["on_air"])
        self.bluez.sync()
        self.bluez.waiting.clear()
        self.subscribe("level")
        self.set("level", 77)
        while ("level", "4d") not in self.bluez.wait_values(1):
            pass
        row = self.counters("level")
        self.assertEqual(row["published"], row["sent"] + sum(row["dropped"].values()) +
                         row["coalesced"] + row["pending"], row)

    def test_nothing_grows_and_values_arrive(self):
        random = Random(6)
        self.put_on_air()
        self.subscribe("level")
        # As many before: an allocator grows for a while, and more so with a sanitizer.
        self.go_on(random, self.RELOADS)
        self.settle()
        before = self.figures()
        self.go_on(random, self.RELOADS)
        self.settle()
        after = self.figures()
        self.assertEqual((after[0], after[2]), (before[0], before[2]))
        if not has_its_own_memory():
            self.assertLess(after[1] - before[1], self.GROWTH)


if __name__ == "__main__":
    unittest.main(verbosity=2)
