"""The socket and sporectl, with the real daemon behind them."""

import json
import os
import re
import resource
import subprocess
import sys
import unittest
from pathlib import Path

from bluez import DEVICE, BluezStory
from harness import UNDER_VALGRIND, Peer, Story

GROWTH = 8 * 1024 * 1024  # bytes; less than each of these stories could cost
PAGE = Path(__file__).resolve().parents[2] / "src/socket/spored-socket.7"


class Socket(Story):

    def setUp(self):
        super().setUp()
        self.process = self.launch("-o", "limits.line_bytes=4k", "-o", "limits.peers=8")
        self.peer = self.connect()

    def refused(self, word, raw):
        """raw is answered with this error, and the daemon goes on."""
        self.peer.send(raw + b"\n")
        reply = self.peer.receive()
        self.assertEqual(reply.get("error"), word, reply)
        self.assertTrue(reply["detail"])
        self.assertTrue(self.peer.call(op="status")["ok"])
        return reply["detail"]

    def test_what_is_set_is_got(self):
        reply = self.peer.call(id=7, op="set", characteristic="env_measurements",
                               fields={"co2_ppm": 450, "temperature_c": 22.5, "humidity_pct": 65.0,
                                       "light_raw": 42, "uptime_ms": 123456})
        self.assertEqual(reply, {"id": 7, "ok": True, "seq": 1, "subscribed": False})
        got = self.peer.call(op="get", characteristic="env_measurements")
        self.assertEqual(got["hex"], "c201e1008a022a0040e20100")
        self.assertEqual(got["fields"]["temperature_c"], 22.5)

    def test_a_field_that_is_not_named_keeps_its_value(self):
        self.peer.call(op="set", characteristic="env_measurements", fields={"co2_ppm": 450})
        self.peer.call(op="set", characteristic="env_measurements", fields={"light_raw": 7})
        fields = self.peer.call(op="get", characteristic="env_measurements")["fields"]
        self.assertEqual((fields["co2_ppm"], fields["light_raw"]), (450, 7))

    def test_values_are_there_before_anybody_has_set_one(self):
        self.assertEqual(self.peer.call(op="get", characteristic="control_targets")["hex"],
                         "c8001801bc02881300000000000000")
        thresholds = self.peer.call(op="get", characteristic="stage_thresholds")["value"]
        self.assertEqual(json.loads(thresholds)["species"], "Oyster")

    def test_too_long(self):
        detail = self.refused("too_long", b'{"op":"' + b"x" * 5000 + b'"}')
        self.assertIn("4096", detail)

    def test_not_json(self):
        self.refused("bad_json", b"hello")
        self.refused("bad_json", b'{"op":"status"')
        self.refused("bad_json", b'{"op":"\xff"}')

    def test_not_a_request(self):
        self.refused("bad_request", b"[1]")
        self.refused("bad_request", b"[]")
        self.refused("bad_json", b"[[")
        self.refused("bad_request", b'{"characteristic":"env_measurements"}')
        self.refused("bad_request", b'{"op":5}')
        self.refused("bad_request", b'{"op":"get","characteristic":["x"]}')
        self.assertIn("colour", self.refused("bad_request", b'{"op":"status","colour":1}'))

    def test_unknown_names(self):
        self.assertIn("fly", self.refused("unknown_op", b'{"op":"fly"}'))
        self.assertIn("nobody", self.refused("unknown_characteristic",
                                             b'{"op":"get","characteristic":"nobody"}'))
        self.assertIn("colour", self.refused(
            "unknown_field",
            b'{"op":"set","characteristic":"env_measurements","fields":{"colour":1}}'))

    def test_wrong_values_change_nothing(self):
        before = self.peer.call(op="get", characteristic="control_targets")["hex"]
        template = b'{"op":"set","characteristic":"control_targets",%s}'
        self.refused("bad_value", template % b'"fields":{"light_mode":true}')
        self.refused("bad_value", template % b'"fields":{"co2_max_ppm":{}}')
        self.refused("bad_length", template % b'"hex":"0102"')
        self.refused("out_of_range", template % b'"fields":{"humidity_min_pct":50,"co2_max_ppm":399}')
        self.refused("out_of_range", template % b'"fields":{"light_mode":7}')
        self.assertEqual(self.peer.call(op="get", characteristic="control_targets")["hex"], before)

    def test_too_many_peers(self):
        peers = [self.connect() for _ in range(7)]
        for peer in peers:
            self.assertTrue(peer.call(op="status")["ok"])
        extra = Peer(self.socket_path)
        self.addCleanup(extra.close)
        self.assertEqual(extra.receive()["error"], "too_many")
        self.assertEqual(extra.lines.readline(), b"")
        self.assertTrue(self.peer.call(op="status")["ok"])

    def test_sporectl_sets_and_gets_by_name(self):
        done = self.ctl("set", "env_measurements", "co2_ppm=812", "temperature_c=-5.3")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.ctl("get", "env_measurements", "temperature_c").stdout.strip(), "-5.3")
        self.assertRegex(self.ctl("get", "env_measurements").stdout, r"co2_ppm\s+812\s+ppm")
        self.assertEqual(self.ctl("set", "override_bits", "overrides=FAN,EMERGENCY_STOP").returncode, 0)
        got = json.loads(self.ctl("--json", "get", "override_bits").stdout)
        self.assertEqual(got["hex"], "0280")

    def test_sporectl_says_what_is_wrong(self):
        done = self.ctl("set", "env_measurements", "colour=1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("colour", done.stderr)
        self.assertEqual(self.ctl("fly").returncode, 64)

    def test_sporectl_without_a_daemon(self):
        self.stop(self.process)
        done = self.ctl("status")
        self.assertEqual(done.returncode, 69)
        self.assertIn(self.socket_path, done.stderr)


class Crowd(Story):
    """Programs that are many, slow or silent."""

    def launch(self, *arguments, env=None, profile=None):
        """What a sanitizer keeps of freed memory would look like growth."""
        kept = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        return super().launch(*arguments, env={**(env or {}), "ASAN_OPTIONS": kept},
                              **({"profile": profile} if profile else {}))

    def memory_of(self, process):
        """Its own, in bytes; under valgrind it would be valgrind's."""
        if UNDER_VALGRIND:
            return 0
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024

    def assert_grown_little(self, process, before):
        self.assertLess(self.memory_of(process), before + GROWTH)

    def test_a_thousand_peers_are_served(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 4096:
            self.skipTest("too few descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.launch("-o", "limits.peers=1000", "-o", "limits.line_bytes=4k")
        peers = [self.connect() for _ in range(1000)]
        for n, peer in enumerate(peers):
            peer.send(b'{"op":"set","characteristic":"env_measurements","id":%d,'
                      b'"fields":{"co2_ppm":%d}}\n' % (n, n))
        seqs = []
        for n, peer in enumerate(peers):
            answer = peer.receive()
            self.assertEqual(answer["id"], n)
            seqs.append(answer["seq"])
        self.assertEqual(sorted(seqs), list(range(1, 1001)))
        extra = Peer(self.socket_path)
        self.addCleanup(extra.close)
        self.assertEqual(extra.receive()["error"], "too_many")
        for peer in peers[1:]:
            peer.close()
        status = peers[0].call(op="status")
        while status["peers"] > 1:
            status = peers[0].call(op="status")
        self.assertEqual((status["requests"] >= 1000, status["peers_refused"]), (True, 1))

    def test_half_lines_and_silence_hinder_nobody(self):
        self.launch()
        silent = [self.connect() for _ in range(30)]
        for peer in silent[::2]:
            peer.send(b'{"op":"set","characteristic":"env_')
        other = self.connect()
        for n in range(1, 200):
            reply = other.call(op="set", characteristic="env_measurements",
                               fields={"co2_ppm": n})
            self.assertEqual(reply["seq"], n)
        silent[0].send(b'measurements","fields":{"light_raw":7}}\n')
        self.assertEqual(silent[0].receive()["seq"], 200)

    def test_ten_megabytes_without_a_newline_cost_no_memory(self):
        process = self.launch()
        peer = self.connect()
        peer.call(op="status")
        before = self.memory_of(process)
        for _ in range(160):
            peer.send(b"[" * 65536)
        peer.send(b"\n")
        self.assertEqual(peer.receive()["error"], "too_long")
        self.assertTrue(peer.call(op="status")["ok"])
        self.assert_grown_little(process, before)

    def test_arrays_that_wait_cost_no_more_than_their_lines(self):
        """Read whole, each of them would take five megabytes."""
        process = self.launch("-o", "limits.peer_bytes=16k")
        deaf, other = [self.connect() for _ in range(20)], self.connect()
        other.call(op="status")
        before = self.memory_of(process)
        for peer in deaf:
            peer.send(b"[" + b",".join([b"{}"] * 20000) + b"]\n")
        while other.call(op="status")["bad_requests"] < 100 * len(deaf):
            pass
        self.assert_grown_little(process, before)
        for _ in range(20000):
            self.assertEqual(deaf[0].receive()["error"], "bad_request")

    def test_who_sends_and_never_reads_is_not_read_and_costs_no_memory(self):
        process = self.launch("-o", "limits.peer_bytes=64k")
        deaf, other = self.connect(), self.connect()
        other.call(op="status")
        before = self.memory_of(process)
        deaf.socket.setblocking(False)
        line, refused = b'{"op":"status"}\n' * 100, 0
        while refused < 100:
            try:
                deaf.socket.send(line)
                refused = 0
            except BlockingIOError:
                refused += 1
            self.assertTrue(other.call(op="status")["ok"])
        self.assertEqual(other.call(op="status")["peers_cut_off"], 0)
        self.assert_grown_little(process, before)


class Rights(Story):

    def test_an_unknown_admin_group_is_said_by_its_key(self):
        done = self.run_spored("-o", "bluez.bus=" + self.bus.address, "-o",
                               "socket.admin_group=no-such-group-anywhere",
                               os.environ["MUSHPI_PROFILE"])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('-o socket.admin_group=no-such-group-anywhere: there is no group '
                      '"no-such-group-anywhere"', done.stderr)

    def test_the_read_only_socket(self):
        path = os.path.join(self.folder, "read-only.sock")
        self.launch("-o", "socket.read_only_path=" + path)
        reader = Peer(path)
        self.addCleanup(reader.close)
        reply = reader.call(op="set", characteristic="env_measurements", fields={"co2_ppm": 1})
        self.assertEqual(reply["error"], "not_permitted")
        self.assertEqual(reader.call(op="get", characteristic="env_measurements")["seq"], 0)
        self.assertIn("spored_", reader.call(op="metrics")["text"])
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o666)


class Central(BluezStory):
    """What takes a central to happen."""

    def setUp(self):
        super().setUp()
        self.put_on_air("-o", "limits.peer_bytes=4k")

    def cut_off(self, *requests, told=lambda: None):
        """A peer makes these requests and never reads again until it is cut off. told is called
        after each write."""
        deaf = self.connect()
        for request in requests:
            self.assertTrue(deaf.call(**request)["ok"])
        while not self.status()["peers_cut_off"]:
            for _ in range(200):
                self.assertNotIn("error", self.write("alarm", "07"))
                told()

    def test_a_watcher_that_never_reads_is_cut_off(self):
        reads, numbers = self.connect(), []
        reads.call(op="watch")
        self.cut_off({"op": "watch"}, told=lambda: numbers.append(reads.receive()["number"]))
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertEqual(self.counters("alarm")["writes"], len(numbers))
        self.assertEqual(self.status()["peers_cut_off"], 1)

    def test_a_handler_that_never_reads_leaves_its_place_and_its_will(self):
        will = [{"characteristic": "level", "value": 77}]
        self.cut_off({"op": "handle", "characteristic": "alarm"}, {"op": "will", "values": will})
        self.until(lambda: self.peer.call(op="get", characteristic="level")["value"] == 77)
        self.assertTrue(self.peer.call(op="handle", characteristic="alarm")["ok"])
        self.assertEqual(self.status()["wills"], 1)


VOLATILE = {"age_s", "since_s", "uptime_s", "version", "number", "text"}


def unfold(source):
    """The examples of the page: for each block of them ("run", words), (">", line) and
    ("<", line), in their order."""
    block, literal = [], False
    for line in source.splitlines():
        if line.startswith(".\\\" run: "):
            if block and block[-1][0] != "run":
                yield block
                block = []
            block.append(("run", line.split(": ", 1)[1]))
        elif line.startswith((".Bd", ".Ed")):
            literal = line.startswith(".Bd")
            if not literal and any(kind != "run" for kind, _ in block):
                yield block
                block = []
        elif literal and line[:2] in ("> ", "< "):
            block.append((line[0], line[2:]))
        elif literal and line.startswith("  ") and block and block[-1][0] != "run":
            block[-1] = (block[-1][0], block[-1][1] + " " + line.strip())


def expected_of(line):
    line = re.sub(r",\.\.\.}", ',"...":0}', line)
    return json.loads(re.sub(r",\.\.\.]", ',"..."]', line))


def fits(expected, found, shape=False):
    """Members may have gone by "..."; of what changes, and everywhere if shape is wanted, only the
    type is looked at."""
    if isinstance(expected, dict):
        shape = shape or "protocol" in expected
        wanted = {k: v for k, v in expected.items() if k != "..."}
        return (isinstance(found, dict) and wanted.keys() <= found.keys() and
                ("..." in expected or wanted.keys() == found.keys()) and
                all(fits(v, found[k], shape or k in VOLATILE) for k, v in wanted.items()))
    if isinstance(expected, list):
        wanted = [v for v in expected if v != "..."]
        return (isinstance(found, list) and len(found) >= len(wanted) and
                ("..." in expected or len(found) == len(wanted)) and
                all(fits(*pair, shape) for pair in zip(wanted, found)))
    return type(expected) is type(found) and (shape or expected == found)


class Page(BluezStory):
    """The examples of spored-socket(7), in the order of the page."""

    options = BluezStory.options + ("-o", "socket.handler_timeout=500ms")

    def setUp(self):
        super().setUp()
        self.source = PAGE.read_text(encoding="utf-8")
        profile = re.search(r"^\[service greenhouse].*?(?=^\.Ed)", self.source, re.M | re.S)[0]
        Path(self.profile).write_text(profile, encoding="utf-8")
        self.process = self.put_on_air()
        self.number = 0

    def run_handle(self, name):
        self.assertTrue(self.peer.call(op="handle", characteristic=name)["ok"])

    def run_write(self, name, data):
        self.bluez.command("write", "/spored/application/greenhouse/" + name, data,
                           "device=" + DEVICE)

    def run_describe(self, name, data):
        self.bluez.command("write-descriptor", "/spored/application/greenhouse/" + name, data,
                           "device=" + DEVICE)

    def run_phone(self, *words):
        uuid = {name: uuid for name, uuid in re.findall(
            r"^\[characteristic (\w+)]\nuuid = (\S+)", self.source, re.M)}
        self.bluez.command("phone", *(uuid.get(word, word) for word in words))
        if words[0] in ("connect", "disconnect"):
            connected = 1 if words[0] == "connect" else 0
            self.until(lambda: self.status()["connected"] == connected)

    def run_watch(self, kind):
        self.peer = self.connect()
        self.assertTrue(self.peer.call(op="watch", events=[kind])["ok"])

    def run_stale(self):
        """A value that was set once has become stale just now."""
        self.stop(self.process)
        self.process = self.launch("-o", "climate.max_age=100ms")
        self.wait_on_air()
        self.peer = self.connect()
        self.peer.call(op="watch", events=["stale"])
        self.peer.send(b'{"op":"set","characteristic":"climate","hex":"6402d600"}\n')
        while "ok" not in self.peer.receive():
            pass

    def run_off(self, *_words):
        self.wait_status("STATUS=not on air: deactivated by a program; sporectl activate")

    def run_on(self, *_words):
        self.wait_on_air()

    def run_power(self, _off):
        self.bluez.command("change", "hci0", "Powered=no")

    def step(self, kind, text):
        """False if a verdict came too late for what the page says, on a slow machine."""
        if kind == "run":
            word, *rest = text.split()
            getattr(self, "run_" + word)(*rest)
        elif kind == ">":
            text = re.sub(r'"number":\d+', f'"number":{self.number}', text)
            self.peer.send(text.encode() + b"\n")
        else:
            try:
                found = self.peer.receive()
            except TimeoutError:
                self.fail(f"nothing has come in the place of\n{text}")
            self.number = found.get("number", self.number)
            if found.get("error") == "expired" and "expired" not in text:
                return False
            self.assertTrue(fits(expected_of(text), found), f"\n{text}\n{found}")
        return True

    def test_the_examples_are_true(self):
        blocks = list(unfold(self.source))
        steps = sum(len(block) for block in blocks)
        self.assertGreater(steps, 60)
        for block in blocks:
            while not all(self.step(*step) for step in block):
                self.peer = self.connect()

    def test_only_who_handles_what_was_written_gives_the_verdict(self):
        """Another one, that handles something too, hears the number."""
        other = self.connect()
        other.call(op="watch", characteristics=["lamp"])
        self.assertTrue(other.call(op="handle", characteristic="target")["ok"])
        self.run_handle("lamp")
        answer = {}
        while not answer.get("ok"):  # too late, on a slow machine
            self.run_write("lamp", "01")
            number = other.receive()["number"]
            refusal = other.call(op="verdict", number=number, accept=True)
            self.assertEqual(refusal["error"], "expired")
            self.assertTrue(self.peer.receive()["verdict"])
            answer = self.peer.call(op="verdict", number=number, accept=True)

    def lamp(self):
        """Its status, by one connection however often it is asked for."""
        rows = self.peer.call(op="status")["characteristics"]
        return next(row for row in rows if row["name"] == "lamp")

    def decided(self):
        return self.lamp()["writes"] + self.lamp()["writes_refused"]

    def run_program(self, heading):
        """The program that stands below these words, started."""
        source = re.search(rf"^{heading}:\n\.Bd.*\n((?:.*\n)*?)\.Ed", self.source, re.M)[1]
        source = source.replace("\\e", "\\").replace("/run/spored/spored.sock", self.socket_path)
        process = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_the_programs_of_the_page_do_what_they_say(self):
        self.assertEqual(self.run_program("A producer in Python").stdout.readline(),
                         "{'ok': True, 'seq': 1, 'subscribed': False}\n")
        self.run_program("A handler that lets the lamp be switched on only")
        self.until(lambda: self.lamp()["handled"])
        written = 0
        for data, done in (("00", lambda c: c["writes_refused"] > c["verdicts_late"]),
                           ("01", lambda c: c["writes"] > 0)):
            while not done(self.lamp()):  # too late, on a slow machine
                self.assertLess(written, 100)
                self.run_write("lamp", data)
                written += 1
                self.until(lambda: self.decided() == written)

    def test_the_page_has_each_word_and_each_operation(self):
        known = self.peer.call(op="fly")["detail"].split("there are ")[1].split(", ")
        for name in known:
            self.assertRegex(self.source, rf"(?m)^\.Ss {name}$")
            self.assertIn(f'"op":"{name}"', self.source)


if __name__ == "__main__":
    unittest.main(verbosity=2)
