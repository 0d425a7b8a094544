"""The demonstration on a real adapter: what spored says of the phones that it serves."""

import re


def units(profile):
    """The unit of each characteristic, from the profile's text."""
    found, name = {}, None
    for line in profile.splitlines():
        if match := re.match(r"\[(\w+) (\S+)\]", line):
            name = match[2] if match[1] == "characteristic" else None
        elif name and (match := re.match(r"type\s*=.*\bunit=(\S+)", line)):
            found[name] = match[1]
    return found


class Phones:
    """Asks spored once a second and fills the view."""

    def __init__(self, view, client, profile):
        self.view, self.client, self.units = view, client, units(profile)
        self.reads = 0
        self._sent, self._subscribed = {}, set()

    def ask(self):
        status = self.client.request(op="status")
        self.reads = sum(c["reads"] for c in status["characteristics"])
        for characteristic in status["characteristics"]:
            name = characteristic["name"]
            value = self.client.request(op="get", characteristic=name).get("value", "")
            row = self.view.row(name)
            row.value = f"{value} {self.units.get(name, '')}".rstrip()
            new = characteristic["sent"] - self._sent.get(name, 0)
            self._sent[name] = characteristic["sent"]
            if new:
                row.notified(row.value, new)
            self._tell_subscription(name, characteristic["subscribed"])
        return status

    def _tell_subscription(self, name, subscribed):
        if subscribed and name not in self._subscribed:
            self._subscribed.add(name)
            self.view.tell(f"a phone subscribes to {name}")
        elif not subscribed and name in self._subscribed:
            self._subscribed.discard(name)
            self.view.tell(f"nobody is subscribed to {name} any more")
