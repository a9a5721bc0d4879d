"""A strict reader of OpenMetrics 2.0 (2.0.0-rc0), written from the grammar and the rules of the standard.

It rejects more than the parser of Prometheus, which says that it is not a conformance test.
"""

import dataclasses
import math
import re

TYPES = {
    "counter", "gauge", "histogram", "gaugehistogram", "stateset", "info", "summary", "unknown"
}  # fmt: skip
STARTS = {"counter", "histogram", "summary"}  # types that have a start time
EXEMPLARS = {"counter", "histogram", "gaugehistogram", "summary"}

METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
UNIT = re.compile(r"[a-zA-Z0-9_:]+")
ESCAPED = re.compile(r'(?:[^\n"\\]|\\[n"\\])*')
INTEGER = re.compile(r"[+-]?[0-9]+")
REAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
NUMBER = re.compile(rf"{REAL.pattern}|[+-]?[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN]")


class Invalid(ValueError):
    """A text that is not OpenMetrics 2.0."""


@dataclasses.dataclass
class Exemplar:
    labels: dict
    value: float
    milliseconds: int


@dataclasses.dataclass
class Sample:
    """`value` is a number, or the fields of a composite value."""

    labels: dict
    value: object
    milliseconds: int = None
    start: int = None
    exemplars: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Family:
    name: str
    type: str = "unknown"
    unit: str = ""
    help: str = None
    samples: list = dataclasses.field(default_factory=list)


def require(condition, message):
    if not condition:
        raise Invalid(message)


def unescaped(text):
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), text)


class Line:
    """The rest of one line."""

    def __init__(self, text):
        self.text = text
        self.at = 0

    def starts_with(self, text):
        return self.text.startswith(text, self.at)

    def skip(self, text):
        """Skips a text if it is next; returns whether it was."""
        found = self.starts_with(text)
        self.at += len(text) if found else 0
        return found

    def expect(self, text):
        require(self.skip(text), f"expected {text!r} at {self.at} of {self.text!r}")

    def take(self, pattern, what):
        found = pattern.match(self.text, self.at)
        require(found, f"expected {what} at {self.at} of {self.text!r}")
        self.at = found.end()
        return found[0]

    def rest(self):
        begin, self.at = self.at, len(self.text)
        return self.text[begin:]

    def end(self):
        require(self.at == len(self.text), f"expected the line end at {self.at} of {self.text!r}")

    def quoted(self):
        self.expect('"')
        text = unescaped(self.take(ESCAPED, "an escaped text"))
        self.expect('"')
        return text

    def quoted_name(self):
        name = self.quoted()
        require(name and "\0" not in name, f"invalid name {name!r}")
        return name

    def name(self, bare):
        return self.quoted_name() if self.starts_with('"') else self.take(bare, "a name")

    def number(self):
        return float(self.take(NUMBER, "a number"))

    def real(self):
        return float(self.take(REAL, "a real number"))

    def count(self):
        """Takes a count. In a native histogram, a point or an exponent would mean floats."""
        text = self.take(NUMBER, "a count")
        require(INTEGER.fullmatch(text) and int(text) >= 0, f"invalid count {text}")
        return int(text)

    def integer(self):
        return int(self.take(INTEGER, "an integer"))

    def time(self):
        """Takes seconds; returns milliseconds."""
        return round(self.real() * 1000)

    def items(self, closing, item):
        """Takes `item` once or more, separated by commas, up to the closing text."""
        taken = [item()]
        while not self.skip(closing):
            self.expect(",")
            taken.append(item())
        return taken

    def label(self):
        name = self.name(LABEL_NAME)
        self.expect("=")
        return name, self.quoted()

    def labels(self, taken):
        """Takes the labels after the opening brace or after the quoted metric name."""
        pairs = [] if taken is None and self.skip("}") else self.items("}", self.label)
        labels = dict(pairs)
        require(len(labels) == len(pairs), f"a label is repeated in {self.text!r}")
        return labels

    def series(self):
        """Takes the name and the labels of a sample."""
        if self.skip("{"):
            name = self.quoted_name()
            return name, {} if self.skip("}") else (self.expect(","), self.labels(name))[1]
        name = self.take(METRIC_NAME, "a metric name")
        return name, self.labels(None) if self.skip("{") else {}


