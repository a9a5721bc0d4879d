"""The strict reader of OpenMetrics 2.0 accepts valid texts and rejects invalid ones.

The rules are in section 11 of docs/exposition-rules.md. The texts are those of the standard and those that the parser
of Prometheus rejects.
"""

import math
import unittest

import openmetrics2

NATIVE = "{count:3,sum:4.5,schema:0,zero_threshold:0.0,zero_count:1,positive_spans:[0:2],positive_buckets:[1,1]}"

VALID = {
    "nothing": "",
    "every line of a counter": "# TYPE a_total counter\n# UNIT a_total s\n# HELP a_total A \\n \\\\ \\\"\n"
    'a_total{b="c"} 1 1.5 st@1 # {} 1 1 # {t="x"} NaN -1.5e3\n',
    "a sample without metadata": "a 1\n",
    "an empty help": "# HELP a \na 1\n",
    "a carriage return in a help": "# HELP a b\rc\na 1\n",
    "empty braces": "a{} 1\n",
    "numbers": 'a{b="1"} NaN\na{b="2"} +Inf\na{b="3"} -inf\na{b="4"} 1e6\na{b="5"} .5\na{b="6"} -0\n',
    "a quoted name": '# TYPE "a.b" gauge\n{"a.b"} 1\n{"a.b",c="d"} 2\n{"a.b","e.f"="g"} 3\n',
    "an info": '# TYPE a_info info\na_info{b="c"} 1.0\n',
    "states": '# TYPE a stateset\na{a="x"} 0\na{a="y"} 1\n',
    "a histogram": "# TYPE a histogram\na {count:3,sum:4,bucket:[-1:1,1.5:2,+Inf:3]}\n",
    "a native histogram": f"# TYPE a histogram\na {NATIVE}\n",
    "a native histogram with NaN": f"# TYPE a histogram\na {NATIVE.replace('3,', '4,').replace('4.5', 'NaN')}\n",
    "both": f"# TYPE a histogram\na {NATIVE[:-1]},bucket:[+Inf:3]}}\n",
    "a gauge histogram": "# TYPE a gaugehistogram\na {gcount:1,gsum:-4,bucket:[+Inf:1]}\n",
    "a summary": "# TYPE a summary\na {count:1,sum:4,quantile:[0:1,0.5:NaN,1:2]} 1 st@0.5 # {} 1 1\n",
    "a summary without quantiles": "# TYPE a summary\na {count:1,sum:4,quantile:[]}\n",
}

COUNTER = "# TYPE a counter\n"
GAUGE = "# TYPE a gauge\n"
HISTOGRAM = "# TYPE a histogram\n"
SUMMARY = "# TYPE a summary\n"


def changed(old, new, text=NATIVE):
    """Returns a histogram with a change."""
    assert old in text
    return f"{HISTOGRAM}a {text.replace(old, new)}\n"


CLASSIC = "{count:3,sum:4.5,bucket:[1.0:1,2.0:2,+Inf:3]}"

