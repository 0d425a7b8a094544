"""The demonstration: a phone reads, is notified and writes, and it is told."""

import os
import pathlib
import subprocess
import sys
import unittest

LIMIT = 120
BIN = pathlib.Path(os.environ["SPORED"]).parents[1]


class Demo(unittest.TestCase):

    @staticmethod
    def run_demo(*arguments):
        return subprocess.run([sys.executable, "-m", "demo", "--bin", BIN, *arguments],
                              capture_output=True, text=True, timeout=LIMIT, check=False)

    def test_the_simulated_phone_reads_is_notified_and_writes(self):
        done = self.run_demo("--simulate", "--seconds", "5")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("the phone reads message: ", done.stdout)
        self.assertIn("the phone writes message: hello from the phone", done.stdout)
        self.assertIn("a local program hears of the write: message = hello from the phone",
                      done.stdout)
        self.assertIn("On a Raspberry Pi", done.stdout)

    def test_an_adapter_that_is_not_there_is_an_error(self):
        done = self.run_demo("--on", "hci63")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("demo: hci63 cannot be used: ", done.stderr)

    def test_too_short_a_time_is_refused(self):
        self.assertEqual(self.run_demo("--seconds", "4").returncode, 2)


if __name__ == "__main__":
    unittest.main()
