"""Receivers that fail: push exporters lose no count, block no thread, need no memory, and end in bounded time."""

import os
import pathlib
import re
import signal
import socket
import ssl
import sys
import threading
import time

import case
import dns
import harness
import own_network
import tls

OUTAGE_SECONDS = float(os.environ.get("NARTHEX_OUTAGE_SECONDS", "4"))
SHUTDOWN_SECONDS = 1  # of push_outage_service
SLACK_SECONDS = 2.5  # libcurl looks at the time once in a second, and the machine may be busy
GROWTH_BYTES = 4 << 20


class Receiver:
    """A server on loopback that calls reply(connection) for each complete request, on a thread for each connection."""

    def __init__(self, reply, context=None):
        self._reply = reply
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.times = []  # of the requests
        self.bodies = []
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        """Stops listening."""
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        try:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                while body := self._request(connection):
                    self.times.append(time.monotonic())
                    self.bodies.append(body)
                    self._reply(connection, len(self.times))
        except OSError:
            pass  # the client has closed the connection, or has refused the certificate

    @staticmethod
    def _request(connection):
        """Returns the body of a request, or nothing at the end of the connection."""
        received = b""
        while True:
            head, blank, body = received.partition(b"\r\n\r\n")
            length = re.search(rb"\r\nContent-Length: (\d+)", head)
            if blank and length and len(body) >= int(length[1]):
                return body
            chunk = connection.recv(65536)
            if not chunk:
                return b""
            received += chunk


def status(line, headers=""):
    """Returns a reply with a status line and headers, and an empty body."""
    reply = f"HTTP/1.1 {line}\r\nContent-Length: 0\r\n{headers}\r\n".encode()
    return lambda connection, number: connection.sendall(reply)


