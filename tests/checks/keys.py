#!/usr/bin/env python3
"""Checks that the key table, the sample file and the manual page say the same.

usage: keys.py PRINT_KEYS SAMPLE MANUAL
PRINT_KEYS is a program that prints the table: section, key, what becomes of a change at a reload,
and the default, with tabs between; a key without a default has three columns.
"""

import re
import subprocess
import sys

PLAIN = ("daemon", "bluez", "agent", "queue", "socket", "persist", "metrics", "limits",
         "advertisement")


def read_table(text):
    """{(section, key): default, or None}, {(section, key): what becomes of a change}"""
    table, classes = {}, {}
    for line in text.splitlines():
        columns = line.split("\t")
        table[columns[0], columns[1]] = columns[3] if len(columns) > 3 else None
        classes[columns[0], columns[1]] = columns[2]
    return table, classes


def read_sample(text):
    """The keys that stand behind a ';' in the sections that are there, with their defaults. A
    commented section begins the example, which has no defaults to compare."""
    found, problems, section, explained = {}, [], None, False
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r";\[", line):
            break
        header = re.fullmatch(r"\[(\w+)\]", line)
        key = re.fullmatch(r";(\w+) =(?: (.*))?", line)
        if header:
            section = header.group(1)
        if key:
            if not explained:
                problems.append(f"sample, line {number}: {key.group(1)} is not explained")
            if (section, key.group(1)) in found:
                problems.append(f"sample, line {number}: {key.group(1)} is there twice")
            found[section, key.group(1)] = key.group(2) or ""
        explained = line.startswith("; ")
    return found, problems


def read_manual(text):
    """The keys of each '.Ss [section …]' with the default in parentheses, or None."""
    found, section = {}, None
    for line in text.splitlines():
        header = re.match(r"\.S[sh] (?:\[(\w+))?", line)
        if header:
            section = header.group(1)
        item = re.fullmatch(r"\.It Cm (\w+)(?: Pq (?:Ql (\S+)|(empty)))?", line)
        if section and item:
            default = "" if item.group(3) else item.group(2)
            found[section, item.group(1)] = default
    return found


# The headings in the manual's section RELOAD.
RELOAD = {"In place": "in place", "Registered anew": "anew", "After a restart": "restart",
          "Of sporesense": "sporesense"}


def read_reload(text):
    """{(section, key): what becomes of a change} of the lists behind '.Sh RELOAD': each item is a
    section, '.It Ic [queue]', and the keys are the '.Cm' lines behind it. And what is wrong."""
    found, problems, kind, section, reload = {}, [], None, None, False
    for line in text.splitlines():
        if line.startswith(".Sh "):
            reload = line == ".Sh RELOAD"
        heading = re.fullmatch(r"\.Ss (?:\\&)?(.+)", line)
        item = re.fullmatch(r"\.It Ic \[(\w+)[^]]*\]", line)
        if reload and heading:
            kind, section = RELOAD.get(heading.group(1)), None
        elif reload and kind and item:
            section = item.group(1)
        elif reload and section and line.startswith(".Cm "):
            for key in line[4:].split():
                if key == ",":
                    continue
                if (section, key) in found:
                    problems.append(f"manual, RELOAD: [{section}] {key} is there twice")
                found[section, key] = kind
        elif line.startswith(".El"):
            section = None
    return found, problems


def compare_reload(found, expected):
    problems = []
    for (section, key), kind in expected.items():
        if found.get((section, key)) != kind:
            problems.append(f"manual, RELOAD: [{section}] {key} is {kind!r}, "
                            f"not {found.get((section, key))!r}")
    for section, key in found:
        if (section, key) not in expected:
            problems.append(f"manual, RELOAD: [{section}] {key} is not in the table")
    return problems


def compare(name, found, expected):
    problems = []
    for (section, key), default in expected.items():
        if (section, key) not in found:
            problems.append(f"{name}: [{section}] {key} is missing")
        elif found[section, key] != default:
            problems.append(f"{name}: [{section}] {key}: the default is {default!r}, "
                            f"not {found[section, key]!r}")
    for section, key in found:
        if (section, key) not in expected:
            problems.append(f"{name}: [{section}] {key} is not in the table")
    return problems


def check(table_text, sample_text, manual_text):
    table, classes = read_table(table_text)
    plain = {k: v for k, v in table.items() if k[0] in PLAIN}
    sample, problems = read_sample(sample_text)
    problems += compare("sample", sample, plain)
    problems += compare("manual", read_manual(manual_text), table)
    reload, twice = read_reload(manual_text)
    problems += twice + compare_reload(reload, classes)
    if len(plain) < 20 or len(table) <= len(plain):
        problems.append(f"the table has only {len(table)} keys")
    return problems


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    print_keys, sample, manual = sys.argv[1:]
    table = subprocess.run([print_keys], check=True, capture_output=True, text=True).stdout
    problems = check(table, read(sample), read(manual))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
