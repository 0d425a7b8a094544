"""The metrics, read as strictly as Prometheus reads them: from the socket and from the file."""

import os
import re
import stat
import unittest

from bluez import BluezStory

MANUAL = os.path.join(os.path.dirname(os.environ["DBUS_XML"]), "src/daemon/spored.8")
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
NUMBER = re.compile(r"\d+(\.\d+)?")


class Family:

    def __init__(self, name, text):
        self.name, self.help, self.type, self.samples = name, text, None, {}


def parse_labels(text):
    labels, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        if not match or match[1] in labels:
            raise AssertionError(f"not labels: {text}")
        labels[match[1]] = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), match[2])
        at = match.end()
    return tuple(sorted(labels.items()))


def parse_sample(line, family):
    match = re.fullmatch(r"([^{ ]+)(?:\{(.*)\})? ([^ ]+)", line)
    if not match or not family or match[1] != family.name or not family.type:
        raise AssertionError(f"a sample out of its place: {line}")
    labels = parse_labels(match[2] or "")
    if labels in family.samples or not NUMBER.fullmatch(match[3]):
        raise AssertionError(f"twice, or not a number: {line}")
    family.samples[labels] = float(match[3])


def parse(text):
    """The families by name. Whatever the format (0.0.4) forbids is an error, and so is what
    `promtool check metrics` would have to say."""
    families, family = {}, None
    if not text.endswith("\n"):
        raise AssertionError("the last line has no end")
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            if name in families or not NAME.fullmatch(name) or not words:
                raise AssertionError(f"twice, or no name: {line}")
            family = families[name] = Family(name, words)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if not family or family.name != name or family.type or family.samples:
                raise AssertionError(f"a type out of its place: {line}")
            if (kind == "counter") != name.endswith("_total") or kind not in ("counter", "gauge"):
                raise AssertionError(f"not the name of a {kind}: {line}")
            family.type = kind
        else:
            parse_sample(line, family)
    for family in families.values():
        if not family.samples:
            raise AssertionError(f"{family.name} has no sample")
    return families


class MetricsStory(BluezStory):

    def metrics(self):
        reply = self.connect().call(op="metrics")
        self.assertTrue(reply["ok"])
        return parse(reply["text"])

    @staticmethod
    def value(families, name, **labels):
        return families[name].samples[tuple(sorted(labels.items()))]


class Parser(unittest.TestCase):
    """What the tests below lean on."""

    def test_it_takes_what_is_right(self):
        families = parse('# HELP a_total b c\n# TYPE a_total counter\na_total{x="\\"\\n"} 1\n')
        self.assertEqual(families["a_total"].samples, {(("x", '"\n'),): 1})

    def test_it_finds_what_is_wrong(self):
        head = "# HELP a b\n# TYPE a gauge\n"
        for text in ("", "a 1\n", head, head + "a 1", head + "a 1\na 2\n", head + "b 1\n",
                     head + "a x\n", head + 'a{x="} 1\n', head + 'a{x="1",x="2"} 1\n',
                     head + "a 1\n" + head + "a 1\n", "# HELP a b\na 1\n",
                     "# HELP a b\n# TYPE a counter\na 1\n",
                     "# HELP a_total b\n# TYPE a_total gauge\na_total 1\n"):
            with self.assertRaises(AssertionError, msg=repr(text)):
                parse(text)


