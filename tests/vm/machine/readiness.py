"""When bluetoothd could serve: heard on the bus, because who asks again and again knows it late."""

import contextlib
import threading
import time

import jeepney
from jeepney.io.blocking import open_dbus_connection

from stories.world import ADAPTER, ADVERTISING, HCI0

Field, Kind = jeepney.HeaderFields, jeepney.MessageType
DRIVER = jeepney.DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus",
                             interface="org.freedesktop.DBus")
RULES = ("type='signal',sender='org.bluez'",
         "type='signal',member='NameOwnerChanged',arg0='org.bluez'")


def makes_ready(message):
    """Whether it is one of those, the last of which makes it possible to serve: bluetoothd is
    there, hci0 has all that is registered with, and its power."""
    member, body = message.header.fields.get(Field.member), message.body
    if member == "NameOwnerChanged":
        return bool(body[2])
    if member == "InterfacesAdded":
        return body[0] == HCI0[1] and ADVERTISING in body[1]
    return (member == "PropertiesChanged" and body[0] == ADAPTER and
            body[1].get("Powered", (None, False))[1])


class Readiness:
    """Use readiness(). since: by time.monotonic(), None: not since it was begun."""

    since = None

    def __init__(self):
        self._bus = open_dbus_connection("SYSTEM")
        for rule in RULES:
            self._bus.send_and_get_reply(
                jeepney.new_method_call(DRIVER, "AddMatch", "s", (rule,)))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while True:
            message = self._bus.receive()
            if message.header.message_type is Kind.method_return:
                return
            if message.header.message_type is Kind.signal and makes_ready(message):
                self.since = time.monotonic()

    def close(self):
        """The answer to this is the last that is read."""
        self._bus.send(jeepney.new_method_call(DRIVER, "GetId"))
        self._thread.join()
        self._bus.close()


def readiness():
    """A context manager."""
    return contextlib.closing(Readiness())
