"""Runs programs that were built with narthex::prometheus_cpp and with prometheus-cpp: both print the same.

The arguments are pairs of executables: <name>_narthex <name>_original ... The programs sort the lines whose order may
differ.
"""

import math
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAMS = [pathlib.Path(argument) for argument in sys.argv[1:]]
del sys.argv[1:]

# The lines of the original that differ, for each program: (lines of the original, lines of narthex, reason). They are
# replaced where they occur first.
DIFFERENCES = {
    "every_metric": [
        (
            "fractions_histogram_count 10000000002\n",
            "fractions_histogram_count 10000000001\n",
            "A histogram of narthex counts whole observations: it rounds each increment down.",
        ),
        (
            'fractions_histogram_bucket{le="1"} 1\n'
            'fractions_histogram_bucket{le="2"} 1\n'
            'fractions_histogram_bucket{le="3"} 10000000002\n'
            'fractions_histogram_bucket{le="+Inf"} 10000000002\n',
            'fractions_histogram_bucket{le="1"} 0\n'
            'fractions_histogram_bucket{le="2"} 0\n'
            'fractions_histogram_bucket{le="3"} 10000000001\n'
            'fractions_histogram_bucket{le="+Inf"} 10000000001\n',
            "A histogram of narthex counts whole observations: it rounds each increment down.",
        ),
    ],
    "exposer": [
        (
            "-- a URI below\nHTTP/1.1 200 OK\n"
            'app_first_total{app="x",kind="1"} 1\n'
            'app_second_total{app="x",kind="2"} 2\n',
            "-- a URI below\nHTTP/1.1 404 Not Found\n",
            "The Exposer of narthex serves a URI, and not the URIs that start with it.",
        ),
        (
            "-- a query\nHTTP/1.1 200 OK\n"
            'app_first_total{app="x",kind="1"} 1\n'
            'app_second_total{app="x",kind="2"} 2\n',
            '-- a query\nHTTP/1.1 200 OK\napp_first_total{app="x",kind="1"} 1\n',
            "The Exposer of narthex serves the families that the query selects.",
        ),
        (
            "Content-Type: text/plain; charset=utf-8\n",
            "Content-Type: text/plain; version=0.0.4; charset=utf-8; escaping=underscores\n",
            "The Content-Type of narthex names the version of the text format.",
        ),
        ("Content-Encoding: gzip\n", "", "The Exposer of narthex does not compress a body of a few hundred bytes."),
    ],
    "gateway": [
        (
            "POST /metrics/job/backup:nightly-1.2~x/path/a&b=c,d;e@f\n",
            "POST /metrics/job/backup%3Anightly-1.2~x/path/a%26b%3Dc%2Cd%3Be%40f\n",
            "The Gateway of narthex escapes values, which the Pushgateway reverses.",
        ),
        (
            "POST /metrics/job/backup/nightly/path//var/lib\n",
            "POST /metrics/job@base64/YmFja3VwL25pZ2h0bHk/path@base64/L3Zhci9saWI\n",
            "The Gateway of narthex encodes values with a slash, which the original takes for the ends of values.",
        ),
        (
            "-- a space: -3\n",
            "-- a space: 200\n"
            "POST /metrics/job/nightly%20backup\n"
            'rows_total{table="orders"} 0.5\n'
            'rows_total{table="users"} 12\n',
            "The Gateway of narthex escapes values; the original cannot push this job.",
        ),
        (
            "-- an escaped space: 200\nPOST /metrics/job/nightly%20backup\n",
            "-- an escaped space: 200\nPOST /metrics/job/nightly%2520backup\n",
            "The Gateway of narthex escapes values; the user of the original has to.",
        ),
        (
            "POST /metrics/job/backup/zone/\n",
            "POST /metrics/job/backup/zone@base64/=\n",
            "The Gateway of narthex encodes empty values, which the Pushgateway rejects otherwise.",
        ),
        (
            "POST /metrics/job/sauvegarde_%c3%a9/instance/db-1.example.org\n",
            "POST /metrics/job/sauvegarde_%C3%A9/instance/db-1.example.org\n",
            "The Gateway of narthex escapes with capital letters, which means the same.",
        ),
    ],
    "values": [
        ("nan_total Nan\n", "nan_total 0\n", "A counter of narthex ignores NaN."),
        (
            'nan_histogram_bucket{le="1"} 1\nnan_histogram_bucket{le="2"} 2\n',
            'nan_histogram_bucket{le="1"} 0\nnan_histogram_bucket{le="2"} 1\n',
            "A histogram of narthex counts NaN in the bucket +Inf only, because it is not less than a bound.",
        ),
    ],
}

