"""Values between centrals, BlueZ and local programs."""

import unittest

from bluez import APPLICATION, DEVICE, FAILED, BluezStory

INVALID_ARGS = "org.bluez.Error.InvalidArguments"
OFFSET = "org.bluez.Error.InvalidOffset"
LENGTH = "org.bluez.Error.InvalidValueLength"
NOT_PERMITTED = "org.bluez.Error.NotPermitted"
NOT_SUPPORTED = "org.bluez.Error.NotSupported"


class Reads(BluezStory):

    def setUp(self):
        super().setUp()
        self.put_on_air()

    def test_a_read_has_what_was_set_and_counts(self):
        self.assertEqual(self.read("count")["hex"], "0000")
        self.set("count", 0x0102)
        self.assertEqual(self.read("count", "device=" + DEVICE, "mtu=185", "link=LE")["hex"], "0201")
        self.assertEqual(self.counters("count")["reads"], 2)

    def test_a_long_read_goes_on_at_its_offset_and_counts_once(self):
        self.assertEqual(self.read("blob", "offset=0")["hex"], "0102030405")
        self.assertEqual(self.read("blob", "offset=2")["hex"], "030405")
        self.assertEqual(self.read("blob", "offset=5")["hex"], "")
        self.refused(self.read("blob", "offset=6"), OFFSET)
        self.assertEqual(self.counters("blob")["reads"], 1)

    def test_descriptors_are_read(self):
        for name, whole in (("count/note", b"how many".hex()), ("count/origin", "00ff")):
            self.assertEqual(self.read(name, interface="GattDescriptor1")["hex"], whole)
        self.assertEqual(self.read("count/origin", "offset=1", interface="GattDescriptor1")["hex"],
                         "ff")
        self.refused(self.read("count/origin", "offset=3", interface="GattDescriptor1"), OFFSET)

    def test_options_of_a_wrong_type_are_refused(self):
        self.refused(self.read("count", "offset:s=0"), INVALID_ARGS)
        self.refused(self.read("count", "device:s=me"), INVALID_ARGS)
        self.refused(self.read("count/note", "offset:i=0", interface="GattDescriptor1"),
                     INVALID_ARGS)
        self.refused(self.read("count", "mtu:u=23"), INVALID_ARGS)
        self.refused(self.read("count", "prepare-authorize:q=1"), INVALID_ARGS)
        self.assertEqual(self.counters("count")["reads"], 0)

    def test_an_unknown_option_or_device_is_no_reason_to_refuse(self):
        for device in ("/nowhere", "/org/bluez/hci0/dev_77_77_77_77_77_77", "/org/bluez/hci0/dev_1"):
            reply = self.read("count", "unknown:i=5", "link:q=7", "device=" + device, "mtu=23")
            self.assertEqual(reply["hex"], "0000")
        self.assertEqual(self.counters("count")["reads"], 3)

    def test_what_only_can_be_written_is_not_read(self):
        self.refused(self.read("order"), NOT_PERMITTED)
        self.assertEqual(self.counters("order")["reads"], 0)

    def test_a_stranger_is_refused_and_counted_although_bluez_is_there(self):
        before = self.status()["calls_refused"]
        reply = self.bluez.answer_of("ReadValue", "stranger", "read",
                                     "/spored/application/alpha/count",
                                     "org.bluez.GattCharacteristic1")
        self.refused(reply, "org.freedesktop.DBus.Error.AccessDenied")
        for member in ("StartNotify", "Confirm"):
            reply = self.bluez.answer_of(member, "stranger", "call",
                                         "/spored/application/alpha/count",
                                         "org.bluez.GattCharacteristic1", member)
            self.refused(reply, "org.freedesktop.DBus.Error.AccessDenied")
        self.assertEqual(self.status()["calls_refused"], before + 3)
        self.assertEqual(self.counters("count")["reads"], 0)
        self.assertFalse(self.counters("count")["subscribed"])


