"""An application for BlueZ that writes down what it is asked and what it is told.

It answers every call at once, from a table. One thread reads the bus and all sockets, so that
what it writes down stands in the order of arrival."""

import socket

import jeepney

from . import table
from .program import BLUEZ, BusError, Field, Program
from .table import CHARACTERISTIC, DESCRIPTOR, SOCKET, Refusal
from .transcript import WAIT, spell

HCI0 = "/org/bluez/hci0"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
GATT_MANAGER, ADVERTISING_MANAGER = "org.bluez.GattManager1", "org.bluez.LEAdvertisingManager1"
AGENT_MANAGER = "org.bluez.AgentManager1"
ADVERTISEMENT, AGENT = "org.bluez.LEAdvertisement1", "org.bluez.Agent1"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"

ROOT, ADVERTISEMENT_PATH, AGENT_PATH = "/mirror", "/mirror_advertisement", "/mirror_agent"
NAME = "Mirror"  # that is advertised

# What appears and goes with an object; other interfaces are not told.
TOLD_INTERFACES = (ADAPTER, GATT_MANAGER, ADVERTISING_MANAGER, AGENT_MANAGER, DEVICE)
TOLD_PROPERTIES = {ADAPTER: ("Powered",), DEVICE: ("Connected", "Paired")}

