"""Reads requests of OTLP: bodies in protobuf as the JSON of OpenTelemetry, and their data points as samples.

The tables of fields are those of opentelemetry-proto. otlp_receivers_test.py compares read() with the decoder of
OpenTelemetry for JavaScript.
"""

import struct

ATTRIBUTE = {1: ("key", "text"), 2: ("value", {1: ("stringValue", "text")})}
EXEMPLAR = {
    2: ("timeUnixNano", "fixed64"),
    3: ("asDouble", "double"),
    4: ("spanId", "hex"),
    5: ("traceId", "hex"),
    7: ("filteredAttributes", [ATTRIBUTE]),
}
TIMES = {2: ("startTimeUnixNano", "fixed64"), 3: ("timeUnixNano", "fixed64")}
NUMBER = {
    **TIMES,
    4: ("asDouble", "double"),
    5: ("exemplars", [EXEMPLAR]),
    7: ("attributes", [ATTRIBUTE]),
    8: ("flags", "varint"),
}
HISTOGRAM = {
    **TIMES,
    4: ("count", "fixed64"),
    5: ("sum", "double"),
    6: ("bucketCounts", "packed fixed64"),
    7: ("explicitBounds", "packed double"),
    8: ("exemplars", [EXEMPLAR]),
    9: ("attributes", [ATTRIBUTE]),
    10: ("flags", "varint"),
}
BUCKETS = {1: ("offset", "zigzag"), 2: ("bucketCounts", "packed varint")}
EXPONENTIAL = {
    **TIMES,
    1: ("attributes", [ATTRIBUTE]),
    4: ("count", "fixed64"),
    5: ("sum", "double"),
    6: ("scale", "zigzag"),
    7: ("zeroCount", "fixed64"),
    8: ("positive", BUCKETS),
    9: ("negative", BUCKETS),
    10: ("flags", "varint"),
    11: ("exemplars", [EXEMPLAR]),
    14: ("zeroThreshold", "double"),
}
SUMMARY = {
    **TIMES,
    4: ("count", "fixed64"),
    5: ("sum", "double"),
    6: ("quantileValues", [{1: ("quantile", "double"), 2: ("value", "double")}]),
    7: ("attributes", [ATTRIBUTE]),
    8: ("flags", "varint"),
}
TEMPORALITY = {2: ("aggregationTemporality", "varint")}
METRIC = {
    1: ("name", "text"),
    2: ("description", "text"),
    3: ("unit", "text"),
    5: ("gauge", {1: ("dataPoints", [NUMBER])}),
    7: ("sum", {1: ("dataPoints", [NUMBER]), **TEMPORALITY, 3: ("isMonotonic", "bool")}),
    9: ("histogram", {1: ("dataPoints", [HISTOGRAM]), **TEMPORALITY}),
    10: ("exponentialHistogram", {1: ("dataPoints", [EXPONENTIAL]), **TEMPORALITY}),
    11: ("summary", {1: ("dataPoints", [SUMMARY])}),
    12: ("metadata", [ATTRIBUTE]),
}
SCOPE = {1: ("name", "text"), 2: ("version", "text"), 3: ("attributes", [ATTRIBUTE])}
SCOPE_METRICS = {1: ("scope", SCOPE), 2: ("metrics", [METRIC])}
RESOURCE_METRICS = {1: ("resource", {1: ("attributes", [ATTRIBUTE])}), 2: ("scopeMetrics", [SCOPE_METRICS])}
REQUEST = {1: ("resourceMetrics", [RESOURCE_METRICS])}

# The kinds of data of a metric.
DATA = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")


def _varint(data, at):
    """Returns the number at a position, and the position of its end."""
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return number, at


def _double(data):
    """Returns a number as JSON has it: NaN and infinities as texts."""
    (value,) = struct.unpack("<d", data)
    if value != value:
        # Prometheus would take another NaN for the end of the series.
        assert data == bytes.fromhex("010000000000f87f"), data.hex()
        return "NaN"
    return {float("inf"): "Infinity", float("-inf"): "-Infinity"}.get(value, value)


def _packed(data, form):
    if form == "varint":
        numbers, at = [], 0
        while at < len(data):
            number, at = _varint(data, at)
            numbers.append(str(number))
        return numbers
    assert len(data) % 8 == 0
    parts = [data[at : at + 8] for at in range(0, len(data), 8)]
    return [_double(part) if form == "double" else str(int.from_bytes(part, "little")) for part in parts]


