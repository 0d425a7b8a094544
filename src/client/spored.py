"""Talk to spored, the Bluetooth LE peripheral daemon, over its socket. See spored-socket(7).

    import spored

    with spored.Client() as client:
        client.set("temperature", 21.4)                          # a single value
        client.set("env_measurements", co2_ppm=450, light_raw=7) # fields; the others stay
        client.set("raw", bytes([1, 2, 3]))                      # bytes as they are
        print(client.get("env_measurements")["fields"])

        for event in client.watch("control_targets"):            # writes of phones, for ever
            print(event["device"], event["fields"])

A program that decides on writes gives a function to handle(). Where the profile says
"verdict = handler", what the function returns is the verdict:

    def wanted(event):
        return event["fields"]["co2_max_ppm"] < 5000   # False: refused

    client.handle("control_targets", wanted)
    client.run()

An event loop watches fileno() and calls process(); no thread is started, nothing is global. One
thread at a time may use a client. Needs Python 3.9 and its standard library.
"""

import collections
import collections.abc
import errno
import itertools
import json
import logging
import os
import select
import socket
import time

__all__ = ["Client", "Disconnected", "Error", "LATER", "Refused", "Timeout", "paths"]

LINE_MAX, UNSENT_MAX = 16 << 20, 1 << 20
CONNECTION_EVENTS = ("connected", "disconnected", "mtu", "address", "bonded", "subscribed",
                     "unsubscribed")  # what is watched as "connection"
EVENTS_MAX, UNANSWERED_MAX = 10000, 65536   # that wait for the program; for spored
PAUSE_MIN, PAUSE_MAX, BUSY_RETRY = 0.1, 5.0, 5.0

LATER = object()    # what a handler returns that will call verdict() itself, in time


class Error(Exception):
    """Everything that goes wrong between a program and spored."""


class Disconnected(Error, ConnectionError):
    """There is no connection, or it was lost before the answer came: what was asked for may have
    been done or not."""


class Timeout(Error, TimeoutError):
    """The answer did not come in time. It will not be looked at any more."""


class Refused(Error):
    """spored's answer is an error. word: which one, as "queue_full"; detail: a sentence; answer:
    the whole of it."""

    def __init__(self, answer):
        self.word, self.detail, self.answer = answer["error"], answer.get("detail", ""), answer
        super().__init__(f"{self.word}: {self.detail}")


def paths():
    """Where spored is looked for: at $SPORED_SOCKET_PATH alone, if that is set."""
    if chosen := os.environ.get("SPORED_SOCKET_PATH"):
        return [chosen]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return ([runtime + "/spored.sock"] if runtime else []) + ["/run/spored/spored.sock"]


