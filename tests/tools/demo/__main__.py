"""Usage: python3 -m demo [--seconds N] [--on ADAPTER | --simulate] --bin DIR

Puts this machine's sensors on the air and shows what a phone sees of them."""

import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from .programs import Failed, Programs
from .real import Phones
from .simulated import SCRIPT, Phone
from .socket_client import Client
from .view import View

START_LIMIT = 60  # seconds until something is notified
MIN_SECONDS = 5  # until the phone has written
SENSORS_LIMIT = 5  # seconds until every sensor has said something
UNATTENDED_SECONDS = 20  # where nobody can type Ctrl+C

ON_A_PI = """
On a Raspberry Pi (64-bit Raspberry Pi OS 12 or 13):

  ./dev package                      # then install it as that says
  sporesense --discover >shed.conf   # your sensors as a profile: edit it
  spored --simulate shed.conf        # look at it without Bluetooth
  spored shed.conf &                 # put it on the air
  sporesense shed.conf               # and fill it

Look for it with a GATT browser on a phone, such as nRF Connect or LightBlue.
README says how it becomes a service.
"""


def adapters():
    return sorted(path.name for path in pathlib.Path("/sys/class/bluetooth").glob("hci*")
                  if ":" not in path.name)


def why_not(adapter):
    """Why bluetoothd cannot be asked for this adapter; None: it can."""
    if adapter not in adapters():
        there = ", ".join(adapters()) or "no adapter at all"
        return f"the kernel has {there}"
    if not shutil.which("busctl"):
        return "busctl is missing, of Debian's package systemd"
    done = subprocess.run(["busctl", "--timeout=5", "get-property", "org.bluez",
                           f"/org/bluez/{adapter}", "org.bluez.Adapter1", "Address"],
                          capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stderr.strip() or "bluetoothd does not answer"


def choose_adapter(arguments):
    """The name of a real adapter, or None for the simulator; says why."""
    if arguments.simulate:
        return None
    if arguments.on:
        why = why_not(arguments.on)
        if why:
            raise Failed(f"{arguments.on} cannot be used: {why}")
        return arguments.on
    for adapter in adapters():
        why = why_not(adapter)
        if not why:
            print(f"{adapter} is there: look for this machine with a GATT browser on a phone")
            return adapter
        print(f"{adapter} cannot be used: {why}")
    print("no Bluetooth adapter: the simulated BlueZ and its phone take the place of both")
    return None


class Demonstration:
    """Everything that runs, in one folder that goes with it."""

    def __init__(self, arguments, programs, folder):
        self.arguments, self.programs = arguments, programs
        self.bin = pathlib.Path(arguments.bin)
        self.profile, self.socket = folder / "demo.conf", folder / "spored.sock"
        self.arrived = 0
        self.watcher = None

    def discover(self):
        try:
            done = subprocess.run([self.bin / "sense/sporesense", "--discover"],
                                  capture_output=True, text=True, check=False)
        except OSError as error:
            raise Failed(f"sporesense does not start: {error}") from None
        sys.stdout.write(done.stderr)
        if done.returncode:
            raise Failed(f"sporesense --discover ended with status {done.returncode}")
        self.profile.write_text(done.stdout, encoding="utf-8")

    def spored(self, *options):
        return (self.bin / "daemon/spored", "-o", f"socket.path={self.socket}",
                "-o", "daemon.log_level=warning", *options, self.profile)

    def start_simulated(self):
        return self.programs.start("sporesim", self.bin / "sim/sporesim", "--script", "-",
                                   "--profile", self.profile, "--", *self.spored())

    def start_real(self, adapter):
        self.programs.start("spored", *self.spored("-o", f"bluez.adapter={adapter}",
                                                   "-o", "bluez.power_on=yes"))

    def start_sense(self):
        """Returns when there is a value of every sensor to be read, or when it takes too long."""
        self.programs.start("sporesense", self.bin / "sense/sporesense",
                            "--socket", self.socket, self.profile)
        client = Client(str(self.socket), self.programs)
        end = time.monotonic() + SENSORS_LIMIT
        while missing := [c["name"] for c in client.request(op="status")["characteristics"]
                          if not c["sets"] and c["name"] != "message"]:
            if time.monotonic() > end:
                print(f"no value yet of {', '.join(missing)}")
                break
            self.programs.lines(0.1)
            self.programs.check()
        client.socket.close()

    def watch(self):
        self.watcher = Client(str(self.socket), self.programs)
        self.watcher.request(op="watch", events=["write"])

    def show(self, view, hear, ask, has_phone):
        """Until the time is up, which gives True, or somebody ends it."""
        try:
            self.show_until(view, hear, ask, has_phone)
            return True
        except KeyboardInterrupt:
            return False

    def show_until(self, view, hear, ask, has_phone):
        """The time begins with the first notification where a phone is played."""
        seconds, begin = self.arguments.seconds, time.monotonic()
        end = None if has_phone or seconds is None else begin + seconds
        while end is None or time.monotonic() < end:
            for program, line in self.programs.lines(0.2):
                hear(program, line)
            self.programs.check()
            self.tell_writes(view)
            ask()
            if end is None and seconds is not None:
                if view.total():
                    end = time.monotonic() + seconds
                elif time.monotonic() > begin + START_LIMIT:
                    raise Failed(f"nothing was notified within {START_LIMIT} s")
            view.draw(None if end is None else max(end - time.monotonic(), 0))

    def tell_writes(self, view):
        for event in self.watcher.events():
            self.arrived += 1
            view.tell(f"a local program hears of the write: {event['characteristic']} = "
                      f"{event.get('value', event['hex'])}")


def run_simulated(demonstration):
    view = View("this machine, as a phone on the simulated BlueZ sees it")
    phone = Phone(view)

    def hear(program, line):
        if program.name == "sporesim":
            phone.hear(line)

    sporesim = demonstration.start_simulated()
    demonstration.watch()
    demonstration.start_sense()
    sporesim.write(SCRIPT)
    whole = demonstration.show(view, hear, lambda: None, has_phone=True)
    print(f"\nThe phone read {phone.reads} values and was notified {view.total()} times.")
    print(f"It wrote {phone.writes}, of which {demonstration.arrived} arrived at a local program.")
    missing = [what for what, there in (("read", phone.reads), ("notified", view.total()),
               ("written", phone.writes), ("passed on", demonstration.arrived)) if not there]
    if missing and whole:
        raise Failed(f"nothing was {', '.join(missing)}")


def run_real(demonstration, adapter):
    view = View(f"this machine on {adapter}, as spored tells it")
    demonstration.start_real(adapter)
    demonstration.watch()
    client = Client(str(demonstration.socket), demonstration.programs)
    demonstration.start_sense()
    phones = Phones(view, client, demonstration.profile.read_text(encoding="utf-8"))
    told = None

    def ask():
        nonlocal told
        status = phones.ask()
        how = f"on air as {status['name']} ({status['adapter']})" if status["on_air"] else \
            f"not on air: {status['why']}; {status['fix'] or 'wait'}"
        if how != told:
            told = how
            view.tell(how)

    demonstration.show(view, lambda program, line: None, ask, has_phone=False)
    print(f"\nPhones read {phones.reads} values, were notified {view.total()} times and wrote "
          f"{demonstration.arrived}.")


def run(arguments):
    with tempfile.TemporaryDirectory(prefix="spored-demo-") as folder, Programs() as programs:
        demonstration = Demonstration(arguments, programs, pathlib.Path(folder))
        adapter = choose_adapter(arguments)
        demonstration.discover()
        if adapter:
            run_real(demonstration, adapter)
        else:
            run_simulated(demonstration)
    print(ON_A_PI)


def count(text):
    number = int(text)
    if number < MIN_SECONDS:
        raise argparse.ArgumentTypeError(f"at least {MIN_SECONDS}")
    return number


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.splitlines()[-1])
    parser.add_argument("--seconds", type=count, metavar="N",
                        help=f"end after N seconds; {UNATTENDED_SECONDS} without a terminal")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--on", metavar="ADAPTER",
                       help="a real adapter, such as hci0; it is powered on and stays so")
    where.add_argument("--simulate", action="store_true", help="the simulator in any case")
    parser.add_argument("--bin", default="", help=argparse.SUPPRESS)
    parser.add_argument("--parse", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.parse:
        return 0
    if arguments.seconds is None and not sys.stdout.isatty():
        arguments.seconds = UNATTENDED_SECONDS
        print(f"this is no terminal: it ends after {UNATTENDED_SECONDS} s, see --seconds")
    # Ended from outside, the programs end too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    for name in [name for name in os.environ if name.startswith("SPORED_")]:
        del os.environ[name]
    try:
        run(arguments)
    except Failed as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Nobody reads any more; nor will what is left in the buffer be read.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return 0


if __name__ == "__main__":
    sys.exit(main())
