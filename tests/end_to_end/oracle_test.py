"""The rules about accepted and refused responses, checked against a real Prometheus.

The writers are checked against these rules by their own tests; this one checks the rules against the installed server. The
numbers are those of docs/exposition-rules.md.
"""

import http.server
import threading
import unittest
import urllib.parse

import case
import harness

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

# The versions differ in some rules.
VERSION = harness.prometheus_version()

# Exposition rules 129 to 148: whether Prometheus accepts a response with this Content-Type and this body.
TEXT_ANSWERS = {
    "129": ("a 1", True),
    "130": ("a 1\n", True),
    "131": ("a 1\r\n", False),
    "132": ("# TYPE a counter \n", False),
    "133": ("# TYPE a  counter\n", False),
    "134": ("# TYPE a unknown\n", False),
    "135": ("a 1 -5\n", False),
    "136": ("a 1 5.5\n", False),
    "137": ("a 1 2 3\n", False),
    "138 negative": ("a -nan\n", False),
    "138": ("a nan\n", True),
    "139 hexadecimal": ("a 0x10\n", False),
    "139 grouped": ("a 1_0\n", False),
    "139 too large": ("a 1e400\n", False),
    "139 too small": ("a 1e-400\n", True),
    "140 comma alone": ("a{,} 1\n", False),
    "140 comma behind": ('a{b="c",} 1\n', True),
    "140 two commas": ('a{b="c",,} 1\n', False),
    "141": ('a{b="x\\ty"} 1\n', True),
    "142": ('a{b="x\ny"} 1\n', True),
    "143": ('{"a.b"} 1\n', VERSION >= (3, 0)),
    "144": ('a{"b"} 1\n', False),
    "145": ('{c="d"} 1\n', False),
    "146": (" a 1\n", VERSION >= (3, 0)),
    "147": ("\ufeffa 1\n", False),
    "148": ('a{b="c"} 1 # {t="x"} 1\n', False),
}

# Exposition rules 149 to 161.
OPENMETRICS_ANSWERS = {
    "149": ("# EOF", True),
    "150": ("", VERSION >= (3, 0)),
    "151": ("a 1\n", False),
    "152": ("# EOF\n\n", False),
    "153": ("a  1\n# EOF\n", False),
    "154": ("# HELP a\na 1\n# EOF\n", False),
    "155": ("# TYPE u untyped\nu 1\n# EOF\n", False),
    "156": ('a{b="c", d="e"} 1\n# EOF\n', False),
    "157": ("a 1 -5\n# EOF\n", True),
    "158": ('# TYPE a gauge\na 1 # {t="x"} 1\n# EOF\n', VERSION >= (2, 53)),
    "159": ('# TYPE a counter\na_total 1 # {t="x"} 1 # {t="y"} 1\n# EOF\n', False),
    "160": ("# TYPE foo counter\nfoo_total 17.0 st@1520430000.123\n# EOF\n", False),
    "161": ("# TYPE a histogram\na {count:1,sum:1.0,bucket:[+Inf:1]}\n# EOF\n", False),
}

# Exposition rule 128: Content-Types that narthex never writes. Prometheus 2 parses these responses as text.
TYPES = {
    "128 none": (None, VERSION < (3, 0)),
    "128 unparsable": ("text/plain;;", VERSION < (3, 0)),
    "128 html": ("text/html", VERSION < (3, 0)),
    "128 repeated parameter": ("text/plain; charset=utf-8; charset=utf-8", True),
}

ANSWERS = {
    **{name: (TEXT, body, up) for name, (body, up) in TEXT_ANSWERS.items()},
    **{name: (OPENMETRICS, body, up) for name, (body, up) in OPENMETRICS_ANSWERS.items()},
    **{name: (content_type, "a 1\n", up) for name, (content_type, up) in TYPES.items()},
}


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers /<number of a case> with the response of the case."""

    def do_GET(self):
        name = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["case"][0]
        content_type, body, _ = ANSWERS[name]
        self.send_response(200)
        if content_type is not None:
            self.send_header("Content-Type", content_type)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class OurRules(case.ServicesTest):
    """Every case is a target of one Prometheus."""

    @classmethod
    def start(cls):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        jobs = [
            {"job_name": name, "params": {"case": [name]}, "static_configs": [{"targets": [address]}]}
            for name in ANSWERS
        ]
        cls.prometheus = cls.services.start_prometheus_with(jobs)

    def test_are_those_of_the_server(self):
        wanted = {name: float(up) for name, (_, _, up) in ANSWERS.items()}
        harness.wait_for("up", lambda: self.prometheus.values("up", by="job"), wanted)

    def test_values_arrive_as_they_were_written(self):
        def values(job):
            return [(labels.get("b"), str(value)) for labels, value in self.prometheus.query(f'a{{job="{job}"}}')]

        harness.wait_for("138", lambda: values("138"), [(None, "nan")])
        harness.wait_for("139", lambda: values("139 too small"), [(None, "0.0")])
        harness.wait_for("141", lambda: values("141"), [("x\\ty", "1.0")])
        harness.wait_for("142", lambda: values("142"), [("x\ny", "1.0")])
        harness.wait_for("157", lambda: values("157"), [])  # its time is long past


if __name__ == "__main__":
    case.main()