def pairs(line, key, value, closing):
    """Takes `key:value` pairs, perhaps none."""

    def pair():
        taken = key()
        line.expect(":")
        return taken, value()

    return [] if line.skip(closing) else line.items(closing, pair)


def rises(keys):
    return all(a < b for a, b in zip(keys, keys[1:]))


def side(line, name):
    """Takes the spans and counts of a side of a native histogram; returns {index: count} without empty buckets."""
    if not line.skip(f",{name}_spans:["):
        return {}
    spans = pairs(line, line.integer, line.count, "]")
    line.expect(f",{name}_buckets:[")
    counts = [] if line.skip("]") else line.items("]", line.count)
    require(all(offset >= 0 for offset, _ in spans[1:]), "a later span has a negative offset")
    require(sum(length for _, length in spans) == len(counts), "spans and buckets differ")
    indices, index = [], 0
    for offset, length in spans:
        index += offset
        indices += range(index, index + length)
        index += length
    return {i: c for i, c in zip(indices, counts) if c > 0}


def native(line, count, total):
    fields = {"schema": line.integer()}
    require(-4 <= fields["schema"] <= 8, "schema must be from -4 to 8")
    line.expect(",zero_threshold:")
    fields["zero_threshold"] = line.real()
    require(fields["zero_threshold"] >= 0, "zero_threshold must not be negative")
    line.expect(",zero_count:")
    fields["zero_count"] = line.count()
    fields["negative"] = side(line, "negative")
    fields["positive"] = side(line, "positive")
    counts = [*fields["negative"].values(), *fields["positive"].values()]
    in_buckets = fields["zero_count"] + sum(counts)
    is_sum_right = in_buckets <= count if math.isnan(total) else in_buckets == count
    require(is_sum_right, f"{in_buckets} observations in buckets, but the count is {count}")
    return fields


def bound(line):
    text = line.take(NUMBER, "a bound")
    value = float(text)
    require(not math.isnan(value), "a bound must not be NaN")
    require(not math.isinf(value) or text in ("+Inf", "-Inf"), f"invalid bound {text}")
    return value


def classic(line, count):
    buckets = pairs(line, lambda: bound(line), line.count, "]")
    require(rises([b for b, _ in buckets]), "bounds must rise")
    require(buckets and buckets[-1] == (math.inf, count), "the +Inf bucket must equal the count")
    counts = [c for _, c in buckets]
    require(counts == sorted(counts), "buckets must be cumulative")
    return dict(buckets)


def histogram(line, prefix):
    line.expect("{" + f"{prefix}count:")
    fields = {"count": line.count()}
    line.expect(f",{prefix}sum:")
    fields["sum"] = line.number()
    if line.skip(",schema:"):
        fields["native"] = native(line, fields["count"], fields["sum"])
    if "native" not in fields or line.starts_with(","):
        line.expect(",bucket:[")
        fields["buckets"] = classic(line, fields["count"])
    line.expect("}")
    return fields


def summary(line):
    line.expect("{count:")
    fields = {"count": line.count()}
    line.expect(",sum:")
    fields["sum"] = line.number()
    line.expect(",quantile:[")
    quantiles = pairs(line, line.real, line.number, "]")
    line.expect("}")
    require(rises([q for q, _ in quantiles]), "quantiles must rise")
    require(all(0 <= q <= 1 for q, _ in quantiles), "quantiles must be from 0 to 1")
    fields["quantiles"] = dict(quantiles)
    return fields


def value_of(line, family, labels):
    if family.type in ("histogram", "gaugehistogram"):
        require("le" not in labels, "a histogram must not have the label le")
        return histogram(line, "g" if family.type == "gaugehistogram" else "")
    if family.type == "summary":
        require("quantile" not in labels, "a summary must not have the label quantile")
        return summary(line)
    value = line.number()
    if family.type == "counter":
        require(value >= 0, "a counter must not be negative or NaN")
    if family.type == "info":
        require(value == 1, "the value of an info must be 1")
    if family.type == "stateset":
        require(value in (0, 1), "the value of a state must be 0 or 1")
        require(family.name in labels, "a state needs a label with the name of the family")
    return value


