"""Every type in every format, as the parsers of others read it: all formats say the same.

usage: every_type_test.py EVERY_TYPE PROTOC METRICS_PROTO
"""

import ast
import http.server
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

import case
import harness

AWKWARD = [
    "", "plain", 'say "x"', "back\\slash\\n", "line\nfeed", "c\rr", "ta\tb", "n\0l", "{},=# ",
    ' # {a="b"} 1', "Größe", "\U0001F525", "\\", '"', "ends in \\",
]  # fmt: skip

CONTENT_TYPES = {
    "text": "text/plain; version=0.0.4; charset=utf-8",
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "openmetrics_created": "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "protobuf": "application/vnd.google.protobuf; "
    "proto=io.prometheus.client.MetricFamily; encoding=delimited",
}

# What protoc needs beside the schema of Prometheus.
TIMESTAMP_PROTO = """syntax = "proto3"; package google.protobuf;
message Timestamp { int64 seconds = 1; int32 nanos = 2; }"""
FAMILIES_PROTO = """syntax = "proto2"; import "metrics.proto";
message Families { repeated io.prometheus.client.MetricFamily family = 1; }"""

# Fields that the schema of Debian 12 does not know yet.
FAMILY_UNIT = "5"
CREATED = {"counter": "3", "summary": "4", "histogram": "15"}
NATIVE_EXEMPLARS = "16"


def body(file_format):
    """Returns what the program writes in a format."""
    return subprocess.run([PROGRAM, file_format], capture_output=True, check=True, timeout=60).stdout


def sample(name, labels, value, milliseconds):
    """Returns a sample so that equal ones are equal: numbers by value, but NaN as a word."""
    labels = {k: float(v) if k in ("le", "quantile") else v for k, v in labels.items()}
    return name, tuple(sorted(labels.items())), repr(float(value) + 0.0), milliseconds


def from_text():
    """Returns the samples in the text format, and what each family says."""
    samples, families = set(), {}
    for family in text_string_to_metric_families(body("text").decode()):
        families[family.name] = (family.type, family.documentation)
        for s in family.samples:
            milliseconds = None if s.timestamp is None else round(1000 * s.timestamp)
            name = s.name.replace("jobs_done_total", "jobs_done")  # the parser adds the ending
            samples.add(sample(name, s.labels, s.value, milliseconds))
    return samples, families


def milliseconds_of(timestamp):
    """Returns a time of the OpenMetrics parser in milliseconds."""
    return None if timestamp is None else timestamp.sec * 1000 + timestamp.nsec // 1000000


def from_openmetrics(file_format):
    """Returns the families that the strict parser reads."""
    return list(openmetrics.text_string_to_metric_families(body(file_format).decode()))


def varint(data, at):
    """Returns the number at a place, and where it ends."""
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return number, at


def parse_message(lines):
    """Returns what protoc prints of a message: {field: [values]}, with messages in it as the same."""
    fields = {}
    for line in lines:
        if line.strip() == "}":
            break
        if line.endswith("{"):
            fields.setdefault(line[:-1].strip(), []).append(parse_message(lines))
        else:
            name, value = line.strip().split(": ", 1)
            if value.startswith('"'):
                value = ast.literal_eval("b" + value).decode()
            fields.setdefault(name, []).append(value)
    return fields


def from_protobuf():
    """Returns the families as protoc reads them with the schema of Prometheus."""
    data, at, families = body("protobuf"), 0, b""
    while at < len(data):
        size, begin = varint(data, at)
        families += b"\x0a" + data[at : begin + size]  # as if all were fields of one message
        at = begin + size
    with tempfile.TemporaryDirectory() as folder:
        timestamp = pathlib.Path(folder, "google/protobuf/timestamp.proto")
        timestamp.parent.mkdir(parents=True)
        timestamp.write_text(TIMESTAMP_PROTO)
        pathlib.Path(folder, "families.proto").write_text(FAMILIES_PROTO)
        command = [PROTOC, f"-I{folder}", f"-I{pathlib.Path(SCHEMA).parent}", "--decode=Families"]
        done = subprocess.run(
            [*command, "families.proto"], input=families, capture_output=True, timeout=60, check=False
        )
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return parse_message(iter(done.stdout.decode().splitlines()))["family"]


def labels_of(message):
    """Returns the labels of a metric or an exemplar."""
    return {label["name"][0]: label["value"][0] for label in message.get("label", [])}


def values_of(kind, value):
    """Yields what a metric of the protobuf format says: (suffix, further labels, value)."""
    if kind in ("histogram", "summary"):
        yield "_sum", {}, value["sample_sum"][0]
        yield "_count", {}, value["sample_count"][0]
        for quantile in value.get("quantile", []):
            yield "", {"quantile": quantile["quantile"][0]}, quantile["value"][0]
        buckets = {b["upper_bound"][0]: b["cumulative_count"][0] for b in value.get("bucket", [])}
        if kind == "histogram":
            buckets["inf"] = value["sample_count"][0]
        for bound, count in buckets.items():
            yield "_bucket", {"le": bound}, count
    else:
        yield "", {}, value["value"][0]


def metrics_of(families):
    """Yields every metric of the protobuf format: (family name, its message, kind, value)."""
    for family in families:
        for metric in family["metric"]:
            for kind in ("counter", "gauge", "untyped", "histogram", "summary"):
                if kind in metric:
                    yield family["name"][0], metric, kind, metric[kind][0]


def exemplar(labels, value, milliseconds):
    """Returns an exemplar so that equal ones are equal."""
    return tuple(sorted(labels.items())), float(value), milliseconds


