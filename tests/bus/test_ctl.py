"""sporectl's commands that go on: many sets, events, handlers."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import tempfile
import termios
import threading
import unittest

from harness import LIMIT, SPORECTL
from sporectl import CtlStory

PIPE = subprocess.PIPE
# Lines that sporectl may hold: what it reads at once and a pipe, in bytes, and the unanswered.
TAKEN_MAX = 65536 + 65536


class SetLines(CtlStory):

    def setUp(self):
        super().setUp()
        self.process = self.put_on_air()

    def value(self, name):
        got = self.peer.call(op="get", characteristic=name)
        return got.get("value", got["hex"])

    def sets(self, data, *more):
        """What became of these lines: the exit status and what was said."""
        done = subprocess.run([SPORECTL, "--socket", self.socket_path, *more, "set",
                               "-"], env=self.environment(), input=data, timeout=LIMIT,
                              capture_output=True, check=False)
        return done.returncode, done.stderr.decode().splitlines(), done.stdout.decode()

    def test_each_form_sets_and_comments_do_not(self):
        status, said, printed = self.sets(
            b'# two\n\ncount 2\r\n  level value=7  \n{"alarm":4}\n'
            b'{"characteristic":"blob","hex":"0504030201","op":"set","id":3}\n{"count":3,"level":"8"}\n')
        self.assertEqual((status, said, printed), (0, [], ""))
        self.assertEqual([self.value(n) for n in ("count", "level", "alarm", "blob")],
                         [3, 8, 4, "0504030201"])
        self.assertEqual(self.counters("count")["sets"], 2)

    def test_what_is_wrong_is_told_by_its_line_and_the_rest_is_set(self):
        status, said, _ = self.sets(
            b"count 1\nnobody 1\ncount 70000\n\xff\ncount \x00 1\ncount\n{\"count\":\n"
            b"count " + b"1" * 70000 + b"\nlevel a=1 b\n{}\ncount 2")
        self.assertEqual(status, 1)
        self.assertEqual(self.value("count"), 2)
        told = {int(line.split()[2].rstrip(":")): line for line in said}
        self.assertEqual(sorted(told), list(range(2, 11)))
        for number, part in ((2, "no characteristic 'nobody'"), (3, "count: "), (4, "not UTF-8"),
                             (5, "NUL"), (6, "no value"), (7, "not JSON"), (8, "too long"),
                             (9, "'b' is not FIELD=VALUE"), (10, "nothing in it")):
            self.assertIn(part, told[number])

    def test_half_a_line_at_the_end_is_one(self):
        self.assertEqual(self.sets(b"count 5")[0], 0)
        self.assertEqual(self.value("count"), 5)
        self.assertEqual(self.sets(b"")[0], 0)

    def test_with_json_each_answer_is_printed(self):
        printed = self.sets(b"count 5\ncount 6\n", "--json")[2].splitlines()
        self.assertEqual([json.loads(line)["seq"] for line in printed], [1, 2])

    def fill(self, process, line):
        """Writes the line until it is not taken any more: how often it was."""
        os.set_blocking(process.stdin.fileno(), False)
        taken = 0
        while taken < 10000:
            try:
                os.write(process.stdin.fileno(), line)
                taken += 1
            except BlockingIOError:
                if self.is_waiting(process):
                    return taken
        raise AssertionError("it takes lines without end")

    @staticmethod
    def is_waiting(process):
        """It sleeps, so it is done with what it has."""
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "S"

    def test_while_spored_does_not_answer_no_more_is_read(self):
        process = self.start("set", "-", stdin=PIPE)
        os.write(process.stdin.fileno(), b"level 1\n")
        self.until(lambda: self.counters("level")["sets"] == 1)
        self.process.send_signal(signal.SIGSTOP)
        line = b"count 12345" + b" " * 1000 + b"\n"
        taken = self.fill(process, line)
        self.assertLess(taken * len(line), TAKEN_MAX + 65 * len(line))
        self.process.send_signal(signal.SIGCONT)
        process.stdin.close()
        self.assertEqual(self.expect_end(process, 0), [])
        self.assertEqual(self.counters("count")["sets"], taken)

    def test_what_was_not_answered_is_sent_again_in_order_to_the_next_spored(self):
        process = self.start("set", "-", stdin=PIPE)
        os.write(process.stdin.fileno(), b"level 1\n")
        self.until(lambda: self.counters("level")["sets"] == 1)
        self.process.send_signal(signal.SIGSTOP)
        os.write(process.stdin.fileno(), b"".join(b"count %d\n" % i for i in range(1, 101)))
        self.process.kill()
        self.assertIn("connecting again", process.errors.wait("connection"))
        self.process.wait()
        self.launch()
        process.errors.wait("connected")
        process.stdin.close()
        self.assertEqual(self.expect_end(process, 0), [])
        self.peer = self.connect()
        self.assertEqual((self.value("count"), self.counters("count")["sets"]), (100, 100))

    def test_a_signal_ends_it_and_what_was_not_set_is_told(self):
        process = self.start("set", "-", stdin=PIPE)
        os.write(process.stdin.fileno(), b"level 1\n")
        self.until(lambda: self.counters("level")["sets"] == 1)
        self.process.send_signal(signal.SIGSTOP)
        os.write(process.stdin.fileno(), b"count 1\ncount 2\n")
        self.until(lambda: self.has_read_all(process))
        process.send_signal(signal.SIGTERM)
        said = self.expect_end(process, 1)
        self.process.send_signal(signal.SIGCONT)
        self.assertEqual(len(said), 2, said)
        self.assertIn("line 2: count: not answered", said[0])
        self.assertIn("line 3: count: not answered", said[1])

    def has_read_all(self, process):
        waiting = fcntl.ioctl(process.stdin.fileno(), termios.FIONREAD, b"\0" * 4)
        return waiting == b"\0" * 4 and self.is_waiting(process)

    def test_a_spored_that_does_not_come_back_is_not_waited_for_for_ever(self):
        self.stop(self.process)
        # More lines than are taken at once, too.
        for lines, last in ((1, "line 1: count: not set"), (9999, "line 65: not set, as is all")):
            status, said, _ = self.sets(b"count 1\n" * lines, "--timeout", "50ms")
            self.assertEqual(status, 69)
            self.assertIn(self.socket_path, said[0])
            self.assertIn("sporectl: line 1: count: not set", said)
            self.assertIn(last, said[-2])
            self.assertEqual(said[-1], "sporectl: spored does not come back")

    def test_a_spored_that_does_not_answer_is_not_waited_for_for_ever(self):
        self.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.process.send_signal, signal.SIGCONT)
        status, said, _ = self.sets(b"count 1\n", "--timeout", "50ms")
        self.assertEqual((status, said[-1]), (69, "sporectl: spored does not answer"))
        done = self.ctl("--timeout", "50ms", "get", "count")
        self.assertEqual((done.returncode, done.stderr), (69, "sporectl: spored does not answer\n"))

    def test_an_input_that_cannot_be_read(self):
        for stdin in ("<&-", "</"):
            done = subprocess.run(["sh", "-c", f'"$0" "$@" {stdin}', SPORECTL, "--socket",
                                   self.socket_path, "set", "-"], timeout=LIMIT, check=False,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 74)
            self.assertIn("cannot read the standard input", done.stderr)

    def test_there_is_no_room_yet(self):
        """It was not looked at, so it is sent again."""
        self.stop(self.process)
        self.process = self.put_on_air("-o", "limits.peers=1")
        process = self.start("set", "-", stdin=PIPE)
        os.write(process.stdin.fileno(), b"count 7\n")
        process.errors.wait("connected already; connecting again")
        self.peer.close()
        process.stdin.close()
        self.expect_end(process, 0)
        self.until(lambda: self.ctl("get", "count").stdout == "7\n")


class Quick(unittest.TestCase):

    def serve(self, listener):
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                for line in lines:
                    connection.sendall(b'{"id":%d,"ok":true}\n' % json.loads(line)["id"])

    def test_answers_that_come_at_once(self):
        """All are there before it has looked for the next line."""
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(folder + "/s")
            listener.listen()
            server = threading.Thread(target=self.serve, args=(listener,))
            server.start()
            self.addCleanup(server.join, LIMIT)
            for _ in range(10):
                done = subprocess.run([SPORECTL, "--socket", folder + "/s", "set", "-"],
                                      input=b"a 1\n" * 1000, timeout=LIMIT, check=False,
                                      capture_output=True)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
            listener.shutdown(socket.SHUT_RDWR)


class Watch(CtlStory):

    def setUp(self):
        super().setUp()
        self.process = self.put_on_air()

    def test_each_write_is_a_line_of_json(self):
        process = self.start_and_wait("watch", "--json", "alarm")
        self.write("alarm", "05")
        self.write("blob", "0102")
        self.write("alarm", "06")
        events = [json.loads(process.printed.next()) for _ in range(2)]
        self.assertEqual([e["hex"] for e in events], ["05", "06"])

    def test_it_watches_the_next_spored_too(self):
        process = self.start_and_wait("watch", "alarm")
        self.write("alarm", "05")
        self.assertEqual(process.printed.next(), "alarm: 5")
        self.stop(self.process)
        process.errors.wait("connecting again")
        before = self.launch()
        process.errors.wait("connected")
        self.wait_on_air()
        peer = self.connect()
        self.until(lambda: peer.call(op="status")["requests"] > 0 and self.write_seen(process))
        self.assertIsNone(before.poll())

    def write_seen(self, process):
        self.write("alarm", "06")
        return not process.printed.lines.empty() and process.printed.next() == "alarm: 6"

    def test_it_ends_when_nobody_reads(self):
        read, write = os.pipe()
        process = self.start_and_wait("watch", stdout=write)
        os.close(write)
        os.close(read)
        self.assertEqual(self.expect_end(process, 0), [])

    def test_a_full_file_is_an_error(self):
        with open("/dev/full", "wb") as full:
            process = self.start_and_wait("watch", stdout=full)
        self.write("alarm", "05")
        self.assertIn("No space left", self.expect_end(process, 74)[0])

    def test_what_is_unknown_is_refused(self):
        process = self.start("watch", "nobody")
        self.assertIn("nobody", self.expect_end(process, 1)[0])


class WatchMore(CtlStory):

    def test_stale_and_status_events(self):
        self.put_on_air("-o", "blob.max_age=300ms")
        process = self.start_and_wait("watch", "--events", "stale,status")
        # It may have become stale before the watch.
        self.set_hex("blob", "0101")
        process.printed.wait("blob is stale")
        self.set_hex("blob", "0102")
        self.assertEqual(process.printed.wait("blob is fresh"), "blob is fresh again")
        self.bluez.command("change", "hci0", "Powered=no")
        self.assertIn("not on air: ", process.printed.wait("on air"))

    def set_hex(self, name, data):
        self.assertTrue(self.peer.call(op="set", characteristic=name, hex=data)["ok"])

    def test_get_says_on_stderr_that_a_value_is_stale(self):
        self.put_on_air("-o", "count.max_age=10ms")
        self.until(lambda: self.peer.call(op="get", characteristic="count")["stale"])
        done = self.ctl("get", "count")
        self.assertEqual((done.returncode, done.stdout), (0, "0\n"))
        self.assertIn("count is stale: not set for", done.stderr)


class Handle(CtlStory):

    options = (*CtlStory.options, "-o", "socket.handler_timeout=500ms")

    def begin(self, *arguments):
        self.process = self.put_on_air(*arguments)

    def handle(self, name, *arguments):
        process = self.start("handle", name, *arguments)
        self.wait_handled(name)
        return process

    def wait_handled(self, name):
        self.until(lambda: self.counters(name)["handled"])

    def test_the_command_has_the_value_and_what_is_known_of_it(self):
        self.begin()
        process = self.handle("alarm", "--", "sh", "-c", "env | grep ^SPORED_ | sort; od -tx1 -An")
        self.write("alarm", "05", "device=/org/bluez/hci0/dev_11_22_33_44_55_66")
        self.assertEqual([process.printed.next() for _ in range(6)], [
            "SPORED_CHARACTERISTIC=alarm", "SPORED_DEVICE=11:22:33:44:55:66",
            "SPORED_FIELD_VALUE=5", "SPORED_HEX=05", "SPORED_NUMBER=1",
            "SPORED_SOCKET_PATH=" + self.socket_path])
        self.assertEqual(process.printed.next(), " 05")

    def test_no_shell_reads_the_words(self):
        self.begin()
        process = self.handle("alarm", "--", "printf", "%s\\n", "$HOME; a  b", "*")
        self.write("alarm", "05")
        self.assertEqual([process.printed.next(), process.printed.next()], ["$HOME; a  b", "*"])

    def test_one_at_a_time_in_order_and_what_is_too_much_is_counted(self):
        self.begin()
        gate = os.path.join(self.folder, "gate")
        os.mkfifo(gate)
        process = self.handle("alarm", "--time-limit", "0", "--", "sh", "-c",
                              f"echo $SPORED_NUMBER; read x <{gate}")
        for _ in range(70):
            self.write("alarm", "01")
        self.assertEqual(process.printed.next(), "1")
        self.assertIn("write 66 is dropped: 64 wait", process.errors.wait("dropped"))
        for number in range(2, 66):
            with open(gate, "wb"):
                pass
            self.assertEqual(process.printed.next(), str(number))
        self.assertIn("5 writes were dropped, 5 in all", process.errors.wait("were dropped"))
        with open(gate, "wb"):
            pass
        self.write("alarm", "01")
        self.assertEqual(process.printed.next(), "71")

    def test_at_the_time_limit_its_whole_group_is_ended(self):
        self.begin()
        process = self.handle("alarm", "--time-limit", "200ms", "--", "sh", "-c",
                              "trap 'echo ended' TERM; sleep 1000 & echo $!; wait; wait")
        self.write("alarm", "01")
        sleeper = process.printed.next()
        self.assertIn("time limit", process.errors.wait("write 1"))
        self.assertEqual(process.printed.next(), "ended")
        self.until(lambda: not self.runs(sleeper))

    @staticmethod
    def runs(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                return stat.read().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def test_what_ignores_sigterm_is_killed(self):
        self.begin()
        process = self.handle("alarm", "--time-limit", "100ms", "--", "sh", "-c",
                              "trap '' TERM; echo $$; while :; do sleep 1000; done")
        self.write("alarm", "01")
        child = process.printed.next()
        self.assertIn("time limit", process.errors.wait("write 1"))
        self.assertFalse(self.runs(child))

    def test_the_exit_status_is_the_verdict(self):
        self.begin("-o", "alarm.verdict=handler")
        self.handle("alarm", "--verdict", "--", "sh", "-c", "test $SPORED_FIELD_VALUE -lt 5")
        self.assertNotIn("error", self.write("alarm", "04"))
        self.assertEqual(self.write("alarm", "05")["text"], "0x82")
        self.assertEqual(self.peer.call(op="get", characteristic="alarm")["value"], 4)

    def test_without_verdict_it_is_accepted_before_the_command_ends(self):
        self.begin("-o", "alarm.verdict=handler")
        gate = os.path.join(self.folder, "gate")
        os.mkfifo(gate)
        process = self.handle("alarm", "--", "sh", "-c", f"read x <{gate}; echo $?; exit 3")
        self.assertNotIn("error", self.write("alarm", "04"))
        with open(gate, "wb"):
            pass
        self.assertEqual(process.printed.next(), "1")
        self.assertIn("sh ended with status 3", process.errors.wait("write 1"))

    def test_a_verdict_that_comes_too_late_is_told(self):
        self.begin("-o", "alarm.verdict=handler", "-o", "socket.handler_timeout=10ms")
        gate = os.path.join(self.folder, "gate")
        os.mkfifo(gate)
        process = self.handle("alarm", "--verdict", "--", "sh", "-c", f"read x <{gate}; exit 0")
        self.assertEqual(self.write("alarm", "04")["text"], "0x83")
        with open(gate, "wb"):
            pass
        process.errors.wait("verdict: ")

    def test_a_verdict_is_not_for_the_next_spored(self):
        """Its writes have the same numbers."""
        self.begin("-o", "alarm.verdict=handler")
        gate = os.path.join(self.folder, "gate")
        os.mkfifo(gate)
        process = self.handle("alarm", "--verdict", "--", "sh", "-c", f"read x <{gate}; exit 0")
        self.assertEqual(self.write("alarm", "04")["text"], "0x83")
        self.stop(self.process)
        process.errors.wait("connecting again")
        self.launch()
        process.errors.wait("connected")
        with open(gate, "wb"):
            pass
        self.assertIn("the verdict could not be sent", process.errors.wait("write 1"))

    def test_an_ignored_signal_does_not_end_it(self):
        """As under nohup."""
        self.begin()
        process = self.start("handle", "alarm", "--", "echo", "handled", preexec_fn=lambda:
                             signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.wait_handled("alarm")
        process.send_signal(signal.SIGHUP)
        self.write("alarm", "01")
        self.assertEqual(process.printed.next(), "handled")

    def test_a_command_that_is_not_there_is_told_at_once(self):
        self.begin()
        for command in ("/nowhere/command", "command-of-nowhere"):
            process = self.start("handle", "alarm", "--", command)
            self.assertEqual(process.wait(LIMIT), 64)
            self.assertIn(f"cannot run {command}: No such file", process.errors.next())

    def test_a_command_that_is_gone_refuses(self):
        self.begin("-o", "alarm.verdict=handler")
        command = os.path.join(self.folder, "command")
        os.symlink("/bin/true", command)
        process = self.handle("alarm", "--verdict", "--", command)
        os.unlink(command)
        self.assertEqual(self.write("alarm", "04")["text"], "0x82")
        self.assertIn(f"cannot run {command}: No such file", process.errors.wait("write 1"))

    def test_its_end_is_the_commands_too(self):
        self.begin()
        process = self.handle("alarm", "--", "sh", "-c", "echo $$; exec sleep 1000")
        for _ in range(3):
            self.write("alarm", "01")
        child = process.printed.next()
        process.send_signal(signal.SIGTERM)
        said = self.expect_end(process, 0)
        self.assertFalse(self.runs(child))
        self.assertIn("sporectl: 2 writes that waited were not handled", said)

    def test_one_program_handles_and_the_next_takes_over(self):
        self.begin()
        first = self.handle("alarm", "--", "true")
        second = self.start("handle", "alarm", "--", "echo", "second")
        second.errors.wait("alarm: ")
        first.send_signal(signal.SIGTERM)
        self.expect_end(first, 0)
        self.wait_handled("alarm")
        self.write("alarm", "01")
        self.assertEqual(second.printed.next(), "second")

    def test_it_handles_for_the_next_spored_too(self):
        self.begin()
        process = self.handle("alarm", "--", "echo", "handled")
        self.stop(self.process)
        process.errors.wait("connecting again")
        self.launch()
        self.wait_on_air()
        self.wait_handled("alarm")
        self.write("alarm", "01")
        self.assertEqual(process.printed.next(), "handled")

    def test_what_is_unknown_is_refused(self):
        self.begin()
        process = self.start("handle", "nobody", "--", "true")
        self.assertIn("nobody", self.expect_end(process, 1)[0])


class Once(CtlStory):

    def test_metrics_are_printed_as_they_are(self):
        self.put_on_air()
        text = self.peer.call(op="metrics")["text"]
        printed = self.ctl("metrics").stdout
        self.assertEqual([line for line in printed.splitlines() if line.startswith("#")],
                         [line for line in text.splitlines() if line.startswith("#")])
        self.assertEqual(self.ctl("metrics", "x").returncode, 64)

    def test_another_name_is_advertised(self):
        self.put_on_air()
        done = self.ctl("advertise", "Shed")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.until(lambda: self.status()["name"] == "Shed")
        self.assertEqual(self.ctl("advertise", "x" * 300).returncode, 1)

    def test_status_fits_a_terminal(self):
        self.put_on_air("-o", "count.max_age=10ms")
        self.set("count", 1, 2, 3)
        self.until(lambda: self.peer.call(op="get", characteristic="count")["stale"])
        shown = self.ctl("status").stdout.splitlines()
        self.assertLessEqual(max(map(len, shown)), 80, shown)
        row = next(i for i, line in enumerate(shown) if line.startswith("count "))
        self.assertTrue(shown[row + 1].startswith("  stale"), shown)

    def test_why_there_is_no_room_is_said(self):
        self.put_on_air("-o", "limits.peers=1")
        done = self.ctl("status")
        self.assertEqual(done.returncode, 1)
        self.assertIn("local programs are connected already", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
