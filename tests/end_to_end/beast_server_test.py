"""beast_server: a registry on a server that is built on Boost.Asio and Boost.Beast."""

import http.client
import signal
import urllib.parse

import case
import harness


class BeastServer(case.ServicesTest):
    """The replies of the server."""

    @classmethod
    def start(cls):
        command = [case.binary("cookbook/beast_server"), 0]
        program = cls.services.start("beast_server", command, expected_exit=-signal.SIGTERM)
        cls.url = program.wait_for_line(r"(http://\S+)/metrics")[1]

    def test_serves_the_registry(self):
        text = case.scrape(self.url)[1]
        self.assertGreater(case.sample(text, "process_resident_memory_bytes"), 0)
        self.assert_content_type(self.url)
        self.assert_promtool_finds_nothing(text)

    def test_compresses_for_a_scraper_that_accepts_gzip(self):
        headers, text = case.scrape(self.url, {"Accept-Encoding": "gzip"})
        self.assertEqual(headers["Content-Encoding"], "gzip")
        self.assertGreater(case.sample(text, "process_resident_memory_bytes"), 0)

    def test_joins_the_lines_of_a_repeated_header(self):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=20)
        self.addCleanup(connection.close)
        connection.putrequest("GET", "/metrics")
        connection.putheader("Accept", "application/openmetrics-text;version=1.0.0;q=0.9")
        connection.putheader("Accept", "text/plain;version=0.0.4;q=0.1")
        connection.endheaders()
        self.assertRegex(connection.getresponse().headers["Content-Type"], "^application/openmetrics-text")

    def test_serves_the_families_that_the_query_names(self):
        text = case.scrape(self.url, path="/metrics?name[]=process_threads")[1]
        names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
        self.assertEqual(names, ["process_threads"])

    def test_keeps_connections_open(self):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=20)
        self.addCleanup(connection.close)
        statuses = []
        for path in ("/metrics", "/nothing", "/metrics"):
            connection.request("GET", path)
            reply = connection.getresponse()
            reply.read()
            statuses.append(reply.status)
            self.assertIsNotNone(connection.sock)  # http.client drops the socket when the server closes it
        self.assertEqual(statuses, [200, 404, 200])

    def test_answers_get_only(self):
        self.assertEqual(harness.request(f"{self.url}/metrics", body=b"").status, 405)


if __name__ == "__main__":
    case.main()
