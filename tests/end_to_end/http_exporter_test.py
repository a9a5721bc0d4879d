"""HttpExporter read with curl in each way: IPv4, IPv6, Unix sockets, old and kept-alive connections, compression."""

import gzip
import os
import pathlib
import subprocess

import case
import own_network

REQUESTS = 1000


class HttpExporter(case.ServicesTest):
    """One exporter that listens on IPv4, IPv6, and a Unix socket."""

    @classmethod
    def start(cls):
        cls.socket = cls.services.folder() / "metrics.sock"
        command = [case.binary("http_service"), f"127.0.0.1:9464, [::1]:9465, unix:{cls.socket}", "0"]
        cls.program = cls.services.start("http_service", command, expected_exit=-15)
        cls.program.wait_for_line("listening on unix:")
        cls.program.send("a line\n")

    def curl(self, *words):
        """Returns the head and the body of a reply as bytes, after curl succeeded."""
        command = ["curl", "--silent", "--show-error", "--include", "--max-time", "20", *words]
        done = subprocess.run(command, capture_output=True, timeout=60, check=True)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        return head.decode(), body

    def assert_metrics(self, *words):
        """Checks the reply to a scrape; returns its head."""
        head, body = self.curl(*words)
        self.assertEqual(head.split("\r\n")[0], "HTTP/1.1 200 OK")
        self.assertIn(b"\nlines_read_total 1\n", body)
        self.assertRegex(head, rf"(?i)\r\nContent-Length: {len(body)}(\r\n|\Z)")
        return head

    def test_curl_reads_ipv4(self):
        self.assert_metrics("-4", "http://localhost:9464/metrics")

    def test_curl_reads_ipv6(self):
        self.assert_metrics("-6", "http://localhost:9465/metrics")
        self.assert_metrics("http://[::1]:9465/metrics")

    def test_curl_reads_the_unix_socket(self):
        self.assert_metrics("--unix-socket", self.socket, "http://localhost/metrics")

    def test_curl_reads_a_handler(self):
        for place in (("http://127.0.0.1:9464/healthz",), ("--unix-socket", self.socket, "http://localhost/healthz")):
            head, body = self.curl(*place)
            self.assertRegex(head, r"\AHTTP/1\.1 200 OK\r\n")
            self.assertEqual(body, b"ok\n")

    def test_curl_speaks_http_1_0(self):
        head = self.assert_metrics("--http1.0", "http://127.0.0.1:9464/metrics")
        self.assertRegex(head, r"\r\nConnection: close(\r\n|\Z)")

    def test_curl_reads_the_head_only(self):
        head, body = self.curl("--head", "http://127.0.0.1:9464/metrics")
        self.assertRegex(head, r"\AHTTP/1\.1 200 OK\r\n")
        self.assertRegex(head, r"\r\nContent-Length: [1-9]")
        self.assertEqual(body, b"")

    def test_curl_reads_compressed(self):
        head, body = self.curl("--compressed", "http://127.0.0.1:9464/metrics")  # curl decompresses the body
        self.assertIn("\r\nContent-Encoding: gzip", head)
        self.assertIn(b"\nlines_read_total 1\n", body)
        _, packed = self.curl("--header", "Accept-Encoding: gzip", "http://127.0.0.1:9464/metrics")
        self.assertIn(b"\nlines_read_total 1\n", gzip.decompress(packed))

    def test_curl_sends_many_requests_on_one_connection(self):
        for place in (
            ("http://127.0.0.1:9464/metrics?[1-{}]",),
            ("http://[::1]:9465/metrics?[1-{}]", "--globoff"),
            ("--unix-socket", str(self.socket), "http://localhost/metrics?[1-{}]"),
        ):
            words = [word.format(REQUESTS) for word in place]
            if "--globoff" in words:  # brackets of the address: each URL stands for itself
                words = [f"http://[::1]:9465/metrics?{number}" for number in range(REQUESTS)] + ["--globoff"]
            outputs = [word for url in words if url.startswith("http") for word in ("--output", "/dev/null")]
            written = "%{http_code} %{num_connects}\\n"
            done = subprocess.run(
                ["curl", "--silent", "--show-error", *outputs, "--write-out", written, *words],
                capture_output=True,
                text=True,
                timeout=120,
                check=True,
            )
            lines = [line.split() for line in done.stdout.splitlines()]
            self.assertEqual([code for code, _ in lines], REQUESTS * ["200"], place)
            self.assertEqual(sum(int(connects) for _, connects in lines), 1, place)

    def test_the_unix_socket_is_removed_at_the_end(self):
        file = pathlib.Path(self.services.folder(), "short.sock")
        program = self.services.start("http_service", [case.binary("http_service"), f"unix:{file}", "0"])
        program.wait_for_line("listening on unix:")
        self.assertTrue(file.is_socket())
        program.close_input()
        program.wait()
        self.assertFalse(os.path.lexists(file))


if __name__ == "__main__":
    own_network.enter()
    case.main()
