"""A job that pushes its metrics to a real Pushgateway, or writes them to a file."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import case
import harness

GROUP = 'instance="",job="count lines"'
METADATA = (
    "# HELP job_duration_seconds How long the last run took.\n"
    "# TYPE job_duration_seconds gauge\n"
)


def run(*words, lines=0):
    """Runs the job on this number of lines; returns its exit code and its stderr."""
    done = subprocess.run(
        [case.binary("batch_job"), *words], input="x\n" * lines, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stderr


class Pushed(case.ServicesTest):
    """The Pushgateway accepts a push, and the next run replaces it."""

    @classmethod
    def start(cls):
        command = [
            os.environ.get("PUSHGATEWAY", "prometheus-pushgateway"),
            "--web.listen-address=127.0.0.1:0",
            "--persistence.file=",
        ]
        program = cls.services.start("pushgateway", command)
        cls.url = f"http://{program.wait_for_line(r'address=(127.0.0.1:[0-9]+)')[1]}"

    # Exposition rule 213: a pushed body ends in a line feed. The Pushgateway answers 400 otherwise.
    def test_each_run_replaces_the_one_before(self):
        for lines in (3, 7):
            self.assertEqual(run(self.url, lines=lines), (0, ""))
            _, text = case.scrape(self.url)
            self.assertEqual(case.sample(text, f"job_lines{{{GROUP}}}"), lines)
            self.assertEqual(case.sample(text, f"push_failure_time_seconds{{{GROUP}}}"), 0)
            self.assertIn(METADATA, text)

    # Exposition rule 214.
    def test_a_group_is_forgotten_also_when_it_is_not_there(self):
        run(self.url, lines=1)
        for _ in range(2):
            self.assertEqual(run("--forget", self.url), (0, ""))
            # The Pushgateway answers 202 and forgets the group a little later.
            harness.wait_for("the group", lambda: "job_lines" in case.scrape(self.url)[1], False)

    def test_a_refusal_says_why(self):
        status, complaint = run(f"{self.url}/elsewhere", lines=1)
        self.assertEqual(status, 1)
        self.assertIn(f"PUT {self.url}/elsewhere/metrics/job/count%20lines: HTTP status 404 in attempt 1 of 3", complaint)


class Written(unittest.TestCase):
    """Prometheus' own parser reads the file."""

    def test_to_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "lines.prom")
            self.assertEqual(run(file, lines=5), (0, ""))
            self.assertEqual(case.sample(file.read_text(), "job_lines"), 5)
            self.assertEqual([one.name for one in pathlib.Path(folder).iterdir()], ["lines.prom"])


if __name__ == "__main__":
    case.main()