INVALID = {
    "a blank line": "a 1\n\n",
    "a comment": "# comment\na 1\n",
    "a tab": "a\t1\n",
    "two blanks": "a  1\n",
    "a blank at the end": "a 1 \n",
    "a byte order mark": "\ufeffa 1\n",
    "a carriage return": "a 1\r\n",
    "a carriage return after a help": "# HELP a b\r\na 1\n",
    "a help without a blank": "# HELP a\na 1\n",
    "an unknown type": "# TYPE a untyped\na 1\n",
    "a type of another case": "# TYPE a Gauge\na 1\n",
    "an info without its suffix": "# TYPE a info\na 1\n",
    "a unit of an info": "# TYPE a_info info\n# UNIT a_info s\na_info 1\n",
    "a unit of states": '# TYPE a stateset\n# UNIT a s\na{a="x"} 1\n',
    "a unit with a blank": "# TYPE a gauge\n# UNIT a b c\na 1\n",
    "an info that is 2": "# TYPE a_info info\na_info 2\n",
    "a counter that is NaN": f"{COUNTER}a NaN\n",
    "a negative counter": f"{COUNTER}a -1\n",
    "a state that is 2": '# TYPE a stateset\na{a="x"} 2\n',
    "a state without its label": '# TYPE a stateset\na{b="x"} 1\n',
    "a number for a histogram": f"{HISTOGRAM}a 1\n",
    "a number for a summary": f"{SUMMARY}a 1\n",
    "a composite value of a gauge": f"{GAUGE}a {CLASSIC}\n",
    "a composite value of an unknown": f"a {CLASSIC}\n",
    "an unknown field": changed("sum:", "total:"),
    "a repeated field": changed("sum:4.5,", "sum:4.5,sum:4.5,"),
    "fields in another order": changed("count:3,sum:4.5", "sum:4.5,count:3"),
    "gcount in a histogram": changed("count:", "gcount:", CLASSIC),
    "count in a gauge histogram": f"# TYPE a gaugehistogram\na {CLASSIC}\n",
    "no count": changed("count:3,", "", CLASSIC),
    "no sum": changed("sum:4.5,", "", CLASSIC),
    "no buckets": f"{HISTOGRAM}a {{count:3,sum:4.5}}\n",
    "no zero threshold": changed(",zero_threshold:0.0", ""),
    "no zero count": changed(",zero_count:1", ""),
    "no quantiles": f"{SUMMARY}a {{count:3,sum:4.5}}\n",
    "a blank in a composite value": changed(",", ", ", CLASSIC),
    "a comma at the end of a composite value": changed("]}", "],}", CLASSIC),
    "a comma at the end of the buckets": changed("]}", ",]}", CLASSIC),
    "a comma at the end of the labels": 'a{b="c",} 1\n',
    "bounds that fall": changed("2.0:2", "0.5:2", CLASSIC),
    "equal bounds": changed("2.0:2", "1.0:2", CLASSIC),
    "a bound that is NaN": changed("1.0:1", "NaN:1", CLASSIC),
    "a bound spelled Inf": changed("+Inf", "Inf", CLASSIC),
    "no +Inf bucket": changed(",+Inf:3", "", CLASSIC),
    "a +Inf bucket that is not the count": changed("+Inf:3", "+Inf:4", CLASSIC),
    "buckets that are not cumulative": changed("2.0:2", "2.0:0", CLASSIC),
    "a negative bucket": changed("1.0:1", "1.0:-1", CLASSIC),
    "schema 9": changed("schema:0", "schema:9"),
    "schema -5": changed("schema:0", "schema:-5"),
    "a negative zero threshold": changed("zero_threshold:0.0", "zero_threshold:-1.0"),
    "an infinite zero threshold": changed("zero_threshold:0.0", "zero_threshold:+Inf"),
    "a negative count": changed("count:3", "count:-3", CLASSIC),
    "buckets that are not the count": changed("[1,1]", "[1,2]"),
    "more observations in buckets than a count with NaN": changed("4.5", "NaN", NATIVE.replace("[1,1]", "[1,2]")),
    "a span that is too long": changed("[0:2]", "[0:3]"),
    "a later span with a negative offset": changed("[0:2]", "[0:1,-1:1]"),
    "differences instead of counts": changed("[1,1]", "[2,-1]"),
    "a count with a point": changed("[1,1]", "[1.0,1]"),
    "a count with an exponent": changed("[1,1]", "[1,1e0]"),
    "classic buckets before native ones": f"{HISTOGRAM}a {CLASSIC[:-1]},{NATIVE[17:]}\n",
    "a quantile above 1": f"{SUMMARY}a {{count:1,sum:1,quantile:[1.5:1]}}\n",
    "quantiles that fall": f"{SUMMARY}a {{count:1,sum:1,quantile:[0.5:1,0.1:1]}}\n",
    "a quantile that is NaN": f"{SUMMARY}a {{count:1,sum:1,quantile:[NaN:1]}}\n",
    "a time after the start time": f"{COUNTER}a 1 st@1 1\n",
    "two times": f"{COUNTER}a 1 1 1\n",
    "two start times": f"{COUNTER}a 1 st@1 st@1\n",
    "a time that is NaN": "a 1 NaN\n",
    "a start time of a gauge": f"{GAUGE}a 1 st@1\n",
    "a start time of a gauge histogram": "# TYPE a gaugehistogram\na {gcount:1,gsum:-4,bucket:[+Inf:1]} st@1\n",
    "an exemplar without a time": f"{COUNTER}a 1 # {{}} 1\n",
    "an exemplar of a gauge": f"{GAUGE}a 1 # {{}} 1 1\n",
    "an exemplar without braces": f"{COUNTER}a 1 # 1 1\n",
    "a quoted name that is not first": '{b="c","a.b"} 1\n',
    "an empty name": '{""} 1\n',
    "an empty label name": 'a{""="x"} 1\n',
    "NUL in a quoted name": '{"a\0b"} 1\n',
    "a raw line feed in a label value": 'a{b="c\nd"} 1\n',
    "an unknown escape": 'a{b="\\t"} 1\n',
    "a repeated label": 'a{b="c",b="d"} 1\n',
    "the label le of a histogram": f'{HISTOGRAM}a{{le="1"}} {CLASSIC}\n',
    "the label quantile of a summary": f'{SUMMARY}a{{quantile="1"}} {{count:1,sum:1,quantile:[]}}\n',
    "TYPE after samples": "a 1\n# TYPE a gauge\n",
    "TYPE twice": "# TYPE a gauge\n# TYPE a gauge\na 1\n",
    "HELP before TYPE": "# HELP a b\n# TYPE a gauge\na 1\n",
    "interleaved families": 'a{b="1"} 1\nc 1\na{b="2"} 1\n',
    "a repeated series": "a 1\na 1\n",
    "a suffix that the family does not have": f"{HISTOGRAM}a_sum 1\na {CLASSIC}\n",
}


