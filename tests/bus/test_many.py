"""Many characteristics: everything that is told of all of them arrives whole."""

import json
import unittest

from bluez import BluezStory

MANY = 500

PROFILE = """[limits]
peer_bytes = 4k

[service many]
uuid = 12345678-1234-5678-1234-56789abc0000

""" + "".join(f"""[characteristic number_{n}]
uuid = 12345678-1234-5678-1234-56789abd{n:04x}
flags = read notify
type = u16
value = {n}

""" for n in range(MANY))


def path_of(name):
    return f"/spored/application/many/{name}"


class Many(BluezStory):

    def setUp(self):
        super().setUp()
        with open(self.profile, "w", encoding="utf-8") as f:
            f.write(PROFILE)
        self.names = [f"number_{n}" for n in range(MANY)]

    def test_the_answers_are_whole_however_little_may_wait(self):
        self.put_on_air()
        with self.subTest("status"):
            found = [c["name"] for c in self.status()["characteristics"]]
            self.assertEqual(found, self.names)
        with self.subTest("sporectl status"):
            done = self.ctl("--json", "status")
            self.assertEqual(done.returncode, 0, done.stderr)
            found = [c["name"] for c in json.loads(done.stdout)["characteristics"]]
            self.assertEqual(found, self.names)
        with self.subTest("sporectl metrics"):
            done = self.ctl("metrics")
            self.assertEqual(done.returncode, 0, done.stderr)
            for name in self.names:
                self.assertIn(f'characteristic="{name}"', done.stdout)
        with self.subTest("all values"):
            for name in self.names:
                reply = self.peer.call(op="get", characteristic=name)
                self.assertEqual(reply["value"], self.names.index(name), reply)

    def test_each_is_registered_read_and_notified(self):
        self.put_on_air()
        for name in (self.names[0], self.names[MANY // 2], self.names[-1]):
            self.bluez.answer_of("StartNotify", "call", path_of(name),
                                 "org.bluez.GattCharacteristic1", "StartNotify")
            self.bluez.wait("signal", path=path_of(name))
            self.set(name, 4660)
            event = self.bluez.wait("signal", path=path_of(name))
            self.assertEqual(event["Value"], "3412")
            reply = self.bluez.answer_of("ReadValue", "read", path_of(name),
                                         "org.bluez.GattCharacteristic1")
            self.assertEqual(reply["hex"], "3412")


if __name__ == "__main__":
    unittest.main()
