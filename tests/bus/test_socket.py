"""The socket and sporectl, with the real daemon behind them."""

import json
import unittest

from harness import Peer, Story


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
