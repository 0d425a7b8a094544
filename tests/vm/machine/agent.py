"""A program with an agent that agrees to every pairing."""

import socket
import threading

import jeepney
from jeepney.io.blocking import open_dbus_connection

PATH = "/story/agent"
MANAGER = jeepney.DBusAddress("/org/bluez", bus_name="org.bluez",
                              interface="org.bluez.AgentManager1")


class Agent:
    """BlueZ forgets it when it is closed."""

    def __init__(self):
        self._connection = open_dbus_connection(bus="SYSTEM")
        self._call("RegisterAgent", "os", (PATH, "NoInputNoOutput"))
        self._call("RequestDefaultAgent", "o", (PATH,))
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def close(self):
        self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    def _call(self, member, signature, body):
        message = jeepney.new_method_call(MANAGER, member, signature, body)
        answer = self._connection.send_and_get_reply(message)
        assert answer.header.message_type is jeepney.MessageType.method_return, answer

    def _answer(self):
        try:
            while True:
                message = self._connection.receive()
                if message.header.message_type is jeepney.MessageType.method_call:
                    self._connection.send(jeepney.new_method_return(message))
        except (ConnectionError, EOFError, OSError):
            pass  # closed
