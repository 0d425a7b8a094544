"""A program on a bus. One thread reads the bus and whatever else is watched, so that it sees all
of it in the order of arrival; calls are made from another."""

import os
import selectors
import threading

import jeepney
from jeepney.io.blocking import open_dbus_connection

from .transcript import WAIT

BLUEZ = "org.bluez"
Field, Kind = jeepney.HeaderFields, jeepney.MessageType


class BusError(Exception):
    """A call was answered with an error."""

    def __init__(self, name, text):
        super().__init__(name + text)


class Call:
    """A call of ours that is not answered yet."""

    def __init__(self, label):
        self.label = label
        self.answered = threading.Event()
        self.reply = None


class Program:
    """Others say what becomes of what arrives: on_call(message), on_signal(message),
    on_answer(label, error or None) for calls with a label, on_trouble(error) at its end. All of
    them are called in the reader's thread."""

    def __init__(self, address):
        self._calls = {}
        self._fences = []
        self._closing = False
        self._sending = threading.Lock()
        self._connection = open_dbus_connection(address, enable_fds=True, auth_timeout=WAIT)
        self._selector = selectors.DefaultSelector()
        self.watch(self._connection.sock, self._on_bus)
        self._wakened, self._wake = os.pipe()
        self.watch(self._wakened, self._on_wake)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def on_bus(self):
        return not self._closing and self._thread.is_alive()

    def call(self, path, interface, member, signature="", body=(), label=None, destination=BLUEZ):
        """With a label the answer is told to on_answer() and an error is no exception."""
        address = jeepney.DBusAddress(path, bus_name=destination, interface=interface)
        message = jeepney.new_method_call(address, member, signature or None, body)
        # A bluetoothd that a story has stopped is not to be started by the bus.
        message.header.flags |= jeepney.MessageFlag.no_auto_start
        call = Call(label)
        with self._sending:
            serial = next(self._connection.outgoing_serial)
            self._calls[serial] = call
            self._connection.send(message, serial=serial)
        if not call.answered.wait(2 * WAIT):
            raise TimeoutError(f"{member} was not answered in {2 * WAIT} s")
        if call.reply is None:
            raise ConnectionError(f"the bus has gone before {member} was answered")
        if call.reply.header.message_type is Kind.error and not label:
            raise self._error_of(call.reply)
        return call.reply.body

    def subscribe(self, rule):
        self.call("/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s", (rule,),
                  destination="org.freedesktop.DBus")

    def watch(self, file, on_ready):
        """on_ready(file) is called when there is something to read."""
        self._selector.register(file, selectors.EVENT_READ, on_ready)

    def unwatch(self, file):
        """Also one that is not watched."""
        try:
            self._selector.unregister(file)
        except KeyError:
            pass

    def fence(self):
        """Waits until all that has arrived by now has been told."""
        passed = threading.Event()
        self._fences.append(passed)
        os.write(self._wake, b"f")
        if not passed.wait(WAIT):
            raise TimeoutError("the reader does not read")

    def close(self):
        """Leaves the bus without a word, as a program that is killed."""
        if self._closing:
            return
        self._closing = True
        os.write(self._wake, b"c")
        self._thread.join(WAIT)
        self._connection.close()
        os.close(self._wake)
        os.close(self._wakened)

    def reply(self, message, signature=None, body=()):
        if not message.header.flags & jeepney.MessageFlag.no_reply_expected:
            self.post(jeepney.new_method_return(message, signature, body))

    def refuse(self, message, refusal):
        if not message.header.flags & jeepney.MessageFlag.no_reply_expected:
            self.post(jeepney.new_error(message, refusal.name, "s", (refusal.text,)))

    def post(self, message):
        with self._sending:
            self._connection.send(message)

    # What others say

    def on_call(self, message):
        raise NotImplementedError

    def on_signal(self, message):
        raise NotImplementedError

    def on_answer(self, label, error):
        raise NotImplementedError

    def on_trouble(self, error):
        raise NotImplementedError

    # The reader's thread

    def _run(self):
        try:
            while not self._closing:
                for key, _ in self._selector.select():
                    key.data(key.fileobj)
        except Exception as error:  # pylint: disable=broad-except
            self.on_trouble(error)
        finally:
            for call in list(self._calls.values()):
                call.answered.set()

    def _on_wake(self, wakened):
        os.read(wakened, 64)
        while ready := [k for k, _ in self._selector.select(0) if k.fileobj is not wakened]:
            for key in ready:
                key.data(key.fileobj)
        while self._fences:
            self._fences.pop().set()

    def _on_bus(self, _):
        while True:
            try:
                message = self._connection.receive(timeout=0)
            except TimeoutError:
                return
            kind = message.header.message_type
            if kind is Kind.method_call:
                self.on_call(message)
            elif kind is Kind.signal:
                self.on_signal(message)
            else:
                self._on_reply(message)

    def _on_reply(self, message):
        call = self._calls.pop(message.header.fields[Field.reply_serial], None)
        if call is None:
            return
        if call.label:
            refused = message.header.message_type is Kind.error
            self.on_answer(call.label, self._error_of(message) if refused else None)
        call.reply = message
        call.answered.set()

    @staticmethod
    def _error_of(message):
        """Its name, and its text if that is BlueZ's and not its library's."""
        name, body = message.header.fields[Field.error_name], message.body
        return BusError(name, f' "{body[0]}"' if body and name.startswith(BLUEZ) else "")

