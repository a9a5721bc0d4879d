"""Reads the output of a program in every format with independent parsers.

The program, protoc and the schema of Prometheus are the first arguments of the test.
"""

import ast
import pathlib
import re
import subprocess
import sys
import tempfile

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

PROGRAM, PROTOC, SCHEMA = sys.argv[1:4]

# What protoc needs beside the schema of Prometheus.
TIMESTAMP_PROTO = """syntax = "proto3"; package google.protobuf;
message Timestamp { int64 seconds = 1; int32 nanos = 2; }"""
FAMILIES_PROTO = """syntax = "proto2"; import "metrics.proto";
message Families { repeated io.prometheus.client.MetricFamily family = 1; }"""


def printed_name(number, name):
    """Returns how protoc prints a field: by its name, or by its number if the schema, as Debian 12's, does not know it."""
    is_known = re.search(rf"\b{name} *= *{number};", pathlib.Path(SCHEMA).read_text())
    return name if is_known else number


FAMILY_UNIT = printed_name("5", "unit")
CREATED = {
    kind: printed_name(number, "created_timestamp")
    for kind, number in {"counter": "3", "summary": "4", "histogram": "15"}.items()
}
NATIVE_EXEMPLARS = printed_name("16", "exemplars")


def body(file_format):
    """Returns the output of the program in a format."""
    command = [PROGRAM, file_format]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def sample(name, labels, value, milliseconds):
    """Returns a comparable sample: numbers by value, NaN as text."""
    labels = {k: float(v) if k in ("le", "quantile") else v for k, v in labels.items()}
    return name, tuple(sorted(labels.items())), repr(float(value) + 0.0), milliseconds


def from_text():
    """Returns the samples in the text format, and the metadata of each family."""
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


def strictly_read(text):
    """Returns the families that the strict parser of OpenMetrics reads."""
    return list(openmetrics.text_string_to_metric_families(text))


def varint(data, at):
    """Returns the number at a position, and the position of its end."""
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return number, at


def parse_message(lines):
    """Returns a message that protoc printed: {field: [values]}, nested messages likewise."""
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
        command.append("families.proto")
        done = subprocess.run(
            command, input=families, capture_output=True, timeout=60, check=False
        )
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return parse_message(iter(done.stdout.decode().splitlines()))["family"]


def labels_of(message):
    """Returns the labels of a metric or an exemplar."""
    return {label["name"][0]: label["value"][0] for label in message.get("label", [])}


def values_of(kind, value):
    """Yields the samples of a protobuf metric: (suffix, further labels, value)."""
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


def native_of(value):
    """Returns the native buckets of a protobuf histogram, as openmetrics2.native() does."""
    fields = {
        "schema": int(value["schema"][0]),
        "zero_threshold": float(value["zero_threshold"][0]),
        "zero_count": int(value["zero_count"][0]),
    }
    for side in ("negative", "positive"):
        index, count, counts = 0, 0, {}
        deltas = iter(value.get(f"{side}_delta", []))
        for span in value.get(f"{side}_span", []):
            index += int(span["offset"][0])
            for _ in range(int(span["length"][0])):
                count += int(next(deltas))
                counts[index] = count
                index += 1
        fields[side] = {i: c for i, c in counts.items() if c > 0}
    return fields


def exemplar(labels, value, milliseconds):
    """Returns a comparable exemplar."""
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
