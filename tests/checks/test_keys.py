#!/usr/bin/env python3
"""keys.py catches what it is there for, and only that."""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import keys  # noqa: E402

TABLE = ("".join(f"queue\tkey{i}\tin place\t{i}\n" for i in range(20))
         + "service\tuuid\tanew\n")
SAMPLE = "[queue]\n" + "".join(f"; What it is.\n;key{i} = {i}\n" for i in range(20))
MANUAL = (".Ss [queue]\n" + "".join(f".It Cm key{i} Pq Ql {i}\n" for i in range(20))
          + ".Ss [service NAME]\n.It Cm uuid\n.Sh FIELDS\n.It Cm utf8\n")
RELOAD = (".Sh RELOAD\n.Ss In place\n.It Ic [queue]\n"
          + "".join(f".Cm key{i} ,\n" for i in range(20)) + ".El\n"
          + ".Ss Registered anew\n.It Ic [service NAME]\n.Cm uuid\n.El\n")
MANUAL += RELOAD


class KeysTest(unittest.TestCase):
    def assert_only_problem(self, word, table=TABLE, sample=SAMPLE, manual=MANUAL):
        problems = keys.check(table, sample, manual)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(word, problems[0])

    def test_three_that_agree(self):
        self.assertEqual(keys.check(TABLE, SAMPLE, MANUAL), [])

    def test_a_key_is_missing_in_the_sample(self):
        self.assert_only_problem("sample: [queue] key7 is missing",
                                 sample=SAMPLE.replace(";key7 = 7\n", ""))

    def test_a_key_is_missing_in_the_manual(self):
        self.assert_only_problem("manual: [service] uuid is missing",
                                 manual=MANUAL.replace(".It Cm uuid\n", ""))

    def test_a_default_differs_in_the_sample(self):
        self.assert_only_problem("the default is '7', not '8'",
                                 sample=SAMPLE.replace(";key7 = 7\n", ";key7 = 8\n"))

    def test_a_default_differs_in_the_manual(self):
        self.assert_only_problem("the default is '7', not None",
                                 manual=MANUAL.replace("key7 Pq Ql 7", "key7"))

    def test_a_key_is_not_in_the_table(self):
        self.assert_only_problem("sample: [queue] more is not in the table",
                                 sample=SAMPLE + "; What it is.\n;more = 1\n")
        self.assert_only_problem("manual: [service] more is not in the table",
                                 manual=MANUAL.replace("Cm uuid", "Cm uuid\n.It Cm more"))

    def test_a_key_is_in_the_wrong_list_of_reload(self):
        wrong = MANUAL.replace(".Ss Registered anew", ".Ss After a restart")
        self.assert_only_problem("RELOAD: [service] uuid is 'anew', not 'restart'", manual=wrong)

    def test_a_key_is_in_no_list_of_reload(self):
        self.assert_only_problem("RELOAD: [queue] key7 is 'in place', not None",
                                 manual=MANUAL.replace(".Cm key7 ,\n", ""))

    def test_a_key_is_in_two_lists_of_reload(self):
        self.assert_only_problem("RELOAD: [service] uuid is there twice",
                                 manual=MANUAL.replace(".Cm uuid\n", ".Cm uuid , uuid\n"))

    def test_a_key_of_reload_is_not_in_the_table(self):
        self.assert_only_problem("RELOAD: [service] other is not in the table",
                                 manual=MANUAL.replace(".Cm uuid\n", ".Cm uuid , other\n"))

    def test_a_key_is_not_explained(self):
        self.assert_only_problem("key7 is not explained",
                                 sample=SAMPLE.replace("; What it is.\n;key7", ";key7"))

    def test_an_empty_default(self):
        self.assertEqual(keys.check(TABLE + "socket\tpath\trestart\t\n",
                                    SAMPLE + "[socket]\n; What it is.\n;path =\n",
                                    MANUAL + ".Ss After a restart\n.It Ic [socket]\n.Cm path\n.El\n"
                                    + ".Sh MORE\n.Ss [socket]\n.It Cm path Pq empty\n"), [])

    def test_the_example_is_not_compared(self):
        self.assertEqual(keys.check(TABLE, SAMPLE + ";[service s]\n;uuid = 1\n", MANUAL), [])

    def test_a_table_that_is_too_small(self):
        self.assert_only_problem("the table has only", table="", sample="", manual="")


if __name__ == "__main__":
    unittest.main()