def endless(connection, _):
    """A reply that does not end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def dripping(connection, _):
    """A reply of one byte in each 100 ms."""
    for byte in b"HTTP/1.1 204 No Content\r\nX-Long: " + b"x" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def silent(connection, _):
    """No reply, until the client closes the connection."""
    while connection.recv(65536):
        pass


class PushOutage(case.ServicesTest):
    def push(self, kind, url, *options, wrapper=()):
        """Starts the service."""
        program = self.services.start(f"{kind} to {url}", [*wrapper, case.binary("push_outage_service"), kind, url, *options])
        program.wait_for_line("started")
        return program

    def count(self, program):
        """Ends the counting; returns the count."""
        program.send_signal(signal.SIGUSR1)
        found = program.wait_for_line(r"count (\d+), longest inc\(\) (\S+) ms")
        print(f"{program.name}: {found[0]}", file=sys.stderr)
        return int(found[1])

    def assert_ends_in_time(self, program):
        """Stops the service; fails if it does not end in time."""
        start = time.monotonic()
        self.services.stop_program(program)
        seconds = time.monotonic() - start
        self.assertLess(seconds, SHUTDOWN_SECONDS + SLACK_SECONDS, program.log())
        return seconds

    def assert_survives(self, kind, url, *options, wrapper=(), wait=lambda: None, line=None):
        """Runs the service for two pushes at least, and stops it."""
        program = self.push(kind, url, *options, wrapper=wrapper)
        wait()
        if line:
            program.wait_for_line(line)
        self.assertGreater(self.count(program), 0)
        self.assert_ends_in_time(program)

    def fails(self, reply, kind="remote_write"):
        """Runs the service with a receiver that replies so."""
        receiver = Receiver(reply)
        self.addCleanup(receiver.stop)
        wait = lambda: harness.wait_for("two requests", lambda: len(receiver.times) >= 2, True)
        self.assert_survives(kind, f"http://127.0.0.1:{receiver.port}/x", wait=wait)
        return receiver

    def resident(self, program):
        """Returns the memory of a program in bytes."""
        text = pathlib.Path(f"/proc/{program.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) << 10

    def start_prometheus(self, port):
        """Starts a Prometheus that takes remote write; returns it and its port."""
        prometheus = self.services.start_configured_prometheus(
            {}, port, ["exemplar-storage"], options=["--web.enable-remote-write-receiver"]
        )
        return prometheus, int(prometheus.url.rpartition(":")[2])

    def test_an_outage_of_prometheus_loses_no_count_and_needs_no_memory(self):
        prometheus, port = self.start_prometheus(0)
        program = self.push("remote_write", f"{prometheus.url}/api/v1/write")
        harness.wait_for("the first push", lambda: len(prometheus.query("steps_total")), 1)
        harness.wait_for("five pushes", lambda: prometheus.query("count_over_time(steps_total[1h])")[0][1] >= 5, True)
        self.services.stop_program(prometheus._program)  # pylint: disable=protected-access
        before = self.resident(program)
        time.sleep(OUTAGE_SECONDS)
        grown = self.resident(program) - before
        prometheus, _ = self.start_prometheus(port)
        total = self.count(program)
        harness.wait_for("the whole count", lambda: prometheus.query("steps_total"), [
            ({"__name__": "steps_total", "instance": "one", "job": "outage"}, float(total))
        ])
        self.assertGreater(total, OUTAGE_SECONDS * 100)
        self.assertLess(grown, GROWTH_BYTES)
        program.wait_for_line("a push has succeeded again")
        self.assert_ends_in_time(program)
        self.assertEqual(prometheus.query("steps_total"), [])  # marked as stale at the end

    def test_status_429_is_repeated_after_the_time_in_retry_after(self):
        def reply(connection, number):
            line = ("429 Too Many Requests", "Retry-After: 0\r\n") if number == 1 else ("204 No Content", "")
            status(*line)(connection, number)

        receiver = self.fails(reply)
        self.assertEqual(receiver.bodies[0], receiver.bodies[1])

    def test_it_survives_status_500(self):
        self.fails(status("500 Internal Server Error"))

    def test_it_survives_a_reply_that_does_not_end(self):
        for kind in ("remote_write", "otlp"):
            self.fails(endless, kind)

    def test_it_survives_a_connection_that_drips(self):
        self.fails(dripping)

    def test_it_survives_a_receiver_that_does_not_reply(self):
        for kind in ("remote_write", "otlp", "pushgateway"):
            self.fails(silent, kind)

    def test_it_survives_dns_that_fails(self):
        server = dns.Dns(self.services, "example.org", [])
        url = "http://does-not-exist.example.org/x"
        self.assert_survives("remote_write", url, wrapper=server.inside(), line="Could not resolve host")

    def test_it_survives_dns_that_hangs(self):
        folder = self.services.folder()
        address = dns.free_address()
        (folder / "resolv.conf").write_text(f"nameserver {address}\noptions timeout:30\n")
        wrapper = dns.inside(folder / "resolv.conf")
        for kind in ("remote_write", "otlp"):
            with socket.socket(type=socket.SOCK_DGRAM) as sink:
                sink.bind((address, dns.PORT))
                wait = lambda sink=sink: sink.recv(512)
                self.assert_survives(kind, "http://hangs.example.org/x", wrapper=wrapper, wait=wait)

    def test_it_reports_an_expired_certificate_and_uses_the_new_one(self):
        folder = self.services.folder()
        tls.run(folder, EXPIRED.format(names=tls.SERVER_NAMES))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.crt", folder / "server.key")
        receiver = Receiver(status("204 No Content"), context)
        self.addCleanup(receiver.stop)
        timeout = ["10000"] if case.SANITIZED else []  # a handshake can take a second
        program = self.push("remote_write", f"https://localhost:{receiver.port}/x", folder / "ca.crt", *timeout)
        program.wait_for_line("certificate has expired")
        self.assertEqual(receiver.times, [])
        tls.run(folder, f"sign server {tls.SERVER_NAMES}")
        context.load_cert_chain(folder / "server.crt", folder / "server.key")
        harness.wait_for("a push", lambda: len(receiver.times) > 0, True)
        program.wait_for_line("a push has succeeded again")
        self.assert_ends_in_time(program)


# An authority, and a certificate that has expired.
EXPIRED = """
authority
mkdir database && touch database/index.txt && echo 01 >database/serial
cat >database/ca.cnf <<END
[ca]
default_ca = own
[own]
database = database/index.txt
serial = database/serial
new_certs_dir = database
certificate = ca.crt
private_key = ca.key
default_md = sha256
policy = any
[any]
commonName = supplied
END
$new -subj /CN=server -keyout server.key -out server.csr
printf 'subjectAltName=%s' '{names}' >server.ext
openssl ca -batch -config database/ca.cnf -in server.csr -out server.crt -extfile server.ext \
  -startdate 20200101000000Z -enddate 20200102000000Z -notext
"""

if __name__ == "__main__":
    own_network.enter()
    case.main()
