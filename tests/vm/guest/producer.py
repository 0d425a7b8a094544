#!/usr/bin/env python3
"""A producer: reads this machine's load, memory, uptime and temperature sensors and sets them."""

import argparse
import json
import pathlib
import socket
import time


def read(path):
    return pathlib.Path(path).read_text(encoding="ascii")


def load():
    one, five, fifteen = (float(word) for word in read("/proc/loadavg").split()[:3])
    return {"fields": {"one_minute": one, "five_minutes": five, "fifteen_minutes": fifteen}}


def memory_available():
    for line in read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return {"value": int(line.split()[1])}
    raise LookupError("/proc/meminfo has no MemAvailable")


def uptime():
    return {"value": round(float(read("/proc/uptime").split()[0]) * 1000)}


def sensors():
    """Every temperature that hwmon and thermal have; a sensor that cannot be read is left out."""
    celsius = []
    for pattern in ("hwmon/hwmon*/temp*_input", "thermal/thermal_zone*/temp"):
        for path in sorted(pathlib.Path("/sys/class").glob(pattern)):
            try:
                celsius.append(int(read(path)) / 1000)
            except OSError:
                pass
    return {"fields": {"count": len(celsius), "first_celsius": celsius[0] if celsius else 0}}


READERS = {"load": load, "memory_available": memory_available, "uptime": uptime, "sensors": sensors}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", default="/run/spored/spored.sock")
    parser.add_argument("--interval", type=float, default=5, help="seconds between two values")
    arguments = parser.parse_args()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as spored:
        spored.connect(arguments.socket)
        answers = spored.makefile("r", encoding="utf-8")
        while True:
            for name, reader in READERS.items():
                request = {"op": "set", "characteristic": name, **reader()}
                spored.sendall(json.dumps(request).encode() + b"\n")
                answer = json.loads(answers.readline())
                if "error" in answer:
                    raise SystemExit(f"{name}: {answer['detail']}")
            time.sleep(arguments.interval)


if __name__ == "__main__":
    main()
