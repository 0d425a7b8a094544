"""sporesim itself: its ends, its output, its script and its bus."""

import fcntl
import os
import struct
import subprocess
import sys
import termios
import threading
import unittest

from bluez import Bluez
from harness import LIMIT, Story
from simulation.sporesim import SPORESIM, Wrong

MANY = 20000  # answers to `state` are more than a pipe and sporesim itself keep

# Counts its SIGTERMs. By pipes it says that it does, and that the first has come; and it hears that
# there are no more.
COUNTS = """
import os, signal, sys
n = 0
def count(*_):
    global n
    n += 1
    if n == 1:
        os.close(os.open(sys.argv[2], os.O_WRONLY))
signal.signal(signal.SIGTERM, count)
os.close(os.open(sys.argv[1], os.O_WRONLY))
with open(sys.argv[3]) as no_more:
    no_more.read()
sys.exit(10 + n)
"""


class Run(Story):
    """One run of the program."""

    with_bus = False

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def start(self, *arguments, **options):
        process = subprocess.Popen([SPORESIM, *arguments], **{
            "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True,
            "env": self.environment(), **options})
        self.addCleanup(self.end, process)
        if process.stdout:
            self.addCleanup(process.stdout.close)
        return process

    def run_script(self, text, *arguments, **options):
        """Its exit status, its events and what it has complained of."""
        process = self.start("--script", self.write("a.script", text), *arguments, **options)
        out, complaints = process.communicate(timeout=LIMIT)
        return process.returncode, out, complaints

    def refused(self, text, *arguments, status=1, **options):
        done, _, complaints = self.run_script("", *arguments, **options)
        self.assertEqual(done, status, complaints)
        self.assertIn(text, complaints)


