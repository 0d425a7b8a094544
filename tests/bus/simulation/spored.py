"""spored as a child process, as its service manager sees it."""

import contextlib
import pathlib

from harness import LIMIT, PROFILE, clean_environment, spored_command
from stories import spored

from .process import Process


EX_CONFIG = 78


class Spored(spored.Spored):
    """On the private bus, with its files in one folder."""

    restarts = 0

    def __init__(self, folder, bus_address, log):
        self.folder, self.bus_address, self.log = pathlib.Path(folder), bus_address, log
        self.extra, self.run = {}, None
        super().__init__(self.folder / "etc" / "spored.conf", self.folder / "spored.sock", PROFILE)

    def start(self, on_air=True):
        if not self._runs():
            self._assert_not_crashed()
            self.run = self._launch("spored")
            assert self.run.ready.wait(LIMIT), "spored is not ready"
        if on_air:
            self.wait_on_air()

    def stop(self):
        if self._runs():
            self.run.end()
        self._assert_not_crashed()

    def restart(self, on_air=True):
        self.stop()
        self.start(on_air)

    def kill(self):
        self.run.process.kill()
        self.run.wait()
        self.run = None
        self.start(on_air=False)

    def restart_refused(self):
        self.stop()
        self.run = self._launch("spored")
        return self.run.wait()

    def assert_ended_well(self):
        status = self.run.wait()
        assert status == 0, status

    @contextlib.contextmanager
    def environment(self, name, value):
        self.extra = {name: value}
        try:
            yield
        finally:
            self.extra = {}

    @contextlib.contextmanager
    def second(self):
        path = self.folder / "second.sock"
        second = self._launch("second", "-o", f"socket.path={path}")
        try:
            assert second.ready.wait(LIMIT), "the second spored is not ready"
            yield spored.Daemon(path)
        finally:
            second.end()

    def is_active(self):
        return self._runs() and "STOPPING=1" not in self.run.told

    @property
    def pid(self):
        return self.run.process.pid

    @property
    def status_text(self):
        told = [line for line in self.run.told if line.startswith("STATUS=")]
        return told[-1].removeprefix("STATUS=")

    def _assert_not_crashed(self):
        """It has never run, was stopped, or has refused its configuration."""
        status = self.run.process.poll() if self.run else 0
        assert status in (0, EX_CONFIG), f"spored has ended with {status}"

    def _runs(self):
        return self.run is not None and self.run.process.poll() is None

    def _launch(self, name, *arguments):
        command = spored_command("-o", "bluez.bus=" + self.bus_address, *arguments,
                                 str(self.configuration))
        return Process(name, command, clean_environment(self.folder, self.extra), self.log)
