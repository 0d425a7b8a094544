"""What happened, written down so that two worlds can be compared."""

import threading
import zlib

WAIT = 30  # seconds


def spell(data):
    """Bytes for a reader: short ones in hex, long ones by size and checksum."""
    data = bytes(data)
    if len(data) <= 24:
        return data.hex() or "nothing"
    return f"{len(data)} bytes {data[:4].hex()}… crc {zlib.crc32(data):08x}"


def left_to_chance(lanes):
    """What the real bluetoothd tells or does not tell in a step without order: properties of an
    object that comes or goes in it."""
    moved = {entry.split()[0] for entries in lanes.values() for entry in entries
             if " goes: " in entry or " appears: " in entry}
    return {entry for entries in lanes.values() for entry in entries
            if entry.split()[0] in moved and "=" in entry.split()[1]}


def without_reason(entry):
    words = entry.split()
    return " ".join(words[:2]) if words[1:2] == ["Disconnected"] else entry


class Transcript:
    """Steps in order. What is added goes to the step that is under way, into the lane of whoever
    saw it. A lane keeps its order; lanes say nothing about each other, because nothing in BlueZ
    orders what a bus, a socket and a central see."""

    def __init__(self):
        self._steps = [(None, {}, True)]
        self._changed = threading.Condition(threading.RLock())

    def begin(self, title, ordered=True):
        """title None: what happens in this step is nobody's business. Not ordered: the real
        bluetoothd does its things in one order today and in another tomorrow, see also
        left_to_chance()."""
        with self._changed:
            self._steps.append((title, {}, ordered))

    def add(self, lane, text):
        with self._changed:
            self._steps[-1][1].setdefault(lane, []).append(text)
            self._changed.notify_all()

    def wait(self, who, *texts, timeout=WAIT):
        """Waits until the lanes of somebody have, in this step, an entry for each of the texts
        that contains it; … in a text stands for anything. The same text twice asks for two."""
        def count(text):
            parts = text.split(" … ")
            return sum(all(part in entry for part in parts)
                       for lane, entries in self._steps[-1][1].items() for entry in entries
                       if f"{lane} ".startswith(f"{who} "))

        def there():
            return all(count(text) >= texts.count(text) for text in texts)

        with self._changed:
            if not self._changed.wait_for(there, timeout):
                raise TimeoutError(f"{who} did not see {', '.join(texts)} in {timeout} s")

    def has(self, text):
        """Whether any lane has, in this step, an entry that contains the text."""
        with self._changed:
            return any(text in e for lane in self._steps[-1][1].values() for e in lane)

    def wait_any(self, text, timeout=WAIT):
        with self._changed:
            if not self._changed.wait_for(lambda: self.has(text), timeout):
                raise TimeoutError(f"nobody saw {text} in {timeout} s")

    def seen(self, lane):
        """What the lane has in this step."""
        with self._changed:
            return list(self._steps[-1][1].get(lane, []))

    def text(self, hidden=False):
        """All of it, lanes in the order of their names. A lane whose name ends in * is sorted.
        hidden: with what is nobody's business."""
        lines = []
        with self._changed:
            for title, lanes, ordered in self._steps:
                if title is None and not hidden:
                    continue
                lines.append(f"-- {title or 'in silence'}")
                lost = set() if ordered else left_to_chance(lanes)
                # Which reason a link's end has when the adapter goes off is chance too.
                off = any(entry.startswith(("hci0 goes", "hci0 Powered=no"))
                          for entries in lanes.values() for entry in entries)
                for lane in sorted(lanes):
                    entries = [without_reason(entry) if off else entry
                               for entry in lanes[lane] if entry not in lost]
                    if not ordered or lane.endswith("*"):
                        entries.sort()
                    lines += [f"   {lane.rstrip('*')}: {entry}" for entry in entries]
        return "\n".join(lines) + "\n"