class Ends(Run):

    def test_a_signal_ends_it_while_nobody_reads(self):
        process = self.start("--script", self.write("many.script", "state\n" * 2 * MANY))
        # Lines do not fill a page of it to its end.
        full = fcntl.fcntl(process.stdout, fcntl.F_GETPIPE_SZ) * 7 // 8
        while self.unread(process.stdout) < full:
            self.assertIsNone(process.poll())
        process.terminate()
        self.assertEqual(process.wait(LIMIT), 0)

    @staticmethod
    def unread(pipe):
        return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]

    def test_what_was_told_before_the_end_is_delivered(self):
        status, out, _ = self.run_script("state\n" * MANY)
        self.assertEqual((status, out.count("state ")), (0, MANY))

    def test_every_line_is_answered_however_late_the_answers_are_read(self):
        process = self.start("--script", "-", stdin=subprocess.PIPE)
        writer = threading.Thread(target=self.write_all, args=(process.stdin, "state\n" * MANY))
        writer.start()
        out = process.stdout.read()
        writer.join(LIMIT)
        self.assertEqual(process.wait(LIMIT), 0)
        self.assertEqual((out.count("\nstate "), out.count("\ndone")), (MANY, MANY))

    @staticmethod
    def write_all(stream, text):
        stream.write(text)
        stream.close()

    def test_a_full_disk_is_told_and_is_a_failure(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            self.refused("cannot write to the standard output: No space left", status=74,
                         stdout=full)

    def test_a_closed_output_is_told_and_is_a_failure(self):
        done = subprocess.run(["sh", "-c", '"$0" --script /dev/null >&-', SPORESIM], text=True,
                              stderr=subprocess.PIPE, env=self.environment(), timeout=LIMIT,
                              check=False)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn("cannot write to the standard output", done.stderr)

    def test_a_reader_that_goes_ends_it_without_a_word(self):
        process = self.start("--script", self.write("many.script", "state\n" * MANY))
        process.stdout.close()
        self.assertEqual(process.wait(LIMIT), 0)
        self.assertEqual(process.stderr.read(), "")

    def test_two_reasons_to_end_are_one_sigterm(self):
        pipes = [os.path.join(self.folder, name) for name in ("ready", "counted", "no-more")]
        for pipe in pipes:
            os.mkfifo(pipe)
        ready, counted, no_more = pipes
        process = self.start("--script", "-", "--", sys.executable, "-c", COUNTS, *pipes,
                             stdin=subprocess.PIPE)
        self.wait_fifo(ready)
        process.terminate()
        self.wait_fifo(counted)
        process.stdout.close()
        # More than a pipe holds: when all is written, an answer could not be told long ago.
        process.stdin.write("trace off\n" * MANY)
        process.stdin.close()
        with open(no_more, "w", encoding="ascii"):
            pass
        self.assertEqual(process.wait(LIMIT), 11, process.stderr.read())

    @staticmethod
    def wait_fifo(path):
        with open(path, encoding="ascii"):
            pass


class Script(Run):

    def test_end_ends_the_command_too(self):
        status, _, complaints = self.run_script("end\n", "--", "sleep", str(LIMIT))
        self.assertEqual(status, 0, complaints)

    def test_a_wrong_line_ends_the_command_too(self):
        status, _, complaints = self.run_script("phone conect\n", "--", "sleep", str(LIMIT))
        self.assertEqual(status, 1, complaints)
        self.assertIn("a.script:1: ", complaints)

    def test_a_central_bonds_where_an_agent_says_yes(self):
        status, out, complaints = self.run_script(
            "advertise another\nphone connect\nphone bond\nagent on\nphone bond\nphone bond\n")
        self.assertEqual(status, 0, complaints)
        self.assertEqual([line for line in out.splitlines() if "bonded" in line],
                         ["phone bonded error=0x05", "phone bonded", "phone bonded error=0x0c"])

    def test_a_failure_in_the_background_is_the_exit_status(self):
        status, out, complaints = self.run_script("phone read 2a00 &\nstate\n")
        self.assertEqual(status, 1)
        self.assertIn("failed text=", out)
        self.assertIn("state ", out)
        self.assertIn("a.script:1: phone is not connected", complaints)

    def test_a_wrong_line_is_told_in_words(self):
        for line, words in (
                ("restart now please", "too many words: restart"),
                ("own this", "this is not replace"),
                ("stranger foo a b", '"foo" is none of read, write, write-descriptor and call'),
                ("stranger read /a", "too few words: stranger read PATH INTERFACE"),
                ("read a b.c", '"a" is no path of an object'),
                ("write /a 0", '"0" is no hex'),
                ("read /a b.c d", '"d" is no property'),
                ("slow 3", "slow is no command, so it is taken for a central's name, and a "
                           "central cannot 3; known: scan, connect")):
            with self.subTest(line):
                status, _, complaints = self.run_script(line + "\n")
                self.assertEqual(status, 1)
                self.assertIn("a.script:1: " + words, complaints)

    def test_an_address_is_of_one_central_at_a_time(self):
        status, out, complaints = self.run_script(
            "advertise another\n"
            "phone connect address=C0:00:00:00:00:01\n"
            "phone disconnect\n"
            "phone connect\n"
            "tablet connect address=C0:00:00:00:00:01\n")
        self.assertEqual(status, 1)
        self.assertIn("a.script:5: another central is connected with the address "
                      "C0:00:00:00:00:01", complaints)
        self.assertEqual(out.count("disconnected"), 1)


class Place(Run):

    def test_a_relative_folder_is_told_as_it_is(self):
        status, out, complaints = self.run_script("", cwd=self.folder,
                                                  env=self.environment({"TMPDIR": "."}))
        self.assertEqual(status, 0, complaints)
        self.assertIn(f"unix:path={os.path.realpath(self.folder)}/sporesim-", out)

    def test_a_folder_that_is_not_there_is_named(self):
        self.refused("cannot use the folder /nowhere: No such file or directory",
                     env=self.environment({"TMPDIR": "/nowhere"}))

    def test_what_is_no_address_is_told(self):
        for address in ("", "foo", "unix:pth=/x"):
            with self.subTest(address):
                self.refused(f'--bus: "{address}" is no D-Bus address', "--bus", address, status=64)


class Name(Story):
    """Two on one bus."""

    def sporesim(self):
        bluez = Bluez(self.bus.address)
        self.addCleanup(lambda: self.assertEqual(bluez.end(), 0))
        return bluez

    def owner(self, bluez):
        bluez.command("state")
        return bluez.wait("state")["owner"]

    def test_a_second_ends_and_says_why(self):
        self.sporesim().command("own")
        done = subprocess.run([SPORESIM, "--bus", self.bus.address, "--script", "/dev/null"],
                              timeout=LIMIT, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("org.bluez has an owner already", done.stderr)

    def test_a_name_is_not_taken_from_another(self):
        first, second = self.sporesim(), self.sporesim()
        first.command("own")
        for command in ("own", "start"):
            with self.assertRaisesRegex(Wrong, "org.bluez has an owner already"):
                second.command(command)
        self.assertEqual((self.owner(first), self.owner(second)), ("yes", "no"))

    def test_who_is_replaced_hears_of_it(self):
        first, second = self.sporesim(), self.sporesim()
        first.command("own")
        second.command("own", "replace")
        first.wait("lost", name="org.bluez")
        self.assertEqual((self.owner(first), self.owner(second)), ("no", "yes"))

    def test_who_gives_it_away_has_not_lost_it(self):
        bluez = self.sporesim()
        bluez.command("own")
        bluez.command("disown")
        bluez.command("own")
        self.assertEqual(bluez.take("lost"), [])


if __name__ == "__main__":
    unittest.main()
