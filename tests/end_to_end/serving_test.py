"""The files of examples/serving/: units of systemd, a pod, and configurations of Prometheus."""

import configparser
import os
import pathlib
import shlex
import socket

import yaml

import case
import harness
import own_network
import tls

SERVING = pathlib.Path(__file__).resolve().parents[2] / "examples/serving"


def unit(name):
    """Returns a unit file of systemd."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string((SERVING / name).read_text())
    return parser


class Serving(case.ServicesTest):
    """Runs the commands of the files with the built example, in a folder instead of /run."""

    def start_service(self, words, wrapper=(), inherited=()):
        """Starts the access log with the options of a file, and waits until it serves its metrics."""
        command = [*wrapper, case.binary("access_log"), "--port", 0, *words]
        program = self.services.start("access_log", command, inherited=inherited)
        program.wait_for_line("metrics on ")
        program.wait_for_line("listening on ")
        return program

    def curl(self, *words):
        """Returns what curl prints."""
        return self.run_quietly("curl", "--silent", "--show-error", *words)

    def assert_served(self, file):
        """Checks that the metrics are served on a Unix socket."""
        self.assertIn("\naccess_log_total{", self.curl("--unix-socket", file, "http://localhost/metrics"))

    def test_the_socket_of_systemd_serves_over_a_restart(self):
        listen = unit("access-log.socket")["Socket"]["ListenStream"]
        program, *words = shlex.split(unit("access-log.service")["Service"]["ExecStart"])
        self.assertEqual(pathlib.Path(program).name, "access_log")
        file = self.services.folder() / pathlib.Path(listen).name
        with socket.socket(socket.AF_UNIX) as activated:  # systemd creates it, and passes it as descriptor 3
            activated.bind(str(file))
            activated.listen()
            number = activated.fileno()
            wrapper = ["bash", "-c", f'exec "$@" 3<&{number}', "bash"]
            for _ in range(2):
                service = self.start_service(words, wrapper, [number])
                self.assert_served(file)
                self.services.stop_program(service)
                self.assertTrue(file.is_socket())

    def test_a_service_creates_its_socket(self):
        service = unit("without-socket-unit.service")["Service"]
        _, *words = shlex.split(service["ExecStart"])
        folder = self.services.folder()
        runtime = f"/run/{service['RuntimeDirectory']}/"
        self.assertIn(f"unix:{runtime}metrics.sock", words)
        program = self.start_service([word.replace(runtime, f"{folder}/") for word in words])
        self.assert_served(folder / "metrics.sock")
        self.services.stop_program(program)
        self.assertEqual(os.listdir(folder), [])

    def test_the_pod_answers_its_probes_and_the_monitor(self):
        pod = yaml.safe_load((SERVING / "pod.yaml").read_text())
        (container,) = pod["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        program = self.start_service(container["args"])
        for probe in ("livenessProbe", "readinessProbe"):
            get = container[probe]["httpGet"]
            self.assertEqual(self.curl(f"http://127.0.0.1:{ports[get['port']]}{get['path']}"), "ok\n")
        monitor = yaml.safe_load((SERVING / "pod-monitor.yaml").read_text())["spec"]
        self.assertEqual(monitor["selector"]["matchLabels"], pod["metadata"]["labels"])
        (endpoint,) = monitor["podMetricsEndpoints"]
        url = f"http://127.0.0.1:{ports[endpoint['port']]}{endpoint['path']}"
        self.assertIn("\naccess_log_total{", self.curl(url))
        self.services.stop_program(program)

    def test_prometheus_scrapes_with_tls_as_configured(self):
        folder = self.services.folder()
        web_config = tls.prepare(folder)
        exporter = self.services.start("web_config", [case.binary("web_config"), "127.0.0.1:0", web_config], -15)
        address = exporter.wait_for_line(r"listening on (\S+)")[1]
        text = (SERVING / "prometheus-tls.yml").read_text()
        for name, here in (("prometheus.crt", "client.crt"), ("prometheus.key", "client.key"), ("ca.crt", "ca.crt")):
            self.assertIn(f"/etc/prometheus/{name}", text)
            text = text.replace(f"/etc/prometheus/{name}", str(folder / here))
        (folder / "password").write_text(tls.PASSWORD)
        text = text.replace("/etc/prometheus/orders.password", str(folder / "password"))
        jobs = yaml.safe_load(text.replace("orders.example.org:9464", address))["scrape_configs"]
        prometheus = self.services.start_prometheus_with(jobs)
        harness.wait_for("up", lambda: prometheus.values("up", by="job"), {"orders": 1})


if __name__ == "__main__":
    own_network.enter()
    case.main()
