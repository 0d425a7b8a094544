"""Values that outlive spored."""

import os
import shutil
import signal
import stat
import unittest

from bluez import BluezStory
from harness import LIMIT, Story

PROFILE = """[service room]
uuid = 12345678-1234-5678-1234-56789abc0000

[characteristic level]
uuid = 12345678-1234-5678-1234-56789abc0001
flags = read notify
type = u8 max=100
persist = yes

[characteristic label]
uuid = 12345678-1234-5678-1234-56789abc0002
flags = read write
security = open
persist = yes

[characteristic other]
uuid = 12345678-1234-5678-1234-56789abc0003
flags = read
type = u8
"""
HEADER = "spored-values 1\n"


class PersistStory(Story):
    """There is no BlueZ; values are kept all the same."""

    with_bus = False

    def setUp(self):
        super().setUp()
        self.profile = os.path.join(self.folder, "room.conf")
        with open(self.profile, "w", encoding="ascii") as f:
            f.write(PROFILE)
        self.file = os.path.join(self.folder, "state", "spored", "room.conf.values")

    def launch(self, *arguments, env=None, profile=None):
        process = super().launch(*arguments, profile=profile or self.profile,
                                 env={"XDG_STATE_HOME": os.path.join(self.folder, "state"),
                                      **(env or {})})
        self.peer = self.connect()
        return process

    def set(self, name, **value):
        reply = self.peer.call(op="set", characteristic=name, **value)
        self.assertTrue(reply.get("ok"), reply)

    def get(self, name):
        return self.peer.call(op="get", characteristic=name)

    def write_file(self, text):
        os.makedirs(os.path.dirname(self.file), exist_ok=True)
        with open(self.file, "w", encoding="latin-1") as f:
            f.write(text)

    def text(self, file=None):
        """What is in the file; None: there is none."""
        try:
            with open(file or self.file, encoding="ascii") as f:
                return f.read()
        except FileNotFoundError:
            return None

    def wait_text(self, wanted):
        """A file is never there in part, so it is either the old one or the wanted one."""
        while (found := self.text()) != wanted:
            self.assertIn(found, (None, self.before), found)
        self.before = found

    before = None


class Held(PersistStory):
    """The child that writes the values stands still, as on a disk that does not answer."""

    @staticmethod
    def children(process):
        path = f"/proc/{process.pid}/task/{process.pid}/children"
        with open(path, encoding="ascii") as f:
            return [int(child) for child in f.read().split()]

    def child_of(self, process):
        """Stopped before it has come to its end, or None: it was quicker."""
        for child in self.children(process):
            try:
                os.kill(child, signal.SIGSTOP)
                while (state := self.state_of(child)) not in ("T", "Z"):
                    pass
            except (ProcessLookupError, FileNotFoundError):
                continue
            if state == "T":
                self.addCleanup(self.let_go, child)
                return child
        return None

    @staticmethod
    def state_of(pid):
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0]

    def let_go(self, child):
        """It may have ended since."""
        try:
            os.kill(child, signal.SIGCONT)
        except ProcessLookupError:
            pass

    def hold(self, process, values):
        """A value whose child was caught; each of those before is written wholly."""
        for value in values:
            # The one before may have written and still be there.
            self.until(lambda: not self.children(process))
            self.set("level", value=value)
            while self.text() != HEADER + f"level {value:02x}\n":
                child = self.child_of(process)
                if child:
                    return child, value
        return self.fail("no child was ever caught")

    def held(self, *arguments):
        """Returns what runs, its child that stands still, and the two values that may be kept."""
        process = self.launch("-o", "persist.interval=1s", *arguments)
        child, value = self.hold(process, range(1, 100))
        return process, child, value

    def assert_not_torn(self, value):
        """The one that is being written, or the one before, whole."""
        allowed = [HEADER + f"level {v:02x}\n" for v in (value - 1, value) if v > 0]
        self.assertIn(self.text(), allowed if value > 1 else [*allowed, None])

    def test_the_end_does_not_wait_longer_than_it_may(self):
        process, child, value = self.held("-o", "daemon.shutdown_timeout=200ms")
        self.set("level", value=100)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), 0)
        self.assertEqual(self.state_of(child), "T")
        self.assert_not_torn(value)
        # What it is at is done all the same, and is whole.
        self.let_go(child)
        self.assertIn("the values are still being written: left to end by itself",
                      process.stderr.read().decode())
        # The end of standard error was the end of the child too.
        self.assertEqual(self.text(), HEADER + f"level {value:02x}\n")
        self.assertEqual(os.listdir(os.path.dirname(self.file)), [os.path.basename(self.file)])
        self.launch()
        self.assertEqual(self.get("level")["value"], value)

    def test_a_child_that_goes_on_in_time_is_waited_for_and_the_last_value_kept(self):
        process, child, _ = self.held("-o", "daemon.shutdown_timeout=60s")
        self.set("level", value=100)
        process.send_signal(signal.SIGTERM)
        self.wait_notify(lambda text: "STOPPING=1" in text)
        self.let_go(child)
        self.assertEqual(process.wait(LIMIT), 0)
        self.assertEqual(self.text(), HEADER + "level 64\n")


