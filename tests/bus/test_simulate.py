"""spored --simulate, as a user meets it who has no Bluetooth."""

import glob
import os
import signal
import subprocess
import unittest

from harness import LIMIT, PROFILE, SPORED, Story


class Simulate(Story):

    with_bus = False

    def simulate(self, *arguments, environment=None):
        """Its output is read line by line; it has the process group that a terminal would
        signal."""
        process = subprocess.Popen(
            [SPORED, "--simulate", *arguments, PROFILE], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
            env=environment or self.environment({"TMPDIR": self.folder}))
        self.addCleanup(self.end, process)
        self.addCleanup(process.stdout.close)
        self.addCleanup(self.end_in_order, process)
        return process

    def end_in_order(self, process):
        """Killed, it would leave its children to end while the folder goes."""
        if process.poll() is None:
            process.terminate()
            _, log = process.communicate(timeout=LIMIT)
            self.assertEqual(process.returncode, 0, log)

    def wait_line(self, process, part):
        for line in process.stdout:
            if part in line:
                return line
        self.fail(f"{part} was not told: {process.stderr.read()}")

    def test_a_phone_reads_and_is_notified_by_name_and_unit(self):
        process = self.simulate()
        self.wait_line(process, "phone connected")
        self.wait_line(process, 'phone read characteristic=env_measurements value="co2_ppm=0 ppm')
        self.wait_line(process, "phone explored")
        self.assertEqual(self.ctl("set", "env_measurements", "co2_ppm=450").returncode, 0)
        self.wait_line(process,
                       'phone notified characteristic=env_measurements value="co2_ppm=450 ppm')

    def test_a_signal_to_both_ends_both_in_order_and_leaves_nothing(self):
        process = self.simulate()
        self.wait_line(process, "phone explored")
        os.killpg(process.pid, signal.SIGINT)
        _, log = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0)
        self.assertIn("unregistered from BlueZ", log)
        self.assertNotIn("told twice", log)
        self.assertEqual(glob.glob(os.path.join(self.folder, "sporesim-*")), [])

    def test_the_version_of_bluez_can_be_chosen(self):
        process = self.simulate("--bluez", "5.66")
        self.wait_line(process, "phone explored")
        self.assertIn("BlueZ 5.66", self.ctl("status").stdout)

    def test_what_cannot_be_told_is_an_error(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([SPORED, "--simulate", PROFILE], stdout=full, text=True,
                                  stderr=subprocess.PIPE, env=self.environment(), timeout=LIMIT,
                                  check=False)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn("cannot write to the standard output: No space left", done.stderr)

    def without_runtime_dir(self):
        environment = self.environment({"TMPDIR": self.folder})
        del environment["XDG_RUNTIME_DIR"]
        return environment

    def test_without_a_runtime_directory_the_socket_has_a_place_and_it_is_told(self):
        process = self.simulate(environment=self.without_runtime_dir())
        line = process.stderr.readline().rstrip()
        place = os.path.join(self.folder, f"spored-simulate-{os.getuid()}")
        said, _, self.socket_path = line.partition("=")
        self.assertEqual(said, "spored: in another terminal: export SPORED_SOCKET_PATH")
        self.assertEqual(self.socket_path, place + "/spored.sock")
        self.assertEqual(os.stat(place).st_mode & 0o777, 0o700)
        self.wait_line(process, "phone explored")
        self.assertIn("on air", self.ctl("status").stdout)

    def test_a_place_that_is_not_ours_is_refused(self):
        os.symlink("/", os.path.join(self.folder, f"spored-simulate-{os.getuid()}"))
        done = subprocess.run([SPORED, "--simulate", PROFILE], env=self.without_runtime_dir(),
                              timeout=LIMIT, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 73, done.stderr)
        self.assertIn("it is no directory", done.stderr)

    def test_it_is_refused_with_what_to_do(self):
        for arguments, status, text in (
                ((), 64, "needs a FILE"),
                (("--bluez", "1.0", PROFILE), 64, "5.66, 5.72, 5.82 or 5.87"),
                (("-o", "bluez.bus=unix:path=/run/x", PROFILE), 64, "sporesim's own"),
                ((self.folder + "/none.conf",), 78, "none.conf")):
            done = self.run_spored("--simulate", *arguments)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(text, done.stderr)
        done = self.run_spored("--bluez", "5.66", PROFILE)
        self.assertEqual(done.returncode, 64)
        self.assertIn("only for --simulate", done.stderr)


if __name__ == "__main__":
    unittest.main()
