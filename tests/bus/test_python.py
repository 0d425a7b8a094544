"""spored.py: with the real daemon, and with a socket that says what a test wants."""

import contextlib
import json
import os
import select
import socket
import tempfile
import threading
import unittest
import unittest.mock

import spored
from bluez import BluezStory
from harness import LIMIT, Story


class Peer:
    """In the place of spored: what a client has sent, and what it is told."""

    def __init__(self, connection):
        connection.settimeout(LIMIT)
        self.socket, self.lines = connection, connection.makefile("rb")

    def reads(self):
        return json.loads(self.lines.readline())

    def says(self, *messages):
        for message in messages:
            raw = message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n"
            self.socket.sendall(raw)

    def close(self):
        self.lines.close()
        self.socket.close()


class Scripted(unittest.TestCase):

    reconnect = False

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="spored-")
        self.addCleanup(folder.cleanup)
        self.path = folder.name + "/spored.sock"
        self.listen()
        self.client = spored.Client(self.path, timeout=LIMIT, reconnect=self.reconnect)
        self.addCleanup(self.client.close)
        self.client.connect()
        self.accept()

    def listen(self):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.settimeout(LIMIT)
        self.listener.bind(self.path)
        self.listener.listen(4)
        self.addCleanup(self.listener.close)

    def accept(self):
        self.peer = Peer(self.listener.accept()[0])
        self.addCleanup(self.peer.close)

    @contextlib.contextmanager
    def answering(self, *answers):
        """The next requests get these answers, each when it has come."""
        def answer():
            for members in answers:
                self.peer.says({"id": self.peer.reads()["id"], **members})

        thread = threading.Thread(target=answer)
        thread.start()
        yield
        thread.join(LIMIT)

    def wait(self, done):
        while not done():
            self.client.wait(LIMIT)

    def test_answers_come_to_their_requests(self):
        heard = []
        self.client.send("one", heard.append)
        self.client.send("two", heard.append)
        self.client.send("three")
        self.peer.says({"id": 2, "ok": True}, {"id": 3, "error": "x"}, {"id": 9}, {"id": "1"})
        self.peer.says({"id": 1, "error": "bad"})
        self.wait(lambda: len(heard) == 2)
        self.assertEqual(heard, [{"id": 2, "ok": True}, {"id": 1, "error": "bad"}])

    def test_a_line_in_pieces(self):
        self.peer.says(b'{"id"')
        self.client.wait(LIMIT)
        self.peer.says(b':1,"ok":true}\n{"ev')
        self.assertTrue(self.client.request("status")["ok"])

    def test_a_refusal(self):
        self.peer.says({"id": 1, "error": "queue_full", "detail": "4 wait"})
        with self.assertRaises(spored.Refused) as caught:
            self.client.set("t", 1)
        self.assertEqual((caught.exception.word, caught.exception.detail), ("queue_full", "4 wait"))

    def test_an_error_without_an_id_is_for_the_oldest(self):
        heard = []
        self.client.send("one", heard.append)
        self.peer.says({"error": "too_long"}, {"id": 2, "ok": True})
        self.assertTrue(self.client.request("two")["ok"])
        self.client.process()
        self.assertEqual(heard, [{"error": "too_long"}])

    def test_a_connection_that_is_turned_away(self):
        """It is no answer: what was asked has not been looked at."""
        heard = []
        self.client.send("one", heard.append)
        self.peer.says({"error": "too_many", "detail": "8 are connected"})
        self.peer.close()
        with self.assertRaisesRegex(spored.Disconnected, "8 are connected"):
            self.client.request("two")
        with contextlib.suppress(spored.Disconnected):
            self.client.process()
            self.client.process()
        self.assertEqual(heard, [None])

    def test_the_first_call_connects(self):
        client = spored.Client(self.path, timeout=LIMIT, reconnect=self.reconnect)
        self.addCleanup(client.close)
        self.assertRaises(spored.Disconnected, client.send, "status")
        self.assertEqual(client.due(), 0)

        def answer():
            self.accept()
            self.peer.says({"id": self.peer.reads()["id"], "ok": True})

        thread = threading.Thread(target=answer)
        thread.start()
        self.addCleanup(thread.join)
        self.assertTrue(client.status()["ok"])

    def test_what_came_during_a_call_is_due(self):
        """The descriptor does not tell of it any more."""
        heard = []
        with self.answering({}):
            self.client.watch(callback=heard.append)
        self.client.send("one", heard.append)
        self.peer.says({"event": "write"}, {"id": 2}, {"id": 3, "ok": True})
        self.client.status()
        self.assertEqual((heard, self.client.due()), ([], 0))
        self.client.process()
        self.assertEqual((heard, self.client.due()), ([{"id": 2}, {"event": "write"}], None))

    def test_connections_come_under_words_of_their_own(self):
        heard = []
        with self.answering({}):
            self.client.watch("t", events=["connection"], callback=heard.append)
        told = [{"event": "connected", "device": "D"}, {"event": "mtu", "device": "D", "mtu": 23},
                {"event": "subscribed", "characteristic": "t"},
                {"event": "disconnected", "device": "D"}]
        self.peer.says({"event": "write", "characteristic": "t"}, told[0],
                       {"event": "subscribed", "characteristic": "u"}, *told[1:])
        self.wait(lambda: len(heard) == 4)
        self.assertEqual(heard, told)
        with self.answering({"ok": True, "devices": [{"address": "D"}]}):
            self.assertEqual(self.client.devices(), [{"address": "D"}])

    def test_a_verdict_is_not_for_the_next_spored(self):
        """Its writes have the same numbers."""
        def handler(event):
            self.peer.close()
            with contextlib.suppress(spored.Disconnected):
                self.client.status()
            with contextlib.suppress(spored.Disconnected):
                self.client.timeout = 0.01
                self.client.status()
            self.client.timeout = LIMIT

        with self.answering({}):
            self.client.handle("a", handler)
        write = {"event": "write", "characteristic": "a", "number": 1, "verdict": True}
        self.peer.says(write)
        with contextlib.suppress(spored.Disconnected):
            self.client.wait(LIMIT)
        if self.reconnect:
            self.wait(lambda: self.client.connected)
            self.accept()
            self.assertEqual(self.peer.reads()["op"], "handle")
            with self.answering({}):
                self.client.request("last")

    def test_the_forms_of_a_value(self):
        for number, (value, fields) in enumerate((((21.4,), {}), ((b"\x01\xff",), {}),
                                                  ((), {"co2": 1}), (({"name": 2},), {})), 1):
            self.peer.says({"id": number, "ok": True})
            self.client.set("t", *value, **fields)
        sent = [self.peer.reads() for _ in range(4)]
        base = {"op": "set", "characteristic": "t"}
        self.assertEqual(sent, [{**base, "value": 21.4, "id": 1}, {**base, "hex": "01ff", "id": 2},
                                {**base, "fields": {"co2": 1}, "id": 3},
                                {**base, "fields": {"name": 2}, "id": 4}])
        for wrong in (lambda: self.client.set("t"), lambda: self.client.set("t", 1, co2=2),
                      lambda: self.client.set("t", 1, 2)):
            self.assertRaises(TypeError, wrong)
        self.assertRaises(ValueError, self.client.set, "t", float("nan"))

    def test_no_answer_in_time(self):
        self.client.timeout = 0.01
        self.assertRaises(spored.Timeout, self.client.status)
        self.assertRaises(TimeoutError, self.client.status)
        self.client.timeout = LIMIT
        self.peer.says({"id": 1, "ok": 1}, {"id": 2, "ok": 2}, {"id": 3, "ok": 3})
        self.assertEqual(self.client.status()["ok"], 3)

    def test_garbage_ends_it(self):
        for garbage in (b"hello\n", b"[]\n", b"\n", b"[" * 100000 + b"\n", b"\xff\n"):
            with self.subTest(garbage=garbage[:10]):
                self.peer.says(garbage)
                self.assertRaises(spored.Disconnected, self.client.status)
                self.assertFalse(self.client.connected)
                self.client.connect()
                self.accept()

    def test_a_line_without_an_end(self):
        sender = threading.Thread(target=self.send_for_ever)
        sender.start()
        self.addCleanup(sender.join)
        with self.assertRaisesRegex(spored.Disconnected, "too long"):
            self.client.run()

    def send_for_ever(self):
        try:
            while True:
                self.peer.says(b"x" * 65536)
        except OSError:
            pass

    def test_closed_in_the_middle(self):
        self.peer.says({"event": "write", "characteristic": "a"}, b'{"id":1')
        self.peer.close()
        with self.assertRaisesRegex(spored.Disconnected, "spored has closed"):
            self.client.status()
        self.assertRaises(spored.Disconnected, self.client.wait)
        self.assertRaises(ConnectionError, self.client.send, "status")

    def test_why_it_was_turned_away(self):
        self.peer.says({"error": "too_many", "detail": "8 are connected"})
        self.peer.close()
        with self.assertRaisesRegex(spored.Disconnected, "8 are connected"):
            self.client.run()
        self.assertEqual(self.client.refusal["error"], "too_many")

    def test_unsent_is_bounded(self):
        with self.assertRaises(spored.Error):
            while True:
                self.client.send("x", text="y" * 10000)
        # Whole lines, in order, once they are read.
        reader = threading.Thread(target=lambda: [self.peer.reads() for _ in range(100)])
        reader.start()
        while reader.is_alive():
            self.client.wait(0.01)

    def test_a_select_loop(self):
        number = self.client.fileno()
        self.assertEqual(select.select([self.client], [], [], 0)[0], [])
        self.peer.says({"event": "status"})
        self.assertEqual(select.select([self.client], [], [], LIMIT)[0], [self.client])
        self.client.process()
        self.assertEqual(select.select([self.client], [], [], 0)[0], [])
        self.assertIsNone(self.client.due())
        self.assertEqual(self.client.fileno(), number)

    def test_events(self):
        heard = []
        with self.answering({}, {}):
            self.client.watch("a", "b", callback=lambda event: heard.append(("watch", event["n"])))
            self.client.handle("a", lambda event: heard.append(("handle", event["n"])))
        for n, name in enumerate(("a", "b", "c")):
            self.peer.says({"event": "write", "characteristic": name, "n": n})
        self.peer.says({"event": "stale", "characteristic": "a", "n": 3})
        self.peer.says({"id": 3, "ok": True})
        self.client.status()
        self.assertEqual(heard, [])     # not called from inside another call
        self.client.process()
        self.assertEqual(heard, [("handle", 0), ("watch", 0), ("watch", 1)])

    def test_gone_comes_to_who_has_named_it(self):
        heard, refused = [], []
        self.client.on_refused = refused.append
        with self.answering({}, {}):
            self.client.watch("a", events=("stale",), callback=heard.append)
            self.client.handle("c", self.fail)
        self.peer.says(*({"event": "gone", "characteristic": name} for name in "acd"),
                       {"id": 3, "ok": True})
        self.client.status()
        self.client.process()
        self.assertEqual(heard, [{"event": "gone", "characteristic": "a"}])
        self.assertEqual([(r["error"], r["characteristic"]) for r in refused], [("gone", "c")])

    def test_calling_from_a_callback(self):
        answers = []
        with self.answering({}, {"n": 1}, {"n": 2}):
            self.client.watch(callback=lambda event: answers.append(self.client.status()["n"]))
            self.peer.says({"event": "write"}, {"event": "write"})
            self.wait(lambda: len(answers) == 2)
        self.assertEqual(answers, [1, 2])

    def test_an_answer_that_asks_again(self):
        heard = []
        self.client.send("one", lambda _: heard.append(self.client.request("three")["n"]))
        self.client.send("two", lambda answer: heard.append(answer["n"]))
        with self.answering({}, {"n": 2}, {"n": 3}):
            self.wait(lambda: len(heard) == 2)
        self.assertEqual(heard, [3, 2])

    def verdict_of(self, said):
        """What is sent for what a handler says."""
        def handler(_):
            if isinstance(said, Exception):
                raise said
            return said

        self.client._handlers["a"] = handler  # pylint: disable=protected-access
        self.peer.says({"event": "write", "characteristic": "a", "number": 7, "verdict": True})
        try:
            self.client.wait(LIMIT)
        except RuntimeError as error:
            self.assertIs(error, said)
        sent = self.peer.reads()
        self.assertEqual((sent.pop("op"), sent.pop("number")), ("verdict", 7))
        del sent["id"]
        return sent

    def test_verdicts(self):
        for said, verdict in ((None, {"accept": True}), (True, {"accept": True}),
                              (False, {"accept": False}),
                              (0x85, {"accept": False, "code": 0x85}),
                              (RuntimeError("x"), {"accept": False})):
            self.assertEqual(self.verdict_of(said), verdict)
        self.client._handlers["a"] = lambda _: spored.LATER  # pylint: disable=protected-access
        self.peer.says({"event": "write", "characteristic": "a", "number": 7, "verdict": True})
        self.client.wait(LIMIT)
        self.peer.says({"id": 6, "ok": True})
        self.client.verdict(7, False, 0x80)
        self.assertEqual(self.peer.reads(), {"op": "verdict", "number": 7, "accept": False,
                                             "code": 128, "id": 6})

    def test_events_that_nobody_takes_are_bounded(self):
        self.peer.says({"id": 1, "ok": True})
        found = self.client.watch()
        self.addCleanup(setattr, spored, "EVENTS_MAX", spored.EVENTS_MAX)
        spored.EVENTS_MAX = 3
        self.peer.says(*({"event": "write", "n": n} for n in range(5)), {"id": 2, "ok": True})
        self.client.status()
        self.assertEqual([next(found)["n"] for _ in range(3)], [2, 3, 4])
        self.assertEqual(self.client.events_lost, 2)

    def test_closed_from_inside(self):
        self.peer.says({"id": 1, "ok": True}, {"event": "write"})
        self.client.watch(callback=lambda event: self.client.close())
        self.client.run()
        self.assertRaises(spored.Disconnected, self.client.status)
        self.client.close()

    def test_the_usual_places(self):
        with unittest.mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": "/r"}, clear=True):
            self.assertEqual(spored.paths(), ["/r/spored.sock", "/run/spored/spored.sock"])
            os.environ["SPORED_SOCKET_PATH"] = "/a"
            self.assertEqual(spored.paths(), ["/a"])
        for path in ("/none/x", "/" + "x" * 200):
            with self.assertRaisesRegex(spored.Disconnected, path):
                spored.Client(path, reconnect=False).connect()


