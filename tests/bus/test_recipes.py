"""The recipes of sporectl(1), as they stand there, with the programs that they name.

Replaced are only the host of the broker, and the files of a machine that has a lamp."""

import os
import pathlib
import shutil
import signal
import subprocess
import unittest

from harness import LIMIT, PROFILE, SPORECTL
from mqtt import Broker
from sporectl import CtlStory, Printed

MANUAL = pathlib.Path(__file__).parents[2] / "src/ctl/sporectl.1"
PROGRAMS = ("mandoc", "mosquitto_sub", "mosquitto_pub")
TARGETS = "/spored/application/mushpi/control_targets"
ON, OFF, CYCLE = (f"c8001801bc028813{mode}000000000000" for mode in ("01", "00", "02"))


def recipes():
    """The displays of the section: commands without their prompt, and files."""
    page = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=200,indent=0", str(MANUAL)],
                          capture_output=True, check=True).stdout.decode()
    page = page[page.index("\nR\bRE\bEC\bCI\bIP\bPE\bES\bS\n"):]
    return [block.strip("\n") for block in page.split("\n\n")]


class Recipes(CtlStory):

    def setUp(self):
        super().setUp()
        for program in PROGRAMS:
            self.assertTrue(shutil.which(program), f"{program} is not installed")
        self.put_on_air()

    def launch(self, *arguments, env=None, profile=None):
        return super().launch(*arguments, env=env, profile=PROFILE)

    def recipe(self, *parts):
        """The one display with all of these parts."""
        found = [r for r in recipes() if all(part in r for part in parts)]
        self.assertEqual(len(found), 1, found)
        return "\n".join(line.strip() for line in found[0].splitlines())

    def command(self, *parts):
        text = self.recipe(*parts)
        self.assertTrue(text.startswith("$ "), text)
        return text.removeprefix("$ ")

    def at_broker(self, command):
        self.assertIn(" -h broker ", command)
        return command.replace(" -h broker ", f" --unix {self.broker.path} ")

    def start_broker(self):
        self.broker = Broker(os.path.join(self.folder, "mqtt"))
        self.addCleanup(self.broker.end)

    def shell(self, command, environment=None):
        """A shell with its pipeline, ended together."""
        ours = {**self.environment(), "SPORED_SOCKET_PATH": self.socket_path,
                "PATH": os.path.dirname(SPORECTL) + ":" + os.environ["PATH"]}
        process = subprocess.Popen(["sh", "-c", command], env=environment or ours,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(self.end_group, process)
        process.errors, process.printed = Printed(process.stderr), Printed(process.stdout)
        return process

    def end_group(self, process):
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        process.wait(LIMIT)
        process.printed.rest()
        process.errors.close()
        process.printed.close()

    def field(self, characteristic, name):
        return self.peer.call(op="get", characteristic=characteristic)["fields"][name]

    def write_targets(self, data):
        reply = self.bluez.answer_of("WriteValue", "write", TARGETS, data)
        self.assertNotIn("error", reply)

    def publish(self, command):
        """A publisher does not wait for the broker: the next one could overtake it."""
        ended = self.broker.ended
        process = self.shell(self.at_broker(command))
        self.assertEqual((process.wait(LIMIT), process.errors.rest()), (0, []))
        self.broker.wait_ended(ended + 1, LIMIT)

    def test_from_mqtt_to_a_phone(self):
        self.start_broker()
        self.shell(self.at_broker(self.command("mosquitto_sub", "shed/climate")))
        self.broker.wait_subscribed(LIMIT)
        self.publish(self.command("mosquitto_pub", "shed/climate"))
        self.until(lambda: self.field("env_measurements", "co2_ppm") == 612)

    def test_from_a_topic_for_each_value_to_a_phone(self):
        self.start_broker()
        process = self.shell(self.at_broker(self.command("mosquitto_sub", "shed/co2")))
        self.broker.wait_subscribed(LIMIT)
        for payload in ("613", "much", "614"):
            self.publish(f"mosquitto_pub -h broker -t shed/co2 -m {payload}")
        self.until(lambda: self.field("env_measurements", "co2_ppm") == 614)
        self.assertIn("line 2: env_measurements: ", process.errors.wait("sporectl"))

    def test_from_a_phone_to_mqtt(self):
        self.start_broker()
        reader = self.shell(f"mosquitto_sub --unix {self.broker.path} -t shed/targets -C 1 "
                            "-F '%t %p'")
        self.broker.wait_subscribed(LIMIT)
        asked, before = 0, self.status()["requests"]
        self.shell(self.at_broker(self.command("sporectl watch")))
        while self.status()["requests"] - before <= (asked := asked + 1):
            pass
        self.write_targets(ON)
        line = reader.printed.next()
        self.assertTrue(line.startswith('shed/targets {"event":"write"'), line)
        self.assertIn('"light_mode":"ON"', line)

    def test_from_cron(self):
        """As cron does it: five words of time, and the rest to sh with little in its environment."""
        line = self.recipe("* * * *", "sporectl set")
        self.assertNotIn("\n", line)
        self.assertNotIn("%", line)
        light = os.path.join(self.folder, "light")
        with open(light, "w", encoding="ascii") as f:
            f.write("421\n")
        command = line.split(None, 5)[5]
        self.assertIn("/run/shed/light", command)
        process = self.shell(command.replace("/run/shed/light", light), {
            "HOME": "/", "LOGNAME": "root", "SHELL": "/bin/sh",
            "PATH": "/usr/bin:/bin:" + os.path.dirname(SPORECTL),
            "SPORED_SOCKET_PATH": self.socket_path})
        self.assertEqual((process.wait(LIMIT), process.errors.rest(), process.printed.rest()),
                         (0, [], []))
        self.assertEqual(self.field("env_measurements", "light_raw"), 421)

    def install_lamp(self):
        """The handler and its lamp, in the folder."""
        path = os.path.join(self.folder, "lamp")
        script = self.recipe("#!/bin/sh")
        self.assertIn("/sys/class/leds/lamp/brightness", script)
        with open(path, "w", encoding="ascii") as f:
            f.write(script.replace("/sys/class/leds/lamp/", self.folder + "/") + "\n")
        os.chmod(path, 0o755)
        return path

    def brightness(self):
        try:
            with open(os.path.join(self.folder, "brightness"), encoding="ascii") as f:
                return f.read()
        except FileNotFoundError:
            return None

    def test_a_handler_in_shell(self):
        command = self.command("sporectl handle")
        self.assertIn("/usr/local/bin/lamp", command)
        process = self.shell(command.replace("/usr/local/bin/lamp", self.install_lamp()))
        self.until(lambda: self.counters("control_targets")["handled"])
        for data, expected in ((ON, "1\n"), (OFF, "0\n")):
            self.write_targets(data)
            self.until(lambda expected=expected: self.brightness() == expected)
        self.write_targets(CYCLE)
        self.assertEqual(process.errors.wait("no lamp"), "no lamp for CYCLE")
        self.assertIn("ended with status 1", process.errors.wait("write 3"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