class Persist(PersistStory):

    def test_values_are_there_again_after_a_restart(self):
        process = self.launch()
        self.set("level", value=42)
        self.set("label", hex="00ff")
        self.set("other", value=7)
        self.assertEqual(self.stop(process)[0], 0)
        self.assertEqual(self.text(), HEADER + "level 2a\nlabel 00ff\n")
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        self.assertEqual(os.listdir(os.path.dirname(self.file)), [os.path.basename(self.file)])

        process = self.launch()
        found = self.get("level")
        self.assertEqual((found["value"], found["seq"], found["stale"]), (42, 0, False))
        self.assertEqual(self.get("label")["hex"], "00ff")
        self.assertEqual(self.get("other")["value"], 0)
        status, log = self.stop(process)
        self.assertEqual(status, 0)
        self.assertIn("values are restored from " + self.file, log)

    def test_what_was_restored_stays_when_another_changes(self):
        self.write_file(HEADER + "label 0102\n")
        process = self.launch()
        self.set("level", value=1)
        self.stop(process)
        self.assertEqual(self.text(), HEADER + "level 01\nlabel 0102\n")

    def test_nothing_is_written_where_nothing_changes(self):
        self.stop(self.launch())
        self.assertIsNone(self.text())
        self.write_file(HEADER + "level 05\n")
        before = os.stat(self.file)
        self.stop(self.launch())
        after = os.stat(self.file)
        self.assertEqual((after.st_ino, after.st_mtime_ns), (before.st_ino, before.st_mtime_ns))

    def test_it_is_written_while_spored_runs_and_outlives_a_kill(self):
        process = self.launch("-o", "persist.interval=1s")
        self.set("level", value=1)
        self.wait_text(HEADER + "level 01\n")
        self.set("level", value=2)
        self.set("level", value=3)
        self.wait_text(HEADER + "level 03\n")
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.launch()
        self.assertEqual(self.get("level")["value"], 3)

    def test_an_empty_value_is_kept(self):
        process = self.launch()
        self.set("label", hex="")
        self.stop(process)
        self.assertEqual(self.text(), HEADER + "label \n")
        _, log = self.stop(self.launch())
        self.assertNotIn("left out", log)

    def test_without_persist_no_file_is_touched(self):
        with open(self.profile, "w", encoding="ascii") as f:
            f.write(PROFILE.replace("persist = yes", "persist = no"))
        process = self.launch()
        self.set("level", value=1)
        self.stop(process)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "state")))


class Places(PersistStory):

    def kept_at(self, file, *arguments, **env):
        process = self.launch(*arguments, env=env)
        self.set("level", value=9)
        status, log = self.stop(process)
        self.assertEqual(status, 0, log)
        self.assertEqual(self.text(file), HEADER + "level 09\n", log)

    def test_the_service_has_its_state_directory(self):
        directory = os.path.join(self.folder, "lib")
        os.mkdir(directory)
        self.kept_at(os.path.join(directory, "values"),
                     STATE_DIRECTORY=directory + ":/nonexistent")

    def test_a_user_has_a_folder_in_the_home(self):
        self.kept_at(os.path.join(self.folder, ".local/state/spored/room.conf.values"),
                     XDG_STATE_HOME="", HOME=self.folder)

    def test_another_profile_leaves_it_alone(self):
        self.stop(self.launch_and_set())
        other = os.path.join(self.folder, "other.conf")
        shutil.copy(self.profile, other)
        self.stop(self.launch_and_set(profile=other))
        self.assertEqual(self.text(), HEADER + "level 09\n")
        self.assertEqual(self.text(self.file.replace("room", "other")), HEADER + "level 09\n")

    def launch_and_set(self, **how):
        process = self.launch(**how)
        self.set("level", value=9)
        return process

    def test_a_relative_path_of_xdg_is_none(self):
        self.kept_at(os.path.join(self.folder, ".local/state/spored/room.conf.values"),
                     XDG_STATE_HOME="here", HOME=self.folder)

    def test_the_key_wins(self):
        file = os.path.join(self.folder, "mine", "it")
        self.kept_at(file, "-o", "persist.file=" + file, STATE_DIRECTORY="/nonexistent")

    def test_no_place_is_a_warning(self):
        process = self.launch(env={"XDG_STATE_HOME": "", "HOME": ""})
        self.set("level", value=9)
        status, log = self.stop(process)
        self.assertEqual(status, 0)
        self.assertIn("warning: no value is kept: set file in [persist], or HOME", log)

    def test_a_place_that_cannot_be_is_said_once_and_ends_nothing(self):
        file = self.profile + "/values"
        process = self.launch("-o", "persist.file=" + file, "-o", "persist.interval=1s")
        self.set("level", value=9)
        message = f"error: {file} cannot be written: Not a directory"
        while message not in (line := process.stderr.readline().decode()):
            self.assertTrue(line)
        self.set("level", value=8)
        status, log = self.stop(process)
        self.assertEqual(status, 0)
        self.assertNotIn(message, log)

    def test_what_could_not_be_written_is_tried_again(self):
        process = self.launch("-o", "persist.interval=1s")
        directory = os.path.dirname(self.file)
        os.rmdir(directory)
        self.set("level", value=9)
        message = f"error: {self.file} cannot be written: No such file or directory"
        while message not in (line := process.stderr.readline().decode()):
            self.assertTrue(line)
        os.mkdir(directory)
        self.wait_text(HEADER + "level 09\n")
        self.assertIn("can be written again", self.stop(process)[1])


