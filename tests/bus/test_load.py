"""Four programs that set as fast as they can: each set is answered, every value accounted for, and
spored grows by nothing."""

import concurrent.futures
import json
import os
import socket
import time
import unittest

from bluez import BluezStory
from simulation.sporesim import LIMIT, UNDER_VALGRIND

# Thirty seconds of ten thousand a second; as fast as they go, or spread over that time.
SETS = 10000 if UNDER_VALGRIND else 300000
SECONDS = float(os.environ.get("SPORED_LOAD_SECONDS", "0")) * SETS / 300000
WARM_UP, AT_ONCE = 10000, 250
GROWTH = 1024  # KiB; the smallest leak in each set is nine times that

PROFILE = """[service load]
uuid = 12345678-1234-5678-1234-56789abc1000

""" + "\n".join(f"""[characteristic {name}]
uuid = 12345678-1234-5678-1234-56789abc100{number}
flags = read notify
policy = {policy}
size_max = 12
""" for number, (name, policy) in enumerate({
    "one": "drop_oldest", "two": "drop_newest", "three": "coalesce", "four": "drop_oldest",
}.items(), 1)) + """
[advertisement]
services = load
"""
NAMES = ("one", "two", "three", "four")


def produce(path, name, count, seconds):
    """Sets that many values, some at once, in no less than this time, and returns how many were
    taken and how many refused. Runs in a process of its own."""
    data = b"".join(json.dumps({"op": "set", "characteristic": name,
                                "hex": n.to_bytes(12, "big").hex()}).encode() + b"\n"
                    for n in range(AT_ONCE))
    taken = refused = 0
    begin = time.monotonic()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(LIMIT)
        peer.connect(path)
        for done in range(0, count, AT_ONCE):
            time.sleep(max(begin + seconds * done / count - time.monotonic(), 0))
            peer.sendall(data)
            answers = b""
            while answers.count(b"\n") < AT_ONCE:
                piece = peer.recv(65536)
                assert piece, "spored has closed the connection"
                answers += piece
            taken += answers.count(b'"ok":true')
            refused += answers.count(b'"error":"queue_full"')
    return taken, refused


def resident(pid):
    """In KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


class Load(BluezStory):

    def setUp(self):
        super().setUp()
        with open(self.profile, "w", encoding="utf-8") as f:
            f.write(PROFILE)

    def launch(self, *arguments, env=None, profile=None):
        """What a sanitizer keeps of freed memory would look like growth."""
        kept = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        return super().launch(*arguments, env={**(env or {}), "ASAN_OPTIONS": kept},
                              profile=profile)

    def flood(self, pool, count, seconds=0):
        """By each of the four: what was taken and what was refused, by name."""
        futures = [pool.submit(produce, self.socket_path, name, count // len(NAMES),
                               seconds)
                   for name in NAMES]
        return {name: future.result() for name, future in zip(NAMES, futures)}

    def assert_accounted(self, name, floods):
        counters = self.counters(name)
        taken, refused = (sum(f[name][i] for f in floods) for i in (0, 1))
        self.assertEqual((counters["sets"], counters["sets_refused"]), (taken, refused), counters)
        self.assertEqual(counters["published"], taken, counters)
        self.assertEqual(taken, counters["sent"] + sum(counters["dropped"].values())
                         + counters["coalesced"] + counters["pending"], counters)
        self.assertGreater(counters["sent"], 0, counters)

    def test_four_producers(self):
        process = self.put_on_air()
        with concurrent.futures.ProcessPoolExecutor(len(NAMES)) as pool:
            for name in NAMES:
                self.bluez.answer_of("StartNotify", "call", f"/spored/application/load/{name}",
                                     "org.bluez.GattCharacteristic1", "StartNotify")
            floods = [self.flood(pool, WARM_UP)]
            before, begin = resident(process.pid), time.monotonic()
            floods.append(self.flood(pool, SETS, SECONDS))
            seconds, grown = time.monotonic() - begin, resident(process.pid) - before
        print(f"{SETS} sets by four programs: {SETS / seconds:.0f} a second, "
              f"spored has grown by {grown} KiB from {before}")
        for flood in floods:
            self.assertEqual({sum(flood[name]) for name in NAMES},
                             {(WARM_UP if flood is floods[0] else SETS) // len(NAMES)})
        for name in NAMES:
            self.assert_accounted(name, floods)
        self.assertEqual(floods[1]["one"][1] + floods[1]["three"][1], 0)
        if not UNDER_VALGRIND:  # the memory there is valgrind's
            self.assertLess(grown, GROWTH)


if __name__ == "__main__":
    unittest.main()