# The sample line of a quantile: its series, and its value.
QUANTILE = re.compile(r'^(\w+\{.*\bquantile="[^"]*"\}) (\S+)$', re.MULTILINE)
# A quantile of narthex differs from the exact one by at most 1.1 % of its value. A quantile of the original has a rank
# that differs from the exact rank by the error that the user chooses, which is at most 1 % of the value in these
# programs.
TOLERANCE = 0.011 + 0.01


def run(program):
    """Returns the exit code, stdout, and stderr."""
    done = subprocess.run([program], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def with_differences(text, differences):
    """Returns the text of the original with these differences; raises if one of them does not occur."""
    for original, narthex, _ in differences:
        if f"\n{original}" not in f"\n{text}":
            raise ValueError(f"the original does not print {original!r}; remove this difference from the table")
        text = f"\n{text}".replace(f"\n{original}", f"\n{narthex}", 1)[1:]
    return text


class CompareTest(unittest.TestCase):
    maxDiff = None

    def assert_same(self, ours, expected):
        """Fails unless the texts are the same, except that quantiles may differ by the tolerance."""
        self.assertEqual(QUANTILE.sub(r"\1 value", ours), QUANTILE.sub(r"\1 value", expected))
        quantiles = zip(QUANTILE.findall(ours), QUANTILE.findall(expected), strict=True)
        for (series, value), (_, wanted) in quantiles:
            if value != wanted:  # the same text, for example NaN, is the same value
                close = math.isclose(float(value), float(wanted), rel_tol=TOLERANCE)
                self.assertTrue(close, f"{series}: {value} instead of {wanted}")

    def test_programs_print_the_same(self):
        self.assertTrue(PROGRAMS)
        for ours, original in zip(PROGRAMS[::2], PROGRAMS[1::2], strict=True):
            name = ours.name.removesuffix("_narthex")
            with self.subTest(name):
                status, printed, errors = run(original)
                self.assertEqual((status, errors), (0, ""), original.name)
                expected = with_differences(printed, DIFFERENCES.get(name, ()))
                status, printed, errors = run(ours)
                self.assertEqual((status, errors), (0, ""), ours.name)
                self.assert_same(printed, expected)

    def test_every_difference_has_a_reason(self):
        for original, narthex, reason in (difference for listed in DIFFERENCES.values() for difference in listed):
            self.assertNotEqual(original, narthex)
            self.assertTrue(original.endswith("\n") and reason.endswith("."), original)

    def test_the_comparison_sees_differences(self):
        self.assert_same('a{quantile="0.5"} 102\nb 1\n', 'a{quantile="0.5"} 100\nb 1\n')
        self.assert_same('a{quantile="0.5"} NaN\n', 'a{quantile="0.5"} NaN\n')
        for ours, expected in [
            ("a 1\n", "a 2\n"),
            ("a 103\n", "a 100\n"),
            ("a 1\n", "a 1\nb 1\n"),
            ("a 1\nb 1\n", "b 1\na 1\n"),
            ('a{quantile="0.5"} 103\n', 'a{quantile="0.5"} 100\n'),
            ('a{quantile="0.5"} NaN\n', 'a{quantile="0.5"} 100\n'),
            ('a{quantile="0.9"} 100\n', 'a{quantile="0.5"} 100\n'),
        ]:
            with self.subTest(ours=ours, expected=expected), self.assertRaises(AssertionError):
                self.assert_same(ours, expected)

    def test_differences_replace_whole_lines(self):
        self.assertEqual(with_differences("aa\na\nb\na\n", [("a\n", "c\nd\n", "Reason.")]), "aa\nc\nd\nb\na\n")
        self.assertEqual(with_differences("a\nb\n", [("a\n", "", "Reason.")]), "b\n")
        with self.assertRaises(ValueError):
            with_differences("ab\n", [("b\n", "c\n", "Reason.")])


if __name__ == "__main__":
    unittest.main()
