"""A web configuration file, as for node_exporter, with a stock Prometheus and curl."""

import pathlib
import subprocess
import tempfile

import case
import harness

USER, PASSWORD = "prometheus", "open sesame"
SERVER = """
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_ca_file: ca.crt
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [prometheus]
  min_version: TLS12
http_server_config:
  headers:
    X-Content-Type-Options: nosniff
basic_auth_users:
  prometheus: $2y$04$cTdlIu0f0rUhDVvPnWew8OmIdrlRqojp9aqmcXcGx1Euo/MuxK2p6
"""
# openssl commands for an authority and the certificates of the server and of Prometheus.
CERTIFICATES = """
set -e
new="openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
$new -x509 -days 1 -subj /CN=authority -keyout ca.key -out ca.crt
sign() {
  $new -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  printf 'subjectAltName=%s' "$2" >"$1.ext"
  openssl x509 -req -days 1 -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -extfile "$1.ext" -out "$1.crt"
}
sign server DNS:localhost,IP:127.0.0.1
sign client DNS:prometheus
sign other DNS:other-client
"""


class Protected(case.ServicesTest):
    """One exporter with every option of the file."""

    @classmethod
    def start(cls):
        folder = tempfile.TemporaryDirectory(prefix="narthex-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        subprocess.run(["sh", "-c", CERTIFICATES], cwd=cls.folder, check=True, capture_output=True, timeout=60)
        (cls.folder / "web.yml").write_text(SERVER)
        command = [case.binary("web_config"), "127.0.0.1:0", cls.folder / "web.yml"]
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
        def job(name, password):
            return {
                "job_name": name,
                "scheme": "https",
                "basic_auth": {"username": USER, "password": password},
                "tls_config": {
                    "ca_file": str(self.folder / "ca.crt"),
                    "cert_file": str(self.folder / "client.crt"),
                    "key_file": str(self.folder / "client.key"),
                },
                "static_configs": [{"targets": [self.address]}],
            }

        self.program.send(5 * "a line\n")
        prometheus = self.services.start_prometheus_with([job("right", PASSWORD), job("wrong", "open barley")])
        harness.wait_for("lines", lambda: prometheus.values("lines_read_total", by="job"), {"right": 5})
        harness.wait_for("up", lambda: prometheus.values("up", by="job"), {"right": 1, "wrong": 0})
        errors = {
            target["labels"]["job"]: target["lastError"] for target in prometheus.get("targets")["activeTargets"]
        }
        self.assertEqual(errors["right"], "")
        self.assertIn("401", errors["wrong"])


if __name__ == "__main__":
    case.main()