class StaleReads(BluezStory):

    def wait_stale(self, stale):
        """It may have been so before the watcher came, or between."""
        while True:
            event = self.watcher.receive()
            self.assertEqual((event["event"], event["characteristic"]), ("stale", "blob"))
            if event["stale"] == stale:
                return

    def test_a_stale_value_is_refused_until_it_is_set(self):
        self.put_on_air("-o", "blob.max_age=2s", "-o", "blob.on_stale=refuse")
        self.watcher = self.connect()
        self.assertTrue(self.watcher.call(op="watch", events=["stale"])["ok"])
        self.assertTrue(self.peer.call(op="set", characteristic="blob", hex="0102030405")["ok"])
        self.wait_stale(True)
        self.refused(self.read("blob"), FAILED, "0x84")
        self.refused(self.read("blob", "offset=2"), FAILED, "0x84")
        row = self.counters("blob")
        self.assertEqual((row["reads"], row["reads_refused"]), (0, 2))
        self.assertEqual(self.read("count")["hex"], "0000")
        self.assertNotIn("error", self.write("blob", "aa", "offset=1"))
        self.wait_stale(False)
        self.assertEqual(self.read("blob")["hex"], "01aa")

    def test_a_stale_value_that_is_kept_is_read(self):
        self.put_on_air("-o", "blob.max_age=1ms")
        self.until(lambda: self.peer.call(op="get", characteristic="blob")["stale"])
        self.assertEqual(self.read("blob")["hex"], "0102030405")


