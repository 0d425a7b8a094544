"""libspored as it is installed: its archive, its header, its pkg-config file, and the example of
its manual, built and run as another project would."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import unittest

from bluez import BluezStory
from harness import LIMIT

ARCHIVE = os.environ["LIBSPORED"]
MANUAL = pathlib.Path(os.environ["LIBSPORED_MANUAL"])
INCLUDE = os.environ["SPORED_INCLUDE"]
CC = shlex.split(os.environ["CC"])
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]

PROFILE = """[service box]
uuid = 12345678-1234-5678-1234-56789abc0000

[characteristic temperature]
uuid = 2A6E
flags = read notify
type = i16 scale=0.01

[characteristic target]
uuid = 12345678-1234-5678-1234-56789abc0001
flags = read write
security = open
type = u8
verdict = handler

[socket]
handler_timeout = 500ms
"""


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def example():
    """The program in the manual."""
    source = re.search(r"^\.Bd -literal\n(.*?)^\.Ed", MANUAL.read_text("utf-8"), re.M | re.S)[1]
    return source.replace("\\e", "\\")


class Installed(unittest.TestCase):

    def test_every_name_is_its_own(self):
        """Nothing else that a program has may clash with a name of the archive."""
        names = [line.split()[-1] for line in run("nm", "-g", "--defined-only", ARCHIVE).splitlines()
                 if len(line.split()) == 3]
        self.assertIn("spored_client_new", names)
        self.assertEqual([name for name in names if not name.startswith(("spored_", "__"))], [])

    def check_header(self, *compiler):
        subprocess.run([*compiler, *STRICT, "-I", INCLUDE, "-fsyntax-only", "-"], check=True,
                       input="#include <spored/client.h>\n", text=True)

    def test_the_header_is_plain_c(self):
        self.check_header(*CC, "-std=c99", "-x", "c")

    def test_the_header_is_plain_cpp(self):
        compiler = shutil.which("c++") or shutil.which("clang")
        self.assertTrue(compiler, "neither g++ nor clang is installed")
        self.check_header(compiler, "-std=c++11", "-x", "c++")

    def test_the_manual_has_every_function(self):
        header = pathlib.Path(INCLUDE, "spored/client.h").read_text("utf-8")
        declared = set(re.findall(r"\b(spored_[a-z_]+)\(", re.sub(r"/\*.*?\*/", "", header,
                                                                  flags=re.S)))
        described = set(re.findall(r"^\.F[no] (spored_[a-z_]+)", MANUAL.read_text("utf-8"), re.M))
        self.assertEqual(described, declared)


class Example(BluezStory):

    def setUp(self):
        super().setUp()
        pathlib.Path(self.profile).write_text(PROFILE, "ascii")
        self.source = os.path.join(self.folder, "example.c")
        self.program = os.path.join(self.folder, "example")
        pathlib.Path(self.source).write_text(example(), "ascii")

    def build(self, *options):
        flags = run("pkg-config", *options, "--cflags", "--libs", "spored").split()
        subprocess.run([*CC, "-std=c99", *STRICT, "-o", self.program, self.source, *flags],
                       check=True)

    def launch_example(self):
        environment = {**os.environ, "SPORED_SOCKET_PATH": self.socket_path}
        process = subprocess.Popen([self.program], env=environment, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, LIMIT)
        self.addCleanup(process.kill)
        return process

    def order(self, data):
        return self.bluez.answer_of("WriteValue", "write", "/spored/application/box/target", data)

    def test_the_example_works(self):
        self.build()
        process = self.launch_example()     # before spored
        self.put_on_air()
        self.until(lambda: self.peer.call(op="get", characteristic="temperature")["seq"] > 0)
        self.assertEqual(self.peer.call(op="get", characteristic="temperature")["value"], 21.4)
        self.assertNotIn("error", self.order("1d"))
        self.assertEqual(process.stdout.readline(), b"target: 29\n")
        self.assertEqual(self.order("1e").get("text"), "0x82")
        self.assertEqual(process.stdout.readline(), b"target: 30\n")
        self.assertEqual(self.peer.call(op="get", characteristic="target")["value"], 29)

    def test_it_links_with_static_too(self):
        self.build("--static")


if __name__ == "__main__":
    unittest.main(verbosity=2)
