"""Configuration from the command line, as a user meets it."""

import os
import pathlib
import re
import unittest

from harness import PROFILE, Story


class Check(Story):

    with_bus = False

    def file(self, text, name="my.conf"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def test_the_shipped_profiles_have_no_problem(self):
        profiles = sorted(pathlib.Path(PROFILE).parent.glob("*.conf"))
        self.assertGreater(len(profiles), 3)
        for profile in profiles:
            done = self.run_spored("--check", str(profile))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("no errors, 0 warnings", done.stdout)

    def test_the_example_of_the_readme_has_no_problem(self):
        readme = pathlib.Path(PROFILE).parents[2] / "README.md"
        example, = re.findall(r"```ini\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
        done = self.run_spored("--check", self.file(example))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_all_problems_at_once_with_file_and_line_and_exit_78(self):
        path = self.file("[service a]\nuuid = nonsense\n"
                         "[characteristic b]\nuuid = 2A6E\nflags = read fly\ntype = i99\n"
                         "[queue]\ndepht = 4\n"
                         "[nowhere]\nx = 1\n")
        done = self.run_spored("--check", path)
        self.assertEqual(done.returncode, 78)
        for place in ("my.conf:2: [service a] uuid:", "my.conf:5: [characteristic b] flags:",
                      "my.conf:6: [characteristic b] type:", "my.conf:8: [queue] depht:",
                      "my.conf:9:"):
            self.assertIn(place, done.stderr)

    def test_a_daemon_with_a_bad_configuration_does_not_start(self):
        done = self.run_spored(self.file("[queue]\ndepth = many\n"))
        self.assertEqual(done.returncode, 78)
        self.assertIn("my.conf:2: [queue] depth:", done.stderr)
        self.assertFalse(os.path.exists(self.socket_path))

    def test_a_missing_file_is_named(self):
        done = self.run_spored("--check", "/nowhere/x.conf")
        self.assertEqual(done.returncode, 78)
        self.assertIn("/nowhere/x.conf", done.stderr)

    def test_an_unknown_variable_is_named(self):
        done = self.run_spored("--check", PROFILE, env={"SPORED_QUEUE_DEPHT": "4"})
        self.assertEqual(done.returncode, 78)
        self.assertIn("SPORED_QUEUE_DEPHT", done.stderr)

    def test_a_bad_alias_value_names_the_variable(self):
        done = self.run_spored("--check", PROFILE, env={"MUSHPI_BLE_QUEUE_MAX_SIZE": "-3"})
        self.assertEqual(done.returncode, 78)
        self.assertIn("MUSHPI_BLE_QUEUE_MAX_SIZE", done.stderr)

    def test_a_bad_override_is_named(self):
        done = self.run_spored("--check", "-o", "queue.depth=0", PROFILE)
        self.assertEqual(done.returncode, 78)
        self.assertIn("queue.depth=0", done.stderr)

    def test_the_dump_says_where_a_value_is_from_and_loads_again(self):
        done = self.run_spored("--dump-config", "-o", "queue.depth=4", PROFILE,
                               env={"MUSHPI_BLE_NAME_PREFIX": "Shed"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Shed-Init", done.stdout)
        self.assertIn("MUSHPI_BLE_NAME_PREFIX", done.stdout)
        again = self.run_spored("--check", self.file(done.stdout))
        self.assertEqual((again.returncode, again.stderr), (0, ""))

    def test_wrong_usage_is_64(self):
        self.assertEqual(self.run_spored("--nonsense").returncode, 64)
        self.assertEqual(self.run_spored("a", "b").returncode, 64)


if __name__ == "__main__":
    unittest.main(verbosity=2)
