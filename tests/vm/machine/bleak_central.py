"""A central on bleak, in a process of its own (central/bleak_process.py)."""

import json
import queue
import subprocess
import sys
import threading

from central import att
from central.central import Central

WAIT = 90  # seconds for an answer: longer than the process waits


class BleakCentral:
    """A context manager. Of what Central can do it has what stories need."""

    def __init__(self, adapter, pattern=None):
        """pattern: how the name of whom it connects to begins; None: it looks for the service."""
        self._pattern = pattern
        self._process = subprocess.Popen([sys.executable, "-m", "central.bleak_process", adapter],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answers, self._values = queue.SimpleQueue(), {}
        self._reader = threading.Thread(target=self._read_lines, daemon=True)
        self._reader.start()
        self.connected = self.is_down = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(WAIT)
        self._reader.join(WAIT)
        self._process.stdout.close()
        self.connected, self.is_down = False, True

    def connect(self, service):
        """Connects to who advertises it, and discovers. The kernel's controller fills no handles
        below its first link's (central.Ranks), so no other central may be connected yet."""
        rank = Central.ranks.take(self)
        assert rank == 0, "another central is connected already"
        self._request("connect", service=service, pattern=self._pattern)
        self.connected, self.is_down = True, False
        return self

    def discover(self):
        """Services with their characteristics, as bleak names them, in the order of handles."""
        return self._request("discover")["services"]

    def read(self, uuid):
        return bytes.fromhex(self._request("read", uuid=uuid)["hex"])

    def write(self, uuid, value):
        """AttError if it is refused with a code that bluetoothd tells."""
        self._request("write", uuid=uuid, value=value.hex())

    def subscribe(self, uuid):
        """The queue of the values that come."""
        values = self._values[uuid] = queue.SimpleQueue()
        self._request("subscribe", uuid=uuid)
        return values

    def unsubscribe(self, uuid):
        self._request("unsubscribe", uuid=uuid)

    def disconnect(self):
        self._request("disconnect")
        self.connected, self.is_down = False, True

    def _request(self, op, **members):
        self._process.stdin.write(json.dumps({"op": op, **members}) + "\n")
        self._process.stdin.flush()
        answer = self._answers.get(timeout=WAIT)
        if "error" not in answer:
            return answer
        if answer.get("code") is not None:
            raise att.AttError(att.WRITE, 0, answer["code"])
        raise RuntimeError(f"bleak: {op}: {answer['error']}: {answer['text']}")

    def _read_lines(self):
        for line in self._process.stdout:
            answer = json.loads(line)
            if answer.get("event") == "value":
                self._values[answer["uuid"]].put(bytes.fromhex(answer["hex"]))
            else:
                self._answers.put(answer)
        self._answers.put({"error": "EOFError", "text": "the process has ended"})
