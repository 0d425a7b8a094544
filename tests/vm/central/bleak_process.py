"""A central that others wrote: bleak, which goes through bluetoothd. Requests come on standard
input, answers go to standard output, a JSON object a line; what is notified goes there too.

Usage: python3 -m central.bleak_process ADAPTER"""

import asyncio
import contextlib
import json
import re
import sys
import time

from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

WAIT = 80  # seconds to find it, and to connect and discover
SCAN = 5
TRIES = 3


def tell(**members):
    print(json.dumps(members), flush=True)


class Phone:
    """Each public method is a request; what it returns are members of the answer."""

    def __init__(self, adapter):
        self._adapter = adapter
        self._client = None

    async def connect(self, service, pattern):
        """Looks for who advertises this service, connects and discovers. pattern: how its name
        begins, to have bluetoothd look for that; None: for the service."""
        device = await self._find(service, pattern)
        for left in reversed(range(TRIES)):
            client = BleakClient(device, adapter=self._adapter, timeout=WAIT)
            try:
                await client.connect()
                break
            except BleakError:
                # It takes a link for lost that bluetoothd has not yet told it of. Its users are
                # told to try again.
                if not left:
                    raise
        self._client = client
        return {"address": device.address}

    async def _find(self, service, pattern):
        how = {"bluez": {"filters": {"Pattern": pattern}}} if pattern else {
            "service_uuids": [service]}
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            # The virtual air tells a scan only of who advertises when it begins.
            device = await BleakScanner.find_device_by_filter(
                lambda _, advertisement: service in advertisement.service_uuids, timeout=SCAN,
                adapter=self._adapter, **how)
            if device:
                return device
        raise TimeoutError(f"{service} was not heard")

    async def discover(self):
        services = sorted(self._client.services, key=lambda service: service.handle)
        return {"services": [
            {"uuid": service.uuid, "characteristics": [
                {"uuid": c.uuid, "properties": sorted(c.properties),
                 "descriptors": sorted(d.uuid for d in c.descriptors)}
                for c in sorted(service.characteristics, key=lambda c: c.handle)]}
            for service in services]}

    async def read(self, uuid):
        return {"hex": bytes(await self._client.read_gatt_char(uuid)).hex()}

    async def write(self, uuid, value):
        await self._client.write_gatt_char(uuid, bytes.fromhex(value), response=True)
        return {}

    async def subscribe(self, uuid):
        await self._client.start_notify(uuid, lambda _, data: tell(
            event="value", uuid=uuid, hex=bytes(data).hex()))
        return {}

    async def unsubscribe(self, uuid):
        await self._client.stop_notify(uuid)
        return {}

    async def disconnect(self):
        client, self._client = self._client, None
        if client:
            # Before 3.0 it sometimes trips over its own connection to the bus.
            with contextlib.suppress(EOFError):
                await client.disconnect()
            assert not client.is_connected, "still connected"
        return {}


def att_code(error):
    """What the peripheral has refused a request with, or None. Bleak has it as a number since 3.0,
    before in bluetoothd's words."""
    words = re.search(r"ATT error: 0x([0-9a-f]{2})", str(error))
    return getattr(error, "code", int(words[1], 16) if words else None)


async def answer(phone, op, **members):
    try:
        tell(**await getattr(phone, op)(**members))
    except Exception as error:  # pylint: disable=broad-except
        tell(error=type(error).__name__, text=str(error), code=att_code(error))


async def main(adapter):
    phone = Phone(adapter)
    requests = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    while line := await requests.readline():
        await answer(phone, **json.loads(line))
    await phone.disconnect()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
