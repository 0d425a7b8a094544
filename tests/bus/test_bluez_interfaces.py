"""What spored exports, held against the interfaces in dbus/."""

import os
import pathlib
import unittest
import xml.etree.ElementTree as ElementTree

from bluez import BluezStory

DBUS_XML = pathlib.Path(os.environ["DBUS_XML"])
EVERYTHING = [word for key, value in {
    "type": "peripheral", "discoverable_timeout": "30s", "name": "All",
    "services": "180f", "solicit": "battery", "manufacturer_data": "0x0059: 01",
    "service_data": "battery: 64", "data": "0x24: 16", "appearance": "temperature_sensor", "include_tx_power": "yes",
    "tx_power": "4", "interval": "100ms 200ms", "duration": "2s", "timeout": "60s",
    "scan_response_services": "battery",
    "scan_response_solicit": "battery", "scan_response_manufacturer_data": "0x0059: 03",
    "scan_response_service_data": "battery: 63", "scan_response_data": "0x24: 17",
}.items() for word in ("-o", f"advertisement.{key}={value}")]


def members(interface):
    """{name: (kind, types)} of one <interface>."""
    found = {}
    for method in interface.findall("method"):
        types = {way: "".join(a.get("type") for a in method.findall("arg")
                              if a.get("direction", "in") == way) for way in ("in", "out")}
        found[method.get("name")] = ("method", types["in"], types["out"])
    for item in interface.findall("property"):
        found[item.get("name")] = ("property", item.get("type"))
    return found


class Interfaces(BluezStory):

    def exported(self, path, interface):
        """The members of the interface, as the object itself says."""
        reply = self.bluez.answer_of("Introspect", "call", path,
                                     "org.freedesktop.DBus.Introspectable", "Introspect")
        node = ElementTree.fromstring(bytes.fromhex(reply["hex"]).decode())
        return members(next(i for i in node.findall("interface") if i.get("name") == interface))

    def holds(self, path, interface, needed):
        documented = members(ElementTree.parse(DBUS_XML / f"{interface}.xml").find("interface"))
        exported = self.exported(path, interface)
        self.assertEqual(exported, {name: documented.get(name) for name in exported})
        self.assertLessEqual(needed, set(exported))

    def test_each_object_is_as_bluez_documents_it(self):
        self.put_on_air("-o", "agent.capability=NoInputNoOutput")
        self.holds("/spored/agent", "org.bluez.Agent1",
                   {"Release", "Cancel", "RequestAuthorization", "RequestConfirmation"})
        self.holds("/spored/application/alpha", "org.bluez.GattService1", {"UUID", "Primary"})
        self.holds("/spored/application/alpha/count", "org.bluez.GattCharacteristic1",
                   {"UUID", "Service", "Flags", "ReadValue", "WriteValue", "StartNotify",
                    "StopNotify", "Confirm"})
        self.holds("/spored/application/alpha/count/note", "org.bluez.GattDescriptor1",
                   {"UUID", "Characteristic", "Flags", "ReadValue"})
        self.holds("/spored/advertisement", "org.bluez.LEAdvertisement1",
                   {"Type", "ServiceUUIDs", "Discoverable", "Release"})

    def advertise(self, *arguments):
        """On an adapter that takes all there is."""
        self.bluez.add_adapter()
        self.bluez.command("controller", "hci0", "extended")
        self.bluez.command("own")
        self.launch("-o", "bluez.version=5.82", *arguments)
        self.wait_on_air()

    def test_an_advertisement_that_says_all_there_is(self):
        self.advertise(*EVERYTHING)
        self.holds("/spored/advertisement", "org.bluez.LEAdvertisement1",
                   {"Type", "ServiceUUIDs", "ManufacturerData", "SolicitUUIDs", "ServiceData",
                    "ScanResponseServiceUUIDs", "ScanResponseManufacturerData",
                    "ScanResponseSolicitUUIDs", "ScanResponseServiceData", "Discoverable",
                    "DiscoverableTimeout", "Data", "ScanResponseData", "Includes", "LocalName", "Appearance", "Duration",
                    "Timeout", "MinInterval", "MaxInterval", "TxPower", "Release"})

    def test_an_advertisement_on_a_secondary_channel(self):
        self.advertise("-o", "advertisement.secondary_channel=2M")
        self.holds("/spored/advertisement", "org.bluez.LEAdvertisement1",
                   {"Type", "SecondaryChannel", "Release"})

    def test_an_advertisement_that_says_nothing(self):
        self.advertise("-o", "advertisement.services=", "-o", "advertisement.include_name=no")
        exported = self.exported("/spored/advertisement", "org.bluez.LEAdvertisement1")
        self.assertEqual(set(exported), {"Type", "Discoverable", "Release"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
