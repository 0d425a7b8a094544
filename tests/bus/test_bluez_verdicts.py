"""Writes whose handler has a say."""

import unittest

from bluez import FAILED, BluezStory, path_of

ALARM = "12345678-1234-5678-1234-56789abc0003"


class Handled(BluezStory):

    def begin(self, *arguments):
        process = self.put_on_air(*arguments)
        self.handler = self.connect()
        self.assertTrue(self.handler.call(op="handle", characteristic="alarm")["ok"])
        return process

    def write_pending(self, data):
        """The write's number: it is told, and not answered."""
        self.bluez.command("write", path_of("alarm"), data)
        event = self.handler.receive()
        self.assertEqual((event["event"], event["characteristic"], event["hex"]),
                         ("write", "alarm", data))
        self.assertIs(event["verdict"], True)
        return event["number"]

    def decide(self, number, accept, **more):
        return self.handler.call(op="verdict", number=number, accept=accept, **more)

    def answer(self):
        """What the write was answered; it ends as accepted without a text."""
        answer = self.bluez.wait("reply", to="WriteValue")
        if "error" in answer:
            self.assertEqual(answer["error"], FAILED)
        return answer.get("text")

    def wrote(self, name):
        """What became of the write of this central."""
        while (event := self.bluez.wait(name)).words[1] != "wrote":
            pass
        return event

    def hex(self):
        return self.peer.call(op="get", characteristic="alarm")["hex"]

    def expect_writes(self, writes, refused, late=0):
        row = self.counters("alarm")
        self.assertEqual((row["writes"], row["writes_refused"], row["verdicts_late"]),
                         (writes, refused, late))


class Verdicts(Handled):

    options = (*BluezStory.options, "-o", "alarm.verdict=handler", "-o",
               "socket.handler_timeout=500ms")

    def test_what_is_accepted_is_stored_and_answered(self):
        self.begin()
        number = self.write_pending("07")
        self.assertEqual(self.hex(), "00")
        self.assertTrue(self.decide(number, True)["ok"])
        self.assertIsNone(self.answer())
        self.assertEqual(self.hex(), "07")
        self.expect_writes(1, 0)

    def test_what_is_accepted_is_notified(self):
        self.begin()
        self.subscribe("alarm")
        number = self.write_pending("07")
        self.assertEqual(self.bluez.values(), [])
        self.decide(number, True)
        self.assertEqual(self.bluez.values(), [("alarm", "07")])
        self.assertIsNone(self.answer())

    def test_what_is_refused_is_not_stored(self):
        self.begin()
        self.assertTrue(self.decide(self.write_pending("07"), False)["ok"])
        self.assertEqual(self.answer(), "0x82")
        self.assertEqual(self.hex(), "00")
        self.expect_writes(0, 1)

    def test_the_handlers_own_code_goes_over_the_air(self):
        self.begin()
        for code in (0x80, 0x9f):
            self.assertTrue(self.decide(self.write_pending("07"), False, code=code)["ok"])
            self.assertEqual(self.answer(), f"0x{code:02x}")

    def test_what_is_not_legal_never_reaches_the_handler(self):
        self.begin()
        self.refused(self.write("alarm", "0a"), FAILED, "0x80")
        self.assertTrue(self.decide(self.write_pending("09"), True)["ok"])
        self.assertIsNone(self.answer())
        self.expect_writes(1, 1)

    def test_each_verdict_is_for_its_own_write(self):
        self.begin()
        numbers = {}
        for name, data in (("anna", "01"), ("bert", "02"), ("carl", "03")):
            self.bluez.command(name, "connect")
            self.bluez.command(name, "write", ALARM, data, wait=False)
            numbers[name] = self.handler.receive()["number"]
        self.assertTrue(self.decide(numbers["bert"], False, code=0x91)["ok"])
        self.assertEqual(self.wrote("bert").get("error"), "0x91")
        self.assertTrue(self.decide(numbers["anna"], True)["ok"])
        self.assertNotIn("error", self.wrote("anna"))
        self.assertEqual(self.hex(), "01")
        self.assertTrue(self.decide(numbers["carl"], False)["ok"])
        self.assertEqual(self.wrote("carl").get("error"), "0x82")
        self.assertEqual(self.hex(), "01")

    def test_spored_goes_on_while_one_is_pending(self):
        self.begin()
        number = self.write_pending("07")
        self.assertEqual(self.read("count")["hex"], "0000")
        self.assertNotIn("error", self.write("blob", "aa"))
        self.decide(number, True)
        self.assertIsNone(self.answer())

    def test_a_late_verdict_has_expired(self):
        self.begin("-o", "socket.handler_timeout=10ms")
        number = self.write_pending("07")
        self.assertEqual(self.answer(), "0x83")
        self.assertEqual(self.decide(number, True)["error"], "expired")
        self.assertEqual(self.hex(), "00")
        self.expect_writes(0, 1, late=1)

    def test_a_handler_that_goes_refuses(self):
        self.begin()
        self.write_pending("07")
        self.handler.close()
        self.assertEqual(self.answer(), "0x83")
        self.assertEqual(self.hex(), "00")

    def test_a_handler_that_gives_up_refuses(self):
        self.begin()
        self.write_pending("07")
        self.assertTrue(self.handler.call(op="unhandle", characteristic="alarm")["ok"])
        self.assertEqual(self.answer(), "0x83")

    def test_no_more_wait_than_may(self):
        self.begin("-o", "limits.verdicts=1")
        number = self.write_pending("01")
        self.refused(self.write("alarm", "02"), FAILED, "0x83")
        self.decide(number, True)
        self.assertIsNone(self.answer())
        self.assertEqual(self.hex(), "01")

    def test_bluez_goes_while_one_is_pending(self):
        self.begin()
        number = self.write_pending("07")
        self.bluez.command("restart")
        self.wait_status("bluetoothd is not running")
        self.decide(number, True)
        self.wait_on_air()
        self.assertTrue(self.decide(self.write_pending("08"), False)["ok"])
        self.assertEqual(self.answer(), "0x82")

    def test_the_bus_goes_while_one_is_pending(self):
        self.begin()
        number = self.write_pending("07")
        self.bus.stop()
        self.wait_status("there is no D-Bus bus")
        self.decide(number, True)
        self.assertFalse(self.status()["on_air"])

    def test_spored_ends_while_one_is_pending(self):
        process = self.begin()
        self.write_pending("07")
        self.assertEqual(self.stop(process)[0], 0)
        self.assertEqual(self.answer(), "0x83")


class WithoutHandler(Handled):

    def test_unhandled_writes_are_taken(self):
        self.put_on_air("-o", "alarm.verdict=handler")
        self.assertNotIn("error", self.write("alarm", "07"))
        self.assertEqual(self.hex(), "07")

    def test_or_refused_where_that_is_wanted(self):
        self.put_on_air("-o", "alarm.unhandled=refuse")
        self.refused(self.write("alarm", "07"), FAILED, "0x81")
        self.assertEqual(self.hex(), "00")
        self.expect_writes(0, 1)

    def test_a_handler_without_a_verdict_is_told_and_not_waited_for(self):
        self.begin("-o", "alarm.unhandled=refuse")
        self.assertNotIn("error", self.write("alarm", "07"))
        event = self.handler.receive()
        self.assertEqual(event["hex"], "07")
        self.assertNotIn("verdict", event)
        self.expect_writes(1, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
