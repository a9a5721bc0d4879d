"""Debian's vmagent scrapes HttpExporter and sends what it reads to VictoriaMetrics. Run by scripts/test-release."""

import json
import pathlib
import re
import urllib.parse

import case
import harness
import own_network
import tls

LINES = 5
SERVING = pathlib.Path(__file__).resolve().parents[2] / "examples/serving"


class Vmagent(case.ServicesTest):
    """Two exporters, with and without TLS and passwords; the ports are those of an own network."""

    @classmethod
    def start(cls):
        cls.folder = cls.services.folder()
        web_config = tls.prepare(cls.folder)
        cls.start_exporter("127.0.0.1:9001")
        cls.start_exporter("127.0.0.1:9002", web_config)
        jobs = [
            {"job_name": "plain", "static_configs": [{"targets": ["127.0.0.1:9001"]}]},
            tls.scrape_config(cls.folder, "tls", "127.0.0.1:9002"),
            tls.scrape_config(cls.folder, "wrong", "127.0.0.1:9002", "open barley"),
        ]
        config = cls.folder / "vmagent.yml"
        config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}))
        data = cls.folder / "data"
        cls.start_tool("victoria-metrics", "127.0.0.1:9003", f"-storageDataPath={data}")
        write = "-remoteWrite.url=http://127.0.0.1:9003/api/v1/write"
        queue = f"-remoteWrite.tmpDataPath={cls.folder / 'queue'}"
        cls.start_tool("vmagent", "127.0.0.1:9004", write, queue, f"-promscrape.config={config}")

    @classmethod
    def start_exporter(cls, address, *web_config):
        """Starts an exporter that has read some lines."""
        program = cls.services.start("http_service", [case.binary("http_service"), address, "0", *web_config], -15)
        program.wait_for_line("listening on")
        program.send(LINES * "a line\n")

    @classmethod
    def start_tool(cls, name, address, *options):
        """Starts a program of VictoriaMetrics, and waits until it answers."""
        program = cls.services.start(name, [name, f"-httpListenAddr={address}", *options])

        def answers():
            program.check_running()
            try:
                return harness.request(f"http://{address}/health").status
            except OSError as error:
                return error

        harness.wait_for(f"{name} serves", answers, 200)

    def values(self, expression):
        """Returns the values of a query of VictoriaMetrics by job."""
        query = urllib.parse.urlencode({"query": expression, "latency_offset": "1ms"})
        reply = json.loads(harness.request(f"http://127.0.0.1:9003/api/v1/query?{query}").body)
        return {series["metric"]["job"]: float(series["value"][1]) for series in reply["data"]["result"]}

    def test_vmagent_reads_the_values(self):
        harness.wait_for("lines", lambda: self.values("lines_read_total"), {"plain": LINES, "tls": LINES})
        harness.wait_for("up", lambda: self.values("up"), {"plain": 1, "tls": 1, "wrong": 0})
        reply = json.loads(harness.request("http://127.0.0.1:9004/api/v1/targets").body)
        errors = {target["labels"]["job"]: target["lastError"] for target in reply["data"]["activeTargets"]}
        self.assertEqual((errors["plain"], errors["tls"]), ("", ""))
        self.assertIn("401", errors["wrong"])

    def test_vmagent_accepts_the_configurations_of_the_examples(self):
        for file in (SERVING / "prometheus-tls.yml", SERVING / "unix-socket.yml"):
            text = file.read_text()
            for name, here in (("prometheus", "client"), ("ca", "ca")):
                text = re.sub(rf"/etc/prometheus/{name}\.(crt|key)", rf"{self.folder}/{here}.\1", text)
            copy = self.folder / file.name
            copy.write_text(text)
            status, _, errors = self.run_program("vmagent", f"-promscrape.config={copy}", "-promscrape.config.dryRun")
            self.assertEqual(status, 0, errors)


if __name__ == "__main__":
    own_network.enter()
    case.main()