class Reader(unittest.TestCase):
    def test_accepts_valid_texts(self):
        for what, text in VALID.items():
            with self.subTest(what):
                openmetrics2.read(f"{text}# EOF\n".encode())

    def test_rejects_invalid_texts(self):
        for what, text in INVALID.items():
            with self.subTest(what), self.assertRaises(openmetrics2.Invalid):
                openmetrics2.read(f"{text}# EOF\n".encode())

    # Exposition rule 293.
    def test_requires_the_end(self):
        for body in (b"", b"a 1\n", b"a 1\n# EOF", b"# EOF\na 1\n", b"# EOF\n\n", b"\xff# EOF\n"):
            with self.subTest(body), self.assertRaises(openmetrics2.Invalid):
                openmetrics2.read(body)

    def test_reads_every_part_of_a_line(self):
        text = f'# TYPE "a.b" histogram\n{{"a.b",c="d\\n\\"\\\\"}} {NATIVE[:-1]},bucket:[1:2,+Inf:3]}} 1.5 st@1 # {{t="x"}} 2 3\n'
        [family] = openmetrics2.read(f"{text}# EOF\n".encode()).values()
        [sample] = family.samples
        self.assertEqual((family.name, family.type), ("a.b", "histogram"))
        self.assertEqual(sample.labels, {"c": 'd\n"\\'})
        native = {"schema": 0, "zero_threshold": 0, "zero_count": 1, "negative": {}, "positive": {0: 1, 1: 1}}
        self.assertEqual(
            sample.value, {"count": 3, "sum": 4.5, "native": native, "buckets": {1: 2, math.inf: 3}}
        )
        self.assertEqual((sample.milliseconds, sample.start), (1500, 1000))
        self.assertEqual(sample.exemplars, [openmetrics2.Exemplar({"t": "x"}, 2, 3000)])


if __name__ == "__main__":
    unittest.main()
