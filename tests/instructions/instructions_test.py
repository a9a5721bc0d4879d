"""Counts the instructions of the work that is done most often: no change may make it a tenth dearer unnoticed."""

import re
import subprocess
import sys
import unittest

PROGRAM, VALGRIND = sys.argv[1:]

FEW, MANY = 4_000, 20_000


def instructions(work, times):
    """Returns how many instructions a run takes, its start and its end among them."""
    run = subprocess.run(
        [VALGRIND, "--tool=callgrind", "--callgrind-out-file=/dev/null", PROGRAM, work, str(times)],
        capture_output=True, text=True, check=True, timeout=120)
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


class Instructions(unittest.TestCase):
    """One of each work takes as many as when it was measured, and a tenth at most."""

    def expect(self, work, measured):
        """Compares two runs, which differ in how much they do only."""
        each = (instructions(work, MANY) - instructions(work, FEW)) / (MANY - FEW)
        print(f"{work}: {each:.1f} instructions, {measured} when it was measured")
        self.assertLessEqual(each, 1.1 * measured + 1, work)

    def test_increment(self):
        """A counter of which the thread has a cell."""
        self.expect("counter", 21)

    def test_observation(self):
        """A histogram with the default buckets."""
        self.expect("histogram", 90)

    def test_native_observation(self):
        """A native histogram that has all its buckets."""
        self.expect("native_histogram", 135)

    def test_lookup(self):
        """Two label values, a string and a number, and the increment."""
        self.expect("lookup", 465)

    def test_sample_of_text(self):
        """A line of text 0.0.4."""
        self.expect("text", 280)

    def test_sample_of_openmetrics(self):
        """A line of OpenMetrics 1.0."""
        self.expect("openmetrics", 343)

    def test_sample_of_protobuf(self):
        """A message of a counter."""
        self.expect("protobuf", 1210)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
