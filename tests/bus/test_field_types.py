"""Every type of field from a central to sporectl and back."""

import json
import subprocess
import unittest

from bluez import BluezStory
from harness import LIMIT, SPORECTL

TYPES = """[service alpha]
uuid = 12345678-1234-5678-1234-56789abc0000

[characteristic all]
uuid = 12345678-1234-5678-1234-56789abc0001
flags = read write
security = open

[fields all]
u24     = u24 endian=big unit=ms
u64     = u64 default=18446744073709551615
i48     = i48 scale=0.001 offset=-40
on      = bool default=yes
f32     = f32 min=-50 max=50 default=21.4
med     = medfloat16 default=36.4
mode    = i16 enum=LOW:-1,OFF,HIGH
bits    = u16 bits=HEAT,LEVEL:4-6
hours   = bool count=3 default=yes,no,yes
samples = i16 scale=0.1 count_max=4

[characteristic settings]
uuid = 12345678-1234-5678-1234-56789abc0002
flags = read write
security = open
type = utf8 json=yes size_max=40
value = {"a":1}

[characteristic row]
uuid = 12345678-1234-5678-1234-56789abc0003
flags = read
type = u8 count_max=512

[advertisement]
services = alpha
"""
OUT_OF_RANGE = "org.bluez.Error.Failed"
LENGTH = "org.bluez.Error.InvalidValueLength"
DEFAULT = ("000000" "ffffffffffffffff" "409c00000000" "01" "3333ab41" "6cf1" "0000" "0000" "010001")


class Types(BluezStory):

    def setUp(self):
        super().setUp()
        with open(self.profile, "w", encoding="utf-8") as f:
            f.write(TYPES)
        self.put_on_air()

    def sporectl(self, *arguments, status=0):
        done = subprocess.run([SPORECTL, "--socket", self.socket_path, *arguments],
                              env=self.environment(), timeout=LIMIT, capture_output=True,
                              check=False, text=True)
        self.assertEqual(done.returncode, status, done)
        return done.stderr if status else done.stdout

    def test_a_central_reads_the_defaults(self):
        self.assertEqual(self.read("all")["hex"], DEFAULT)
        self.assertEqual(bytes.fromhex(self.read("settings")["hex"]), b'{"a":1}')

    def test_sporectl_sets_and_shows_them(self):
        self.sporectl("set", "all", "u24=66051", "u64=9223372036854775808", "i48=-40.5", "on=no",
                      "f32=-2.5", "med=NRes", "mode=LOW", "bits=HEAT,LEVEL=5", "hours=no,yes,no",
                      "samples=-0.1,2")
        self.assertEqual(self.read("all")["hex"],
                         "010203" "0000000000000080" "0cfeffffffff" "00" "000020c0" "0008" "ffff"
                         "5100" "000100" "ffff1400")
        shown = [line.split() for line in self.sporectl("get", "all").splitlines()]
        self.assertEqual(shown, [
            ["u24", "66051", "ms"], ["u64", "9223372036854775808"], ["i48", "-40.5"],
            ["on", "false"], ["f32", "-2.5"], ["med", "NRes"], ["mode", "LOW"],
            ["bits", "HEAT,LEVEL=5"], ["hours", "false,true,false"], ["samples", "-0.1,2"]])

    def test_what_is_shown_can_be_set_again(self):
        for line in self.sporectl("get", "all").splitlines():
            words = line.split()
            self.sporectl("set", "all", words[0] + "=" + (words[1] if len(words) > 1 else ""))
        self.assertEqual(self.read("all")["hex"], DEFAULT)

    def test_a_program_sees_what_a_central_wrote(self):
        self.assertTrue(self.peer.call(op="watch", events=["write"])["ok"])
        data = DEFAULT[:-6] + "000001" + "0a00f6ff"
        self.assertNotIn("error", self.write("all", data))
        event = self.peer.receive()
        self.assertEqual(event["hex"], data)
        self.assertEqual(event["fields"], {
            "u24": 0, "u64": "18446744073709551615", "i48": 0.0, "on": True, "f32": 21.4,
            "med": 36.4, "mode": "OFF", "bits": [], "hours": [False, False, True],
            "samples": [1.0, -1.0]})

    def test_an_array_may_fill_a_value_and_no_more(self):
        row = [i % 256 for i in range(512)]
        self.assertTrue(self.peer.call(op="set", characteristic="row", value=row)["ok"])
        self.assertEqual(self.peer.call(op="get", characteristic="row")["value"], row)
        answer = self.peer.call(op="set", characteristic="row", value=row + [0])
        self.assertEqual(answer["error"], "bad_length", answer)
        self.assertEqual(answer["detail"], "value: 513 elements, needs 0 to 512")

    def test_what_is_not_legal_is_refused(self):
        self.refused(self.write("all", DEFAULT + "00"), LENGTH)
        self.refused(self.write("all", DEFAULT + "00" * 10), LENGTH)
        self.refused(self.write("all", DEFAULT[:-2] + "02"), OUT_OF_RANGE, "0x80")
        self.refused(self.write("all", DEFAULT.replace("3333ab41", "0000c07f")), OUT_OF_RANGE,
                     "0x80")
        self.refused(self.write("settings", b'{"a":}'.hex()), OUT_OF_RANGE, "0x80")
        self.assertEqual(self.read("all")["hex"], DEFAULT)
        self.assertEqual(bytes.fromhex(self.read("settings")["hex"]), b'{"a":1}')

    def test_a_local_program_is_told_why(self):
        for assignment, why in (
                ("hours=yes,no", "hours: 2 elements, needs 3"),
                ("samples=1,9999", "samples[1]: 9999 is above its maximum 3276.7"),
                ("on=2", "on: 2 is above its maximum 1"),
                ("bits=LEVEL=8", "bits: LEVEL is a number from 0 to 7"),
                ("u64=-1", "u64: -1 is below its minimum 0")):
            self.assertIn(why, self.sporectl("set", "all", assignment, status=1))
        self.assertIn("is not JSON", self.sporectl("set", "settings", "{", status=1))
        self.sporectl("set", "settings", json.dumps([1, {"b": None}]))
        self.assertEqual(bytes.fromhex(self.read("settings")["hex"]), b'[1, {"b": null}]')


if __name__ == "__main__":
    unittest.main()
