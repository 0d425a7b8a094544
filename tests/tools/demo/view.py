"""What the demonstration shows: a table that is drawn anew, or plain lines where it cannot be."""

import collections
import shutil
import sys
import time

BOLD, DIM, PLAIN, HOME, CLEAR_LINE, CLEAR_REST = \
    "\x1b[1m", "\x1b[2m", "\x1b[0m", "\x1b[H", "\x1b[K", "\x1b[J"
TALE_LINES = 8
RATE_SECONDS = 5  # over which notifications are counted


class Row:
    """One characteristic as the central knows it."""

    def __init__(self):
        self.value, self.count, self.recent = "", 0, collections.deque()

    def notified(self, value, count=1):
        self.value = value
        self.count += count
        self.recent.append((time.monotonic(), count))

    def rate(self, since):
        """Notifications a second of late."""
        now = time.monotonic()
        while self.recent and self.recent[0][0] < now - RATE_SECONDS:
            self.recent.popleft()
        return sum(n for _, n in self.recent) / max(min(RATE_SECONDS, now - since), 1)


class View:
    """Rows by name, and the tale: what happened, newest last."""

    def __init__(self, title, out=sys.stdout):
        self.title, self.out = title, out
        self.rows, self.tale = {}, collections.deque(maxlen=TALE_LINES)
        self.begin = time.monotonic()
        self._is_terminal = out.isatty()
        self._drawn = 0.0
        if self._is_terminal:
            out.write("\x1b[2J")

    def row(self, name):
        return self.rows.setdefault(name, Row())

    def tell(self, text):
        """Something that happened once."""
        self.tale.append(text)
        if not self._is_terminal:
            self._print(f"{self._clock()}  {text}")

    def draw(self, left=None):
        """Once a second, whoever asks how often."""
        now = time.monotonic()
        if now - self._drawn < 1:
            return
        self._drawn = now
        if self._is_terminal:
            self._draw_table(left)
        else:
            shown = ", ".join(f"{name} {row.value} ({row.rate(self.begin):.1f} a second)"
                              for name, row in self.rows.items() if row.count)
            if shown:
                self._print(f"{self._clock()}  notified: {shown}")

    def total(self):
        return sum(row.count for row in self.rows.values())

    def _clock(self):
        seconds = int(time.monotonic() - self.begin)
        return f"{seconds // 60}:{seconds % 60:02}"

    def _draw_table(self, left):
        columns, height = shutil.get_terminal_size()
        width = max((len(name) for name in self.rows), default=4)
        lines = [f"{BOLD}{self.title}{PLAIN}   {self._clock()}"
                 + ("" if left is None else f", {left:.0f} s left") + "   Ctrl+C ends it", ""]
        lines.append(f"{DIM}{'name':<{width}}  {'value':<28} {'notified':>16}{PLAIN}")
        lines.append(f"{DIM}{'':<{width}}  {'':<28} {'a second':>8} {'in all':>7}{PLAIN}")
        for name, row in list(self.rows.items())[:max(height - TALE_LINES - 7, 3)]:
            lines.append(f"{name:<{width}}  {row.value:<28.28} {row.rate(self.begin):>8.1f} "
                         f"{row.count:>7}")
        lines += ["", *(f"{DIM}{text[:columns - 1]}{PLAIN}" for text in self.tale)]
        self.out.write(HOME + "".join(line + CLEAR_LINE + "\n" for line in lines) + CLEAR_REST)
        self.out.flush()

    def _print(self, line):
        print(line, file=self.out, flush=True)
