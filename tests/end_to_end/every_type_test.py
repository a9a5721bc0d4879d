"""Every type in every format, read by independent parsers: all formats contain the same values.

usage: every_type_test.py EVERY_TYPE PROTOC METRICS_PROTO
"""

import http.server
import re
import subprocess
import sys
import threading

import case
import formats
import harness
import openmetrics2
from formats import exemplar, labels_of, milliseconds_of, sample

AWKWARD = [
    "", "plain", 'say "x"', "back\\slash\\n", "line\nfeed", "c\rr", "ta\tb", "n\0l", "{},=# ",
    ' # {a="b"} 1', "Größe", "\U0001F525", "\\", '"', "ends in \\",
]  # fmt: skip

# The sum and the count of a histogram with a negative bound. Prometheus accepts them, the strict parser does not.
DRIFT = "drift_sum -7.0\ndrift_count 4\n"

CONTENT_TYPES = {
    "text": "text/plain; version=0.0.4; charset=utf-8",
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "protobuf": "application/vnd.google.protobuf; "
    "proto=io.prometheus.client.MetricFamily; encoding=delimited",
}


# Exposition rules 81 and 82 (the strict parser) and exposition rules 163 to 166 and 171 (protoc).
class EveryType(case.unittest.TestCase):
    """Parsers read the same values in every format."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.samples, cls.families = formats.from_text()
        cls.openmetrics_text = formats.body("openmetrics").decode()
        cls.openmetrics = formats.strictly_read(cls.openmetrics_text.replace(DRIFT, ""))
        cls.openmetrics2 = openmetrics2.read(formats.body("openmetrics2"))
        cls.protobuf = formats.from_protobuf()

    def test_text_has_every_awkward_value(self):
        awkward = {dict(s[1])["number"]: s for s in self.samples if s[0] == "awkward_total"}
        for number, value in enumerate(AWKWARD):
            labels = {"number": str(number), "value": value}
            wanted = sample("awkward_total", labels, number + 0.5, None)
            self.assertEqual(awkward[str(number)], wanted)
        self.assertEqual(len(awkward), len(AWKWARD))
        self.assertEqual(self.families["awkward"], ("counter", 'Say "x" \\ and\nmore.'))

    def test_text_has_every_number(self):
        wanted = [
            0.0, 0.0, -0.5, float("nan"), float("inf"), float("-inf"), 999999, 1e6, 0.1 + 0.2,
            1e-300, 5e-324, sys.float_info.max,
        ]  # fmt: skip
        read = {dict(s[1])["number"]: (s[2], s[3]) for s in self.samples if s[0] == "numbers"}
        for number, value in enumerate(wanted):
            time = 1700000060123 if number % 2 == 0 else None
            self.assertEqual(read[str(number)], (repr(float(value)), time))

    def test_openmetrics_says_the_same_as_text(self):
        same_names = {"_gsum": "_sum", "_gcount": "_count"}
        read = set()
        for family in self.openmetrics:
            for s in family.samples:
                name = re.sub("_gsum$|_gcount$", lambda found: same_names[found[0]], s.name)
                read.add(sample(name, s.labels, s.value, milliseconds_of(s.timestamp)))
        without = {s for s in self.samples if s[0] not in ("drift_sum", "drift_count")}
        self.assertEqual(read, without)

    # Exposition rule 296: openmetrics2.read() is the strict reader.
    def test_openmetrics2_is_strictly_valid_and_says_the_same_as_text(self):
        read = set()
        for name, labels, value, milliseconds in openmetrics2.exploded(self.openmetrics2):
            name = re.sub("_gsum$|_gcount$", lambda found: found[0].replace("g", "", 1), name)
            read.add(sample(name, labels, value, milliseconds))
        self.assertEqual(read, self.samples)

    def test_openmetrics2_knows_every_type(self):
        read = {f.name: (f.type, f.unit, f.help) for f in self.openmetrics2.values()}
        self.assertEqual(
            read,
            {
                "awkward_total": ("counter", "", 'Say "x" \\ and\nmore.'),
                "build_info": ("info", "", "Build."),
                "cpu_seconds_total": ("counter", "seconds", "CPU."),
                "drift": ("histogram", "", "Drift."),
                "jobs_done": ("counter", "", "Jobs."),
                "mode": ("stateset", "", "Mode."),
                "mystery": ("unknown", "", "Who knows."),
                "native_seconds": ("histogram", "", "Native."),
                "numbers": ("gauge", "", "Numbers."),
                "reply_seconds": ("summary", "", "Replies."),
                "rpc_seconds": ("histogram", "seconds", "RPC."),
                "silent": ("gauge", "", None),
                "waiting_seconds": ("gaugehistogram", "", "Waiting."),
            },
        )

    def test_openmetrics2_has_the_native_buckets_of_protobuf(self):
        metrics = formats.metrics_of(self.protobuf)
        wanted = [formats.native_of(value) for name, _, _, value in metrics if name == "native_seconds"]
        read = [s.value["native"] for s in self.openmetrics2["native_seconds"].samples]
        self.assertEqual(read, wanted)
        self.assertEqual(read[0]["negative"], {3: 2, 6: 1, 10: 4})

    def test_openmetrics2_has_the_start_times_of_protobuf(self):
        read = [s.start for f in self.openmetrics2.values() for s in f.samples if s.start is not None]
        wanted = [
            formats.protobuf_time(value[formats.CREATED[kind]][0])
            for _, _, kind, value in formats.metrics_of(self.protobuf)
            if kind in formats.CREATED and formats.CREATED[kind] in value
        ]
        self.assertEqual(sorted(read), sorted(wanted))
        self.assertGreater(len(read), 0)

    def test_openmetrics2_has_the_exemplars_of_protobuf_that_have_a_time(self):
        read = [
            (f.name, exemplar(e.labels, e.value, e.milliseconds))
            for f in self.openmetrics2.values()
            for s in f.samples
            for e in s.exemplars
        ]
        labels = {"trace_id": "ab12", "of": 'a "b"\\'}
        wanted = [("native_seconds", exemplar(labels, 1.5, 1700000060123))]
        for name, _, _, value in formats.metrics_of(self.protobuf):
            buckets = value.get("bucket", [])
            for e in [*value.get("exemplar", []), *(e for b in buckets for e in b.get("exemplar", []))]:
                if "timestamp" in e:
                    wanted.append((name, formats.protobuf_exemplar(e)))
        self.assertEqual(sorted(read), sorted(wanted))
        self.assertEqual(len(read), 5 + 1 + 2 + 1)

    # Exposition rule 65.
    def test_openmetrics_has_the_sum_of_a_histogram_with_a_negative_bound(self):
        self.assertEqual(self.openmetrics_text.count(DRIFT), 1)
        with self.assertRaisesRegex(ValueError, "cannot be negative"):
            formats.strictly_read(self.openmetrics_text)

    def test_openmetrics_knows_every_type(self):
        read = {f.name: (f.type, f.unit, f.documentation) for f in self.openmetrics}
        self.assertEqual(
            read,
            {
                "awkward": ("counter", "", 'Say "x" \\ and\nmore.'),
                "build": ("info", "", "Build."),
                "cpu_seconds": ("counter", "seconds", "CPU."),
                "drift": ("histogram", "", "Drift."),
                "jobs_done": ("unknown", "", "Jobs."),
                "mode": ("stateset", "", "Mode."),
                "mystery": ("unknown", "", "Who knows."),
                "native_seconds": ("histogram", "", "Native."),
                "numbers": ("gauge", "", "Numbers."),
                "reply_seconds": ("summary", "", "Replies."),
                "rpc_seconds": ("histogram", "seconds", "RPC."),
                "silent": ("gauge", "", ""),
                "waiting_seconds": ("gaugehistogram", "", "Waiting."),
            },
        )

    def test_protobuf_says_the_same_as_text(self):
        read = set()
        for name, metric, kind, value in formats.metrics_of(self.protobuf):
            time = int(metric["timestamp_ms"][0]) if "timestamp_ms" in metric else None
            for suffix, further, number in formats.values_of(kind, value):
                read.add(sample(name + suffix, {**labels_of(metric), **further}, number, time))
        self.assertEqual(read, self.samples)

    def test_protobuf_knows_its_types_units_and_helps(self):
        unit = formats.FAMILY_UNIT
        read = {
            f["name"][0]: (f["type"][0], f.get(unit, [""])[0], f.get("help", [""])[0])
            for f in self.protobuf
        }
        self.assertEqual(
            read,
            {
                "awkward_total": ("COUNTER", "", 'Say "x" \\ and\nmore.'),
                "build_info": ("GAUGE", "", "Build."),
                "cpu_seconds_total": ("COUNTER", "seconds", "CPU."),
                "drift": ("HISTOGRAM", "", "Drift."),
                "jobs_done": ("COUNTER", "", "Jobs."),
                "mode": ("GAUGE", "", "Mode."),
                "mystery": ("UNTYPED", "", "Who knows."),
                "native_seconds": ("HISTOGRAM", "", "Native."),
                "numbers": ("GAUGE", "", "Numbers."),
                "reply_seconds": ("SUMMARY", "", "Replies."),
                "rpc_seconds": ("HISTOGRAM", "seconds", "RPC."),
                "silent": ("GAUGE", "", ""),
                "waiting_seconds": ("HISTOGRAM", "", "Waiting."),
            },
        )

    def test_exemplars_are_the_same_in_both_formats(self):
        of_text = {}
        for family in self.openmetrics:
            for s in family.samples:
                if s.exemplar:
                    key = sample(s.name, s.labels, 0, None)[:2]
                    time = milliseconds_of(s.exemplar.timestamp)
                    of_text[key] = exemplar(s.exemplar.labels, s.exemplar.value, time)
        of_protobuf = {}
        for name, metric, kind, value in formats.metrics_of(self.protobuf):
            for found in value.get("exemplar", []) if name != "jobs_done" else []:
                key = sample(name, labels_of(metric), 0, None)[:2]
                of_protobuf[key] = formats.protobuf_exemplar(found)
            for bucket in value.get("bucket", []) if kind == "histogram" else []:
                labels = {**labels_of(metric), "le": bucket["upper_bound"][0]}
                for found in bucket.get("exemplar", []):
                    key = sample(name + "_bucket", labels, 0, None)[:2]
                    of_protobuf[key] = formats.protobuf_exemplar(found)
        self.assertEqual(of_text, of_protobuf)
        self.assertEqual(len(of_text), 5 + 1 + 2 + 2)

    def test_protobuf_has_the_created_times(self):
        created = [
            formats.protobuf_time(value[formats.CREATED[kind]][0])
            for name, _, kind, value in formats.metrics_of(self.protobuf)
            if kind in formats.CREATED and formats.CREATED[kind] in value and name != "jobs_done"
        ]
        self.assertEqual(set(created), {1700000000500})
        self.assertEqual(len(created), len(AWKWARD) + 1 + 1 + 2 + 2 + 2)

    def test_protobuf_has_the_native_buckets(self):
        metrics = formats.metrics_of(self.protobuf)
        native = [value for name, _, _, value in metrics if name == "native_seconds"]
        exemplars = native[0].pop(formats.NATIVE_EXEMPLARS)
        for histogram in native:
            histogram.pop(formats.CREATED["histogram"])
        one = {"offset": ["3"], "length": ["1"]}
        spans = {
            "negative_span": [{"offset": ["3"], "length": ["4"]}, one],
            "negative_delta": ["2", "-2", "0", "1", "3"],
            "positive_span": [{"offset": ["-1"], "length": ["3"]}, one],
            "positive_delta": ["2", "-1", "0", "0"],
        }
        counts = {"sample_count": ["13"], "sample_sum": ["10.5"], "zero_count": ["1"]}
        self.assertEqual(float(native[0].pop("zero_threshold")[0]), 2.0**-128)
        self.assertEqual(native[0], {"schema": ["3"], **counts, **spans})
        self.assertEqual(len(exemplars), 1)
        self.assertEqual(
            native[1],
            {
                "sample_count": ["0"],
                "sample_sum": ["0"],
                "schema": ["0"],
                "zero_threshold": ["0"],
                "zero_count": ["0"],
                "positive_span": [{"offset": ["0"], "length": ["0"]}],
            },
        )

    def test_promtool_reads_the_text(self):
        done = subprocess.run(
            [case.os.environ.get("PROMTOOL", "promtool"), "check", "metrics"],
            input=formats.body("text"),
            capture_output=True,
            timeout=60,
            check=False,
        )
        # These complaints are expected.
        self.assertEqual(
            done.stderr.decode().splitlines(),
            [
                'jobs_done counter metrics should have "_total" suffix',
                "silent no help text",
            ],
        )


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves each format under its name."""

    def do_GET(self):
        file_format = self.server.file_format
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPES[file_format])
        self.end_headers()
        self.wfile.write(formats.body(file_format))

    def log_message(self, *_):
        pass


