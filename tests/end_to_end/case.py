"""Shared parts of the end-to-end tests beyond the harness: logs of failed tests, and checks of expositions."""

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


# Sanitized programs are slow and have their own allocator.
SANITIZED = bool(os.environ.get("NARTHEX_SANITIZED"))


def binary(name):
    """Returns the path of a built example; NARTHEX_BIN_DIR names their folder."""
    folder = os.environ.get("NARTHEX_BIN_DIR")
    if not folder:
        sys.exit("set NARTHEX_BIN_DIR to the folder of the built examples")
    return pathlib.Path(folder, name)


def main():
    """Runs the tests of the calling file; SIGTERM stops the programs that they started, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unittest.main(verbosity=2)


def scrape(url, headers=None, path="/metrics"):
    """Returns the headers and the text of a scrape, decompressed according to its headers."""
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
    """A test case whose tests share services; a failed test shows their output."""

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
        """Checks the type and the help of each of these metrics in Prometheus."""

        def known():
            metadata = prometheus.get("metadata")
            # Prometheus prefers OpenMetrics, which names a family of counters without the suffix.
            entries = {name: metadata.get(name.removesuffix("_total"), [{}]) for name in wanted}
            return {
                name: [(entry.get("type"), entry.get("help")) for entry in found]
                for name, found in entries.items()
            }

        once = {name: [type_and_help] for name, type_and_help in wanted.items()}
        harness.wait_for("types and helps", known, once)

    def assert_content_type(self, url):
        """Checks that a request without Accept gets the text format 0.0.4."""
        headers, _ = scrape(url)
        self.assertRegex(
            headers["Content-Type"],
            r"^text/plain; version=0\.0\.4; charset=utf-8(; escaping=underscores)?$",
        )

    def assert_promtool_finds_nothing(self, text):
        """Checks a scrape with promtool, which prints its complaints."""
        promtool = os.environ.get("PROMTOOL", "promtool")
        done = subprocess.run(
            [promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def assert_parsed(self, text, wanted):
        """Checks the result of the official parser: {sample name: (type, help, labels, value)}."""
        read = {
            sample.name: (family.type, family.documentation, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        self.assertEqual(read, wanted)

    def run_program(self, *command):
        """Runs a program that ends by itself; returns its exit code, stdout and stderr."""
        command = [str(word) for word in command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def run_quietly(self, *command):
        """Runs a program that must succeed with an empty stderr; returns its stdout."""
        status, printed, errors = self.run_program(*command)
        self.assertEqual((status, errors), (0, ""), printed)
        return printed
