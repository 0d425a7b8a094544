"""A real sporesense beside a real spored, with sensors that are files of a folder."""

import os
import signal
import subprocess
import unittest

from harness import LIMIT, ServiceManager, Story

SPORESENSE = os.environ["SPORESENSE"]

PROFILE = """[service shed]
uuid = 181A

[characteristic temperature]
uuid = 2A6E
flags = read notify
type = i16 scale=0.01 unit=celsius

[characteristic air]
uuid = 2A00
flags = read notify

[fields air]
co2 = u16 unit=ppm
humidity = u16 scale=0.1 max=100 unit=percent

[source warm]
file = {root}/hwmon*/temp1_input
scale = 0.001
interval = 100ms
target = temperature

[source gas]
file = {root}/gas
match = co2=(.*)
interval = 100ms
target = air.co2

[source damp]
file = {root}/damp
interval = 100ms
target = air.humidity
"""


class Sense(Story):

    def setUp(self):
        super().setUp()
        self.root = os.path.join(self.folder, "root")
        self.told = ServiceManager(os.path.join(self.folder, "sense-notify"))
        self.addCleanup(self.told.close)
        self.profile = self.write("my.conf", PROFILE.format(root=self.root))
        self.write("root/hwmon3/temp1_input", "21390\n")
        self.write("root/gas", "crc=1c co2=612\n")
        self.write("root/damp", "45.5\n")

    def write(self, name, text):
        """Whole or not at all, as the kernel's files are."""
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(path + ".new", path)
        return path

    def remove(self, name):
        os.unlink(os.path.join(self.folder, name))

    def sense_environment(self, extra=None):
        return self.environment({"NOTIFY_SOCKET": os.path.join(self.folder, "sense-notify"),
                                 **(extra or {})})

    def serve(self):
        return self.launch(profile=self.profile)

    def run_sense(self, *arguments, env=None):
        """A sporesense that is expected to end by itself."""
        return subprocess.run([SPORESENSE, *arguments], env=self.sense_environment(env),
                              timeout=LIMIT, capture_output=True, text=True, check=False)

    def sense(self, *arguments):
        """Starts sporesense as a service and waits until it says READY=1."""
        command = [SPORESENSE, "--socket", self.socket_path, *arguments, self.profile]
        process = subprocess.Popen(command, env=self.sense_environment(), stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        self.wait_told("READY=1")
        return process

    def wait_told(self, part):
        while True:
            text = self.told.next()
            if part in text:
                return text

    def wait_log(self, process, part):
        """What it logged up to the line that has this part."""
        lines = []
        while not lines or part not in lines[-1]:
            line = process.stderr.readline().decode()
            self.assertTrue(line, "ended before it said " + part + ": " + "".join(lines))
            lines.append(line)
        return "".join(lines)

    def value(self, characteristic):
        answer = self.connect().call(op="get", characteristic=characteristic)
        return answer.get("value", answer.get("fields"))

    def wait_value(self, characteristic, expected):
        """Asks until a source that is read every 100 ms has said so."""
        peer = self.connect()
        answer = {}
        while answer.get("value", answer.get("fields")) != expected:
            answer = peer.call(op="get", characteristic=characteristic)

    def finish(self, process, number=signal.SIGTERM):
        process.send_signal(number)
        _, log = process.communicate(timeout=LIMIT)
        return process.returncode, log.decode()


class Once(Sense):

    def test_it_sets_everything_once_and_ends(self):
        self.serve()
        done = self.run_sense("--once", self.profile)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(self.value("temperature"), 21.39)
        self.assertEqual(self.value("air"), {"co2": 612, "humidity": 45.5})

    def test_fields_of_one_characteristic_are_one_set(self):
        self.serve()
        self.assertEqual(self.run_sense("--once", self.profile).returncode, 0)
        rows = self.connect().call(op="status")["characteristics"]
        self.assertEqual({row["name"]: row["sets"] for row in rows}, {"temperature": 1, "air": 1})

    def test_what_cannot_be_read_is_named_and_the_others_are_set(self):
        self.serve()
        self.remove("root/gas")
        self.write("root/damp", "101\n")
        done = self.run_sense("--once", self.profile)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"sporesense: gas: cannot be read: {self.root}/gas: No such file", done.stderr)
        self.assertIn("sporesense: damp: not set: humidity: 101 is above its maximum 100", done.stderr)
        self.assertEqual(self.value("temperature"), 21.39)

    def test_without_a_spored_it_names_the_socket(self):
        done = self.run_sense("--once", "--socket", self.socket_path, self.profile)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"cannot connect to {self.socket_path}: No such file", done.stderr)

    def test_a_spored_without_room_says_so(self):
        self.launch("-o", "limits.peers=1", profile=self.profile)
        self.connect().call(op="status")
        done = self.run_sense("--once", self.profile)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr,
                         "sporesense: 1 local programs are connected already\n")

    def test_the_configuration_says_where_the_socket_is(self):
        path = os.path.join(self.folder, "other")
        self.launch("-o", "socket.path=" + path, profile=self.profile)
        done = self.run_sense("--once", self.profile, env={"SPORED_SOCKET_PATH": path})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.run_sense("--once", "-o", "socket.path=" + path, self.profile)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.run_sense("--once", "--socket", path, self.profile)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_spored_with_another_profile_refuses_what_it_does_not_have(self):
        other = PROFILE.format(root=self.root).replace("co2 = u16 unit=ppm\n", "", 1)
        self.launch(profile=self.write("other.conf", other.partition("[source")[0]))
        done = self.run_sense("--once", self.profile)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^sporesense: gas: not set: .*co2.*\n$")
        self.assertEqual(self.value("air"), {"humidity": 45.5})


