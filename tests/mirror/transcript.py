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


def without_reason(entry):
    words = entry.split()
    return " ".join(words[:2]) if words[1:2] == ["Disconnected"] else entry


class Transcript:
    """Steps in order. What is added goes to the step that is under way, into the lane of whoever
    saw it. A lane keeps its order; lanes say nothing about each other, because nothing in BlueZ
    orders what a bus, a socket and a central see. What it does order, a story says with
    Witness.expect_order()."""

    def __init__(self):
        self._steps = [(None, {}, True)]
        self._arrived = []  # (lane, entry), all of the step that is under way
        self._signals = set()
        self._changed = threading.Condition(threading.RLock())

    def has_signals(self, lane):
        """The lane has what bluetoothd tells on the bus. It alone is sorted in a step without
        order."""
        self._signals.add(lane)

    def begin(self, title, ordered=True):
        """title None: what happens in this step is nobody's business. Not ordered, for an adapter
        that comes, goes or is switched off: hci0's Powered was seen to be told before and after
        its managers and devices come or go; its place beside the answer to Set is not relied on
        either. Nothing is left out, and what sockets and centrals see keeps its order."""
        with self._changed:
            self._steps.append((title, {}, ordered))
            self._arrived = []

    def add(self, lane, text):
        with self._changed:
            self._steps[-1][1].setdefault(lane, []).append(text)
            self._arrived.append((lane, text))
            self._changed.notify_all()

    def arrived(self, *lanes):
        """What these lanes have in this step, together, as it came."""
        with self._changed:
            return [text for lane, text in self._arrived if lane in lanes]

    def wait(self, who, *texts, timeout=WAIT):
        """Waits until the lanes of somebody have, in this step, an entry for each of the texts
        that, with its lane before it, contains it; … in a text stands for anything. The same text
        twice asks for two."""
        def count(text):
            parts = text.split(" … ")
            return sum(all(part in f"{lane}: {entry}" for part in parts)
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
        """All of it, lanes in the order of their names. hidden: with what is nobody's
        business."""
        lines = []
        with self._changed:
            for title, lanes, ordered in self._steps:
                if title is None and not hidden:
                    continue
                lines.append(f"-- {title or 'in silence'}")
                # Which reason a link's end has when the adapter goes off is chance.
                off = any(entry.startswith(("hci0 goes", "hci0 Powered=no"))
                          for entries in lanes.values() for entry in entries)
                for lane in sorted(lanes):
                    entries = [without_reason(entry) if off else entry for entry in lanes[lane]]
                    if not ordered and lane in self._signals:
                        entries.sort()
                    lines += [f"   {lane}: {entry}" for entry in entries]
        return "\n".join(lines) + "\n"