def protobuf_time(message):
    """Returns a Timestamp in milliseconds, with the names of its fields or without."""
    seconds = int(message.get("seconds", message.get("1", [0]))[0])
    return seconds * 1000 + int(message.get("nanos", message.get("2", [0]))[0]) // 1000000


def protobuf_exemplar(message):
    """Returns an exemplar of the protobuf format."""
    timestamp = message.get("timestamp")
    time = protobuf_time(timestamp[0]) if timestamp else None
    return exemplar(labels_of(message), message["value"][0], time)


# SPEC cases 81 and 82 (the strict parser), 163 to 166 and 171 (protoc).
class EveryType(case.unittest.TestCase):
    """What parsers read in one format is what they read in the others."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.samples, cls.families = from_text()
        cls.openmetrics = from_openmetrics("openmetrics")
        cls.with_created = from_openmetrics("openmetrics_created")
        cls.protobuf = from_protobuf()

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
            0.0, 0.0, -0.5, float("nan"), float("inf"), float("-inf"), 999999, 1e6, 0.1 + 0.2, 1e-300,
            5e-324, sys.float_info.max,
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
        # It has no sum where a bound is negative.
        without = {s for s in self.samples if s[0] not in ("drift_sum", "drift_count")}
        self.assertEqual(read, without)

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
        for name, metric, kind, value in metrics_of(self.protobuf):
            time = int(metric["timestamp_ms"][0]) if "timestamp_ms" in metric else None
            for suffix, further, number in values_of(kind, value):
                read.add(sample(name + suffix, {**labels_of(metric), **further}, number, time))
        self.assertEqual(read, self.samples)

    def test_protobuf_knows_its_types_units_and_helps(self):
        read = {
            f["name"][0]: (f["type"][0], f.get(FAMILY_UNIT, [""])[0], f.get("help", [""])[0])
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
                "waiting_seconds": ("GAUGE_HISTOGRAM", "", "Waiting."),
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
        for name, metric, kind, value in metrics_of(self.protobuf):
            for found in value.get("exemplar", []) if name != "jobs_done" else []:
                of_protobuf[sample(name, labels_of(metric), 0, None)[:2]] = protobuf_exemplar(found)
            for bucket in value.get("bucket", []) if kind == "histogram" else []:
                labels = {**labels_of(metric), "le": bucket["upper_bound"][0]}
                for found in bucket.get("exemplar", []):
                    key = sample(name + "_bucket", labels, 0, None)[:2]
                    of_protobuf[key] = protobuf_exemplar(found)
        self.assertEqual(of_text, of_protobuf)
        self.assertEqual(len(of_text), 5 + 1 + 2 + 2)

    def test_created_times_are_the_same_in_both_formats(self):
        of_text = {
            (s.name.replace("_created", ""), tuple(s.labels.items())): round(1000 * s.value)
            for family in self.with_created
            for s in family.samples
            if s.name.endswith("_created")
        }
        of_protobuf = {
            (name.replace("_total", ""), tuple(labels_of(metric).items())): protobuf_time(
                value[CREATED[kind]][0]
            )
            for name, metric, kind, value in metrics_of(self.protobuf)
            if kind in CREATED and CREATED[kind] in value and name != "jobs_done"
        }
        self.assertEqual(of_text, of_protobuf)
        self.assertEqual(set(of_text.values()), {1700000000500})
        self.assertEqual(len(of_text), len(AWKWARD) + 1 + 1 + 2 + 2 + 2)

    def test_protobuf_has_the_native_buckets(self):
        native = [v for name, _, _, v in metrics_of(self.protobuf) if name == "native_seconds"]
        exemplars = native[0].pop(NATIVE_EXEMPLARS)
        for histogram in native:
            histogram.pop(CREATED["histogram"])
        spans = {
            "negative_span": [{"offset": ["3"], "length": ["4"]}, {"offset": ["3"], "length": ["1"]}],
            "negative_delta": ["2", "-2", "0", "1", "3"],
            "positive_span": [{"offset": ["-1"], "length": ["3"]}, {"offset": ["3"], "length": ["1"]}],
            "positive_delta": ["2", "-1", "0", "0"],
        }
        numbers = {"sample_count": ["13"], "sample_sum": ["10.5"], "schema": ["3"], "zero_count": ["1"]}
        self.assertEqual(float(native[0].pop("zero_threshold")[0]), 2.0**-128)
        self.assertEqual(native[0], {**numbers, **spans})
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
            input=body("text"),
            capture_output=True,
            timeout=60,
            check=False,
        )
        # What it does not like is meant to be so: a counter without its ending, a gauge without help.
        self.assertEqual(
            done.stderr.decode().splitlines(),
            [
                'jobs_done counter metrics should have "_total" suffix',
                "silent no help text",
            ],
        )


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves every format under its name."""

    def do_GET(self):
        file_format = self.server.file_format
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPES[file_format])
        self.end_headers()
        self.wfile.write(body(file_format))

    def log_message(self, *_):
        pass


class UnderPrometheus(case.ServicesTest):
    """A stock Prometheus takes every format whole: one bad line would cost the scrape."""

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
        cls.prometheus = cls.services.start_prometheus("every-type", urls, features=["native-histograms"])

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
        self.assert_everywhere("count by (instance) (awkward_total)", len(AWKWARD))

    def test_knows_the_native_histogram(self):
        query = 'histogram_count(native_seconds{host="web-1"})'
        values = lambda: self.prometheus.values(query, by="instance")  # noqa: E731
        harness.wait_for(query, values, {self.targets["protobuf"]: 13})


if __name__ == "__main__":
    PROGRAM, PROTOC, SCHEMA = sys.argv[1:4]
    del sys.argv[1:4]
    case.main()