class Writes(BluezStory):

    def setUp(self):
        super().setUp()
        self.put_on_air()
        self.watcher = self.connect()
        self.assertTrue(self.watcher.call(op="watch", events=["write"])["ok"])

    def hex(self, name):
        return self.peer.call(op="get", characteristic=name)["hex"]

    def taken(self, name, writes, refused):
        row = self.counters(name)
        self.assertEqual((row["writes"], row["writes_refused"]), (writes, refused))

    def test_a_write_is_stored_and_told_with_who_wrote(self):
        self.assertNotIn("error", self.write("alarm", "07", "device=" + DEVICE, "mtu=23", "link=LE"))
        event = self.watcher.receive()
        self.assertEqual((event["event"], event["characteristic"], event["hex"], event["device"]),
                         ("write", "alarm", "07", "11:22:33:44:55:66"))
        self.assertEqual(self.hex("alarm"), "07")
        self.taken("alarm", 1, 0)

    def test_a_write_without_a_device_is_taken(self):
        self.assertNotIn("error", self.write("alarm", "07"))
        self.assertIsNone(self.watcher.receive()["device"])

    def test_what_is_forwarded_is_not_stored(self):
        self.assertNotIn("error", self.write("order", "2a"))
        self.assertEqual(self.watcher.receive()["hex"], "2a")
        self.assertEqual(self.hex("order"), "00")

    def test_an_offset_goes_on_from_the_stored_value(self):
        self.assertNotIn("error", self.write("blob", "aabb", "offset=3"))
        self.assertEqual(self.hex("blob"), "010203aabb")
        self.assertNotIn("error", self.write("blob", "cc", "offset=1"))
        self.assertEqual(self.hex("blob"), "01cc")
        self.refused(self.write("blob", "00", "offset=3"), OFFSET)
        self.assertEqual(self.hex("blob"), "01cc")
        self.taken("blob", 2, 1)

    def test_a_wrong_length_is_refused(self):
        self.refused(self.write("alarm", "0102"), LENGTH)
        self.refused(self.write("alarm", ""), LENGTH)
        self.assertEqual(self.hex("alarm"), "00")
        self.taken("alarm", 0, 2)

    def test_512_bytes_are_taken_and_513_are_not(self):
        self.assertNotIn("error", self.write("blob", "ab" * 512))
        self.refused(self.write("blob", "cd" * 513), LENGTH)
        self.refused(self.write("blob", "cd" * 12, "offset=501"), LENGTH)
        self.assertEqual(self.hex("blob"), "ab" * 512)
        self.taken("blob", 1, 2)

    def test_out_of_range_is_an_error_of_the_application(self):
        self.refused(self.write("alarm", "0a"), FAILED, "0x80")
        self.assertEqual(self.hex("alarm"), "00")
        self.taken("alarm", 0, 1)

    def test_what_cannot_be_written_is_refused_and_counted(self):
        self.refused(self.write("count", "0000"), NOT_PERMITTED)
        self.taken("count", 0, 1)

    def test_options_of_a_wrong_type_change_nothing(self):
        self.refused(self.write("alarm", "07", "offset:i=0"), INVALID_ARGS)
        self.refused(self.write("alarm", "07", "device:b=yes"), INVALID_ARGS)
        self.refused(self.write("alarm", "07", "prepare-authorize:s=no"), INVALID_ARGS)
        self.assertEqual(self.hex("alarm"), "00")
        self.taken("alarm", 0, 3)
        reply = self.bluez.answer_of("WriteValue", "write-descriptor",
                                     APPLICATION + "/alpha/count/note", "41", "mtu:u=23")
        self.refused(reply, INVALID_ARGS)
        self.assertEqual(self.counters("count")["descriptor_writes_refused"], 1)

    def test_a_device_that_nobody_has_seen_writes_as_any_other(self):
        self.assertNotIn("error", self.write("alarm", "01", "device=/nowhere", "unknown=7"))
        self.assertIsNone(self.watcher.receive()["device"])
        self.assertNotIn("error", self.write("alarm", "02", "device=/a/dev_77_77_77_77_77_77"))
        self.assertEqual(self.watcher.receive()["device"], "77:77:77:77:77:77")

    def test_nothing_is_written_when_bluez_only_asks_whether_it_may_be(self):
        self.assertNotIn("error", self.write("blob", "", "prepare-authorize:b=yes"))
        self.assertNotIn("error", self.write("blob", "", "prepare-authorize:b=yes", "offset=3"))
        self.assertEqual(self.hex("blob"), "0102030405")
        self.taken("blob", 0, 0)
        self.refused(self.write("count", "", "prepare-authorize:b=yes"), NOT_PERMITTED)
        self.assertNotIn("error", self.write("blob", "aa", "prepare-authorize:b=no"))
        self.assertEqual(self.hex("blob"), "aa")

    def test_0_bytes_are_a_value_where_the_length_allows_it(self):
        self.assertNotIn("error", self.write("blob", ""))
        self.assertEqual(self.watcher.receive()["hex"], "")
        self.assertEqual(self.hex("blob"), "")
        self.assertEqual(self.read("blob")["hex"], "")
        self.refused(self.write("blob", "00", "offset=1"), OFFSET)

    def test_a_descriptor_that_may_only_be_read_is_not_written(self):
        reply = self.bluez.answer_of("WriteValue", "write-descriptor",
                                     APPLICATION + "/alpha/count/note", "41")
        self.refused(reply, NOT_PERMITTED)
        self.assertEqual(self.read("count/note", interface="GattDescriptor1")["hex"],
                         b"how many".hex())
        row = self.counters("count")
        self.assertEqual((row["descriptor_writes"], row["descriptor_writes_refused"]), (0, 1))


class WrittenDescriptors(BluezStory):

    MEMO = APPLICATION + "/alpha/level/memo"

    def setUp(self):
        super().setUp()
        with open(self.profile, "a", encoding="utf-8") as f:
            f.write("""[descriptor memo]
characteristic = level
uuid = 12345678-1234-5678-1234-56789abc0021
flags = read write
value = hex:0102
""")
        self.put_on_air()

    def write_memo(self, data, *options):
        return self.bluez.answer_of("WriteValue", "write-descriptor", self.MEMO, data, *options)

    def hex(self):
        return self.read("level/memo", interface="GattDescriptor1")["hex"]

    def test_it_is_written_at_its_offset(self):
        self.assertNotIn("error", self.write_memo("09", "offset=1"))
        self.assertEqual(self.hex(), "0109")
        self.refused(self.write_memo("09", "offset=3"), OFFSET)
        row = self.counters("level")
        self.assertEqual((row["descriptor_writes"], row["descriptor_writes_refused"]), (1, 1))

    def test_nothing_is_written_when_bluez_only_asks_whether_it_may_be(self):
        self.assertNotIn("error", self.write_memo("", "prepare-authorize:b=yes"))
        self.assertEqual(self.hex(), "0102")
        self.assertEqual(self.counters("level")["descriptor_writes"], 0)