class Reconnecting(Scripted):

    reconnect = True

    def test_it_comes_back_with_all_that_was_asked_for(self):
        states, refused = [], []
        self.client.on_state = lambda *state: states.append(state)
        self.client.on_refused = refused.append
        with self.answering({}, {}, {}, {}):
            self.client.watch("a")
            self.client.handle("a", print)
            self.client.handle("b", print)
            self.client.will({"t": 0})
        number = self.client.fileno()
        self.peer.close()
        self.wait(lambda: len(states) == 2)
        self.assertEqual([state[0] for state in states], [False, True])
        self.assertEqual(self.client.fileno(), number)
        self.accept()
        asked = [self.peer.reads() for _ in range(4)]
        self.assertEqual([request["op"] for request in asked], ["will", "watch", "handle", "handle"])
        # Busy now: told once, and asked again when its time has come.
        self.peer.says({"id": asked[2]["id"], "error": "busy"})
        self.wait(lambda: refused)
        self.assertLessEqual(self.client.due(), spored.BUSY_RETRY)
        self.client._due = 0  # pylint: disable=protected-access
        self.client.process()
        again = self.peer.reads()
        self.assertEqual((again["op"], again["characteristic"]), ("handle", "a"))
        self.peer.says({"id": again["id"], "error": "busy"}, {"event": "write", "characteristic": "c"})
        self.client.wait(LIMIT)
        self.assertEqual(len(refused), 1)

    def test_a_call_waits_for_spored(self):
        self.listener.close()
        os.unlink(self.path)
        self.peer.close()
        self.assertRaises(spored.Disconnected, self.client.status)
        self.client.timeout = 0.01
        self.assertRaises(spored.Disconnected, self.client.status)
        self.client.timeout = LIMIT
        self.listen()
        answering = threading.Thread(target=self.answer_one)
        answering.start()
        self.addCleanup(answering.join)
        self.assertTrue(self.client.status()["ok"])

    def answer_one(self):
        self.accept()
        self.peer.says({"id": self.peer.reads()["id"], "ok": True})

    # What ends a client for good if it does not reconnect.
    test_garbage_ends_it = test_a_line_without_an_end = test_closed_in_the_middle = None
    test_why_it_was_turned_away = test_the_usual_places = None