def _value(form, wire_type, value):
    """Returns the value of a field, and checks its wire type."""
    wanted = {"varint": 0, "zigzag": 0, "bool": 0, "fixed64": 1, "double": 1}.get(form, 2) if isinstance(form, str) else 2
    assert wire_type == wanted, (form, wire_type)
    if isinstance(form, dict):
        return _message(value, form)
    readers = {
        "varint": lambda: value,
        "zigzag": lambda: value >> 1 ^ -(value & 1),
        "bool": lambda: bool(value),
        "fixed64": lambda: str(int.from_bytes(value, "little")),
        "double": lambda: _double(value),
        "text": lambda: value.decode(),
        "hex": lambda: value.hex(),
    }
    return readers[form]() if form in readers else _packed(value, form.removeprefix("packed "))


def _message(data, fields):
    """Returns the fields of a message. An unknown field, and a second value of a field, are errors."""
    message, at = {}, 0
    while at < len(data):
        key, at = _varint(data, at)
        wire_type = key & 7
        if wire_type == 0:
            value, at = _varint(data, at)
        else:
            assert wire_type in (1, 2), key
            size, at = (8, at) if wire_type == 1 else _varint(data, at)
            value, at = data[at : at + size], at + size
            assert at <= len(data)
        name, form = fields[key >> 3]
        if isinstance(form, list):
            message.setdefault(name, []).append(_value(form[0], wire_type, value))
        else:
            assert name not in message, name
            message[name] = _value(form, wire_type, value)
    return message


def read(body):
    """Returns an ExportMetricsServiceRequest."""
    return _message(body, REQUEST)


def attributes(found):
    """Returns a list of attributes as a dictionary."""
    read_attributes = {one["key"]: one["value"].get("stringValue", "") for one in found}
    assert len(read_attributes) == len(found), found
    return read_attributes


def metrics(request):
    """Returns the metrics of a request by their name. Those of the same name follow each other."""
    found = {}
    for resource in request["resourceMetrics"]:
        for scope in resource["scopeMetrics"]:
            for metric in scope["metrics"]:
                found.setdefault(metric["name"], []).append(metric)
    return found


def points(metric):
    """Returns the kind of the data of a metric, and its data points."""
    (kind,) = [kind for kind in DATA if kind in metric]
    return kind, metric[kind]["dataPoints"]


def sample(name, labels, value):
    """Returns a comparable sample: numbers by value, NaN as text. A label without a value is like no label."""
    labels = {k: float(v) if k in ("le", "quantile") else v for k, v in labels.items() if v != ""}
    return name, tuple(sorted(labels.items())), repr(float(value) + 0.0)


def _parts(kind, point):
    """Yields what a data point has as samples of Prometheus: suffix, further labels, value."""
    if kind in ("gauge", "sum"):
        yield "", {}, point["asDouble"]
        return
    count, total = int(point.get("count", 0)), point.get("sum", 0.0)
    if kind == "histogram":
        below = 0
        for bound, number in zip([*point.get("explicitBounds", []), "inf"], point["bucketCounts"], strict=True):
            below += int(number)
            yield "_bucket", {"le": bound}, below
        assert below == count
    elif kind == "exponentialHistogram":
        sides = [point.get("positive", {}), point.get("negative", {})]
        assert count == int(point.get("zeroCount", 0)) + sum(int(n) for s in sides for n in s.get("bucketCounts", []))
        yield "_bucket", {"le": "inf"}, count
    for quantile in point.get("quantileValues", []):
        yield "", {"quantile": quantile.get("quantile", 0.0)}, quantile.get("value", 0.0)
    yield "_sum", {}, total
    yield "_count", {}, count


def samples(request):
    """Returns the data points of a request as samples of the text format, and those without a value by their names."""
    found, ended = [], []
    for name, same in metrics(request).items():
        for metric in same:
            kind, all_points = points(metric)
            for point in all_points:
                labels = attributes(point.get("attributes", []))
                if point.get("flags", 0) & 1:
                    ended.append((name, tuple(sorted(labels.items()))))
                    continue
                for suffix, further, value in _parts(kind, point):
                    found.append(sample(name + suffix, {**labels, **further}, value))
    return found, ended
