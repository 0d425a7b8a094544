"""Tells the stories in the machine. Usage: python3 -m machine [PATTERN]"""

import sys

from stories import runner

from .world import Machine

sys.exit(runner.run(Machine(), *sys.argv[1:2]))
