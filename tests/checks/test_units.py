#!/usr/bin/env python3
"""units.py catches what it is there for, and only that."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import units  # noqa: E402

GOOD = """[Unit]
Wants=bluetooth.service
After=bluetooth.service dbus.socket
Requires=spored.socket
After=spored.socket
StartLimitIntervalSec=0
[Service]
Type=notify
ExecReload=+/usr/bin/sporectl reload
Restart=on-failure
RestartPreventExitStatus=78
WatchdogSec=30
OOMPolicy=continue
"""


class UnitsTest(unittest.TestCase):
    def problems(self, old="", new=""):
        self.assertIn(old, GOOD)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "spored.service"
            path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
            return units.problems(units.read(path))

    def test_a_good_one_passes(self):
        self.assertEqual(self.problems(), [])

    def test_bluetooth_is_never_required(self):
        self.assertEqual(len(self.problems("Requires=spored", "Requires=bluetooth.service spored")),
                         1)

    def test_what_is_promised_is_missed(self):
        for line in GOOD.splitlines():
            if "[" not in line and line not in ("Requires=spored.socket", "After=spored.socket"):
                with self.subTest(line):
                    self.assertEqual(len(self.problems(line + "\n")), 1)

    def test_a_watchdog_that_bites_too_soon(self):
        self.assertEqual(len(self.problems("WatchdogSec=30", "WatchdogSec=2")), 1)


if __name__ == "__main__":
    unittest.main()