class Damage(PersistStory):
    """Whatever is in its place, spored starts and says what was wrong."""

    def log_of_start(self, level=0):
        process = self.launch()
        self.assertEqual(self.get("level")["value"], level)
        self.set("level", value=50)
        status, log = self.stop(process)
        self.assertEqual(status, 0, log)
        return log

    def warned(self, log, line, why):
        self.assertIn(f"warning: {self.file}:{line}: ", log)
        self.assertIn(why, log)

    def test_the_file_of_another_profile(self):
        self.write_file(HEADER + "temperature 1027\nlevel 05\nlabel\n")
        log = self.log_of_start(level=5)
        self.warned(log, 2, "there is no characteristic temperature")
        self.warned(log, 4, 'this is not "NAME HEX"')

    def test_a_value_that_the_profile_forbids(self):
        self.write_file(HEADER + "level ff\n")
        log = self.log_of_start()
        self.warned(log, 2, "level: ")
        self.assertIn("100", log)
        self.assertEqual(self.text(), HEADER + "level 32\n")

    def test_a_value_of_another_length(self):
        self.write_file(HEADER + "level 0000\n")
        self.warned(self.log_of_start(), 2, "level: ")

    def test_a_file_that_is_cut_off(self):
        self.write_file(HEADER + "level 0")
        self.warned(self.log_of_start(), 2, "cut off")

    def test_something_else(self):
        self.write_file("\x7fELF\x00\x00\x01")
        self.warned(self.log_of_start(), 1, "left out")

    def test_a_huge_file(self):
        self.write_file(HEADER)
        os.truncate(self.file, 1 << 40)
        self.warned(self.log_of_start(), 2, "too long")

    def test_a_directory(self):
        os.makedirs(self.file)
        log = self.log_of_start()
        self.warned(log, 1, "Is a directory")
        self.assertIn(f"error: {self.file} cannot be written: Is a directory", log)

    def test_a_link_that_leads_to_itself(self):
        self.write_file("")
        os.unlink(self.file)
        os.symlink(self.file, self.file)
        self.warned(self.log_of_start(), 1, "symbolic links")
        self.assertEqual(self.text(), HEADER + "level 32\n")

    def test_what_can_be_opened_and_not_read(self):
        """Not even by root: nothing is mapped at address 0."""
        self.write_file("")
        os.unlink(self.file)
        os.symlink("/proc/self/mem", self.file)
        self.warned(self.log_of_start(), 1, "Input/output error")
        self.assertEqual(self.text(), HEADER + "level 32\n")


class Writes(BluezStory):

    options = (*BluezStory.options, "-o", "alarm.persist=yes", "-o", "count.persist=yes")

    def launch(self, *arguments, env=None, profile=None):
        return super().launch("-o", "persist.file=" + os.path.join(self.folder, "values"),
                              *arguments, env=env, profile=profile)

    def text(self):
        with open(os.path.join(self.folder, "values"), encoding="ascii") as f:
            return f.read()

    def test_a_write_of_a_central_is_kept_and_notified_after_a_restart(self):
        process = self.put_on_air("-o", "alarm.notify_on_subscribe=yes")
        self.assertNotIn("error", self.write("alarm", "07"))
        self.log_of(process)
        self.assertEqual(self.text(), HEADER + "alarm 07\n")
        self.launch("-o", "alarm.notify_on_subscribe=yes")
        self.wait_on_air()
        self.assertEqual(self.read("alarm")["hex"], "07")
        self.subscribe("alarm")
        self.assertEqual(self.bluez.wait_values(1), self.numbers("alarm", [7]))

    def test_the_initial_value_of_a_stale_one_is_kept(self):
        """Although nobody has set anything."""
        with open(os.path.join(self.folder, "values"), "w", encoding="ascii") as f:
            f.write(HEADER + "count 0700\n")
        process = self.put_on_air("-o", "count.max_age=20ms", "-o", "count.on_stale=default")
        self.until(lambda: self.peer.call(op="get", characteristic="count")["stale"])
        log = self.log_of(process)
        self.assertIn("values are restored", log)
        self.assertEqual(self.text(), HEADER + "count 0000\n")

    def test_a_bluez_that_never_answers_does_not_keep_it_from_being_written(self):
        process = self.put_on_air()
        self.set("count", 258)
        self.bluez.command("answer", "UnregisterAdvertisement", "hold")
        log = self.log_of(process)
        self.assertIn("left registered: the application", log)
        self.assertEqual(self.text(), HEADER + "count 0201\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
