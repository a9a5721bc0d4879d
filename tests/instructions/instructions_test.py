"""Counts the instructions of the most frequent operations. A test fails if one takes a tenth more than before."""

import re
import statistics
import subprocess
import sys
import unittest

PROGRAM, VALGRIND, COMPILER = sys.argv[1:]

FEW, MANY = 4_000, 20_000
# The random numbers in a hash change the number of instructions before FEW, too.
MANY_LOOKUPS = 200_000
# They also decide how many steps a search takes, so a lookup is measured in this many processes.
PROCESSES = 3
SCRAPES = "*loop_of_scrapes*"


def instructions(work, times, only=None):
    """Returns the instructions of a run, including its start and its end, or only those inside of a function."""
    options = [f"--toggle-collect={only}"] if only else []
    run = subprocess.run(
        [VALGRIND, "--tool=callgrind", "--callgrind-out-file=/dev/null", *options, PROGRAM, work, str(times)],
        capture_output=True, text=True, check=True, timeout=120)
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


class Instructions(unittest.TestCase):
    """An operation takes at most a tenth more instructions than when it was measured."""

    def expect(self, work, measured, many=MANY, only=None):
        """Compares two runs that differ only in the number of operations."""
        processes = PROCESSES if many == MANY_LOOKUPS else 1
        each = statistics.median(
            (instructions(work, many, only) - instructions(work, FEW, only)) / (many - FEW) for _ in range(processes)
        )
        print(f"{work}: {each:.1f} instructions, {measured} when measured")
        self.assertLessEqual(each, 1.1 * measured + 1, work)
        return each

    def test_increment(self):
        """A counter in which the thread has a cell."""
        self.expect("counter", 21)

    def test_increment_beside_a_push(self):
        """A loop of increments takes the same number of instructions while a thread pushes."""
        alone = self.expect("counter_alone", 24, only="*loop_of_increments*")
        self.assertAlmostEqual(self.expect("counter_beside_push", 24, only="*loop_of_increments*"), alone, delta=0.1)

    def test_increment_of_a_gauge(self):
        """A gauge in which the thread has a cell."""
        self.expect("gauge", 19)

    def test_set(self):
        """A gauge that is only set, and one that was incremented often before it was set."""
        self.expect("gauge_set", 11)
        self.expect("gauge_set_after_inc", 15)

    def test_observation(self):
        """A histogram with the default buckets."""
        self.expect("histogram", 87)

    def test_native_observation(self):
        """A native histogram that has all its buckets."""
        self.expect("native_histogram", 81)

    def test_lookup(self):
        """Two label values, a string and a number, and the increment."""
        self.expect("lookup", 233, MANY_LOOKUPS)

    def test_lookup_of_texts(self):
        """Two short texts, of which the compiler knows one, and the increment."""
        self.expect("lookup_texts", 240, MANY_LOOKUPS)

    def test_lookup_of_long_texts(self):
        """Two texts of 8 to 29 bytes, and the increment."""
        self.expect("lookup_long_texts", 330, MANY_LOOKUPS)

    def test_miss(self):
        """A lookup in a family that is full, and the increment of the overflow series."""
        self.expect("lookup_miss", 244, MANY_LOOKUPS)

    def test_new_series(self):
        """A series with three label values, its increment, and its end with its registry."""
        self.expect("new_series", 1836)

    def test_increment_of_a_closed_series(self):
        """Two enumerators, which are an array index, and the increment: at most 1.5 times a kept handle."""
        self.expect("closed", 31)

    def test_sample_of_text(self):
        """A line of text 0.0.4."""
        self.expect("text", 196, only=SCRAPES)

    def test_sample_of_openmetrics(self):
        """A line of OpenMetrics 1.0."""
        self.expect("openmetrics", 229, only=SCRAPES)

    def test_sample_of_protobuf(self):
        """A message of a counter."""
        self.expect("protobuf", 499 if COMPILER.startswith("GNU-14.") else 429, only=SCRAPES)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