class _Stream:
    """Lines over a socket, without waiting. The epoll stays, the socket comes and goes."""

    def __init__(self):
        self.poll = select.epoll()
        self.socket, self.unsent, self.received = None, bytearray(), bytearray()

    def open(self, places):
        """Connects to the first place where spored listens. Raises the OSError of the last."""
        self.close()
        for place in places:
            new = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                new.setblocking(False)
                new.connect(place)
                self.poll.register(new, select.EPOLLIN)
                self.socket = new
                return
            except OSError as error:
                new.close()
                failure = OSError(error.errno, error.strerror or str(error), place)
                if error.errno not in (errno.ENOENT, errno.ECONNREFUSED, None):
                    raise failure from None  # None: the path is too long
        raise failure

    def close(self):
        if self.socket:
            self.poll.unregister(self.socket)
            self.socket.close()
        self.socket, self.unsent, self.received = None, bytearray(), bytearray()

    def send(self, line):
        if len(self.unsent) + len(line) + 1 > UNSENT_MAX:
            raise Error(f"more than {UNSENT_MAX} bytes wait to be sent")
        self.unsent += line + b"\n"
        self._flush()

    def _flush(self):
        try:
            while self.unsent:
                del self.unsent[:self.socket.send(self.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self.unsent.clear()  # reading tells what has happened, after what was said before
        self.poll.modify(self.socket, select.EPOLLIN | (select.EPOLLOUT if self.unsent else 0))

    def step(self):
        """Sends and reads once: the whole lines that came, and None or why it has ended."""
        self._flush()
        try:
            data = self.socket.recv(65536)
        except OSError as error:
            return [], None if isinstance(error, BlockingIOError) else error
        searched = len(self.received)
        self.received += data
        end = self.received.rfind(b"\n", searched) + 1
        lines = bytes(self.received[:end]).split(b"\n")[:-1]
        del self.received[:end]
        if not data:
            return lines, ConnectionResetError(errno.ECONNRESET, "spored has closed the connection")
        if max(map(len, [*lines, self.received])) > LINE_MAX:
            return lines, OSError(errno.EMSGSIZE, "a line of spored's is too long")
        return lines, None


def _left(deadline):
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def _value_members(value, fields):
    """The members of a request that say a value."""
    if len(value) != (0 if fields else 1):
        raise TypeError("either one value or fields")
    what = fields or value[0]
    if isinstance(what, (bytes, bytearray, memoryview)):
        return {"hex": bytes(what).hex()}
    return {"fields": dict(what)} if isinstance(what, collections.abc.Mapping) else {"value": what}


class Client:
    """A connection to spored. The first call makes it.

    path: of the socket; None: the first of paths() where spored listens. timeout: seconds that a
    call waits for its answer (and, with reconnect, for the connection). reconnect: what is lost or
    not there yet is tried again after pauses of 0.1 to 5 s, and what was watched, handled and left
    as a will is asked for again. on_state(connected, why): called at each change.
    on_refused(answer): called when something that no call waits for is refused, and when a reload
    has ended what is handled (answer["error"] == "gone"); None: it is logged.

    Calls raise Refused, Timeout or Disconnected. Callbacks are called from process(), wait(), run()
    and from going through watch(): never from other calls, so they may call whatever they like."""

    def __init__(self, path=None, *, timeout=10.0, reconnect=True, on_state=None, on_refused=None):
        self.path, self.timeout, self.reconnect = path, timeout, reconnect
        self.on_state = on_state
        self.on_refused = on_refused or (lambda answer: logging.getLogger(__name__).warning(
            "%s: %s", answer["error"], answer.get("detail", "")))
        self.closed = False
        self.events_lost = 0     # more came than EVENTS_MAX, and the oldest were dropped
        self.refusal = None      # an error that spored gave unasked, as a dict: why it closed
        self._why = None         # why it is not connected; None: that was not tried yet
        self._stream = _Stream()
        self._answered, self._events = collections.deque(), collections.deque()
        self._unanswered = {}    # id: callback or None, oldest first
        self._ids = itertools.count(1)
        self._pause, self._due, self._losses = PAUSE_MIN, None, 0
        self._watch = self._watched = self._will = None
        self._handlers, self._busy = {}, set()

    def __enter__(self):
        return self.connect()

    def __exit__(self, *_):
        self.close()

    @property
    def connected(self):
        return self._stream.socket is not None

    def connect(self):
        """Connects now. Without reconnect it raises Disconnected if spored is not there; with it,
        the calls that follow wait for it. Returns the client."""
        if not self.connected:
            self._try_to_connect()
        if not self.connected and not self.reconnect:
            raise Disconnected(self._why)
        return self

    def close(self):
        """Ends it: a will is carried out, handlers are gone. A closed client cannot be used."""
        self.closed, self._due, self._why = True, None, "the client is closed"
        self._stream.close()
        self._stream.poll.close()
        self._unanswered.clear()

    def fileno(self):
        """For select() or an event loop: the same as long as the client lives. When it is readable,
        or due() seconds have passed, call process()."""
        return self._stream.poll.fileno()

    def due(self):
        """In how many seconds process() has something to do if nothing comes; None: then never."""
        return 0.0 if self._answered or self._events or self._why is None else _left(self._due)

    def process(self):
        """Does what can be done without waiting, and calls back. Raises Disconnected when the
        connection is lost for good."""
        if not self._answered and not self._events:
            self._check_usable()
        self._step()
        self._call_back()
        if not self.closed:
            self._check_usable()

    def wait(self, timeout=None):
        """Waits (seconds; None: for ever) until there is something to do, and does it."""
        if not self._answered and not self._events:
            self._check_usable()
            self._poll(timeout and time.monotonic() + timeout)
        self.process()

    def run(self):
        """Calls back until the client is closed, or lost for good."""
        while not self.closed:
            self.wait()

    def send(self, op, callback=None, **members):
        """Sends a request without waiting. callback(answer) is called with the answer as a dict,
        errors too, or with None if the connection is lost; None: it is not looked at. Returns its
        id. Raises Disconnected, and Error when too much waits."""
        return self._send(op, callback and (
            lambda answer: self._answered.append((callback, answer))), members)

    def _send(self, op, callback, members):
        """The callback is called at once, and may not call."""
        if not self.connected:
            raise Disconnected(self._why or "not connected yet")
        if len(self._unanswered) >= UNANSWERED_MAX:
            raise Error(f"{UNANSWERED_MAX} requests wait for their answers")
        number = next(self._ids)
        line = json.dumps({"op": op, **members, "id": number}, allow_nan=False,
                          separators=(",", ":"))
        self._stream.send(line.encode())
        self._unanswered[number] = callback
        return number

    def request(self, op, **members):
        """Sends a request and waits for its answer, a dict."""
        end, answers = self.timeout and time.monotonic() + self.timeout, []
        self._check_usable()
        if not self._step_until(lambda: self.connected, end):
            raise Disconnected(self._why)
        number = self._send(op, answers.append, members)
        if not self._step_until(lambda: answers, end):
            self._unanswered[number] = None
            raise Timeout(f"{op}: no answer in {self.timeout} s")
        if answers[0] is None:
            raise Disconnected(self._why)
        if "error" in answers[0]:
            raise Refused(answers[0])
        return answers[0]

    def set(self, name, /, *value, **fields):
        """set("t", 21.4), set("t", b"\\x01"), set("env", co2_ppm=450) or set("env", {...}). Fields
        that are not named keep their values. Returns the answer: "seq", "subscribed"."""
        return self.request("set", characteristic=name, **_value_members(value, fields))

    def get(self, name):
        """The answer, a dict: "value" or "fields", "hex", "seq", "age_s", "stale"."""
        return self.request("get", characteristic=name)

    def status(self):
        return self.request("status")

    def metrics(self):
        """Prometheus text."""
        return self.request("metrics")["text"]

    def devices(self):
        """Who is connected or bonded, or was a moment ago: a list of dicts with "address",
        "address_type", "name", "connected", "bonded", "mtu" and "since_s"."""
        return self.request("devices")["devices"]

    def advertise(self, name):
        """Another name on the air. For administrators: Refused "not_permitted"."""
        return self.request("advertise", name=name)

    def deactivate(self):
        """Off the air until activate(), or until spored is restarted. For administrators, as the
        next."""
        return self.request("deactivate")

    def activate(self):
        return self.request("activate")

    def reload(self):
        """Has spored load its configuration anew: a dict with the keys that have changed, in lists
        by what became of them: "in_place", "anew", "restart". For administrators: Refused
        "not_permitted"; Refused "invalid_config" if it has errors, and then nothing has changed."""
        return self.request("reload")

    def will(self, values):
        """Values that spored sets when this connection ends, however that happens: a dict from
        names to what set() takes. In place of the one before; {}: none."""
        members = [{"characteristic": name, **_value_members((value,), {})}
                   for name, value in values.items()]
        self.request("will", values=members)
        self._will = members

    def watch(self, *characteristics, events=("write",), callback=None):
        """Events of these kinds ("write", "descriptor-write", "stale", "status", "connection") and
        characteristics (none: of all), in place of what was watched before. callback(event) is
        called for each, a dict; without one, watch() gives an iterator: it waits for the next, also
        while spored is being restarted, and ends when the client is closed.

        If a reload takes away one that was named, the event {"event": "gone", "characteristic":
        its name} tells it. What is left is watched on; one that comes back is not, until watch()
        is called again."""
        waiting, members = collections.deque(), {"events": list(events)}
        if characteristics:
            members["characteristics"] = list(characteristics)
        self.request("watch", **members)
        self._watch = members
        self._watched = callback or (lambda event: self._keep(waiting, event))
        return None if callback else self._iterate(waiting)

    def _iterate(self, waiting):
        while not self.closed:
            if waiting:
                yield waiting.popleft()
            else:
                self.wait()

    def handle(self, name, callback, *, wait=True):
        """callback(event) is called for each write to this characteristic. If event.get("verdict"),
        what it returns decides: None or True accepts, False refuses, a number from 0x80 to 0x9f
        refuses with that code, LATER leaves it to verdict(). An exception refuses, and comes out
        of process(). Refused "busy": another program handles it.

        If a reload takes it away, on_refused hears "gone", and it is asked for again at the next
        connection, or by calling handle() again.

        wait=False: it does not wait for the answer, nor for a connection; on_refused hears of a
        refusal. So it is after a reconnection too, and busy is then asked again every 5 s."""
        if wait:
            self.request("handle", characteristic=name)
        self._handlers[name] = callback
        if not wait and self.connected:
            self._ask_to_handle(name)

    def unhandle(self, name):
        self._handlers.pop(name, None)
        self._busy.discard(name)
        return self.request("unhandle", characteristic=name)

    def verdict(self, number, accept, code=None):
        """Answers the write of this number. Refused "expired": it was too late."""
        return self.request("verdict", number=number, accept=accept,
                            **({} if code is None else {"code": code}))

    def _check_usable(self):
        if self._why is None:
            self.connect()
        if self.closed or not (self.connected or self.reconnect):
            raise Disconnected(self._why)

    def _poll(self, end):
        ends = [known for known in (end, self._due) if known is not None]
        self._stream.poll.poll(_left(min(ends, default=None)))

    def _step_until(self, done, end):
        while not done() and _left(end) != 0:
            self._poll(end)
            self._step()
        return done()

    def _try_to_connect(self):
        self._due = None
        try:
            self._stream.open(paths() if self.path is None else [self.path])
            self._ask_again()
        except (OSError, Error) as error:
            self._stream.close()
            self._unanswered.clear()
            self._why = f"cannot connect to spored: {error}"
            self._pause_before_connecting()
            return
        self.refusal, self._why = None, ""
        self._tell_state(None)

    def _tell_state(self, why):
        if self.on_state:
            self._keep(self._events, (self.on_state, why is None, why))

    def _pause_before_connecting(self):
        if self.reconnect:
            self._due = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, PAUSE_MAX)

    def _ask_again(self):
        if self._will:
            self._send("will", self._check, {"values": self._will})
        if self._watch:
            self._send("watch", self._check, self._watch)
        for name in self._handlers:
            self._ask_to_handle(name)

    def _check(self, answer):
        if answer and "error" in answer:
            self._keep(self._events, (self.on_refused, answer))

    def _ask_to_handle(self, name):
        def answered(answer):
            was_busy = name in self._busy
            self._busy.discard(name)
            if answer and answer.get("error") == "busy":
                self._busy.add(name)
                self._due = time.monotonic() + BUSY_RETRY
            if name not in self._busy or not was_busy:
                self._check(answer)

        self._send("handle", answered, {"characteristic": name})

    def _lose(self, error):
        self._stream.close()
        self._busy.clear()
        self._losses += 1
        self._due, self._why = None, str(getattr(error, "strerror", None) or error)
        if self.refusal:
            self._why += f" ({self.refusal.get('detail') or self.refusal['error']})"
        self._pause_before_connecting()
        for number in list(self._unanswered):
            self._answer(number, None)
        self._tell_state(self._why)

    def _step(self):
        if _left(self._due) == 0:
            self._due = None
            if not self.connected:
                self._try_to_connect()
            for name in self._busy & self._handlers.keys():
                self._ask_to_handle(name)
        if not self.connected:
            return
        lines, error = self._stream.step()
        if not all(map(self._take, lines)):
            error = OSError(errno.EBADMSG, "a line of spored's is not understood")
        if error:
            self._lose(error)

    def _take(self, line):
        """False: it is no line of spored's."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            return False
        if "event" in message:
            self._pause = PAUSE_MIN
            self._keep(self._events, (self._on_event, message, self._losses))
        elif "id" in message:
            self._pause = PAUSE_MIN
            self._answer(message["id"], message)
        elif "error" in message:
            # spored answers in order: what it could not read is the oldest that waits. But if it
            # will not serve this connection, it has looked at nothing.
            if self._unanswered and message["error"] not in ("too_many", "unavailable"):
                self._answer(next(iter(self._unanswered)), message)
            else:
                self.refusal = message
        return True

    def _answer(self, number, message):
        callback = self._unanswered.pop(number, None) if isinstance(number, int) else None
        if callback:
            callback(message)

    def _keep(self, waiting, event):
        if len(waiting) >= EVENTS_MAX:
            waiting.popleft()
            self.events_lost += 1
        waiting.append(event)

    def _call_back(self):
        while (self._answered or self._events) and not self.closed:
            called, *what = (self._answered or self._events).popleft()
            called(*what)

    def _on_event(self, event, losses):
        kind, name = event["event"], event.get("characteristic")
        watch, watched = self._watch or {"events": ()}, self._watched
        if kind == "write" and name in self._handlers:
            self._handle(self._handlers[name], event, losses)
        # spored sends a write once to who both watches and handles it.
        if kind == "gone":
            # It comes without being asked for, to who has named the characteristic.
            if name in self._handlers:
                self.on_refused({**event, "error": "gone",
                                 "detail": f"a reload has taken {name} away"})
            left = watch.get("characteristics", ())
            if name in left:
                # The next spored would refuse all for one that is no more.
                left = [n for n in left if n != name]
                self._watch = {**watch, "characteristics": left} if left else None
                watched(event)
            return
        asked = "connection" if kind in CONNECTION_EVENTS else kind
        if asked in watch["events"] and name in (None, *watch.get("characteristics", (name,))):
            watched(event)

    def _handle(self, handler, event, losses):
        said = False
        try:
            said = handler(event)
        finally:
            # To the next spored its number is that of another write.
            here = self.connected and losses == self._losses
            if here and event.get("verdict") and said is not LATER:
                code = {} if said is None or isinstance(said, bool) else {"code": said}
                self._send("verdict", self._check, {
                    "number": event["number"], "accept": said is None or said is True, **code})
