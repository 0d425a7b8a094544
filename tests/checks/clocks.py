#!/usr/bin/env python3
"""No source reads a clock that can be set: whoever sets it back must stop nothing. clocks.py ROOT
prints each place and fails if there is one."""

import re
import sys
from pathlib import Path

# What reads the wall clock, in C and in libev, and what starts by it. A watcher of libev for times
# of the wall clock may stand there, never due, so that the loop need not look whether it was set.
SETTABLE = re.compile(r"\b(CLOCK_(?:REALTIME|TAI)\w*|gettimeofday|ftime|(?<![.>])time"
                      r"|timespec_get|ev_time|ev_now)\s*(?=\(|[,)])|\bev_periodic_(?:set|again)\b")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)


def check(root):
    problems = []
    for path in sorted((root / "src").rglob("*.[ch]")):
        text = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), path.read_text(encoding="utf-8"))
        for number, line in enumerate(text.split("\n"), 1):
            for found in SETTABLE.finditer(line):
                if found[0].strip() == "time" and not line[found.end():].lstrip().startswith("("):
                    continue
                problems.append(f"{path.relative_to(root)}:{number}: {found[0].strip()} is a clock "
                                "that can be set: use clock_now_usec()")
    return problems


if __name__ == "__main__":
    found = check(Path(sys.argv[1]))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
