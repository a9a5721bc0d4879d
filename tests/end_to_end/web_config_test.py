"""A web configuration file, as for node_exporter, with a stock Prometheus and curl."""

import pathlib
import subprocess
import tempfile
import threading

import case
import harness
import tls
from tls import PASSWORD, USER

ROTATIONS = 10


class Protected(case.ServicesTest):
    """One exporter with every option of the file."""

    @classmethod
    def start(cls):
        folder = tempfile.TemporaryDirectory(prefix="narthex-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        command = [case.binary("web_config"), "127.0.0.1:0", tls.prepare(cls.folder)]
        cls.program = cls.services.start("web_config", command, expected_exit=-15)
        cls.address = cls.program.wait_for_line(r"listening on (\S+)")[1]

    def curl(self, *words, scheme="https"):
        """Returns the exit code of curl and its output: status, header lines, and body."""
        command = ["curl", "--silent", "--include", *words, f"{scheme}://{self.address}/metrics"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, timeout=60)
        return done.returncode, done.stdout.decode()

    def trusted(self, *words, certificate="client"):
        """Sends a request with the right authority and a client certificate."""
        client = ["--cacert", "ca.crt", "--cert", f"{certificate}.crt", "--key", f"{certificate}.key"]
        return self.curl(*client, *words)

    def test_curl_gets_in_with_certificate_and_password(self):
        status, reply = self.trusted("--user", f"{USER}:{PASSWORD}")
        self.assertEqual(status, 0)
        self.assertRegex(reply, r"^HTTP/1\.1 200 OK\r\n")
        self.assertIn("\r\nX-Content-Type-Options: nosniff\r\n", reply)
        self.assertIn("\nlines_read_total ", reply)

    # Exposition rule 217.
    def test_curl_stays_out_without_the_password(self):
        for words in [(), ("--user", f"{USER}:wrong"), ("--user", f"unknown:{PASSWORD}")]:
            status, reply = self.trusted(*words)
            self.assertEqual(status, 0)
            self.assertRegex(reply, r"^HTTP/1\.1 401 Unauthorized\r\n")
            self.assertIn("\r\nWWW-Authenticate: Basic\r\n", reply)

    def test_curl_stays_out_without_the_certificate(self):
        for reply in [
            self.curl("--cacert", "ca.crt", "--user", f"{USER}:{PASSWORD}"),
            self.trusted("--user", f"{USER}:{PASSWORD}", certificate="other"),
        ]:
            self.assertNotEqual(reply[0], 0)
            self.assertEqual(reply[1], "")

    def test_curl_is_told_when_it_speaks_no_tls(self):
        status, reply = self.curl(scheme="http")
        self.assertEqual(status, 0)
        self.assertRegex(reply, r"^HTTP/1\.1 400 Bad Request\r\n")

    def test_prometheus_scrapes_with_certificate_and_password(self):
        self.program.send(5 * "a line\n")
        jobs = [
            tls.scrape_config(self.folder, "right", self.address),
            tls.scrape_config(self.folder, "wrong", self.address, "open barley"),
        ]
        prometheus = self.services.start_prometheus_with(jobs)
        harness.wait_for("lines", lambda: prometheus.values("lines_read_total", by="job"), {"right": 5})
        harness.wait_for("up", lambda: prometheus.values("up", by="job"), {"right": 1, "wrong": 0})
        errors = {
            target["labels"]["job"]: target["lastError"] for target in prometheus.get("targets")["activeTargets"]
        }
        self.assertEqual(errors["right"], "")
        self.assertIn("401", errors["wrong"])

    def serial_number(self):
        """Returns the serial number of the certificate that a new connection gets."""
        connect = f"openssl s_client -connect {self.address} -cert client.crt -key client.key </dev/null"
        command = ["sh", "-c", f"{connect} | openssl x509 -serial -noout"]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60, check=True).stdout

    def rotate(self, number):
        """Replaces the certificate and then the key of the server, as a tool for renewal does."""
        name = f"server-{number}"
        tls.run(self.folder, f"sign {name} {tls.SERVER_NAMES}; mv {name}.crt server.crt; mv {name}.key server.key")
        command = ["openssl", "x509", "-serial", "-noout", "-in", "server.crt"]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True).stdout

    def test_no_scrape_fails_while_certificates_are_replaced(self):
        prometheus = self.services.start_prometheus_with([tls.scrape_config(self.folder, "rotated", self.address)])
        harness.wait_for("up", lambda: prometheus.values("up", by="job"), {"rotated": 1})
        first_lines = []
        end = threading.Event()

        def scrape():
            while not end.is_set():
                first_lines.append(self.trusted("--user", f"{USER}:{PASSWORD}")[1].split("\r\n")[0])

        scrapers = [threading.Thread(target=scrape) for _ in range(2)]
        for scraper in scrapers:
            scraper.start()
        try:
            for number in range(ROTATIONS):
                serial = self.rotate(number)
                harness.wait_for("the new certificate is served", self.serial_number, serial)
        finally:
            end.set()
            for scraper in scrapers:
                scraper.join()
        self.assertGreater(len(first_lines), ROTATIONS)
        self.assertEqual(set(first_lines), {"HTTP/1.1 200 OK"}, f"{len(first_lines)} scrapes")
        self.assertEqual(prometheus.values("min_over_time(up[5m])", by="job"), {"rotated": 1})
        _, _, *logged = self.program.log().splitlines()
        self.assertEqual([line for line in logged if "key values mismatch" not in line], [])


if __name__ == "__main__":
    case.main()
