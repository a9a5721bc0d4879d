"""RemoteWriteExporter pushes to receivers of other Debian releases: Prometheus 3 (2.0 and 1.0) and VictoriaMetrics (1.0).

usage: remote_write_receivers_test.py REMOTE_WRITE_SERVICE PROTOC METRICS_PROTO FOLDER

FOLDER keeps the packages, which are downloaded and unpacked, but not installed.
"""

import pathlib
import socket
import sys

import case
import debian_package
import harness
import remote_write_test

FOLDER = pathlib.Path(sys.argv[4])


def free_port():
    """Returns a port that no program uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def prometheus_of_sid():
    """Returns the program of Debian's newest Prometheus."""
    return debian_package.unpacked("prometheus", "sid", FOLDER) / "usr/bin/prometheus"


class Prometheus3By1(remote_write_test.PushedToPrometheus):
    """Remote Write 1.0."""

    @classmethod
    def start(cls):
        cls.executable = prometheus_of_sid()
        super().start()


class Prometheus3By2(Prometheus3By1):
    """Remote Write 2.0. The exporter counts a push as a success only if all samples are written."""

    version = "2"


class Prometheus3Automatic(Prometheus3By1):
    """Remote Write 2.0, which the exporter finds out."""

    version = "auto"


class NativeToPrometheus3By1(remote_write_test.PushedNativeHistograms):
    """Remote Write 1.0."""

    @classmethod
    def start(cls):
        cls.executable = prometheus_of_sid()
        super().start()


class NativeToPrometheus3By2(NativeToPrometheus3By1):
    """Remote Write 2.0."""

    version = "2"


class VictoriaMetrics(case.ServicesTest):
    """VictoriaMetrics of Debian 12, which only supports 1.0."""

    @classmethod
    def start(cls):
        executable = debian_package.unpacked("victoria-metrics", "bookworm", FOLDER) / "usr/bin/victoria-metrics"
        address = f"127.0.0.1:{free_port()}"
        cls.services.start(
            "victoria-metrics",
            [executable, f"-httpListenAddr={address}", f"-storageDataPath={cls.services.folder()}",
             "-search.latencyOffset=0s"],
        )  # fmt: skip
        cls.metrics = harness.Prometheus(None, f"http://{address}")

        def is_ready():
            try:
                return harness.request(f"{cls.metrics.url}/health").status
            except OSError:
                return 0

        harness.wait_for("VictoriaMetrics is ready", is_ready, 200)
        url = f"{cls.metrics.url}/api/v1/write"
        cls.service, cls.scraped = remote_write_test.start_service(cls.services, url, "auto", native=True, ends=True)

    def test_it_has_the_samples(self):
        query = 'steps_total{job="pushed",instance="here"}'
        harness.wait_for(query, lambda: [value for _, value in self.metrics.query(query, nocache=1)], [1])
        found = self.metrics.values('classic_seconds_bucket{m="get"}', "le", nocache=1)
        self.assertEqual(found, {"0.0": 1, "0.5": 3, "1.0": 3, "1e+06": 4, "+Inf": 5})
        self.assertAlmostEqual(self.metrics.values("numbers", "Name", nocache=1)["sum"], 0.3)
        self.assertEqual(len(self.metrics.query("awkward", nocache=1)), 14)

    def test_the_series_end(self):
        self.service.send("end\n")
        self.service.wait_for_line("^ended")
        query = 'steps_total{job="pushed"}'
        harness.wait_for(query, lambda: self.metrics.query(query, nocache=1), [])


if __name__ == "__main__":
    del sys.argv[1:5]
    case.main()