class UnderPrometheus(case.ServicesTest):
    """A stock Prometheus accepts each format: one invalid line would fail the scrape."""

    @classmethod
    def start(cls):
        cls.targets = {}
        for file_format in CONTENT_TYPES:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.file_format = file_format
            threading.Thread(target=server.serve_forever, daemon=True).start()
            cls.addClassCleanup(server.server_close)
            cls.addClassCleanup(server.shutdown)
            cls.targets[file_format] = f"127.0.0.1:{server.server_port}"
        urls = [f"http://{target}" for target in cls.targets.values()]
        native = ["native-histograms"]
        cls.prometheus = cls.services.start_prometheus("every-type", urls, features=native)

    def everywhere(self, value):
        return {target: value for target in self.targets.values()}

    def assert_everywhere(self, query, value):
        """Checks that a query has this value for every format."""
        values = lambda: self.prometheus.values(query, by="instance")  # noqa: E731
        harness.wait_for(query, values, self.everywhere(value))

    def test_takes_the_scrape(self):
        self.assert_everywhere("up", 1)

    def test_knows_the_values(self):
        self.assert_everywhere('mode{mode="on"}', 1)
        self.assert_everywhere('awkward_total{value="say \\"x\\""}', 2.5)
        self.assert_everywhere('rpc_seconds_bucket{host="web-1",le="2.5"}', 4)
        self.assert_everywhere('reply_seconds{quantile="0.99"} == bool Inf', 1)
        self.assert_everywhere("drift_sum", -7)
        self.assert_everywhere("drift_count", 4)
        self.assert_everywhere("count by (instance) (awkward_total)", len(AWKWARD))

    def test_knows_the_native_histogram(self):
        query = 'histogram_count(native_seconds{host="web-1"})'
        values = lambda: self.prometheus.values(query, by="instance")  # noqa: E731
        harness.wait_for(query, values, {self.targets["protobuf"]: 13})


if __name__ == "__main__":
    del sys.argv[1:4]  # those that formats takes
    case.main()
