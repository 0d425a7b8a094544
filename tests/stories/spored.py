"""The daemon under test, as a story uses it."""

import abc
import contextlib
import os
import pathlib
import signal

from .peer import Peer
from .world import wait_until

PROFILES = pathlib.Path(__file__).parent / "profiles"


@contextlib.contextmanager
def standing_still(pid):
    """A process that is there and does nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class Daemon:
    """A spored, as it shows itself on its socket."""

    def __init__(self, socket):
        self.socket = socket

    def wait_on_air(self):
        wait_until(lambda: self.status()["on_air"], "spored is on air")

    def wait_off_air(self):
        wait_until(lambda: not self.status()["on_air"], "spored is off air")

    def wait_why(self, text):
        """Waits until status gives a reason that has this text in it, and returns what there is
        to do about it."""
        return wait_until(lambda: (s := self.status()) and text in (s["why"] or "") and s["fix"],
                          f"status says why: {text}")

    def status(self):
        with Peer(self.socket) as peer:
            return peer.request("status")

    def counters(self, characteristic):
        """The counters of one characteristic, as status tells them."""
        return next(c for c in self.status()["characteristics"] if c["name"] == characteristic)

    def subscribed(self):
        """The names of the characteristics that somebody is subscribed to."""
        return [c["name"] for c in self.status()["characteristics"] if c["subscribed"]]

    @contextlib.contextmanager
    def watching(self, *characteristics):
        """A peer that is told of writes to these characteristics, or to all."""
        with Peer(self.socket) as peer:
            members = {"characteristics": list(characteristics)} if characteristics else {}
            peer.request("watch", **members)
            yield peer


class Spored(Daemon, abc.ABC):
    """The one of a world; it is started and stopped as stories want it."""

    def __init__(self, configuration, socket, mushpi):
        """mushpi is what daemon.profile says for it."""
        super().__init__(socket)
        self.configuration, self.mushpi = configuration, mushpi
        self._configure(mushpi)

    @abc.abstractmethod
    def start(self, on_air=True):
        """Starts it unless it runs. on_air: it can be served as it is configured, and that is
        waited for."""

    @abc.abstractmethod
    def stop(self):
        """Stops it. It must succeed."""

    @abc.abstractmethod
    def restart(self, on_air=True):
        """As start(), but anew."""

    @abc.abstractmethod
    def kill(self):
        """Ends it at once; its service manager starts it again, and that is waited for."""

    @abc.abstractmethod
    def restart_refused(self):
        """Starts it anew with a configuration that it refuses, and returns its exit status."""

    @abc.abstractmethod
    def assert_ended_well(self):
        """It has ended by itself, or is about to, with status 0, and nobody starts it again."""

    @abc.abstractmethod
    def environment(self, name, value):
        """A context manager: it gets a variable when it is started."""

    @abc.abstractmethod
    def is_active(self):
        """It runs, and the service manager knows of no end."""

    @property
    @abc.abstractmethod
    def pid(self):
        pass

    @property
    @abc.abstractmethod
    def restarts(self):
        """How often it was started because it had ended."""

    @property
    @abc.abstractmethod
    def status_text(self):
        """What it has told the service manager last."""

    def standing_still(self):
        return standing_still(self.pid)

    @abc.abstractmethod
    def second(self):
        """A context manager: another spored with the same configuration and a socket of its own,
        a Daemon."""

    @contextlib.contextmanager
    def configured(self, drop_in=None, profile=None, on_air=True, shipped=None):
        """Restarted with another profile (of profiles/, or one that ships) or with a drop-in, and
        as before afterwards."""
        self.drop_in(drop_in)
        self._configure(self.install(profile) if profile else self.shipped(shipped or "mushpi"))
        try:
            self.restart(on_air)
            yield
        finally:
            self.drop_in(None)
            self._configure(self.mushpi)
            self.restart()

    def shipped(self, name):
        """What daemon.profile says for a profile that ships."""
        mushpi = pathlib.Path(self.mushpi)
        return mushpi.with_name(name + mushpi.suffix)

    def install(self, profile):
        """Puts a profile where spored can read it and returns its path."""
        return PROFILES / profile

    def drop_in(self, text):
        """Writes a drop-in that lasts until the end of the story; None: there is none."""
        path = pathlib.Path(f"{self.configuration}.d") / "story.conf"
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def _configure(self, profile):
        self.configuration.parent.mkdir(exist_ok=True)
        self.configuration.write_text(f"[daemon]\nprofile = {profile}\n", encoding="utf-8")