class Witness(Program):
    """label is its lane in the transcript. name_device tells the central whose address this is,
    or None: what concerns strange devices is not written down."""

    def __init__(self, address, transcript, name_device, label="witness"):
        self.label = label
        self._transcript = transcript
        self._name_device = name_device
        self._answers = {}
        self._objects = {}  # path: (name, declared)
        self._roots = {}    # path: [(path, interface, properties)]
        self._advertisements = {}
        self._power = ""
        self._acquired = {}  # name: our ends, in the order in which they were given
        transcript.has_signals(label)
        super().__init__(address)
        self.subscribe(f"type='signal',sender='{BLUEZ}'")
        self.subscribe("type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',"
                       f"arg0='{BLUEZ}'")

    # What a story asks for

    def export(self, *services, root=ROOT):
        """Puts a table on the bus; it is registered by register()."""
        objects = list(table.objects_of(root, services))
        self._roots[root] = [o[:3] for o in objects]
        for path, _, _, declared in objects:
            self._objects[path] = declared.name, declared

    def withdraw(self, root=ROOT):
        """The object manager of a table answers with an error from now on."""
        self._roots.pop(root, None)

    def register(self, *services, root=ROOT):
        """Exports and registers, and writes the answer down."""
        if services:
            self.export(*services, root=root)
        self.call(HCI0, GATT_MANAGER, "RegisterApplication", "oa{sv}", (root, {}),
                  label="RegisterApplication")

    def register_empty(self, root):
        """An object manager without objects."""
        self.export(root=root)
        self.register(root=root)

    def unregister(self, root=ROOT):
        self.call(HCI0, GATT_MANAGER, "UnregisterApplication", "o", (root,),
                  label="UnregisterApplication")

    def advertise(self, path=ADVERTISEMENT_PATH, **properties):
        """A property that is None is left out."""
        wanted = {"Type": ("s", "peripheral"), "LocalName": ("s", NAME)} | properties
        self._advertisements[path] = {k: v for k, v in wanted.items() if v is not None}
        self.call(HCI0, ADVERTISING_MANAGER, "RegisterAdvertisement", "oa{sv}", (path, {}),
                  label="RegisterAdvertisement")

    def unadvertise(self, path=ADVERTISEMENT_PATH):
        self.call(HCI0, ADVERTISING_MANAGER, "UnregisterAdvertisement", "o", (path,),
                  label="UnregisterAdvertisement")

    def change_advertisement(self, path=ADVERTISEMENT_PATH, **properties):
        """Other properties, which PropertiesChanged tells."""
        self._advertisements[path].update(properties)
        self.post(jeepney.new_signal(jeepney.DBusAddress(path, interface=PROPERTIES),
                                     "PropertiesChanged", "sa{sv}as",
                                     (ADVERTISEMENT, properties, [])))

    def agree(self, capability="NoInputNoOutput", path=AGENT_PATH):
        """Registers an agent that agrees to everything."""
        self.call("/org/bluez", AGENT_MANAGER, "RegisterAgent", "os", (path, capability),
                  label="RegisterAgent")

    def agent(self, member, path=AGENT_PATH):
        """RequestDefaultAgent or UnregisterAgent."""
        self.call("/org/bluez", AGENT_MANAGER, member, "o", (path,), label=member)

    def set(self, name, value):
        """What the next ReadValue gives."""
        self._find(name)[1].value = value

    def answer(self, name, member, answer):
        """From now on: a Refusal; None: as the table has it."""
        self._answers[name, member] = answer

    def emit(self, name, value):
        """PropertiesChanged(Value). Also with another variant than bytes, as (signature, value)."""
        if isinstance(value, bytes):
            value = ("ay", value)
        self.emit_changed(name, {"Value": value})

    def emit_changed(self, name, changed, invalidated=()):
        path = self._find(name)[0]
        message = jeepney.new_signal(jeepney.DBusAddress(path, interface=PROPERTIES),
                                     "PropertiesChanged", "sa{sv}as",
                                     (CHARACTERISTIC, changed, list(invalidated)))
        self.post(message)

    def send(self, name, value, number=-1):
        """Writes to a socket that was given out: the last one for this name, or the number-th
        from 0. What comes of it is written down."""
        ours = self._acquired[name][number]
        try:
            ours.send(value)
            outcome = "taken"
        except OSError as error:
            outcome = type(error).__name__
        position = self._acquired[name].index(ours)
        self._note(f"sends {spell(value)} to socket {position} of {name}: {outcome}",
                   self._own_lane)

    def given(self, name):
        """How many sockets were given out for a name."""
        return len(self._acquired.get(name, ()))

    def shut(self, name, number=-1):
        """Closes a socket of ours."""
        ours = self._acquired[name][number]
        self._note(f"closes socket {self._acquired[name].index(ours)} of {name}", self._own_lane)
        self.unwatch(ours)
        ours.close()

    def get(self, path, interface, name):
        """A property of BlueZ, written down."""
        try:
            kind, value = self.call(path, PROPERTIES, "Get", "ss", (interface, name))[0]
            self._note(f"{name} is {self._spell_value(kind, value)}", self._own_lane)
            return value
        except BusError as error:
            self._note(f"{name}: {error}", self._own_lane)
            return None

    def put(self, path, interface, name, kind, value):
        self.call(path, PROPERTIES, "Set", "ssv", (interface, name, (kind, value)),
                  label=f"Set {name}")

    @staticmethod
    def device_path(address):
        return f"{HCI0}/dev_{address.replace(':', '_')}"

    def wait(self, *texts, timeout=WAIT):
        """Waits until it has written down, in this step, something with each of these texts."""
        self._transcript.wait(self.label, *texts, timeout=timeout)

    def expect_order(self, first, *then):
        """What it got on its connection in this step: whatever has the first text came before
        all that has one of the others."""
        # Calls and signals share the connection; one thread reads it and writes them down.
        told = self._transcript.arrived(self.label, self._attributes_lane)

        def places(text):
            found = [place for place, entry in enumerate(told) if text in entry]
            assert found, f"{self.label} did not get {text}: {told}"
            return found

        for text in then:
            assert places(first)[-1] < places(text)[0], f"{text} came before {first}: {told}"

    def close(self):
        """Leaves the bus without a word, as a program that is killed."""
        super().close()
        for given in self._acquired.values():
            for ours in given:
                ours.close()

    # The reader's thread

    def on_answer(self, label, error):
        self._note(f"{label}: {error or 'done'}")

    def on_trouble(self, error):
        self._note(f"STOPPED: {error!r}")

    def _on_socket(self, ours):
        name, position = next((n, s.index(ours)) for n, s in self._acquired.items() if ours in s)
        try:
            data = ours.recv(1024)
        except OSError:
            data = b""
        lane = f"{self.label} socket {position} of {name}"
        if data:
            self._note(spell(data), lane)
        else:
            self._note("hung up", lane)
            self.unwatch(ours)

    def on_signal(self, message):
        fields = message.header.fields
        member, path, body = fields[Field.member], fields[Field.path], message.body
        if member == "NameOwnerChanged":
            self._note(f"{BLUEZ} {'is there' if body[2] else 'is gone'}")
        elif member == "InterfacesAdded":
            self._on_interfaces(body[0], body[1], "appears")
        elif member == "InterfacesRemoved":
            self._on_interfaces(body[0], body[1], "goes")
        elif member == "PropertiesChanged" and (name := self._name_path(path)):
            for told in self._tell_properties(body[0], body[1]):
                # Some versions say twice that the adapter is off.
                if name != "hci0" or told != self._power:
                    self._note(f"{name} {told}", self._lane_of(name))
                if name == "hci0":
                    self._power = told
        elif (fields[Field.interface], member) == (DEVICE, "Disconnected") \
                and (name := self._name_path(path)):
            self._note(f"{name} Disconnected {body[0]} \"{body[1]}\"", self._lane_of(name))

    def _on_interfaces(self, path, interfaces, verb):
        """interfaces is a list, or a dictionary with their properties. Which of them share a
        message is chance, so that is not told."""
        name = self._name_path(path)
        for interface in sorted(set(interfaces) & set(TOLD_INTERFACES)):
            properties = interfaces[interface] if isinstance(interfaces, dict) else {}
            words = [interface.rpartition(".")[2]]
            if interface == ADAPTER:
                self._power = "".join(self._tell_properties(interface, properties))
            if interface == DEVICE:
                words += self._tell_properties(interface, properties)
            # A device that is there without a link or a bond is a memory of bluetoothd's, which
            # it has or has not after a restart.
            if name and words != ["Device1", "Connected=no", "Paired=no"]:
                self._note(f"{name} {verb}: {' '.join(words)}")
            # On is told with the adapter or a little later, as it comes: here it is told alike.
            if interface == ADAPTER and self._power == "Powered=yes":
                self._note(f"{name} {self._power}", self._lane_of(name))

    def _lane_of(self, name):
        """A link's end comes from the kernel whatever bluetoothd is doing, so it has no order
        with the rest."""
        return self.label if name == "hci0" else f"{self.label} of {name}"

    @staticmethod
    def _tell_properties(interface, properties):
        return [f"{name}={'yes' if properties[name][1] else 'no'}"
                for name in TOLD_PROPERTIES.get(interface, ()) if name in properties]

    def on_call(self, message):
        fields = message.header.fields
        path, interface = fields[Field.path], fields.get(Field.interface)
        member = fields[Field.member]
        if interface == OBJECT_MANAGER and member == "GetManagedObjects":
            self._on_managed_objects(message, path)
        elif path in self._objects and interface in (CHARACTERISTIC, DESCRIPTOR):
            self._on_attribute_call(message, path, member)
        elif path in self._objects and interface == PROPERTIES and member == "Set":
            _, name, (_, value) = message.body
            self._note(f"sets {name} of {self._objects[path][0]} to {value}")
            self.reply(message)
        elif path in self._advertisements and interface == PROPERTIES and member == "GetAll":
            self._note(f"GetAll of {path} {message.body[0]}")
            self.reply(message, "a{sv}", (self._advertisements[path],))
        elif interface in (ADVERTISEMENT, AGENT):
            words = [self._spell_value("", value) for value in message.body]
            self._note(" ".join([member, *words, f"to {path}"]))
            self.reply(message)
        else:
            self._note(f"calls {interface}.{member} of {path}")
            self.refuse(message, Refusal("org.freedesktop.DBus.Error.UnknownMethod", "no such"))

    def _on_managed_objects(self, message, path):
        self._note(f"GetManagedObjects of {path}")
        if path not in self._roots:
            self.refuse(message, self._answers.get((path, "GetManagedObjects"), Refusal(
                "org.freedesktop.DBus.Error.UnknownObject", "no such")))
            return
        objects = {p: {interface: properties} for p, interface, properties in self._roots[path]}
        self.reply(message, "a{oa{sa{sv}}}", (objects,))

    def _on_attribute_call(self, message, path, member):
        name, declared = self._objects[path]
        if name != "marker":
            self._note(" ".join([member, name, *self._spell_arguments(message.body)]),
                       self._attributes_lane)
        answer = self._answers.get((name, member))
        if answer is None and member == "AcquireNotify":
            answer = declared.notify
        elif answer is None and member == "AcquireWrite":
            answer = declared.write
        if isinstance(answer, Refusal):
            self.refuse(message, answer)
        elif answer == SOCKET:
            self._give_socket(message, name)
        elif member == "ReadValue":
            # BlueZ's own examples cut at the offset; so do we.
            offset = message.body[0].get("offset", ("q", 0))[1]
            self.reply(message, "ay", (declared.value[offset:],))
        else:
            self.reply(message)

    def _give_socket(self, message, name):
        ours, theirs = socket.socketpair(socket.AF_UNIX,
                                         socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        self._acquired.setdefault(name, []).append(ours)
        self.watch(ours, self._on_socket)
        mtu = message.body[0].get("mtu", ("q", 517))[1]
        self.reply(message, "hq", (theirs, mtu))
        theirs.close()

    # Both threads

    @property
    def _attributes_lane(self):
        # Calls for attributes follow from packets, what else is told from the kernel's events:
        # two sources without an order between them.
        return f"{self.label} is asked"

    @property
    def _own_lane(self):
        """For what it does itself, in the story's thread."""
        return f"{self.label} does"

    def _note(self, text, lane=None):
        self._transcript.add(lane or self.label, text)

    def _find(self, name):
        """(path, declared) of the attribute with this name."""
        return next((path, declared) for path, (n, declared) in self._objects.items() if n == name)

    def _name_path(self, path):
        """What an object of BlueZ is called here; None: it is not told."""
        last = path.rpartition("/")[2]
        if last.startswith("dev_"):
            return self._name_device(last[4:].replace("_", ":"))
        return last

    def _spell_value(self, kind, value):
        if isinstance(value, str) and value.startswith("/org/bluez/hci"):
            return self._name_path(value) or value
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, bytes):
            return spell(value)
        if isinstance(value, int) and kind == "q":
            return str(value)
        if isinstance(value, dict):
            return " ".join(f"{name}={self._spell_value(*value[name])}" for name in sorted(value))
        if isinstance(value, list):
            return " ".join(sorted(str(item) for item in value)) or "empty"
        return str(value)

    def _spell_arguments(self, body):
        for argument in body:
            if isinstance(argument, dict):
                for name in sorted(argument):
                    yield f"{name}={self._spell_value(*argument[name])}"
            else:
                yield self._spell_value("", argument)
