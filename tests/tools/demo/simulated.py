"""The demonstration on the simulated BlueZ: what its central says."""

import shlex

SCRIPT = """phone connect
phone explore
phone wait 1
pause 2
phone write message text="hello from the phone"
"""


# bluetoothd's own; what they say is nothing of this machine.
OWN = {"appearance", "client_supported_features", "server_supported_features", "database_hash",
       "service_changed", "pnp_id", "central_address_resolution"}


class Phone:
    """Reads the events of sporesim and fills the view."""

    def __init__(self, view):
        self.view = view
        self.reads = self.writes = 0

    def hear(self, line):
        words = shlex.split(line)
        said = [word for word in words if "=" not in word]
        data = dict(word.split("=", 1) for word in words if "=" in word)
        if len(said) < 2 or said[0] != "phone" or data.get("characteristic") in OWN:
            return
        getattr(self, "on_" + said[1], lambda data: None)(data)

    def on_connected(self, data):
        self.view.tell(f"the phone has connected, MTU {data.get('mtu')}")

    def on_read(self, data):
        if "error" in data or "descriptor" in data:
            return
        self.reads += 1
        value = data.get("value", data.get("hex", ""))
        self.view.row(data["characteristic"]).value = value
        self.view.tell(f"the phone reads {data['characteristic']}: {value}")

    def on_subscribed(self, data):
        self.view.tell(f"the phone subscribes to {data.get('characteristic')}")

    def on_notified(self, data):
        self.view.row(data["characteristic"]).notified(data.get("value", data.get("hex", "")))

    def on_wrote(self, data):
        if "error" in data:
            self.view.tell(f"the phone's write is refused: {data['error']}")
            return
        self.writes += 1
        self.view.row(data["characteristic"]).value = data.get("value", data.get("hex", ""))
        self.view.tell(f"the phone writes {data['characteristic']}: {data.get('value')}")

    def on_disconnected(self, data):
        self.view.tell(f"the phone has left, reason {data.get('reason')}")
