#!/usr/bin/env python3
"""What spored.service promises to be, and whether systemd takes it.

Given the folder with the finished units."""

import configparser
import pathlib
import re
import shutil
import subprocess
import sys

WANTED = {
    ("Service", "Type"): "notify",
    ("Service", "Restart"): "on-failure",
    ("Service", "RestartPreventExitStatus"): "78",
    ("Service", "OOMPolicy"): "continue",
    ("Unit", "StartLimitIntervalSec"): "0",
}
ORDERED = {"Wants": "bluetooth.service", "After": "bluetooth.service"}
FORBIDDEN = ("Requires", "Requisite", "BindsTo", "PartOf")


class Keys(dict):
    """A key that is there again adds to the one before, as systemd has it for lists."""

    def __setitem__(self, key, value):
        if isinstance(value, list) and key in self:
            value = self[key] + value
        super().__setitem__(key, value)


def read(path):
    parser = configparser.ConfigParser(strict=False, interpolation=None, dict_type=Keys,
                                       empty_lines_in_values=False, comment_prefixes="#;")
    parser.optionxform = str
    parser.read(path)
    return parser


def words(unit, section, key):
    return re.split(r"\s+", unit.get(section, key, fallback=""))


def problems(unit):
    """Of spored.service, as sentences."""
    found = [f"{key} is not {value}" for (section, key), value in WANTED.items()
             if unit.get(section, key, fallback=None) != value]
    found += [f"{key} has no {name}" for key, name in ORDERED.items()
              if name not in words(unit, "Unit", key)]
    found += [f"{key} names bluetooth.service: spored outlives it" for key in FORBIDDEN
              if "bluetooth.service" in words(unit, "Unit", key)]
    # By root: who reloads need not be of admin_group.
    if not re.fullmatch(r"\+/\S*/sporectl reload", unit.get("Service", "ExecReload", fallback="")):
        found.append("ExecReload is not sporectl reload, with + before it")
    watchdog = unit.get("Service", "WatchdogSec", fallback="0")
    if not watchdog.isdigit() or int(watchdog) < 10:
        found.append("WatchdogSec is not 10 or more: a slow card is no loop that stands still")
    return found


def verify(units):
    """What systemd itself says of them. Their programs need not be installed."""
    if not shutil.which("systemd-analyze"):
        return []
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], check=False,
                          capture_output=True, text=True)
    told = [line for line in done.stderr.splitlines()
            if any(unit.name in line for unit in units)]
    return [line for line in told if "is not executable" not in line]


def main(paths):
    units = [pathlib.Path(path) for path in paths]
    service = next(unit for unit in units if unit.name == "spored.service")
    found = [f"{service.name}: {problem}" for problem in problems(read(service))]
    found += verify(units)
    print("\n".join(found) or f"{len(units)} units: as promised")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
