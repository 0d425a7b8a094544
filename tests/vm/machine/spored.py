"""The service spored."""

import contextlib
import pathlib
import shutil
import subprocess

from stories import spored
from stories.world import clean_environment, wait_until

from .listening import listens
from .systemd import show, show_all, systemctl
from .tracer import traced

UNIT = "spored.service"
SOCKET_UNIT = "spored.socket"
CONFIGURATION = pathlib.Path("/etc/spored/spored.conf")
SOCKET = pathlib.Path("/run/spored/spored.sock")
UNIT_DROP_IN = pathlib.Path("/run/systemd/system/spored.service.d/story.conf")


class Spored(spored.Spored):
    """As its unit runs it."""

    def __init__(self):
        super().__init__(CONFIGURATION, SOCKET, "mushpi")

    def start(self, on_air=True):
        self._start("start", on_air)

    def restart(self, on_air=True):
        self._start("restart", on_air)

    def _start(self, verb, on_air):
        systemctl(verb, UNIT)
        if on_air:
            self.wait_on_air()

    def stop(self):
        # The socket too: who connects would start it again.
        systemctl("stop", SOCKET_UNIT, UNIT)
        self._assert_shown(Result="success", ExecMainStatus="0")

    def kill(self):
        killed = self.pid
        systemctl("kill", "--signal=SIGKILL", UNIT)
        wait_until(lambda: self.pid not in (0, killed), "it was started again")

    def restart_refused(self):
        systemctl("restart", UNIT, check=False)
        self._assert_shown(NRestarts="0")
        return int(show("ExecMainStatus", UNIT))

    def assert_ended_well(self):
        wait_until(lambda: show("ActiveState", UNIT) == "inactive", "it has ended")
        self._assert_shown(Result="success", ExecMainStatus="0", NRestarts="0", MainPID="0")

    @staticmethod
    def _assert_shown(**wanted):
        shown = show_all(wanted, UNIT)
        assert shown == wanted, shown

    @staticmethod
    @contextlib.contextmanager
    def _unit(assignment):
        """From the next start."""
        UNIT_DROP_IN.parent.mkdir(parents=True, exist_ok=True)
        UNIT_DROP_IN.write_text(f"[Service]\n{assignment}\n", encoding="utf-8")
        systemctl("daemon-reload")
        try:
            yield
        finally:
            UNIT_DROP_IN.unlink()
            systemctl("daemon-reload")

    def environment(self, name, value):
        return self._unit(f"Environment={name}={value}")

    @contextlib.contextmanager
    def unasked(self):
        """Restarted without a watchdog, and asking bluetoothd nothing."""
        try:
            with self._unit("WatchdogSec=0"), self.configured("[bluez]\nping_interval = 0\n"):
                yield
        finally:
            # The unit's watchdog is not for one that was not told of it.
            self.restart()

    @contextlib.contextmanager
    def watchdog(self, seconds):
        """Restarted with another patience of systemd's."""
        try:
            with self._unit(f"WatchdogSec={seconds}"):
                self.restart()
                yield
        finally:
            self.restart()

    def traced(self):
        """A context manager: why it wakes up (tracer.py)."""
        return traced(self.pid)

    def install(self, profile):
        """The service does not see the share."""
        return shutil.copy(super().install(profile), CONFIGURATION.parent / profile)

    @contextlib.contextmanager
    def second(self):
        path = pathlib.Path("/run/second.sock")
        command = ["spored", "-o", f"socket.path={path}"]
        with subprocess.Popen(command, env=clean_environment()) as process:
            try:
                wait_until(lambda: listens(path), "the second spored listens")
                yield spored.Daemon(path)
            finally:
                process.terminate()

    def is_active(self):
        return show("ActiveState", UNIT) == "active"

    @property
    def pid(self):
        return int(show("MainPID", UNIT))

    @property
    def restarts(self):
        return show("NRestarts", UNIT)

    @property
    def status_text(self):
        return show("StatusText", UNIT)