def exemplar(line):
    line.expect("{")
    labels = line.labels(None)
    line.expect(" ")
    value = line.number()
    line.expect(" ")
    return Exemplar(labels, value, line.time())


def read_sample(line, family, labels):
    line.expect(" ")
    sample = Sample(labels, value_of(line, family, labels))
    if line.starts_with(" ") and not line.starts_with(" st@") and not line.starts_with(" # "):
        line.expect(" ")
        sample.milliseconds = line.time()
    if line.skip(" st@"):
        require(family.type in STARTS, f"a {family.type} has no start time")
        sample.start = line.time()
    while line.skip(" # "):
        require(family.type in EXEMPLARS, f"a {family.type} has no exemplars")
        sample.exemplars.append(exemplar(line))
    line.end()
    return sample


class Reader:
    """Collects families and checks what concerns several lines."""

    KEYWORDS = ("TYPE", "UNIT", "HELP")

    def __init__(self):
        self.families = {}
        self.family = None
        self.next_keyword = 0  # position in KEYWORDS of the first one that may follow
        self.seen = set()  # (name, labels) of all samples

    def begin(self, name):
        require(name not in self.families, f"the family {name!r} is interleaved or repeated")
        self.family = self.families[name] = Family(name)
        self.next_keyword = 0

    def metadata(self, line):
        keyword = line.take(re.compile("TYPE|UNIT|HELP"), "TYPE, UNIT, or HELP")
        line.expect(" ")
        name = line.name(METRIC_NAME)
        line.expect(" ")
        if not self.family or self.family.name != name:
            self.begin(name)
        require(not self.family.samples, f"{keyword} of {name!r} follows its samples")
        position = self.KEYWORDS.index(keyword)
        require(position >= self.next_keyword, f"{keyword} of {name!r} is repeated or too late")
        self.next_keyword = position + 1
        if keyword == "TYPE":
            self.family.type = line.rest()
            require(self.family.type in TYPES, f"invalid type {self.family.type!r}")
            ends = self.family.type != "info" or name.endswith("_info")
            require(ends, f"the info {name!r} must end with _info")
        elif keyword == "UNIT":
            self.family.unit = line.rest()
            require(self.family.type not in ("info", "stateset"), f"{name!r} must have no unit")
            require(UNIT.fullmatch(self.family.unit), f"invalid unit {self.family.unit!r}")
        else:
            text = line.rest()
            require(ESCAPED.fullmatch(text), f"invalid help {text!r}")
            require(not text.endswith("\r"), "a help text must not end with a carriage return")
            self.family.help = unescaped(text)

    def sample(self, line):
        name, labels = line.series()
        if not self.family or self.family.name != name:
            self.begin(name)
        key = name, tuple(sorted(labels.items()))
        require(key not in self.seen, f"the series {key} is repeated")
        self.seen.add(key)
        self.family.samples.append(read_sample(line, self.family, labels))


def read(body):
    """Returns {name: Family} of a body in bytes; raises Invalid."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Invalid(str(error)) from error
    lines = text.split("\n")
    require(lines[-2:] == ["# EOF", ""], "the text must end with '# EOF' and a line feed")
    reader = Reader()
    for text in lines[:-2]:
        line = Line(text)
        if line.skip("# "):
            reader.metadata(line)
        else:
            reader.sample(line)
    return reader.families


def exploded(families):
    """Yields the series that a server makes of the families: (name, labels, value, milliseconds)."""
    for family in families.values():
        prefix = "g" if family.type == "gaugehistogram" else ""
        for s in family.samples:
            if not isinstance(s.value, dict):
                yield family.name, s.labels, s.value, s.milliseconds
                continue
            yield f"{family.name}_{prefix}count", s.labels, s.value["count"], s.milliseconds
            yield f"{family.name}_{prefix}sum", s.labels, s.value["sum"], s.milliseconds
            # A server that ignores native histograms takes the +Inf bucket from the count.
            buckets = s.value.get("buckets", {math.inf: s.value["count"]})
            for le, count in buckets.items() if family.type != "summary" else ():
                yield f"{family.name}_bucket", {**s.labels, "le": le}, count, s.milliseconds
            for quantile, value in s.value.get("quantiles", {}).items():
                yield family.name, {**s.labels, "quantile": quantile}, value, s.milliseconds