class Print(Sense):

    with_bus = False

    def test_it_prints_what_is_read_and_needs_no_spored(self):
        done = self.run_sense("--print", self.profile)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "warm = 21.39 celsius\ngas = 612 ppm\ndamp = 45.5 percent\n")

    def test_what_cannot_be_read_is_named(self):
        self.remove("root/gas")
        done = self.run_sense("--print", self.profile)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "warm = 21.39 celsius\ndamp = 45.5 percent\n")
        self.assertIn("gas: cannot be read", done.stderr)

    def test_a_standard_output_that_is_full_is_told(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([SPORESENSE, "--print", self.profile], stdout=full,
                                  env=self.sense_environment(), stderr=subprocess.PIPE,
                                  timeout=LIMIT, text=True, check=False)
        self.assertEqual(done.returncode, 74)
        self.assertIn("cannot write to the standard output", done.stderr)


class Configuration(Sense):

    with_bus = False

    def test_without_a_source_it_says_so(self):
        empty = self.write("empty.conf", "")
        done = self.run_sense(empty)
        self.assertEqual(done.returncode, 78)
        self.assertIn(empty + ": nothing to read: no [source NAME]", done.stderr)

    def test_a_wrong_target_is_told_by_both_programs(self):
        text = PROFILE.format(root=self.root).replace("air.humidity", "air.humidty")
        path = self.write("wrong.conf", text)
        line = text.splitlines().index("target = air.humidty") + 1
        place = (f"{path}:{line}: [source damp] target: \"air\" has no field \"humidty\"; "
                 "did you mean \"humidity\"?\n")
        done = self.run_sense(path)
        self.assertEqual((done.returncode, done.stderr), (78, place))
        done = self.run_spored("--check", path)
        self.assertEqual((done.returncode, done.stderr), (78, place))

    def test_spored_takes_sections_for_sporesense(self):
        done = self.run_spored("--check", self.profile)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.run_spored("--dump-config", self.profile,
                               env={"SPORED_SOURCE__WARM__MATCH": "t=(.*)"})
        self.assertIn("match = t=(.*) ; environment SPORED_SOURCE__WARM__MATCH\n", done.stdout)
        again = self.run_sense("--print", self.write("dump.conf", done.stdout))
        self.assertIn("nothing in it matches t=(.*)", again.stderr)

    def test_a_spored_that_stands_aside_leaves_nothing_to_do(self):
        done = self.run_sense("-o", "daemon.serve=no", self.profile)
        self.assertEqual(done.returncode, 0)
        self.assertIn("standing aside", done.stderr)

    def test_wrong_usage_is_64(self):
        for words in (["--nonsense"], ["a", "b"], ["--once", "--print"], ["--discover=some"],
                      ["--discover", self.profile], ["--root", "/", self.profile]):
            self.assertEqual(self.run_sense(*words).returncode, 64, words)

    def test_help_and_version(self):
        self.assertIn("--discover", self.run_sense("--help").stdout)
        self.assertRegex(self.run_sense("--version").stdout, r"^sporesense \d")


class Service(Sense):

    def test_it_follows_its_files_and_ends_with_0(self):
        self.serve()
        process = self.sense()
        self.wait_told("STATUS=3 sources")
        self.assertEqual(self.value("temperature"), 21.39)
        self.write("root/hwmon3/temp1_input", "-4500\n")
        self.wait_value("temperature", -4.5)
        status, log = self.finish(process)
        self.assertEqual(status, 0)
        # A slow spored has not answered before the next reading comes.
        self.assertRegex(log, r"^sporesense: reading 3 sources\nsporesense: connected to spored\n"
                              r"(sporesense: \w+: of \d+ readings 0 failed, 0 were refused, "
                              r"\d+ were overtaken before they were set\n)*$")
        self.wait_told("STOPPING=1")

    def test_sigint_ends_it_with_0(self):
        self.assertEqual(self.finish(self.sense(), signal.SIGINT)[0], 0)

    def test_a_file_that_goes_and_comes_back_under_another_number(self):
        self.serve()
        process = self.sense()
        self.wait_log(process, "connected to spored")
        self.remove("root/hwmon3/temp1_input")
        begin = self.wait_log(process, "warm: cannot be read")
        self.assertIn("hwmon*/temp1_input: no such file", begin)
        self.wait_told("STATUS=3 sources, 1 of them not set; failed readings: ")
        self.write("root/damp", "50.5\n")
        self.wait_value("air", {"co2": 612, "humidity": 50.5})
        self.write("root/hwmon5/temp1_input", "30000\n")
        end = self.wait_log(process, "warm")
        self.assertRegex(end, r"^sporesense: warm: set again, after \d+ failures?\n$")
        self.assertIn("STATUS=3 sources; failed readings: ", self.wait_told("STATUS=3 sources; "))
        self.wait_value("temperature", 30.0)
        status, log = self.finish(process)
        self.assertEqual(status, 0)
        self.assertRegex(log, r"^sporesense: warm: of \d+ readings \d+ failed, 0 were refused, "
                              r"\d+ were overtaken before they were set\n")

    def test_a_value_out_of_range_is_told_once(self):
        self.serve()
        process = self.sense()
        self.wait_log(process, "connected to spored")
        self.write("root/damp", "200\n")
        self.wait_log(process, "damp: not set: humidity: 200 is above its maximum 100")
        for number in (400, 401, 402):
            self.write("root/gas", f"co2={number}\n")
            self.wait_value("air", {"co2": number, "humidity": 45.5})
        self.write("root/damp", "99\n")
        end = self.wait_log(process, "damp")
        self.assertRegex(end, r"^sporesense: damp: set again, after \d+ failures?\n$")
        self.assertEqual(self.finish(process)[0], 0)

    def test_a_spored_that_starts_again_gets_everything_again(self):
        spored = self.serve()
        process = self.sense("-o", "source.warm.interval=24h", "-o", "gas.interval=24h")
        self.wait_log(process, "connected to spored")
        self.wait_value("temperature", 21.39)
        self.stop(spored)
        self.wait_log(process, "spored has closed the connection; trying again")
        self.wait_told("STATUS=cannot connect to")
        self.serve()
        self.assertRegex(self.wait_log(process, "connected"),
                         r"^sporesense: connected to spored(; overtaken values meanwhile: \d+)?\n$")
        self.wait_value("temperature", 21.39)
        self.wait_value("air", {"co2": 612, "humidity": 45.5})
        self.assertEqual(self.finish(process)[0], 0)

    def test_what_is_read_while_spored_is_away_is_counted_and_the_newest_is_set(self):
        spored = self.serve()
        process = self.sense("-o", "warm.interval=24h", "-o", "gas.interval=24h",
                             "-o", "damp.events=yes", "-o", "damp.interval=24h")
        self.wait_log(process, "connected to spored")
        self.wait_told("STATUS=3 sources")
        self.stop(spored)
        self.wait_told("STATUS=cannot connect to")
        for number in (50, 51, 52):
            self.write("root/damp", f"{number}\n")
        self.serve()
        self.wait_log(process, "connected to spored; overtaken values meanwhile: ")
        self.wait_value("air", {"co2": 612, "humidity": 52})
        self.assertEqual(self.finish(process)[0], 0)

    def test_a_spored_that_stands_still_is_told_of(self):
        spored = self.serve()
        process = self.sense()
        self.wait_log(process, "connected to spored")
        spored.send_signal(signal.SIGSTOP)
        self.addCleanup(spored.send_signal, signal.SIGCONT)
        self.wait_log(process, "spored does not answer")
        self.wait_told("STATUS=spored does not answer")
        self.write("root/hwmon3/temp1_input", "25000\n")
        spored.send_signal(signal.SIGCONT)
        self.wait_log(process, "spored answers again")
        self.wait_value("temperature", 25.0)
        self.assertIn("overtaken values: ", self.wait_told("STATUS=3 sources"))
        self.assertEqual(self.finish(process)[0], 0)

    def test_it_waits_for_a_spored_that_comes_later(self):
        process = self.sense()
        log = self.wait_log(process, "trying again")
        self.assertIn(f"cannot connect to {self.socket_path}: No such file or directory", log)
        self.serve()
        self.wait_log(process, "connected to spored")
        self.wait_value("temperature", 21.39)
        self.assertEqual(self.finish(process)[0], 0)

    def test_it_ends_while_spored_stands_still(self):
        spored = self.serve()
        process = self.sense()
        self.wait_log(process, "connected to spored")
        spored.send_signal(signal.SIGSTOP)
        self.addCleanup(spored.send_signal, signal.SIGCONT)
        self.assertEqual(self.finish(process)[0], 0)


class Events(Sense):
    """Each file is read once a day, so what arrives has been woken for."""

    daily = ("-o", "warm.interval=24h", "-o", "gas.interval=24h", "-o", "damp.interval=24h")

    def test_a_file_that_is_written_is_read_at_once(self):
        self.serve()
        process = self.sense(*self.daily, "-o", "warm.events=yes", "-o", "gas.events=yes")
        self.wait_log(process, "connected to spored")
        self.write("root/hwmon3/temp1_input", "22000\n")
        self.wait_value("temperature", 22.0)
        with open(os.path.join(self.root, "gas"), "w", encoding="ascii") as file:
            file.write("co2=700\n")
        self.wait_value("air", {"co2": 700, "humidity": 45.5})
        self.assertEqual(self.finish(process)[0], 0)

    def test_a_file_that_goes_is_found_when_it_is_back(self):
        self.remove("root/gas")
        self.serve()
        process = self.sense(*self.daily, "-o", "gas.events=yes")
        self.wait_log(process, "gas: cannot be read")
        self.write("root/gas", "co2=701\n")
        self.wait_log(process, "gas: set again, after ")
        self.wait_value("air", {"co2": 701, "humidity": 45.5})
        self.assertEqual(self.finish(process)[0], 0)

    def test_a_change_must_last_as_long_as_debounce_says(self):
        self.serve()
        process = self.sense(*self.daily, "-o", "gas.events=yes", "-o", "gas.debounce=1h",
                             "-o", "damp.events=yes", "-o", "damp.debounce=50ms")
        self.wait_log(process, "connected to spored")
        self.write("root/gas", "co2=700\n")
        self.write("root/damp", "60\n")
        # It is read once more when it has lasted, without another event.
        self.wait_value("air", {"co2": 612, "humidity": 60})
        self.assertEqual(self.finish(process)[0], 0)

    def test_a_change_that_is_too_small_is_not_set(self):
        self.serve()
        process = self.sense(*self.daily, "-o", "gas.events=yes", "-o", "gas.min_change=50",
                             "-o", "damp.events=yes")
        self.wait_log(process, "connected to spored")
        peer = self.connect()
        sets = self.sets(peer, "air")
        self.write("root/gas", "co2=661\n")
        while self.sets(peer, "air") == sets:
            pass
        self.assertEqual(self.value("air")["co2"], 612)
        self.write("root/gas", "co2=662\n")
        self.wait_value("air", {"co2": 662, "humidity": 45.5})
        self.assertEqual(self.finish(process)[0], 0)

    @staticmethod
    def sets(peer, characteristic):
        rows = peer.call(op="status")["characteristics"]
        return next(row["sets"] for row in rows if row["name"] == characteristic)

    def test_what_no_event_tells_of_is_named(self):
        self.serve()
        process = self.sense("-o", "gas.file=/proc/uptime", "-o", "gas.match=", "-o",
                             "gas.events=yes")
        self.wait_log(process, "gas: no event will tell of it, it is read each interval alone: "
                               "the kernel tells of no file of procfs")
        self.assertEqual(self.finish(process)[0], 0)

    def test_a_sensor_that_is_gone_becomes_stale_and_is_fresh_when_it_is_back(self):
        self.launch("-o", "temperature.max_age=1s", profile=self.profile)
        process = self.sense()
        self.wait_log(process, "connected to spored")
        watcher = self.connect()
        watcher.call(op="watch", events=["stale"])
        self.remove("root/hwmon3/temp1_input")
        self.assertTrue(self.next_stale(watcher))
        self.write("root/hwmon3/temp1_input", "23000\n")
        self.assertFalse(self.next_stale(watcher))
        self.assertEqual(self.value("temperature"), 23.0)
        self.assertEqual(self.finish(process)[0], 0)

    def next_stale(self, watcher):
        event = watcher.receive()
        self.assertEqual((event["event"], event["characteristic"]), ("stale", "temperature"))
        return event["stale"]


class Discover(Sense):

    def discover(self, *arguments):
        done = self.run_sense(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        checked = self.run_spored("--check", self.write("found.conf", done.stdout))
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        return done

    def test_this_machine_has_a_profile_that_works(self):
        done = self.discover("--discover=all")
        self.assertIn("found uptime: ", done.stderr)
        found = os.path.join(self.folder, "found.conf")
        self.launch(profile=found)
        self.run_sense("--once", found)
        self.assertGreater(self.value("uptime"), 0)
        self.assertGreater(self.value("memory_available"), 0)

    def test_a_machine_with_sensors(self):
        self.write("root/sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
        self.write("root/sys/class/hwmon/hwmon0/temp1_input", "48312\n")
        self.write("root/sys/class/hwmon/hwmon0/temp2_input", "99999999\n")
        self.write("root/proc/sys/kernel/hostname", "shed\n")
        done = self.discover("--discover", "--root", self.root)
        self.assertIn("found cpu_thermal_temp1: 48.312 celsius", done.stderr)
        self.assertRegex(done.stderr, "left out: .*/temp2_input: .* above its maximum")
        self.assertIn("\nname = shed\n", done.stdout)
        printed = self.run_sense("--print", os.path.join(self.folder, "found.conf"))
        self.assertEqual(printed.stdout, "cpu_thermal_temp1 = 48.31 celsius\n")

    def test_a_machine_without_sensors_says_so(self):
        self.write("root/proc/loadavg", "0.12 0.34 0.56 1/93 20699\n")
        done = self.discover("--discover", "--root", self.root)
        self.assertIn("no sensor was found: taking load, memory and uptime", done.stderr)
        self.assertIn("found load: 0.12", done.stderr)
        self.assertIn(f"left out: {self.root}/proc/uptime: No such file", done.stderr)

    def test_a_root_that_is_not_there(self):
        done = self.run_sense("--discover", "--root", os.path.join(self.folder, "nowhere"))
        self.assertEqual((done.returncode, done.stdout), (71, ""))
        self.assertIn("nowhere: No such file or directory", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
