"""Certificates and a web configuration file for tests with TLS, client certificates, and passwords."""

import pathlib
import subprocess

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
# openssl commands: `authority` creates an authority, `sign NAME SUBJECT_ALT_NAME` a certificate and its key.
COMMANDS = """
set -e
new="openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
usage=keyUsage=critical,keyCertSign,cRLSign  # Python 3.13 refuses an authority without it
authority() { $new -x509 -days 1 -subj /CN=authority -addext $usage -keyout ca.key -out ca.crt; }
sign() {
  $new -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  printf 'subjectAltName=%s' "$2" >"$1.ext"
  openssl x509 -req -days 1 -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -extfile "$1.ext" -out "$1.crt"
}
"""
SERVER_NAMES = "DNS:localhost,IP:127.0.0.1"


def run(folder, commands):
    """Runs shell commands that may use `authority` and `sign`."""
    subprocess.run(["sh", "-c", COMMANDS + commands], cwd=folder, check=True, capture_output=True, timeout=60)


def prepare(folder):
    """Writes an authority, the certificates of a server and of two clients, and web.yml; returns its path."""
    run(folder, f"authority; sign server {SERVER_NAMES}; sign client DNS:prometheus; sign other DNS:other-client")
    file = pathlib.Path(folder, "web.yml")
    file.write_text(SERVER)
    return file


def scrape_config(folder, name, address, password=PASSWORD):
    """Returns the configuration of a job that scrapes an address with the client certificate and a password."""
    return {
        "job_name": name,
        "scheme": "https",
        "basic_auth": {"username": USER, "password": password},
        "tls_config": {
            "ca_file": str(folder / "ca.crt"),
            "cert_file": str(folder / "client.crt"),
            "key_file": str(folder / "client.key"),
        },
        "static_configs": [{"targets": [address]}],
    }
