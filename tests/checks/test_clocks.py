#!/usr/bin/env python3
"""clocks.py catches what it is there for, and only that."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import clocks  # noqa: E402

SETTABLE = ("clock_gettime(CLOCK_REALTIME, &now);", "gettimeofday(&now, NULL);", "t = time(NULL);",
            "x = ev_now(loop);", "ev_time();", "timerfd_create(CLOCK_REALTIME_ALARM, 0);",
            "ev_periodic_set(w, at, 0., NULL);", "timespec_get(&t, TIME_UTC);")
OTHERS = ("clock_gettime(CLOCK_MONOTONIC, &now);", "/* time(NULL) */", 'log("time(NULL)");',
          "uint64_t time, later;", "lifetime(x);", "p->time(x);", "ev_now_update(loop);",
          "int f(int time);")


class ClocksTest(unittest.TestCase):

    def problems(self, line):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "src").mkdir()
            (Path(folder) / "src/a.c").write_text("\n" + line + "\n", encoding="utf-8")
            return clocks.check(Path(folder))

    def test_each_way_to_read_one_is_caught(self):
        for line in SETTABLE:
            with self.subTest(line):
                self.assertEqual([p.split()[0] for p in self.problems(line)], ["src/a.c:2:"])

    def test_nothing_else_is(self):
        for line in OTHERS:
            with self.subTest(line):
                self.assertEqual(self.problems(line), [])


if __name__ == "__main__":
    unittest.main()
