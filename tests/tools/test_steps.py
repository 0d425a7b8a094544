#!/usr/bin/env python3
"""What steps.sh prints last and how it ends: others rely on both."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

STEPS = Path(__file__).resolve().parent / "steps.sh"


class StepsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_steps(self, script):
        return subprocess.run(["bash", "-euo", "pipefail", "-c", f'. "$0"; {script}', STEPS],
                              cwd=self.folder, capture_output=True, text=True, check=False)

    def assert_ends(self, script, status, last=None):
        done = self.run_steps(script)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if last is not None:
            self.assertEqual(done.stdout.splitlines()[-1], last)
        return done

    def test_lint_without_a_finding_ends_with_0(self):
        self.assert_ends("step a what true || true; finish_lint", 0)

    def test_lint_with_a_finding_ends_with_1(self):
        self.assert_ends("step a what false || true; step b what true || true; finish_lint", 1)

    def test_lint_that_left_a_linter_out_ends_with_1(self):
        done = self.assert_ends(
            "not_run clang-format 'needs version 14'; step b what true || true; finish_lint", 1)
        self.assertIn("NOT RUN: needs version 14", done.stdout)

    def test_tests_that_pass_end_with_0_and_the_sum(self):
        self.assert_ends("test_step count_vm a what echo '3 passed, 0 failed'; finish", 0,
                         "3 passed, 0 failed")

    def test_tests_that_fail_end_with_1_and_the_sum(self):
        self.assert_ends("test_step count_vm a what echo '3 passed, 2 failed'; finish", 1,
                         "3 passed, 2 failed")

    def test_a_run_without_a_test_is_a_failure(self):
        self.assert_ends("test_step count_vm a what true; finish", 1, "0 passed, 1 failed")

    def test_a_run_that_ends_badly_after_its_tests_is_a_failure(self):
        self.assert_ends("bad() { echo '3 passed, 0 failed'; return 1; };"
                         "test_step count_vm a what bad; finish", 1, "3 passed, 1 failed")

    def test_tests_that_were_not_run_end_with_1(self):
        self.assert_ends("test_step count_vm a what echo '3 passed, 0 failed';"
                         "not_run machines 'they need x86-64'; finish", 1, "3 passed, 0 failed")

    def test_what_was_not_run_is_named_at_the_end(self):
        done = self.assert_ends("not_run a why; not_run b why; step c what true; finish", 1,
                                "0 passed, 0 failed")
        self.assertIn("not run: a, b", done.stdout.splitlines())

    def test_a_folder_of_somebody_else_is_named(self):
        script = STEPS.read_text(encoding="utf-8") + "\ncheck_owner /usr"
        nobody = {"user": 65534} if os.getuid() == 0 else {}
        done = subprocess.run(["bash", "-c", script], cwd="/", capture_output=True, text=True,
                              check=False, **nobody)
        self.assertEqual(done.returncode, 1)
        self.assertIn("/usr belongs to root: remove it with 'sudo rm -r /usr'", done.stderr)

    def test_a_folder_of_ones_own_is_fine(self):
        self.assert_ends("mkdir own; check_owner own none; finish", 0)

    def test_the_summary_of_meson_is_counted(self):
        summary = "Ok: 4\\nExpected Fail: 1\\nFail: 2\\nUnexpected Pass: 1\\nSkipped: 3\\nTimeout: 1\\n"
        self.assert_ends(f"printf '{summary}' >log; count_meson log", 0, "5 4 3")


if __name__ == "__main__":
    unittest.main()