class Subscriptions(BluezStory):

    def test_the_current_value_comes_on_subscribing(self):
        self.put_on_air()
        self.set("count", 5)
        self.subscribe("count")
        self.assertEqual(self.bluez.values(), [("count", "0500")])

    def test_not_where_it_is_not_wanted_or_nobody_has_set_one(self):
        self.put_on_air()
        self.subscribe("level")
        self.subscribe("raw")
        self.assertEqual(self.bluez.values(), [])
        self.peer.call(op="set", characteristic="raw", hex="")
        self.assertEqual(self.bluez.values(), [("raw", "")])

    def test_twice_is_one_subscription(self):
        self.put_on_air()
        self.subscribe("level")
        self.subscribe("level")
        self.set("level", 1, 2)
        self.assertEqual(self.bluez.values(), [("level", "01"), ("level", "02")])
        self.ask("level", "StopNotify")
        self.assertFalse(self.set("level", 3)["subscribed"])
        self.assertEqual(self.bluez.values(), [])

    def test_stopping_without_a_start_does_nothing(self):
        self.put_on_air()
        self.assertNotIn("error", self.ask("level", "StopNotify"))
        self.subscribe("level")
        self.assertTrue(self.set("level", 1)["subscribed"])

    def test_what_does_not_notify_says_so(self):
        self.put_on_air()
        self.refused(self.ask("blob", "StartNotify"), NOT_SUPPORTED)
        self.assertFalse(self.counters("blob")["subscribed"])

    def test_indications_go_the_same_way_and_are_confirmed(self):
        self.put_on_air()
        self.subscribe("alarm")
        self.set("alarm", 1)
        self.assertEqual(self.bluez.values(), [("alarm", "01")])
        self.assertEqual(self.counters("alarm")["confirmed"], 0)
        self.assertNotIn("error", self.ask("alarm", "Confirm"))
        self.assertEqual(self.counters("alarm")["confirmed"], 1)

    def test_a_confirmation_that_nobody_waits_for_is_not_counted(self):
        self.put_on_air()
        self.assertNotIn("error", self.ask("alarm", "Confirm"))
        self.assertEqual(self.counters("alarm")["confirmed"], 0)

    def test_a_write_is_notified_too(self):
        self.put_on_air()
        self.subscribe("alarm")
        self.write("alarm", "09")
        self.assertEqual(self.bluez.values(), [("alarm", "09")])

    def test_values_go_to_bluez_alone(self):
        self.put_on_air()
        self.subscribe("level")
        self.set("level", 1)
        self.assertEqual(self.bluez.wait("signal")["to"], "one")

    def test_a_waiting_value_is_not_doubled_by_a_new_subscriber(self):
        self.put_on_air("-o", "queue.window=1")
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("count")
        self.set("count", 7)
        self.subscribe("count")
        self.assertEqual(self.counters("count")["pending"], 1)
        self.speak()
        self.assertEqual(self.bluez.wait_values(2), [("count", "0000"), ("count", "0700")])
        self.assertEqual(self.bluez.values(), [])


