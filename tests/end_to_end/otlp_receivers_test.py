"""What others make of a push by OtlpExporter: the decoder of OpenTelemetry for JavaScript, and VictoriaMetrics.

usage: otlp_receivers_test.py FOLDER

FOLDER keeps what is downloaded: npm's @opentelemetry/otlp-transformer, whose decoder is generated from the schema of
OpenTelemetry, and VictoriaMetrics of Debian sid. Run by scripts/test-release.
"""

import base64
import json
import pathlib
import socket
import subprocess
import sys
import urllib.parse

import case
import debian_package
import harness
import otlp
import otlp_test
import push_receiver

FOLDER = pathlib.Path(sys.argv[1]).resolve()
# Labels that VictoriaMetrics makes of the attributes of the resource and of the scope begin so.
PROCESS = ("scope.", "service.", "telemetry.")
TRANSFORMER = "@opentelemetry/otlp-transformer@0.208.0"
# Prints a request as JSON, which has no NaN and no infinity.
DECODE = """
const { opentelemetry } = require('@opentelemetry/otlp-transformer/build/src/generated/root.js');
const { ExportMetricsServiceRequest } = opentelemetry.proto.collector.metrics.v1;
const body = require('fs').readFileSync(0);
const request = ExportMetricsServiceRequest.toObject(ExportMetricsServiceRequest.decode(body),
                                                     { longs: String, bytes: String });
const finite = (_, value) => typeof value !== 'number' || isFinite(value) ? value : String(value);
process.stdout.write(JSON.stringify(request, finite));
"""


def install_decoder():
    """Installs the decoder, unless it is there; returns its folder."""
    folder = FOLDER / "otlp_transformer"
    if not (folder / "node_modules").exists():
        folder.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder, TRANSFORMER]
        subprocess.run(npm, check=True, timeout=600)
        (folder / "decode.js").write_text(DECODE)
    return folder


def with_hex_ids(message):
    """Returns a message with the ids of exemplars as hex digits."""
    if isinstance(message, list):
        return [with_hex_ids(one) for one in message]
    if not isinstance(message, dict):
        return message
    return {
        name: base64.b64decode(value).hex() if name in ("traceId", "spanId") else with_hex_ids(value)
        for name, value in message.items()
    }


def rounded(value):
    """Returns a number with the digits that VictoriaMetrics keeps."""
    return float(f"{float(value):.12g}")


def free_port():
    """Returns a port that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class OpenTelemetryForJavaScript(case.ServicesTest):
    """It decodes all requests of a service as otlp.read() does, which the other tests use."""

    maxDiff = None

    @classmethod
    def start(cls):
        cls.decoder = install_decoder()
        cls.receiver = push_receiver.PushReceiver()
        cls.addClassCleanup(cls.receiver.stop)
        for words in ([], ["exponential"]):
            program, _ = otlp_test.start_service(cls.services, "otlp", cls.receiver.url, *words)
            otlp_test.command(program, "flush", "flushed: yes")
            otlp_test.command(program, "remove", "removed")
            program.send("flush\n")
            program.close_input()
            program.wait()

    def decoded(self, body):
        """Returns what the decoder reads."""
        node = ["node", self.decoder / "decode.js"]
        done = subprocess.run(node, input=body, capture_output=True, timeout=60, check=False, cwd=self.decoder)
        self.assertEqual(done.stderr.decode(), "")
        return with_hex_ids(json.loads(done.stdout))

    def test_it_reads_the_same(self):
        self.assertEqual(len(self.receiver.requests), 2 * 4)
        for request in self.receiver.requests:
            self.assertEqual(self.decoded(request.body), otlp.read(request.body))


class VictoriaMetrics(case.ServicesTest):
    """VictoriaMetrics of Debian sid has the values of a scrape."""

    maxDiff = None

    @classmethod
    def start(cls):
        executable = debian_package.unpacked("victoria-metrics", "sid", FOLDER) / "usr/bin/victoria-metrics"
        cls.url = f"http://127.0.0.1:{free_port()}"
        cls.services.start(
            "victoria-metrics",
            [executable, f"-httpListenAddr={cls.url.removeprefix('http://')}",
             f"-storageDataPath={cls.services.folder()}"],
        )  # fmt: skip

        def is_ready():
            try:
                return harness.request(f"{cls.url}/health").status
            except OSError:
                return 0

        harness.wait_for("VictoriaMetrics is ready", is_ready, 200)
        cls.program, url = otlp_test.start_service(cls.services, "otlp", f"{cls.url}/opentelemetry/v1/metrics")
        cls.scraped = otlp_test.scraped(url)
        otlp_test.command(cls.program, "flush", "flushed: yes")

    def exported(self):
        """Returns the last values of all series as samples, without the attributes of the process."""
        harness.request(f"{self.url}/internal/force_flush")
        lines = harness.request(f"{self.url}/api/v1/export?match[]=%7B__name__!=%22%22%7D").body.decode().splitlines()
        found = []
        for series in map(json.loads, lines):
            labels = {name: value for name, value in series["metric"].items() if not name.startswith(PROCESS)}
            name = labels.pop("__name__")
            found.append(otlp.sample(name, labels, rounded(series["values"][-1])))
        return sorted(found)

    def query(self, expression):
        """Returns the values of a query."""
        words = urllib.parse.urlencode({"query": expression, "latency_offset": "1ms", "nocache": 1})
        reply = json.loads(harness.request(f"{self.url}/api/v1/query?{words}").body)
        return sorted(series["value"][1] for series in reply["data"]["result"])

    # VictoriaMetrics stores no NaN, and has buckets of its own for exponential histograms.
    def test_it_has_the_samples_of_a_scrape(self):
        def has_other_buckets(one):
            return one[0] == "native_seconds_bucket"

        wanted = sorted(
            otlp.sample(name, dict(labels), rounded(value))
            for name, labels, value in self.scraped
            if value != "nan" and not has_other_buckets((name,))
        )
        harness.wait_for("samples", lambda: [one for one in self.exported() if not has_other_buckets(one)], wanted)
        self.assertEqual(self.query("sum(native_seconds_bucket)"), ["5"])

    def test_series_end_with_the_process(self):
        harness.wait_for("mystery", lambda: self.query("mystery"), ["42"])
        self.program.close_input()
        self.program.wait()
        harness.wait_for("mystery", lambda: self.query("mystery"), [])
        harness.wait_for("buckets", lambda: self.query("classic_seconds_bucket"), [])
        self.assertEqual(self.query("last_over_time(mystery[1h])"), ["42"])


if __name__ == "__main__":
    del sys.argv[1]
    case.main()