class Metrics(MetricsStory):

    def test_the_names_are_those_of_the_manual(self):
        self.launch()
        with open(MANUAL, encoding="utf-8") as f:
            promised = set(re.findall(r"^\.It Cm (spored_\w+)", f.read(), re.MULTILINE))
        self.assertEqual(promised, set(self.metrics()))

    def test_each_characteristic_has_a_sample_of_each(self):
        self.launch()
        names = {row["name"] for row in self.status()["characteristics"]}
        families = [f for f in self.metrics().values()
                    if any(dict(labels).get("characteristic") for labels in f.samples)]
        self.assertGreater(len(families), 15)
        for family in families:
            self.assertEqual({dict(labels)["characteristic"] for labels in family.samples}, names)

    def test_they_say_what_status_says(self):
        self.put_on_air("-o", "level.policy=drop_newest", "-o", "level.depth=2",
                        "-o", "queue.window=1", "-o", "level.notify_on_change=yes")
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("raw")
        self.subscribe("level")
        self.peer.call(op="set", characteristic="raw", hex="00")
        for value in (1, 1, 2, 3):
            self.peer.call(op="set", characteristic="level", value=value)
        self.write("alarm", "07")
        self.write("alarm", "ff")
        self.read("level")
        self.peer.call(op="nonsense")
        found, row = self.metrics(), self.counters("level")
        self.assertEqual((row["sets"], row["sets_refused"], row["unchanged"], row["published"],
                          row["pending"], row["reads"]), (3, 1, 1, 2, 2, 1))
        names = {"sets_unchanged_total": "unchanged", "pending": "pending", "stalled": "stalled",
                 "subscribed": "subscribed", "stale": "stale"}
        for key in ("sets", "sets_refused", "published", "sent", "coalesced", "confirmed", "reads",
                    "reads_refused", "descriptor_writes", "descriptor_writes_refused",
                    "writes", "writes_refused", "verdicts_late", "stales", "slow", "cut"):
            names[key + "_total"] = key
        for name, key in names.items():
            for row in self.status()["characteristics"]:
                self.assertEqual(self.value(found, "spored_" + name, characteristic=row["name"]),
                                 row[key], (name, row))
        for row in self.status()["characteristics"]:
            for reason, n in row["dropped"].items():
                self.assertEqual(n, self.value(found, "spored_dropped_total", reason=reason,
                                               characteristic=row["name"]))
        self.assertEqual(self.value(found, "spored_writes_total", characteristic="alarm"), 1)
        self.assertEqual(self.value(found, "spored_writes_refused_total", characteristic="alarm"), 1)
        self.assertEqual(self.value(found, "spored_on_air"), 1)
        self.assertEqual(self.value(found, "spored_bad_requests_total"), 1)
        self.assertEqual(self.value(found, "spored_peers"), 2)
        self.assertGreater(self.value(found, "spored_uptime_seconds"), 0)
        self.assertEqual(self.value(found, "spored_build_info", version=self.status()["version"]),
                         1)

    def test_published_is_the_sum_of_where_it_went(self):
        self.put_on_air("-o", "level.depth=2", "-o", "queue.window=1")
        self.bluez.command("answer", "Ping", "hold")
        self.subscribe("level")
        self.set("level", *range(10))
        found = self.metrics()
        total = sum(n for name in ("sent_total", "dropped_total", "coalesced_total", "pending")
                    for labels, n in found["spored_" + name].samples.items()
                    if ("characteristic", "level") in labels)
        self.assertEqual(self.value(found, "spored_published_total", characteristic="level"), 10)
        self.assertEqual(total, 10)

    def test_with_nothing_declared_there_are_those_of_the_daemon(self):
        empty = os.path.join(self.folder, "empty.conf")
        with open(empty, "w", encoding="ascii"):
            pass
        self.launch(profile=empty)
        found = self.metrics()
        self.assertEqual(self.value(found, "spored_on_air"), 0)
        self.assertNotIn("spored_sets_total", found)


class File(MetricsStory):

    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.folder, "spored.prom")

    def launch(self, *arguments, env=None, profile=None):
        return super().launch("-o", "metrics.file=" + self.file, "-o", "metrics.interval=1s",
                              *arguments, env=env, profile=profile)

    def read_file(self):
        """None: it is not there yet. It is never there in part."""
        try:
            with open(self.file, encoding="utf-8") as f:
                return parse(f.read())
        except FileNotFoundError:
            return None

    def test_it_is_there_from_the_start_and_grows_old_with_spored(self):
        process = self.launch()
        self.until(self.read_file)
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o644)
        self.peer = self.connect()
        self.set("level", 1)
        self.until(lambda: self.value(self.read_file(), "spored_sets_total",
                                      characteristic="level") == 1)
        self.log_of(process)

    def test_it_is_removed_at_the_end(self):
        process = self.launch()
        self.until(self.read_file)
        self.log_of(process)
        self.assertFalse(any("spored.prom" in name for name in os.listdir(self.folder)))

    def test_a_place_that_cannot_be_is_said_once(self):
        self.file = os.path.join(self.folder, "missing", "spored.prom")
        process = self.launch()
        message = f"error: {self.file} cannot be written: No such file or directory"
        while message not in (line := process.stderr.readline().decode()):
            self.assertTrue(line)
        os.mkdir(os.path.dirname(self.file))
        self.until(self.read_file)
        log = self.log_of(process)
        self.assertNotIn(message, log)
        self.assertIn(f"{self.file} can be written again", log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