class Window(BluezStory):
    """BlueZ takes what it gets, until it stops."""

    def silent(self, *arguments):
        self.put_on_air("-o", "queue.window=4", *arguments)
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("level")

    def test_all_values_come_in_order(self):
        self.put_on_air("-o", "queue.window=4", "-o", "queue.depth=256", "-o", "queue.rate=0")
        self.subscribe("level")
        self.set("level", *range(200))
        self.assertEqual(self.bluez.wait_values(200), self.numbers("level", range(200)))
        self.expect("level", published=200, sent=200)

    def test_a_silent_bluez_gets_the_window_and_no_more(self):
        self.silent("-o", "queue.depth=4")
        self.set("level", *range(1, 13))
        self.assertEqual(self.bluez.values(), self.numbers("level", range(1, 5)))
        self.assertEqual(len(self.bluez.take("call", member="Ping")), 1)
        self.expect("level", published=12, sent=4, overwritten=4, pending=4)
        self.speak()
        self.assertEqual(self.bluez.wait_values(4), self.numbers("level", range(9, 13)))
        self.assertEqual(self.bluez.values(), [])
        self.expect("level", published=12, sent=8, overwritten=4)

    def test_an_answered_ping_covers_only_what_was_sent_before_it(self):
        self.silent("-o", "queue.depth=16")
        self.set("level", *range(1, 13))
        self.assertEqual(len(self.bluez.values()), 4)
        self.bluez.command("reply", "Ping", "ok")
        self.assertEqual(self.bluez.values(), self.numbers("level", [5, 6]))
        self.expect("level", published=12, sent=6, pending=6)

    def test_coalesce_keeps_the_newest(self):
        self.silent("-o", "queue.policy=coalesce")
        self.set("level", *range(1, 13))
        self.assertEqual(self.bluez.values(), self.numbers("level", range(1, 5)))
        self.expect("level", published=12, sent=4, coalesced=7, pending=1)
        self.speak()
        self.assertEqual(self.bluez.wait_values(1), self.numbers("level", [12]))
        self.assertEqual(self.bluez.values(), [])
        self.expect("level", published=12, sent=5, coalesced=7)

    def test_a_bluez_that_does_not_read_finds_the_window_when_it_does(self):
        self.put_on_air("-o", "queue.window=4", "-o", "queue.depth=4")
        self.subscribe("level")
        self.bluez.command("deaf")
        self.set("level", *range(1, 13))
        self.expect("level", published=12, sent=4, overwritten=4, pending=4)
        self.bluez.command("hear")
        self.assertEqual(self.bluez.wait_values(8),
                         self.numbers("level", [1, 2, 3, 4, 9, 10, 11, 12]))

    def test_a_ping_that_is_refused_is_an_answer(self):
        self.silent()
        self.set("level", *range(1, 7))
        self.assertEqual(self.bluez.values(), self.numbers("level", range(1, 5)))
        self.bluez.command("reply", "Ping", "error", "org.freedesktop.DBus.Error.UnknownMethod")
        self.assertEqual(self.bluez.values(), self.numbers("level", [5, 6]))

    def test_a_ping_without_an_answer_is_sent_again(self):
        self.put_on_air("-o", "queue.window=4", "-o", "bluez.call_timeout=100ms")
        self.bluez.command("answer", "Ping", "never")
        self.subscribe("level")
        self.set("level", *range(1, 7))
        for _ in range(3):
            self.bluez.wait_call("Ping")
        self.expect("level", published=6, sent=4, pending=2)
        self.bluez.command("answer", "Ping", "ok")
        self.assertEqual(self.bluez.wait_values(2), self.numbers("level", [5, 6]))

    def test_two_busy_ones_take_turns(self):
        self.put_on_air("-o", "queue.window=1")
        self.subscribe("level")
        self.subscribe("alarm")
        self.bluez.command("answer", "Ping", "hold")
        self.set("level", 1, 2, 3)
        self.set("alarm", 1, 2, 3)
        self.speak()
        self.assertEqual(self.bluez.wait_values(6), [
            ("level", "01"), ("alarm", "01"), ("level", "02"), ("alarm", "02"),
            ("level", "03"), ("alarm", "03")])

    def test_what_waits_when_bluez_leaves_is_dropped_as_gone(self):
        self.silent("-o", "queue.depth=4")
        self.set("level", *range(1, 13))
        self.assertEqual(self.bluez.values(), self.numbers("level", range(1, 5)))
        self.bluez.command("disown")
        self.wait_status("bluetoothd is not running")
        self.expect("level", published=12, sent=4, overwritten=4, gone=4)
        self.assertFalse(self.set("level", 99)["subscribed"])
        self.bluez.command("own")
        self.wait_on_air()
        self.bluez.command("answer", "Ping", "ok")
        self.subscribe("level")
        self.set("level", 100)
        self.assertEqual(self.bluez.values(), self.numbers("level", [100]))

    def test_what_waits_when_the_subscriber_leaves_is_dropped_as_gone(self):
        self.silent()
        self.set("level", *range(1, 7))
        self.ask("level", "StopNotify")
        self.expect("level", published=6, sent=4, gone=2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
