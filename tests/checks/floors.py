#!/usr/bin/env python3
"""Holds the include lines of src/ and include/ against the floors.

A file includes only from floors below its own or from its own folder, never sideways, and no
chain of includes leads back to its start. Usage: floors.py [ROOT]
"""

import re
import sys
from pathlib import Path

FLOORS = {
    "util": 0,
    "core": 1, "loop": 1,
    "config": 2, "bluez": 2, "socket": 2,
    "daemon": 3,
}
# Beside the daemon: libspored, the programs that are built on it, and the simulated BlueZ.
# "spored" is include/spored.
BESIDE = {
    "spored": set(),
    "client": {"spored", "util"},
    "ctl": {"spored", "client", "util"},
    "sense": {"spored", "client", "util", "core", "config"},
    "ota": {"spored", "client", "util"},
    "sim": {"util", "core", "loop", "config", "bluez"},
}
INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def folder_of(path):
    """The folder that has a floor: src/core/x.c is of core, include/spored/x.h of spored."""
    parts = Path(path).parts
    return parts[1] if len(parts) > 2 else ""


def why_not(source, target):
    """Why a file of folder source may not include from folder target; None if it may."""
    if source == target:
        return None
    if source in BESIDE:
        if target in BESIDE[source]:
            return None
        return f"{source} may include only from {', '.join(sorted(BESIDE[source])) or 'itself'}"
    if target not in FLOORS:
        return f"upward: {target} stands beside the floors, not below {source}"
    if FLOORS[target] > FLOORS[source]:
        return f"upward: {target} is on floor {FLOORS[target]}, {source} on {FLOORS[source]}"
    if FLOORS[target] == FLOORS[source]:
        return f"sideways: {target} and {source} are both on floor {FLOORS[source]}"
    return None


def source_files(root):
    """Paths relative to root."""
    return sorted(str(path.relative_to(root))
                  for top in ("src", "include")
                  for path in (root / top).rglob("*.[ch]"))


def read_includes(root, path):
    """Yields (line number, name, quoted) for each include line."""
    with open(root / path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match[1] or match[2], match[1] is not None


def resolve(files, name):
    """The file of the tree that an include names, or None."""
    return next((f"{top}/{name}" for top in ("src", "include") if f"{top}/{name}" in files), None)


def find_cycles(graph):
    """Yields each chain of (path, line) that an include closes to a cycle."""
    done = set()

    def walk(path, chain):
        trail = [step for step, _ in chain]
        if path in trail:
            yield chain[trail.index(path):]
            return
        if path in done:
            return
        for line, target in graph[path]:
            yield from walk(target, chain + [(path, line)])
        done.add(path)

    for start in graph:
        yield from walk(start, [])


def check_include(path, target, name, quoted):
    """What is wrong with one include line, or None. target is None for what the tree has not."""
    if target is not None:
        return why_not(folder_of(path), folder_of(target))
    if quoted:
        return "is not in src/ or include/: write it relative to one of them"
    return None


def check(root):
    """All problems of the tree, as 'file:line: what'."""
    files = source_files(root)
    known = set(files)
    problems = []
    graph = {path: [] for path in files}

    for path in files:
        if folder_of(path) not in FLOORS.keys() | BESIDE.keys():
            problems.append(f"{path}:1: its folder has no floor")
            continue
        for line, name, quoted in read_includes(root, path):
            target = resolve(known, name)
            why = check_include(path, target, name, quoted)
            if why:
                problems.append(f'{path}:{line}: "{name}": {why}')
            if target:
                graph[path].append((line, target))

    for chain in find_cycles(graph):
        path, line = chain[-1]
        names = " -> ".join([step for step, _ in chain] + [chain[0][0]])
        problems.append(f"{path}:{line}: cyclic: {names}")
    if not files:
        problems.append(f"{root}: no source files")
    return problems


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    problems = check(root)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
