"""Units, as systemctl and the journal show them."""

from stories.world import run

# What these have said, and systemd of them.
JOURNAL = ("journalctl", "--quiet", "--no-pager", "--output=short-monotonic",
           "--unit=spored.service", "--unit=bluetooth.service")


def systemctl(*words, check=True):
    run("systemctl", *words, check=check)


def show(name, unit):
    """One property of a unit."""
    return run("systemctl", "show", "--value", "--property", name, unit)


def show_all(names, unit):
    """Properties of a unit, by name."""
    lines = run("systemctl", "show", "--property", ",".join(names), unit).splitlines()
    return dict(line.split("=", 1) for line in lines)


class Journal:
    """What spored and bluetoothd have said, and systemd of them."""

    @staticmethod
    def cursor():
        # The same units as below: journalctl skips an entry that is not the cursor's.
        return run(*JOURNAL, "--lines=0", "--show-cursor").rpartition("cursor: ")[2]

    @staticmethod
    def since(cursor):
        return run(*JOURNAL, f"--after-cursor={cursor}", check=False)
