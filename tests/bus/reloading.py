"""What the tests of reloads have in common."""

import os
import signal

from bluez import REGISTRATIONS, BluezStory

MORE = """[service gamma]
uuid = 12345678-1234-5678-1234-56789abc0020
[characteristic extra]
uuid = 12345678-1234-5678-1234-56789abc0021
flags = read notify
type = u8
"""


class Reloading(BluezStory):
    """What is changed is in a drop-in."""

    def drop_in(self, text, name="change"):
        folder = self.profile + ".d"
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name + ".conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def reload(self, text=None):
        if text is not None:
            self.drop_in(text)
        return self.once(op="reload")

    def once(self, **request):
        """By a connection of its own, which goes at once."""
        peer = self.connect()
        try:
            return peer.call(**request)
        finally:
            peer.close()

    def status(self):
        return self.once(op="status")

    def expect_reloaded(self, text, in_place=(), anew=(), restart=()):
        reply = self.reload(text)
        self.assertTrue(reply.get("ok"), reply)
        self.assertEqual((reply["in_place"], reply["anew"], reply["restart"]),
                         (list(in_place), list(anew), list(restart)))
        self.assertEqual(reply["changed"], len(in_place) + len(anew))
        return reply

    def expect_nothing_registered(self):
        self.bluez.sync()
        self.assertEqual(self.bluez.calls(*REGISTRATIONS, "RegisterAgent", "UnregisterAgent"), [])

    def forget_calls(self):
        self.bluez.sync()
        self.bluez.waiting.clear()

    def put_on_air(self, *arguments, **properties):
        self.process = super().put_on_air(*arguments, **properties)
        self.forget_calls()
        return self.process

    def hang_up(self):
        """By signal: it is done once systemd has heard so."""
        self.process.send_signal(signal.SIGHUP)
        self.wait_notify(lambda text: "RELOADING=1" in text)
        self.wait_notify(lambda text: "READY=1" in text)
