"""A reload that is refused memory: at each place where it asks for some, one after the other. The old
configuration stays in effect or the new one is, wholly; and the next reload is as any other."""

import mmap
import os
import struct
import unittest

from bluez import PROFILE
from harness import Closed
from reloading import MORE, Reloading

STRIDE = 7  # with 1 it is each place, and takes seven times as long
NUMBERS = struct.Struct("qqq")


class Refused(Reloading):

    orders = 0

    def launch(self, *arguments, env=None, profile=None):
        path = os.path.join(self.folder, "memory")
        with open(path, "wb") as file:
            file.write(bytes(mmap.PAGESIZE))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.addCleanup(self.memory.close)
        return super().launch(*arguments, profile=profile, env={
            "LD_PRELOAD": os.environ["REFUSE_MEMORY_LIBRARY"], "REFUSE_MEMORY": path,
            **(env or {})})

    def order(self, nth):
        """The process only reads these two, so nothing that it is at comes in between."""
        self.orders += 1
        self.memory[:16] = struct.pack("qq", nth, self.orders)

    def reload_refused(self, nth):
        """The answer, and whether it has asked so often."""
        self.order(nth)
        order = self.orders
        try:
            reply = self.peer.call(op="reload")
        except (ConnectionResetError, Closed):
            # What was refused may have been for its line, and then it is the one to go.
            reply = {"error": "internal"}
        self.order(0)
        refused = NUMBERS.unpack(self.memory[:NUMBERS.size])[2] == order
        if reply == {"error": "internal"}:
            self.assertTrue(refused)
            self.peer = self.connect()
        return reply, refused

    def to(self, text):
        """Another configuration, and what becomes of each key."""
        self.drop_in(text)
        reply = self.peer.call(op="reload")
        self.assertTrue(reply.get("ok"), reply)
        self.until(lambda: self.peer.call(op="status")["on_air"])
        self.assertEqual(self.peer.call(op="get", characteristic="count")["value"], 1)
        # Who connects now has the limits of the configuration in effect.
        self.assertTrue(self.once(op="status")["ok"])
        return {what: reply[what] for what in ("in_place", "anew", "restart")}

    def each_place(self, one, other):
        """From the one to the other: refused, then with memory, and back."""
        self.put_on_air()
        self.peer.call(op="set", characteristic="count", value=1)
        self.to(one)
        wanted = self.to(other)
        places, refused = 0, True
        while refused:
            self.to(one)
            self.drop_in(other)
            reply, refused = self.reload_refused(1 + places * STRIDE)
            places += 1
            if reply.get("ok"):
                self.assertEqual({what: reply[what] for what in wanted}, wanted)
            else:
                self.assertEqual(reply["error"], "internal", reply)
            self.to(other)
        self.assertGreater(places, 10)

    def test_in_place(self):
        self.each_place("", "[queue]\ndepth = 7\n[limits]\nline_bytes = 4k\n"
                        "[characteristic level]\npolicy = block\nvalue = 3\nmax_age = 1h\n")

    def test_the_advertisement(self):
        self.each_place("", "[advertisement]\nname = Shed\nmanufacturer_data = 0xffff: 01\n")

    def test_the_agent(self):
        self.each_place("", "[agent]\ncapability = NoInputNoOutput\n")

    def test_another_table(self):
        self.each_place("", MORE)

    def launch_with_nothing(self):
        self.drop_in("")
        process = self.launch()
        self.peer = self.connect()
        self.assertFalse(self.peer.call(op="status")["on_air"])
        self.drop_in(PROFILE)
        return process

    def test_of_nothing_something(self):
        with open(self.profile, "w", encoding="utf-8") as file:
            file.write("")
        self.bluez.add_adapter()
        self.bluez.command("own")
        process = self.launch_with_nothing()
        refused, nth = True, 1
        while refused:
            reply, refused = self.reload_refused(nth)
            self.assertTrue(reply.get("ok") or reply["error"] == "internal", reply)
            if reply.get("ok"):
                self.until(lambda: self.peer.call(op="status")["on_air"])
                self.assertEqual(self.stop(process)[0], 0)
                self.wait_notify(lambda text: "STOPPING=1" in text)
                process = self.launch_with_nothing()
            nth += STRIDE
        self.assertGreater(nth, 10 * STRIDE)

    def test_a_broken_one(self):
        self.put_on_air()
        self.drop_in("[queue]\nrate = much\n")
        refused, nth = True, 1
        while refused:
            reply, refused = self.reload_refused(nth)
            self.assertIn(reply["error"], ("internal", "invalid_config"), reply)
            if reply["error"] == "invalid_config":
                self.assertIn("[queue] rate: ", reply["problems"][0])
            nth += 1
        self.assertGreater(nth, 10)
        self.assertTrue(self.status()["on_air"])


if __name__ == "__main__":
    unittest.main(verbosity=2, defaultTest="Refused")
