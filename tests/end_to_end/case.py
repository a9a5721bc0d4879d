"""What the end-to-end tests share beyond the harness: shown logs, and checks of what is served."""

import gzip
import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

from prometheus_client.parser import text_string_to_metric_families

import harness


# Such programs are slow, and have an allocator of their own.
SANITIZED = bool(os.environ.get("NARTHEX_SANITIZED"))


def binary(name):
    """Returns the path of a built example; NARTHEX_BIN_DIR names their folder."""
    folder = os.environ.get("NARTHEX_BIN_DIR")
    if not folder:
        sys.exit("set NARTHEX_BIN_DIR to the folder of the built examples")
    return pathlib.Path(folder, name)


def main():
    """Runs the tests of the calling file; a SIGTERM stops what they started, as a Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unittest.main(verbosity=2)


def scrape(url, headers=None, path="/metrics"):
    """Returns the headers and the text of a scrape, decompressed as its headers say."""
    reply = harness.request(f"{url}{path}", headers=headers)
    if reply.status != 200:
        raise AssertionError(f"{url}{path} answered {reply.status}: {reply.body}")
    encodings = reply.headers.get_all("Content-Encoding", [])
    body = gzip.decompress(reply.body) if encodings == ["gzip"] else reply.body
    return reply.headers, body.decode()


def sample(text, series):
    """Returns the value of the one sample of a text that has this name and these labels."""
    (value,) = re.findall(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(value)


class ServicesTest(unittest.TestCase):
    """A test case whose tests share services; a test that fails shows what they wrote."""

    @classmethod
    def setUpClass(cls):
        cls.services = harness.Services()
        cls.addClassCleanup(cls.services.stop)
        try:
            cls.start()
        except Exception:
            print(cls.services.logs(), file=sys.stderr)
            raise

    @classmethod
    def start(cls):
        """Starts the services of the class."""

    def run(self, result=None):
        problems = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > problems:
            print(self.services.logs(), file=sys.stderr)

    def assert_metadata(self, prometheus, wanted):
        """Checks the type and the help that Prometheus knows of each of these metrics."""

        def known():
            metadata = prometheus.get("metadata")
            # OpenMetrics, which Prometheus likes best, calls a family of counters by its name without the ending.
            entries = {name: metadata.get(name.removesuffix("_total"), [{}]) for name in wanted}
            return {
                name: [(entry.get("type"), entry.get("help")) for entry in found]
                for name, found in entries.items()
            }

        once = {name: [type_and_help] for name, type_and_help in wanted.items()}
        harness.wait_for("types and helps", known, once)

    def assert_content_type(self, url):
        """Checks that a scraper that asks for nothing is told the text format 0.0.4."""
        headers, _ = scrape(url)
        self.assertRegex(
            headers["Content-Type"],
            r"^text/plain; version=0\.0\.4; charset=utf-8(; escaping=underscores)?$",
        )

    def assert_promtool_finds_nothing(self, text):
        """Checks a scrape with promtool, which prints what it does not like."""
        promtool = os.environ.get("PROMTOOL", "promtool")
        done = subprocess.run(
            [promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def assert_parsed(self, text, wanted):
        """Checks what the official parser reads: {sample name: (type, help, labels, value)}."""
        read = {
            sample.name: (family.type, family.documentation, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        self.assertEqual(read, wanted)

    def run_program(self, *command):
        """Runs a program that should end at once; returns its exit code, stdout and stderr."""
        command = [str(word) for word in command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def run_quietly(self, *command):
        """Runs a program that has to succeed without a word on stderr; returns what it printed."""
        status, printed, errors = self.run_program(*command)
        self.assertEqual((status, errors), (0, ""), printed)
        return printed
