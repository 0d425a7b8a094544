#!/usr/bin/env python3
"""floors.py catches what it is there for, and only that."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import floors  # noqa: E402


class FloorsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("src/util/log.h", "")
        self.write("src/core/queue.h", '#include "util/log.h"\n')
        self.write("src/core/queue.c", '#include "core/queue.h"\n\n#include <stdio.h>\n')
        self.write("src/loop/loop.h", "")
        self.write("src/config/config.h", '#include "core/queue.h"\n')
        self.write("src/daemon/main.c", '#include "config/config.h"\n#include "loop/loop.h"\n')
        self.write("include/spored/client.h", "#include <stddef.h>\n")
        self.write("src/client/client.c", '#include "spored/client.h"\n#include "util/log.h"\n')
        self.write("src/ctl/main.c", '#include "spored/client.h"\n#include "util/log.h"\n')

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def assert_only_problem(self, start, word):
        problems = floors.check(self.root)
        self.assertEqual(len(problems), 1, problems)
        self.assertTrue(problems[0].startswith(start), problems)
        self.assertIn(word, problems[0])

    def test_tree_that_keeps_the_rule_has_no_problem(self):
        self.assertEqual(floors.check(self.root), [])

    def test_upward_include_is_caught(self):
        self.write("src/core/queue.c", '#include "core/queue.h"\n#include "config/config.h"\n')
        self.assert_only_problem("src/core/queue.c:2:", "upward")

    def test_upward_include_in_a_header_is_caught(self):
        self.write("src/loop/timer.h", '#include "daemon/daemon.h"\n')
        self.write("src/daemon/daemon.h", "")
        self.assert_only_problem("src/loop/timer.h:1:", "upward")

    def test_sideways_include_is_caught(self):
        self.write("src/core/queue.c", '\n#include "loop/loop.h"\n')
        self.assert_only_problem("src/core/queue.c:2:", "sideways")

    def test_cyclic_include_is_caught(self):
        self.write("src/core/a.h", '#include "core/b.h"\n')
        self.write("src/core/b.h", '// 1\n#include "core/c.h"\n')
        self.write("src/core/c.h", '#include "util/log.h"\n\n#include "core/a.h"\n')
        self.assert_only_problem("src/core/c.h:3:", "cyclic")

    def test_file_that_includes_itself_is_cyclic(self):
        self.write("src/core/a.h", '#include "core/a.h"\n')
        self.assert_only_problem("src/core/a.h:1:", "cyclic")

    def test_program_may_not_include_from_the_daemon(self):
        self.write("src/daemon/daemon.h", "")
        self.write("src/ctl/main.c", '#include "daemon/daemon.h"\n')
        self.assert_only_problem("src/ctl/main.c:1:", "ctl may include only from client")

    def test_program_may_not_include_from_core(self):
        self.write("src/ctl/main.c", '#include "core/queue.h"\n')
        self.assert_only_problem("src/ctl/main.c:1:", "ctl may include only from client")

    def test_libspored_may_not_include_from_core(self):
        self.write("src/client/client.c", '#include "core/queue.h"\n')
        self.assert_only_problem("src/client/client.c:1:", "client may include only from spored")

    def test_floor_may_not_include_what_stands_beside(self):
        self.write("src/daemon/values.c", '#include "spored/client.h"\n')
        self.assert_only_problem("src/daemon/values.c:1:", "beside")

    def test_angle_brackets_hide_nothing(self):
        self.write("src/util/log.c", "# include <core/queue.h>\n")
        self.assert_only_problem("src/util/log.c:1:", "upward")

    def test_path_relative_to_the_file_hides_nothing(self):
        self.write("src/util/log.c", '#include "../core/queue.h"\n')
        self.assert_only_problem("src/util/log.c:1:", "relative")

    def test_folder_without_a_floor_is_caught(self):
        self.write("src/extra/x.c", "")
        self.assert_only_problem("src/extra/x.c:1:", "no floor")

    def test_tree_without_sources_is_caught(self):
        self.assertEqual(len(floors.check(self.root / "nowhere")), 1)

    def test_program_exits_by_what_it_found(self):
        command = [sys.executable, floors.__file__, str(self.root)]
        self.assertEqual(subprocess.run(command, check=False).returncode, 0)
        self.write("src/util/log.c", '#include "core/queue.h"\n')
        run = subprocess.run(command, check=False, capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("src/util/log.c:1:", run.stderr)


if __name__ == "__main__":
    unittest.main()