class Daemon(Story):

    def setUp(self):
        super().setUp()
        self.process = self.launch()
        self.client = spored.Client(self.socket_path, timeout=LIMIT)
        self.addCleanup(self.client.close)

    def test_values(self):
        with self.client as client:
            answer = client.set("env_measurements", co2_ppm=450, temperature_c=22.5)
            self.assertEqual((answer["seq"], answer["subscribed"]), (1, False))
            self.assertEqual(client.get("env_measurements")["fields"]["temperature_c"], 22.5)
            client.set("env_measurements", bytes(12))
            self.assertEqual(client.get("env_measurements")["hex"], "00" * 12)
            with self.assertRaises(spored.Refused) as caught:
                client.set("env_measurements", colour=1)
            self.assertEqual(caught.exception.word, "unknown_field")
            self.assertIn("# HELP", client.metrics())
            self.assertFalse(client.status()["on_air"])
            client.advertise("another")     # we are spored's own user
            self.assertEqual(client.status()["name"], "another")

    def test_one_handler(self):
        with self.client as client, spored.Client(self.socket_path, timeout=LIMIT) as other:
            client.handle("override_bits", print)
            with self.assertRaises(spored.Refused) as caught:
                other.handle("override_bits", print)
            self.assertEqual(caught.exception.word, "busy")
            client.unhandle("override_bits")
            other.handle("override_bits", print)

    def test_a_will(self):
        with self.client as client:
            dying = spored.Client(self.socket_path, timeout=LIMIT).connect()
            dying.will({"env_measurements": {"co2_ppm": 9}, "status_flags": bytes([1, 0, 0, 0])})
            dying.close()
            while client.get("env_measurements")["fields"]["co2_ppm"] != 9:
                pass
            self.assertEqual(client.get("status_flags")["hex"], "01000000")

    def test_a_restart(self):
        with self.client as client:
            client.set("env_measurements", co2_ppm=1)
            self.stop(self.process)
            self.launch()
            while True:
                try:
                    client.set("env_measurements", co2_ppm=2)
                    break
                except spored.Disconnected:
                    pass  # one call may have been under way
            self.assertEqual(client.get("env_measurements")["seq"], 1)


class Writes(BluezStory):

    def test_writes_of_a_central(self):
        self.put_on_air()
        with spored.Client(self.socket_path, timeout=LIMIT) as client:
            found = client.watch("alarm")
            self.assertNotIn("error", self.write("alarm", "05"))
            event = next(found)
            self.assertEqual((event["characteristic"], event["value"], event["hex"]),
                             ("alarm", 5, "05"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
